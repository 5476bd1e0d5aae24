// The settings as a document: out and in again, and what is wrong with one.

import { describe, expect, test } from "vitest";
import { DEFAULT_SYNONYMS } from "../../src/core/synonyms.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import {
  listUnits,
  markUnits,
  readHarvestSettings,
  readIntegrationTestSettings,
  readMailSettings,
  readSettings,
  saveSettings,
  SettingsDocument,
} from "../../src/operation/settings.ts";
import { networkWorld, readWorld } from "./network_world.ts";

const LIMITS = {
  minimum_values: 3,
  max_too_small_proportion: 0.5,
  max_null_series_proportion: 1,
  max_missing_proportion: 0,
  max_field_title_len: 100,
};
const FULL = {
  synonyms: ["ipc,inflación", "pib,producto interno bruto"],
  catalog_aliases: { nacionales: ["c", "otro"], "a/b~c": ["c"] },
  search_boosts: { description: 2, dataset_title: 0.001, dataset_source: 0, dataset_description: 1_000 },
  search_min_score: 0,
  percentage_units: ["%", "Porcentaje"],
  validation_limits: LIMITS,
  verify_tls: true,
  indexing_timeout: 900,
  integration_test: { endpoint: "https://otra.example/caudal/", timeout: 60 },
  mail: { from: "Series <otra@datos.example>", reports: false },
  popularity: { endpoint: "https://gateway.example/log?order=asc", kong_api_id: "7" },
};

test("readSettings begins with what the program has", async () => {
  const { network } = networkWorld();
  expect(await readSettings(network)).toEqual({
    synonyms: DEFAULT_SYNONYMS,
    catalog_aliases: {},
    // The contract's, catalog-harvest 6.
    search_boosts: { description: 1.5, dataset_title: 1, dataset_source: 1, dataset_description: 1 },
    search_min_score: null,
    percentage_units: [],
    // The contract's, catalog-harvest 8.2.
    validation_limits: {
      minimum_values: 2,
      max_too_small_proportion: 0.02,
      max_null_series_proportion: 0.2,
      max_missing_proportion: 0.999,
      max_field_title_len: 60,
    },
    verify_tls: false,
    indexing_timeout: 300,
    // The contract's time, catalog-harvest 8.3.
    integration_test: { endpoint: null, timeout: 1_000 },
    mail: { from: null, reports: true },
    popularity: null,
  });
});

test("saveSettings and readSettings are each other's way back", async () => {
  const [one, two] = [await readWorld(), await readWorld()];
  await saveSettings(one.network, FULL);
  const first = await readSettings(one.network);
  expect(first).toEqual(FULL);
  await saveSettings(two.network, JSON.parse(JSON.stringify(first)));
  expect(JSON.stringify(await readSettings(two.network))).toBe(JSON.stringify(first));
  await saveSettings(one.network, first);
  expect(JSON.stringify(await readSettings(one.network))).toBe(JSON.stringify(first));
});

test("saveSettings leaves what the document does not have", async () => {
  const { network } = networkWorld();
  await saveSettings(network, FULL);
  await saveSettings(network, { verify_tls: false });
  expect(await readSettings(network)).toEqual({ ...FULL, verify_tls: false });
  await saveSettings(network, {});
  expect(await readSettings(network)).toEqual({ ...FULL, verify_tls: false });
});

test("saveSettings gives the minimum score back to the environment with null", async () => {
  const { network } = networkWorld();
  await saveSettings(network, { search_min_score: 2.5 });
  expect((await readSettings(network)).search_min_score).toBe(2.5);
  await saveSettings(network, { search_min_score: null });
  expect((await readSettings(network)).search_min_score).toBe(null);
  expect((await network.store.searchSettings()).minScore).toBe(undefined);
});

test("every setting is described", () => {
  for (const [key, { description }] of Object.entries(SettingsDocument.shape)) {
    expect([key, (description ?? "").length > 20]).toEqual([key, true]);
  }
});

