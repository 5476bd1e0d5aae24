// Leases of the ETL store on PostgreSQL. Who decides relies on the row with its token until its transaction ends, as in
// lease.ts: nobody takes over in the middle of a decision, and a renewal does not wait for its end.

import { type EtlLease, type EtlStore, LEASE_LOST } from "../../core/etl/store.ts";
import { Problem } from "../../core/problem.ts";
import type { Database, Statements } from "./database.ts";
import { LEASE, leaseOf } from "./etl_rows.ts";

/** The moment, by the clock of the database. */
export const CLOCK = "date_trunc('milliseconds', clock_timestamp())";

/** In a list of what is selected: a process that stands still in this transaction holds nobody up for longer. */
export const BRIEFLY = "set_config('idle_in_transaction_session_timeout', '5s', true)";

/** Of several that come at once to a lease that nobody ever held, one. */
const TAKE_FIRST = `INSERT INTO caudal.etl_lease (name, token, holder, taken_at, renewed_at, expires_at)
  SELECT $1::text, 1, $2::text, at, at, at + $3::bigint * interval '1 millisecond' FROM (SELECT ${CLOCK} AS at) AS clock
  ON CONFLICT DO NOTHING RETURNING token`;

/** One that the old holder's last transaction still relies on is not waited for. */
const TAKE_OVER = `WITH free AS (
    SELECT name, ${CLOCK} AS at FROM caudal.etl_lease
    WHERE name = $1 AND (holder IS NULL OR holder = $2 OR expires_at <= ${CLOCK}) FOR UPDATE SKIP LOCKED
  )
  UPDATE caudal.etl_lease SET token = token + 1, holder = $2, taken_at = at, renewed_at = at,
    expires_at = at + $3::bigint * interval '1 millisecond'
  FROM free WHERE etl_lease.name = free.name RETURNING token`;

const HELD = "name = $1 AND holder = $2 AND token = $3";

/** By a connection of its own: a lease does not wait for other work. */
export function postgresEtlLeases(
  db: Database,
): Pick<EtlStore, "takeLease" | "renewLease" | "releaseLease" | "lease"> {
  return {
    async takeLease(name, holder, periodMs) {
      const taken = await db.one(TAKE_OVER, name, holder, periodMs) ??
        await db.one(TAKE_FIRST, name, holder, periodMs);
      return taken && { name, holder, token: taken.token as number };
    },

    renewLease: async ({ name, holder, token }, periodMs) =>
      await db.run(
        `UPDATE caudal.etl_lease SET renewed_at = at, expires_at = at + $4::bigint * interval '1 millisecond'
         FROM (SELECT ${CLOCK} AS at) AS clock WHERE ${HELD}`,
        name,
        holder,
        token,
        periodMs,
      ) > 0,

    async releaseLease({ name, holder, token }) {
      await db.run(`UPDATE caudal.etl_lease SET holder = NULL WHERE ${HELD}`, name, holder, token);
    },

    async lease(name) {
      const row = await db.one(
        `SELECT ${LEASE} FROM caudal.etl_lease WHERE name = $1 AND holder IS NOT NULL`,
        name,
      );
      return row && leaseOf(row);
    },
  };
}

/** At the beginning of a transaction. Errors: Problem `conflict` when the lease is another's by now, or nobody's. */
export async function fence(tx: Statements, { name, holder, token }: EtlLease): Promise<void> {
  const held = await tx.one(
    `SELECT ${BRIEFLY} FROM caudal.etl_lease WHERE ${HELD} FOR KEY SHARE`,
    name,
    holder,
    token,
  );
  if (!held) throw new Problem("conflict", LEASE_LOST);
}
