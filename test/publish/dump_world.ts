// What the tests of dumps load into a store, and how they ask for a dump. Every text of the world is another, so a
// cell that is in the column of another shows. What rows say of it is written out in `dump_rows.ts`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { DUMP_FORMATS } from "../../src/core/dump_files.ts";
import { enrich } from "../../src/core/enriched.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Observations } from "../../src/core/observations.ts";
import { epochDay } from "../../src/core/time.ts";
import { compression } from "../../src/host/compression.ts";
import { runningSha256 } from "../../src/host/hash.ts";
import { type Dump, dump, type DumpReport } from "../../src/publish/dump.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";
import { dumpDatabase } from "../../src/store/sqlite/dump_file.ts";
import {
  column,
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";

export type DumpBlobs = ReturnType<typeof memoryBlobs>;

/** The day that freshness is told of, and a moment of it. */
export const TODAY = epochDay(2020, 7, 10);
export const AT = Date.UTC(2020, 6, 10, 15, 30);

type Own = {
  readonly observations: Observations;
  readonly field?: JsonObject;
  /** Days before today, and how often the series was asked for then. */
  readonly hits?: Readonly<Record<number, number>>;
};

/** Series by id, in the order of their columns. */
type OwnSeries = Readonly<Record<string, Own>>;

export const newStore = () => memoryStore(sha256);

/** Saves a distribution's series, whose fields are in another order than its columns. */
async function saveSeries(
  store: CanonicalStore,
  catalogId: string,
  path: string,
  own: OwnSeries,
): Promise<void> {
  const [datasetId, id] = path.split("/") as [string, string];
  const all = Object.entries(own).map(([id, { observations }]) =>
    series(id, observations, { enriched: enrich(observations) })
  );
  await store.saveOutcome(run(1), key(datasetId, id, catalogId), indexed(all));
  for (const [id, { hits = {} }] of Object.entries(own)) {
    for (const [ago, count] of Object.entries(hits)) {
      const day = TODAY - Number(ago);
      await store.addHits({ id: `${id} ${ago}`, day, hits: new Map([[id, count]]) }, AT);
    }
  }
}

function distributionOf(path: string, own: OwnSeries, metadata: JsonObject) {
  const [datasetId, id] = path.split("/") as [string, string];
  const fields = Object.entries(own).map(([id, one]) => field(id, one.field));
  return distribution(
    datasetId,
    id,
    [field("", { specialType: "time_index" }, "indice_tiempo"), ...fields.reverse()],
    metadata,
  );
}

const MONTHS: OwnSeries = {
  z: {
    observations: column([1.5, null, -3]),
    field: { title: "Zeta", units: "Pesos", description: 'La "zeta", con coma' },
    hits: { 30: 1, 31: 1, 91: 2, 181: 3 },
  },
  a: { observations: column([0.1], { start: 2020 * 12 + 1 }), field: { title: "A" } },
};
const YEARS: OwnSeries = { y: { observations: column([5, 6], { frequency: "year", start: 1899 }) } };
const QUARTERS: OwnSeries = {
  q: { observations: column([10, 20], { frequency: "quarter", start: 2019 * 4 + 3 }) },
};
const OLD_QUARTERS: OwnSeries = {
  q_old: { observations: column([1, 2], { frequency: "quarter", start: 1990 * 4 }) },
};
const SEMESTERS: OwnSeries = {
  s: { observations: column([7, 8.25], { frequency: "semester", start: 2020 * 2 }) },
};
const DAYS: OwnSeries = {
  d: { observations: column([1e21, null, 1e-7], { frequency: "day", start: epochDay(2020, 2, 28) }) },
};
const UNSOURCED: OwnSeries = { sin: { observations: column([4]) } };

/**
 * Two catalogs, saved in another order than that of their ids: "uno" with every frequency but days and a series
 * that is no longer named, "dos" with days and a dataset without source; and "vacio", without series.
 */
export async function loadWorld(store: CanonicalStore): Promise<void> {
  const uno = (quarters: OwnSeries) =>
    reading([
      distributionOf("9/9.2", SEMESTERS, { title: "Semestres", description: "De a seis meses" }),
      distributionOf("9/9.1", quarters, { title: "Trimestres" }),
      distributionOf("10/10.2", YEARS, { title: "Años", downloadURL: "https://example.org/y.csv" }),
      distributionOf("10/10.1", MONTHS, {
        title: "Meses",
        description: "De a un mes",
        downloadURL: "https://example.org/m.csv",
      }),
    ], {
      metadata: { title: "Catálogo uno", publisher: { name: "No va" } },
      datasets: [
        dataset("9", { title: "Nueve", source: "BCRA", publisher: { name: "Oficina 9" } }),
        dataset(
          "10",
          { title: "Diez", source: "INDEC", publisher: { name: "Oficina 10" }, description: "El diez" },
          [{ id: "p", label: "Precios" }, { id: "e", label: "Empleo" }],
        ),
      ],
    });
  await store.saveReading(run(1), "uno", uno({ ...OLD_QUARTERS, ...QUARTERS }), source());
  await saveSeries(store, "uno", "9/9.2", SEMESTERS);
  await saveSeries(store, "uno", "9/9.1", { ...OLD_QUARTERS, ...QUARTERS });
  await saveSeries(store, "uno", "10/10.2", YEARS);
  await saveSeries(store, "uno", "10/10.1", MONTHS);
  await store.saveReading(run(2), "uno", uno(QUARTERS), source());
  await store.saveReading(
    run(2),
    "dos",
    reading([distributionOf("2/2.1", UNSOURCED, {}), distributionOf("1/1.1", DAYS, {})], {
      datasets: [dataset("1", { source: "INDEC" })],
    }),
    source(),
  );
  await saveSeries(store, "dos", "2/2.1", UNSOURCED);
  await saveSeries(store, "dos", "1/1.1", DAYS);
  await store.saveReading(
    run(2),
    "vacio",
    reading([distribution("1", "1.1", ["nunca"])]),
    source(),
  );
}

/** A place for the SQLite files of a test file, gone after its tests. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-dump-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Dumps a store as `deno task dump` does, every format unless told. */
export function dumped(
  store: Dump["store"],
  blobs: DumpBlobs,
  folder: string,
  over: Partial<Dump> = {},
): Promise<DumpReport> {
  return dump({
    store,
    blobs,
    compression,
    runningSha256,
    newDatabase: () => dumpDatabase(folder),
    at: AT,
    today: TODAY,
    formats: DUMP_FORMATS,
    ...over,
  });
}

/** The bytes of a file as readers get them; undefined where there is none. */
export async function fileOf(
  blobs: DumpBlobs,
  catalogId: string | null,
  name: string,
): Promise<Uint8Array | undefined> {
  const stored = await openDumps(blobs, () => 0).find(catalogId, name);
  if (!stored) return undefined;
  const pieces = await Array.fromAsync(stored.read(0, stored.bytes));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