const WRONG: readonly { why: string; document: unknown; paths: string[] }[] = [
  { why: "no object", document: [], paths: [""] },
  { why: "nothing", document: null, paths: [""] },
  { why: "a text", document: "synonyms", paths: [""] },
  { why: "a key that is not known", document: { synonims: [] }, paths: ["/synonims"] },
  {
    why: "one below",
    document: { validation_limits: { ...LIMITS, max: 1 } },
    paths: ["/validation_limits/max"],
  },
  {
    why: "limits that lack one",
    document: { validation_limits: { ...LIMITS, minimum_values: undefined } },
    paths: ["/validation_limits/minimum_values"],
  },
  {
    why: "shares outside of 0 to 1, and numbers that are not whole",
    document: {
      validation_limits: {
        ...LIMITS,
        minimum_values: 1.5,
        max_too_small_proportion: -0.1,
        max_missing_proportion: 1.01,
        max_field_title_len: 0,
      },
    },
    paths: ["minimum_values", "max_too_small_proportion", "max_missing_proportion", "max_field_title_len"]
      .map((key) => `/validation_limits/${key}`),
  },
  { why: "a time limit of no second", document: { indexing_timeout: 0 }, paths: ["/indexing_timeout"] },
  {
    why: "boosts that are no numbers of 0 to 1000, of texts that are not known, and one that is missing",
    document: {
      search_boosts: { description: -1, dataset_title: 1_000.5, dataset_source: "1", title: 1 },
    },
    paths: ["description", "dataset_title", "dataset_source", "dataset_description", "title"]
      .map((key) => `/search_boosts/${key}`),
  },
  {
    why: "a boost finer than scores are",
    document: { search_boosts: { ...FULL.search_boosts, dataset_source: 0.0005 } },
    paths: ["/search_boosts/dataset_source"],
  },
  {
    why: "no boost above 0",
    document: {
      search_boosts: { description: 0, dataset_title: 0, dataset_source: 0, dataset_description: 0 },
    },
    paths: ["/search_boosts"],
  },
  { why: "boosts of nothing", document: { search_boosts: null }, paths: ["/search_boosts"] },
  { why: "a minimum score below 0", document: { search_min_score: -1 }, paths: ["/search_min_score"] },
  { why: "a minimum score as text", document: { search_min_score: "5" }, paths: ["/search_min_score"] },
  ...["otra.example", "ftp://otra.example", "https://ana:clave@otra.example", "https://otra.example/?a=1"]
    .map((
      endpoint,
    ) => ({
      why: `an integration test of ${endpoint}, for less than it takes`,
      document: { integration_test: { endpoint, timeout: 9 } },
      paths: ["/integration_test/endpoint", "/integration_test/timeout"],
    })),
  {
    why: "an integration test without its time",
    document: { integration_test: { endpoint: null } },
    paths: ["/integration_test/timeout"],
  },
  {
    why: "a sender that begins another header, and a server with its password",
    document: {
      mail: { from: "Series\r\nBcc: x <a@b.example>", reports: true, url: "smtp://u:p@b.example" },
    },
    paths: ["/mail/from", "/mail/url"],
  },
  {
    why: "a sender without address",
    document: { mail: { from: "Series", reports: "no" } },
    paths: ["/mail/from", "/mail/reports"],
  },
  { why: "a flag as text", document: { verify_tls: "true" }, paths: ["/verify_tls"] },
  {
    why: "a gateway that is no web address, and a token, which has its own way",
    document: { popularity: { endpoint: "gateway", kong_api_id: "", token: "x" } },
    paths: ["/popularity/endpoint", "/popularity/kong_api_id", "/popularity/token"],
  },
  { why: "a list that is a text", document: { percentage_units: "%" }, paths: ["/percentage_units"] },
  { why: "an empty unit", document: { percentage_units: ["%", ""] }, paths: ["/percentage_units/1"] },
  {
    why: "synonyms of one term, and the same twice",
    document: { synonyms: ["a", "b,B", "c,d", "c,d", 7] },
    paths: ["/synonyms/4", "/synonyms/0", "/synonyms/1", "/synonyms/3"],
  },
  {
    why: "an alias that is a catalog",
    document: { catalog_aliases: { c: ["e"] } },
    paths: ["/catalog_aliases/c"],
  },
  {
    why: "an alias that is a node",
    document: { catalog_aliases: { n: ["e"] } },
    paths: ["/catalog_aliases/n"],
  },
  {
    why: "an alias of nothing, whose name has signs of a pointer",
    document: { catalog_aliases: { "a/b~": [] } },
    paths: ["/catalog_aliases/a~1b~0"],
  },
  {
    why: "several at once",
    document: { x: 1, verify_tls: 0, synonyms: ["a"], catalog_aliases: { c: ["e"] } },
    paths: ["/verify_tls", "/x", "/synonyms/0", "/catalog_aliases/c"],
  },
];

