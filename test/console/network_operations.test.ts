// The rows of the network's administration over HTTP: who may, what goes in, what comes out.

import { describe, expect, test } from "vitest";
import { NETWORK_OPERATIONS as ROWS } from "../../src/console/network_operations.ts";
import { ROLES } from "../../src/operation/roles.ts";
import { readWorld } from "../operation/network_world.ts";
import { opsApp } from "./ops_app.ts";

async function networkApp() {
  const world = await readWorld();
  const { network, store } = world;
  await store.saveNodes([{ catalogId: "c", url: "https://c.example/data.json" }]);
  return { ...world, ...await opsApp(ROWS, { network }) };
}

const NODE = { catalog_id: "n", catalog_url: "https://n.example/data.json" };
const DATASET = { catalog_id: "c", dataset_id: "d1" };
const AN_HOUR_AGO = "2026-07-09T14:00:00.000Z";
const FILE = {
  name: "red.yml",
  text: "n: {url: https://n.example, formato: json, federado: true}",
  state: "UPLOADED",
  uploaded_at: AN_HOUR_AGO,
  uploaded_by: "ana",
  started_at: null,
  finished_at: null,
  log: [],
};

/** One request a row, with the least role that may. */
const REQUESTS: readonly {
  id: string;
  method: string;
  path: string;
  role: (typeof ROLES)[number];
  json?: unknown;
  body?: string;
  status?: number;
  holds?: object;
}[] = [
  { id: "nodes.list", method: "GET", path: "/nodes", role: "viewer", holds: { total: 1 } },
  {
    id: "nodes.get",
    method: "GET",
    path: "/nodes/c",
    role: "viewer",
    holds: { catalog_id: "c", present: true },
  },
  {
    id: "nodes.add",
    method: "POST",
    path: "/nodes",
    role: "operator",
    json: NODE,
    holds: { ...NODE, federable: false },
  },
  {
    id: "nodes.change",
    method: "PATCH",
    path: "/nodes/c",
    role: "operator",
    json: { verify_ssl: false, label: "Ce" },
    holds: { verify_ssl: false, label: "Ce", federable: true },
  },
  {
    id: "nodes.federable",
    method: "POST",
    path: "/nodes-federable",
    role: "operator",
    json: { catalog_ids: ["c"], federable: false },
    status: 204,
  },
  { id: "nodes.remove", method: "DELETE", path: "/nodes/c", role: "admin", status: 204 },
  {
    id: "jurisdictions.list",
    method: "GET",
    path: "/jurisdictions",
    role: "viewer",
    holds: { rows: [{ id: "j" }] },
  },
  {
    id: "jurisdictions.save",
    method: "PUT",
    path: "/jurisdictions/cultura",
    role: "operator",
    json: { title: "Cultura", argentinagobar_id: null },
    holds: { id: "cultura", title: "Cultura" },
  },
  { id: "jurisdictions.remove", method: "DELETE", path: "/jurisdictions/j", role: "admin", status: 204 },
  { id: "project.get", method: "GET", path: "/project", role: "viewer", holds: { title: "" } },
  {
    id: "project.save",
    method: "PUT",
    path: "/project",
    role: "operator",
    json: {
      title: "Red",
      description: "",
      version: "1",
      homepage: "https://red.example",
      issued: "2020-01-01",
      language: ["es"],
      publisher: { name: "Yo", mbox: "yo@red.example" },
      spatial: [],
    },
    holds: { title: "Red" },
  },
  { id: "register_files.list", method: "GET", path: "/register-files", role: "viewer", holds: { total: 1 } },
  {
    id: "register_files.upload",
    method: "POST",
    path: "/register-files?name=red.yml",
    role: "operator",
    body: "a: {}",
    holds: { name: "red.yml", state: "UPLOADED", uploaded_by: "operator" },
  },
  { id: "register_files.text", method: "GET", path: "/register-files/1/text", role: "viewer" },
  {
    id: "register_files.run",
    method: "POST",
    path: "/register-files/1/run",
    role: "operator",
    holds: { state: "PROCESSED", log: ["Nodo n, status: OK: creado"] },
  },
  { id: "register_files.remove", method: "DELETE", path: "/register-files/1", role: "admin", status: 204 },
  {
    id: "federation_files.list",
    method: "GET",
    path: "/federation-files",
    role: "viewer",
    holds: { total: 1 },
  },
  {
    id: "federation_files.upload",
    method: "POST",
    path: "/federation-files?name=lista.csv",
    role: "operator",
    body: "catalog_id,dataset_identifier\n",
    holds: { name: "lista.csv", state: "UPLOADED" },
  },
  { id: "federation_files.text", method: "GET", path: "/federation-files/1/text", role: "viewer" },
  {
    id: "federation_files.run",
    method: "POST",
    path: "/federation-files/1/run",
    role: "operator",
    holds: { state: "FAILED", log: [expect.stringContaining("Error en la lectura del archivo de entrada")] },
  },
  {
    id: "federation_files.remove",
    method: "DELETE",
    path: "/federation-files/1",
    role: "admin",
    status: 204,
  },
  { id: "catalogs.list", method: "GET", path: "/catalogs?present=true", role: "viewer", holds: { total: 2 } },
  {
    id: "datasets.list",
    method: "GET",
    path: "/datasets?federable=false&limit=1",
    role: "viewer",
    holds: { total: 1, rows: [{ catalog_id: "e" }] },
  },
  {
    id: "datasets.federable",
    method: "POST",
    path: "/datasets-federable",
    role: "operator",
    json: { datasets: [DATASET], federable: false },
    status: 204,
  },
  {
    id: "datasets.starred",
    method: "POST",
    path: "/datasets-starred",
    role: "operator",
    json: { datasets: [DATASET], starred: true },
    status: 204,
  },
  {
    id: "datasets.reviewed",
    method: "POST",
    path: "/datasets-reviewed",
    role: "operator",
    json: { datasets: [DATASET], reviewed: "ON_REVISION" },
    status: 204,
  },
  { id: "datasets.export", method: "GET", path: "/federacion-config.csv", role: "viewer" },
  {
    id: "datasets.export_selection",
    method: "POST",
    path: "/datasets-config",
    role: "viewer",
    json: { datasets: [DATASET] },
  },
  {
    id: "distributions.list",
    method: "GET",
    path: "/distributions?failed=true",
    role: "viewer",
    holds: { total: 1, rows: [{ distribution_id: "d2.1", error: "HTTP 404" }] },
  },
  {
    id: "distributions.refresh",
    method: "POST",
    path: "/distributions/c/d1/d1.1/refresh",
    role: "operator",
    holds: { run: 7, errors: [], new_series: 0, changed_series: 1, unchanged_series: 1 },
  },
  {
    id: "distributions.remove",
    method: "DELETE",
    path: "/distributions/c/d1/d1.1",
    role: "admin",
    holds: { distributions: 1, series: ["a", "b"], versions: 2 },
  },
  { id: "series.list", method: "GET", path: "/series?id=b", role: "viewer", holds: { total: 1 } },
  { id: "series.get", method: "GET", path: "/series/a", role: "viewer", holds: { id: "a", versions: 1 } },
  {
    id: "enriched.list",
    method: "GET",
    path: "/enriched?key=available&id=a",
    role: "viewer",
    holds: { total: 1, rows: [{ entity: "series", id: "a", title: "t_a", key: "available", value: "true" }] },
  },
  {
    id: "series.remove",
    method: "DELETE",
    path: "/series/a",
    role: "admin",
    holds: { distributions: 0, series: ["a"], versions: 1 },
  },
  { id: "settings.get", method: "GET", path: "/settings", role: "viewer", holds: { verify_tls: false } },
  {
    id: "settings.save",
    method: "PUT",
    path: "/settings",
    role: "admin",
    json: { verify_tls: true },
    holds: { verify_tls: true, catalog_aliases: {} },
  },
  { id: "units.list", method: "GET", path: "/units?percentage=false", role: "viewer", holds: { total: 2 } },
  {
    id: "units.percentage",
    method: "POST",
    path: "/units-percentage",
    role: "operator",
    json: { units: ["%"], percentage: true },
    status: 204,
  },
];

