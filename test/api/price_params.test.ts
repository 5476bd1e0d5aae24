import { describe, expect, test } from "vitest";
import { pageQuery, parseFloatText, parseIntegerText, rangeOf } from "../../src/api/price_params.ts";

describe("parseFloatText", () => {
  // What CPython 3.11's float() answers.
  test.each([
    ["1717135270", 1717135270],
    [" 1717135270\t", 1717135270],
    ["\u00a017\u2003", 17],
    ["17\x85", 17],
    ["+17", 17],
    ["-5.25", -5.25],
    ["1.", 1],
    [".5", 0.5],
    ["1e3", 1000],
    ["1_0.2_5E-1_0", 10.25e-10],
    ["1_717_135_270", 1717135270],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["+INF", Infinity],
    ["١٧", 17],
    ["１２．5".replace("．", "."), 12.5],
    ["𝟗𝟎", 90],
  ])("reads %j", (text, value) => expect(parseFloatText(text)).toBe(value));

  test.each([
    "",
    " ",
    ".",
    "e5",
    "1e",
    "0x10",
    "(17",
    "1__0",
    "_1",
    "1_",
    "1_.5",
    "1._5",
    "1,5",
    "1 7",
    "abc",
    "nan",
    "-nan",
    "infinit",
    "--1",
    "½",
    "1e5.5",
    "\ufeff17",
    "\x1c17",
    "5\ufeff",
    "\x1c5",
  ])("refuses %j", (text) => expect(parseFloatText(text)).toBeUndefined());
});

describe("parseIntegerText", () => {
  test.each([["7", 7], [" +7 ", 7], ["-1", -1], ["1_0", 10], ["٣", 3]])(
    "reads %j",
    (text, value) => expect(parseIntegerText(text)).toBe(value),
  );
  test.each(["", "1.0", "1e3", "abc", "inf", "2.5", "\ufeff5", "1 0"])(
    "refuses %j",
    (text) => expect(parseIntegerText(text)).toBeUndefined(),
  );
});

describe("rangeOf", () => {
  test.each([
    { why: "whole seconds, both ends in", since: 10, until: 20, from: 10_000, to: 21_000 },
    { why: "fractions", since: 9.5, until: 20.25, from: 10_000, to: 21_000 },
    { why: "no bounds", since: -Infinity, until: Infinity, from: -Infinity, to: Infinity },
    { why: "an empty one", since: 20, until: 10, from: 20_000, to: 11_000 },
  ])("$why", ({ since, until, from, to }) => expect(rangeOf(since, until)).toEqual({ from, to }));
});

describe("pageQuery", () => {
  // What Python's urlencode(sorted(parse_qs(…).items()), doseq=True) writes.
  test.each([
    {
      why: "keys in order",
      query: "since=1&page_size=5&b=2",
      page: 2,
      text: "?b=2&page=2&page_size=5&since=1",
    },
    { why: "no page for the first", query: "page=2&since=1", page: 1, text: "?since=1" },
    { why: "nothing at all", query: "page=2", page: 1, text: "" },
    {
      why: "repeated ones, as they came",
      query: "z=2&a=9&z=1&page=7&page=8",
      page: 3,
      text: "?a=9&page=3&z=2&z=1",
    },
    { why: "blanks and empty values", query: "q=a%20b&e=", page: 2, text: "?e=&page=2&q=a+b" },
    { why: "signs", query: "q=!%27()*~_.-%2F", page: 2, text: "?page=2&q=%21%27%28%29%2A~_.-%2F" },
    { why: "other letters", query: "q=%C3%B1", page: 2, text: "?page=2&q=%C3%B1" },
    { why: "capitals first", query: "b=1&B=2", page: 2, text: "?B=2&b=1&page=2" },
  ])("$why", ({ query, page, text }) => expect(pageQuery(new URLSearchParams(query), page)).toBe(text));
});
