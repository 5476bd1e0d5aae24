// Files that operators upload and run, with bad ones of every kind.

import { describe, expect, test } from "vitest";
import { csvText, readCsvRows } from "../../src/operation/csv_rows.ts";
import { runFederationFile } from "../../src/operation/federation_files.ts";
import { listNodes } from "../../src/operation/nodes.ts";
import { runRegisterFile } from "../../src/operation/register_files.ts";
import {
  type FileKind,
  listFiles,
  readFile,
  removeFile,
  uploadFile,
} from "../../src/operation/uploaded_files.ts";
import { networkWorld, NOON, readWorld } from "./network_world.ts";

type World = Pick<ReturnType<typeof networkWorld>, "network">;

const upload = ({ network }: World, kind: FileKind, text: string, name = "archivo") =>
  uploadFile(network, kind, { name, text, by: "ana" });

async function runRegister(world: World, text: string) {
  const { id } = await upload(world, "register_file", text);
  return await runRegisterFile(world.network, id);
}

async function runFederation(world: World, text: string) {
  const { id } = await upload(world, "federation_file", text);
  return await runFederationFile(world.network, id);
}

const entry = (id: string, more = "federado: true", url = `https://${id}.example/data.json`) =>
  `${id}: {url: "${url}", formato: json, ${more}}\n`;

describe("runRegisterFile", () => {
  test("creates the nodes that are federated, federable and cautious, and logs every entry", async () => {
    const world = networkWorld();
    const { state, log } = await runRegister(
      world,
      entry("b") + entry("no", "federado: false") + entry("a") + entry("k", "federado: true, formato2: x"),
    );
    expect(state).toBe("PROCESSED");
    expect(log).toEqual([
      "Nodo b, status: OK: creado",
      "Nodo no, status: OK: no está federado, no se crea",
      "Nodo a, status: OK: creado",
      "Nodo k, status: OK: creado",
    ]);
    expect((await listNodes(world.network)).map((node) => [
      node.catalog_id,
      node.federable,
      node.new_datasets_auto_indexable,
      node.verify_ssl,
      node.register_date,
      node.release_date,
    ])).toEqual(["b", "a", "k"].map((id) => [id, true, false, true, "2026-07-09", "2026-07-09"]));
  });

  test("leaves nodes that are there as they are", async () => {
    const world = networkWorld();
    await world.store.saveNodes([{
      catalogId: "a",
      url: "https://a.example/data.json",
      federable: false,
      verifyTls: false,
    }, { catalogId: "b", url: "https://otra.example/data.json" }]);
    const before = await world.store.nodes();
    const { state, log } = await runRegister(world, entry("a") + entry("b") + entry("c"));
    expect(state).toBe("PROCESSED");
    expect(log).toEqual([
      "Nodo a, status: OK: ya existía",
      "Nodo b, status: ERROR: ya existe un nodo con ese id y otra dirección, https://otra.example/data.json",
      "Nodo c, status: OK: creado",
    ]);
    expect((await world.store.nodes()).slice(0, 2)).toEqual(before);
  });

  test.each([
    {
      why: "another format",
      text: `a: {url: "https://a.example", formato: rdf, federado: true}`,
      told: '"json", "xlsx" o "ckan"',
    },
    { why: "no address", text: `a: {formato: json, federado: true}`, told: '"url"' },
    { why: "a relative address", text: entry("a", "federado: true", "./data.json"), told: "./data.json" },
    { why: "a file", text: entry("a", "federado: true", "file:///etc/passwd"), told: "passwd" },
    { why: "a long id", text: entry("x".repeat(101)), told: "100" },
    { why: "a text for an entry", text: "a: nada", told: "claves y valores" },
    { why: "federado that is neither", text: entry("a", "federado: quizás"), told: "quizás" },
  ])("logs an entry that is wrong and goes on: $why", async ({ text, told }) => {
    const world = networkWorld();
    const { state, log } = await runRegister(world, `${text.trim()}\n${entry("z")}`);
    expect(state).toBe("PROCESSED");
    expect(log).toEqual([expect.stringMatching(/^Nodo .*, status: ERROR: /), "Nodo z, status: OK: creado"]);
    expect(log[0]).toContain(told);
    expect((await world.store.nodes()).map(({ catalogId }) => catalogId)).toEqual(["z"]);
  });

  test("logs an id that is an alias", async () => {
    const world = networkWorld();
    await world.store.saveCatalogAliases({ a: ["b"] });
    expect((await runRegister(world, entry("a"))).log).toEqual([
      "Nodo a, status: ERROR: ya existe un alias de catálogo con ese nombre",
    ]);
  });

  test.each([
    { why: "no YAML", text: "a: [1, 2" },
    { why: "a list", text: "- a\n- b" },
    { why: "a text", text: "hola" },
    { why: "an id twice", text: entry("a") + entry("a") },
    { why: "an HTML page", text: "<!doctype html><html><body>404</body></html>" },
  ])("fails as a whole and says where: $why", async ({ text }) => {
    const world = networkWorld();
    const { state, log, finished_at } = await runRegister(world, text);
    expect([state, finished_at]).toEqual(["FAILED", new Date(NOON).toISOString()]);
    expect(log).toEqual([
      expect.stringMatching(/^El registro de nodos no es válido \(línea \d+, columna \d+\): /),
    ]);
    expect(await world.store.nodes()).toEqual([]);
  });
});

