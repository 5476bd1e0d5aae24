// `deno task dump` over harvested catalogs, its files downloaded from a running server and read by other people's
// readers: pandas, openpyxl, pyarrow, DuckDB, Python's own. What they find is held against the publishers' files.

import path from "node:path";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DUMP_FORMATS } from "../../src/core/dump_files.ts";
import { isoDate } from "../../src/core/time.ts";
import type { DumpReport } from "../../src/publish/dump.ts";
import { readStored, snapshotsFolder } from "./data_folder.ts";
import { addressOf, happens, runCommand, type Running, runWell, startCommand } from "./process.ts";
import { type Python, pythonWith } from "./python.ts";

/** More rows than a row group of a Parquet file has. */
const LARGE = { files: 4, series: 6, rows: 4_500 };

/** Far more than a busy machine needs, in ms: packages of 360 MB are installed, and openpyxl takes its time. */
const MANY_MS = 400_000;

const SCRIPT = `${import.meta.dirname}/dump_readers.py`;

let folder: string;
let python: Python;
let server: Running;
let base: string;
let report: DumpReport;
const at = (...names: string[]) => path.join(folder, ...names);

type Cells = readonly (readonly string[])[];
type Distribution = { readonly iso: string; readonly dates: readonly string[]; readonly columns: Cells };

/** Consecutive periods of months from a date on. */
const periods = (year: number, month: number, step: number, count: number) =>
  Array.from(
    { length: count },
    (_, i) => new Date(Date.UTC(year, month - 1 + i * step, 1)).toISOString().slice(0, 10),
  );
const days = (first: number, count: number) => Array.from({ length: count }, (_, i) => isoDate(first + i));
const isWorkday = (date: string) => ![0, 6].includes(new Date(date).getUTCDay());

/** A column of every kind of number, with blanks inside and, in some, at its ends. */
function columnOf(length: number, seed: number): string[] {
  return Array.from({ length }, (_, row) => {
    if (seed % 3 === 1 && (row < 2 || row >= length - 1)) return "";
    if (row > 2 && row < length - 2 && (row * 7 + seed) % 13 === 0) return "";
    return String([row * seed / 3, -row, 0, row * 1e15, row / 1e9, 0.1 + row][(row + seed) % 6]);
  });
}

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  anual: { iso: "R/P1Y", dates: periods(1950, 1, 12, 70), columns: [1, 2].map((i) => columnOf(70, i)) },
  semestral: { iso: "R/P6M", dates: periods(2010, 1, 6, 20), columns: [columnOf(20, 3)] },
  corrida: { iso: "R/P6M", dates: periods(2010, 4, 6, 20), columns: [columnOf(20, 5)] },
  trimestral: {
    iso: "R/P3M",
    dates: periods(1990, 1, 3, 60),
    columns: [1, 2, 3].map((i) => columnOf(60, i)),
  },
  mensual: { iso: "R/P1M", dates: periods(2000, 1, 1, 240), columns: [4, 5].map((i) => columnOf(240, i)) },
  habiles: {
    iso: "R/P1D",
    dates: days(17_000, 700).filter(isWorkday),
    columns: [columnOf(500, 2)],
  },
  vieja: { iso: "R/P1M", dates: periods(1980, 1, 1, 30), columns: [columnOf(30, 6)] },
};

/** What publishers write that files have to carry. */
const TEXTS = [
  '=HYPERLINK("http://x","clic")',
  "-5 % interanual",
  'Con "comillas", comas y\nrenglones',
  "Ñandú: índice de precios 😀",
  "x".repeat(200) + "ñ".repeat(100),
  "+1",
  "<b>&amp;</b>",
  " con blancos ",
  "@cuenta",
  "Común",
];

async function writeDistribution(name: string, { dates, columns }: Distribution): Promise<void> {
  const header = ["indice_tiempo", ...columns.map((_, i) => `t_${name}_${i}`)].join(",");
  const lines = dates.map((date, row) => [date, ...columns.map((column) => column[row] ?? "")].join(","));
  await Deno.writeTextFile(at("sources", `${name}.csv`), [header, ...lines].join("\n"));
}

let texts = 0;
const nextText = () => `${TEXTS[texts % TEXTS.length]}${texts++ < TEXTS.length ? "" : ` (${texts})`}`;

function distributionOf(name: string, { iso, columns }: Distribution) {
  return {
    identifier: name,
    title: nextText(),
    description: nextText(),
    downloadURL: `${name}.csv`,
    field: [
      { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: iso },
      // In another order than the columns.
      ...columns.map((_, i) => ({
        id: `${name}.${i}`,
        title: `t_${name}_${i}`,
        type: "number",
        description: nextText(),
        units: nextText(),
      })).reverse(),
    ],
  };
}

