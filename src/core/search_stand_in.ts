// One engine of the search standing in for another that is somewhere else and may be lost: nobody waits for it a
// second time, and it is gone back to by itself.

import { Problem } from "./problem.ts";
import type { Search, Searches, SearchQuery } from "./search.ts";

/** Between attempts at an engine that is lost, in ms. */
const PAUSE_MS = 1_000;

/** What an engine is asked for to see whether it answers. */
const NOTHING: SearchQuery = {
  filters: {},
  sortBy: "relevance",
  descending: true,
  start: 0,
  limit: 0,
  facets: false,
  minScore: 0,
};

export type StandInContext = {
  /** Epoch ms. */
  readonly now: () => number;
  /** Told when the first engine is lost, once until it is back. */
  readonly onLost: (error: unknown) => void;
  readonly onRecovered: () => void;
};

/**
 * Asks `first`. From its first Problem on the second engine answers, opened for as long as it is needed, while
 * `first` is tried beside the questions, no more than once a second, until it answers again.
 */
export function searchesWithStandIn(
  first: Searches,
  openSecond: () => Searches,
  { now, onLost, onRecovered }: StandInContext,
): Searches {
  let second: Searches | undefined;
  let lost: { readonly since: number } | undefined;
  let triedAt = -Infinity;
  let trying = false;

  const lose = (error: unknown) => {
    triedAt = now();
    if (lost) return;
    lost = { since: now() };
    onLost(error);
  };
  const tryFirst = (snapshot: string) => {
    if (trying || now() - triedAt < PAUSE_MS) return;
    trying = true;
    const before = lost;
    const recover = () => {
      triedAt = now();
      // What was lost meanwhile was not seen to answer.
      if (!lost || lost !== before) return;
      lost = second = undefined;
      onRecovered();
    };
    void first.of(snapshot).then((search) => search.find(NOTHING)).then(recover, lose)
      .finally(() => trying = false);
  };

  return {
    of(snapshot) {
      let stoodIn = false;
      const attempt = async <T>(ask: (search: Search) => Promise<T>): Promise<T> => {
        if (!lost) {
          try {
            const answer = await ask(await first.of(snapshot));
            stoodIn = false;
            return answer;
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            lose(error);
          }
        } else tryFirst(snapshot);
        stoodIn = true;
        second ??= openSecond();
        return await ask(await second.of(snapshot));
      };
      return Promise.resolve({
        find: (query, popularity) => attempt((search) => search.find(query, popularity)),
        values: (facet) => attempt((search) => search.values(facet)),
        get stoodIn() {
          return stoodIn;
        },
      });
    },

    standInSince(snapshot) {
      tryFirst(snapshot);
      return lost?.since;
    },
  };
}
