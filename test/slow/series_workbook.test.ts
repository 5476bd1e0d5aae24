// `format=xlsx` of a running server, read by openpyxl: every cell of the largest answer there can be, how long it
// takes, and the kinds of cells that people's programs see.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isoDate } from "../../src/core/time.ts";
import { addressOf, LONG, type Running, runWell, startCommand } from "./process.ts";
import { type Python, pythonWith } from "./python.ts";

const [SERIES, ROWS, PER_FILE] = [40, 5_000, 20];

/** Tells every cell of every sheet: dates and texts as texts, with the kind that openpyxl gives them. */
const READ = `
import datetime, json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=len(sys.argv) > 2)
def value(cell):
    if isinstance(cell.value, datetime.datetime): return cell.value.strftime("%Y-%m-%d")
    return cell.value
def sheet(ws):
    rows = list(ws.iter_rows())
    first = rows[1][0] if len(rows) > 1 else None
    return {
        "title": ws.title,
        "rows": [[value(cell) for cell in row] for row in rows],
        "kinds": ["".join(cell.data_type for cell in row) for row in rows],
        "bold": all(cell.font.b for cell in rows[0]),
        "frozen": getattr(ws, "freeze_panes", None),
        "format": first.number_format if first is not None else None,
    }
json.dump([sheet(ws) for ws in book], sys.stdout)
`;

type Sheet = {
  title: string;
  rows: (string | number | boolean | null)[][];
  /** By row, a letter for each cell: n number or empty, d date, s text, b boolean, f formula. */
  kinds: string[];
  bold: boolean;
  frozen: string | null;
  format: string;
};

let folder: string;
let server: Running;
let base: string;
let python: Python;
const at = (name: string) => path.join(folder, name);
const ids = Array.from({ length: SERIES }, (_, i) => `dia_${i}`);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_workbook_" });
  await writeCatalog();
  [python] = await Promise.all([
    pythonWith(["openpyxl==3.1.5"]),
    runWell("harvest", ["--catalog", `dias=${at("data.json")}`, "--data", at("data")]),
  ]);
  server = startCommand("serve", ["--data", at("data"), "--port", "0"]);
  base = await addressOf(server);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await python?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

