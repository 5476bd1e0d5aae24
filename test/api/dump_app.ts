// The application over downloads whose bytes tell their place, for the tests of how they are served.

import { createHash } from "node:crypto";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import type { Dumps } from "../../src/core/dumps.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { DUMP_POINTER, type DumpEntry, encodeDumpPointer } from "../../src/store/segments/dump_format.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";

/** Not on a whole second, which HTTP dates are. */
export const GENERATED_AT = Date.UTC(2026, 6, 9, 15, 30, 12, 345);
export const GENERATED = "Thu, 09 Jul 2026 15:30:12 GMT";

/** Bytes that tell their place, more than the memory's pieces have. */
export const SIZE = 5_000;
export const FILE = Uint8Array.from({ length: SIZE }, (_, i) => i * 7 % 251);
export const HASH = createHash("sha256").update(FILE).digest("hex");
export const TAG = `"${HASH}"`;

/** Names and media types, copied from the contract and from the registries of those that it does not name. */
export const FILES = {
  "series-tiempo-csv.zip": "application/zip",
  "series-tiempo-valores-csv.zip": "application/zip",
  "series-tiempo-metadatos.csv": "text/csv; charset=utf-8",
  "series-tiempo-fuentes.csv": "text/csv; charset=utf-8",
  "series-tiempo.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "series-tiempo-valores.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "series-tiempo-metadatos.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "series-tiempo-fuentes.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "series-tiempo-sqlite.zip": "application/zip",
  "series-tiempo-valores-dta.zip": "application/zip",
  "series-tiempo-metadatos.dta": "application/x-stata-dta",
  "series-tiempo-fuentes.dta": "application/x-stata-dta",
  "series-tiempo.parquet": "application/vnd.apache.parquet",
  "series-tiempo-valores.parquet": "application/vnd.apache.parquet",
  "series-tiempo-metadatos.parquet": "application/vnd.apache.parquet",
} as const;
export const NAMES = Object.keys(FILES) as (keyof typeof FILES)[];

export const ODD_CATALOGS = [
  "ñandú",
  "a b",
  "50%",
  "x%2fy",
  "a/b",
  "..",
  "?",
  "#",
  "<b>",
  "dump",
  "series-tiempo.xlsx",
];

/** An application whose files all have the same bytes, and what tells of its faults. */
export function serve(catalogs: readonly string[] = ["c", ...ODD_CATALOGS]) {
  const blobs = memoryBlobs();
  const faults: unknown[] = [];
  const version = { bytes: SIZE, sha256: HASH, generated_at: GENERATED_AT };
  const entries = [null, ...catalogs].flatMap((catalog) =>
    NAMES.map((name): DumpEntry => ({ catalog, name, ...version }))
  );
  blobs.files.set(`dump/${HASH}.bin`, FILE);
  blobs.files.set(DUMP_POINTER, encodeDumpPointer(entries));
  const app = appOf(openDumps(blobs, () => 0), (error) => faults.push(error));
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(path, { headers, method });
  return { blobs, ask, faults };
}

export function appOf(dumps: Dumps | undefined, onError?: (error: unknown) => void) {
  return createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(undefined) },
    ...(dumps && { dumps }),
    ...(onError && { onError }),
    now: () => GENERATED_AT,
    version: "1",
  });
}

export const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
