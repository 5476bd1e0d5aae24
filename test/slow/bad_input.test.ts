// A network where every other publisher answers something else than it should, harvested by the real command over
// real connections: each fault is told with its node, file and rule, costs nobody else anything, and loses nothing
// that was harvested before.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HarvestReport, ReportedFault } from "../../src/core/report.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { snapshotsFolder } from "./data_folder.ts";
import { runCommand, runWell } from "./process.ts";
import {
  type Answer,
  catalogOf,
  csvOf,
  dripping,
  endless,
  goodPages,
  type Publisher,
  type Pulled,
  seriesIds,
  startPublisher,
  zipBomb,
} from "./publisher.ts";

const [GOOD, BAD] = [100, 500];
const LIMIT_MB = 5;

type Case = {
  readonly id: string;
  readonly level: ReportedFault["level"];
  /** What the first error says, or begins with. */
  readonly error: string | RegExp;
  readonly catalog?: Answer;
  readonly csv?: Answer;
  /** As the register says in the bad round. */
  readonly format?: "xlsx";
  /** The rest of the catalog is harvested all the same. */
  readonly restIsTaken?: true;
};

const pulled: Record<"plain" | "declared", Pulled> = {
  plain: { bytes: 0, ms: Infinity },
  declared: { bytes: 0, ms: Infinity },
};
const html = "<!doctype html><title>Mantenimiento</title><p>Volvemos pronto, disculpe</p>";
const never = () => new Promise<Response>(() => {});
const withoutDatasets = { title: "Catálogo" };
const lines = (change: (lines: string[]) => void) => {
  const all = csvOf(BAD).trimEnd().split("\n");
  change(all);
  return all.join("\n") + "\n";
};
const cat = (id: string, change: (catalog: ReturnType<typeof catalogOf>) => unknown) =>
  JSON.stringify(change(catalogOf(id)));

