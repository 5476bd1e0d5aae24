// Columns on a regular grid: cut at both ends, and two versions of one compared.

import { describe, expect, test } from "vitest";
import { compareObservations, countValues, periodAt, trim } from "../../src/core/observations.ts";
import { column } from "../store/example_catalog.ts";

describe("periodAt", () => {
  test.each(
    [
      { why: "months are consecutive numbers", frequency: "month", start: 100, i: 3, period: 103 },
      { why: "before year 0", frequency: "quarter", start: -2, i: 3, period: 1 },
      { why: "weeks step by seven days", frequency: "week", start: -10, i: 3, period: 11 },
    ] as const,
  )("periodAt position $i is $period: $why", ({ frequency, start, i, period }) => {
    expect(periodAt(column([1, 2, 3, 4], { frequency, start }), i)).toBe(period);
  });
});

describe("trim", () => {
  test.each([
    { why: "nothing to cut", values: [1, 2], start: 10, left: [1, 2] },
    { why: "the beginning", values: [null, null, 1, 2], start: 12, left: [1, 2] },
    { why: "the end", values: [1, 2, null], start: 10, left: [1, 2] },
    { why: "both", values: [null, 1, null], start: 11, left: [1] },
    {
      why: "interior values missing stay",
      values: [null, 1, null, null, 2, null],
      start: 11,
      left: [1, null, null, 2],
    },
    { why: "zero is a value", values: [0, null, 0], start: 10, left: [0, null, 0] },
  ])("trim($values) begins at $start: $why", ({ values, start, left }) => {
    expect(trim(column(values, { start: 10 }))).toEqual(column(left, { start }));
  });

  test.each([
    { why: "no value at all", values: [null, null] },
    { why: "no position", values: [] },
  ])("trim($values) is empty: $why", ({ values }) => {
    expect(trim(column(values)).values).toHaveLength(0);
  });

  test("trim moves weeks by whole weeks and keeps the mark of working days", () => {
    expect(trim(column([null, null, 1], { frequency: "week", start: 3 }))).toEqual(
      column([1], { frequency: "week", start: 17 }),
    );
    expect(trim(column([null, 1], { frequency: "day", start: 4, workdays: true }))).toEqual(
      column([1], { frequency: "day", start: 5, workdays: true }),
    );
  });

  test("trim does not touch the column it is given", () => {
    const before = column([null, 1, null]);
    trim(before);
    expect(before).toEqual(column([null, 1, null]));
  });
});

describe("compareObservations", () => {
  const from10 = { start: 10 };
  test.each([
    { why: "the same", before: [1, null, 3], after: [1, null, 3], changes: [0, 0, 0] },
    { why: "one more at the end", before: [1, 2], after: [1, 2, 3], changes: [1, 0, 0] },
    { why: "a gap filled", before: [1, null, 3], after: [1, 2, 3], changes: [1, 0, 0] },
    { why: "a value corrected", before: [1, 2, 3], after: [1, 5, 3], changes: [0, 1, 0] },
    { why: "a value withdrawn", before: [1, 2, 3], after: [1, null, 3], changes: [0, 0, 1] },
    { why: "the end withdrawn", before: [1, 2, 3], after: [1], changes: [0, 0, 2] },
    { why: "everything at once", before: [1, 2, null, 4, 5], after: [1, 3, 9, null], changes: [1, 1, 2] },
    { why: "an earlier start", before: [1, 2], after: [8, 9, 1, 2], shift: -2, changes: [2, 0, 0] },
    { why: "a later start", before: [1, 2, 3, 4], after: [3, 4, 5], shift: 2, changes: [1, 0, 2] },
    { why: "no period in common, after", before: [1, 2], after: [1, 2], shift: 5, changes: [2, 0, 2] },
    { why: "no period in common, before", before: [1, 2], after: [1, 2], shift: -5, changes: [2, 0, 2] },
    {
      why: "shifted by one, equal values do not meet",
      before: [1, 1, 1],
      after: [1, 1, 1],
      shift: 1,
      changes: [1, 0, 1],
    },
    { why: "zero and minus zero are one value", before: [0], after: [-0], changes: [0, 0, 0] },
    { why: "everything gone", before: [1, 2], after: [null, null], changes: [0, 0, 2] },
  ])(
    "compareObservations tells $changes added, changed, removed: $why",
    ({ before, after, shift, changes }) => {
      const [added, changed, removed] = changes;
      expect(compareObservations(column(before, from10), column(after, { start: 10 + (shift ?? 0) })))
        .toEqual({ added, changed, removed });
    },
  );

  test("compareObservations with nothing before adds every value that exists", () => {
    expect(compareObservations(undefined, column([1, null, 3]))).toEqual({
      added: 2,
      changed: 0,
      removed: 0,
    });
  });

  test("compareObservations of another frequency replaces everything, also where numbers coincide", () => {
    const before = column([1, null, 3], from10);
    expect(compareObservations(before, column([1, 2], { start: 10, frequency: "quarter" })))
      .toEqual({ added: 2, changed: 0, removed: 2 });
  });
});

describe("countValues", () => {
  test("countValues counts what exists, zeros too", () => {
    expect(countValues(column([0, null, -1, null]))).toBe(2);
    expect(countValues(column([]))).toBe(0);
  });
});
