// The network's administration on a real data folder: what operators decide, as harvests and publishes go by it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { harvestAndPublish, type NodeChoice, publishStore } from "../../src/harvest_and_publish.ts";
import { openPublished, openPublishedListings, openStore } from "../../src/open.ts";
import { openNetwork } from "../../src/open_network.ts";
import { deleteDistribution, deleteSeries, refreshDistribution } from "../../src/operation/distributions.ts";
import { addNode, changeNode, listNodes } from "../../src/operation/nodes.ts";
import { saveSettings } from "../../src/operation/settings.ts";
import { withWriter } from "../../src/writer.ts";
import { catalogText, csvText } from "../ingest/harvest_world.ts";
import { runCommand } from "./process.ts";

const SOURCES = {
  ALLOW_INTERNAL_SOURCES: false,
  MAX_SOURCE_MB: 1,
  SOURCE_TIMEOUT_SECONDS: 5,
  HARVEST_USER_AGENT: "prueba",
};
const at = (distributionId: string) => ({ catalogId: "c", datasetId: "d", distributionId });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "caudal-network-"));
  const local = (field: string[], id: string) => ({ field, downloadURL: `${id}.csv` });
  const catalog = catalogText({ d: { "d.1": local(["a", "b"], "d.1"), "d.2": local(["x"], "d.2") } });
  writeFileSync(path.join(folder, "data.json"), catalog);
  write("d.1", { a: [1, 2], b: [3, 4] });
  write("d.2", { x: [5, 6] });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (id: string, columns: Record<string, number[]>) =>
  writeFileSync(path.join(folder, `${id}.csv`), csvText(columns));
const places = () => ({ dataDir: path.join(folder, "data") });
const harvest = (choice: NodeChoice = {}) => harvestAndPublish(places(), SOURCES, choice);
const first = () => harvest({ catalogs: [`c=${path.join(folder, "data.json")}`] });

const publishAnew = (full: boolean) =>
  withWriter(places(), (writer) => publishStore(places(), writer, { full }, () => {}));

async function withNetwork<T>(work: (network: ReturnType<typeof openNetwork>) => Promise<T>): Promise<T> {
  const opened = openStore(places());
  try {
    return await work(openNetwork(places(), SOURCES, opened));
  } finally {
    await opened.store.close();
  }
}

/** Values of series as readers get them. */
async function published(ids: readonly string[]): Promise<Record<string, number[] | undefined>> {
  const snapshot = await openPublished(places(), 0).current();
  const records = await snapshot!.series(ids);
  return Object.fromEntries(ids.map((id, i) => [id, records[i] && [...records[i].observations.values]]));
}

test("refreshDistribution reads one file, changed or not, and publishes it", async () => {
  await first();
  write("d.1", { a: [1, 9], b: [3, 4] });
  write("d.2", { x: [7, 8] });
  const refreshed = await withNetwork((network) => refreshDistribution(network, at("d.1")));
  expect(refreshed).toMatchObject({ errors: [], newSeries: 0, changedSeries: 1, unchangedSeries: 1 });
  expect(await published(["a", "b", "x"])).toEqual({ a: [1, 9], b: [3, 4], x: [5, 6] });
  const again = await withNetwork((network) => refreshDistribution(network, at("d.1")));
  expect(again).toMatchObject({ errors: [], changedSeries: 0, unchangedSeries: 2 });
});

test("refreshDistribution holds a file against the rules, and tells", async () => {
  await first();
  write("d.1", { a: [1, 2] });
  const { errors } = await withNetwork((network) => refreshDistribution(network, at("d.1")));
  expect(errors).toEqual(["Campo b faltante en la distribución d.1"]);
  expect(await published(["a", "b"])).toEqual({ a: [1, 2], b: [3, 4] });
});

describe("what is deleted", () => {
  test("is gone with the next publish, which is the same as one of everything", async () => {
    await first();
    await withNetwork(async (network) => {
      await deleteSeries(network, "b");
      await deleteDistribution(network, at("d.2"));
    });
    expect(await published(["a", "b", "x"])).toEqual({ a: [1, 2], b: [3, 4], x: [5, 6] });
    const { snapshot, series } = await publishAnew(false);
    expect(series).toBe(1);
    expect(await published(["a", "b", "x"])).toEqual({ a: [1, 2], b: undefined, x: undefined });
    expect((await publishAnew(true)).snapshot).toBe(snapshot);
  });

  test("comes back with the next harvest where its catalog still names it", async () => {
    await first();
    await withNetwork((network) => deleteDistribution(network, at("d.2")));
    const { harvest: report } = await harvest();
    expect(report.counts.series).toMatchObject({ new: 1, unchanged: 2 });
    expect(await published(["a", "b", "x"])).toEqual({ a: [1, 2], b: [3, 4], x: [5, 6] });
  });

  test("waits while somebody writes", async () => {
    await first();
    await withNetwork(async (network) => {
      const attempt = withWriter(places(), () => deleteSeries(network, "a"));
      await expect(attempt).rejects.toMatchObject({ code: "conflict" });
      expect((await network.store.seriesEntities({}, { offset: 0, limit: 9 })).total).toBe(3);
    });
  });
});

