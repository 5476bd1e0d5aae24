// The suites of the ports over nothing but memory.

import { memoryJournal, memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { memoryRecords, memoryTrail } from "../../src/store/memory_records.ts";
import { blobsSuite } from "./blobs_suite.ts";
import { canonicalStoreSuite } from "./canonical_store_suite.ts";
import { sha256 } from "./example_catalog.ts";
import { journalSuite } from "./journal_suite.ts";
import { pieceBlobsSuite } from "./piece_blobs_suite.ts";
import { recordsSuite } from "./records_suite.ts";

canonicalStoreSuite("memory", () => {
  const store = memoryStore(sha256);
  return { store, close: () => store.close() };
});
journalSuite("memory", () => ({ journal: memoryJournal(), close: () => {} }));
blobsSuite("memory", () => ({ blobs: memoryBlobs(), close: () => {} }));
pieceBlobsSuite("memory", () => ({ blobs: memoryBlobs(), close: () => {} }));
recordsSuite("memory", () => ({ records: memoryRecords(), trail: memoryTrail(), close: () => {} }));
