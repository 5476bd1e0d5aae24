// Two pollers over PostgreSQL, directly and through PgBouncer in transaction mode.

import { afterAll, beforeAll, test } from "vitest";
import { START_TIMEOUT_MS } from "../services.ts";
import { pollAndKill, POLLERS_TIMEOUT_MS } from "../slow/price_pollers.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const WAYS = ["direct", "pooled"] as const;

let databases: FreshDatabase[];
let folder: string;
beforeAll(async () => {
  databases = await Promise.all(WAYS.map(() => freshDatabase()));
  folder = Deno.makeTempDirSync({ prefix: "caudal-pollers-" });
}, START_TIMEOUT_MS);
afterAll(async () => {
  await Promise.all(databases.map((one) => one.drop()));
  Deno.removeSync(folder, { recursive: true });
});

test.each(WAYS)("two pollers, %s, of which the active one is killed have one tick a period", async (way) => {
  await pollAndKill({ dataDir: folder, databaseUrl: databases[WAYS.indexOf(way)]![way] });
}, POLLERS_TIMEOUT_MS);
