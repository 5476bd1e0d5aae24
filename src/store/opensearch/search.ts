// The search on an OpenSearch cluster, for servers of many readers: an index for each content, built beside the
// others and read by an alias that it has once it is whole. It is made again out of what is published, so it holds
// nothing that must be kept.

import { Problem } from "../../core/problem.ts";
import type { Popularity } from "../../core/hits.ts";
import { type Facet, type Search, type Searches, type SearchQuery } from "../../core/search.ts";
import type { SearchSource } from "../../core/search_source.ts";
import { queryWords, unitsOf } from "../../core/search_units.ts";
import { readSynonyms } from "../../core/synonyms.ts";
import { buildIndex } from "./build.ts";
import { findByHits, popularParts } from "./by_hits.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { contentName, indexNames, type IndexNote } from "./index_layout.ts";
import { facetCounts, facetValues, type Found, nothingFound, searchAnswer, searchBody } from "./query.ts";
import { termsOfWords } from "./words.ts";

/** Longest that a node is waited for before another one is asked, in ms. */
const NODE_MS = 2_000;

/** Snapshots that stay open: the current one and the one that requests under way may have begun with. */
const OPEN = 2;

/** A build that failed is not tried again before, in ms. */
const BUILD_PAUSE_MS = 15_000;

export type ClusterSearches = Searches & {
  /**
   * Builds the index of a snapshot where it is missing, and makes it the current one.
   * Errors: Problem `unavailable`; what was current before still is.
   */
  prepare(snapshot: string): Promise<void>;
  close(): Promise<void>;
};

export type ClusterSettings = {
  /** Addresses of some nodes. */
  readonly nodes: readonly string[];
  /** Beginning of the names of indexes: the alias of the current one. */
  readonly prefix?: string;
};

/**
 * Opens searches over the indexes of a cluster; `readSource` tells what a snapshot holds. Where an index is missing
 * it is built, and until then `of` is Problem `unavailable`. Faults of the cluster are Problem `unavailable`.
 */
export function clusterSearches(
  { nodes, prefix = "caudal-search" }: ClusterSettings,
  readSource: (snapshot: string) => Promise<SearchSource>,
): ClusterSearches {
  const cluster = openCluster(nodes);
  const names = indexNames(prefix);
  const opened = new Map<string, Promise<Search>>();
  const builds = new Map<string, { failedAt?: number; error?: unknown }>();

  async function open(snapshot: string, forget: () => void): Promise<Search> {
    const source = await readSource(snapshot);
    const content = contentName(source);
    const index = names.whole(content);
    const found = await cluster.ask<Record<string, { mappings: { _meta: IndexNote } }>>({
      method: "GET",
      path: `/${index}/_mapping`,
      nodeMs: NODE_MS,
    });
    const note = found && Object.values(found)[0]?.mappings._meta;
    if (!note) throw missing(source, content);
    return searchIn(cluster, index, note, source, forget);
  }

  /** Builds what is missing, once at a time and not at once after a failure; tells that it is not there yet. */
  function missing(source: SearchSource, content: string): Problem {
    const build = builds.get(content);
    if (!build || (build.failedAt !== undefined && Date.now() - build.failedAt >= BUILD_PAUSE_MS)) {
      builds.set(content, {});
      buildIndex(cluster, names, source).then(
        () => builds.delete(content),
        (error) => builds.set(content, { failedAt: Date.now(), error }),
      );
    }
    return new Problem("unavailable", "The search index of this snapshot is not built yet", [], {
      cause: build?.error,
    });
  }

  return {
    of(snapshot) {
      let known = opened.get(snapshot);
      if (!known) {
        const forget = () => {
          if (opened.get(snapshot) === known) opened.delete(snapshot);
        };
        known = open(snapshot, forget);
        opened.set(snapshot, known);
        known.catch(forget);
        for (const old of [...opened.keys()].slice(0, -OPEN)) opened.delete(old);
      }
      return known;
    },

    async prepare(snapshot) {
      await buildIndex(cluster, names, await readSource(snapshot));
    },

    close: () => cluster.close(),
  };
}

/** The search in one index, by its alias; `forget` hears that it is gone. */
function searchIn(
  cluster: Cluster,
  index: string,
  note: IndexNote,
  { settings }: SearchSource,
  forget: () => void,
): Search {
  const synonyms = readSynonyms(settings.synonyms);
  const partsOf = popularParts();

  async function search(body: object, query: Record<string, string> = {}): Promise<Found> {
    const found = await cluster.ask<Found>({
      method: "POST",
      path: `/${index}/_search`,
      // Part of an answer is none.
      query: { allow_partial_search_results: false, ...query },
      body,
      nodeMs: NODE_MS,
    });
    if (found) return found;
    forget();
    throw new Problem("unavailable", `The search index "${index}" is gone`);
  }

  const termsOf = termsOfWords(
    async (body) => (await search({ ...body, _source: false })).hits.hits.map(({ _id }) => _id),
    synonyms,
  );

  return {
    async find(query: SearchQuery, popularity?: Popularity) {
      const { text } = query;
      const units = text === undefined
        ? undefined
        : unitsOf(text, synonyms, await termsOf([...new Set(queryWords(text))]));
      if (units?.length === 0) return nothingFound(query);
      // Scores count over all shards.
      const ask = (body: object) => search(body, units ? { search_type: "dfs_query_then_fetch" } : {});
      const body = searchBody(query, units, note, settings);
      if (query.sortBy !== "hits_90_days" || !popularity) {
        return searchAnswer(await ask(body), query, popularity);
      }
      return await findByHits(ask, body, query, popularity, partsOf(popularity, query.descending));
    },

    async values(facet: Facet) {
      const { aggregations } = await search({ size: 0, aggs: facetCounts([facet]) });
      return facetValues(aggregations, facet).map(({ label }) => label);
    },
  };
}
