// Pages of lists: which rows, in which order.

import { describe, expect, test } from "vitest";
import { paged } from "../../src/operation/page.ts";

const ROWS = [
  { name: "serie 10", size: 2, at: null },
  { name: "ábaco", size: 10, at: "2026-02-01" },
  { name: "Zonda", size: 1, at: "2025-12-31" },
  { name: "serie 9", size: 2, at: "" },
] as const;

const names = (sort: string | undefined, offset = 0, limit = 10) =>
  paged(ROWS, { offset, limit, sort }).rows.map(({ name }) => name);

describe("paged", () => {
  test.each([
    { why: "none", sort: undefined, order: ["serie 10", "ábaco", "Zonda", "serie 9"] },
    {
      why: "of the language, with numbers as numbers",
      sort: "name",
      order: ["ábaco", "serie 9", "serie 10", "Zonda"],
    },
    { why: "the other way round", sort: "-name", order: ["Zonda", "serie 10", "serie 9", "ábaco"] },
    {
      why: "of numbers, equal ones as they were",
      sort: "size",
      order: ["Zonda", "serie 10", "serie 9", "ábaco"],
    },
    {
      why: "equal ones as they were that way too",
      sort: "-size",
      order: ["ábaco", "serie 10", "serie 9", "Zonda"],
    },
    { why: "what is absent last", sort: "at", order: ["Zonda", "ábaco", "serie 10", "serie 9"] },
    {
      why: "what is absent last that way too",
      sort: "-at",
      order: ["ábaco", "Zonda", "serie 10", "serie 9"],
    },
  ])("has the order: $why", ({ sort, order }) => expect(names(sort)).toEqual(order));

  test("cuts a page out of the sorted rows, and counts all", () => {
    expect(names("name", 1, 2)).toEqual(["serie 9", "serie 10"]);
    expect(paged(ROWS, { offset: 3, limit: 5, sort: "name" }).total).toBe(4);
  });

  test.each(["nada", "-nada", "to_string"])("is Problem invalid for the column %s", (sort) => {
    expect(() => names(sort)).toThrow(expect.objectContaining({ code: "invalid" }));
  });
});
