// How often series are asked for: counts by series and Buenos Aires day, and nothing of who asked. App processes
// count in memory and hand on what came together every few seconds; a worker takes it to the canonical store.

import type { EpochDay } from "./time.ts";

/** Queries of a day that were answered, by series id. */
export type CountBatch = {
  /** Tells it from every other: what was taken in by this name once is not taken in again. */
  readonly id: string;
  readonly day: EpochDay;
  readonly hits: ReadonlyMap<string, number>;
};

/** Counts on their way from app processes to the worker. */
export interface QueryCounts {
  /**
   * Adds a batch once, however often it is handed in.
   * Errors: any, when it is not known whether it was added.
   */
  add(batch: CountBatch): Promise<void>;
  /**
   * Hands over what was added, batch by batch; one is forgotten when `take` has ended well. What a drainer that
   * was killed had in hand is handed over again by its id, so `take` must notice one that it has taken.
   * Errors: Problem `unavailable`; those of `take`.
   */
  drain(take: (batch: CountBatch) => Promise<void>): Promise<void>;
}

/** Counts answered queries of one process. */
export type QueryCounter = {
  /** Counts one query, by its text: a few operations in memory. */
  count(day: EpochDay, query: string): void;
  /** Hands on what was counted. Errors: none; what could not be handed on waits for the next time. */
  flush(): Promise<void>;
};

/** Texts that are remembered as they are before their series are looked up. */
const TEXTS_KEPT = 5_000;

/** Series of one batch. */
const BATCH_SERIES = 1_000;

/**
 * Counts for `counts`. `idsOf` tells the series of a query; one that it names twice counts once.
 * `tell` hears why counts cannot be handed on, once until they can again.
 */
export function queryCounter(
  counts: Pick<QueryCounts, "add">,
  idsOf: (query: string) => Iterable<string>,
  newId: () => string,
  tell: (error: unknown) => void,
): QueryCounter {
  let today: EpochDay | undefined;
  const texts = new Map<string, number>();
  const days = new Map<EpochDay, Map<string, number>>();
  /** Batches whose adding is not certain; they keep their ids and what is in them. */
  let waiting: CountBatch[] = [];
  let isStuck = false;
  let flushing: Promise<void> | undefined;

  /** Finds out which series the remembered texts ask for. */
  function lookUp(): void {
    if (today === undefined) return;
    const hits = days.get(today) ?? new Map<string, number>();
    days.set(today, hits);
    for (const [query, times] of texts) {
      for (const id of new Set(idsOf(query))) hits.set(id, (hits.get(id) ?? 0) + times);
    }
    texts.clear();
  }

  async function handOn(): Promise<void> {
    lookUp();
    for (const [day, hits] of days) {
      const rows = [...hits];
      for (let at = 0; at < rows.length; at += BATCH_SERIES) {
        waiting.push({ id: newId(), day, hits: new Map(rows.slice(at, at + BATCH_SERIES)) });
      }
    }
    days.clear();
    try {
      while (waiting.length > 0) {
        await counts.add(waiting[0]!);
        waiting = waiting.slice(1);
      }
      isStuck = false;
    } catch (error) {
      if (!isStuck) tell(error);
      isStuck = true;
    }
  }

  return {
    count(day, query) {
      if (day !== today) {
        lookUp();
        today = day;
      }
      texts.set(query, (texts.get(query) ?? 0) + 1);
      if (texts.size >= TEXTS_KEPT) lookUp();
    },
    flush: () => flushing ??= handOn().finally(() => flushing = undefined),
  };
}
