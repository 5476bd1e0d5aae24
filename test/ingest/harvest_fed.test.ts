// The harvest of catalogs of which this installation feeds a distribution: it is taken in as it was last read and
// published by whoever feeds it, and the publisher's own file never again.

import { describe, expect, test } from "vitest";
import { FED_SOURCE, type FedDistribution } from "../../src/core/fed_distribution.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { Problem } from "../../src/core/problem.ts";
import { readCatalog } from "../../src/ingest/data_json.ts";
import { catalogText, catalogUrl, csvText, csvUrl, faultsOf, harvestWorld, told } from "./harvest_world.ts";

function fedOf(
  datasetId: string,
  distributionId: string,
  fields: string[],
  title = "Nuestro",
): FedDistribution {
  const text = catalogText({ [datasetId]: { [distributionId]: { title, field: fields } } }, { title });
  const { metadata, datasets: [dataset], distributions: [distribution] } =
    readCatalog(JSON.parse(text) as JsonObject).reading;
  return { catalogId: "c", metadata, dataset: dataset!, distribution: distribution! };
}

/** Catalog `c` of two distributions, one series each. */
function world() {
  const made = harvestWorld();
  made.serve("c", catalogText({ d: { "d.1": ["a"], "d.2": ["b"] } }), {
    "d.1": csvText({ a: [1, 2] }),
    "d.2": csvText({ b: [3, 4] }),
  });
  return {
    ...made,
    feed(fed: FedDistribution, csv: string, nodes = ["c"]) {
      made.files.set(FED_SOURCE, { text: csv });
      return made.run(nodes, { fed: [fed], feeding: fed });
    },
  };
}

describe("feeding a distribution", () => {
  test("asks for nothing but the file, and leaves the others as they are", async () => {
    const { feed, run, published, asked, store } = world();
    await run();
    asked();
    const report = await feed(fedOf("d", "d.1", ["a"]), csvText({ a: [1, 5, 6] }));
    expect(asked()).toEqual([FED_SOURCE]);
    expect(faultsOf(report)).toEqual([]);
    expect(report.observations).toEqual({ added: 1, changed: 1, removed: 0 });
    expect(await published("d.1")).toEqual({ a: [1, 5, 6] });
    expect(await published("d.2")).toEqual({ b: [3, 4] });
    expect((await store.versions("a")).map(({ number }) => number)).toEqual([1, 2]);
    const { metadata, source, distributions } = (await store.catalog("c"))!;
    expect(metadata.title).toBe("Catálogo");
    expect(source!.url).toBe(catalogUrl("c"));
    expect(distributions.map(({ id, present }) => [id, present])).toEqual([["d.1", true], ["d.2", true]]);
  });

  test("makes the catalog where there is none", async () => {
    const { feed, published, store } = world();
    await feed(fedOf("d", "d.1", ["a"]), csvText({ a: [1, 2] }));
    expect(await published()).toEqual({ a: [1, 2] });
    expect(await store.catalog("c")).toMatchObject({
      metadata: { title: "Nuestro" },
      source: { url: FED_SOURCE },
    });
  });

  test("adds one that the publisher does not have", async () => {
    const { feed, run, published, store } = world();
    await run();
    await feed(fedOf("e", "e.1", ["z"]), csvText({ z: [7, 8] }));
    expect(await published("e.1", "e")).toEqual({ z: [7, 8] });
    expect((await store.catalog("c"))!.distributions.map(({ id }) => id)).toEqual(["d.1", "d.2", "e.1"]);
  });

  test("does so while the catalog cannot be read, which goes on being told", async () => {
    const { feed, run, files, published, store } = world();
    await run();
    files.set(catalogUrl("c"), new Problem("unavailable", "HTTP 500"));
    await run();
    await feed(fedOf("d", "d.1", ["a"]), csvText({ a: [8, 9] }));
    expect(await published()).toEqual({ a: [8, 9] });
    expect(await published("d.2")).toEqual({ b: [3, 4] });
    expect(await store.catalog("c")).toMatchObject({ present: false, fault: "HTTP 500" });
  });

  test("refuses what breaks the rules, and keeps the values", async () => {
    const { feed, run, published } = world();
    await run();
    const report = await feed(fedOf("d", "d.1", ["a"]), csvText({ other: [1, 2] }));
    expect(faultsOf(report)).toEqual(["Campo a faltante en la distribución d.1"]);
    expect(await published()).toEqual({ a: [1, 2] });
  });

  test("refuses an id that another distribution has", async () => {
    const { feed, run, published } = world();
    await run();
    const report = await feed(fedOf("d", "d.1", ["b"]), csvText({ b: [0, 0] }));
    expect(faultsOf(report)).toEqual(["Hay field con id repetido: b"]);
    expect(await published("d.2")).toEqual({ b: [3, 4] });
  });

  test("writes no second version of the same values", async () => {
    const { feed, run, store } = world();
    await run();
    const { position } = await store.changes(0);
    const fed = fedOf("d", "d.1", ["a"], "Distribución d.1");
    const csv = csvText({ a: [1, 2] });
    await feed(fed, csv);
    const after = (await store.changes(0)).position;
    expect(after).toBeGreaterThan(position); // its metadata are others
    await feed(fed, csv);
    expect((await store.changes(0)).position).toBe(after);
    expect(await store.versions("a")).toHaveLength(1);
  });
});

