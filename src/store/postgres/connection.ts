// One connection to PostgreSQL over postgres.js, for one statement after another. Of the driver neither the pool nor
// the transactions are used (3.4.9): it writes to a socket that is gone when a connection is lost inside one, which
// ends the process; and it connects for ever to a server that hangs up.

import postgres from "postgres";
import { jsonOf, restored, storable } from "./stored_text.ts";

/** From the first attempt to the first answer. */
const CONNECT_MS = 5_000;
/** A pooler whose server is gone, or a host that is, would have its clients wait for minutes. */
const ANSWER_MS = 120_000;

export type Row = Record<string, unknown>;

/** Lists and objects are for parameters that the statement casts to `json`. */
export type Value = string | number | boolean | null | Uint8Array | readonly unknown[];

export type Answer = {
  readonly rows: readonly Row[];
  /** Rows answered or changed. */
  readonly count: number;
};

export type Connection = {
  /**
   * Runs a statement with its parameters `$1`, `$2` …; without any, several statements: the last one's answer.
   * Errors: those of the driver; without an answer in `withinMs` the connection is lost.
   */
  ask(statement: string, values?: readonly Value[], withinMs?: number): Promise<Answer>;
  /** Nothing may be asked any more: the server gave up the transaction with the connection. */
  isLost(): boolean;
  close(): Promise<void>;
};

/** Types of values on their way in and out, by PostgreSQL's numbers for them. */
const TYPES = {
  text: { to: 25, from: [25], serialize: storable, parse: restored },
  json: { to: 114, from: [114], serialize: jsonOf, parse: (text: string) => JSON.parse(restored(text)) },
  bigint: { to: 20, from: [20], serialize: String, parse: wholeNumber },
  // Exact decimals and moments are no JavaScript values: they are carried as they are written.
  numeric: { to: 1700, from: [1700], serialize: String, parse: String },
  moment: { to: 1184, from: [1082, 1114, 1184], serialize: String, parse: String },
  bytea: {
    to: 17,
    from: [17],
    serialize: (bytes: Uint8Array) => `\\x${bytes.toHex()}`,
    parse: (text: string) => Uint8Array.fromHex(text.slice(2)),
  },
};

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is no safe integer`);
  return number;
}

/**
 * Connects by a `postgres://` address and waits for the first answer.
 * Errors: those of the driver.
 */
export async function connect(url: string): Promise<Connection> {
  let lost = false;
  const sql = postgres(url, {
    max: 1,
    prepare: false,
    fetch_types: false,
    types: TYPES,
    connection: { application_name: "caudal" },
    connect_timeout: CONNECT_MS / 1000,
    // It ends a connection without looking whether a transaction is open.
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => lost = true,
  });

  const ask: Connection["ask"] = async (statement, values = [], withinMs = ANSWER_MS) => {
    if (lost) throw Object.assign(new Error("The connection is lost"), { code: "CONNECTION_CLOSED" });
    try {
      const answered = await within(withinMs, sql.unsafe(statement, values as never[]));
      // Of several statements each has its own list.
      const rows = (Array.isArray(answered[0]) ? answered.at(-1) : answered) as unknown as postgres.RowList<
        Row[]
      >;
      return { rows, count: rows.count };
    } catch (error) {
      if (!(error instanceof postgres.PostgresError) || error.severity_local === "FATAL") lost = true;
      throw error;
    }
  };

  const close = () => sql.end({ timeout: lost ? 0 : 2 });
  try {
    await ask("SELECT 1", [], CONNECT_MS);
  } catch (error) {
    lost = true;
    await close();
    throw error;
  }
  return { ask, isLost: () => lost, close };
}

/** What `answer` comes to. Errors: code CONNECT_TIMEOUT when it does not come in time. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("No answer"), { code: "CONNECT_TIMEOUT" })), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
