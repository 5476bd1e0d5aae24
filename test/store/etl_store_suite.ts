// The behaviour that every ETL store has, whatever engine it is on.

import { describe } from "vitest";
import type { OpenedEtlStore } from "./etl_examples.ts";
import { etlChangeSuite } from "./etl_change_suite.ts";
import { etlLeaseSuite } from "./etl_lease_suite.ts";
import { etlRunSuite } from "./etl_run_suite.ts";
import { etlSchedulerSuite } from "./etl_scheduler_suite.ts";
import { etlTallySuite } from "./etl_tally_suite.ts";
import { etlWorkerSuite } from "./etl_worker_suite.ts";

export function etlStoreSuite(name: string, open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  describe(`ETL store on ${name}`, () => {
    describe("leases", () => etlLeaseSuite(open));
    describe("runs", () => etlRunSuite(open));
    describe("changes", () => etlChangeSuite(open));
    describe("scheduler", () => etlSchedulerSuite(open));
    describe("tallies", () => etlTallySuite(open));
    describe("workers", () => etlWorkerSuite(open));
  });
}
