// The public listings over HTTP, from what operators said to what anybody reads.

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { readCatalogXlsx } from "../../src/ingest/catalog_xlsx.ts";
import { saveJurisdiction, saveProject } from "../../src/operation/jurisdictions.ts";
import type { Network } from "../../src/operation/network.ts";
import { addNode, changeNode, removeNode, setNodesFederable } from "../../src/operation/nodes.ts";
import { publicNetwork } from "../../src/operation/public_network.ts";
import { publishListing } from "../../src/publish/publish_listing.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openListings } from "../../src/store/segments/listings.ts";
import { networkWorld } from "../operation/network_world.ts";
import { distribution, reading, run, sha256, source } from "../store/example_catalog.ts";
import { unpublishedApp } from "./published_app.ts";
import { readWorkbook } from "./read_workbook.ts";

const CATALOG = JSON.stringify({
  title: "Uno",
  description: "D",
  dataset: [{ identifier: "d1", title: "T", distribution: [{ identifier: "d1.1", title: "X" }] }],
});
const TABLES = [
  "nodes.csv",
  "nodos.csv",
  "nodes.xlsx",
  "nodos.xlsx",
  "distribuciones.csv",
  "distribuciones.xlsx",
];

/** Two nodes of one jurisdiction, one of none; catalog c was read, with a title that a spreadsheet would compute. */
async function listedApp() {
  const { network, store, clock: today } = networkWorld();
  const blobs = memoryBlobs();
  await saveJurisdiction(network, "cultura", { title: "Cultura", argentinagobar_id: "cult" });
  await saveJurisdiction(network, "ambiente", { title: "Ambiente", argentinagobar_id: null });
  await saveProject(network, {
    title: "Red",
    description: "De datos",
    version: "1.1",
    homepage: "https://red.example",
    issued: "2019-01-01",
    language: ["es"],
    publisher: { name: "Yo", mbox: "" },
    spatial: ["AR"],
  });
  await addNode(network, {
    catalog_id: "c",
    catalog_url: "https://ana:clave@c.example/data.json",
    federable: true,
    label: '=Ce, "el" nodo',
    category: "central",
    type: "andino",
    jurisdiction: "cultura",
    url_homepage: "https://c.example",
  });
  await addNode(network, {
    catalog_id: "b",
    catalog_url: "https://b.example/catalog.xlsx",
    catalog_format: "xlsx",
    jurisdiction: "cultura",
    url_datosgobar: "https://datos.gob.ar/b",
  });
  await store.saveNodes([{ catalogId: "a", url: "file:///home/ana/a.json" }]);
  const one = reading([distribution("d1", "d1.1", [], { title: '-1, "dos"\n' })]);
  await store.saveReading(run(1), "c", one, source(), { text: new Uint8Array(gzipSync(CATALOG)) });
  const publish = async () =>
    await publishListing({
      store,
      network: await publicNetwork(network),
      blobs,
      sha256,
      now: () => today.at,
    });
  await publish();
  const clock = { at: 0 };
  const app = createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(undefined) },
    listings: openListings(blobs, () => clock.at),
    now: () => clock.at,
    version: "1",
  });
  return { app, network, store, blobs, publish, clock, today };
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test("/nodes.json tells the network: jurisdictions with their nodes, those of none last", async () => {
  const { app } = await listedApp();
  const response = await app.request("/nodes.json");
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({
    title: "Red",
    description: "De datos",
    version: "1.1",
    homepage: "https://red.example",
    issued: "2019-01-01",
    language: ["es"],
    publisher: { name: "Yo", mbox: "" },
    spatial: ["AR"],
    modified: "2026-07-09",
    jurisdiction_count: 2,
    catalog_count: 3,
    jurisdictions: [
      { id: "ambiente", argentinagobar_id: null, title: "Ambiente", catalogs: [] },
      {
        id: "cultura",
        argentinagobar_id: "cult",
        title: "Cultura",
        catalogs: [
          {
            id: "c",
            label: '=Ce, "el" nodo',
            category: "central",
            type: "andino",
            published: true,
            // No password of a publisher's site.
            url_json: "https://c.example/data.json",
            url_xlsx: null,
            url_datosgobar: null,
            url_homepage: "https://c.example",
          },
          {
            id: "b",
            label: null,
            category: null,
            type: null,
            published: false,
            url_json: null,
            url_xlsx: "https://b.example/catalog.xlsx",
            url_datosgobar: "https://datos.gob.ar/b",
            url_homepage: null,
          },
        ],
      },
      {
        id: null,
        argentinagobar_id: null,
        title: null,
        // No path of the server's disk.
        catalogs: [{
          id: "a",
          label: null,
          category: null,
          type: null,
          published: true,
          url_json: null,
          url_xlsx: null,
          url_datosgobar: null,
          url_homepage: null,
        }],
      },
    ],
  });
});

