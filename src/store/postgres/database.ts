// Opens PostgreSQL, directly or through PgBouncer in transaction mode: a few connections, each lent to one piece of
// work at a time. Nothing outlives a transaction but its rows: no prepared statement, setting or lock of a session.

import { connect, type Connection, type Row, type Value } from "./connection.ts";
import { isCollision, type Place, placeOf, problemOf } from "./faults.ts";
import { Problem } from "../../core/problem.ts";

/** Connections of a process: more would only wait for each other's positions. */
const CONNECTIONS = 4;
/** Times a piece of work is done when others keep getting in its way. */
const ATTEMPTS = 5;

/** A transaction begins at once, unless a pooler has no server for it. */
const BEGIN_MS = 10_000;

/** Who waits longer for a lock, or forgets a transaction, gives up: one lost host does not hold up the others. */
const GUARDS = "SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '60s'";

export type Statements = {
  /** First row, or undefined. */
  one(statement: string, ...values: Value[]): Promise<Row | undefined>;
  all(statement: string, ...values: Value[]): Promise<readonly Row[]>;
  /** Answers the rows changed. */
  run(statement: string, ...values: Value[]): Promise<number>;
};

export type Writing = Statements & {
  /**
   * Statements without parameters that go to the server in one message with the end of the transaction: what they lock
   * is not held while this process does other things.
   */
  atCommit(...statements: string[]): void;
};

/** The right to write, which ends when another process takes it over. */
export type Fence = { readonly name: string; readonly token: number };

/** Statements outside `read` and `write` are a transaction each, and know no fence. */
export type Database = Statements & {
  readonly place: Place;
  /** What `work` reads is of one moment. */
  read<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /**
   * All of `work` or nothing; done again when another transaction got in its way.
   * `soon`: on disk a moment later, and never after anything written later; for what is worth nothing without the
   * end of its run.
   * Errors: Problem `conflict` when the fence is another's by now.
   */
  write<T>(work: (tx: Writing) => Promise<T>, options?: { soon?: boolean }): Promise<T>;
  /** The same connections, whose `write` works as long as the fence stands. */
  fencedBy(fence: Fence): Database;
  /** A connection of its own, which waits for none of the others; closed by itself. */
  aside(): Database;
  close(): Promise<void>;
};

/**
 * Opens the database of a `postgres://` address; connects when first asked.
 * Errors: Problem `invalid` for an address that is none; of the methods, Problem `unavailable` for a fault of the
 * machine; a bug keeps flying.
 */
export function openPostgres(url: string, connections = CONNECTIONS): Database {
  const place = placeOf(url);
  const open = (size: number) => poolOf(() => connect(url), size);
  return overPool(open, open(connections), place);
}

function overPool(open: (size: number) => Pool, pool: Pool, place: Place, fence?: Fence): Database {
  const guarded = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    try {
      return await pool.lend(work);
    } catch (error) {
      throw problemOf(error, place);
    }
  };
  const transaction = <T>(begin: string, check: string, work: (tx: Writing) => Promise<T>): Promise<T> =>
    guarded(async (connection) => {
      const last: string[] = [];
      const atCommit = (...statements: string[]) => void last.push(...statements);
      try {
        const { count } = await connection.ask(`${begin}; ${GUARDS}; ${check}`, [], BEGIN_MS);
        if (count === 0) throw lostFence(place);
        const result = await work({ ...over(connection), atCommit });
        await connection.ask([...last, "COMMIT"].join("; "));
        return result;
      } catch (error) {
        // Without its connection the server has taken everything back.
        if (!connection.isLost()) await connection.ask("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  // The row stays as it is until the end of the transaction, which may therefore be relied upon.
  const check = fence
    ? `SELECT FROM caudal.lease WHERE name = '${fence.name}' AND token = ${fence.token} FOR KEY SHARE`
    : "SELECT";
  return {
    place,
    ...over({ ask: (statement, values) => guarded((connection) => connection.ask(statement, values)) }),
    read: (work) => transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT", work),
    async write(work, { soon = false } = {}) {
      const begin = `BEGIN ISOLATION LEVEL READ COMMITTED${
        soon ? "; SET LOCAL synchronous_commit = off" : ""
      }`;
      for (let left = ATTEMPTS - 1;; left--) {
        try {
          return await transaction(begin, check, work);
        } catch (error) {
          if (left === 0 || !isCollision(error instanceof Problem ? error.cause : error)) throw error;
        }
      }
    },
    fencedBy: (fence) => overPool(open, pool, place, fence),
    aside: () => overPool(open, open(1), place),
    close: () => pool.close(),
  };
}

export function lostFence({ database }: Place): Problem {
  return new Problem("conflict", `Otro proceso tomó el turno de escribir en la base "${database}"`);
}

function over({ ask }: Pick<Connection, "ask">): Statements {
  return {
    one: async (statement, ...values) => (await ask(statement, values)).rows[0],
    all: async (statement, ...values) => (await ask(statement, values)).rows,
    run: async (statement, ...values) => (await ask(statement, values)).count,
  };
}

type Pool = {
  lend<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** Lends a connection to one at a time, who come in turns; those that were lost are replaced. */
function poolOf(open: () => Promise<Connection>, size: number): Pool {
  const idle: Connection[] = [];
  const waiting: (() => void)[] = [];
  let lent = 0;
  let closed = false;
  return {
    async lend(work) {
      if (lent === size) await new Promise<void>((wake) => waiting.push(wake));
      else lent++;
      let connection: Connection | undefined;
      try {
        do connection = idle.pop(); while (connection?.isLost());
        connection ??= await open();
        return await work(connection);
      } finally {
        if (connection && (closed || connection.isLost())) await connection.close();
        else if (connection) idle.push(connection);
        const next = waiting.shift();
        if (next) next();
        else lent--;
      }
    },
    async close() {
      closed = true;
      await Promise.all(idle.splice(0).map((connection) => connection.close()));
    },
  };
}
