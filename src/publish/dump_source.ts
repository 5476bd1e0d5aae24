// What dumps are made of, read from the store: first which series there are, without their values, then the
// series again as each format wants them, a distribution or a few hundred at a time.

import type { DumpSeries, DumpStore, PublishableContext } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import { compareCodePoints } from "../core/code_points.ts";
import {
  type DistributionFacts,
  distributionFacts,
  type SeriesFacts,
  seriesFacts,
} from "../core/dump_rows.ts";
import type { Frequency } from "../core/frequency.ts";
import { labels } from "../core/label.ts";
import type { Observations } from "../core/observations.ts";
import { dayOfIso, type EpochDay } from "../core/time.ts";

/** Series read at once when they are read by id. */
const SERIES_AT_ONCE = 25;

export type KnownSeries = { readonly id: string; readonly frequency: Frequency; readonly rows: number };

export type KnownDistribution = {
  readonly key: DistributionKey;
  readonly facts: DistributionFacts;
  /** In the order of their columns. */
  readonly series: readonly KnownSeries[];
};

export type KnownCatalog = { readonly id: string; readonly distributions: readonly KnownDistribution[] };

/** A series with everything that rows tell of it. */
export type FullSeries = { readonly facts: SeriesFacts; readonly observations: Observations };

/** A distribution that could not be read, and why. */
export type DumpFault = DistributionKey & { readonly fault: string };

/**
 * Catalogs with series, by id; `only` names one of them.
 * A distribution that cannot be read is left out and told of: others are dumped without it.
 */
export async function knownCatalogs(
  store: DumpStore,
  only?: string,
): Promise<{ catalogs: KnownCatalog[]; faults: DumpFault[] }> {
  const keys = await store.availableDistributions();
  const byCatalog = Map.groupBy(keys, ({ catalogId }) => catalogId);
  const catalogs: KnownCatalog[] = [];
  const faults: DumpFault[] = [];
  for (const [id, own] of byCatalog) {
    if (only !== undefined && id !== only) continue;
    const contexts = contextsOf(store, id);
    const distributions: KnownDistribution[] = [];
    for (const key of own) {
      try {
        distributions.push(await knownDistribution(store, key, (await contexts).get(keyOf(key))!));
      } catch (error) {
        faults.push({ ...key, fault: (error as Error).message });
      }
    }
    if (distributions.length > 0) catalogs.push({ id, distributions });
  }
  return { catalogs, faults };
}

type Context = PublishableContext["distributions"][number];

async function contextsOf(store: DumpStore, catalogId: string): Promise<Map<string, Context>> {
  const { distributions } = await store.publishableContext(catalogId);
  return new Map(distributions.map((context) => [keyOf(context), context]));
}

async function knownDistribution(
  store: DumpStore,
  key: DistributionKey,
  context: Context,
): Promise<KnownDistribution> {
  const series = (await store.dumpSeries(key)).map(({ id, observations: { frequency, values } }) => ({
    id,
    frequency,
    rows: values.length,
  }));
  return { key, facts: distributionFacts(key, context), series };
}

const keyOf = ({ datasetId, distributionId }: { datasetId: string; distributionId: string }) =>
  JSON.stringify([datasetId, distributionId]);

/** Series of a distribution in the order of their columns. */
export async function seriesOf(
  store: DumpStore,
  { key, facts }: KnownDistribution,
  today: EpochDay,
): Promise<FullSeries[]> {
  return (await store.dumpSeries(key)).map((series) => fullSeries(facts, series, today));
}

function fullSeries(facts: DistributionFacts, series: DumpSeries, today: EpochDay): FullSeries {
  return { facts: seriesFacts(facts, series, today), observations: series.observations };
}

/** Series of catalogs by id, in the order of their UTF-8 bytes: that of statistics in column files. */
export async function* seriesById(
  store: DumpStore,
  catalogs: readonly KnownCatalog[],
  today: EpochDay,
): AsyncGenerator<FullSeries[], void, void> {
  const places = catalogs.flatMap(({ distributions }) =>
    distributions.flatMap(({ facts, series }) => series.map(({ id }) => ({ id, facts })))
  );
  places.sort((a, b) => compareCodePoints(a.id, b.id));
  for (let at = 0; at < places.length; at += SERIES_AT_ONCE) {
    const some = places.slice(at, at + SERIES_AT_ONCE);
    const factsOf = new Map(some.map(({ id, facts }) => [id, facts]));
    const series = await store.dumpSeriesById(some.map(({ id }) => id));
    yield series.map((one) => fullSeries(factsOf.get(one.id)!, one, today));
  }
}

/** Metadata rows are ordered by series within their distribution. */
export const bySeriesId = (a: FullSeries, b: FullSeries): number =>
  compareCodePoints(a.facts.serie_id as string, b.facts.serie_id as string);

export const rowsOf = (catalogs: readonly KnownCatalog[]): number =>
  catalogs.reduce(
    (sum, { distributions }) =>
      distributions.reduce((sum, { series }) => series.reduce((sum, { rows }) => sum + rows, sum), sum),
    0,
  );

type Dates = { frequency: Frequency; start: number; texts: string[]; days?: Int32Array };
let shared: Dates | undefined;

function sharedDates({ frequency, start, values: { length } }: Observations): Dates {
  const { texts } = shared ?? {};
  if (shared?.frequency !== frequency || shared.start !== start || texts!.length < length) {
    shared = { frequency, start, texts: labels(frequency, start, length) };
  }
  return shared;
}

/** Dates of all rows of a series, and maybe more: series of a distribution share them, mostly. */
export function datesOf(observations: Observations): readonly string[] {
  return sharedDates(observations).texts;
}

/** The same as days since 1970. */
export function daysOf(observations: Observations): Int32Array {
  const dates = sharedDates(observations);
  return dates.days ??= Int32Array.from(dates.texts, (text) => dayOfIso(text)!);
}
