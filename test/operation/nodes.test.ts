// Nodes as operators keep them.

import { describe, expect, test } from "vitest";
import {
  listJurisdictions,
  readProject,
  removeJurisdiction,
  saveJurisdiction,
  saveProject,
} from "../../src/operation/jurisdictions.ts";
import {
  addNode,
  changeNode,
  listNodes,
  NewNode,
  NodeChange,
  readNode,
  removeNode,
  setNodesFederable,
  stampNodes,
} from "../../src/operation/nodes.ts";
import { removeFile, uploadFile } from "../../src/operation/uploaded_files.ts";
import { networkWorld, readWorld } from "./network_world.ts";

const URL_A = "https://a.example/data.json";
const DAY = 86_400_000;

describe("addNode", () => {
  test("adds a node as the contract has new ones, but for certificates", async () => {
    const { network, store } = networkWorld();
    expect(await addNode(network, { catalog_id: "a", catalog_url: URL_A })).toEqual({
      catalog_id: "a",
      catalog_url: URL_A,
      catalog_format: null,
      federable: false,
      new_datasets_auto_indexable: false,
      verify_ssl: true,
      validate_catalog_urls: false,
      timezone: "America/Argentina/Buenos_Aires",
      admins: [],
      label: "",
      category: null,
      type: null,
      jurisdiction: null,
      url_json: null,
      url_xlsx: null,
      url_datosgobar: null,
      url_homepage: null,
      register_date: "2026-07-09",
      release_date: null,
      present: null,
      error: null,
    });
    expect(await store.nodes()).toEqual([
      { catalogId: "a", url: URL_A, federable: false, newDatasetsFederable: false, verifyTls: true },
    ]);
  });

  test("keeps everything that it is told", async () => {
    const { network } = networkWorld();
    await saveJurisdiction(network, "cultura", { title: "Cultura", argentinagobar_id: null });
    const told = {
      catalog_id: "a",
      catalog_url: URL_A,
      catalog_format: "xlsx",
      federable: true,
      new_datasets_auto_indexable: true,
      verify_ssl: false,
      validate_catalog_urls: true,
      timezone: "America/Montevideo",
      admins: ["ana", "beto"],
      label: "Áreas",
      category: "no-central",
      type: "andino",
      jurisdiction: "cultura",
      url_json: "https://a.example/j",
      url_xlsx: "https://a.example/x",
      url_datosgobar: "https://datos.gob.ar/a",
      url_homepage: "http://a.example",
    } as const;
    await addNode(network, { ...told, admins: [...told.admins] });
    expect(await readNode(network, "a")).toMatchObject(told);
  });

  test("refuses an id that is taken, by a node or an alias", async () => {
    const { network, store } = networkWorld();
    await addNode(network, { catalog_id: "a", catalog_url: URL_A });
    await store.saveCatalogAliases({ todos: ["a"] });
    await expect(addNode(network, { catalog_id: "a", catalog_url: URL_A }))
      .rejects.toMatchObject({ code: "conflict", message: "Ya existe un nodo con id a" });
    await expect(addNode(network, { catalog_id: "todos", catalog_url: URL_A }))
      .rejects.toMatchObject({ code: "conflict" });
  });

  test.each(["ftp://a.example/x", "file:///etc/passwd", "data.json", "https://", "javascript:alert(1)"])(
    "refuses the address %s",
    async (catalog_url) => {
      const { network, store } = networkWorld();
      await expect(addNode(network, { catalog_id: "a", catalog_url }))
        .rejects.toMatchObject({ code: "invalid", issues: [{ path: "/catalog_url" }] });
      expect(await store.nodes()).toEqual([]);
    },
  );

  test("refuses a jurisdiction that is not there", async () => {
    const { network, store } = networkWorld();
    await expect(addNode(network, { catalog_id: "a", catalog_url: URL_A, jurisdiction: "x" }))
      .rejects.toMatchObject({ code: "not_found", message: 'No hay una jurisdicción "x"' });
    expect(await store.nodes()).toEqual([]);
  });
});