describe("nodes", () => {
  test("are stamped by the harvest that brings them, and harvested while they are federable", async () => {
    await first();
    const today = await withNetwork(async (network) => {
      const [node] = await listNodes(network);
      expect(node!.release_date).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(node!.register_date).toBe(node!.release_date);
      await changeNode(network, "c", { federable: false });
      return node!.release_date;
    });
    write("d.1", { a: [1, 9], b: [3, 4] });
    expect((await harvest()).harvest.nodes).toEqual([]);
    await expect(harvest({ only: "c" })).rejects.toMatchObject({
      code: "conflict",
      message: 'El nodo "c" no es federable, así que no se cosecha',
    });
    expect(await published(["a"])).toEqual({ a: [1, 2] });
    // Named on the command line it is, for that run.
    await first();
    expect(await published(["a"])).toEqual({ a: [1, 9] });
    await withNetwork(async (network) => {
      expect(await listNodes(network)).toMatchObject([{ federable: false, release_date: today }]);
    });
  });

  test("that are named take in datasets that wait for a decision, and none that is off", async () => {
    await first();
    await withNetwork((network) => network.store.saveFederable([{ catalogId: "c", datasetId: "d" }], false));
    write("d.1", { a: [1, 9], b: [3, 4] });
    await first();
    expect(await published(["a"])).toEqual({ a: [1, 2] });
  });
});

test("a harvest goes by the limits that operators set", async () => {
  await first();
  await withNetwork((network) =>
    saveSettings(network, {
      validation_limits: {
        minimum_values: 3,
        max_too_small_proportion: 0.02,
        max_null_series_proportion: 0.2,
        max_missing_proportion: 0.999,
        max_field_title_len: 60,
      },
    })
  );
  const { harvest: report } = await harvest();
  expect(report.nodes.flatMap(({ faults }) => faults.flatMap(({ errors }) => errors)).sort()).toEqual([
    "a tiene 2 valores, deberia tener 3 o mas",
    "x tiene 2 valores, deberia tener 3 o mas",
  ]);
  expect(await published(["a"])).toEqual({ a: [1, 2] });
});

test("listings are published with the snapshot, and follow what operators change", async () => {
  await first();
  const current = async () => (await openPublishedListings(places()).current())!;
  const listing = await current();
  expect(listing.network.nodes).toMatchObject([{ id: "c", published: true, urlJson: null }]);
  expect(await listing.distributions()).toHaveLength(2);
  expect(JSON.parse(new TextDecoder().decode((await listing.catalogText("c"))!.bytes)).title).toBe(
    "Catálogo",
  );
  await withNetwork((network) =>
    addNode(network, { catalog_id: "n", catalog_url: "https://n.example/data.json" })
  );
  await publishAnew(false);
  expect((await current()).network.nodes.map(({ id }) => id)).toEqual(["c", "n"]);
});

describe("deno task settings", () => {
  const settings = (...args: string[]) => runCommand("settings", [...args, "--data", places().dataDir]);
  const file = (name: string) => path.join(folder, name);

  test("export and import are each other's way back", async () => {
    const { stdout, code } = await settings("export");
    expect(code).toBe(0);
    const document = { ...JSON.parse(stdout), percentage_units: ["%"], catalog_aliases: { todos: ["c"] } };
    writeFileSync(file("a.json"), JSON.stringify(document));
    expect(await settings("import", file("a.json"))).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse((await settings("export")).stdout)).toEqual(document);
    expect((await settings("export", file("b.json"))).code).toBe(0);
    expect(JSON.parse(await Deno.readTextFile(file("b.json")))).toEqual(document);
  });

  test("import lists all that is wrong with its place, and changes nothing", async () => {
    const before = (await settings("export")).stdout;
    writeFileSync(file("a.json"), JSON.stringify({ x: 1, verify_tls: 1, synonyms: ["a,b", "sola"] }));
    const { code, stderr } = await settings("import", file("a.json"));
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.map((line) => line.split(":")[0])).toEqual(["/verify_tls", "/x", "/synonyms/1", "Error"]);
    expect(lines.at(-1)).toBe(`Error: Los ajustes de "${file("a.json")}" no son válidos: no se cambió nada`);
    expect((await settings("export")).stdout).toBe(before);
  });

  test.each([
    { why: "nothing", args: [], code: 2, told: "Falta decir export o import" },
    { why: "another word", args: ["borrar"], code: 2, told: 'no "borrar"' },
    { why: "no file", args: ["import"], code: 2, told: "Falta el archivo" },
    { why: "two files", args: ["import", "a", "b"], code: 2, told: 'Sobra "b"' },
    {
      why: "a file that is not there",
      args: ["import", "/nada.json"],
      code: 1,
      told: 'No se puede leer "/nada.json"',
    },
    { why: "a folder to write to", args: ["export", "/"], code: 1, told: 'No se puede escribir "/"' },
  ])("ends with $code for $why", async ({ args, code, told }) => {
    const ended = await settings(...args);
    expect([ended.code, ended.stdout]).toEqual([code, ""]);
    expect(ended.stderr).toContain(told);
  });

  test("import refuses what is no JSON", async () => {
    writeFileSync(file("a.json"), "{");
    expect(await settings("import", file("a.json"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no es JSON válido"),
    });
  });
});
