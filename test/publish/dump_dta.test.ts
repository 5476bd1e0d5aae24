// The Stata files of a dump: what is in them, how it is typed, and where texts are cut.

import { beforeAll, describe, expect, test } from "vitest";
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
import { bareRows, COLUMNS, metadataRows, type Row, seriesOfCatalog, sourceRows } from "./dump_rows.ts";
import { type DumpBlobs, dumped, fileOf, loadWorld, newStore, scratchFolder } from "./dump_world.ts";
import { type DtaFile, readDta, unzipped } from "./read_dump.ts";

const folder = scratchFolder();

/** Days since 1960, which is what Stata counts. */
const stataDay = (date: string) => (Date.parse(date) - Date.UTC(1960, 0, 1)) / 86_400_000;

const DATE = /^\d{4}-\d\d-\d\d$/;
const stataRows = (rows: readonly Row[]) =>
  rows.map((row) =>
    row.map((cell) =>
      typeof cell === "boolean"
        ? Number(cell)
        : typeof cell === "string" && DATE.test(cell)
        ? stataDay(cell)
        : cell
    )
  );

async function dtaOf(blobs: DumpBlobs, catalogId: string | null, name: string): Promise<DtaFile> {
  const direct = await fileOf(blobs, catalogId, `${name}.dta`);
  if (direct) return readDta(direct);
  const entries = unzipped((await fileOf(blobs, catalogId, `${name}-dta.zip`))!);
  expect([...entries.keys()]).toEqual([`${name}.dta`]);
  return readDta(entries.get(`${name}.dta`)!);
}

describe("the Stata files", () => {
  const blobs = memoryBlobs();
  beforeAll(async () => {
    const store = newStore();
    await loadWorld(store);
    await dumped(store, blobs, folder, { formats: ["dta"] });
  });

  const CASES = [null, "uno", "dos"].flatMap((catalogId) => {
    const series = seriesOfCatalog(catalogId);
    return [
      { catalogId, name: "series-tiempo-valores", columns: COLUMNS.bare, rows: bareRows(series) },
      { catalogId, name: "series-tiempo-metadatos", columns: COLUMNS.metadata, rows: metadataRows(series) },
      { catalogId, name: "series-tiempo-fuentes", columns: COLUMNS.sources, rows: sourceRows(catalogId) },
    ];
  });

  test.each(CASES)("have the columns and rows of the contract: $name of $catalogId", async (one) => {
    const { columns, rows } = await dtaOf(blobs, one.catalogId, one.name);
    expect(columns).toEqual(one.columns);
    expect(rows).toEqual(stataRows(one.rows));
  });

  test("have dates that Stata shows as such, and say what a column means", async () => {
    const { columns, types, formats, labels } = await dtaOf(blobs, "uno", "series-tiempo-metadatos");
    const at = (name: string) => columns.indexOf(name);
    expect([types[at("serie_indice_inicio")], formats[at("serie_indice_inicio")]]).toEqual([
      "long",
      "%tdCCYY-NN-DD",
    ]);
    expect(types[at("serie_valor_ultimo")]).toBe("double");
    expect(types[at("serie_discontinuada")]).toBe("byte");
    expect(labels[at("serie_titulo")]).toBe("Título de la serie");
  });

  test.each([
    { name: "series-tiempo-valores.dta", there: false },
    { name: "series-tiempo-valores-dta.zip", there: true },
    { name: "series-tiempo-metadatos.dta", there: true },
    { name: "series-tiempo-metadatos-dta.zip", there: false },
    { name: "series-tiempo-fuentes.dta", there: true },
    { name: "series-tiempo-fuentes-dta.zip", there: false },
    { name: "series-tiempo.dta", there: false },
    { name: "series-tiempo-dta.zip", there: false },
  ])("are zipped or not, never both: $name", async ({ name, there }) => {
    for (const catalogId of [null, "uno"]) {
      expect(await fileOf(blobs, catalogId, name) !== undefined).toBe(there);
    }
  });
});

describe("in a Stata file", () => {
  async function dumpedOf(text: string, values: readonly (number | null)[]): Promise<DumpBlobs> {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const taken = reading([distribution("d", "d.1", [field("s", { title: text })])], {
      datasets: [dataset("d", { source: text })],
    });
    await store.saveReading(run(1), "c", taken, source());
    await store.saveOutcome(run(1), key("d", "d.1"), indexed([series("s", column(values))]));
    await dumped(store, blobs, folder, { formats: ["dta"] });
    return blobs;
  }

  test.each([
    { why: "a short one", text: "corto", kept: "corto" },
    { why: "of 244 characters", text: "x".repeat(244), kept: "x".repeat(244) },
    { why: "of 245", text: "x".repeat(244) + "y", kept: "x".repeat(244) },
    { why: "of two bytes each", text: "ñ".repeat(300), kept: "ñ".repeat(244) },
    { why: "of pairs", text: "😀".repeat(245), kept: "😀".repeat(244) },
    { why: "of 244 pairs", text: "😀".repeat(244), kept: "😀".repeat(244) },
    { why: "without the sign that ends texts", text: "a\0b", kept: "ab" },
    { why: "as it is, a formula too: Stata computes none", text: "=1+1", kept: "=1+1" },
  ])("a text is kept up to 244 characters: $why", async ({ text, kept }) => {
    const blobs = await dumpedOf(text, [1]);
    const metadata = await dtaOf(blobs, "c", "series-tiempo-metadatos");
    expect(metadata.rows[0]![5]).toBe(kept);
    const sources = await dtaOf(blobs, "c", "series-tiempo-fuentes");
    expect(sources.rows[0]![0]).toBe(kept);
  });

  test("a number that is missing, infinite or too large is missing", async () => {
    const blobs = await dumpedOf("x", [1, null, Infinity, -Infinity, 2 ** 1023, -(2 ** 1022), 5e-324, 0]);
    const { rows } = await dtaOf(blobs, "c", "series-tiempo-valores");
    expect(rows.map((row) => row[2])).toEqual([1, null, null, null, null, -(2 ** 1022), 5e-324, 0]);
  });

  test("rows of several pieces follow one another", async () => {
    // Pieces have some 256 kB, a row 13 bytes.
    const values = Array.from({ length: 50_000 }, (_, i) => i);
    const [store, blobs] = [newStore(), memoryBlobs()];
    await store.saveReading(run(1), "c", reading([distribution("d", "d.1", ["s", "t"])]), source());
    const days = column(values, { frequency: "day", start: 0 });
    await store.saveOutcome(run(1), key("d", "d.1"), indexed([series("s", days), series("t", days)]));
    await dumped(store, blobs, folder, { formats: ["dta"] });
    const { rows } = await dtaOf(blobs, null, "series-tiempo-valores");
    const first = stataDay("1970-01-01");
    expect(rows).toEqual(["s", "t"].flatMap((id) => values.map((value) => [id, first + value, value])));
  });
});