describe("NewNode and NodeChange", () => {
  const good = { catalog_id: "a", catalog_url: URL_A };

  test.each([
    { why: "an id of 100 characters", given: { ...good, catalog_id: "i".repeat(100) }, at: undefined },
    { why: "an id of 101", given: { ...good, catalog_id: "i".repeat(101) }, at: "catalog_id" },
    { why: "no id", given: { ...good, catalog_id: "" }, at: "catalog_id" },
    { why: "no address", given: { catalog_id: "a" }, at: "catalog_url" },
    { why: "a format that is not read", given: { ...good, catalog_format: "rdf" }, at: "catalog_format" },
    { why: "a CKAN portal", given: { ...good, catalog_format: "ckan" }, at: undefined },
    { why: "a zone that is none", given: { ...good, timezone: "Marte/Olimpo" }, at: "timezone" },
    { why: "a category of its own", given: { ...good, category: "central " }, at: "category" },
    { why: "an address that is none", given: { ...good, url_homepage: "a.example" }, at: "url_homepage" },
    { why: "a script", given: { ...good, url_xlsx: "javascript:x" }, at: "url_xlsx" },
    { why: "a flag as text", given: { ...good, federable: "true" }, at: "federable" },
    { why: "admins as text", given: { ...good, admins: "ana" }, at: "admins" },
    { why: "a date that is not theirs to set", given: { ...good, release_date: "2020-01-01" }, at: "" },
  ])("take it or tell where it is wrong: $why", ({ given, at }) => {
    const { error } = NewNode.safeParse(given);
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual(at === undefined ? undefined : [at]);
    const { catalog_id: _, ...change } = given;
    if (at !== "catalog_id" && at !== "catalog_url") {
      expect(NodeChange.safeParse(change).success).toBe(at === undefined);
    }
  });
});

describe("release_date", () => {
  test("is the day a node first was federable, and never another", async () => {
    const { network, clock } = networkWorld();
    await addNode(network, { catalog_id: "a", catalog_url: URL_A });
    clock.at += DAY;
    expect((await changeNode(network, "a", { federable: true })).release_date).toBe("2026-07-10");
    clock.at += DAY;
    await setNodesFederable(network, ["a"], false);
    clock.at += DAY;
    await setNodesFederable(network, ["a"], true);
    expect(await readNode(network, "a")).toMatchObject({
      federable: true,
      register_date: "2026-07-09",
      release_date: "2026-07-10",
    });
  });

  test("is stamped on nodes that came another way", async () => {
    const { network, store, clock } = networkWorld();
    await store.saveNodes([{ catalogId: "a", url: URL_A }, { catalogId: "b", url: URL_A, federable: false }]);
    await stampNodes(network);
    clock.at += DAY;
    await stampNodes(network);
    expect((await listNodes(network)).map(({ register_date, release_date }) => [register_date, release_date]))
      .toEqual([["2026-07-09", "2026-07-09"], ["2026-07-09", null]]);
  });
});

describe("changeNode", () => {
  test("changes what it is told and leaves the rest", async () => {
    const { network } = networkWorld();
    const before = await addNode(network, { catalog_id: "a", catalog_url: URL_A, catalog_format: "json" });
    expect(await changeNode(network, "a", { label: "A" })).toEqual({ ...before, label: "A" });
    expect(await changeNode(network, "a", { catalog_format: null, admins: ["ana"] }))
      .toEqual({ ...before, label: "A", catalog_format: null, admins: ["ana"] });
  });

  test("keeps the path that the command line gave, and takes no other", async () => {
    const { network, store } = networkWorld();
    await store.saveNodes([{ catalogId: "a", url: "file:///datos/a.json" }]);
    const kept = await changeNode(network, "a", { catalog_url: "file:///datos/a.json", label: "A" });
    expect(kept).toMatchObject({ catalog_url: "file:///datos/a.json", label: "A" });
    await expect(changeNode(network, "a", { catalog_url: "file:///datos/b.json" }))
      .rejects.toMatchObject({ code: "invalid" });
  });

  test("knows no node that is not there", async () => {
    const { network } = networkWorld();
    await expect(changeNode(network, "x", {})).rejects.toMatchObject({ message: 'No hay un nodo "x"' });
    await expect(setNodesFederable(network, ["x", "y"], true))
      .rejects.toMatchObject({ code: "not_found", message: 'No hay nodos "x", "y"' });
  });

  test("setNodesFederable changes nothing where one is not there", async () => {
    const { network } = networkWorld();
    await addNode(network, { catalog_id: "a", catalog_url: URL_A });
    await expect(setNodesFederable(network, ["a", "x"], true)).rejects.toMatchObject({ code: "not_found" });
    expect((await readNode(network, "a")).federable).toBe(false);
  });
});

