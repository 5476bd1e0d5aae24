// A builder of a search index that stops halfway and waits, for a test to kill it. Arguments: prefix, nodes.

import { DEFAULT_BOOSTS } from "../../src/core/search_boosts.ts";
import type { SearchSource } from "../../src/core/search_source.ts";
import { clusterSearches } from "../../src/store/opensearch/search.ts";
import { document } from "../store/search_engines.ts";

const [prefix, ...nodes] = Deno.args;
let pass = 0;
const source: SearchSource = {
  files: ["never finished"],
  settings: { synonyms: [], catalogAliases: {}, boosts: DEFAULT_BOOSTS },
  async *catalogs() {
    // The first pass is the survey.
    const writes = pass++ > 0;
    // More than is sent at once, so that some of it is in the index.
    const text = "trigo ".repeat(500);
    yield Array.from({ length: 1_000 }, (_, i) => document(`s${i}`, { description: text }));
    if (writes) {
      console.log("half");
      await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    }
  },
};
await clusterSearches({ nodes, prefix: prefix! }, () => Promise.resolve(source)).prepare("x");
