// Published files behind an HTTP origin: any server of static files will do. It is only read; who publishes there
// copies a folder.

import { Problem } from "../../core/problem.ts";
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

/** Reads from an origin. */
export function httpBlobs({ url, fetch, keepBytes = 0 }: HttpOrigin): ReadBlobs & PieceBlobs {
  const base = url.replace(/\/*$/, "");
  const { read, pieces } = readBlobs({
    ask: askerOf({ name: base, fetch, redirect: "follow" }),
    place: base,
    urlOf: (name) => `${base}/${name}`,
    headersOf: (name) => ({
      // Ranges count the bytes of the file.
      "accept-encoding": "identity",
      // A cache on the way must not answer for a pointer that moved; the files in folders never change.
      ...(!name.includes("/") && { "cache-control": "no-cache" }),
    }),
    async absent(answer, name) {
      await answer.cancel();
      if (answer.status === 404 || answer.status === 410) return;
      throw new Problem("unavailable", `No se puede leer "${name}" de ${base}: responde ${answer.status}`);
    },
  });
  return { read: keepFiles(read, keepBytes).read, pieces };
}
