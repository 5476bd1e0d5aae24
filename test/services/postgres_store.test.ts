// The suites of the ports over PostgreSQL, each of them directly and through PgBouncer in transaction mode.

import { afterAll, beforeAll, describe } from "vitest";
import { postgresStore } from "../../src/store/postgres/canonical_store.ts";
import { type Database, openPostgres } from "../../src/store/postgres/database.ts";
import { postgresJournal } from "../../src/store/postgres/journal.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { postgresRecords, postgresTrail } from "../../src/store/postgres/records.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { canonicalStoreSuite } from "../store/canonical_store_suite.ts";
import { sha256 } from "../store/example_catalog.ts";
import { journalSuite } from "../store/journal_suite.ts";
import { recordsSuite } from "../store/records_suite.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const EMPTY = `
  BEGIN;
  SET LOCAL session_replication_role = replica;
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'caudal' AND tablename <> 'migration' LOOP
      EXECUTE format('DELETE FROM caudal.%I', name);
    END LOOP;
  END $$;
  INSERT INTO caudal.change_counter (position) VALUES (0);
  COMMIT`;

describe.each(["direct", "pooled"] as const)("PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let db: Database;
  beforeAll(async () => {
    database = await freshDatabase();
    db = openPostgres(database[way]);
    await migrate(db);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  /** Rows as a new store has them, which is faster than a new store. */
  const renew = () => db.run(EMPTY);
  const close = () => {};

  canonicalStoreSuite("PostgreSQL", async () => {
    await renew();
    return { store: postgresStore(db, sha256), journal: postgresJournal(db), close };
  });
  journalSuite("PostgreSQL", async () => {
    await renew();
    return { journal: postgresJournal(db), close };
  });
  recordsSuite("PostgreSQL", async () => {
    await renew();
    return { records: postgresRecords(db), trail: postgresTrail(db), close };
  });
});
