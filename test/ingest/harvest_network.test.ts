// What operators decide of nodes, datasets and limits, as harvests go by it; and the texts of catalogs they keep.

import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import { catalogText, catalogUrl, csvText, csvUrl, faultsOf, harvestWorld, node } from "./harvest_world.ts";

const CATALOG = catalogText({ d: { "d.1": ["a"] }, e: { "e.1": ["b"] } });
const CSVS = { "d.1": csvText({ a: [1, 2] }), "e.1": csvText({ b: [3, 4] }) };
const CAUTIOUS = { ...node("c"), newDatasetsFederable: false };
const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

async function textOf(world: ReturnType<typeof harvestWorld>): Promise<string | undefined> {
  const text = await world.store.catalogText("c");
  return text && gunzipSync(text).toString();
}

test("harvest registers new datasets of a cautious node, and neither downloads nor indexes them", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  const report = await world.run([CAUTIOUS]);
  expect(world.asked()).toEqual([catalogUrl("c")]);
  expect(report.counts.datasets.new).toBe(2);
  expect(report.counts.series.new).toBe(0);
  const { datasets, distributions } = (await world.store.catalog("c"))!;
  expect(datasets.map(({ id, federable }) => `${id} ${federable}`)).toEqual(["d false", "e false"]);
  expect(distributions.map(({ id, fields }) => `${id} ${fields.length}`)).toEqual(["d.1 2", "e.1 2"]);
});

test("harvest reads the datasets that an operator turned on", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run([CAUTIOUS]);
  await world.store.saveFederable([{ catalogId: "c", datasetId: "e" }], true);
  world.asked();
  await world.run([CAUTIOUS]);
  expect(world.asked()).toEqual([`${catalogUrl("c")} if changed`, csvUrl("e.1")]);
  expect(await world.published("e.1", "e")).toEqual({ b: [3, 4] });
});

test("harvest reads what nobody decided on when its node is no longer cautious", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run([CAUTIOUS]);
  await world.store.saveFederable([{ catalogId: "c", datasetId: "e" }], false);
  await world.run([node("c")]);
  expect(await world.published("d.1", "d")).toEqual({ a: [1, 2] });
  expect(await world.published("e.1", "e")).toEqual({});
  await world.run([CAUTIOUS]);
  const { datasets } = (await world.store.catalog("c"))!;
  expect(datasets.map(({ id, federable }) => `${id} ${federable}`)).toEqual(["d true", "e false"]);
});

test("harvest goes on serving a dataset that is turned off, and reads it no more", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run();
  await world.store.saveFederable([{ catalogId: "c", datasetId: "d" }], false);
  world.serve("c", CATALOG, { "d.1": csvText({ a: [7, 8] }) });
  await world.run();
  expect(await world.published("d.1", "d")).toEqual({ a: [1, 2] });
});

test("harvest judges by the limits it is given", async () => {
  const world = harvestWorld();
  world.serve("c", catalogText({ d: { "d.1": ["a"] } }), { "d.1": csvText({ a: [1, 2, 3] }) });
  const strict = { ...DEFAULT_LIMITS, minimumValues: 4 };
  // Its only series is too short, and no more than 2 % of them may be.
  expect(faultsOf(await world.run(["c"], { limits: strict }))).toEqual([
    "a tiene 3 valores, deberia tener 4 o mas",
  ]);
  expect(faultsOf(await world.run())).toEqual([]);
});

test.each([undefined, true, false])("harvest asks as its node says: verifyTls %s", async (verifyTls) => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run([{ ...node("c"), ...(verifyTls !== undefined && { verifyTls }) }]);
  expect(world.requests.map((request) => request.verifyTls)).toEqual(Array(3).fill(verifyTls ?? true));
});

test("harvest of one distribution reads no other file, and reads that one though it did not change", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run();
  world.serve("c", CATALOG, { "d.1": csvText({ a: [5, 6] }), "e.1": csvText({ b: [7, 8] }) });
  world.asked();
  const only = { catalogId: "c", datasetId: "d", distributionId: "d.1" };
  await world.run(["c"], { only, force: true });
  expect(world.asked()).toEqual([catalogUrl("c"), csvUrl("d.1")]);
  expect(await world.published("d.1", "d")).toEqual({ a: [5, 6] });
  expect(await world.published("e.1", "e")).toEqual({ b: [3, 4] });
});

test("harvest keeps the text of the last good reading", async () => {
  const world = harvestWorld();
  world.serve("c", `\uFEFF${CATALOG}`, CSVS);
  await world.run(["c"], { gzip });
  expect(await textOf(world)).toBe(CATALOG);
  world.serve("c", "no es JSON");
  await world.run(["c"], { gzip });
  expect(await textOf(world)).toBe(CATALOG);
  const next = catalogText({ d: { "d.1": ["a"] } });
  world.serve("c", next, CSVS);
  await world.run(["c"], { gzip });
  expect(await textOf(world)).toBe(next);
});

test("harvest gets a text that was never kept though its catalog did not change", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run();
  expect(await textOf(world)).toBeUndefined();
  world.asked();
  await world.run(["c"], { gzip });
  expect(await textOf(world)).toBe(CATALOG);
  await world.run(["c"], { gzip });
  expect(world.asked().filter((url) => url.startsWith(catalogUrl("c")))).toEqual([
    catalogUrl("c"),
    `${catalogUrl("c")} if changed`,
  ]);
});

test("harvest writes a text again only where it changed", async () => {
  const world = harvestWorld();
  world.serve("c", { text: CATALOG }, CSVS);
  let texts = 0;
  const counting = (bytes: Uint8Array) => (texts++, gzip(bytes));
  await world.run(["c"], { gzip: counting });
  await world.run(["c"], { gzip: counting });
  expect(texts).toBe(1);
});

test("harvest brings back what was purged and is still named", async () => {
  const world = harvestWorld();
  world.serve("c", CATALOG, CSVS);
  await world.run();
  await world.store.purge({
    distributions: [{ catalogId: "c", datasetId: "d", distributionId: "d.1" }],
    seriesIds: ["b"],
  });
  expect(await world.published("e.1", "e")).toEqual({});
  await world.run();
  expect(await world.published("d.1", "d")).toEqual({ a: [1, 2] });
  expect(await world.published("e.1", "e")).toEqual({ b: [3, 4] });
});
