// Query strings as the contract reads them: separators, repeated names, escapes of every kind.

import { describe, expect, test } from "vitest";
import { parseQuery, rawQuery } from "../../src/api/query_string.ts";

describe("parseQuery", () => {
  test.each<{ why: string; query: string; params: Record<string, string> }>([
    { why: "nothing", query: "", params: {} },
    { why: "a name and a value", query: "limit=5", params: { limit: "5" } },
    { why: "several", query: "limit=5&start=1", params: { limit: "5", start: "1" } },
    {
      why: "semicolons separate too",
      query: "limit=5;start=1&last=2",
      params: { limit: "5", start: "1", last: "2" },
    },
    { why: "not where they are escaped", query: "sep=%3B", params: { sep: ";" } },
    { why: "the last of a repeated name", query: "limit=5&limit=7", params: { limit: "7" } },
    { why: "even an empty one", query: "limit=5&limit=", params: { limit: "" } },
    { why: "and of ids", query: "ids=A&ids=B", params: { ids: "B" } },
    { why: "a name without a value", query: "flatten", params: { flatten: "" } },
    { why: "empty parts are none", query: "&&limit=5;;&", params: { limit: "5" } },
    { why: "an equals sign in the value", query: "a=b=c", params: { a: "b=c" } },
    { why: "a value without a name", query: "=x", params: { "": "x" } },
    { why: "values are lower-cased", query: "sort=DESC&sep=Ñ", params: { sort: "desc", sep: "ñ" } },
    { why: "but ids", query: "ids=A.b_C:CHANGE", params: { ids: "A.b_C:CHANGE" } },
    { why: "names are not", query: "Limit=5&IDS=A", params: { Limit: "5", IDS: "a" } },
    {
      why: "plus is a blank",
      query: "start_date=2020-01-01+10:30",
      params: { start_date: "2020-01-01 10:30" },
    },
    { why: "an escaped plus is a plus", query: "limit=%2B5", params: { limit: "+5" } },
    { why: "in names too", query: "a+b%3D=1", params: { "a b=": "1" } },
    { why: "UTF-8", query: "ids=%C3%8Dndice%20%E2%82%AC%F0%9F%98%80", params: { ids: "Índice €😀" } },
    { why: "hexadecimal digits of any case", query: "ids=%c3%8d", params: { ids: "Í" } },
    { why: "no escape twice", query: "ids=%2541", params: { ids: "%41" } },
    { why: "a percent sign alone", query: "ids=5%", params: { ids: "5%" } },
    { why: "digits that are none", query: "ids=%zz%4", params: { ids: "%zz%4" } },
    { why: "beside good ones", query: "ids=%41%zz%42", params: { ids: "A%zzB" } },
    { why: "bytes that are no UTF-8", query: "ids=a%FFb", params: { ids: "a\uFFFDb" } },
    { why: "half a letter", query: "ids=%C3", params: { ids: "\uFFFD" } },
    { why: "good UTF-8 beside them", query: "ids=%C3%8D%FF", params: { ids: "Í\uFFFD" } },
    { why: "letters that are not escaped", query: "ids=Índice%zz", params: { ids: "Índice%zz" } },
    { why: "a null byte", query: "ids=a%00b", params: { ids: "a\0b" } },
  ])("parseQuery of $query: $why", ({ query, params }) => {
    expect(Object.fromEntries(parseQuery(query))).toEqual(params);
  });

  test("parseQuery keeps names that objects have of their own apart from them", () => {
    const params = parseQuery("__proto__=1&constructor=2");
    expect([...params]).toEqual([["__proto__", "1"], ["constructor", "2"]]);
  });

  test("parseQuery keeps the place of a name's first occurrence", () => {
    expect([...parseQuery("a=1&b=2&a=3").keys()]).toEqual(["a", "b"]);
  });
});

describe("rawQuery", () => {
  test.each([
    { why: "none", url: "http://x/series", query: "" },
    { why: "an empty one", url: "http://x/series?", query: "" },
    { why: "as it was written", url: "http://x/series?ids=%41;b+c", query: "ids=%41;b+c" },
    { why: "question marks in it", url: "http://x/series?a=?b?", query: "a=?b?" },
    { why: "without the fragment", url: "http://x/series?a=1#?b=2", query: "a=1" },
  ])("rawQuery of $url: $why", ({ url, query }) => {
    expect(rawQuery(url)).toBe(query);
  });
});
