// Catalogs, distributions and series as operators look through them, refresh and delete them.

import { describe, expect, test } from "vitest";
import {
  deleteDistribution,
  deleteSeries,
  type DistributionFilter,
  listCatalogs,
  listDistributions,
  listEnriched,
  listSeries,
  readSeries,
  refreshDistribution,
} from "../../src/operation/distributions.ts";
import { indexed, key, reading, run, series, source } from "../store/example_catalog.ts";
import { FIRST, readWorld, REFRESHED } from "./network_world.ts";

const ALL = { offset: 0, limit: 100 };

test("listCatalogs tells what became of them", async () => {
  const { network, store } = await readWorld();
  await store.saveReading(run(2), "c", FIRST, source());
  await store.saveCatalogFault(run(2), "x", "HTTP 500");
  expect((await listCatalogs(network, {}, ALL)).rows).toEqual([
    { catalog_id: "c", title: "Catálogo", present: true, updated: false, error: null },
    { catalog_id: "e", title: "Catálogo", present: true, updated: true, error: null },
    { catalog_id: "x", title: "", present: false, updated: false, error: "HTTP 500" },
  ]);
  expect((await listCatalogs(network, { present: false }, ALL)).total).toBe(1);
  expect((await listCatalogs(network, { catalog_id: "e" }, ALL)).total).toBe(1);
});

test("listDistributions tells every column", async () => {
  const { network } = await readWorld();
  const { total, rows } = await listDistributions(network, {}, ALL);
  expect(total).toBe(3);
  expect(rows[0]).toEqual({
    catalog_id: "c",
    dataset_id: "d1",
    distribution_id: "d1.1",
    title: "Distribución d1.1",
    last_updated: new Date(run(1).at).toISOString(),
    present: true,
    updated: true,
    series: 2,
    error: null,
  });
  expect(rows[1]).toMatchObject({
    distribution_id: "d2.1",
    last_updated: null,
    series: 0,
    error: "HTTP 404",
  });
});

test.each<{ filter: DistributionFilter & { failed?: boolean }; rows: string[] }>([
  { filter: { catalog_id: "c" }, rows: ["c d1.1", "c d2.1"] },
  { filter: { dataset_id: "d1" }, rows: ["c d1.1", "e d1.1"] },
  { filter: { distribution_id: "d1.1", catalog_id: "e" }, rows: ["e d1.1"] },
  { filter: { failed: true }, rows: ["c d2.1"] },
  { filter: { failed: false, catalog_id: "c" }, rows: ["c d1.1"] },
  { filter: { present: false }, rows: [] },
])("listDistributions filters: $filter", async ({ filter, rows }) => {
  const { network } = await readWorld();
  const found = await listDistributions(network, filter, ALL);
  expect(found.rows.map(({ catalog_id, distribution_id }) => `${catalog_id} ${distribution_id}`)).toEqual(
    rows,
  );
});

test("listSeries and readSeries tell a series, its metadata and its history", async () => {
  const { network, store } = await readWorld();
  const next = indexed([series("a", [1, 2, 3]), series("b", [3])], { bytes: "v2" });
  await store.saveOutcome(run(2), key("d1", "d1.1"), next);
  const row = {
    id: "a",
    title: "t_a",
    catalog_id: "c",
    dataset_id: "d1",
    distribution_id: "d1.1",
    present: true,
    start: "2020-01-01",
    end: "2020-03-01",
    values: 3,
    versions: 2,
  };
  const { total, rows } = await listSeries(network, { catalog_id: "c" }, { offset: 0, limit: 1 });
  expect([total, rows]).toEqual([2, [row]]);
  expect(await readSeries(network, "a")).toEqual({
    ...row,
    metadata: expect.objectContaining({ title: "t_a", units: "Pesos" }),
    enriched: { available: "true" },
    history: [1, 2].map((version) => ({
      version,
      run: version,
      at: new Date(run(version).at).toISOString(),
      source_hash: source(`v${version}`).hash,
    })),
  });
  await expect(readSeries(network, "x")).rejects.toMatchObject({
    code: "not_found",
    message: 'No hay una serie "x"',
  });
});

