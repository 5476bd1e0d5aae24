// Lists by pages, as every screen of the operation asks for them.

import * as z from "zod";
import { Problem } from "../core/problem.ts";

/** Parameters of a list. */
export const PAGE = {
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0).describe("Filas que se saltean"),
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("Filas que se muestran"),
};

/** Parameters of a list that may be in another order. */
export const SORTED_PAGE = {
  ...PAGE,
  sort: z.string().regex(/^-?[a-z_]{1,40}$/, "no es el nombre de una columna").optional().describe(
    "Columna por la que se ordena; con - delante, al revés",
  ),
};

export type Page = { readonly offset: number; readonly limit: number; readonly sort?: string | undefined };

/** A flag of a query. */
export const FLAG = z.enum(["true", "false"]).transform((text) => text === "true").optional();

/**
 * Rows of one page, and how many there are in all. Sorted ones are in the order of the language, numbers inside texts
 * as numbers, what is absent last; equal ones stay as they were.
 * Errors: Problem `invalid` for a column that rows do not have.
 */
export function paged<T extends object>(
  rows: readonly T[],
  { offset, limit, sort }: Page,
): { total: number; rows: T[] } {
  const ordered = sort === undefined ? rows : sorted(rows, sort);
  return { total: rows.length, rows: ordered.slice(offset, offset + limit) };
}

const TEXT_ORDER = new Intl.Collator("es", { numeric: true, sensitivity: "base" });

function sorted<T extends object>(rows: readonly T[], sort: string): T[] {
  const column = sort.replace(/^-/, "") as keyof T & string;
  const sign = sort.startsWith("-") ? -1 : 1;
  if (rows[0] && !Object.hasOwn(rows[0], column)) {
    const message = `No hay una columna "${column}"`;
    throw new Problem("invalid", message, [{ path: "sort", message }]);
  }
  const isAbsent = (value: unknown) => value === null || value === undefined || value === "";
  return rows.toSorted((a, b) => {
    const [left, right] = [a[column], b[column]] as [unknown, unknown];
    if (isAbsent(left) || isAbsent(right)) return Number(isAbsent(left)) - Number(isAbsent(right));
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * TEXT_ORDER.compare(String(left), String(right));
  });
}

/** Whether a row has every value that is asked for. */
export function fits<T extends object>(row: T, wanted: Partial<T>): boolean {
  return Object.entries(wanted).every(([key, value]) => value === undefined || row[key as keyof T] === value);
}
