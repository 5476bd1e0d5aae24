// Leases: what one process alone does at a time, on whatever host, told by the clock of the database.
//
//   take ─▶ renew ─▶ renew ─▶ … ─▶ give back
//                └─ no sign of life for LEASE_MS ─▶ whoever comes next takes it, with a higher token
//
// Every transaction that writes for the holder relies on the row with its token until it is committed. So a holder
// that was thought dead and is not can write no more once another has begun, and nobody takes over in the middle of
// its last transaction. Nothing is kept in a session: PgBouncer may change the connection with every transaction.

import { Problem } from "../../core/problem.ts";
import { type Database, type Fence, lostFence } from "./database.ts";

/** Without a sign of life for so long, a holder counts as gone. */
const LEASE_MS = 20_000;
/** Renewals in that time. */
const RENEWALS = 4;

export type LeaseRequest = {
  readonly name: "writer" | "worker";
  /** Host and process, for people. */
  readonly holder: string;
  /** What its holder is doing, for those who are refused: "está escribiendo". */
  readonly busy: string;
  readonly leaseMs?: number;
};

export type Held = {
  /** Writes only while the lease is held; otherwise Problem `conflict`. */
  readonly db: Database;
  /** For what is written elsewhere. Errors: Problem `conflict` when the lease is another's by now, or nobody's. */
  confirm(): Promise<void>;
};

/**
 * Runs `work` as the only holder of a lease.
 * Errors: Problem `conflict` at once while another process holds it.
 */
export async function withLease<T>(
  db: Database,
  request: LeaseRequest,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const { leaseMs = LEASE_MS } = request;
  // A renewal does not wait for the work's connections.
  const aside = db.aside();
  try {
    const fence = await take(aside, request, leaseMs);
    const stopRenewing = keepRenewing(aside, fence, leaseMs);
    try {
      return await work({ db: db.fencedBy(fence), confirm: () => confirm(aside, fence) });
    } finally {
      await stopRenewing();
      // Nobody waits for it longer than until it expires.
      await setExpiry(aside, fence, 0).catch(() => {});
    }
  } finally {
    await aside.close();
  }
}

async function take(db: Database, { name, holder, busy }: LeaseRequest, leaseMs: number): Promise<Fence> {
  const found = await look(db, name);
  if (!found || found.secondsLeft <= 0) {
    const taken = await db.one(found ? TAKE_OVER : TAKE_FIRST, name, holder, leaseMs);
    if (taken) return { name, token: taken.token as number };
  }
  const other = await look(db, name);
  const who = other ? ` (${other.holder})` : "";
  const until = other && other.secondsLeft > 0 ? ` o, si se cortó, ${Math.ceil(other.secondsLeft)} s` : "";
  throw new Problem(
    "conflict",
    `Otro proceso${who} ${busy} en la base "${db.place.database}" de ${db.place.server}: ` +
      `espere a que termine${until}`,
  );
}

/** Of several that come at once to a lease that nobody ever held, one. */
const TAKE_FIRST = `INSERT INTO caudal.lease (name, token, holder, expires_at)
  VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  ON CONFLICT DO NOTHING RETURNING token`;

/** One that the old holder's last transaction still relies on is not waited for. */
const TAKE_OVER = `WITH free AS (
    SELECT name FROM caudal.lease WHERE name = $1 AND expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED
  )
  UPDATE caudal.lease SET token = token + 1, holder = $2,
    expires_at = clock_timestamp() + $3 * interval '1 millisecond'
  FROM free WHERE lease.name = free.name RETURNING token`;

async function look(
  db: Database,
  name: string,
): Promise<{ holder: string; secondsLeft: number } | undefined> {
  const row = await db.one(
    `SELECT holder, extract(epoch FROM expires_at - clock_timestamp())::float8 AS seconds_left
     FROM caudal.lease WHERE name = $1`,
    name,
  );
  return row && { holder: row.holder as string, secondsLeft: row.seconds_left as number };
}

/** Answers whether the lease is still the fence's. */
async function setExpiry(db: Database, { name, token }: Fence, leaseMs: number): Promise<boolean> {
  const changed = await db.run(
    `UPDATE caudal.lease SET expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE name = $1 AND token = $2`,
    name,
    token,
    leaseMs,
  );
  return changed > 0;
}

/** Renews now and again until told to stop; what fails is tried again at the next time. */
function keepRenewing(db: Database, fence: Fence, leaseMs: number): () => Promise<void> {
  let renewal = Promise.resolve();
  let renewing = false;
  const timer = setInterval(() => {
    if (renewing) return;
    renewing = true;
    renewal = setExpiry(db, fence, leaseMs).then((isHeld) => {
      if (!isHeld) clearInterval(timer);
    }, () => {}).finally(() => renewing = false);
  }, leaseMs / RENEWALS);
  return async () => {
    clearInterval(timer);
    await renewal;
  };
}

async function confirm(db: Database, { name, token }: Fence): Promise<void> {
  const held = await db.one(
    "SELECT FROM caudal.lease WHERE name = $1 AND token = $2 AND expires_at > clock_timestamp()",
    name,
    token,
  );
  if (!held) throw lostFence(db.place);
}