const CASES: readonly Case[] = [
  {
    id: "html",
    level: "catalog",
    catalog: html,
    error: "La respuesta es una página HTML o XML, no un data.json",
  },
  {
    id: "half",
    level: "catalog",
    catalog: JSON.stringify(catalogOf("half"), null, 2).slice(0, 120),
    error: "El catálogo no es JSON válido: termina antes de tiempo (línea 7, columna ",
  },
  { id: "empty", level: "catalog", catalog: "", error: "El catálogo está vacío" },
  {
    id: "without_dataset",
    level: "catalog",
    catalog: JSON.stringify(withoutDatasets),
    error: 'El catálogo no tiene la clave "dataset"',
  },
  {
    id: "dataset_object",
    level: "catalog",
    catalog: JSON.stringify({ ...withoutDatasets, dataset: {} }),
    error: 'La clave "dataset" del catálogo no es una lista',
  },
  {
    id: "dataset_null",
    level: "catalog",
    catalog: JSON.stringify({ ...withoutDatasets, dataset: null }),
    error: 'La clave "dataset" del catálogo no es una lista',
  },
  {
    id: "null_inside",
    level: "dataset",
    catalog: cat("null_inside", (catalog) => ({ ...catalog, dataset: [null, ...catalog.dataset] })),
    error: "Excepción en dataset 0: no es un objeto",
    restIsTaken: true,
  },
  {
    id: "catalog_404",
    level: "catalog",
    catalog: () => new Response("No está", { status: 404 }),
    error: "El servidor respondió 404 (Not Found)",
  },
  {
    id: "not_a_zip",
    level: "catalog",
    catalog: "catálogo;conjunto\n",
    format: "xlsx",
    error: "El archivo no es un libro de Excel (.xlsx)",
  },
  {
    id: "zip_bomb",
    level: "catalog",
    catalog: zipBomb("_rels/.rels", 64),
    error: "El libro ocupa descomprimido más de 32 MB",
  },
  {
    id: "local_file",
    level: "distribution",
    catalog: JSON.stringify(catalogOf("local_file")).replace("datos.csv", "file:///etc/passwd"),
    error: 'Un catálogo leído de la red no puede nombrar archivos locales: "file:///etc/passwd"',
  },
  {
    id: "taken",
    level: "distribution",
    catalog: cat("html_vecino", (catalog) => catalog),
    error: "Hay field con id repetido: html_vecino.uno",
  },
  {
    id: "endless",
    level: "distribution",
    csv: endless(pulled.plain),
    error: `El archivo supera el límite de ${LIMIT_MB} MB`,
  },
  {
    id: "endless_declared",
    level: "distribution",
    csv: endless(pulled.declared, 2 ** 31),
    error: `El archivo supera el límite de ${LIMIT_MB} MB`,
  },
  {
    id: "header_only",
    level: "distribution",
    csv: lines((all) => all.splice(1)),
    error: "El CSV tiene encabezado pero ninguna fila de datos",
  },
  { id: "empty_csv", level: "distribution", csv: "", error: "El archivo CSV está vacío" },
  {
    id: "nul",
    level: "distribution",
    csv: lines((all) => all[3] += "\0"),
    error: "El CSV contiene un byte nulo en la línea 4",
  },
  {
    id: "separator",
    level: "distribution",
    csv: csvOf(BAD).replaceAll(",", ";"),
    error: 'La columna de tiempo "indice_tiempo" no está en el CSV (columnas: "indice_tiempo;uno;dos"); ' +
      'parece separado por ";" y debe usar ","',
  },
  {
    id: "quote",
    level: "distribution",
    csv: lines((all) => all[3] = '"' + all[3]),
    error: "El CSV tiene una comilla que no se cierra",
  },
  {
    id: "cells",
    level: "distribution",
    csv: lines((all) => all[3] += ",9"),
    error: "La fila 3 tiene más celdas que el encabezado (3)",
  },
  {
    id: "date",
    level: "distribution",
    csv: lines((all) => all[2] = "2020-02-30,1,2"),
    error: 'La fila 2 tiene una fecha que no se entiende: "2020-02-30"',
  },
  {
    id: "infinite",
    level: "distribution",
    csv: lines((all) => all[4] = "2020-04-01,1e999,2"),
    error: "'uno' tiene un valor infinito en la fila 4",
  },
  {
    id: "html_csv",
    level: "distribution",
    csv: html,
    error: "La respuesta es una página HTML o XML, no un CSV",
  },
  {
    id: "csv_404",
    level: "distribution",
    csv: () => new Response("No está", { status: 404 }),
    error: "El servidor respondió 404 (Not Found)",
  },
  { id: "csv_silent", level: "distribution", csv: never, error: "Sin respuesta en 2 s (3 intentos)" },
  {
    id: "dripping",
    level: "distribution",
    csv: dripping(csvOf(BAD)),
    error: /^El servidor es demasiado lento: \d bytes\/s, se esperan al menos 1024$/,
  },
  {
    id: "redirect",
    level: "distribution",
    csv: ({ url }) => Response.redirect(url, 302),
    error: /^La dirección "http:\/\/127\.0\.0\.1:\d+\/redirect\/datos\.csv" redirige a sí misma$/,
  },
  // The last, as catalogs after it wait for it.
  { id: "catalog_silent", level: "catalog", catalog: never, error: "Sin respuesta en 2 s (3 intentos)" },
];

const neighbour = (id: string) => `${id}_vecino`;
const IDS = CASES.flatMap(({ id }) => [id, neighbour(id)]);

let folder: string;
let data: string;
const publishers: Publisher[] = [];
/** The bad round, and the one after all was mended. */
let bad: HarvestReport;
let mended: HarvestReport;
const values: Record<"bad" | "mended", Map<string, number | undefined>> = {
  bad: new Map(),
  mended: new Map(),
};

/** Publishers answer only so many requests of one harvest at once: slow ones have a server of their own. */
const publisherOf = (id: string) => publishers[/silent|dripping|endless/.test(id) ? 1 : 0]!;

async function harvestNetwork(isBad: boolean): Promise<HarvestReport> {
  const entries = IDS.map((id) => {
    const format = (isBad && CASES.find((one) => one.id === id)?.format) || "json";
    return `${id}:\n  url: ${publisherOf(id).catalogUrl(id)}\n  formato: ${format}\n  federado: true\n`;
  });
  await Deno.writeTextFile(path.join(folder, "index.yaml"), entries.join(""));
  const { stdout } = await runWell(
    "harvest",
    ["--network", path.join(folder, "index.yaml"), "--data", data, "--json"],
    { ALLOW_INTERNAL_SOURCES: "true", MAX_SOURCE_MB: `${LIMIT_MB}`, SOURCE_TIMEOUT_SECONDS: "2" },
  );
  return JSON.parse(stdout);
}

