// The workbooks of a dump: their sheets, what kinds of cells are on them, how a full sheet goes on, and texts that
// spreadsheets compute or that XML cannot carry.

import { beforeAll, describe, expect, test } from "vitest";
import { compression } from "../../src/host/compression.ts";
import { runningSha256 } from "../../src/host/hash.ts";
import { openOutput } from "../../src/publish/dump_output.ts";
import { knownCatalogs } from "../../src/publish/dump_source.ts";
import { dumpXlsx, SHEET_ROWS } from "../../src/publish/dump_xlsx.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import {
  column,
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  source,
} from "../store/example_catalog.ts";
import {
  COLUMNS,
  fullRows,
  metadataRows,
  type Row,
  seriesOfCatalog,
  sourceRows,
  valueRows,
} from "./dump_rows.ts";
import { type DumpBlobs, dumped, fileOf, loadWorld, newStore, scratchFolder, TODAY } from "./dump_world.ts";
import { type DumpSheet, readSheets, type SheetCell } from "./read_dump.ts";

const folder = scratchFolder();

const DATES = [
  "indice_tiempo",
  "serie_indice_inicio",
  "serie_indice_final",
  "fecha_primer_valor",
  "fecha_ultimo_valor",
];

/** Spreadsheets disagree on days before March 1900: those are text. */
function sheetCell(name: string, cell: Row[number]): SheetCell {
  if (cell === "") return null;
  if (typeof cell !== "string" || !DATES.includes(name)) return cell;
  return cell < "1900-03-01" ? cell : { date: cell };
}

const cellRows = (columns: readonly string[], rows: readonly Row[]) =>
  rows.map((row) => row.map((cell, i) => sheetCell(columns[i]!, cell)));

async function sheetsOf(blobs: DumpBlobs, catalogId: string | null, name: string): Promise<DumpSheet[]> {
  return readSheets((await fileOf(blobs, catalogId, `${name}.xlsx`))!);
}

const FREQUENCIES = [
  ["anual", "R/P1Y"],
  ["semestral", "R/P6M"],
  ["trimestral", "R/P3M"],
  ["mensual", "R/P1M"],
  ["diaria", "R/P1D"],
] as const;

/** Names and rows of the sheets that values fall on. */
function expectedSheets(columns: readonly string[], rows: readonly Row[]) {
  const frequencyAt = columns.indexOf("indice_tiempo_frecuencia");
  return FREQUENCIES.map(([name, iso]) => ({
    name: `${name}-1`,
    rows: cellRows(columns, rows.filter((row) => row[frequencyAt] === iso)),
  })).filter(({ rows }) => rows.length > 0);
}

describe("the workbooks", () => {
  const blobs = memoryBlobs();
  beforeAll(async () => {
    const store = newStore();
    await loadWorld(store);
    await dumped(store, blobs, folder, { formats: ["xlsx"] });
  });

  const CATALOGS = [null, "uno", "dos"].map((catalogId) => ({ catalogId, all: seriesOfCatalog(catalogId) }));
  const VALUES = CATALOGS.flatMap(({ catalogId, all }) => [
    { catalogId, name: "series-tiempo", columns: COLUMNS.full, rows: fullRows(all) },
    { catalogId, name: "series-tiempo-valores", columns: COLUMNS.values, rows: valueRows(all) },
  ]);
  const TABLES = CATALOGS.flatMap(({ catalogId, all }) => [
    { catalogId, name: "series-tiempo-metadatos", columns: COLUMNS.metadata, rows: metadataRows(all) },
    { catalogId, name: "series-tiempo-fuentes", columns: COLUMNS.sources, rows: sourceRows(catalogId) },
  ]);

  test("of the world have all sheets but those without series", async () => {
    const names = async (catalogId: string | null) =>
      (await sheetsOf(blobs, catalogId, "series-tiempo")).map(({ name }) => name);
    expect(await names(null)).toEqual(["anual-1", "semestral-1", "trimestral-1", "mensual-1", "diaria-1"]);
    expect(await names("uno")).toEqual(["anual-1", "semestral-1", "trimestral-1", "mensual-1"]);
    expect(await names("dos")).toEqual(["mensual-1", "diaria-1"]);
  });

  test.each(VALUES)("have values by frequency: $name of $catalogId", async (one) => {
    const sheets = await sheetsOf(blobs, one.catalogId, one.name);
    expect(sheets.map(({ name, rows }) => ({ name, rows }))).toEqual(expectedSheets(one.columns, one.rows));
    for (const { header } of sheets) expect(header).toEqual(one.columns);
  });

  test.each(TABLES)("have one sheet of everything else: $name of $catalogId", async (one) => {
    const [sheet, ...others] = await sheetsOf(blobs, one.catalogId, one.name);
    expect(others).toEqual([]);
    expect([sheet!.header, ...sheet!.rows]).toEqual([one.columns, ...cellRows(one.columns, one.rows)]);
  });

  test.each([...VALUES, ...TABLES])("have a bold header that stays: $name of $catalogId", async (one) => {
    for (const { isHeaderBold, isHeaderFrozen } of await sheetsOf(blobs, one.catalogId, one.name)) {
      expect({ isHeaderBold, isHeaderFrozen }).toEqual({ isHeaderBold: true, isHeaderFrozen: true });
    }
  });
});

