// What operators decide on datasets, and what becomes of it when readings change them.

import { describe, expect, test } from "vitest";
import {
  type DatasetFilter,
  exportDatasets,
  exportFederation,
  listDatasets,
  type ReviewState,
  setDatasetsFederable,
  setDatasetsReviewed,
  setDatasetsStarred,
} from "../../src/operation/datasets.ts";
import { runFederationFile } from "../../src/operation/federation_files.ts";
import { uploadFile } from "../../src/operation/uploaded_files.ts";
import { dataset, indexed, key, reading, run, series, source } from "../store/example_catalog.ts";
import { FIRST, NOON, readWorld } from "./network_world.ts";

const ALL = { offset: 0, limit: 100 };
const name = (catalog_id: string, dataset_id: string) => ({ catalog_id, dataset_id });

test("listDatasets tells every column, by catalog and id", async () => {
  const { network } = await readWorld();
  const { total, rows } = await listDatasets(network, {}, ALL);
  expect(total).toBe(3);
  expect(rows[0]).toEqual({
    catalog_id: "c",
    dataset_id: "d1",
    title: "Dataset d1",
    landing_page: "https://d1.example",
    present: true,
    updated: true,
    federable: true,
    starred: false,
    reviewed: "NOT_REVIEWED",
    last_reviewed: null,
  });
  expect(rows.map(({ catalog_id, dataset_id }) => `${catalog_id} ${dataset_id}`))
    .toEqual(["c d1", "c d2", "e d1"]);
});

test.each<{ filter: DatasetFilter; offset?: number; limit?: number; total: number; rows: string[] }>([
  { filter: { catalog_id: "c" }, total: 2, rows: ["c d1", "c d2"] },
  { filter: { dataset_id: "d1" }, total: 2, rows: ["c d1", "e d1"] },
  { filter: { dataset_id: "d" }, total: 0, rows: [] },
  { filter: { federable: false }, total: 1, rows: ["e d1"] },
  { filter: { starred: true }, total: 1, rows: ["c d2"] },
  { filter: { starred: false, federable: true }, total: 1, rows: ["c d1"] },
  { filter: { reviewed: "REVIEWED" }, total: 1, rows: ["c d1"] },
  { filter: { present: false }, total: 1, rows: ["c d2"] },
  { filter: { updated: true }, total: 1, rows: ["e d1"] },
  { filter: {}, offset: 1, limit: 1, total: 3, rows: ["c d2"] },
  { filter: {}, offset: 9, total: 3, rows: [] },
])("listDatasets filters and pages: $filter from $offset", async ({ filter, total, rows, ...page }) => {
  const { network, store } = await readWorld();
  await store.saveReading(run(2), "c", {
    ...FIRST,
    datasets: [FIRST.datasets[0]!],
    distributions: [
      FIRST.distributions[0]!,
    ],
  }, source());
  await setDatasetsStarred(network, [name("c", "d2")], true);
  await setDatasetsReviewed(network, [name("c", "d1")], "REVIEWED");
  const found = await listDatasets(network, filter, { ...ALL, ...page });
  expect(found.total).toBe(total);
  expect(found.rows.map(({ catalog_id, dataset_id }) => `${catalog_id} ${dataset_id}`)).toEqual(rows);
});

test("flags are set and taken back on many at once, each by itself", async () => {
  const { network } = await readWorld();
  const both = [name("c", "d1"), name("e", "d1"), name("c", "d1")];
  await setDatasetsStarred(network, both, true);
  await setDatasetsFederable(network, both, true);
  await setDatasetsReviewed(network, both, "ON_REVISION");
  await setDatasetsStarred(network, [name("e", "d1")], false);
  const { rows } = await listDatasets(network, {}, ALL);
  expect(rows.map(({ starred, federable, reviewed }) => `${starred} ${federable} ${reviewed}`)).toEqual([
    "true true ON_REVISION",
    "false true NOT_REVIEWED",
    "false true ON_REVISION",
  ]);
});

test.each([
  { why: "setDatasetsStarred", set: setDatasetsStarred, value: true },
  { why: "setDatasetsFederable", set: setDatasetsFederable, value: false },
])("$why names all that are not there and changes nothing", async ({ set, value }) => {
  const { network } = await readWorld();
  const before = await listDatasets(network, {}, ALL);
  await expect(set(network, [name("c", "d1"), name("c", "x"), name("y", "d1")], value))
    .rejects.toMatchObject({ code: "not_found", message: "No hay datasets (c, x), (y, d1)" });
  expect(await listDatasets(network, {}, ALL)).toEqual(before);
});

