// The search on an OpenSearch cluster, as the suites mount it, and what tests look at in a cluster.

import { clusterSearches } from "../../src/store/opensearch/search.ts";
import { searchSourceReader } from "../../src/store/segments/search_index.ts";
import type { ENGINES } from "../store/search_engines.ts";

/** A beginning of names that nobody else has. */
export const newPrefix = () => `test-${crypto.randomUUID().slice(0, 8)}`;

/** Indexes whose names begin so, with their aliases. */
export async function indexesOf(node: string, prefix: string): Promise<Map<string, string[]>> {
  const listed = await fetch(`${node}/${prefix}-*?filter_path=*.aliases`);
  const indexes: Record<string, { aliases?: object }> = await listed.json();
  return new Map(
    Object.entries(indexes).map(([name, { aliases = {} }]) => [name, Object.keys(aliases).sort()]),
  );
}

export async function removeIndexes(node: string, prefix: string): Promise<void> {
  for (const index of (await indexesOf(node, prefix)).keys()) {
    await (await fetch(`${node}/${index}`, { method: "DELETE" })).body?.cancel();
  }
}

/**
 * An engine over a cluster; an index is built when its search is opened. Searches of one prefix find each other's;
 * without one each has its own, which are removed with it.
 */
export function openSearchEngine(
  nodes: readonly string[],
  shared?: string,
): (typeof ENGINES)[number] {
  return {
    name: "OpenSearch",
    open(blobs) {
      const prefix = shared ?? newPrefix();
      const searches = clusterSearches({ nodes, prefix }, searchSourceReader(blobs));
      const prepared = new Map<string, Promise<void>>();
      return {
        searches: {
          async of(snapshot) {
            const ready = prepared.get(snapshot) ?? searches.prepare(snapshot);
            prepared.set(snapshot, ready);
            await ready;
            return await searches.of(snapshot);
          },
        },
        async close() {
          await searches.close();
          if (shared === undefined) await removeIndexes(nodes[0]!, prefix);
        },
      };
    },
  };
}
