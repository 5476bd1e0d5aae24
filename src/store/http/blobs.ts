// Published files behind an HTTP origin: any server of static files will do. It is only read; who publishes there
// copies a folder.

import { Problem } from "../../core/problem.ts";
import { isPointer } from "../../core/published_files.ts";
import type { PieceBlobs, ReadBlobs } from "../segments/blobs.ts";
import { keepFiles } from "./kept_files.ts";
import { readBlobs } from "./read_blobs.ts";
import { askerOf, type Fetch } from "./requests.ts";

export type HttpOrigin = {
  /** Address that the names of files are relative to, http or https. */
  readonly url: string;
  readonly fetch: Fetch;
  /** How much of the files read by range may stay in memory, in bytes. */
  readonly keepBytes?: number;
};

/** The hash in the name of a file that never changes. */
const HASH = /\/([0-9a-f]{64})\./;

/** Whether a file has the bytes that its name says; a pointer may have any. */
async function isIntact(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const [, hash] = HASH.exec(name) ?? [];
  if (hash === undefined) return true;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex() === hash;
}

/** Reads from an origin. What it answers for a whole file is held against its name: nothing else is kept. */
export function httpBlobs({ url, fetch, keepBytes = 0 }: HttpOrigin): ReadBlobs & PieceBlobs {
  const base = url.replace(/\/*$/, "");
  const { read, pieces } = readBlobs({
    ask: askerOf({
      name: base,
      // The word for it where the platform's own cache stands between, which goes by no header of ours.
      fetch: (url, init) =>
        fetch(url, isPointer(url.slice(base.length + 1)) ? { ...init, cache: "no-store" } : init),
      redirect: "follow",
    }),
    place: base,
    urlOf: (name) => `${base}/${name}`,
    headersOf: (name) => ({
      // Ranges count the bytes of the file.
      "accept-encoding": "identity",
      // A cache on the way must not answer for a pointer that moved; the files in folders never change.
      ...(isPointer(name) && { "cache-control": "no-cache" }),
    }),
    isIntact,
    async absent(answer, name) {
      await answer.cancel();
      if (answer.status === 404 || answer.status === 410) return;
      throw new Problem("unavailable", `No se puede leer "${name}" de ${base}: responde ${answer.status}`);
    },
  });
  return { read: keepFiles(read, keepBytes).read, pieces };
}