describe("runFederationFile", () => {
  const HEADER = "catalog_id,dataset_identifier\n";
  const federable = async ({ store }: Awaited<ReturnType<typeof readWorld>>) =>
    (await store.datasetEntities()).filter(({ federable }) => federable)
      .map(({ catalogId, datasetId }) => `${catalogId} ${datasetId}`);

  test("turns datasets on, in the words of the contract", async () => {
    const world = await readWorld();
    await world.store.saveFederable([{ catalogId: "c", datasetId: "d1" }], false);
    expect(await federable(world)).toEqual(["c d2"]);
    const { state, log } = await runFederation(world, `${HEADER}e,d1\nc,d1\n`);
    expect(state).toBe("PROCESSED");
    expect(log).toEqual(["Dataset (e, d1) status: OK", "Dataset (c, d1) status: OK"]);
    expect(await federable(world)).toEqual(["c d1", "c d2", "e d1"]);
  });

  test("tells each row by itself: what comes after an unknown dataset is as it is", async () => {
    const world = await readWorld();
    const { state, log } = await runFederation(world, `${HEADER}c,nope\nc,d2\ne,d1\ne,nope\n`);
    expect(state).toBe("PROCESSED");
    expect(log).toEqual([
      "Dataset (c, nope) status: ERROR",
      "Dataset (c, d2) status: OK",
      "Dataset (e, d1) status: OK",
      "Dataset (e, nope) status: ERROR",
    ]);
    expect(await federable(world)).toEqual(["c d1", "c d2", "e d1"]);
  });

  test("tells an unknown catalog once and goes on", async () => {
    const world = await readWorld();
    const { state, log } = await runFederation(world, `${HEADER}x,d1\nx,d2\ne,d1\n`);
    expect(state).toBe("PROCESSED");
    expect(log).toEqual(["Catalogo x, status: ERROR", "Dataset (e, d1) status: OK"]);
  });

  test("knows the catalog of a node that was never read", async () => {
    const world = await readWorld();
    await world.store.saveNodes([{ catalogId: "n", url: "https://n.example" }]);
    expect((await runFederation(world, `${HEADER}n,d1\n`)).log).toEqual(["Dataset (n, d1) status: ERROR"]);
  });

  test("tells short rows by their line and goes on", async () => {
    const world = await readWorld();
    const { state, log } = await runFederation(world, `${HEADER}e\n\n,d1\ne,\n"e","d1"\n`);
    expect(state).toBe("PROCESSED");
    expect(log).toEqual([
      "Línea 2: falta dataset_identifier, status: ERROR",
      "Línea 4: falta catalog_id, status: ERROR",
      "Línea 5: falta dataset_identifier, status: ERROR",
      "Dataset (e, d1) status: OK",
    ]);
  });

  test("takes the columns in any order, among others", async () => {
    const world = await readWorld();
    const text = '\uFEFFtitulo, dataset_identifier ,x,catalog_id\r\n"Uno, dos",d1,,e\r\n';
    expect((await runFederation(world, text)).log).toEqual(["Dataset (e, d1) status: OK"]);
  });

  test.each([
    { why: "no catalog", text: "catalogo,dataset_identifier\nc,d1\n", missing: "catalog_id" },
    { why: "no dataset", text: "catalog_id,dataset\nc,d1\n", missing: "dataset_identifier" },
    { why: "neither", text: "c,d1\n", missing: "catalog_id, dataset_identifier" },
    {
      why: "another separator",
      text: "catalog_id;dataset_identifier\nc;d1\n",
      missing: "catalog_id, dataset_identifier",
    },
    {
      why: "nothing but blank lines and a comma",
      text: "\n\n,\n",
      missing: "catalog_id, dataset_identifier",
    },
  ])("fails where the header lacks a column: $why", async ({ text, missing }) => {
    const world = await readWorld();
    const { state, log } = await runFederation(world, text);
    expect(state).toBe("FAILED");
    expect(log).toEqual([
      `Error en la lectura del archivo de entrada: faltan columnas en la cabecera: ${missing}`,
    ]);
    expect(await federable(world)).toEqual(["c d1", "c d2"]);
  });
});

