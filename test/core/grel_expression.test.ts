// What expressions refuse and where, what they keep apart, and that no pattern holds them for ever. What each
// function answers is in grel_openrefine.test.ts.

import { describe, expect, test } from "vitest";
import { compileExpression } from "../../src/core/grel/expression.ts";
import { compilePattern } from "../../src/core/grel/pattern.ts";
import { SyntaxFault } from "../../src/core/grel/syntax.ts";
import { cellText, type CellValue, GrelDate, GrelError, type Value } from "../../src/core/grel/value.ts";
import { Problem } from "../../src/core/problem.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

function evaluate(expression: string, value: CellValue = null): Value {
  const compiled = compileExpression(expression, {
    columns: new Map([["a", 0]]),
    columnName: "a",
    now: NOON,
  });
  return compiled.evaluate({
    value,
    cells: [value],
    rowIndex: 0,
    starred: false,
    flagged: false,
    record: undefined,
  });
}

function faultOf(expression: string): { message: string; at: number } {
  try {
    evaluate(expression);
  } catch (error) {
    if (error instanceof SyntaxFault) return { message: error.message, at: error.at };
    throw error;
  }
  throw new Error(`${expression} was taken`);
}

describe("compileExpression refuses, with the place", () => {
  test.each([
    { expression: "", at: 0, says: "vacía", why: "nothing was written" },
    { expression: "value.", at: 6, says: "Falta un nombre", why: "the name is missing at the end" },
    { expression: "value.trim(", at: 11, says: "Falta", why: "the list of arguments does not close" },
    { expression: "value + ", at: 8, says: "Falta un valor", why: "the right side is missing" },
    { expression: "'abc", at: 0, says: "no se cierra", why: "the quote is told where it opens" },
    { expression: "value.match(/abc)", at: 12, says: "no se cierra", why: "so is the regular expression" },
    { expression: "value # 2", at: 6, says: '"#"', why: "no such sign" },
    {
      expression: "value.trim() value",
      at: 13,
      says: "fin de la expresión",
      why: "two expressions are not one",
    },
    { expression: "(value", at: 6, says: '")"', why: "the parenthesis does not close" },
    { expression: "[1, 2", at: 5, says: '"]"', why: "the list does not close" },
    { expression: "-value", at: 1, says: "número", why: "only numbers have a sign, as in OpenRefine" },
    { expression: "valu", at: 0, says: 'variable "valu"', why: "unknown variable" },
    { expression: "1 + vlue", at: 4, says: 'variable "vlue"', why: "the place is that of the name" },
    { expression: "value.toUpperCase()", at: 6, says: '"toUppercase"', why: "the right name is offered" },
    { expression: "foo(1)", at: 0, says: 'función "foo"', why: "unknown function" },
    { expression: "value.forEach(v, v)", at: 6, says: "forEach(lista", why: "controls are no methods" },
    { expression: "if(true, 1)", at: 0, says: "if(condición", why: "a control has all its arguments" },
    { expression: "forEach([1], 2, 3)", at: 13, says: "forEach(lista", why: "a name is bound, not a number" },
    { expression: "cells.b.value", at: 6, says: 'columna "b"', why: "no such column, by field" },
    { expression: "cells['b'].value", at: 6, says: 'columna "b"', why: "no such column, by text" },
    { expression: "row.cells.b", at: 10, says: 'columna "b"', why: "no such column, through the row" },
    {
      expression: "value.replace(/(/, '')",
      at: 14,
      says: "expresión regular",
      why: "the pattern is looked at",
    },
    { expression: "cross(value, 'p', 'c')", at: 0, says: "otro proyecto", why: "no other project" },
    { expression: "value.detectLanguage()", at: 6, says: "modelo", why: "no model of languages" },
    { expression: "random()", at: 0, says: "cada corrida", why: "runs must agree" },
    { expression: "value.parseHtml().select('a')", at: 18, says: "HTML", why: "no documents" },
    { expression: "value.phonetic()", at: 6, says: "todavía", why: "known, not written" },
    { expression: "jython:return value", at: 0, says: '"jython"', why: "another language" },
    { expression: "clojure:(str value)", at: 0, says: '"clojure"', why: "another language" },
    { expression: "grel:valu", at: 5, says: "valu", why: "the prefix counts for the place" },
  ])("$expression: $why", ({ expression, at, says }) => {
    const fault = faultOf(expression);
    expect(fault.message).toContain(says);
    expect(fault.at).toBe(at);
  });

  test.each([
    { name: "parentheses", expression: "(".repeat(100_000) },
    { name: "lists", expression: "[".repeat(50_000) },
    { name: "calls", expression: "trim(".repeat(20_000) },
    { name: "a chain of sums", expression: `1${"+1".repeat(40_000)}` },
    { name: "a chain of methods", expression: `value${".trim()".repeat(10_000)}` },
    { name: "a chain of fields", expression: `value${".a".repeat(40_000)}` },
    { name: "a text too long", expression: `'${"x".repeat(200_000)}'` },
  ])("nesting by $name, without running out of stack", ({ expression }) => {
    expect(faultOf(expression).message).toMatch(/^La expresión tiene más de /);
  });

  test("takes 400 sums in a row", () => expect(evaluate(`1${"+1".repeat(400)}`)).toBe(401n));
});

