// The CSV files of a dump: what is in them, which are zipped, and what becomes of texts that spreadsheets compute.

import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { readCsvRows } from "../conformance/csv_rows.ts";
import {
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
import { type DumpBlobs, dumped, fileOf, loadWorld, newStore, scratchFolder } from "./dump_world.ts";
import { unzipped } from "./read_dump.ts";

const folder = scratchFolder();

const FLOATS = ["valor", "serie_valor_ultimo", "serie_valor_anterior", "serie_var_pct_anterior"];
/** Python's text of the numbers whose text JavaScript writes otherwise. */
const PYTHON = new Map([[1e21, "1e+21"], [1e-7, "1e-07"]]);

function cellText(name: string, cell: Row[number]): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  if (typeof cell === "string" || !FLOATS.includes(name)) return String(cell);
  return PYTHON.get(cell) ?? (Number.isInteger(cell) ? `${cell}.0` : String(cell));
}

const textRows = (columns: readonly string[], rows: readonly Row[]) => [
  columns,
  ...rows.map((row) => row.map((cell, i) => cellText(columns[i]!, cell))),
];

const decode = (bytes: Uint8Array | undefined) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** The text of a CSV, out of its zip where it is in one. */
async function csvOf(blobs: DumpBlobs, catalogId: string | null, name: string): Promise<string> {
  const direct = await fileOf(blobs, catalogId, `${name}.csv`);
  if (direct) return decode(direct);
  const entries = unzipped((await fileOf(blobs, catalogId, `${name}-csv.zip`))!);
  expect([...entries.keys()]).toEqual([`${name}.csv`]);
  return decode(entries.get(`${name}.csv`));
}

describe("the CSV files", () => {
  const blobs = memoryBlobs();
  beforeAll(async () => {
    const store = newStore();
    await loadWorld(store);
    await dumped(store, blobs, folder, { formats: ["csv"] });
  });

  const CASES = [null, "uno", "dos"].flatMap((catalogId) => {
    const series = seriesOfCatalog(catalogId);
    return [
      { catalogId, name: "series-tiempo", columns: COLUMNS.full, rows: fullRows(series) },
      { catalogId, name: "series-tiempo-valores", columns: COLUMNS.values, rows: valueRows(series) },
      { catalogId, name: "series-tiempo-metadatos", columns: COLUMNS.metadata, rows: metadataRows(series) },
      { catalogId, name: "series-tiempo-fuentes", columns: COLUMNS.sources, rows: sourceRows(catalogId) },
    ];
  });

  test.each(CASES)("have the rows of the contract, in CRLF: $name of $catalogId", async (one) => {
    const { rows, otherLineEnds } = readCsvRows(await csvOf(blobs, one.catalogId, one.name));
    expect(rows).toEqual(textRows(one.columns, one.rows));
    expect(otherLineEnds).toBe(0);
  });

  test("are plain text, without quotes where none are needed", async () => {
    expect(await csvOf(blobs, "dos", "series-tiempo-valores")).toBe(
      "catalogo_id,dataset_id,distribucion_id,serie_id,indice_tiempo,valor,indice_tiempo_frecuencia\r\n" +
        "dos,1,1.1,d,2020-02-28,1e+21,R/P1D\r\n" +
        "dos,1,1.1,d,2020-02-29,,R/P1D\r\n" +
        "dos,1,1.1,d,2020-03-01,1e-07,R/P1D\r\n" +
        "dos,2,2.1,sin,2020-01-01,4.0,R/P1M\r\n",
    );
  });

  test.each([
    { name: "series-tiempo.csv", there: false },
    { name: "series-tiempo-csv.zip", there: true },
    { name: "series-tiempo-valores.csv", there: false },
    { name: "series-tiempo-valores-csv.zip", there: true },
    { name: "series-tiempo-metadatos.csv", there: true },
    { name: "series-tiempo-metadatos-csv.zip", there: false },
    { name: "series-tiempo-fuentes.csv", there: true },
    { name: "series-tiempo-fuentes-csv.zip", there: false },
  ])("are zipped or not, never both: $name", async ({ name, there }) => {
    for (const catalogId of [null, "uno"]) {
      expect(await fileOf(blobs, catalogId, name) !== undefined).toBe(there);
    }
  });
});

/** A catalog with one series, every text of which is `text`, but for the publisher, whose blanks are not kept. */
async function csvWithText(text: string, values: readonly number[] = [1]): Promise<DumpBlobs> {
  const [store, blobs] = [newStore(), memoryBlobs()];
  const of: JsonObject = { title: text, description: text };
  const taken = reading([distribution("d", "d.1", [field("s", { ...of, units: text })], of)], {
    datasets: [dataset("d", { ...of, source: text, publisher: { name: "=P" } }, [{ label: text }])],
  });
  await store.saveReading(run(1), "c", taken, source());
  await store.saveOutcome(run(1), key("d", "d.1"), indexed([series("s", values)]));
  await dumped(store, blobs, folder, { formats: ["csv"] });
  return blobs;
}

describe("texts of publishers", () => {
  test.each([
    ...["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", '="a",b'].map((text) => ({
      why: `begins a formula: ${JSON.stringify(text)}`,
      text,
      shown: `'${text}`,
    })),
    ...["a=1", "1-2", "'=1", " =1", "a@b", "50 %"].map((text) => ({
      why: `begins none: ${text}`,
      text,
      shown: text,
    })),
    ...["a,b", 'a"b', '"', "a\nb", "a\r\nb", "ñ😀"].map((text) => ({
      why: `is quoted where it must be: ${JSON.stringify(text)}`,
      text,
      shown: text,
    })),
  ])("come back whole, and inert: $why", async ({ text, shown }) => {
    const blobs = await csvWithText(text);
    const full = readCsvRows(await csvOf(blobs, "c", "series-tiempo"));
    expect(full.rows[1]).toEqual(
      ["c", "d", "d.1", "s", "2020-01-01", "R/P1M", "1.0", ...Array(5).fill(shown), "'=P", shown, shown],
    );
    expect(full.rows).toHaveLength(2);
    const metadata = readCsvRows(await csvOf(blobs, "c", "series-tiempo-metadatos"));
    // The address is not one of the texts.
    expect(metadata.rows[1]!.slice(5, 16)).toEqual(
      [...Array(5).fill(shown), "", "'=P", ...Array(4).fill(shown)],
    );
    const sources = readCsvRows(await csvOf(blobs, "c", "series-tiempo-fuentes"));
    expect(sources.rows.slice(1)).toEqual([[shown, "1", "0", "", ""]]);
  });

  test("that are numbers are not touched: a negative value stays one", async () => {
    const blobs = await csvWithText("-1", [-1, -0.5]);
    const { rows } = readCsvRows(await csvOf(blobs, "c", "series-tiempo-valores"));
    expect(rows.slice(1).map((row) => row[5])).toEqual(["-1.0", "-0.5"]);
  });
});
