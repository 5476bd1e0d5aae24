// The catalog fixtures, harvested over HTTP. They use the port that the fixtures name.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExpectedCatalog, judgeCatalog } from "./catalog_fixtures.ts";
import { differenceLines } from "./compare.ts";
import { serveFixtures } from "./fixture_server.ts";
import { KNOWN_DIFFERENCES, knownDifferenceFaults } from "./known_differences.ts";
import { OWN_CATALOGS, readSuite, runCatalog } from "./suites.ts";

const suite = readSuite(OWN_CATALOGS);
if (suite?.kind !== "catalogs") throw new Error(`${OWN_CATALOGS} holds no catalogs`);
const { expected } = suite;
const names = Object.keys(expected);

let server: ReturnType<typeof serveFixtures> | undefined;
beforeAll(async () => {
  // Another file of tests may harvest them over the port for a while.
  for (let left = 240; server === undefined; left--) {
    try {
      server = serveFixtures(OWN_CATALOGS);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((wake) => setTimeout(wake, 500));
    }
  }
});
afterAll(() => server?.close());

describe(`the harvest of ${names.length} catalogs`, () => {
  test.each(names)("comes to what is expected of %s", async (name) => {
    const { differences } = await runCatalog(suite, name);
    expect(differenceLines(differences)).toEqual([]);
  });
});

/** A part of an expectation, changed to something that is not so. */
// deno-lint-ignore no-explicit-any
type Change = (catalog: any) => void;

const CHANGES: readonly { why: string; name: string; change: Change; path: string }[] = [
  {
    why: "a rejection that does not happen",
    name: "indexing/single_data.json",
    change: (catalog) => catalog["102.1"].errors = ["no"],
    path: "102.1 resultado",
  },
  {
    why: "an acceptance that does not happen",
    name: "edge/decimal_comma.json",
    change: (catalog) => catalog["decimal_comma.1"].errors = [],
    path: "decimal_comma.1 resultado",
  },
  {
    why: "another error text",
    name: "edge/decimal_comma.json",
    change: (catalog) => catalog["decimal_comma.1"].errors[0] += ".",
    path: "decimal_comma.1 errors",
  },
  {
    why: "another number of series",
    name: "indexing/single_data.json",
    change: (catalog) => catalog["102.1"].series_indexed = 2,
    path: "102.1 series_indexed",
  },
  {
    why: "a distribution that is not there",
    name: "edge/no_time_index_field.json",
    change: (catalog) => catalog.other = { errors: [] },
    path: "other",
  },
  {
    why: "a distribution that nobody expects",
    name: "indexing/single_data.json",
    change: (catalog) => delete catalog["102.1"],
    path: "102.1",
  },
  {
    why: "computed metadata",
    name: "indexing/ipc_data.json",
    change: (catalog) => catalog["145.9"].series.serie_inflacion.meta_at_2020_01_15.significant_figures = 5,
    path: "serie_inflacion significant_figures",
  },
  {
    why: "a number of documents that no contract calls wrong",
    name: "indexing/ipc_data.json",
    change: (catalog) => catalog["145.9"].series.serie_inflacion.documents["quarter/avg"]++,
    path: "serie_inflacion documents quarter/avg",
  },
  {
    why: "a catalog that should have failed",
    name: "edge/catalog_without_datasets.json",
    change: (catalog) => catalog.catalog_error = "no",
    path: "catálogo",
  },
  {
    why: "a catalog that should have been read",
    name: "edge/not_json_catalog.json",
    change: (catalog) => delete catalog.catalog_error,
    path: "catálogo",
  },
  {
    why: "counts of time series",
    name: "profile/example_time_series.json",
    change: (catalog) => catalog.ts[2]++,
    path: "ts (datasets, distribuciones, series)",
  },
  {
    why: "a verdict of the profile",
    name: "profile/full_data.json",
    change: (catalog) => catalog.status = "ERROR",
    path: "status",
  },
];

describe("judgeCatalog", () => {
  test.each(CHANGES)("fails on $why", async ({ name, change, path }) => {
    const catalog: ExpectedCatalog = structuredClone(expected[name]!);
    change(catalog);
    const { differences } = await judgeCatalog(OWN_CATALOGS, name, catalog);
    expect(differences.map((difference) => difference.path)).toContain(path);
  });
});

describe("known differences", () => {
  test("are all of catalogs that exist", () => {
    expect(KNOWN_DIFFERENCES.filter(({ catalog }) => !names.includes(catalog))).toEqual([]);
  });

  test("fail when one is new, changed or gone", () => {
    const { catalog, why: _, ...row } = KNOWN_DIFFERENCES[0]!;
    const own = KNOWN_DIFFERENCES.filter((known) => known.catalog === catalog);
    expect(knownDifferenceFaults(catalog, own)).toEqual([]);
    expect(knownDifferenceFaults(catalog, own.slice(1))).toHaveLength(1);
    expect(knownDifferenceFaults(catalog, [...own, { ...row, key: "another" }])).toHaveLength(1);
    expect(knownDifferenceFaults(catalog, [{ ...row, right: -1 }, ...own.slice(1)])).toHaveLength(2);
  });
});

describe("serveFixtures", () => {
  test("says that its port is busy", () => {
    expect(() => serveFixtures(OWN_CATALOGS)).toThrow("El puerto 3456 está ocupado");
  });
});