test.each(WRONG)(
  "saveSettings lists all that is wrong and changes nothing: $why",
  async ({ document, paths }) => {
    const { network, store } = await readWorld();
    await store.saveNodes([{ catalogId: "n", url: "https://n.example" }]);
    const before = await readSettings(network);
    const good = { percentage_units: ["Pesos"], ...document as object };
    for (
      const given of Array.isArray(document) || typeof document !== "object" || !document
        ? [document]
        : [document, good]
    ) {
      const error = await saveSettings(network, given).then(() => undefined, (error) => error);
      expect(error).toMatchObject({ code: "invalid" });
      expect(error.issues.map(({ path }: { path: string }) => path).sort()).toEqual(paths.toSorted());
      expect(error.issues.every(({ message }: { message: string }) => message.length > 5)).toBe(true);
    }
    expect(await readSettings(network)).toEqual(before);
  },
);

test("saveSettings tells an alias in the contract's words", async () => {
  const { network } = await readWorld();
  await expect(saveSettings(network, { catalog_aliases: { c: ["e"] } })).rejects.toMatchObject({
    issues: [{ message: "Ya existe un catálogo con id c, no puede ser usado como alias" }],
  });
});

test("saveSettings changes nothing where somebody else changed the limits meanwhile", async () => {
  const { network, records } = networkWorld();
  const before = await readSettings(network);
  const overtaken = {
    ...network,
    records: {
      ...records,
      async write(changes: Parameters<typeof records.write>[0]) {
        await records.write([{ kind: "setting", id: "verify_tls", version: 0, value: false }]);
        await records.write(changes);
      },
    },
  };
  await expect(saveSettings(overtaken, FULL)).rejects.toMatchObject({ code: "conflict" });
  expect(await readSettings(network)).toEqual(before);
});

test("readHarvestSettings is what the harvest goes by", async () => {
  const { network, records } = networkWorld();
  expect(await readHarvestSettings(records)).toEqual({
    limits: DEFAULT_LIMITS,
    verifyTls: false,
    indexingTimeout: 300,
  });
  await saveSettings(network, FULL);
  expect(await readHarvestSettings(records)).toEqual({
    limits: {
      minimumValues: 3,
      maxTooSmallShare: 0.5,
      maxNullSeriesShare: 1,
      maxMissingShare: 0,
      maxTitleLength: 100,
    },
    verifyTls: true,
    indexingTimeout: 900,
  });
});

test("readIntegrationTestSettings and readMailSettings are what tasks go by", async () => {
  const { network, records } = networkWorld();
  expect(await readIntegrationTestSettings(records)).toEqual({ timeout: 1_000 });
  expect(await readMailSettings(records)).toEqual({ reports: true });
  await saveSettings(network, FULL);
  expect(await readIntegrationTestSettings(records)).toEqual({
    endpoint: "https://otra.example/caudal",
    timeout: 60,
  });
  expect(await readMailSettings(records)).toEqual({ from: "Series <otra@datos.example>", reports: false });
});

describe("units", () => {
  test("listUnits has those of available series and those that are marked", async () => {
    const { store } = await readWorld();
    await store.savePercentageUnits(["Índice", "%"]);
    expect(await listUnits(store)).toEqual([
      { name: "%", percentage: true },
      { name: "Pesos", percentage: false },
      { name: "Índice", percentage: true },
    ]);
  });

  test("markUnits sets and takes back marks, and leaves the others", async () => {
    const { store } = await readWorld();
    await store.savePercentageUnits(["Índice"]);
    await markUnits(store, ["%", "Pesos"], true);
    expect((await store.percentageUnits()).sort()).toEqual(["%", "Pesos", "Índice"]);
    await markUnits(store, ["Pesos"], false);
    expect((await store.percentageUnits()).sort()).toEqual(["%", "Índice"]);
  });

  test("markUnits knows no unit that no series has", async () => {
    const { store } = await readWorld();
    await expect(markUnits(store, ["%", "Varas"], true)).rejects.toMatchObject({
      code: "not_found",
      message: 'Ninguna serie disponible tiene la unidad "Varas"',
    });
    expect(await store.percentageUnits()).toEqual([]);
  });
});
