// The module over a store of its own, within this process: what becomes of series, catalog and snapshot. As a process,
// with the real raw files, it is in test/slow/series_publish.test.ts.

import fs from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { harvestAndPublish } from "../../src/harvest_and_publish.ts";
import { seriesChange } from "../../src/modules/series_publish/series_changes.ts";
import { column } from "../store/example_catalog.ts";
import { CONF, csv, field, INDEX, publishWorld } from "./publish_world.ts";

const { at, given, places, publish, read, stored, told, versions, write } = publishWorld();

describe("series_publish", () => {
  test("makes catalog and series of an empty store, and readers get them", async () => {
    given(csv("1,10", "2,", "3,30"));
    expect(await publish()).toEqual({
      catalog: "c",
      dataset: "d",
      distribution: "d.1",
      run: 1,
      series: { new: 2, changed: 0, unchanged: 0 },
      values: { new: 5, changed: 0, removed: 0 },
      changes: [
        {
          id: "a",
          new: 3,
          changed: 0,
          removed: 0,
          samples: [
            { period: "2020-01-01", before: null, after: 1 },
            { period: "2020-02-01", before: null, after: 2 },
            { period: "2020-03-01", before: null, after: 3 },
          ],
        },
        {
          id: "b",
          new: 2,
          changed: 0,
          removed: 0,
          samples: [
            { period: "2020-01-01", before: null, after: 10 },
            { period: "2020-03-01", before: null, after: 30 },
          ],
        },
      ],
      changes_left_out: 0,
      snapshot: (await read()).name,
      published: true,
    });
    const { values, contexts } = await read("a", "b");
    expect(values).toEqual([[1, 2, 3], [10, null, 30]]);
    expect(contexts[0]).toMatchObject({
      catalog: { identifier: "c", title: "Catálogo" },
      dataset: { identifier: "d", title: "Dataset" },
      distribution: { identifier: "d.1", title: "Distribución" },
    });
    expect(told().join("\n")).toContain("2 series nuevas, 0 cambiadas y 0 iguales");
    const runs = await stored(async (
      { journal },
    ) => [await journal.runs("harvest", 9), await journal.runs("publish", 9)]);
    expect(runs.map((kind) => kind.map(({ status }) => status))).toEqual([["SUCCESS"], ["SUCCESS"]]);
  });

  test("tells what changed, before and after", async () => {
    given(csv("1,10", "2,20", "3,30"));
    await publish();
    write("in.csv", csv("1,10", "5,20", ",30", "4,"));
    const summary = await publish();
    expect(summary).toMatchObject({
      series: { new: 0, changed: 1, unchanged: 1 },
      values: { new: 1, changed: 1, removed: 1 },
      changes: [{
        id: "a",
        samples: [
          { period: "2020-02-01", before: 2, after: 5 },
          { period: "2020-03-01", before: 3, after: null },
          { period: "2020-04-01", before: null, after: 4 },
        ],
      }],
      published: true,
    });
    expect((await read("a")).values).toEqual([[1, 5, null, 4]]);
    expect(await versions("a")).toBe(2);
    expect(await versions("b")).toBe(1);
  });

  test("writes nothing the second time", async () => {
    given(csv("1,10", "2,20"));
    const first = await publish();
    const position = () => stored(async ({ store }) => (await store.changes(0)).position);
    const before = await position();
    expect(await publish()).toMatchObject({
      series: { new: 0, changed: 0, unchanged: 2 },
      changes: [],
      snapshot: first.snapshot,
      published: false,
    });
    expect(await position()).toBe(before);
    expect(await versions("a")).toBe(1);
    expect(await stored(({ records }) => records.records("fed_distribution"))).toMatchObject([{
      version: 1,
    }]);
  });

  test("tells twenty series one by one", async () => {
    const ids = Array.from({ length: 23 }, (_, i) => `s${i}`);
    const distribution = { ...CONF.distribution, field: [INDEX, ...ids.map(field)] };
    given(
      [
        `indice_tiempo,${ids.map((id) => `t_${id}`)}`,
        `2020-01-01,${ids.map(() => 1)}`,
        `2020-02-01,${ids.map(() => 2)}`,
      ]
        .join("\n"),
      { ...CONF, distribution },
    );
    const { changes, changes_left_out, values } = await publish();
    expect(changes.map(({ id }) => id)).toEqual(ids.slice(0, 20));
    expect([changes_left_out, values.new]).toEqual([3, 46]);
  });

  test("writes the summary where it is told to", async () => {
    given(csv("1,10", "2,20"));
    const summary = await publish({ output: at("out.json") });
    expect(JSON.parse(fs.readFileSync(at("out.json"), "utf8"))).toEqual(summary);
    await expect(publish({ output: at("in.csv") })).rejects.toThrow("El resumen tomaría el lugar");
    await expect(publish({ output: at("none/out.json") })).rejects.toThrow("No se pudo escribir el resumen");
    expect(fs.readdirSync(at("")).sort()).toEqual(["conf.json", "data", "in.csv", "out.json"]);
  });

  test("publishes new metadata of the same values without a new version", async () => {
    given(csv("1,10", "2,20"));
    const first = await publish();
    write("conf.json", { ...CONF, dataset: { ...CONF.dataset, title: "Otro" } });
    const second = await publish();
    expect(second).toMatchObject({ series: { unchanged: 2 }, published: true });
    expect(second.snapshot).not.toBe(first.snapshot);
    expect((await read("a")).contexts[0]).toMatchObject({ dataset: { title: "Otro" } });
    expect(await versions("a")).toBe(1);
  });
});

