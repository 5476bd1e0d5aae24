// Port of the canonical store's popularity: counts by series and Buenos Aires day, and nothing of who asked. What app
// processes counted and what a gateway logged are kept apart: both count the same queries, so a day has the greater.

import type { Hits } from "./hits.ts";
import type { CountBatch } from "./popularity.ts";
import { Problem } from "./problem.ts";
import type { EpochDay } from "./time.ts";

/** A query of a gateway's log that was answered. */
export type LoggedQuery = {
  /** 64 bits of the digest of the log's id, signed. */
  readonly id: bigint;
  readonly day: EpochDay;
  /** Each once. */
  readonly seriesIds: readonly string[];
};

/** How far a gateway's log was taken in. */
export type LogPosition = {
  /** Names the log: another one is read from its beginning. */
  readonly log: string;
  /** Where it goes on; null at the beginning. */
  readonly cursor: string | null;
  /** Days before it are taken in for good: their ids are forgotten, and queries of them are taken for known. */
  readonly closedBefore: EpochDay | null;
};

export type LogPage = {
  /** Where the log was read from. */
  readonly from: LogPosition | undefined;
  /** Where it goes on after this page. */
  readonly to: LogPosition;
  readonly queries: readonly LoggedQuery[];
};

export type SeriesHits = { readonly seriesId: string; readonly hits: Hits };

export type DailyHits = { readonly seriesId: string; readonly day: EpochDay; readonly hits: number };

export type DailyHitsFilter = {
  readonly seriesId?: string;
  /** First and last day. */
  readonly from?: EpochDay;
  readonly to?: EpochDay;
};

/** Every method that writes is one transaction. */
export interface PopularityStore {
  /** Adds what app processes counted, once by the batch's id. `at` is epoch ms. */
  addHits(batch: CountBatch, at: number): Promise<void>;
  /** Forgets ids of batches taken before `at`: they will not come again. */
  forgetBatches(at: number): Promise<void>;
  /** Undefined before the first page. */
  logPosition(): Promise<LogPosition | undefined>;
  /**
   * Adds a page of a gateway's log and moves the position; queries that are known by their id, and those of days that
   * `from` has closed, add nothing. Answers how many were new.
   * Errors: Problem `conflict` where the position is not `from` any more; nothing is added then.
   */
  addLogPage(page: LogPage): Promise<number>;
  /** Hits of available series as of `today`, those that were ever asked for, in no order that counts. */
  seriesHits(today: EpochDay): Promise<SeriesHits[]>;
  /** Days on which series were asked for, the last first, then by id; and how many rows and hits there are in all. */
  dailyHits(
    filter: DailyHitsFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly total: number; readonly hits: number; readonly rows: DailyHits[] }>;
}

/** The queries of a page that may be new: those of days that were not closed when it was read. */
export function openQueries({ from, to, queries }: LogPage): readonly LoggedQuery[] {
  const closedBefore = from?.log === to.log ? from.closedBefore : null;
  return closedBefore === null ? queries : queries.filter(({ day }) => day >= closedBefore);
}

/** What an engine tells of a page that somebody else took in meanwhile. */
export function lostLogPosition(): Problem {
  return new Problem("conflict", "Otra importación avanzó mientras tanto: esta no agregó nada más");
}

/** Counts by series and day of the queries of a page. */
export function sumQueries(queries: readonly LoggedQuery[]): DailyHits[] {
  const days = new Map<EpochDay, Map<string, number>>();
  for (const { day, seriesIds } of queries) {
    const sums = days.get(day) ?? new Map<string, number>();
    days.set(day, sums);
    for (const id of new Set(seriesIds)) sums.set(id, (sums.get(id) ?? 0) + 1);
  }
  return [...days].flatMap(([day, sums]) => [...sums].map(([seriesId, hits]) => ({ seriesId, day, hits })));
}