describe("listEnriched", () => {
  test("tells each key of the series of a page, or one key", async () => {
    const { network, store } = await readWorld();
    const enriched = { available: "true", last_value: "2" };
    const outcome = indexed([series("a", [1, 2], { enriched }), series("b", [3])], { bytes: "v2" });
    await store.saveOutcome(run(2), key("d1", "d1.1"), outcome);
    const told = async (filter: { key?: string; id?: string }, page = ALL) => {
      const { total, rows } = await listEnriched(network, { entity: "series", ...filter }, page);
      return [total, rows.map(({ id, key, value }) => `${id} ${key} ${value}`)];
    };
    expect(await told({})).toEqual([2, ["a available true", "a last_value 2", "b available true"]]);
    expect(await told({ key: "last_value" })).toEqual([2, ["a last_value 2"]]);
    expect(await told({ id: "b" })).toEqual([1, ["b available true"]]);
    expect(await told({}, { offset: 1, limit: 1 })).toEqual([2, ["b available true"]]);
  });

  test("tells those of distributions", async () => {
    const { network } = await readWorld();
    const { total, rows } = await listEnriched(network, { entity: "distribution", catalog_id: "c" }, ALL);
    expect([total, rows]).toEqual([2, [
      { entity: "distribution", id: "d1.1", title: "Distribución d1.1", key: "frequency", value: "R/P1M" },
    ]]);
    expect(await listEnriched(network, { entity: "distribution", id: "d2.1" }, ALL)).toEqual({
      total: 1,
      rows: [],
    });
  });
});

describe("refreshDistribution", () => {
  test("reads one that is harvested", async () => {
    const { network, refreshed } = await readWorld();
    expect(await refreshDistribution(network, key("d1", "d1.1"))).toEqual(REFRESHED);
    expect(refreshed).toEqual(["d1.1"]);
  });

  test.each([
    { why: "none", at: key("d1", "d9"), code: "not_found", told: '"d9"' },
    { why: "one of another dataset", at: key("d2", "d1.1"), code: "not_found", told: '"d2"' },
    { why: "one that is not federable", at: key("d1", "d1.1", "e"), code: "conflict", told: "federable" },
    { why: "one that is gone", at: key("d2", "d2.1"), code: "conflict", told: "ya no nombra" },
  ])("reads nothing of $why", async ({ at, code, told }) => {
    const { network, store, refreshed } = await readWorld();
    await store.saveReading(run(2), "c", reading([FIRST.distributions[0]!]), source());
    await expect(refreshDistribution(network, at))
      .rejects.toMatchObject({ code, message: expect.stringContaining(told) });
    expect(refreshed).toEqual([]);
  });
});

describe("deleteDistribution and deleteSeries", () => {
  test("delete for good, as the only writer, and tell what", async () => {
    const { network, store, locks } = await readWorld();
    const purged = await deleteDistribution(network, key("d1", "d1.1"));
    expect(purged).toMatchObject({ distributions: 1, versions: 2 });
    expect([...purged.seriesIds].sort()).toEqual(["a", "b"]);
    expect(locks()).toBe(1);
    expect((await store.seriesEntities({}, ALL)).total).toBe(0);
    expect(
      (await listDistributions(network, { catalog_id: "c" }, ALL)).rows.map((one) => one.distribution_id),
    )
      .toEqual(["d2.1"]);
  });

  test("delete a distribution without fields", async () => {
    const { network } = await readWorld();
    expect(await deleteDistribution(network, key("d2", "d2.1")))
      .toEqual({ distributions: 1, seriesIds: [], versions: 0 });
  });

  test("delete one series", async () => {
    const { network, store } = await readWorld();
    expect(await deleteSeries(network, "a")).toEqual({ distributions: 0, seriesIds: ["a"], versions: 1 });
    expect((await store.seriesEntities({}, ALL)).series.map(({ id }) => id)).toEqual(["b"]);
  });

  test("delete nothing that is not there", async () => {
    const { network } = await readWorld();
    await expect(deleteDistribution(network, key("d1", "d1.1", "z"))).rejects.toMatchObject({
      code: "not_found",
      message: 'No hay una distribución "d1.1" en el dataset "d1" del catálogo "z"',
    });
    await expect(deleteSeries(network, "z")).rejects.toMatchObject({ code: "not_found" });
  });
});