test("listNodes tells how their catalogs were last read", async () => {
  const { network, store } = await readWorld();
  await store.saveNodes(["c", "x", "y"].map((catalogId) => ({ catalogId, url: URL_A })));
  await store.saveCatalogFault({ id: 2, at: 0 }, "x", "HTTP 500");
  const told = (await listNodes(network)).map(({ catalog_id, present, error }) => ({
    catalog_id,
    present,
    error,
  }));
  expect(told).toEqual([
    { catalog_id: "c", present: true, error: null },
    { catalog_id: "x", present: false, error: "HTTP 500" },
    { catalog_id: "y", present: null, error: null },
  ]);
});

describe("removeNode", () => {
  const upload = (network: Parameters<typeof uploadFile>[0], text: string) =>
    uploadFile(network, "register_file", { name: "red.yml", text, by: "ana" });

  test("takes a node out and leaves its series", async () => {
    const { network, store } = await readWorld();
    await store.saveNodes([{ catalogId: "c", url: URL_A }]);
    await removeNode(network, "c");
    expect(await listNodes(network)).toEqual([]);
    expect((await store.seriesEntities({ catalogId: "c" }, { offset: 0, limit: 9 })).total).toBe(2);
    await expect(removeNode(network, "c")).rejects.toMatchObject({ code: "not_found" });
  });

  test("forgets what was said of it", async () => {
    const { network } = networkWorld();
    await addNode(network, { catalog_id: "a", catalog_url: URL_A, label: "A" });
    await removeNode(network, "a");
    expect((await addNode(network, { catalog_id: "a", catalog_url: URL_A })).label).toBe("");
  });

  test.each([
    { why: "federated", text: "a: {url: https://x.example/y, formato: json, federado: true}", kept: true },
    {
      why: "federated in words",
      text: "a: {url: https://x.example/y, formato: json, federado: yes}",
      kept: true,
    },
    {
      why: "not federated",
      text: "a: {url: https://x.example/y, formato: json, federado: false}",
      kept: false,
    },
    { why: "another one", text: "b: {url: https://x.example/y, formato: json, federado: true}", kept: false },
    { why: "an unreadable file", text: "a: [", kept: false },
  ])("is refused while a register lists it as federated: $why", async ({ text, kept }) => {
    const { network, store } = networkWorld();
    await addNode(network, { catalog_id: "a", catalog_url: URL_A });
    const { id } = await upload(network, text);
    if (kept) {
      await expect(removeNode(network, "a")).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining('"red.yml"'),
      });
      expect(await store.nodes()).toHaveLength(1);
      await removeFile(network, "register_file", id);
    }
    await removeNode(network, "a");
    expect(await store.nodes()).toEqual([]);
  });
});

describe("jurisdictions", () => {
  const culture = { title: "Cultura", argentinagobar_id: "cultura" };

  test("are kept by id, and changed", async () => {
    const { network } = networkWorld();
    await saveJurisdiction(network, "cultura", culture);
    await saveJurisdiction(network, "arte", culture);
    await saveJurisdiction(network, "cultura", { ...culture, title: "Cultura y Arte" });
    expect((await listJurisdictions(network)).map(({ id, title }) => `${id} ${title}`))
      .toEqual(["arte Cultura", "cultura Cultura y Arte"]);
  });

  test("stay while a node belongs to them", async () => {
    const { network } = networkWorld();
    await saveJurisdiction(network, "cultura", culture);
    await addNode(network, { catalog_id: "a", catalog_url: URL_A, jurisdiction: "cultura" });
    await expect(removeJurisdiction(network, "cultura")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining('"a"'),
    });
    await changeNode(network, "a", { jurisdiction: null });
    await removeJurisdiction(network, "cultura");
    expect(await listJurisdictions(network)).toEqual([]);
    await expect(removeJurisdiction(network, "cultura")).rejects.toMatchObject({ code: "not_found" });
  });

  test.each(["", "a b", "ñandú", "a/b", "x".repeat(101)])("refuse the id %j", async (id) => {
    const { network } = networkWorld();
    await expect(saveJurisdiction(network, id, culture)).rejects.toMatchObject({ code: "invalid" });
  });
});

test("saveProject keeps what is said of the network; before, nothing is", async () => {
  const { network } = networkWorld();
  const empty = await readProject(network);
  expect(Object.values(empty).flat()).toEqual(["", "", "", "", "", { name: "", mbox: "" }]);
  const project = { ...empty, title: "Red de datos", language: ["es"], issued: "2020-01-01" };
  await saveProject(network, project);
  expect(await readProject(network)).toEqual(project);
});
