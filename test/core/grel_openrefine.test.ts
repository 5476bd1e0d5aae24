// Expressions against OpenRefine itself: test/golden/openrefine/expressions.json was recorded from it. Where Caudal
// answers otherwise on purpose, the case is here with the reason and with what it answers.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../src/core/grel/expression.ts";
import { SyntaxFault } from "../../src/core/grel/syntax.ts";
import {
  doubleText,
  GrelDate,
  GrelError,
  JsonFields,
  type Value,
  valueText,
} from "../../src/core/grel/value.ts";

type Told = { readonly type: string; readonly value?: string | readonly Told[] };
type Case = { readonly expression: string; readonly result: Told };

const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL("../golden/openrefine/expressions.json", import.meta.url), "utf8"),
);

const ROW = ["Hola Mundo", "y", null];

function tell(value: Value): Told {
  if (value === null) return { type: "null" };
  if (value instanceof GrelError) return { type: "error" };
  if (Array.isArray(value)) return { type: "array", value: value.map(tell) };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "number", value: doubleText(value) };
  if (value instanceof GrelDate) return { type: "date", value: valueText(value) };
  if (value instanceof JsonFields) return { type: "object", value: valueText(value) };
  return { type: typeof value, value: String(value) };
}

function answer(expression: string): Told {
  try {
    const { evaluate } = compileExpression(expression, {
      columns: new Map([["a", 0], ["b", 1], ["c d", 2]]),
      columnName: "a",
      now: Date.UTC(2026, 10, 21),
    });
    return tell(evaluate({
      value: ROW[0]!,
      cells: ROW,
      rowIndex: 0,
      starred: false,
      flagged: false,
      record: { index: 0, fromRowIndex: 0, rows: [ROW] },
    }));
  } catch (error) {
    if (error instanceof SyntaxFault) return { type: "syntax" };
    throw error;
  }
}

const string = (value: string): Told => ({ type: "string", value });
const boolean = (value: boolean): Told => ({ type: "boolean", value: String(value) });
const SYNTAX: Told = { type: "syntax" };
const ERROR: Told = { type: "error" };

const UNREAD = "OpenRefine drops what it does not understand at the end; here nothing is dropped in silence";
const UNKNOWN = "a column or variable that does not exist is refused before the data is touched";
const EXPONENT = "OpenRefine's scanner stops at the exponent";
const YEAR = "eight or ten digits are no year: an error instead of a date in a far millennium";
const CLASS = "names of Java classes mean nothing here";

const DIFFERENCES: readonly { expression: string; caudal: Told; why: string }[] = [
  ...["1 2", "'a' 'b'", "value value", "true and false", "value == 'x' or 1"].map((expression) => ({
    expression,
    caudal: SYNTAX,
    why: UNREAD,
  })),
  ...['cells["zz"]', 'cells["zz"].value', "cells.zz.value", "pi", "foo"].map((expression) => ({
    expression,
    caudal: SYNTAX,
    why: UNKNOWN,
  })),
  { expression: "1.5e3", caudal: { type: "number", value: "1500.0" }, why: EXPONENT },
  { expression: "toString(1e3)", caudal: string("1000.0"), why: EXPONENT },
  { expression: "round(1e20)", caudal: { type: "integer", value: "9223372036854775807" }, why: EXPONENT },
  { expression: "toString(1e10*1.0,'%.1f')", caudal: string("10000000000.0"), why: EXPONENT },
  { expression: "toDate('20200102')", caudal: ERROR, why: YEAR },
  { expression: "toDate('1234567890')", caudal: ERROR, why: YEAR },
  {
    expression: "toDate('2020-03-05 10:30:15 UTC')",
    caudal: { type: "date", value: "2020-03-05T10:30:15Z" },
    why: "a zone by its name is understood wherever it stands",
  },
  {
    expression: "isNumeric(null)",
    caudal: boolean(false),
    why: "null is no number; OpenRefine fails inside",
  },
  {
    expression: "sort([1,2.5,2])",
    caudal: {
      type: "array",
      value: [{ type: "integer", value: "1" }, { type: "integer", value: "2" }, {
        type: "number",
        value: "2.5",
      }],
    },
    why: "integers and doubles are both numbers; OpenRefine fails inside",
  },
  { expression: "type(parseJson('{}'))", caudal: string("object"), why: CLASS },
  { expression: "type(parseJson('[]'))", caudal: string("array"), why: CLASS },
  { expression: "parseJson('{\"a\":1} x')", caudal: ERROR, why: "what follows the value is no JSON" },
  { expression: "jsonize([1,'a'])", caudal: string('[1,"a"]'), why: "JSON without spaces means the same" },
  {
    expression: "parseJson('{\"n\":12345678901234567890}').n",
    caudal: { type: "number", value: "1.2345678901234567E19" },
    why: "a number beyond 64 bits is near, not another",
  },
  { expression: "'ab'<'a b'", caudal: boolean(false), why: "a space is a sign and comes before letters" },
  {
    expression: "unescape('%F1','url')",
    caudal: ERROR,
    why: "bytes that are no UTF-8 are told, not replaced",
  },
  {
    expression: "smartSplit('\"a\" ,b')",
    caudal: { type: "array", value: [string("a "), string("b")] },
    why: "what stands between a closing quote and the separator is kept",
  },
  {
    expression: "toString(toNumber('4.9e-324'))",
    caudal: string("5.0E-324"),
    why: "both write the smallest double, each with its shortest digits",
  },
];

const different = new Map(DIFFERENCES.map((row) => [row.expression, row]));

describe("compileExpression answers as OpenRefine", () => {
  test.each(CASES.filter(({ expression }) => !different.has(expression)))(
    "$expression",
    ({ expression, result }) => {
      expect(answer(expression)).toEqual(
        result.type === "number" ? { type: "number", value: doubleText(Number(result.value)) } : result,
      );
    },
  );

  test.each(DIFFERENCES)("$expression, otherwise: $why", ({ expression, caudal }) => {
    const recorded = CASES.find((one) => one.expression === expression)!.result;
    expect(answer(expression)).toEqual(caudal);
    expect(recorded, "no difference any more: drop the row").not.toEqual(caudal);
  });
});
