// Published files in an R2 bucket bound to a worker: no credentials, no addresses. It is only read; who publishes
// there speaks S3 (SNAPSHOT_URL=s3://…).

import { Problem } from "../../core/problem.ts";
import { piecesOf } from "../http/body_pieces.ts";
import type { PieceBlobs, Range, ReadBlobs } from "../segments/blobs.ts";

/** The part of the platform's `R2Bucket` that is used. */
export type Bucket = {
  get(
    key: string,
    options?: { readonly range: Range },
  ): Promise<
    | { readonly body: ReadableStream<Uint8Array<ArrayBuffer>>; arrayBuffer(): Promise<ArrayBuffer> }
    | null
  >;
};

/** How often a reading is tried, without a byte in between. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/** R2 refuses a range that begins behind the end; to readers that is as if the part were not there. */
const INVALID_RANGE = /10039|range/i;

/**
 * Reads from `bucket`, where names begin with `prefix`.
 * Errors: Problem `unavailable` when the bucket fails again and again.
 */
export function r2Blobs(bucket: Bucket, prefix = ""): ReadBlobs & PieceBlobs {
  const path = prefix.replace(/^\/+|\/+$/g, "");
  const keyOf = (name: string) => path === "" ? name : `${path}/${name}`;
  const get = (name: string, range?: Range) => bucket.get(keyOf(name), range && { range });

  return {
    async read(name, range) {
      if (range?.length === 0) return new Uint8Array();
      for (let attempt = 1;; attempt++) {
        try {
          const found = await get(name, range);
          if (!found) return undefined;
          const bytes = new Uint8Array(await found.arrayBuffer());
          return range && bytes.length !== range.length ? undefined : bytes;
        } catch (error) {
          if (range && INVALID_RANGE.test((error as Error).message)) return undefined;
          if (attempt === ATTEMPTS) throw unreadable(name, error);
        }
        await pause(attempt);
      }
    },

    async *pieces(name, { offset, length }) {
      let at = offset;
      for (let failures = 0; at < offset + length;) {
        const begun = at;
        let fault: unknown;
        try {
          const found = await get(name, { offset: at, length: offset + length - at });
          for await (const piece of found ? piecesOf(found.body) : []) {
            at += piece.length;
            yield piece;
          }
        } catch (error) {
          fault = error;
        }
        failures = at > begun ? 0 : failures + 1;
        if (failures === ATTEMPTS || (failures > 0 && fault === undefined)) throw unreadable(name, fault);
        if (failures > 0) await pause(failures);
      }
    },
  };
}

function unreadable(name: string, cause: unknown): Problem {
  const why = cause instanceof Error ? cause.message : "no está, o no está entero";
  return new Problem("unavailable", `No se puede leer "${name}" del bucket: ${why}`, [], { cause });
}

function pause(attempt: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, PAUSE_MS * 2 ** (attempt - 1)));
}
