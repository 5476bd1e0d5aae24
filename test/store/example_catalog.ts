// Small catalogs for the suites of the stores: readings, outcomes and columns with as little said as possible.

import { createHash } from "node:crypto";
import type {
  CanonicalStore,
  DistributionOutcome,
  IndexedSeries,
  RunRef,
  SourceState,
} from "../../src/core/canonical_store.ts";
import type {
  CatalogReading,
  DatasetReading,
  DistributionKey,
  DistributionReading,
  FieldReading,
} from "../../src/core/catalog.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Observations } from "../../src/core/observations.ts";

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** The `id`th run, a day after the one before it. */
export const run = (id: number): RunRef => ({ id, at: Date.UTC(2026, 0, id, 3) });

export const source = (bytes = "v1"): SourceState => ({
  url: "https://example.org/source",
  hash: createHash("sha512").update(bytes).digest("hex"),
});

export const key = (datasetId: string, distributionId: string, catalogId = "c"): DistributionKey => ({
  catalogId,
  datasetId,
  distributionId,
});

export function field(id: string, metadata: JsonObject = {}, title = `t_${id}`): FieldReading {
  return { title, id, metadata: { title, id, description: `Serie ${id}`, ...metadata } };
}

/** A distribution of fields given whole or by id. */
export function distribution(
  datasetId: string,
  id: string,
  fields: readonly (FieldReading | string)[],
  metadata: JsonObject = {},
): DistributionReading {
  const read = fields.map((given) => typeof given === "string" ? field(given) : given);
  return { datasetId, id, metadata: { title: `Distribución ${id}`, ...metadata }, fields: read };
}

export const dataset = (
  id: string,
  metadata: JsonObject = {},
  themes: readonly JsonObject[] | null = null,
): DatasetReading => ({ id, metadata: { title: `Dataset ${id}`, ...metadata }, themes });

/** A catalog of distributions; datasets that are not given are made up. */
export function reading(
  distributions: readonly DistributionReading[],
  { metadata = { title: "Catálogo" }, datasets = [] }: {
    metadata?: JsonObject;
    datasets?: readonly DatasetReading[];
  } = {},
): CatalogReading {
  const given = new Set(datasets.map(({ id }) => id));
  const others = [...new Set(distributions.map(({ datasetId }) => datasetId))].filter((id) => !given.has(id));
  return { metadata, datasets: [...datasets, ...others.map((id) => dataset(id))], distributions };
}

/** Consecutive months from January 2020 on, unless told otherwise; null is missing. */
export function column(
  values: readonly (number | null)[],
  { frequency = "month", start = 2020 * 12, workdays }: {
    frequency?: Frequency;
    start?: number;
    workdays?: boolean;
  } = {},
): Observations {
  return {
    frequency,
    start,
    values: Float64Array.from(values, (value) => value ?? NaN),
    ...(workdays && { workdays }),
  };
}

export function series(
  id: string,
  values: readonly (number | null)[] | Observations,
  { title = `t_${id}`, enriched = { available: "true" } }: Partial<
    Pick<IndexedSeries, "title" | "enriched">
  > = {},
): IndexedSeries {
  const observations = "frequency" in values ? values : column(values);
  return { id, title, observations, enriched };
}

export function indexed(
  of: readonly IndexedSeries[],
  { bytes = "v1", enriched = { frequency: "R/P1M" } }: { bytes?: string; enriched?: Record<string, string> } =
    {},
): Extract<DistributionOutcome, { kind: "indexed" }> {
  return { kind: "indexed", source: source(bytes), changeKey: `key of ${bytes}`, series: of, enriched };
}

/** Saves a catalog "c" whose only distribution is d1.1 of d1, with these series. */
export async function saveOne(store: CanonicalStore, of: readonly IndexedSeries[], id = 1): Promise<void> {
  const fields = of.map((one) => field(one.id, {}, one.title));
  await store.saveReading(run(id), "c", reading([distribution("d1", "d1.1", fields)]), source());
  await store.saveOutcome(run(id), key("d1", "d1.1"), indexed(of));
}
