// How runs, attempts and the rest of the ETL store are rows of PostgreSQL. Times go in and out as epoch ms.

import {
  ATTEMPT_COLUMNS,
  type ColumnKind,
  type Columns,
  fieldsOf,
  LEASE_COLUMNS,
  rowReader,
  RUN_COLUMNS,
  SCHEDULE_COLUMNS,
  TALLY_COLUMNS,
  WORKER_COLUMNS,
} from "../../core/etl/columns.ts";
import type { Value } from "./connection.ts";

/** How values other than null are written and read, in SQL and outside of it. */
type Kind = {
  readonly toSql: (parameter: string) => string;
  readonly fromSql: (column: string) => string;
  readonly write: (value: unknown) => Value;
  readonly read: (value: unknown) => unknown;
};

const plain: Kind = {
  toSql: (parameter) => parameter,
  fromSql: (column) => column,
  write: (value) => value as Value,
  read: (value) => value,
};
const timeOf = (type: "timestamp" | "timestamptz"): Kind => ({
  ...plain,
  toSql: (parameter) => `${type} 'epoch' + ${parameter}::bigint * interval '1 millisecond'`,
  fromSql: (column) => `(extract(epoch FROM ${column}) * 1000)::bigint`,
});

const KINDS: Readonly<Record<ColumnKind, Kind>> = {
  plain,
  // In a column of type varchar any character is stored as text alone (stored_text.ts).
  text: {
    ...plain,
    toSql: (parameter) => `${parameter}::text`,
    fromSql: (column) => `${column}::text`,
  },
  flag: plain,
  json: {
    ...plain,
    write: (value) => JSON.stringify(value),
    read: (text) => JSON.parse(text as string),
  },
  moment: timeOf("timestamptz"),
  timestamp: timeOf("timestamp"),
};

/** A parameter of epoch ms as a moment. */
export const momentOf = KINDS.moment.toSql;
export const timestampOf = KINDS.timestamp.toSql;

/** Every field of a table, under its own name. */
const selected = <T>(table: string, columns: Columns<T>): string =>
  fieldsOf(columns)
    .map(([field, [column, kind]]) => `${KINDS[kind].fromSql(`${table}."${column}"`)} AS "${field}"`)
    .join(", ");

export const RUN = selected("etl_run", RUN_COLUMNS);
export const ATTEMPT = selected("etl_module_run", ATTEMPT_COLUMNS);
export const SCHEDULE = selected("etl_schedule", SCHEDULE_COLUMNS);
export const WORKER = selected("etl_worker", WORKER_COLUMNS);
export const TALLY = selected("etl_tally", TALLY_COLUMNS);
export const LEASE = selected("etl_lease", LEASE_COLUMNS);

const reader = <T>(columns: Columns<T>) => rowReader(columns, (kind) => KINDS[kind].read, (field) => field);

export const runOf = reader(RUN_COLUMNS);
export const attemptOf = reader(ATTEMPT_COLUMNS);
export const scheduleOf = reader(SCHEDULE_COLUMNS);
export const workerOf = reader(WORKER_COLUMNS);
export const tallyOf = reader(TALLY_COLUMNS);
export const leaseOf = reader(LEASE_COLUMNS);

export type Written = {
  readonly columns: string[];
  /** What becomes of the parameters on their way in. */
  readonly terms: string[];
  readonly values: Value[];
};

/** Fields that are named, as columns in quotes and their values, from `$first` on. */
export function written<T>(columns: Columns<T>, fields: Partial<T>, first = 1): Written {
  const written: Written = { columns: [], terms: [], values: [] };
  for (const [field, value] of Object.entries(fields) as [keyof T, unknown][]) {
    const [column, kind] = columns[field];
    if (value === undefined) continue;
    written.columns.push(`"${column}"`);
    written.terms.push(KINDS[kind].toSql(`$${first + written.values.length}`));
    written.values.push(value === null ? null : KINDS[kind].write(value));
  }
  return written;
}
