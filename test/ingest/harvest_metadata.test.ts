// Harvests of metadata alone: what they take in, and that no file is opened and no value moved.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { Problem } from "../../src/core/problem.ts";
import { reportText } from "../../src/core/report.ts";
import {
  catalogText,
  catalogUrl,
  csvText,
  csvUrl,
  faultsOf,
  field,
  harvestWorld,
  told,
} from "./harvest_world.ts";

const AB = csvText({ a: [1, 2], b: [10, 20] });
const catalog = (fields: readonly (string | JsonObject)[] = ["a", "b"], more: JsonObject = {}) =>
  catalogText({ d: { "d.1": { field: [...fields], ...more } } });
const ONLY = { onlyMetadata: true };

/** A world with one catalog "c" of one distribution, harvested once in full. */
async function harvested(csv = AB) {
  const world = harvestWorld();
  world.serve("c", catalog(), { "d.1": csv });
  await world.run();
  world.asked();
  const distribution = async () => (await world.store.catalog("c"))!.distributions[0]!;
  return { ...world, distribution };
}

describe("harvest of metadata alone", () => {
  test("opens no file, and changes nothing where nothing changed", async () => {
    const world = await harvested();
    const { position } = await world.store.changes(0);
    world.files.delete(csvUrl("d.1"));
    const report = await world.run(["c"], ONLY);
    expect(world.asked()).toEqual([`${catalogUrl("c")} if changed`]);
    expect(told(report)).toEqual(["0 0 1 0 0", "0 0 1 0 0", "0 0 1 0 0", "0 0 2 0 0"]);
    expect(report.observations).toEqual({ added: 0, changed: 0, removed: 0 });
    expect(report.onlyMetadata).toBe(true);
    expect(reportText(report).split("\n")[0]).toMatch(/, sólo metadatos$/);
    expect(await world.store.changes(position)).toEqual({ position, distributions: [], catalogs: [] });
    expect((await world.distribution()).fault).toBe(null);
  });

  test("takes in what catalogs say, and leaves values for another time", async () => {
    const world = await harvested();
    world.serve("c", catalog(["a", field("b", { units: "%" })], { description: "Otra" }), {
      "d.1": csvText({ a: [7, 7], b: [7, 7] }),
    });
    expect(told(await world.run(["c"], ONLY))).toEqual(["0 1 0 0 0", "0 1 0 0 0", "0 1 0 0 0", "0 1 1 0 0"]);
    expect(world.asked()).toEqual([`${catalogUrl("c")} if changed`]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
    const { distributions } = await world.store.publishableContext("c");
    expect(distributions.map(({ distribution }) => distribution.description)).toEqual(["Otra"]);
    const series = await world.store.publishableSeries({
      catalogId: "c",
      datasetId: "d",
      distributionId: "d.1",
    });
    expect(series.map(({ field }) => field.units)).toEqual([undefined, "%"]);
    // The next one in full finds the file that was left unread.
    const { observations } = await world.run();
    expect(observations).toEqual({ added: 0, changed: 4, removed: 0 });
    expect(await world.published()).toEqual({ a: [7, 7], b: [7, 7] });
  });

  test("brings new distributions and series without values, which the next one in full reads", async () => {
    const world = await harvested();
    const both = catalogText({ d: { "d.1": ["a", "b", "n"] }, e: { "e.1": ["x"] } });
    const csv = csvText({ a: [1, 2], b: [10, 20], n: [5, 6] });
    world.serve("c", both, { "d.1": csv, "e.1": csvText({ x: [3, 4] }) });
    expect(told(await world.run(["c"], ONLY))).toEqual(["0 1 0 0 0", "1 1 0 0 0", "1 1 0 0 0", "0 0 2 0 0"]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
    expect(await world.published("e.1", "e")).toEqual({});
    expect((await world.store.catalog("c"))!.distributions.map(({ fault }) => fault)).toEqual([null, null]);
    expect(told(await world.run()).at(-1)).toBe("2 0 2 0 0");
    expect(await world.published("e.1", "e")).toEqual({ x: [3, 4] });
  });

  const FAULTS: readonly { why: string; broken: string; says: string }[] = [
    {
      why: "no address",
      broken: catalog(["a", "b"], { downloadURL: "" }),
      says: "DownloadURL no encontrado",
    },
    {
      why: "a frequency that is not published",
      broken: catalog(["a", "b"], { frequency: "R/P1W" }),
      says: 'La frecuencia "R/P1W"',
    },
    {
      why: "a broken rule of the fields",
      broken: catalog(["a", field("b", { description: "Serie a" })]),
      says: "Hay field con description repetido: ['Serie a']",
    },
  ];

  test.each(FAULTS)(
    "notes a fault of the metadata, and takes it away when it is mended: $why",
    async (row) => {
      const world = await harvested();
      world.serve("c", row.broken);
      const report = await world.run(["c"], ONLY);
      expect(faultsOf(report)).toEqual([expect.stringContaining(row.says)]);
      expect(told(report)[2]).toBe("0 0 0 0 1");
      expect((await world.distribution()).fault).toContain(row.says);
      expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
      world.serve("c", catalog());
      expect(faultsOf(await world.run(["c"], ONLY))).toEqual([]);
      expect((await world.distribution()).fault).toBe(null);
    },
  );

  test("takes away no fault of the file, which it did not look at", async () => {
    const world = await harvested();
    world.files.set(csvUrl("d.1"), new Problem("unavailable", "HTTP 500"));
    await world.run();
    expect((await world.distribution()).fault).toBe("HTTP 500");
    world.serve("c", catalog(["a", "b"], { description: "Otra" }), { "d.1": AB });
    expect(faultsOf(await world.run(["c"], ONLY))).toEqual([]);
    expect((await world.distribution()).fault).toBe("HTTP 500");
    await world.run();
    expect((await world.distribution()).fault).toBe(null);
  });

  test("does not make a distribution that never had values one that was taken in", async () => {
    const world = harvestWorld();
    world.serve("c", catalog(["a", "b"], { downloadURL: "" }));
    await world.run();
    world.serve("c", catalog());
    await world.run(["c"], ONLY);
    expect((await world.store.catalog("c"))!.distributions[0]!.fault).toBe("DownloadURL no encontrado");
  });

  test("notes a catalog that cannot be read, and what a catalog stopped naming", async () => {
    const world = await harvested();
    world.serve("c", new Problem("unavailable", "HTTP 500"));
    expect(told(await world.run(["c"], ONLY))[0]).toBe("0 0 0 0 1");
    expect((await world.store.catalog("c"))!.fault).toBe("HTTP 500");
    world.serve("c", catalogText({}));
    expect(told(await world.run(["c"], ONLY)).slice(1)).toEqual(["0 0 0 1 0", "0 0 0 1 0", "0 0 0 2 0"]);
    expect(await world.published()).toEqual({ a: [1, 2], b: [10, 20] });
  });
});
