// The checks of the contract with everything embedded: whoever schedules performs the steps.

import { DatabaseSync } from "node:sqlite";
import path from "node:path";
import { checksSuite } from "../etl/checks_suite.ts";
import { type EtlWorld, etlWorld } from "../etl/etl_world.ts";

const irisFile = ({ folder }: EtlWorld) => path.join(folder, "iris.sqlite");

async function asked<T>(world: EtlWorld, ask: (db: DatabaseSync) => T, file = irisFile(world)): Promise<T> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return await Promise.resolve(ask(db));
  } finally {
    db.close();
  }
}

checksSuite("SQLite", {
  open: () => etlWorld(),
  processes: 2,
  output: (world) => Promise.resolve(`sqlite:///${irisFile(world)}`),
  countIris: (world) => asked(world, (db) => Number(db.prepare("SELECT count(*) AS n FROM iris").get()!.n)),
  irisTypes: (world) =>
    asked(world, (db) =>
      Object.fromEntries(
        db.prepare("SELECT name, type FROM pragma_table_info('iris')").all().map((
          { name, type },
        ) => [name, type]),
      ) as Record<string, string>),
  types: { Float: "REAL", Text: "TEXT" },
  everythingStored: (world) =>
    asked(
      world,
      (db) =>
        JSON.stringify(
          ["etl_run", "etl_module_run"].map((table) => db.prepare(`SELECT * FROM ${table}`).all()),
        ),
      path.join(world.dataDir, "etl.sqlite"),
    ),
});
