// How runs, attempts and the rest of the ETL store are rows of SQLite.

import type { SupportedValueType } from "node:sqlite";
import {
  ATTEMPT_COLUMNS,
  type ColumnKind,
  type Columns,
  LEASE_COLUMNS,
  rowReader,
  RUN_COLUMNS,
  SCHEDULE_COLUMNS,
  TALLY_COLUMNS,
  WORKER_COLUMNS,
} from "../../core/etl/columns.ts";

/** How values other than null are written and read. */
type Kind = {
  readonly write: (value: unknown) => SupportedValueType;
  readonly read: (value: unknown) => unknown;
};

const plain: Kind = { write: (value) => value as SupportedValueType, read: (value) => value };

const KINDS: Readonly<Record<ColumnKind, Kind>> = {
  plain,
  // The driver reads a text to its first character 0: that is U+0001 U+0002 instead.
  text: {
    write: (value) => String(value).replaceAll("\x01", "\x01\x03").replaceAll("\0", "\x01\x02"),
    read: (value) => String(value).replaceAll("\x01\x02", "\0").replaceAll("\x01\x03", "\x01"),
  },
  flag: { write: Number, read: Boolean },
  json: { write: (value) => JSON.stringify(value), read: (text) => JSON.parse(text as string) },
  moment: plain,
  timestamp: {
    write: (ms) => timestampOf(ms as number),
    read: (text) => Date.parse(`${String(text).replace(" ", "T")}Z`),
  },
};

const reader = <T>(columns: Columns<T>) =>
  rowReader(columns, (kind) => KINDS[kind].read, (_, column) => column);

export const runOf = reader(RUN_COLUMNS);
export const attemptOf = reader(ATTEMPT_COLUMNS);
export const scheduleOf = reader(SCHEDULE_COLUMNS);
export const workerOf = reader(WORKER_COLUMNS);
export const tallyOf = reader(TALLY_COLUMNS);
export const leaseOf = reader(LEASE_COLUMNS);

export type Written = { readonly columns: string[]; readonly values: SupportedValueType[] };

/** Fields that are named, as columns in quotes and their values. */
export function written<T>(columns: Columns<T>, fields: Partial<T>): Written {
  const written: Written = { columns: [], values: [] };
  for (const [field, value] of Object.entries(fields) as [keyof T, unknown][]) {
    const [column, kind] = columns[field];
    if (value === undefined) continue;
    written.columns.push(`"${column}"`);
    written.values.push(value === null ? null : KINDS[kind].write(value));
  }
  return written;
}

export function timestampOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace("T", " ");
}
