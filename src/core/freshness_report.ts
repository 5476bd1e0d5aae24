// How late catalogs and publishers are on a day: series counted from tallies, without reading any of them. What
// `/api/freshness` answers.

import { type CatalogActivity, LATE_KEPT, type LateSeries, type PublisherTally } from "./activity.ts";
import { type Freshness, freshness } from "./enriched.ts";
import { FREQUENCIES, type Frequency } from "./frequency.ts";
import { dayOfIso, type EpochDay, isoDate, isoMoment } from "./time.ts";

/** Each series is in one of the last three. */
export type FreshnessCounts = {
  series: number;
  updated: number;
  late: number;
  /** No longer named by its catalog: no value is expected of it. */
  discontinued: number;
};

export type FreshnessFigures = FreshnessCounts & {
  /** Fraction of the series that their catalog names; null where it names none. */
  readonly updated_share: number | null;
  /** Series whose next value is due, late or not yet. */
  readonly due: number;
  readonly frequencies: { readonly [frequency: string]: FreshnessCounts };
  /** First day of the newest value's period; null without series. */
  readonly latest_value: string | null;
};

export type LateEntry = {
  readonly id: string;
  readonly dataset: string;
  readonly distribution: string;
  readonly frequency: Frequency;
  readonly latest_value: string;
  readonly days_without_data: number;
  readonly next_expected_date: string;
  readonly error: string | null;
};

type Row = FreshnessFigures & {
  /** ISO date-times. */
  readonly last_harvest: string | null;
  readonly last_change: string | null;
  readonly error: string | null;
  readonly most_late: readonly LateEntry[];
};

export type FreshnessReport = {
  readonly date: string;
  readonly last_harvest: string | null;
  readonly total: FreshnessFigures;
  readonly catalogs: readonly (Row & { readonly id: string; readonly title: string })[];
  readonly publishers: readonly (Row & { readonly catalog_id: string; readonly name: string })[];
};

const optionalMoment = (at: number | null): string | null => at === null ? null : isoMoment(at);

/** Counts the series of `publishers` as of `today`; a catalog without series has a row too. */
export function freshnessReport(
  catalogs: readonly CatalogActivity[],
  publishers: readonly PublisherTally[],
  today: EpochDay,
): FreshnessReport {
  const harvests = catalogs.flatMap(({ lastHarvest }) => lastHarvest ?? []);
  const byId = new Map(catalogs.map((catalog) => [catalog.id, catalog]));
  const own = Map.groupBy(publishers, ({ catalogId }) => catalogId);
  return {
    date: isoDate(today),
    last_harvest: optionalMoment(harvests.length === 0 ? null : Math.max(...harvests)),
    total: figuresOf(publishers, today),
    catalogs: catalogs.map((catalog) => ({
      id: catalog.id,
      title: catalog.title,
      ...rowOf(catalog, own.get(catalog.id) ?? [], today),
    })),
    publishers: publishers.map((tally) => ({
      catalog_id: tally.catalogId,
      name: tally.name,
      ...rowOf(byId.get(tally.catalogId), [tally], today, tally.lastChange),
    })),
  };
}

function rowOf(
  catalog: CatalogActivity | undefined,
  tallies: readonly PublisherTally[],
  today: EpochDay,
  lastChange = catalog?.lastChange ?? null,
): Row {
  return {
    ...figuresOf(tallies, today),
    last_harvest: optionalMoment(catalog?.lastHarvest ?? null),
    last_change: optionalMoment(lastChange),
    error: catalog?.error ?? null,
    most_late: mostLate(tallies, today),
  };
}

const noCounts = (): FreshnessCounts => ({ series: 0, updated: 0, late: 0, discontinued: 0 });

function figuresOf(tallies: readonly PublisherTally[], today: EpochDay): FreshnessFigures {
  const total = noCounts();
  const frequencies = new Map<Frequency, FreshnessCounts>();
  let due = 0;
  let latest = "";
  for (const { lastValues } of tallies) {
    for (const values of lastValues) {
      const { frequency, last, present, discontinued } = values;
      const { isUpdated, nextExpected } = freshnessOf(values, today);
      if (!frequencies.has(frequency)) frequencies.set(frequency, noCounts());
      for (const counts of [total, frequencies.get(frequency)!]) {
        counts.series += present + discontinued;
        counts.discontinued += discontinued;
        counts[isUpdated ? "updated" : "late"] += present;
      }
      if (today >= nextExpected) due += present;
      if (last > latest) latest = last;
    }
  }
  const named = total.updated + total.late;
  return {
    ...total,
    updated_share: named === 0 ? null : Math.round(total.updated / named * 10_000) / 10_000,
    due,
    frequencies: Object.fromEntries(
      FREQUENCIES.flatMap((frequency) => {
        const counts = frequencies.get(frequency);
        return counts ? [[frequency, counts]] : [];
      }),
    ),
    latest_value: latest || null,
  };
}

function freshnessOf(
  { frequency, last, workdays }: Pick<LateSeries, "frequency" | "last" | "workdays">,
  today: EpochDay,
): Freshness {
  return freshness(frequency, dayOfIso(last) ?? 0, today, workdays);
}

/** The first to be late, or to have been, by day and id: the order is the same on every day. */
export function firstLate(series: readonly LateSeries[]): LateSeries[] {
  return series.map((one) => ({ one, from: freshnessOf(one, 0).lateFrom }))
    .sort((a, b) => a.from - b.from || (a.one.id < b.one.id ? -1 : 1))
    .slice(0, LATE_KEPT)
    .map(({ one }) => one);
}

function mostLate(tallies: readonly PublisherTally[], today: EpochDay): LateEntry[] {
  return firstLate(tallies.flatMap(({ late }) => late))
    .filter((series) => !freshnessOf(series, today).isUpdated)
    .map((series) => {
      const { daysWithoutData, nextExpected } = freshnessOf(series, today);
      return {
        id: series.id,
        dataset: series.dataset,
        distribution: series.distribution,
        frequency: series.frequency,
        latest_value: series.last,
        days_without_data: daysWithoutData,
        next_expected_date: isoDate(nextExpected),
        error: series.error,
      };
    });
}
