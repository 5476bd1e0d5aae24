// The suite of counts in the memory of one process.

import { memoryCounts } from "../../src/store/memory_counts.ts";
import { countsSuite } from "./counts_suite.ts";

countsSuite("memory", () => {
  const counts = memoryCounts();
  return { counts, other: counts, close: () => {} };
});
