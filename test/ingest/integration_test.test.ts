// The integration test over sources given by hand: an API's answers beside the files of publishers.

import { describe, expect, test } from "vitest";
import { type IntegrationTest, integrationTest, mismatchesCsv } from "../../src/ingest/integration_test.ts";
import { fixtureReader, type Given, MAX_BYTES } from "./fixture_source.ts";

const BASE = "http://api.test";
const COLUMNS = "catalogo_id,serie_id,serie_titulo,distribucion_url_descarga,serie_discontinuada";
const dump = (...rows: string[]) => ({
  [`${BASE}/series/api/dump/series-tiempo-metadatos.csv`]: [COLUMNS, ...rows].map((row) => `${row}\r\n`).join(
    "",
  ),
});
const answer = (id: string, ...rows: string[]) => ({
  [`${BASE}/series/api/series/?ids=${id}&last=1000&format=csv`]: [`indice_tiempo,${id}`, ...rows].map((row) =>
    `${row}\r\n`
  ).join(""),
});
const FILE = "http://publisher.test/d.csv";
const file = (text: string) => ({ [FILE]: text });
const run = (given: Given, over: Partial<IntegrationTest> = {}) =>
  integrationTest({
    base: BASE,
    readSource: fixtureReader(given),
    maxBytes: MAX_BYTES,
    now: () => 0,
    maxMs: 1_000,
    ...over,
  });

const SAME = "2020-01-01,1\n2020-02-01,\n2020-03-01,3.5\n";

