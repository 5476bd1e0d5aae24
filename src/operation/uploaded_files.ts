// Files that operators upload and then run: registers of nodes, and lists of datasets to federate. What running one
// does is register_files.ts's and federation_files.ts's; this keeps them, their states and their logs.

import * as z from "zod";
import { Problem } from "../core/problem.ts";
import { momentOf, type Network } from "./network.ts";

export const FILE_KINDS = ["register_file", "federation_file"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const FILE_STATES = ["UPLOADED", "PROCESSING", "PROCESSED", "FAILED"] as const;

/** An uploaded register has no address: relative ones in it, and files, name nothing. */
export const UPLOADED_REGISTER = "about:blank";

const UploadedFileShape = z.object({
  name: z.string(),
  text: z.string(),
  state: z.enum(FILE_STATES),
  uploaded_at: z.string(),
  uploaded_by: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  log: z.array(z.string()).describe("Qué pasó con cada entrada, en el orden del archivo"),
});
export type UploadedFile = z.infer<typeof UploadedFileShape>;

/** A file as it is listed, without its text. */
export const FileAnswer = UploadedFileShape.omit({ text: true }).extend({ id: z.string() });
export type FileAnswer = z.infer<typeof FileAnswer>;

/** Nobody is at work on a file any more that began so long ago. */
const ABANDONED_MS = 10 * 60_000;
const MAX_NAME = 200;

const WORDS: Readonly<Record<FileKind, string>> = {
  register_file: "archivo de nodos",
  federation_file: "archivo de federación",
};

/** Files of a kind, the last uploaded first. */
export async function listFiles({ records }: Network, kind: FileKind): Promise<FileAnswer[]> {
  return (await records.records(kind)).map(({ id, value }) => answerOf(id, value as UploadedFile)).reverse();
}

/** Keeps a file; nothing of it is done yet. Errors: Problem `invalid`. */
export async function uploadFile(
  { records, now }: Network,
  kind: FileKind,
  { name, text, by }: { readonly name: string; readonly text: string; readonly by: string },
): Promise<FileAnswer> {
  if (text.trim() === "") throw new Problem("invalid", "El archivo está vacío");
  const file: UploadedFile = {
    name: name.slice(0, MAX_NAME),
    text,
    state: "UPLOADED",
    uploaded_at: momentOf(now()),
    uploaded_by: by,
    started_at: null,
    finished_at: null,
    log: [],
  };
  const last = Number((await records.records(kind)).at(-1)?.id ?? 0);
  // Of one width, so that their order is that of the uploads.
  const id = String(Math.max(now(), last + 1)).padStart(15, "0");
  await records.write([{ kind, id, version: 0, value: file }]);
  return answerOf(id, file);
}

/** Errors: Problem `not_found`. */
export async function readFile({ records }: Network, kind: FileKind, id: string) {
  const kept = await records.record(kind, id);
  if (!kept) throw new Problem("not_found", `No hay un ${WORDS[kind]} ${id}`);
  return { version: kept.version, file: kept.value as UploadedFile };
}

/** Errors: Problem `not_found`; `conflict` while it is at work. */
export async function removeFile(network: Network, kind: FileKind, id: string): Promise<void> {
  const { version, file } = await readFile(network, kind, id);
  checkIdle(file, network.now());
  await network.records.write([{ kind, id, version }]);
}

/** What running a file came to: a line for each entry, and whether it could be read at all. */
export type FileRun = { readonly isRead: boolean; readonly log: readonly string[] };

/**
 * Runs a file that was uploaded, or once more. What goes wrong in it is its state and log.
 * Errors: Problem `not_found`; `conflict` while it is at work.
 */
export async function runFile(
  network: Network,
  kind: FileKind,
  id: string,
  work: (text: string) => Promise<FileRun>,
): Promise<FileAnswer> {
  const { records, now } = network;
  const { version, file } = await readFile(network, kind, id);
  checkIdle(file, now());
  const started: UploadedFile = {
    ...file,
    state: "PROCESSING",
    started_at: momentOf(now()),
    finished_at: null,
    log: [],
  };
  // Of two that begin at once the version lets one through.
  await records.write([{ kind, id, version, value: started }]);
  const finish = async ({ isRead, log }: FileRun) => {
    const state = isRead ? "PROCESSED" : "FAILED";
    const finished: UploadedFile = { ...started, state, finished_at: momentOf(now()), log: [...log] };
    await records.write([{ kind, id, version: version + 1, value: finished }]);
    return answerOf(id, finished);
  };
  try {
    return await finish(await work(file.text));
  } catch (error) {
    const message = error instanceof Problem ? error.message : "Error interno";
    const answer = await finish({ isRead: false, log: [message] });
    if (error instanceof Problem) return answer;
    throw error;
  }
}

function checkIdle({ state, started_at }: UploadedFile, now: number): void {
  if (state !== "PROCESSING" || now - Date.parse(started_at!) > ABANDONED_MS) return;
  throw new Problem("conflict", "El archivo se está procesando: espere a que termine");
}

function answerOf(id: string, { text: _, ...file }: UploadedFile): FileAnswer {
  return { id, ...file };
}
