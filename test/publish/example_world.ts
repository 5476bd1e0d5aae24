// What the tests of publishing load into a store, and what they read back: the store's own words, and the same
// out of the current snapshot.

import { expect } from "vitest";
import type { CanonicalStore, PublishableContext } from "../../src/core/canonical_store.ts";
import type { CatalogReading } from "../../src/core/catalog.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { publish } from "../../src/publish/publish.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { decodeManifest, decodePointer, manifestName, POINTER } from "../../src/store/segments/format.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import {
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

export type Blobs = ReturnType<typeof memoryBlobs>;

/** Distributions with series by id, as `dataset/distribution`: each series has the values given. */
export type Values = { readonly [path: string]: { readonly [id: string]: readonly (number | null)[] } };

export type Catalog = {
  readonly values: Values;
  readonly metadata?: JsonObject;
  /** Metadata of every dataset, distribution and field. */
  readonly of?: {
    dataset?: JsonObject;
    themes?: JsonObject[];
    distribution?: JsonObject;
    field?: JsonObject;
  };
  readonly enriched?: Record<string, string>;
};

/** Everything that is loaded into a store at once. */
export type World = {
  readonly catalogs: { readonly [id: string]: Catalog };
  readonly units?: readonly string[];
};

export const one = (values: Values, over: Partial<Catalog> = {}): World => ({
  catalogs: { c: { values, ...over } },
});

export function readingOf({ values, metadata, of }: Catalog): CatalogReading {
  const paths = Object.keys(values).map((path) => path.split("/"));
  return reading(
    paths.map(([datasetId, id]) =>
      distribution(
        datasetId!,
        id!,
        [
          field("", { specialType: "time_index" }, "indice_tiempo"),
          ...Object.keys(values[`${datasetId}/${id}`]!).map((id) => field(id, of?.field)),
        ],
        of?.distribution,
      )
    ),
    {
      datasets: [...new Set(paths.map(([id]) => id!))].map((id) => dataset(id, of?.dataset, of?.themes)),
      ...(metadata && { metadata }),
    },
  );
}

/** Brings a store to a world, as one harvest does. */
export async function load(store: CanonicalStore, { catalogs, units = [] }: World, id = 1): Promise<void> {
  for (const [catalogId, catalog] of Object.entries(catalogs)) {
    await store.saveReading(run(id), catalogId, readingOf(catalog), source());
    for (const [path, distribution] of Object.entries(catalog.values)) {
      const [datasetId, distributionId] = path.split("/");
      const all = Object.entries(distribution).map(([id, values]) => series(id, values));
      const outcome = indexed(all, catalog.enriched && { enriched: catalog.enriched });
      await store.saveOutcome(run(id), key(datasetId!, distributionId!, catalogId), outcome);
    }
  }
  await store.savePercentageUnits(units);
}

export const brought = (store: CanonicalStore, blobs: Blobs, over: { full?: boolean; now?: number } = {}) =>
  publish({ store, blobs, sha256, now: () => over.now ?? 1_000, ...(over.full && { full: true }) });

/** Everything a store has to publish, as readers are to see it. */
export async function expectedOf(store: CanonicalStore) {
  const named = (id: string) => id === "" ? null : id;
  const { distributions } = await store.changes(0);
  const catalogIds = [...new Set(distributions.map(({ catalogId }) => catalogId))];
  const contexts = new Map<string, PublishableContext>();
  for (const id of catalogIds) contexts.set(id, await store.publishableContext(id));
  const records = [];
  for (const at of distributions) {
    const context = contexts.get(at.catalogId)!;
    const own = context.distributions.find((other) =>
      other.datasetId === at.datasetId && other.distributionId === at.distributionId
    );
    for (const one of await store.publishableSeries(at)) {
      records.push({
        record: {
          ...one,
          catalogId: named(at.catalogId),
          datasetId: named(at.datasetId),
          distributionId: named(at.distributionId),
        },
        context: {
          catalog: context.catalog,
          dataset: own!.themes === null ? own!.dataset : { ...own!.dataset, theme: own!.themes },
          distribution: { ...own!.distribution, ...own!.enriched },
        },
      });
    }
  }
  const catalogs = await Promise.all(catalogIds.map((id) => store.catalogSummary(id)));
  return {
    records,
    catalogs: catalogs.filter((summary) => summary !== undefined),
    percentageUnits: new Set(await store.percentageUnits()),
  };
}

/** The same out of the current snapshot of `blobs`; `ids` in the order of the store. */
export async function publishedOf(blobs: Blobs, ids: readonly string[]) {
  const snapshot = (await openSnapshots(blobs, () => 0).current())!;
  const records = [];
  for (const found of await snapshot.series(ids)) {
    const { rows, ...record } = found!;
    expect(JSON.parse(`[${new TextDecoder().decode(rows)}]`)).toHaveLength(record.observations.values.length);
    records.push({ record, context: await snapshot.context(found!) });
  }
  const { catalogs, percentageUnits } = snapshot;
  return { records, catalogs, percentageUnits };
}

export async function expectPublished(store: CanonicalStore, blobs: Blobs): Promise<void> {
  const expected = await expectedOf(store);
  expect(await publishedOf(blobs, expected.records.map(({ record }) => record.id))).toEqual(expected);
}

export const pointerOf = (blobs: Blobs) => decodePointer(blobs.files.get(POINTER)!);
export const manifestOf = (blobs: Blobs) =>
  decodeManifest(blobs.files.get(manifestName(pointerOf(blobs).snapshot))!);
export const filesOf = ({ files }: Blobs, folder = "") =>
  [...files.keys()].filter((name) => name.startsWith(folder)).sort();

export const newStore = () => memoryStore(sha256);

export const SMALL = one({
  "d1/d1.1": { a: [1, null, 3], b: [4] },
  "d1/d1.2": { c: [5] },
  "d2/d2.1": { d: [6, 7] },
});
export const SMALL_VALUES = SMALL.catalogs.c!.values;
