// Packed columns: back to what they were, equal bytes for equal columns, and the layout its header draws.

import { describe, expect, test } from "vitest";
import { FREQUENCIES } from "../../src/core/frequency.ts";
import { packObservations, unpackObservations } from "../../src/core/packed.ts";
import { column } from "../store/example_catalog.ts";

const COLUMNS = [
  { why: "no value", column: column([]) },
  { why: "one value", column: column([1.5]) },
  { why: "values missing", column: column([1, null, -3]) },
  { why: "before year 0", column: column([1, 2], { start: -30 }) },
  { why: "days before 1970", column: column([1, 2], { frequency: "day", start: -200_000 }) },
  { why: "working days", column: column([1, null, 2], { frequency: "day", start: 7, workdays: true }) },
  {
    why: "extreme doubles",
    column: column([5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Number.EPSILON, -0, 1 / 3]),
  },
  ...FREQUENCIES.map((frequency) => ({
    why: `frequency ${frequency}`,
    column: column([1, 2], { frequency, start: 14 }),
  })),
];

describe("unpackObservations", () => {
  test.each(COLUMNS)("unpackObservations gives back what was packed: $why", ({ column }) => {
    expect(unpackObservations(packObservations(column))).toEqual(column);
  });

  test.each(COLUMNS)("unpackObservations reads bytes at any place of a buffer: $why", ({ column }) => {
    const packed = packObservations(column);
    for (let offset = 0; offset < 9; offset++) {
      const buffer = new Uint8Array(packed.length + 9);
      buffer.set(packed, offset);
      expect(unpackObservations(buffer.subarray(offset, offset + packed.length))).toEqual(column);
    }
  });
});

describe("packObservations", () => {
  test("packObservations is equal bytes for equal columns, also for a part of a longer one", () => {
    const whole = column([9, 1, 2, 9], { start: 5 });
    const part = { ...whole, start: 6, values: whole.values.subarray(1, 3) };
    expect(packObservations(part)).toEqual(packObservations(column([1, 2], { start: 6 })));
  });

  test.each([
    { why: "another value", other: column([1, 3]) },
    { why: "another start", other: column([1, 2], { start: 1 }) },
    { why: "another frequency", other: column([1, 2], { frequency: "quarter" }) },
    { why: "one value more", other: column([1, 2, 3]) },
    { why: "one period more without a value", other: column([1, 2, null]) },
    { why: "working days", other: column([1, 2], { workdays: true }) },
  ])("packObservations differs: $why", ({ other }) => {
    expect(packObservations(other)).not.toEqual(packObservations(column([1, 2])));
  });

  test("packObservations writes the drawn layout, little-endian", () => {
    const packed = packObservations(column([1, -2], { frequency: "day", start: -2, workdays: true }));
    expect([...packed]).toEqual([
      ...[1, 0, 1, 0],
      ...[0xfe, 0xff, 0xff, 0xff],
      ...[2, 0, 0, 0],
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
      ...[0, 0, 0, 0, 0, 0, 0x00, 0xc0],
    ]);
  });
});
