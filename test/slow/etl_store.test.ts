// Several processes over one file of SQLite that keeps runs of sequences.

import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { shareAndKill } from "./etl_store_processes.ts";
import { LONG } from "./process.ts";

test("sqliteEtlStore is shared by processes that are killed at any point", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "caudal_etl_" });
  try {
    await shareAndKill({ dataDir }, 400);
    const file = new DatabaseSync(path.join(dataDir, "etl.sqlite"));
    expect(file.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    file.close();
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}, LONG ? 900_000 : 180_000);