const datasetOf = (
  identifier: string,
  source: string,
  distribution: readonly unknown[],
  theme: string[] = [],
) => ({
  identifier,
  title: nextText(),
  description: nextText(),
  publisher: { name: `Oficina ${identifier}` },
  source,
  theme,
  distribution,
});

/** Writes both catalogs as they were and as they are: "mixta" has lost a distribution. */
async function writeSources(): Promise<void> {
  await Deno.mkdir(at("sources"));
  const large = Array.from({ length: LARGE.files }, (_, file): [string, Distribution] => [`dias_${file}`, {
    iso: "R/P1D",
    dates: days(13_000 + file, LARGE.rows),
    columns: Array.from({ length: LARGE.series }, (_, i) => columnOf(LARGE.rows, file * LARGE.series + i)),
  }]);
  const own = new Map([...large, ...Object.entries(DISTRIBUTIONS)]);
  for (const [name, distribution] of own) await writeDistribution(name, distribution);
  const distributions = new Map([...own].map(([name, one]) => [name, distributionOf(name, one)]));
  const taken = (...names: string[]) => names.map((name) => distributions.get(name)!);
  const catalog = (title: string, dataset: readonly unknown[]) => ({
    title,
    themeTaxonomy: [{ id: "p", label: "Precios" }, { id: "e", label: "Empleo, y más" }],
    dataset,
  });
  const mixta = [
    datasetOf("b", "=INDEC", taken("trimestral", "mensual", "anual"), ["e", "p"]),
    datasetOf("a", "BCRA", taken("semestral", "corrida", "habiles")),
  ];
  const before = [...mixta.slice(0, 1), {
    ...mixta[1]!,
    distribution: taken("semestral", "corrida", "habiles", "vieja"),
  }];
  const grande = catalog("Grande", [
    datasetOf("g", "=INDEC", large.map(([name]) => distributions.get(name))),
  ]);
  for (
    const [name, content] of [
      ["mixta_before", catalog("Mixta", before)],
      ["mixta", catalog("Mixta", mixta)],
      ["grande_before", grande],
      ["grande", grande],
    ] as const
  ) await Deno.writeTextFile(at("sources", `${name}.json`), JSON.stringify(content));
}

const catalogs = (suffix = "") =>
  ["grande", "mixta"].flatMap((id) => ["--catalog", `${id}=${at("sources", `${id}${suffix}.json`)}`]);
const dumpArgs = (...args: string[]) => [...args, "--data", at("data")];

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_dump_" });
  await writeSources();
  const prepare = async () => {
    await runWell("harvest", [...catalogs("_before"), "--data", at("data")]);
    await runWell("harvest", [...catalogs(), "--data", at("data")]);
    const { stdout, stderr } = await runWell("dump", dumpArgs("--json"));
    report = JSON.parse(stdout);
    expect([report.faults, stderr.includes("Sin la distribución")]).toEqual([[], false]);
  };
  [python] = await Promise.all([
    pythonWith(["pandas==2.3.3", "openpyxl==3.1.5", "pyarrow==21.0.0", "duckdb==1.4.1"]),
    prepare(),
  ]);
  server = startCommand("serve", ["--data", at("data"), "--port", "0"]);
  base = await addressOf(server);
  await downloadAll();
}, MANY_MS);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await python?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const addressOfFile = (catalog: string | null, name: string) =>
  `${base}/series/api/dump/${catalog === null ? "" : `${catalog}/`}${name}`;

async function downloadAll(): Promise<void> {
  for (const { catalog, name } of report.files) {
    const response = await fetch(addressOfFile(catalog, name));
    expect(response.status).toBe(200);
    await Deno.mkdir(at("files", catalog ?? "all"), { recursive: true });
    await Deno.writeFile(at("files", catalog ?? "all", name), response.body!);
  }
}

const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

type Held = { readonly what: string; readonly count: number; readonly wrong: readonly unknown[] };