describe("compileExpression keeps apart", () => {
  test.each<{ expression: string; value?: CellValue; result: Value; why: string }>([
    { expression: "value.toUppercase()", value: "ñandú ß", result: "ÑANDÚ SS", why: "case is Unicode's" },
    { expression: "value == null", value: null, result: true, why: "a blank cell is null" },
    { expression: "value == null", value: "", result: false, why: "an empty text is not" },
    { expression: "isBlank(value)", value: "", result: true, why: "both are blank" },
    { expression: "value.length()", value: "", result: 0n, why: "an empty text has a length" },
    { expression: "7 / 2", result: 3n, why: "integers divide to integers" },
    { expression: "7.0 / 2", result: 3.5, why: "doubles do not" },
    { expression: "'1' + 1", result: "11", why: "a text joins" },
    { expression: "grel:value + 1", value: 41n, result: 42n, why: "the prefix of the language" },
    { expression: "cell.value", value: "x", result: "x", why: "the cell's value by its longer name" },
    { expression: "with('v', value, value)", value: "c", result: "v", why: "a bound name hides a variable" },
    {
      expression: "forEach(['a','b'], cells, cells)[1]",
      value: "c",
      result: "b",
      why: "also that of the cells",
    },
    {
      expression: "forEach([1,2], v, with(v * 10, v, v))[0]",
      result: 10n,
      why: "an inner name hides an outer",
    },
  ])("$expression over $value: $why", ({ expression, value, result }) => {
    expect(evaluate(expression, value ?? null)).toEqual(result);
  });

  test("now is the given time", () => expect(evaluate("now()")).toEqual(new GrelDate(NOON)));

  test("an error says why and is the answer of what contains it", () => {
    const error = evaluate("value.toNumber() + 1", "x");
    expect(error).toBeInstanceOf(GrelError);
    expect((error as GrelError).message).toBe("No se puede leer como número");
  });
});

describe("cellText", () => {
  test.each<{ value: CellValue; text: string; why: string }>([
    { value: null, text: "", why: "null is an empty field" },
    { value: 3, text: "3", why: "no .0" },
    { value: 1.5, text: "1.5", why: "decimals stay" },
    { value: 1e8, text: "100000000", why: "no exponent where the digits are few" },
    { value: 1e21, text: "1000000000000000000000", why: "whole numbers are written whole" },
    { value: 0.00001, text: "0.00001", why: "no exponent" },
    { value: -0, text: "0", why: "zero has no sign" },
    { value: 12345678901234567890n, text: "12345678901234567890", why: "integers are exact" },
    { value: true, text: "true", why: "truth values by their name" },
    { value: new GrelDate(Date.UTC(2020, 0, 2)), text: "2020-01-02T00:00:00Z", why: "dates are ISO 8601" },
    {
      value: new GrelDate(Date.UTC(2020, 0, 2, 3, 4, 5, 60), -180),
      text: "2020-01-02T03:04:05.060Z",
      why: "in UTC",
    },
  ])("writes $value as $text: $why", ({ value, text }) => expect(cellText(value)).toBe(text));
});

describe("compilePattern bounds its time", () => {
  test.each([
    { source: "(a+)+$", text: `${"a".repeat(40)}!` },
    { source: "(a|aa)+$", text: `${"a".repeat(60)}!` },
    { source: "(.*a){20}$", text: "a".repeat(60) + "b" },
    { source: "^(\\w+\\s?)*$", text: "palabra ".repeat(20) + "#" },
    { source: "(x+x+)+y", text: "x".repeat(60) },
    { source: "\\s+$", text: `${" ".repeat(300_000)}x` },
    { source: "(?:a*)*b", text: "a".repeat(5000) },
  ])("$source gives up or answers", ({ source, text }) => {
    const pattern = compilePattern(source);
    let answer: unknown;
    try {
      answer = pattern.find(text, 0);
    } catch (error) {
      answer = error;
    }
    if (answer instanceof Error) {
      expect(answer).toBeInstanceOf(Problem);
      expect(answer.message).toContain("demasiados pasos");
    } else expect(answer).toBeUndefined();
  });

  test("a long text and a plain pattern are no trouble", () => {
    const text = "palabra 12 ".repeat(100_000);
    const pattern = compilePattern("\\d+");
    let count = 0;
    for (let at = 0, found; (found = pattern.find(text, at)) !== undefined; at = found.end) count++;
    expect(count).toBe(100_000);
  });

  test.each([
    { source: "(a)|b", text: "b", why: "a group that took no part" },
    { source: "(a|b)*c", text: "xabac", why: "the last round of a group" },
    { source: "(?i)ÑANDÚ|x", text: "ñandú x", why: "ASCII alone ignores case" },
    { source: "[^\\d\\s]+?x", text: "12 abcx", why: "lazy" },
    { source: "(?<=a)(b+)(?!c)", text: "abbc abb", why: "looking around" },
    { source: "\\bsan\\b", text: "sano san", why: "words" },
    { source: "(a{2,3})(a*)", text: "aaaa", why: "greedy to its most" },
  ])("$source means the same to both matchers: $why", ({ source, text }) => {
    // Long enough a tail, without any match, makes the engine's matcher too dear.
    const tail = ".".repeat(6_000_000);
    const short = compilePattern(source).find(text, 0);
    const long = compilePattern(source).find(text + tail, 0);
    expect(long?.groups).toEqual(short?.groups);
    expect(long?.start).toEqual(short?.start);
  });
});