test.each([
  {
    file: "nodes.csv",
    header:
      "argentinagobar_id,jurisdiction_title,catalog_id,catalog_label,catalog_url_json,catalog_url_xlsx," +
      "catalog_url_datosgobar,catalog_url_homepage",
  },
  {
    file: "nodos.csv",
    header: "argentinagobar_id,jurisdiccion_nombre,catalogo_id,catalogo_nombre,catalogo_url_json," +
      "catalogo_url_xlsx,catalogo_url_datosgobar,catalogo_url_portal",
  },
])("/$file tells nodes in their order, and nothing that a spreadsheet computes", async ({ file, header }) => {
  const { app } = await listedApp();
  const response = await app.request(`/${file}`);
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${file}"`);
  expect(await response.text()).toBe([
    header,
    'cult,Cultura,c,"\'=Ce, ""el"" nodo",https://c.example/data.json,,,https://c.example',
    "cult,Cultura,b,,,https://b.example/catalog.xlsx,https://datos.gob.ar/b,",
    ",,a,,,,,",
    "",
  ].join("\r\n"));
});

test("/distribuciones.csv tells distributions in 19 columns", async () => {
  const { app } = await listedApp();
  const text = await (await app.request("/distribuciones.csv")).text();
  const [header, row] = text.split("\r\n");
  expect(header!.split(",")).toHaveLength(19);
  expect(row).toBe(`c,Catálogo,,d1,Dataset d1,,,,,,,,d1.1,"'-1, ""dos""\n",,,,,`);
});

test.each(["nodes", "nodos", "distribuciones"])("/%s.xlsx is the same table as its CSV", async (name) => {
  const { app } = await listedApp();
  const { sheets: [sheet, ...others] } = await readWorkbook(
    await bytesOf(await app.request(`/${name}.xlsx`)),
  );
  expect([sheet!.name, others]).toEqual([name, []]);
  const [csvHeader] = (await (await app.request(`/${name}.csv`)).text()).split("\r\n");
  expect(sheet!.rows[0]!.join(",")).toBe(csvHeader);
  expect(sheet!.rows).toHaveLength(1 + (name === "distribuciones" ? 1 : 3));
});

describe("catalogs", () => {
  test("data.json is the text as it was read", async () => {
    const { app } = await listedApp();
    const response = await app.request("/catalog/c/data.json");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe(CATALOG);
  });

  test("catalog.xlsx is a workbook that reads as that catalog", async () => {
    const { app } = await listedApp();
    const response = await app.request("/catalog/c/catalog.xlsx");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="catalog.xlsx"');
    const bytes = await bytesOf(response);
    const { sheets } = await readWorkbook(bytes);
    expect(sheets.map(({ name }) => name)).toEqual(["catalog", "dataset", "distribution", "theme", "field"]);
    const { catalog: { dataset, ...catalog } } = await readCatalogXlsx(bytes);
    expect(catalog).toEqual({ title: "Uno", description: "D", themeTaxonomy: [] });
    expect(dataset).toMatchObject(JSON.parse(CATALOG).dataset);
  });

  test.each(["a", "x", "..", "%2e%2e%2fc"])(
    "of %s that was never read are refused in the contract's words",
    async (id) => {
      const { app } = await listedApp();
      for (const file of ["data.json", "catalog.xlsx"]) {
        const response = await app.request(`/catalog/${id}/${file}`);
        if (id === "..") expect(response.status).toBe(404);
        else {
          expect([response.status, await response.text()])
            .toEqual([400, "No hay un archivo generado con ese nombre."]);
        }
      }
    },
  );
});

const ALL = ["nodes.json", ...TABLES, "catalog/c/data.json", "catalog/c/catalog.xlsx"];