describe("a harvest of what is fed", () => {
  test("takes its entry and leaves the publisher's file alone", async () => {
    const { feed, run, serve, published, asked, store } = world();
    const fed = fedOf("d", "d.1", ["a"]);
    await run();
    await feed(fed, csvText({ a: [5, 6] }));
    serve("c", catalogText({ d: { "d.1": ["a"], "d.2": ["b"] } }, { title: "Otro" }), {
      "d.1": csvText({ a: [0, 0] }),
      "d.2": csvText({ b: [3, 9] }),
    });
    asked();
    const report = await run(["c"], { fed: [fed] });
    expect(asked().map((one) => one.split(" ")[0])).toEqual([catalogUrl("c"), csvUrl("d.2")]);
    expect(await published()).toEqual({ a: [5, 6] });
    expect(await published("d.2")).toEqual({ b: [3, 9] });
    // new changed unchanged discontinued failed
    expect(told(report).slice(2)).toEqual(["0 1 1 0 0", "0 1 1 0 0"]);
    const { metadata, distributions } = (await store.catalog("c"))!;
    expect(metadata.title).toBe("Otro");
    expect(distributions.map(({ metadata }) => metadata.title ?? null)).toEqual(["Nuestro", null]);
  });

  test("keeps one that the publisher does not have, or no longer", async () => {
    const { feed, run, serve, published, store } = world();
    const fed = fedOf("d", "d.1", ["a"]);
    await run();
    await feed(fed, csvText({ a: [5, 6] }));
    serve("c", catalogText({ d: { "d.2": ["b"] } }));
    await run(["c"], { fed: [fed] });
    expect(await published()).toEqual({ a: [5, 6] });
    expect((await store.owners(["a"])).get("a")).toMatchObject({ distributionId: "d.1", present: true });
  });

  test("reads the publisher's again once it is no longer fed", async () => {
    const { feed, run, published } = world();
    await run();
    await feed(fedOf("d", "d.1", ["a"]), csvText({ a: [5, 6] }));
    await run(["c"], { force: true });
    expect(await published()).toEqual({ a: [1, 2] });
  });

  test("takes none of another catalog for it", async () => {
    const { run, published } = world();
    await run(["c"], { fed: [{ ...fedOf("d", "d.1", ["a"]), catalogId: "x" }] });
    expect(await published()).toEqual({ a: [1, 2] });
  });
});
