// The OpenSearch of the search's benchmark: that of OPENSEARCH_URL, else that of `deno task services` where it
// runs. Its indexes have names of their own and are removed.

import { readEnv } from "../../src/config.ts";
import type { Searches } from "../../src/core/search.ts";
import { clusterSearches } from "../../src/store/opensearch/search.ts";
import type { ReadBlobs } from "../../src/store/segments/blobs.ts";
import { searchSourceReader } from "../../src/store/segments/search_index.ts";
import { status } from "../services/stack.ts";

const SERVICES = `${import.meta.dirname}/../../.caudal/services`;

export type BenchedCluster = {
  readonly searches: Searches;
  build(snapshot: string): Promise<void>;
  /** Bytes of the index, its copies apart. */
  size(): Promise<number>;
  close(): Promise<void>;
};

/** Undefined where there is none. */
export async function benchedCluster(blobs: ReadBlobs): Promise<BenchedCluster | undefined> {
  const nodes = readEnv(["OPENSEARCH_URL"]).OPENSEARCH_URL ?? await runningNodes();
  if (!nodes) return;
  const prefix = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const searches = clusterSearches({ nodes, prefix }, searchSourceReader(blobs));
  const ask = async (path: string, method = "GET") =>
    await (await fetch(`${nodes[0]}/${path}`, { method })).json();
  return {
    searches,
    build: (snapshot) => searches.prepare(snapshot),
    size: async () => (await ask(`${prefix}/_stats/store`))._all.primaries.store.size_in_bytes,
    async close() {
      await searches.close();
      for (const index of Object.keys(await ask(`${prefix}-*?filter_path=*.aliases`))) {
        await ask(index, "DELETE");
      }
    },
  };
}

async function runningNodes(): Promise<readonly string[] | undefined> {
  const [opensearch] = await status(SERVICES, ["opensearch"]);
  return opensearch?.version === undefined ? undefined : opensearch.addresses.OPENSEARCH_URL?.split(",");
}
