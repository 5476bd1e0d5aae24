// The checks of the contract over PostgreSQL, through PgBouncer in transaction mode: steps are shared by processes.

import { afterEach, beforeAll } from "vitest";
import { checksSuite } from "../etl/checks_suite.ts";
import { type EtlWorld, etlWorld } from "../etl/etl_world.ts";
import { service, START_TIMEOUT_MS } from "../services.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const databases = new Map<EtlWorld, FreshDatabase>();
beforeAll(async () => {
  await service("pgbouncer");
}, START_TIMEOUT_MS);
afterEach(async () => {
  for (const database of databases.values()) await database.drop();
  databases.clear();
});

const ask = (world: EtlWorld, statement: string) => databases.get(world)!.ask(statement);

checksSuite("PostgreSQL", {
  async open() {
    const database = await freshDatabase();
    const world = await etlWorld(database.pooled);
    databases.set(world, database);
    return world;
  },
  // Two schedulers and three workers: each process is one, and stands by as the other.
  processes: 5,
  output: (world) => Promise.resolve(databases.get(world)!.direct),
  countIris: async (world) => Number((await ask(world, "SELECT count(*) AS n FROM iris"))[0]!.n),
  irisTypes: async (world) =>
    Object.fromEntries(
      (await ask(
        world,
        "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = 'iris'",
      )).map(({ name, type }) => [name, type]),
    ) as Record<string, string>,
  types: { Float: "double precision", Text: "text" },
  everythingStored: async (world) => {
    const tables = await ask(
      world,
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname LIKE 'caudal%'",
    );
    const rows = [];
    for (const { name } of tables) rows.push(...await ask(world, `SELECT t::text AS row FROM ${name} t`));
    return rows.map(({ row }) => row).join("\n");
  },
});
