// What a harvest refuses as a whole or by rule: registers that cannot be read, addresses inside the own network,
// series that another catalog has already. What was published before stays.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HarvestReport } from "../../src/core/report.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { readPublished, readStored, snapshotsFolder } from "./data_folder.ts";
import { runCommand, runWell } from "./process.ts";
import { catalogOf, csvOf, goodPages, type Publisher, seriesIds, startPublisher } from "./publisher.ts";

let folder: string;
let data: string;
let publisher: Publisher;
const inside = { ALLOW_INTERNAL_SOURCES: "true" };

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_refused_" });
  data = path.join(folder, "data");
  publisher = startPublisher();
  publisher.put("bueno", goodPages("bueno", 100));
  await runWell("harvest", ["--catalog", `bueno=${publisher.catalogUrl("bueno")}`, "--data", data], inside);
});
afterAll(async () => {
  await publisher[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const REGISTERS: readonly { why: string; text?: string; message: RegExp }[] = [
  { why: "no such file", message: /No existe el archivo "\/.+\/index\.yaml"$/ },
  {
    why: "no YAML, with the line",
    text: "a:\n  url: x\n  federado: [true\nb:\n  url: y\n",
    message: /El registro de nodos no es válido \(línea [34], columna \d+\): .+$/,
  },
  {
    why: "a tab, with the line",
    text: "a:\n\turl: x\n",
    message: /El registro de nodos no es válido \(línea 2, columna 1\): tabulación en lugar de espacios$/,
  },
  {
    why: "a repeated node, with the line",
    text: "a:\n  url: x\nb:\n  url: y\na:\n  url: z\n",
    message: /El registro de nodos no es válido \(línea 5, columna 1\): clave repetida$/,
  },
  {
    why: "a list at the top",
    text: "- url: x\n  federado: true\n",
    message:
      /El registro de nodos no es válido \(línea 1, columna 1\): debe ser un conjunto de entradas con nombre$/,
  },
  {
    why: "nothing",
    text: "",
    message:
      /El registro de nodos no es válido \(línea 1, columna 1\): debe ser un conjunto de entradas con nombre$/,
  },
  {
    why: "a page of HTML",
    text: "<!doctype html>\n<p>Hola: adiós</p>\n",
    message: /El registro de nodos no es válido \(línea \d, columna \d+\): .+$/,
  },
];

describe("harvest --network", () => {
  test.each(REGISTERS)(
    "ends with 1 and a sentence, before it changes anything: $why",
    async ({ text, message }) => {
      const register = path.join(await Deno.makeTempDir({ dir: folder }), "index.yaml");
      if (text !== undefined) await Deno.writeTextFile(register, text);
      const before = [readStored(data), await readPublished(snapshotsFolder(data), seriesIds("bueno"))];
      const { code, stdout, stderr } = await runCommand("harvest", [
        "--network",
        register,
        "--data",
        data,
        "--json",
      ]);
      const [line, ...rest] = stderr.trimEnd().split("\n");
      expect(line!.startsWith(`Error: No se puede leer el registro de nodos file://${register}: `)).toBe(
        true,
      );
      expect(line).toMatch(message);
      expect({ code, stdout, rest }).toEqual({ code: 1, stdout: "", rest: [] });
      expect([readStored(data), await readPublished(snapshotsFolder(data), seriesIds("bueno"))]).toEqual(
        before,
      );
    },
  );

  test("names the address of a register that a server does not have", async () => {
    const { code, stderr } = await runCommand(
      "harvest",
      ["--network", `${publisher.origin}/nada.yaml`, "--data", data],
      inside,
    );
    expect(stderr).toBe(
      `Error: No se puede leer el registro de nodos ${publisher.origin}/nada.yaml: El servidor respondió 404 (Not Found)\n`,
    );
    expect(code).toBe(1);
  });

  test("leaves out the entries that it cannot use, and says which", async () => {
    const register = path.join(folder, "some.yaml");
    const good = `bueno:\n  url: ${publisher.catalogUrl("bueno")}\n  formato: json\n  federado: true\n`;
    await Deno.writeTextFile(register, `malo:\n  url: x.csv\n  formato: csv\n  federado: true\n${good}`);
    const { stdout } = await runWell("harvest", ["--network", register, "--data", data, "--json"], inside);
    const { nodes, warnings }: HarvestReport = JSON.parse(stdout);
    expect(warnings).toEqual([
      'Entrada "malo": el formato "csv" no se admite: debe ser "json", "xlsx" o "ckan"',
    ]);
    expect(nodes.map(({ catalogId, faults }) => [catalogId, faults])).toEqual([["bueno", []]]);
  });
});

describe("harvest of addresses inside", () => {
  const refusal = (address: string) =>
    `La dirección apunta a una red interna (${address}) y está prohibida; use ALLOW_INTERNAL_SOURCES=true si es intencional`;

  test.each([
    { why: "an address", host: "127.0.0.1", told: ["127.0.0.1"] },
    { why: "a name that leads there", host: "localhost", told: ["127.0.0.1", "::1"] },
  ])("is refused unless it is allowed, naming the setting: $why", async ({ host, told }) => {
    const url = publisher.catalogUrl("bueno").replace("127.0.0.1", host);
    const fresh = await Deno.makeTempDir({ dir: folder });
    const file = path.join(fresh, "propio.json");
    await Deno.writeTextFile(file, JSON.stringify(catalogOf("propio")));
    await Deno.writeTextFile(path.join(fresh, "datos.csv"), csvOf(7));
    const { stdout } = await runWell(
      "harvest",
      [
        "--catalog",
        `interno=${url}`,
        "--catalog",
        `propio=${file}`,
        "--data",
        path.join(fresh, "data"),
        "--json",
      ],
    );
    const { nodes }: HarvestReport = JSON.parse(stdout);
    const [{ level, errors, ...fault }] = nodes[0]!.faults as [typeof nodes[0]["faults"][0]];
    expect({ level, fault }).toEqual({ level: "catalog", fault: { catalogId: "interno", url } });
    expect(told.map(refusal)).toContain(errors[0]);
    expect(nodes[1]!.counts.series.new).toBe(2);
  });

  test("is refused for a register too, with 1", async () => {
    const url = `${publisher.origin}/index.yaml`;
    const { code, stderr } = await runCommand("harvest", ["--network", url, "--data", data]);
    expect(stderr).toBe(`Error: No se puede leer el registro de nodos ${url}: ${refusal("127.0.0.1")}\n`);
    expect(code).toBe(1);
  });
});

describe("harvest of two catalogs with the same series", () => {
  const firstOf = async (data: string, id: string) => {
    const blobs = folderBlobs(snapshotsFolder(data));
    const snapshot = await openSnapshots(blobs, Date.now).current();
    const [record] = await snapshot!.series([id]);
    blobs.close();
    return [record?.catalogId, record?.observations.values[0]];
  };

  test("leaves them to the first, in every later harvest and whichever comes first then", async () => {
    const own = path.join(folder, "twice");
    publisher.put("uno", goodPages("uno", 100));
    publisher.put("otro", { catalog: JSON.stringify(catalogOf("uno")), csv: csvOf(900) });
    const nodes = ["uno", "otro"].map((id) => `${id}=${publisher.catalogUrl(id)}`);
    const rounds = [nodes, nodes, nodes.toReversed(), ["--only"]];
    for (const [i, round] of rounds.entries()) {
      const args = round[0] === "--only" ? ["--only", "otro"] : round.flatMap((node) => ["--catalog", node]);
      const { stdout } = await runWell("harvest", [...args, "--data", own, "--json"], inside);
      const report: HarvestReport = JSON.parse(stdout);
      expect(report.nodes.flatMap(({ faults }) => faults), `round ${i}`).toEqual([{
        level: "distribution",
        catalogId: "otro",
        datasetId: "1",
        distributionId: "1.1",
        url: publisher.csvUrl("otro"),
        errors: ["Hay field con id repetido: uno.uno"],
      }]);
      expect(await firstOf(own, "uno.uno"), `round ${i}`).toEqual(["uno", 100]);
    }
    expect(readStored(own).versions.get("uno.uno")).toHaveLength(1);
  });
});
