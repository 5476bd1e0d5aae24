// Port of the search: what may be asked of one published version, and what comes back. Engines implement it
// (store/segments, store/sqlite, store/opensearch); how words match and are scored is one rule for all, in search_text.ts,
// search_score.ts and search_rank.ts.

import type { Popularity } from "./hits.ts";
import { Problem } from "./problem.ts";
import type { SearchBoosts } from "./search_boosts.ts";

/** A series as the search knows it. Absent values are null. */
export type SearchDocument = {
  readonly id: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly units: string | null;
  /** ISO 8601 repeating interval. */
  readonly frequency: string | null;
  /** ISO dates of the first and last value. */
  readonly start: string | null;
  readonly end: string | null;
  readonly catalogId: string | null;
  readonly dataset: SearchDataset;
};

/** What series of a dataset share. */
export type SearchDataset = {
  readonly title: string | null;
  readonly description: string | null;
  readonly source: string | null;
  readonly publisherName: string | null;
  /** Label of its first theme. */
  readonly theme: string | null;
};

/** What results are filtered and counted by, in the order of the answer. */
export const FACETS = [
  "dataset_theme",
  "units",
  "dataset_publisher_name",
  "dataset_source",
  "catalog_id",
] as const;
export type Facet = (typeof FACETS)[number];

export const SORT_KEYS = ["relevance", "hits_90_days", "frequency"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export const SEARCH_LIMITS = {
  /** start + limit. */
  reach: 10_000,
  defaultRows: 10,
  facetValues: 1_000,
  /** Of `q`; what comes after is not read. */
  queryCharacters: 4_096,
  /** Distinct ones of `q`; those after are not looked for. */
  queryWords: 32,
  /** Smaller collections have no minimum score: BM25 seldom reaches it in them. */
  smallCollection: 1_000,
} as const;

/** Minimum score of the contract. */
export const DEFAULT_MIN_SCORE = 5;

export type SearchQuery = {
  /** Free text; undefined asks for all series, text without any word for none. */
  readonly text?: string;
  /** Values of a facet are alternatives, facets are all required. Catalog aliases stand for their catalogs. */
  readonly filters: Readonly<Partial<Record<Facet, readonly string[]>>>;
  readonly sortBy: SortKey;
  readonly descending: boolean;
  readonly start: number;
  readonly limit: number;
  /** Whether values of the facets are counted. */
  readonly facets: boolean;
  /** Least score of a match of `text`, where the settings have none. */
  readonly minScore: number;
};

export type FacetValue = { readonly label: string; readonly count: number };

export type SearchHit = {
  readonly document: SearchDocument;
  /** 0 without text. */
  readonly score: number;
  /** Queries of the series in 90 days; 0 without popularity. */
  readonly hits90Days: number;
};

export type SearchAnswer = {
  /** The page asked for. */
  readonly hits: readonly SearchHit[];
  /** All matches. */
  readonly count: number;
  /** Values over all matches, most frequent first, then by label. */
  readonly facets?: Readonly<Record<Facet, readonly FacetValue[]>>;
};

/** The search of one published version. */
export interface Search {
  /**
   * Ties end by id, in order of UTF-16 code units, whatever the direction. Popularity is published by itself, so it
   * is an argument; without it no series was ever asked for.
   */
  find(query: SearchQuery, popularity?: Popularity): Promise<SearchAnswer>;
  /** Distinct values of a facet over all series, most frequent first, then by label. */
  values(facet: Facet): Promise<string[]>;
  /** Whether another engine gave the last answer instead of the one that should (search_stand_in.ts). */
  readonly stoodIn?: boolean;
}

export type Searches = {
  /** Opens the search of a snapshot, by its name. Errors: Problem `unavailable`. */
  of(snapshot: string): Promise<Search>;
  /** Since when another engine stands in, in epoch ms; undefined while none has to. Absent where none can. */
  standInSince?(snapshot: string): number | undefined;
};

/** What operators decide of the search. */
export type SearchSettings = {
  /** Lists of equivalent terms, separated by commas: `ipc,índice de precios al consumidor`. */
  readonly synonyms: readonly string[];
  /** Catalogs that a value of `catalog_id` stands for. */
  readonly catalogAliases: Readonly<Record<string, readonly string[]>>;
  readonly boosts: SearchBoosts;
  /** Least score of a match of a text; undefined leaves it to whoever asks. */
  readonly minScore?: number | undefined;
};

/**
 * Checks names that are to stand for catalogs.
 * Errors: Problem `conflict` where one is the id of a catalog.
 */
export function checkAliases(aliases: readonly string[], isCatalog: (id: string) => boolean): void {
  const taken = aliases.find(isCatalog);
  if (taken === undefined) return;
  throw new Problem("conflict", `Ya existe un catálogo con id ${taken}, no puede ser usado como alias`);
}

/**
 * Asks `first`; from its first Problem with a snapshot on, `second` for that snapshot. `tell` hears of it once.
 * For an engine that needs files of its own beside one that reads only what is published.
 */
export function searchesWithFallback(
  first: Searches,
  second: Searches,
  tell: (error: unknown) => void,
): Searches {
  let failed: string | undefined;
  return {
    of(snapshot) {
      const attempt = async <T>(ask: (search: Search) => Promise<T>): Promise<T> => {
        try {
          if (failed !== snapshot) return await ask(await first.of(snapshot));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          if (failed !== snapshot) tell(error);
          failed = snapshot;
        }
        return await ask(await second.of(snapshot));
      };
      return Promise.resolve({
        find: (query, popularity) => attempt((search) => search.find(query, popularity)),
        values: (facet) => attempt((search) => search.values(facet)),
      });
    },
  };
}
