// Where rows go: the port of both databases, and the addresses that name them. One transaction is open from `open` to
// `commit`, so readers see what was there or all that is new.

import { UsageProblem } from "../../command.ts";
import type { Value } from "./column_type.ts";
import type { Configuration, Table } from "./configuration.ts";

export type Target = {
  /** Makes ready a table, which is the only one to take rows until its load is finished. */
  begin(table: Table): Promise<TableLoad>;
  /** Everything becomes visible at once. */
  commit(): Promise<void>;
  /** Ends without a trace what was not committed; closes in any case. */
  close(): Promise<void>;
};

export type TableLoad = {
  /** Values of the table's columns, in order. */
  row(values: readonly Value[]): void;
  /** Waits until what was taken needs no memory. */
  drain(): Promise<void>;
  finish(): Promise<void>;
};

/** Of the configuration, what a database is told. */
export type TargetOptions = Pick<Configuration, "createAll" | "addPk" | "mode">;

export type Address =
  | { readonly engine: "sqlite"; readonly path: string }
  | { readonly engine: "postgres"; readonly url: string };

/**
 * Reads an address as SQLAlchemy writes them.
 * Errors: UsageProblem, with the password masked.
 */
export function readAddress(text: string): Address {
  const sqlite = /^sqlite:\/\/(?:\/([^]*))?$/.exec(text);
  if (sqlite) return { engine: "sqlite", path: sqlite[1] || ":memory:" };
  const url = text.replace(/^(?:postgresql\+psycopg2|postgresql|postgres):\/\//, "postgres://");
  if (!url.startsWith("postgres://") || (URL.parse(url)?.pathname.length ?? 0) < 2) {
    throw new UsageProblem(
      `--output "${masked(text)}" debe ser sqlite:///archivo, sqlite:////ruta/archivo, ` +
        `postgresql://usuario:clave@servidor:puerto/base o postgresql+psycopg2://…`,
    );
  }
  return { engine: "postgres", url };
}

/** An address without its password, wherever it says it. */
export function masked(address: string): string {
  return address.replace(/^([^:/]+:\/\/[^:@/]*):[^]*@/, "$1:***@").replace(
    /((?:password|passfile)=)[^&]*/gi,
    "$1***",
  );
}

/** A name as SQL writes it in both. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Columns of an index over a key, and what a repeated key does. */
export function upsertClauses(
  { name, columns, key }: Table,
): { readonly index: string; readonly conflict: string } {
  const list = key.map(quoted).join(", ");
  const others = columns.filter((column) => !key.includes(column.name));
  const sets = others.map((column) => `${quoted(column.name)} = excluded.${quoted(column.name)}`);
  return {
    index: `CREATE UNIQUE INDEX IF NOT EXISTS ${quoted(`${name}_${key.join("_")}_key`)} ON ${
      quoted(name)
    } (${list})`,
    conflict: `ON CONFLICT (${list}) DO ${sets.length > 0 ? `UPDATE SET ${sets.join(", ")}` : "NOTHING"}`,
  };
}
