// What runs of a dump leave behind, for the tests of whole runs: names by the contract, the list, and every byte.

import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { DumpFormat } from "../../src/core/dump_files.ts";
import { enrich } from "../../src/core/enriched.ts";
import { decodeDumpPointer, DUMP_POINTER } from "../../src/store/segments/dump_format.ts";
import { column, indexed, key, run, series } from "../store/example_catalog.ts";
import { type DumpBlobs, fileOf, loadWorld, newStore } from "./dump_world.ts";

/** Copied from the contract; Parquet is ours. */
export const NAMES: Readonly<Record<DumpFormat, readonly string[]>> = {
  csv: [
    "series-tiempo-csv.zip",
    "series-tiempo-valores-csv.zip",
    "series-tiempo-metadatos.csv",
    "series-tiempo-fuentes.csv",
  ],
  xlsx: [
    "series-tiempo.xlsx",
    "series-tiempo-valores.xlsx",
    "series-tiempo-metadatos.xlsx",
    "series-tiempo-fuentes.xlsx",
  ],
  sqlite: ["series-tiempo-sqlite.zip"],
  dta: ["series-tiempo-valores-dta.zip", "series-tiempo-metadatos.dta", "series-tiempo-fuentes.dta"],
  parquet: ["series-tiempo.parquet", "series-tiempo-valores.parquet", "series-tiempo-metadatos.parquet"],
};
export const FORMATS = Object.keys(NAMES) as DumpFormat[];
export const namesOf = (catalogs: readonly (string | null)[], formats: readonly DumpFormat[] = FORMATS) =>
  catalogs.flatMap((catalog) =>
    formats.flatMap((format) => NAMES[format].map((name) => `${catalog ?? "*"}/${name}`))
  ).sort();

export async function worldStore(): Promise<CanonicalStore> {
  const store = newStore();
  await loadWorld(store);
  return store;
}

export const entriesOf = (blobs: DumpBlobs) => decodeDumpPointer(blobs.files.get(DUMP_POINTER)!).files;
export const listed = (blobs: DumpBlobs) =>
  entriesOf(blobs).map(({ catalog, name }) => `${catalog ?? "*"}/${name}`).sort();
export const storedFiles = ({ files }: DumpBlobs) =>
  [...files.keys()].filter((name) => name !== DUMP_POINTER).sort();

/** Every file that is served, down to its last byte. */
export async function served(blobs: DumpBlobs): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { catalog, name } of entriesOf(blobs)) {
    const bytes = (await fileOf(blobs, catalog, name))!;
    found.set(`${catalog ?? "*"}/${name}`, createHash("sha256").update(bytes).digest("hex"));
  }
  return found;
}

/** Every name that leads to bytes, now or of the generation before, is there; and nothing else is. */
export function expectTidy(blobs: DumpBlobs): void {
  const named = entriesOf(blobs).flatMap((
    { sha256, previous },
  ) => [sha256, ...(previous ? [previous.sha256] : [])]);
  expect(storedFiles(blobs)).toEqual([...new Set(named)].map((sha256) => `dump/${sha256}.bin`).sort());
}

/** Changes the only value of "sin". */
export async function change(store: CanonicalStore, value: number): Promise<void> {
  await store.saveOutcome(
    run(10 + value),
    key("2", "2.1", "dos"),
    indexed([series("sin", column([value]), { enriched: enrich(column([value])) })], { bytes: `v${value}` }),
  );
}
