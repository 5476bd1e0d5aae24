// The recorded cases of the series API, through the server. What fails is told as the runner tells it.

import { afterAll, describe, expect, test } from "vitest";
import { differenceLines } from "./compare.ts";
import { runCases, serverTarget, urlTarget } from "./series_cases.ts";
import { OWN_SERIES_CASES, readSuite } from "./suites.ts";

const suite = readSuite(OWN_SERIES_CASES);
if (suite?.kind !== "series") throw new Error(`${OWN_SERIES_CASES} holds no cases`);
const { files } = suite;

describe("the series API", () => {
  const target = serverTarget();
  afterAll(() => target.close());

  test.each(files.map((file) => ({ file, title: file.title, count: file.cases.length })))(
    "answers $title as recorded: $count cases",
    async ({ file }) => {
      const { results } = await runCases(file, target);
      const failed = results.filter(({ differences }) => differences.length > 0);
      expect(failed.map(({ name, differences }) => [name, ...differenceLines(differences)].join("\n")))
        .toEqual([]);
    },
  );
});

describe("the search of the snapshot's own index", () => {
  const target = serverTarget(Date.now, "segments");
  afterAll(() => target.close());
  const searched = files.filter(({ cases }) => cases.some(({ request }) => request.includes(" /search")));

  test.each(searched)("answers $title as recorded", async (file) => {
    const { results } = await runCases(file, target);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
  });
});

describe("runCases", () => {
  const target = serverTarget();
  afterAll(() => target.close());
  const file = files.find(({ title }) => title === "params.json")!;

  test("fails where a case expects something else, and only there", async () => {
    const [first, ...rest] = file.cases;
    const wrong = { ...first!, name: "wrong", expect: { status: 418, json: { count: -1 } } };
    const { results } = await runCases({ ...file, cases: [wrong, ...rest] }, target);
    expect(results.filter(({ differences }) => differences.length > 0)).toMatchObject([{
      differences: [{ path: "status", expected: "418", got: "200" }, { path: "count", expected: "-1" }],
    }]);
  });

  test("takes a data set that cannot be loaded for a failure", async () => {
    const lost = { ...file.cases[0]!, given: { ref: "givens/no_such.json" } };
    const { results } = await runCases({ ...file, cases: [lost] }, target);
    expect(results[0]!.differences[0]!.got).toContain("NotFound");
  });

  test("asks a server that runs already", async () => {
    const base = await target.base(file.folder, file.cases[0]!.given);
    const { results } = await runCases(file, urlTarget(`${base}/`));
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
  });

  test("generates the files for download that a case asks for", async () => {
    const given = { ref: "givens/search_catalog.json" };
    const asked = (name: string, status: number) => ({
      ...file.cases[0]!,
      given,
      request: `GET /dump/${name}/`,
      expect: { status },
    });
    const cases = [asked("series-tiempo-metadatos.csv", 200), asked("series-tiempo-csv.zip", 200)];
    const empty = { ...asked("series-tiempo-metadatos.csv", 404), given: undefined };
    const { results } = await runCases({ ...file, cases: [...cases, empty] }, target);
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
  });

  test("runs what a text selects", async () => {
    const { results } = await runCases(file, target, file.cases[0]!.name);
    expect(results.length).toBeGreaterThan(0);
    expect((await runCases(file, target, "no such case")).results).toEqual([]);
  });
});