describe("uploaded files", () => {
  test("are listed without their text, the last first, each kind by itself", async () => {
    const world = networkWorld();
    await upload(world, "register_file", "a: {}", "uno.yml");
    await upload(world, "register_file", "b: {}", "dos.yml");
    await upload(world, "federation_file", "c", "tres.csv");
    const [second, first, ...others] = await listFiles(world.network, "register_file");
    expect(others).toEqual([]);
    expect([first!.name, second!.name]).toEqual(["uno.yml", "dos.yml"]);
    expect(first).toEqual({
      id: first!.id,
      name: "uno.yml",
      state: "UPLOADED",
      uploaded_at: new Date(NOON).toISOString(),
      uploaded_by: "ana",
      started_at: null,
      finished_at: null,
      log: [],
    });
    expect((await readFile(world.network, "register_file", first!.id)).file.text).toBe("a: {}");
  });

  test.each(["", " \n\t"])("are not empty: %j", async (text) => {
    await expect(upload(networkWorld(), "register_file", text)).rejects.toMatchObject({ code: "invalid" });
  });

  test("can be run again, and then log what is so now", async () => {
    const world = networkWorld();
    const { id } = await upload(world, "register_file", entry("a"));
    await runRegisterFile(world.network, id);
    expect((await runRegisterFile(world.network, id)).log).toEqual(["Nodo a, status: OK: ya existía"]);
  });

  test("are not run or removed while they are at work, unless whoever did died", async () => {
    const { network, store, clock } = networkWorld();
    const gate = Promise.withResolvers<void>();
    const slow = {
      ...network,
      store: {
        ...store,
        saveNodes: async (nodes: Parameters<typeof store.saveNodes>[0]) => {
          await gate.promise;
          await store.saveNodes(nodes);
        },
      },
    };
    const { id } = await upload({ network }, "register_file", entry("a"));
    const running = runRegisterFile(slow, id);
    await expect.poll(async () => (await listFiles(network, "register_file"))[0]!.state).toBe("PROCESSING");
    await expect(runRegisterFile(network, id)).rejects.toMatchObject({ code: "conflict" });
    await expect(removeFile(network, "register_file", id)).rejects.toMatchObject({ code: "conflict" });
    gate.resolve();
    expect((await running).state).toBe("PROCESSED");

    const left = await upload({ network }, "register_file", entry("b"));
    const { version, file } = await readFile(network, "register_file", left.id);
    const value = { ...file, state: "PROCESSING", started_at: new Date(clock.at).toISOString() };
    await network.records.write([{ kind: "register_file", id: left.id, version, value }]);
    clock.at += 11 * 60_000;
    expect((await runRegisterFile(network, left.id)).state).toBe("PROCESSED");
  });

  test("that are not there are told", async () => {
    const { network } = networkWorld();
    await expect(runRegisterFile(network, "1")).rejects.toMatchObject({
      code: "not_found",
      message: "No hay un archivo de nodos 1",
    });
    await expect(removeFile(network, "federation_file", "1")).rejects.toMatchObject({ code: "not_found" });
  });

  test("end as failed when the program does", async () => {
    const { network, store } = networkWorld();
    const broken = { ...network, store: { ...store, nodes: () => Promise.reject(new TypeError("bug")) } };
    const { id } = await upload({ network }, "register_file", entry("a"));
    await expect(runRegisterFile(broken, id)).rejects.toThrow("bug");
    expect((await listFiles(network, "register_file"))[0]).toMatchObject({
      state: "FAILED",
      log: ["Error interno"],
    });
  });
});

describe("readCsvRows", () => {
  test.each([
    { text: "", rows: [] },
    { text: "a,b", rows: ["1: a|b"] },
    { text: "a,b\r\nc,d\re,f\n", rows: ["1: a|b", "2: c|d", "3: e|f"] },
    { text: "\n\na\n", rows: ["3: a"] },
    { text: '"a,1","b ""x""",\n', rows: ['1: a,1|b "x"|'] },
    { text: '"a\r\nb",c\nd', rows: ["1: a\r\nb|c", "3: d"] },
    { text: 'a"b,"c', rows: ['1: a"b|c'] },
    { text: ",", rows: ["1: |"] },
  ])("reads $text", ({ text, rows }) => {
    expect(readCsvRows(text).map(({ line, cells }) => `${line}: ${cells.join("|")}`)).toEqual(rows);
  });

  test("reads what csvText writes", () => {
    const table = [["a", "b"], ['"', "x,y"], ["1\n2", ""], ["ñ", "\r"]];
    expect(readCsvRows(csvText(table)).map(({ cells }) => cells)).toEqual(table);
  });
});