describe("integrationTest", () => {
  test.each([
    {
      why: "the very values, blanks too",
      rows: ["2020-01-01,1", "2020-02-01,", "2020-03-01,3.5"],
      percent: 0,
    },
    { why: "fewer dates than the file", rows: ["2020-03-01,3.5"], percent: 0 },
    { why: "a thousandth off", rows: ["2020-03-01,3.5035"], percent: 0 },
    { why: "more than a thousandth off", rows: ["2020-01-01,1", "2020-03-01,3.504"], percent: 50 },
    { why: "a value where the file has none", rows: ["2020-02-01,0", "2020-03-01,3.5"], percent: 50 },
    { why: "none where the file has a value", rows: ["2020-01-01,", "2020-03-01,3.5"], percent: 50 },
    {
      why: "a date that the file lacks",
      rows: ["2020-01-01,1", "2020-03-01,3.5", "2020-04-01,9", "2020-05-01,9"],
      percent: 50,
    },
  ])("compares by date: $why", async ({ rows, percent }) => {
    const { series, skipped, mismatches } = await run({
      ...dump(`c,a,ta,${FILE},False`),
      ...file(`indice_tiempo,ta\n${SAME}`),
      ...answer("a", ...rows),
    });
    expect({ series, skipped }).toEqual({ series: 1, skipped: [] });
    expect(mismatches.map(({ errorPercent }) => errorPercent)).toEqual(percent === 0 ? [] : [percent]);
  });

  test("reads each file once, whatever its time column is called, and tells where it looked", async () => {
    const { mismatches } = await run({
      ...dump(`c,b,tb,${FILE},False`, `c,a,ta,${FILE},False`),
      ...file("fecha,ta,tb\n2020-01-01,1,2\n"),
      ...answer("a", "2020-01-01,7"),
      ...answer("b", "2020-01-01,8"),
    });
    expect(mismatches).toEqual(["a", "b"].map((seriesId) => ({
      seriesId,
      errorPercent: 100,
      apiUrl: `${BASE}/series/api/series/?ids=${seriesId}&last=1000&format=csv`,
      distributionUrl: FILE,
    })));
  });

  test("takes a series that the API does not answer for wrong", async () => {
    const { mismatches } = await run({
      ...dump(`c,a,ta,${FILE},False`),
      ...file(`indice_tiempo,ta\n${SAME}`),
    });
    expect(mismatches).toMatchObject([{ seriesId: "a", errorPercent: 100 }]);
  });

  test("leaves out series that are discontinued or of other catalogs, and skips what cannot be read", async () => {
    const { series, skipped, mismatches } = await run({
      ...dump(
        `c,old,ta,${FILE},True`,
        `x,other,ta,${FILE},False`,
        `c,gone,ta,http://publisher.test/gone.csv,False`,
        `c,bare,ta,,False`,
        `c,renamed,tz,${FILE},False`,
      ),
      ...file(`indice_tiempo,ta\n${SAME}`),
    }, { node: "c" });
    expect({ series, mismatches }).toEqual({ series: 3, mismatches: [] });
    expect(skipped.map(({ seriesId }) => seriesId)).toEqual(["bare", "gone", "renamed"]);
    expect(skipped[2]!.reason).toContain('"tz"');
  });

  test("counts relative addresses from that of the node", async () => {
    const { mismatches, skipped } = await run({
      ...dump("c,a,ta,d.csv,False"),
      ...file(`indice_tiempo,ta\n${SAME}`),
      ...answer("a", "2020-01-01,1"),
    }, { nodeUrls: new Map([["c", "http://publisher.test/data.json"]]) });
    expect({ mismatches, skipped }).toEqual({ mismatches: [], skipped: [] });
  });

  test("leaves out what there is no time for, and tells how much that is", async () => {
    const given = {
      ...dump(
        ...["a", "b", "c"].map((id) => `c,${id},t${id},${FILE},False`),
        "c,z,tz,http://publisher.test/z.csv,False",
      ),
      ...file("indice_tiempo,ta,tb,tc\n2020-01-01,1,2,3\n"),
      ...answer("a", "2020-01-01,7"),
      ...answer("b", "2020-01-01,2"),
      ...answer("c", "2020-01-01,3"),
    };
    // Every answer takes ten seconds, and whoever asks is told how many are left.
    let at = 0;
    const asked: string[] = [];
    const read = fixtureReader(given);
    const report = await run(given, {
      now: () => at,
      maxMs: 35_000,
      async readSource(request) {
        asked.push(`${request.maxMs} ${new URL(request.url).pathname.split("/").at(-1)}`);
        at += 10_000;
        return await read(request);
      },
    });
    // The dump, both files, series a; b is given up, c never asked for, and z has no file.
    expect(asked).toEqual(["35000 series-tiempo-metadatos.csv", "25000 d.csv", "15000 z.csv", "5000 "]);
    expect(report).toMatchObject({ series: 4, unfinished: 3, skipped: [], mismatches: [{ seriesId: "a" }] });
  });

  test("leaves out series that are fed, by their whole key, and tells how many", async () => {
    const columns =
      "catalogo_id,dataset_id,distribucion_id,serie_id,serie_titulo,distribucion_url_descarga," +
      "serie_discontinuada";
    const rows = ["c,d,x,a,ta", "c,d,x,b,tb", "c,e,x,other,ta", "z,d,x,away,ta"];
    const given = {
      [`${BASE}/series/api/dump/series-tiempo-metadatos.csv`]: [
        columns,
        ...rows.map((row) => `${row},${FILE},False`),
        `c,d,x,old,ta,${FILE},True`,
      ].join("\r\n"),
      ...file(`indice_tiempo,ta,tb\n2020-01-01,1,1\n`),
      ...answer("a", "2020-01-01,9"),
      ...answer("b", "2020-01-01,9"),
      ...answer("other", "2020-01-01,9"),
      ...answer("away", "2020-01-01,1"),
    };
    const fed = [{ catalogId: "c", datasetId: "d", distributionId: "x" }];
    const { mismatches, ...report } = await run(given, { fed });
    expect(report).toEqual({ series: 2, fed: 2, skipped: [], unfinished: 0 });
    expect(mismatches.map(({ seriesId }) => seriesId)).toEqual(["other"]);
    expect(await run(given, { fed, node: "z" })).toMatchObject({ series: 1, fed: 0 });
  });

  test("is a Problem without a dump", async () => {
    await expect(run({})).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("mismatchesCsv", () => {
  test("has the contract's columns, quoted where they must be", () => {
    const row = {
      seriesId: "a",
      errorPercent: 100 / 3,
      apiUrl: "http://x/?a=1,2",
      distributionUrl: 'http://y/"',
    };
    expect(mismatchesCsv([row])).toBe(
      'serie_id,error_pct,api_url,distribution_url\r\na,33.33,"http://x/?a=1,2","http://y/"""\r\n',
    );
  });
});
