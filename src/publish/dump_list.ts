// The list of generated dumps, and what is done with it but for generating: reading, and removing files with their
// place in it. The list is written first, so that nobody is told of a file that is gone.

import type { DumpKey, ListedDump } from "../core/dumps.ts";
import { Problem } from "../core/problem.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import {
  decodeDumpPointer,
  DUMP_FOLDER,
  DUMP_POINTER,
  type DumpEntry,
  dumpName,
  encodeDumpPointer,
} from "../store/segments/dump_format.ts";

/**
 * The files there are; undefined where their list is spoilt.
 * Errors: none about the list: the run that asks writes another.
 */
export async function readDumpEntries(
  blobs: Pick<WriteBlobs, "read">,
): Promise<readonly DumpEntry[] | undefined> {
  const bytes = await blobs.read(DUMP_POINTER);
  if (!bytes) return [];
  try {
    return decodeDumpPointer(bytes).files;
  } catch {
    return undefined;
  }
}

/** Generated files, by catalog, those of all of them first. Errors: Problem `unavailable` where their list is spoilt. */
export async function listDumps(blobs: Pick<WriteBlobs, "read">): Promise<readonly ListedDump[]> {
  return (await requiredEntries(blobs)).map(({ catalog, name, bytes, sha256, generated_at }) => ({
    catalogId: catalog,
    name,
    bytes,
    sha256,
    generatedAt: generated_at,
  }));
}

/**
 * Removes generated files, with the generation before. `beforeSwitch` is called before the list is written; its failure
 * leaves all.
 * Errors: Problem `not_found` where one is not there, and nothing is removed then; `unavailable` as above.
 */
export async function removeDumps(
  blobs: WriteBlobs,
  keys: readonly DumpKey[],
  beforeSwitch: () => Promise<void>,
): Promise<void> {
  const entries = await requiredEntries(blobs);
  const missing = keys.find((key) => !entries.some((entry) => isOf(entry, key)));
  if (missing) {
    const where = missing.catalogId === null
      ? "de todos los catálogos"
      : `del catálogo "${missing.catalogId}"`;
    throw new Problem("not_found", `No hay un archivo "${missing.name}" ${where}`);
  }
  const kept = entries.filter((entry) => !keys.some((key) => isOf(entry, key)));
  await beforeSwitch();
  await blobs.write(DUMP_POINTER, encodeDumpPointer(kept));
  await removeUnnamedDumps(blobs, kept);
}

const isOf = ({ catalog, name }: DumpEntry, key: DumpKey) => catalog === key.catalogId && name === key.name;

async function requiredEntries(blobs: Pick<WriteBlobs, "read">): Promise<readonly DumpEntry[]> {
  const entries = await readDumpEntries(blobs);
  if (!entries) {
    throw new Problem("unavailable", "La lista de archivos generados no se puede leer: vuelva a generarlos");
  }
  return entries;
}

/**
 * Removes files that no entry names, and what a run that was cut off left. Answers how many.
 * Where nobody knows the entries nothing is removed: a server may still know them.
 */
export async function removeUnnamedDumps(
  blobs: WriteBlobs,
  entries: readonly DumpEntry[] | undefined,
): Promise<number> {
  if (!entries) return 0;
  const named = new Set(
    entries.flatMap(({ sha256, previous }) => previous ? [sha256, previous.sha256] : [sha256]).map(dumpName),
  );
  const others = [
    ...(await blobs.list(DUMP_FOLDER)).filter((name) => !named.has(name)),
    ...(await blobs.list("")).filter((name) => name.startsWith(`${DUMP_POINTER}.`)),
  ];
  for (const name of others) await blobs.remove(name);
  return others.length;
}
