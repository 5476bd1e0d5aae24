// That a file of before there were tallies has those of its runs once it is opened.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { ETL_MIGRATIONS } from "../../src/store/sqlite/etl_migrations.ts";
import { sqliteEtlStore } from "../../src/store/sqlite/etl_store.ts";
import { draft, lease, NOON } from "./etl_examples.ts";

test("sqliteEtlStore counts runs that ended before it knew how to", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-etl-"));
  const file = path.join(folder, "etl.sqlite");
  try {
    const old = sqliteEtlStore(openDatabase(file, ETL_MIGRATIONS.slice(0, 1)));
    const held = await lease(old);
    for (const ms of [1_500, 250]) {
      const { run } = await old.addRun(draft());
      await old.decide(held, run.id, run.revision, { run: { status: "STARTED", start: NOON } });
      const { revision } = (await old.run(run.id))!.run;
      await old.decide(held, run.id, revision, { run: { status: "SUCCESS", end: NOON + ms } });
    }
    await old.addRun(draft());
    await old.close();

    const store = sqliteEtlStore(openDatabase(file, ETL_MIGRATIONS));
    expect(await store.tallies()).toEqual([{
      name: "dummy",
      status: "SUCCESS",
      runs: 2,
      began: 2,
      durationMs: 1_750,
      lastEnd: NOON + 1_500,
      lastScheduledAt: null,
      lastLatenessMs: null,
    }]);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