describe("the downloads", () => {
  test.each(DUMP_FORMATS)("are what publishers wrote, for other people's readers: %s", async (format) => {
    const script = await Deno.readTextFile(SCRIPT);
    const held = await python.run<Held[]>(
      script,
      ...[format, at("sources"), at("files"), String(report.generated_at)],
    );
    expect(held.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    // The large file was among what was looked at, and a small one.
    const rows = held.filter(({ what }) =>
      /^(all|grande|mixta) (series-tiempo-)?valores( diaria-1)?$/.test(what)
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
    const most = Math.max(...rows.map(({ count }) => count));
    expect(most).toBeGreaterThan(LARGE.files * LARGE.series * LARGE.rows - 1_000);
  }, MANY_MS);

  test("come whole over HTTP, and go on where they were cut off", async () => {
    for (const { catalog, name, bytes, sha256 } of report.files) {
      const file = await Deno.readFile(at("files", catalog ?? "all", name));
      expect([name, file.length, sha256Of(file)]).toEqual([name, bytes, sha256]);
      const head = await fetch(addressOfFile(catalog, name), { method: "HEAD" });
      expect(head.headers.get("content-length")).toBe(String(bytes));
      const tag = head.headers.get("etag")!;
      const cut = Math.floor(bytes / 3);
      const rest = await fetch(addressOfFile(catalog, name), {
        headers: { range: `bytes=${cut}-`, "if-range": tag },
      });
      expect([rest.status, rest.headers.get("content-length")]).toEqual([206, String(bytes - cut)]);
      const whole = new Uint8Array(bytes);
      whole.set(file.subarray(0, cut));
      whole.set(new Uint8Array(await rest.arrayBuffer()), cut);
      expect(sha256Of(whole)).toBe(sha256);
    }
  });

  test("are not read for who goes away", async () => {
    const { name } = report.files.find(({ catalog, name }) =>
      catalog === null && name === "series-tiempo.xlsx"
    )!;
    for (let i = 0; i < 20; i++) await (await fetch(addressOfFile(null, name))).body!.cancel();
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });
});

describe("deno task dump", () => {
  const listOf = async () =>
    JSON.parse(await Deno.readTextFile(path.join(snapshotsFolder(at("data")), "dumps.json")));

  test("is noted in the journal, and leaves nothing of its own", () => {
    expect(readStored(at("data")).runs).toContain("dump SUCCESS");
    expect(existsSync(at("data", "dump_scratch"))).toBe(false);
    const hashes = new Set(report.files.map(({ sha256 }) => `${sha256}.bin`));
    expect(readdirSync(path.join(snapshotsFolder(at("data")), "dump")).sort()).toEqual([...hashes].sort());
  });

  test.each([
    {
      args: ["--format", "pdf"],
      code: 2,
      says: '--format no admite "pdf": los que hay son csv, xlsx, sqlite, dta, parquet',
    },
    { args: ["--format", ""], code: 2, says: '--format no admite ""' },
    { args: ["--catalog", "nada"], code: 1, says: "No hay series cargadas para el catálogo nada" },
    { args: ["--nada"], code: 2, says: 'Opción inválida "--nada": no existe' },
  ])("refuses $args with $code", async ({ args, code, says }) => {
    const before = await listOf();
    const finished = await runCommand("dump", dumpArgs(...args));
    expect(finished.code).toBe(code);
    expect(finished.stderr).toContain(says);
    expect(finished.stdout).toBe("");
    expect(await listOf()).toEqual(before);
  });

  test("of a format and a catalog writes those files anew, and says so", async () => {
    const { files: before } = await listOf();
    const { stdout } = await runWell("dump", dumpArgs("--format", "parquet, csv", "--catalog", "mixta"));
    expect(stdout).toMatch(/^7 archivos de 11 series y \d+ filas: \d+\.\d MB en \d+\.\d s\n$/);
    const { files: after } = await listOf();
    const anew = after.filter((_: unknown, i: number) => after[i].generated_at !== before[i].generated_at);
    expect(anew.map(({ catalog, name }: { catalog: string; name: string }) => `${catalog}/${name}`)).toEqual([
      "mixta/series-tiempo-csv.zip",
      "mixta/series-tiempo-valores-csv.zip",
      "mixta/series-tiempo-metadatos.csv",
      "mixta/series-tiempo-fuentes.csv",
      "mixta/series-tiempo.parquet",
      "mixta/series-tiempo-valores.parquet",
      "mixta/series-tiempo-metadatos.parquet",
    ]);
  });

  test("killed while it writes leaves what is served, and tidies up the next time", async () => {
    const dumps = path.join(snapshotsFolder(at("data")), "dump");
    const before = await listOf();
    const scratch = at("data", "dump_scratch");
    for (const format of ["sqlite", "xlsx"]) {
      await using running = startCommand("dump", dumpArgs("--format", format));
      const sign = () =>
        format === "sqlite" ? existsSync(scratch) : readdirSync(dumps).some((name) => name.endsWith(".tmp"));
      expect(await happens(running, sign)).toBe(true);
      running.kill("SIGKILL");
      await running.finished;
      expect(await listOf()).toEqual(before);
      for (const { catalog, name, sha256 } of before.files.slice(0, 5)) {
        const response = await fetch(addressOfFile(catalog, name));
        expect(sha256Of(new Uint8Array(await response.arrayBuffer()))).toBe(sha256);
      }
    }
    await runWell("dump", dumpArgs("--format", "dta", "--catalog", "mixta"));
    expect(existsSync(scratch)).toBe(false);
    expect(readdirSync(dumps).filter((name) => !name.endsWith(".bin"))).toEqual([]);
    expect(readStored(at("data")).runs.filter((run) => run.startsWith("dump"))).not.toContain("dump STARTED");
  });
});