describe("a full sheet", () => {
  /** Workbooks of the world, by name, with sheets of at most `sheetRows`. */
  async function dumpedWith(sheetRows: number): Promise<Map<string, DumpSheet[]>> {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await loadWorld(store);
    const { catalogs } = await knownCatalogs(store);
    const hashes = new Map<string, string>();
    await dumpXlsx({
      store,
      catalogs,
      whole: true,
      today: TODAY,
      compression,
      newDatabase: () => {
        throw new Error("no workbook is a database");
      },
      wrote: () => {},
      open: (catalogId, { name }) =>
        openOutput(
          blobs,
          runningSha256(),
          ({ sha256 }) => hashes.set(`${catalogId ?? "all"}/${name}`, sha256),
        ),
    }, sheetRows);
    return new Map(
      [...hashes].map(([name, hash]) => [name, readSheets(blobs.files.get(`dump/${hash}.bin`)!)]),
    );
  }

  test("has as many rows as the contract says", () => {
    expect(SHEET_ROWS).toBe(1_000_000);
  });

  test.each([
    // Two years, two half-years, four quarters, five months and three days.
    {
      sheetRows: 2,
      expected: [
        ...["anual-1:2", "semestral-1:2", "trimestral-1:2", "trimestral-2:2"],
        ...["mensual-1:2", "mensual-2:2", "mensual-3:1", "diaria-1:2", "diaria-2:1"],
      ],
    },
    {
      sheetRows: 3,
      expected: [
        ...["anual-1:2", "semestral-1:2", "trimestral-1:3", "trimestral-2:1"],
        ...["mensual-1:3", "mensual-2:2", "diaria-1:3"],
      ],
    },
    {
      sheetRows: 5,
      expected: ["anual-1:2", "semestral-1:2", "trimestral-1:4", "mensual-1:5", "diaria-1:3"],
    },
  ])("goes on on the next, under the same header: of $sheetRows", async ({ sheetRows, expected }) => {
    const books = await dumpedWith(sheetRows);
    for (
      const [name, columns] of [["series-tiempo", COLUMNS.full], [
        "series-tiempo-valores",
        COLUMNS.values,
      ]] as const
    ) {
      const sheets = books.get(`all/${name}.xlsx`)!;
      expect(sheets.map(({ name, rows }) => `${name}:${rows.length}`)).toEqual(expected);
      for (const { header, isHeaderBold } of sheets) expect([header, isHeaderBold]).toEqual([columns, true]);
      const rows = name === "series-tiempo"
        ? fullRows(seriesOfCatalog(null))
        : valueRows(seriesOfCatalog(null));
      expect(sheets.flatMap(({ rows }) => rows)).toEqual(
        expectedSheets(columns, rows).flatMap(({ rows }) => rows),
      );
    }
  });
});

describe("texts of publishers", () => {
  test.each([
    ...["=1+1", "+1", "-1", "@SUM(A1)"].map((text) => ({
      why: `a formula: ${text}`,
      text,
      shown: `'${text}`,
    })),
    { why: "marks of XML", text: `<b>&amp;"'</b>`, shown: `<b>&amp;"'</b>` },
    { why: "blanks inside", text: "a  b\r\nc", shown: "a  b\r\nc" },
    { why: "other scripts", text: "😀ñ中", shown: "😀ñ中" },
    { why: "what XML cannot hold", text: "a\0b\x1fc\ufffe", shown: "a\ufffdb\ufffdc\ufffd" },
    { why: "half of a pair", text: "a\ud800b", shown: "a\ufffdb" },
    { why: "what looks like a sign by its number", text: "_x0041_", shown: "_x005F_x0041_" },
    { why: "longer than a cell", text: "x".repeat(40_000), shown: "x".repeat(32_767) },
  ])("come as cells can hold them, numbers as they are: $why", async ({ text, shown }) => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const of = { title: text, description: text };
    const taken = reading([distribution("d", "d.1", [field("s", { ...of, units: text })], of)], {
      datasets: [dataset("d", { ...of, source: text, publisher: { name: text } }, [{ label: text }])],
    });
    await store.saveReading(run(1), "c", taken, source());
    await store.saveOutcome(run(1), key("d", "d.1"), indexed([series("s", column([-1.5]))]));
    await dumped(store, blobs, folder, { formats: ["xlsx"] });
    const [full] = await sheetsOf(blobs, "c", "series-tiempo");
    expect(full!.rows).toEqual([
      ["c", "d", "d.1", "s", { date: "2020-01-01" }, "R/P1M", -1.5, ...Array(8).fill(shown)],
    ]);
    const [metadata] = await sheetsOf(blobs, "c", "series-tiempo-metadatos");
    expect(metadata!.rows[0]!.slice(5, 16)).toEqual(
      [...Array(5).fill(shown), null, ...Array(5).fill(shown)],
    );
    const [sources] = await sheetsOf(blobs, "c", "series-tiempo-fuentes");
    expect(sources!.rows).toEqual([[shown, 1, 0, null, null]]);
  });
});