describe("reviews", () => {
  /** A second reading of the catalog, or new values, after d1 was marked. */
  const CHANGES: readonly {
    why: string;
    state: ReviewState;
    change: "title" | "values" | "other" | "none";
    expected: ReviewState;
  }[] = [
    { why: "its metadata changed", state: "ON_REVISION", change: "title", expected: "NOT_REVIEWED" },
    { why: "its values changed", state: "ON_REVISION", change: "values", expected: "NOT_REVIEWED" },
    { why: "another dataset changed", state: "ON_REVISION", change: "other", expected: "ON_REVISION" },
    { why: "nothing changed", state: "ON_REVISION", change: "none", expected: "ON_REVISION" },
    { why: "its metadata changed", state: "REVIEWED", change: "title", expected: "REVIEWED" },
    { why: "its values changed", state: "NOT_REVIEWED", change: "values", expected: "NOT_REVIEWED" },
  ];

  test.each(CHANGES)(
    "$state is $expected after a reading where $why",
    async ({ state, change, expected }) => {
      const { network, store } = await readWorld();
      await setDatasetsReviewed(network, [name("c", "d1")], state);
      const [d1, d2] = FIRST.datasets;
      const datasets = [
        change === "title" ? dataset("d1", { title: "Otro" }) : d1!,
        change === "other" ? dataset("d2", { title: "Otro" }) : d2!,
      ];
      await store.saveReading(run(2), "c", reading(FIRST.distributions, { datasets }), source());
      if (change === "values") {
        const outcome = indexed([series("a", [1, 9]), series("b", [3])], { bytes: "v2" });
        await store.saveOutcome(run(2), key("d1", "d1.1"), outcome);
      }
      const { rows } = await listDatasets(network, { catalog_id: "c", dataset_id: "d1" }, ALL);
      expect(rows[0]!.reviewed).toBe(expected);
    },
  );

  test("count from when they were marked: a later mark stands", async () => {
    const { network, store } = await readWorld();
    await setDatasetsReviewed(network, [name("c", "d1")], "ON_REVISION");
    const changed = reading(FIRST.distributions, { datasets: [dataset("d1", { title: "Otro" })] });
    await store.saveReading(run(2), "c", changed, source());
    await setDatasetsReviewed(network, [name("c", "d1")], "ON_REVISION");
    await store.saveReading(run(3), "c", changed, source());
    const { rows } = await listDatasets(network, { reviewed: "ON_REVISION" }, ALL);
    expect(rows.map(({ dataset_id }) => dataset_id)).toEqual(["d1"]);
  });

  test("keep when a dataset was last reviewed", async () => {
    const { network, clock } = await readWorld();
    const at = async () => (await listDatasets(network, {}, ALL)).rows[0]!.last_reviewed;
    await setDatasetsReviewed(network, [name("c", "d1")], "ON_REVISION");
    expect(await at()).toBeNull();
    await setDatasetsReviewed(network, [name("c", "d1")], "REVIEWED");
    clock.at += 1_000;
    await setDatasetsReviewed(network, [name("c", "d1")], "NOT_REVIEWED");
    await setDatasetsStarred(network, [name("c", "d1")], true);
    expect(await at()).toBe(new Date(NOON).toISOString());
  });
});

describe("exports", () => {
  test("exportFederation has all federable datasets, whatever is in their ids", async () => {
    const { network, store } = await readWorld();
    const odd = reading([{ datasetId: 'a,"b"', id: "x", metadata: {}, fields: [] }]);
    await store.saveReading(run(2), "f", odd, source());
    expect(await exportFederation(network)).toEqual({
      name: "federacion-config.csv",
      text: 'catalog_id,dataset_identifier\nc,d1\nc,d2\nf,"a,""b"""\n',
    });
  });

  test("exportDatasets has a selection, in its order, under the day's name", async () => {
    const { network } = await readWorld();
    expect(await exportDatasets(network, [name("e", "d1"), name("c", "d1")])).toEqual({
      name: "config_2026-07-09.csv",
      text: "catalog_id,dataset_identifier\ne,d1\nc,d1\n",
    });
    await expect(exportDatasets(network, [name("e", "d9")])).rejects.toMatchObject({ code: "not_found" });
  });

  test("are files that federate the same datasets again", async () => {
    const { network } = await readWorld();
    const { text } = await exportFederation(network);
    await setDatasetsFederable(network, [name("c", "d1"), name("c", "d2")], false);
    const { id } = await uploadFile(network, "federation_file", { name: "x", text, by: "ana" });
    await runFederationFile(network, id);
    expect((await exportFederation(network)).text).toBe(text);
  });
});