/** Daily series with gaps and every kind of number, in files of twenty, and one whose texts are formulas. */
async function writeCatalog(): Promise<void> {
  const index = { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1D" };
  const valueOf = (row: number, i: number) => {
    if (row > 0 && row < ROWS - 1 && (row + i) % 11 === 0) return "";
    return String([row * i / 3, -row, 0, row * 1e15, row / 1e9][(row + i) % 5]);
  };
  const files = Array.from(
    { length: SERIES / PER_FILE },
    (_, file) => ids.slice(file * PER_FILE, (file + 1) * PER_FILE),
  );
  const distribution = await Promise.all(files.map(async (own, file) => {
    const lines = Array.from(
      { length: ROWS },
      (_, row) => [isoDate(10_000 + row), ...own.map((_, i) => valueOf(row, file * PER_FILE + i))].join(","),
    );
    const header = ["indice_tiempo", ...own.map((id) => `t_${id}`)].join(",");
    await Deno.writeTextFile(at(`${file}.csv`), [header, ...lines].join("\n"));
    const field = own.map((id) => ({ id, title: `t_${id}`, type: "number", description: `Serie ${id}` }));
    return { identifier: `1.${file}`, title: "d", downloadURL: `${file}.csv`, field: [index, ...field] };
  }));
  await Deno.writeTextFile(
    at("formula.csv"),
    "indice_tiempo,rara\n1899-01-01,-1\n1900-01-01,\n1901-01-01,2.5",
  );
  distribution.push({
    identifier: "1.f",
    title: "=1+1",
    downloadURL: "formula.csv",
    field: [
      { ...index, specialTypeDetail: "R/P1Y" },
      { id: "rara", title: "rara", type: "number", description: '=HYPERLINK("http://x")' },
    ],
  });
  await Deno.writeTextFile(
    at("data.json"),
    JSON.stringify({
      title: "+Catálogo",
      dataset: [{ identifier: "1", title: "@D", source: "-INDEC", publisher: { name: "P" }, distribution }],
    }),
  );
}

async function download(query: string): Promise<{ file: string; ms: number; bytes: number }> {
  const begun = performance.now();
  const response = await fetch(`${base}/series/api/series/?${query}&format=xlsx`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const ms = performance.now() - begun;
  expect(response.status).toBe(200);
  const file = at(`${crypto.randomUUID()}.xlsx`);
  await Deno.writeFile(file, bytes);
  return { file, ms, bytes: bytes.length };
}

describe("format=xlsx for openpyxl", () => {
  test(`has every cell of ${SERIES} columns of ${ROWS} rows, in a moment`, async () => {
    const query = `ids=${ids.join(",")}&limit=${ROWS}&header=ids`;
    const { file, ms, bytes } = await download(query);
    const { data } = await (await fetch(`${base}/series/api/series/?${query}`)).json();
    const [values] = await python.run<Sheet[]>(READ, file, "fast");
    expect(values!.rows[0]).toEqual(["indice_tiempo", ...ids]);
    expect(values!.rows.length).toBe(ROWS + 1);
    // A row ends with its last cell.
    const padded = values!.rows.slice(1).map((row) => [...row, ...Array(SERIES + 1 - row.length).fill(null)]);
    expect(padded).toEqual(data);
    expect(new Set(values!.kinds.slice(1).map((kinds) => kinds.replace(/n+$/, "n")))).toEqual(
      new Set(["dn"]),
    );
    // Some 0.3 s where it was written; far from any reader's patience on a busy machine.
    expect(ms).toBeLessThan(10_000);
    expect(bytes).toBeLessThan(8 * 1024 * 1024);
    if (LONG) console.log(`${SERIES} x ${ROWS} cells: ${ms.toFixed(0)} ms, ${bytes} bytes`);
  });

  test("has dates, numbers, booleans and texts, none of them a formula", async () => {
    const { file } = await download("ids=rara,rara:change&header=descriptions");
    const [values, metadata, sources] = await python.run<Sheet[]>(READ, file);
    expect([values, metadata, sources].map((sheet) => [sheet!.title, sheet!.bold, sheet!.frozen])).toEqual([
      ["datos", true, "A2"],
      ["metadatos", true, "A2"],
      ["fuentes", true, "A2"],
    ]);
    expect(values!.rows).toEqual([
      ["indice_tiempo", `'=HYPERLINK("http://x")`, `'=HYPERLINK("http://x") (var.)`],
      ["1899-01-01", -1, null],
      ["1900-01-01", null, null],
      ["1901-01-01", 2.5, null],
    ]);
    expect(values!.kinds).toEqual(["sss", "snn", "snn", "dnn"]);
    const [header, ...rows] = metadata!.rows;
    const told = Object.fromEntries(header!.map((name, i) => [name, rows[0]![i]]));
    expect(told).toMatchObject({
      serie_id: "rara",
      catalogo_titulo: "'+Catálogo",
      dataset_titulo: "'@D",
      dataset_fuente: "'-INDEC",
      distribucion_titulo: "'=1+1",
      serie_indice_final: "1901-01-01",
      serie_proximo_valor: "1903-01-01",
      serie_actualizada: false,
      serie_valores_cant: 3,
    });
    expect(told.serie_ultima_cosecha).toMatch(/^20\d\d-\d\d-\d\dT/);
    expect(sources!.rows[1]!.slice(0, 2)).toEqual(["'-INDEC", 1]);
    expect([values, metadata, sources].flatMap((sheet) => sheet!.kinds).join("")).not.toContain("f");
  });

  test("dates the cells of its first column", async () => {
    const { file } = await download("ids=dia_0&limit=3");
    const [values] = await python.run<Sheet[]>(READ, file);
    expect(values!.format).toBe("yyyy-mm-dd");
    expect(values!.rows.slice(1).map(([date]) => date)).toEqual(["1997-05-19", "1997-05-20", "1997-05-21"]);
  });
});
