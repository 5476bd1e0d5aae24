// The recorded cases of the price API and of its polling, through the server. Those of the legacy store take a real
// Redis: test/services/price_conformance.test.ts.

import { describe, expect, test } from "vitest";
import { differenceLines } from "./compare.ts";
import { compareAnswers, runPriceCases } from "./price_cases.ts";
import { OWN_PRICES, readSuite } from "./suites.ts";

const suite = readSuite(OWN_PRICES);
if (suite?.kind !== "prices") throw new Error(`${OWN_PRICES} holds no price suites`);

describe("the price API", () => {
  const files = suite.files.filter(({ title }) => title !== "legacy-store.json");

  test.each(files.map((file) => ({ file, title: file.title, count: file.cases.length })))(
    "answers $title as recorded or corrected: $count cases",
    async ({ file }) => {
      const { results } = await runPriceCases(file);
      expect(results).toHaveLength(file.cases.length);
      const failed = results.filter(({ differences }) => differences.length > 0);
      expect(failed.map(({ name, differences }) => [name, ...differenceLines(differences)].join("\n")))
        .toEqual([]);
    },
  );
});

describe("compareAnswers", () => {
  const answer = {
    status: 200,
    headers: new Headers({ "content-type": "application/json; charset=utf-8", allow: "HEAD, GET" }),
    body: '{"a":[1,{"b":"text"}],"c":null}',
  };

  test.each([
    { why: "equal values", expected: { status: 200, json: { c: null, a: [1.0, { b: "text" }] } }, at: [] },
    {
      why: "any text",
      expected: { status: 200, json: { c: null, a: [1, { b: { $match: "string" } }] } },
      at: [],
    },
    { why: "sets", expected: { status: 200, contentType: "application/json", allow: "GET, HEAD" }, at: [] },
    { why: "a key too many", expected: { status: 200, json: { c: null } }, at: ["json"] },
    {
      why: "a key too few",
      expected: { status: 200, json: { a: [1, { b: "text" }], c: null, d: 1 } },
      at: ["json"],
    },
    {
      why: "another order",
      expected: { status: 200, json: { c: null, a: [{ b: "text" }, 1] } },
      at: ["json"],
    },
    { why: "no text", expected: { status: 200, json: { a: { $match: "string" }, c: null } }, at: ["json"] },
    { why: "a status", expected: { status: 400 }, at: ["status"] },
    { why: "a place", expected: { status: 200, location: "/x/" }, at: ["location"] },
    { why: "a body", expected: { status: 200, emptyBody: true }, at: ["body"] },
  ])("sees $why", ({ expected, at }) => {
    expect(compareAnswers([expected], answer).map(({ path }) => path)).toEqual(at);
  });

  test("takes one of several", () => {
    expect(compareAnswers([{ status: 404 }, { status: 200 }], answer)).toEqual([]);
  });
});