describe.each(ALL)("/%s", (path) => {
  test("answers with and without final slash, to readers of all origins", async () => {
    const { app } = await listedApp();
    const [plain, slash] = [await app.request(`/${path}`), await app.request(`/${path}/`)];
    expect([plain.status, slash.status]).toEqual([200, 200]);
    expect(await bytesOf(plain)).toEqual(await bytesOf(slash));
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    expect(plain.headers.get("cache-control")).toMatch(/s-maxage/);
  });

  test("has a strong tag, which answers 304 while nothing changes", async () => {
    const { app, network, store, publish, clock } = await listedApp();
    const first = await app.request(`/${path}`);
    const tag = first.headers.get("etag")!;
    expect(tag).toMatch(/^"[^"]+"$/);
    const again = () => app.request(`/${path}`, { headers: { "if-none-match": tag } });
    expect((await again()).status).toBe(304);
    await publish();
    clock.at += 60_000;
    expect((await again()).status).toBe(304);
    await addNode(network, { catalog_id: "n", catalog_url: "https://n.example" });
    const other = reading([distribution("d1", "d1.1", [], { title: "Otra" })]);
    const text = new Uint8Array(gzipSync('{"title":"Dos","dataset":[]}'));
    await store.saveReading(run(2), "c", other, source("v2"), { text });
    await publish();
    clock.at += 60_000;
    const changed = await again();
    expect(changed.status).toBe(200);
    expect(await bytesOf(changed)).not.toEqual(await bytesOf(first));
  });

  test("answers HEAD with the length, and refuses what does not read", async () => {
    const { app } = await listedApp();
    const head = await app.request(`/${path}`, { method: "HEAD" });
    const body = await bytesOf(await app.request(`/${path}`));
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(body.length)]);
    expect((await app.request(`/${path}`, { method: "POST" })).status).toBe(405);
  });

  test("answers 503 before anything is published", async () => {
    const response = await unpublishedApp().request(`/${path}`);
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toMatch(/problem\+json/);
  });
});

describe("publicNetwork", () => {
  const DAY = 24 * 3600 * 1000;

  test("of a store without nodes is the catalogs that were read: those of the bundled network", async () => {
    const { network, store } = networkWorld();
    await store.saveReading(run(1), "c", reading([]), source());
    const { nodes } = await publicNetwork(network);
    expect(nodes).toMatchObject([{ id: "c", label: "Catálogo", published: true, jurisdiction: null }]);
  });

  test("names the site of a CKAN portal, which is neither a data.json nor a workbook", async () => {
    const { network } = networkWorld();
    await addNode(network, {
      catalog_id: "k",
      catalog_url: "https://portal.example",
      catalog_format: "ckan",
    });
    expect((await publicNetwork(network)).nodes).toMatchObject([
      { id: "k", urlJson: null, urlXlsx: null, urlHomepage: "https://portal.example/" },
    ]);
  });

  const CHANGES: readonly {
    why: string;
    change: (network: Network) => Promise<unknown>;
    modified: string;
  }[] = [
    { why: "nothing", change: () => Promise.resolve(), modified: "2026-07-09" },
    {
      why: "what nobody is told",
      change: (n) => changeNode(n, "c", { timezone: "UTC" }),
      modified: "2026-07-09",
    },
    { why: "a node", change: (n) => changeNode(n, "c", { label: "Otro" }), modified: "2026-07-12" },
    {
      why: "whether it is harvested",
      change: (n) => setNodesFederable(n, ["c"], false),
      modified: "2026-07-12",
    },
    { why: "a node that goes", change: (n) => removeNode(n, "c"), modified: "2026-07-12" },
    {
      why: "a jurisdiction without nodes",
      change: (n) => saveJurisdiction(n, "x", { title: "X", argentinagobar_id: null }),
      modified: "2026-07-12",
    },
  ];

  test.each(CHANGES)("is modified on the day of the last change: $why", async ({ change, modified }) => {
    const { network, today } = await listedApp();
    today.at += 3 * DAY;
    await change(network);
    expect((await publicNetwork(network)).modified).toBe(modified);
    today.at += DAY;
    expect((await publicNetwork(network)).modified).toBe(modified);
  });
});

test("/nodes.json of listings that an earlier version published has no day", async () => {
  const { store } = networkWorld();
  const blobs = memoryBlobs();
  const jurisdiction = { id: "j", title: "J", argentinagobarId: null };
  const node = {
    id: "c",
    label: null,
    category: null,
    type: null,
    published: true,
    jurisdiction,
    urlJson: null,
    urlXlsx: null,
    urlDatosgobar: null,
    urlHomepage: null,
  };
  await publishListing({
    store,
    network: { project: { title: "Red" }, nodes: [node] },
    blobs,
    sha256,
    now: () => 0,
  });
  const app = createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(undefined) },
    listings: openListings(blobs, () => 0),
    now: () => 0,
    version: "1",
  });
  expect(await (await app.request("/nodes.json")).json()).toMatchObject({
    title: "Red",
    modified: null,
    jurisdiction_count: 1,
    jurisdictions: [{ id: "j", catalogs: [{ id: "c" }] }],
  });
});
