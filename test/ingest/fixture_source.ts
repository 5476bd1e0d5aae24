// The catalog fixtures as sources: read from disk under the addresses that they name, with others beside them.

import { readFileSync } from "node:fs";
import { Problem } from "../../src/core/problem.ts";
import type { ReadSource } from "../../src/ingest/source.ts";

export const FOLDER = `${import.meta.dirname}/../fixtures/catalogs`;
export const ORIGIN = "http://localhost:3456";
export const MAX_BYTES = 1_000_000;

export type Given = Readonly<Record<string, string | Uint8Array | undefined>>;

/** Sources by address: those given, else the fixtures. */
export function fixtureReader(given: Given = {}): ReadSource {
  return ({ url, maxBytes }) => {
    const body = given[url];
    const { origin, pathname } = new URL(url);
    let bytes: Uint8Array<ArrayBuffer>;
    if (body !== undefined) {
      bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
    } else if (origin !== ORIGIN) {
      return Promise.reject(new Problem("unavailable", "No se descarga en las pruebas"));
    } else {
      try {
        bytes = new Uint8Array(readFileSync(`${FOLDER}${decodeURIComponent(pathname)}`));
      } catch {
        return Promise.reject(new Problem("unavailable", "El servidor respondió 404 (Not Found)"));
      }
    }
    if (bytes.length > maxBytes) return Promise.reject(new Problem("invalid", "El archivo supera el límite"));
    return Promise.resolve({ status: "fresh", bytes, validators: {}, contentType: "" });
  };
}

export const fixtureContext = (given?: Given) => ({
  readSource: fixtureReader(given),
  maxSourceBytes: MAX_BYTES,
});