/** First value of every series as readers get it. */
async function firstValues(): Promise<Map<string, number | undefined>> {
  const blobs = folderBlobs(snapshotsFolder(data));
  const ids = IDS.flatMap(seriesIds);
  const snapshot = await openSnapshots(blobs, Date.now).current();
  const records = await snapshot!.series(ids);
  blobs.close();
  return new Map(ids.map((id, i) => [id, records[i]?.observations.values[0]]));
}

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_bad_input_" });
  data = path.join(folder, "data");
  publishers.push(startPublisher(), startPublisher());
  for (const id of IDS) publisherOf(id).put(id, goodPages(id, GOOD));
  const first = await harvestNetwork(false);
  expect(first.nodes.flatMap(({ faults }) => faults)).toEqual([]);

  for (const id of IDS) publisherOf(id).put(id, goodPages(id, BAD));
  for (const { id, ...pages } of CASES) publisherOf(id).put(id, pages);
  bad = await harvestNetwork(true);
  values.bad = await firstValues();

  for (const id of IDS) publisherOf(id).put(id, goodPages(id, BAD));
  mended = await harvestNetwork(false);
  values.mended = await firstValues();
});
afterAll(async () => {
  for (const publisher of publishers) await publisher[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

describe("harvest", () => {
  test.each(CASES)(
    "tells where and why, and goes on serving what it had: $id",
    ({ id, level, error, restIsTaken }) => {
      const node = bad.nodes.find(({ catalogId }) => catalogId === id);
      expect(node?.faults).toHaveLength(1);
      const [fault] = node!.faults;
      expect(fault).toMatchObject({ level, catalogId: id });
      const [told] = fault!.errors;
      if (typeof error === "string") expect(told!.slice(0, error.length)).toBe(error);
      else expect(told).toMatch(error);
      const publisher = publisherOf(id);
      const file = level === "distribution" ? publisher.csvUrl(id) : publisher.catalogUrl(id);
      expect(fault!.url).toBe(id === "local_file" ? undefined : file);
      const [one, two] = seriesIds(id);
      const first = restIsTaken ? BAD : GOOD;
      expect([values.bad.get(one!), values.bad.get(two!)]).toEqual([first, first * 10]);
      expect(values.mended.get(one!)).toBe(BAD);
    },
  );

  test.each(CASES)("takes in the catalog beside it: $id", ({ id }) => {
    const node = bad.nodes.find(({ catalogId }) => catalogId === neighbour(id));
    expect(node?.faults).toEqual([]);
    expect(node?.counts.series.changed).toBe(2);
    expect(seriesIds(neighbour(id)).map((id) => values.bad.get(id))).toEqual([BAD, BAD * 10]);
  });

  test("tells no fault any more once all is mended", () => {
    expect(mended.nodes.flatMap(({ faults }) => faults)).toEqual([]);
    expect(mended.counts.catalogs.failed).toBe(0);
  });

  test("stops reading at the limit", () => {
    // Bytes that lie in buffers of both sides are not read.
    expect(pulled.plain.bytes).toBeGreaterThan(LIMIT_MB * 1024 * 1024);
    expect(pulled.plain.bytes).toBeLessThan(100 * 1024 * 1024);
    expect(pulled.plain.ms).toBeLessThan(30_000);
    expect(pulled.declared.bytes).toBeLessThan(LIMIT_MB * 1024 * 1024);
    expect(pulled.declared.ms).toBeLessThan(30_000);
  });

  test.each([
    { id: "html", text: "✗ Error en la lectura del catálogo html: La respuesta es una página HTML" },
    { id: "date", text: "✗ Excepción en distrbución 1.1 del catálogo date: La fila 2 tiene una fecha" },
  ])("prints one line for people, with the address: $id", async ({ id, text }) => {
    const { catalog, csv } = CASES.find((one) => one.id === id)!;
    publisherOf(id).put(id, { ...(catalog && { catalog }), ...(csv && { csv }) });
    const ran = await runCommand("harvest", ["--only", id, "--data", data], { ALLOW_INTERNAL_SOURCES: "1" });
    const line = ran.stdout.split("\n").find((line) => line.startsWith(text));
    expect(line).toContain(`${publisherOf(id).origin}/${id}/`);
    expect(ran.code).toBe(0);
  });
});
