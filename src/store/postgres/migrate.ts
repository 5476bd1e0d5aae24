// Brings the schema up to this program, whoever else does so at the same time.

import { Problem } from "../../core/problem.ts";
import type { Row } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Of the lock that the migrating hold; any number that no other program on the database uses. */
const LOCK = 4_710_380_201;

const TABLES = `SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
  WHERE nspname = 'caudal'`;

/**
 * Applies the steps that are missing, a transaction each.
 * Errors: Problem `conflict` when a newer program wrote it, `invalid` when it does not hold every text, `unavailable`
 * when it cannot be written to.
 */
export async function migrate(db: Database, steps: readonly string[] = MIGRATIONS): Promise<void> {
  const applied = await appliedSteps(db, db, steps.length);
  for (let next = applied; next < steps.length; next++) {
    await db.write(async (tx) => {
      // Of the transaction: PgBouncer would leave one of a session to a stranger.
      await tx.run(`SELECT pg_advisory_xact_lock(${LOCK})`);
      // Another process may have migrated between the look and the lock.
      if (await appliedSteps(db, tx, steps.length) > next) return;
      if (next === 0) await createSchema(db, tx);
      await tx.run(steps[next]!);
      await tx.run("INSERT INTO caudal.migration (step, applied_at) VALUES ($1, now())", next + 1);
    });
  }
}

async function appliedSteps(db: Database, statements: Statements, known: number): Promise<number> {
  // By the rows of the catalog: a name is looked up in what a session remembers, from before it had the lock.
  const found = await statements.one(`${TABLES} AND relname = 'migration'`);
  if (!found) return 0;
  const { applied } = await statements.one("SELECT max(step) AS applied FROM caudal.migration") as Row;
  if (Number(applied) <= known) return Number(applied);
  throw new Problem(
    "conflict",
    `La base "${db.place.database}" en ${db.place.server} es de una versión más nueva del programa (esquema ` +
      `${applied}, se conoce hasta ${known}): actualice Caudal`,
  );
}

async function createSchema({ place }: Database, tx: Statements): Promise<void> {
  // One that is empty may have been made for the program, by who may.
  const { encoding, exists, taken } = await tx.one(
    `SELECT current_setting('server_encoding') AS encoding,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = 'caudal') AS exists, EXISTS (${TABLES}) AS taken`,
  ) as Row;
  if (encoding !== "UTF8") {
    throw new Problem("invalid", `La base "${place.database}" debe ser UTF8 y es ${encoding}`);
  }
  if (taken) {
    throw new Problem(
      "conflict",
      `La base "${place.database}" ya tiene un esquema "caudal" que no es de este programa`,
    );
  }
  if (!exists) await tx.run("CREATE SCHEMA caudal");
  await tx.run(
    "CREATE TABLE caudal.migration (step integer PRIMARY KEY, applied_at timestamptz NOT NULL)",
  );
}

/** The same database, migrated before it is first used. Errors: those of `migrate`, of the methods. */
export function migrating(db: Database): Database {
  let ready: Promise<void> | undefined;
  return gated(db, () =>
    ready ??= migrate(db).catch((error) => {
      ready = undefined;
      throw error;
    }));
}

function gated(db: Database, whenReady: () => Promise<void>): Database {
  const after = <Args extends unknown[], T>(method: (...args: Args) => Promise<T>) =>
  async (
    ...args: Args
  ): Promise<T> => {
    await whenReady();
    return await method(...args);
  };
  return {
    place: db.place,
    one: after(db.one),
    all: after(db.all),
    run: after(db.run),
    read: (work) => whenReady().then(() => db.read(work)),
    write: (work, options) => whenReady().then(() => db.write(work, options)),
    fencedBy: (fence) => gated(db.fencedBy(fence), whenReady),
    aside: () => gated(db.aside(), whenReady),
    close: db.close,
  };
}
