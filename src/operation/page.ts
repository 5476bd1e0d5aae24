// Lists by pages, as every screen of the operation asks for them.

import * as z from "zod";

/** Parameters of a list. */
export const PAGE = {
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0).describe("Filas que se saltean"),
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("Filas que se muestran"),
};

export type Page = { readonly offset: number; readonly limit: number };

/** A flag of a query. */
export const FLAG = z.enum(["true", "false"]).transform((text) => text === "true").optional();

/** Rows of one page, and how many there are in all. */
export function paged<T>(rows: readonly T[], { offset, limit }: Page): { total: number; rows: T[] } {
  return { total: rows.length, rows: rows.slice(offset, offset + limit) };
}

/** Whether a row has every value that is asked for. */
export function fits<T extends object>(row: T, wanted: Partial<T>): boolean {
  return Object.entries(wanted).every(([key, value]) => value === undefined || row[key as keyof T] === value);
}
