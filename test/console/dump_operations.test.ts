// The rows of generated files over HTTP: what there is, and removing it.

import { beforeEach, expect, test } from "vitest";
import { DUMP_OPERATIONS } from "../../src/console/dump_operations.ts";
import { DUMP_FILES } from "../../src/core/dump_files.ts";
import { listDumps, removeDumps } from "../../src/publish/dump_list.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import {
  DUMP_POINTER,
  type DumpEntry,
  dumpName,
  encodeDumpPointer,
} from "../../src/store/segments/dump_format.ts";
import { opsApp } from "./ops_app.ts";

const METADATA = "series-tiempo-metadatos.csv";

/** Every file of all catalogs, and the metadata of one. */
async function dumpApp() {
  const blobs = memoryBlobs();
  const entry = (catalog: string | null, name: string, i: number): DumpEntry => {
    const sha256 = String(i).padStart(64, "0");
    return { catalog, name, bytes: i + 1, sha256, generated_at: Date.UTC(2026, 0, 1) };
  };
  const entries = [
    ...DUMP_FILES.map(({ name }, i) => entry(null, name, i)),
    entry("bcra", METADATA, DUMP_FILES.length),
  ];
  for (const { sha256 } of entries) await blobs.write(dumpName(sha256), new Uint8Array(1));
  await blobs.write(DUMP_POINTER, encodeDumpPointer(entries));
  const dumps = {
    list: () => listDumps(blobs),
    remove: (keys: Parameters<typeof removeDumps>[1]) => removeDumps(blobs, keys, () => Promise.resolve()),
  };
  return { blobs, ...await opsApp(DUMP_OPERATIONS, { dumps }) };
}

let app: Awaited<ReturnType<typeof dumpApp>>;
beforeEach(async () => {
  app = await dumpApp();
});
const list = async (query = "") => await (await app.ask("GET", `/dumps${query}`, { as: "viewer" })).json();
const remove = (files: unknown, as: "admin" | "operator" = "admin") =>
  app.ask("POST", "/dumps-removal", { as, json: { files } });

test("dumps.list tells files with their formats, by pages, in the order that is asked", async () => {
  const { total, rows } = await list("?limit=1");
  expect(total).toBe(DUMP_FILES.length + 1);
  expect(rows).toEqual([{
    catalog_id: null,
    name: "series-tiempo-csv.zip",
    format: "csv",
    bytes: 1,
    sha256: "0".repeat(64),
    generated_at: "2026-01-01T00:00:00.000Z",
  }]);
  expect((await list("?sort=-bytes&limit=1")).rows[0]).toMatchObject({ catalog_id: "bcra", name: METADATA });
});

test.each([
  { query: "?catalog_id=bcra", total: 1 },
  { query: `?name=${METADATA}`, total: 2 },
  { query: "?format=sqlite", total: 1 },
  { query: "?catalog_id=bcra&format=dta", total: 0 },
])("dumps.list filters by $query", async ({ query, total }) => {
  expect(await list(query)).toMatchObject({ total, rows: { length: total } });
});

test("dumps.list refuses a format that there is not", async () => {
  expect((await app.ask("GET", "/dumps?format=pdf", { as: "viewer" })).status).toBe(400);
});

test("dumps.remove removes files, for administrators alone, and the audit says which", async () => {
  const files = [{ catalog_id: "bcra", name: METADATA }, { catalog_id: null, name: METADATA }];
  expect((await remove(files, "operator")).status).toBe(403);
  expect((await list()).total).toBe(DUMP_FILES.length + 1);
  expect((await remove(files)).status).toBe(204);
  expect((await list()).total).toBe(DUMP_FILES.length - 1);
  expect(app.blobs.files.size).toBe(DUMP_FILES.length - 1 + 1); // the list itself
  expect((await app.audited())[0]).toMatchObject({ account: "admin", operation: "dumps.remove" });
  expect(JSON.stringify((await app.audited())[0])).toContain(METADATA);
});

test.each([
  { why: "no file", files: [], status: 400 },
  { why: "one without its catalog", files: [{ name: METADATA }], status: 400 },
  { why: "one that there is not", files: [{ catalog_id: "otro", name: METADATA }], status: 404 },
])("dumps.remove answers $status: $why", async ({ files, status }) => {
  expect((await remove(files)).status).toBe(status);
  expect((await list()).total).toBe(DUMP_FILES.length + 1);
});
