// The queue of steps over pg-boss, directly and through PgBouncer in transaction mode.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedQueue } from "../../src/store/pg_boss/step_queue.ts";
import { stepQueueSuite } from "../etl/step_queue_suite.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

describe.each(["direct", "pooled"] as const)("pg-boss, %s", (way) => {
  let databases: FreshDatabase[] = [];
  beforeAll(async () => {
    databases = [await freshDatabase()];
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  stepQueueSuite(`pg-boss ${way}`, async () => {
    const database = await freshDatabase();
    databases.push(database);
    const open = () =>
      sharedQueue({
        databaseUrl: database[way],
        onError: (error) => {
          throw error;
        },
      });
    return { scheduler: open(), workers: [open(), open(), open()] };
  });

  it("makes its schema once when all processes begin at the same time", async () => {
    const database = await freshDatabase();
    databases.push(database);
    const queues = Array.from(
      { length: 4 },
      () => sharedQueue({ databaseUrl: database[way], onError: () => {} }),
    );
    try {
      const offers = await Promise.allSettled(queues.map((queue, i) => queue.offer(i)));
      expect(offers.map(({ status }) => status)).toEqual(queues.map(() => "fulfilled"));
    } finally {
      for (const queue of queues) await queue.close();
    }
  });
});