describe("series_publish in a catalog that is harvested", () => {
  const SOURCES = {
    ALLOW_INTERNAL_SOURCES: false,
    MAX_SOURCE_MB: 1,
    SOURCE_TIMEOUT_SECONDS: 1,
    HARVEST_USER_AGENT: "test",
  };
  const DATA_JSON = {
    title: "Del publicador",
    dataset: [{
      identifier: "d",
      title: "Dataset",
      distribution: [
        { ...CONF.distribution, downloadURL: "one.csv" },
        { identifier: "d.2", downloadURL: "two.csv", field: [INDEX, field("z")] },
      ],
    }],
  };

  const harvest = (force = false) =>
    harvestAndPublish(places(), SOURCES, { catalogs: [`c=${at("data.json")}`] }, { force });

  beforeEach(async () => {
    write("data.json", DATA_JSON);
    write("one.csv", csv("1,10", "2,20"));
    write("two.csv", "indice_tiempo,t_z\n2020-01-01,7\n2020-02-01,8\n");
    await harvest();
  });

  test("goes on with the history, and the other distributions stay", async () => {
    given(csv("1,10", "3,20"));
    expect(await publish()).toMatchObject({ series: { new: 0, changed: 1, unchanged: 1 } });
    const { values, contexts } = await read("a", "b", "z");
    expect(values).toEqual([[1, 3], [10, 20], [7, 8]]);
    expect(contexts[0]).toMatchObject({ catalog: { title: "Del publicador" } });
    expect([await versions("a"), await versions("b"), await versions("z")]).toEqual([2, 1, 1]);
  });

  test("with the publisher's entry and values, changes nothing at all", async () => {
    const { name } = await read();
    write("in.csv", csv("1,10", "2,20"));
    write("ref.json", { data_json: "data.json", distribution_id: "d.1", catalog_id: "c" });
    expect(await publish({ conf: "ref.json" })).toMatchObject({
      series: { new: 0, changed: 0, unchanged: 2 },
      snapshot: name,
      published: false,
    });
  });

  test("and later harvests leave it, until it is deleted", async () => {
    given(csv("1,10", "3,20"));
    await publish();
    write("one.csv", csv("0,0", "0,0"));
    for (const force of [false, true]) {
      await harvest(force);
      expect((await read("a", "z")).values).toEqual([[1, 3], [7, 8]]);
    }
    await stored(({ store, records }) =>
      Promise.all([
        store.purge({ distributions: [{ catalogId: "c", datasetId: "d", distributionId: "d.1" }] }),
        records.write([{ kind: "fed_distribution", id: '["c","d","d.1"]', version: 1 }]),
      ])
    );
    await harvest();
    expect((await read("a", "z")).values).toEqual([[0, 0], [7, 8]]);
  });

  test("refuses a dataset that operators keep out", async () => {
    given(csv("1,10", "3,20"));
    await stored(({ store }) => store.saveFederable([{ catalogId: "c", datasetId: "d" }], false));
    await expect(publish()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining('El dataset "d" del catálogo "c" no es federable'),
    });
    expect((await read("a")).values).toEqual([[1, 2]]);
  });

  test("waits for an operator where new datasets do", async () => {
    given(csv("1,10", "3,20"), {
      ...CONF,
      dataset: { ...CONF.dataset, identifier: "e" },
      distribution: { ...CONF.distribution, identifier: "e.1", field: [INDEX, field("n")] },
    });
    write("in.csv", "indice_tiempo,t_n\n2020-01-01,1\n2020-02-01,2\n");
    await stored(async ({ store }) => {
      const [node] = await store.nodes();
      await store.saveNodes([{ ...node!, newDatasetsFederable: false }]);
    });
    await expect(publish()).rejects.toThrow('El dataset "e" del catálogo "c" no es federable');
    await stored(({ store }) => store.saveFederable([{ catalogId: "c", datasetId: "e" }], true));
    await publish();
    expect((await read("n", "z")).values).toEqual([[1, 2], [7, 8]]);
  });
});

describe("seriesChange", () => {
  test.each([
    { why: "the same", before: [1, 2], after: [1, 2], change: undefined },
    { why: "both missing", before: [1, null, 2], after: [1, null, 2], change: undefined },
    {
      why: "only the latest that differ",
      before: [1, 2, 3, 4, 5, 6],
      after: [9, 9, 3, 9, 9, 6],
      change: {
        new: 0,
        changed: 4,
        removed: 0,
        samples: [
          { period: "2020-02-01", before: 2, after: 9 },
          { period: "2020-04-01", before: 4, after: 9 },
          { period: "2020-05-01", before: 5, after: 9 },
        ],
      },
    },
    {
      why: "a shorter one",
      before: [1, 2],
      after: [1],
      change: { new: 0, changed: 0, removed: 1, samples: [{ period: "2020-02-01", before: 2, after: null }] },
    },
  ])("tells $why", ({ before, after, change }) => {
    const told = seriesChange("s", column(before), column(after));
    expect(told).toEqual(change && { id: "s", ...change });
  });

  test("tells another frequency as new values", () => {
    expect(seriesChange("s", column([1, 2]), column([1], { frequency: "year", start: 2020 }))).toEqual({
      id: "s",
      new: 1,
      changed: 0,
      removed: 2,
      samples: [{ period: "2020-01-01", before: null, after: 1 }],
    });
  });
});