/** What some of the requests find. */
async function prepared() {
  const app = await networkApp();
  await app.network.records.write([
    { kind: "register_file", id: "1", version: 0, value: FILE },
    { kind: "federation_file", id: "1", version: 0, value: FILE },
    { kind: "jurisdiction", id: "j", version: 0, value: { title: "J", argentinagobar_id: null } },
  ]);
  return app;
}

test("every row has its request here", () => {
  expect(REQUESTS.map(({ id }) => id).sort()).toEqual(ROWS.map(({ id }) => id).sort());
});

test.each(REQUESTS)("$id answers $role, and nobody below", async ({ method, path, role, ...row }) => {
  const { ask, faults } = await prepared();
  const given = {
    ...(row.json !== undefined && { json: row.json }),
    ...(row.body !== undefined && { body: row.body }),
  };
  expect((await ask(method, path, given)).status).toBe(401);
  for (const below of ROLES.slice(0, ROLES.indexOf(role))) {
    expect((await ask(method, path, { as: below, ...given })).status).toBe(403);
  }
  const response = await ask(method, path, { as: role, ...given });
  expect(response.status).toBe(row.status ?? 200);
  if (row.holds !== undefined) expect(await response.json()).toMatchObject(row.holds);
  expect(faults).toEqual([]);
});

