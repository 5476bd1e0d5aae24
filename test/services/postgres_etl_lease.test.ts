// A scheduler or worker that stands still in the middle of a transaction on PostgreSQL: the others are held up for
// seconds, and nothing of it is kept.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { type Database, openPostgres, type Statements } from "../../src/store/postgres/database.ts";
import { fence } from "../../src/store/postgres/etl_leases.ts";
import { postgresEtlStore } from "../../src/store/postgres/etl_store.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually } from "../slow/process.ts";
import { draft, HOUR_MS } from "../store/etl_examples.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

describe.each(["direct", "pooled"] as const)("postgresEtlStore, %s", (way) => {
  let database: FreshDatabase;
  let still: Database;
  let store: EtlStore;
  beforeAll(async () => {
    database = await freshDatabase();
    still = openPostgres(database[way]);
    await migrate(still);
    store = postgresEtlStore(openPostgres(database[way]));
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([still.close(), store.close()]);
    await database.drop();
  });

  /** Stands still in a transaction until `others` are through; answers how it ended. */
  async function standStill(begin: (tx: Statements) => Promise<void>, others: () => Promise<void>) {
    const begun = Promise.withResolvers<void>();
    const through = Promise.withResolvers<void>();
    const standing = still.write(async (tx) => {
      await begin(tx);
      begun.resolve();
      await through.promise;
    }).then(() => undefined, (error: unknown) => error);
    await begun.promise;
    await others().finally(through.resolve);
    return await standing;
  }

  test("lets the lease be taken over", async () => {
    const held = (await store.takeLease("scheduler", "one", 100))!;
    const { run } = await store.addRun(draft());
    const error = await standStill(async (tx) => {
      await fence(tx, held);
      await tx.run("UPDATE caudal.etl_run SET status = 'STARTED' WHERE id = $1", run.id);
    }, () => eventually(async () => await store.takeLease("scheduler", "two", HOUR_MS) !== undefined));
    expect(error).toMatchObject({ code: "unavailable" });
    expect((await store.run(run.id))!.run).toEqual(run);
    expect(await store.lease("scheduler")).toMatchObject({ holder: "two", token: held.token + 1 });
  });

  test("renews a lease while a decision relies on it", async () => {
    const held = (await store.takeLease("other", "one", HOUR_MS))!;
    const error = await standStill(
      (tx) => fence(tx, held),
      async () => expect(await store.renewLease(held, HOUR_MS)).toBe(true),
    );
    expect(error).toBeUndefined();
  });
});
