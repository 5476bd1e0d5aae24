// Leases of the ETL store on SQLite. Each method is one statement, so that of several processes one comes first.

import { type EtlLease, type EtlStore, LEASE_LOST } from "../../core/etl/store.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "./database.ts";
import { leaseOf } from "./etl_rows.ts";

/** Epoch ms of the database; the same throughout a statement. */
export const CLOCK = "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)";

const TAKE = `INSERT INTO etl_lease (name, token, holder, taken_at, renewed_at, expires_at)
  VALUES (?1, 1, ?2, ${CLOCK}, ${CLOCK}, ${CLOCK} + ?3)
  ON CONFLICT (name) DO UPDATE SET token = token + 1, holder = excluded.holder, taken_at = excluded.taken_at,
    renewed_at = excluded.renewed_at, expires_at = excluded.expires_at
    WHERE holder IS NULL OR holder = excluded.holder OR expires_at <= excluded.taken_at
  RETURNING token`;

const HELD = "name = ?1 AND holder = ?2 AND token = ?3";

export function sqliteEtlLeases(
  db: Database,
): Pick<EtlStore, "takeLease" | "renewLease" | "releaseLease" | "lease"> {
  return {
    takeLease: (name, holder, periodMs) =>
      Promise.try(() => {
        const taken = db.one(TAKE, name, holder, periodMs);
        return taken && { name, holder, token: Number(taken.token) };
      }),

    renewLease: ({ name, holder, token }, periodMs) =>
      Promise.try(() =>
        db.run(
          `UPDATE etl_lease SET renewed_at = ${CLOCK}, expires_at = ${CLOCK} + ?4 WHERE ${HELD}`,
          name,
          holder,
          token,
          periodMs,
        ).changes > 0
      ),

    releaseLease: ({ name, holder, token }) =>
      Promise.try(() => void db.run(`UPDATE etl_lease SET holder = NULL WHERE ${HELD}`, name, holder, token)),

    lease: (name) =>
      Promise.try(() => {
        const row = db.one("SELECT * FROM etl_lease WHERE name = ? AND holder IS NOT NULL", name);
        return row && leaseOf(row);
      }),
  };
}

/** Inside a transaction. Errors: Problem `conflict` when the lease is another's by now, or nobody's. */
export function fence(db: Database, { name, holder, token }: EtlLease): void {
  if (!db.one(`SELECT 1 FROM etl_lease WHERE ${HELD}`, name, holder, token)) {
    throw new Problem("conflict", LEASE_LOST);
  }
}