describe("files", () => {
  test("come with their names and bytes", async () => {
    const { ask } = await prepared();
    const all = await ask("GET", "/federacion-config.csv", { as: "viewer" });
    expect(all.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(all.headers.get("content-disposition")).toBe('attachment; filename="federacion-config.csv"');
    expect(await all.text()).toBe("catalog_id,dataset_identifier\nc,d1\nc,d2\n");
    const some = await ask("POST", "/datasets-config", { as: "viewer", json: { datasets: [DATASET] } });
    expect(some.headers.get("content-disposition")).toBe('attachment; filename="config_2026-07-09.csv"');
    expect(await (await ask("GET", "/register-files/1/text", { as: "viewer" })).text()).toBe(FILE.text);
  });
});

const BAD: readonly {
  why: string;
  method: string;
  path: string;
  json?: unknown;
  status: number;
  told: string;
}[] = [
  { why: "a page too large", method: "GET", path: "/datasets?limit=1001", status: 400, told: "limit" },
  { why: "a flag that is none", method: "GET", path: "/nodes?federable=si", status: 400, told: "federable" },
  { why: "a filter that is not known", method: "GET", path: "/series?name=x", status: 400, told: "name" },
  {
    why: "a state that is none",
    method: "GET",
    path: "/datasets?reviewed=SI",
    status: 400,
    told: "reviewed",
  },
  {
    why: "a node without address",
    method: "POST",
    path: "/nodes",
    json: { catalog_id: "n" },
    status: 400,
    told: "/catalog_url",
  },
  {
    why: "a node that is there",
    method: "POST",
    path: "/nodes",
    json: { ...NODE, catalog_id: "c" },
    status: 409,
    told: "Ya existe un nodo con id c",
  },
  { why: "a node that is not there", method: "GET", path: "/nodes/x", status: 404, told: '"x"' },
  { why: "a file without a name", method: "POST", path: "/register-files", status: 400, told: "name" },
  { why: "a file that is not there", method: "POST", path: "/register-files/7/run", status: 404, told: "7" },
  {
    why: "no dataset",
    method: "POST",
    path: "/datasets-starred",
    json: { datasets: [], starred: true },
    status: 400,
    told: "/datasets",
  },
  {
    why: "a dataset that is not there",
    method: "POST",
    path: "/datasets-starred",
    json: { datasets: [{ catalog_id: "c", dataset_id: "x" }], starred: true },
    status: 404,
    told: "(c, x)",
  },
  {
    why: "a distribution that is not there",
    method: "DELETE",
    path: "/distributions/c/d1/x",
    status: 404,
    told: '"x"',
  },
  { why: "a series that is not there", method: "DELETE", path: "/series/x", status: 404, told: '"x"' },
  {
    why: "a setting that is not known",
    method: "PUT",
    path: "/settings",
    json: { x: 1 },
    status: 400,
    told: "/x",
  },
  {
    why: "an alias that is a catalog",
    method: "PUT",
    path: "/settings",
    json: { catalog_aliases: { c: ["e"] } },
    status: 400,
    told: "/catalog_aliases/c",
  },
  {
    why: "a unit that no series has",
    method: "POST",
    path: "/units-percentage",
    json: { units: ["Varas"], percentage: true },
    status: 404,
    told: "Varas",
  },
];

test.each(BAD)("refuses $why", async ({ method, path, json, status, told }) => {
  const { ask } = await prepared();
  const response = await ask(method, path, { as: "admin", ...(json !== undefined && { json }) });
  expect(response.status).toBe(status);
  expect(JSON.stringify(await response.json())).toContain(JSON.stringify(told).slice(1, -1));
});

test("ids with signs of a path are taken whole", async () => {
  const { ask, store } = await networkApp();
  const id = "a/b?c d%";
  await store.saveNodes([{ catalogId: id, url: "https://x.example" }]);
  const response = await ask("GET", `/nodes/${encodeURIComponent(id)}`, { as: "viewer" });
  expect((await response.json()).catalog_id).toBe(id);
});
