// The Parquet files of a dump, read back by another library: what is in them, in which order, and what their row
// groups tell of themselves.

import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { compression } from "../../src/host/compression.ts";
import { type ParquetCell, parquetFile } from "../../src/publish/parquet_file.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { COLUMNS, fullRows, metadataRows, type Row, seriesOfCatalog, valueRows } from "./dump_rows.ts";
import { dumped, fileOf, loadWorld, newStore, scratchFolder } from "./dump_world.ts";

const folder = scratchFolder();

type ReadCell = string | number | boolean | null;

/** Rows of a file as arrays; dates are text, whole numbers plain. */
async function rowsOf(bytes: Uint8Array, columns: readonly string[]): Promise<ReadCell[][]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({
    file,
    compressors: { GZIP: (packed) => new Uint8Array(gunzipSync(packed)) },
  });
  return rows.map((row) =>
    columns.map((name) => {
      const cell: unknown = row[name];
      if (cell instanceof Date) return cell.toISOString().slice(0, 10);
      return typeof cell === "bigint" ? Number(cell) : (cell ?? null) as ReadCell;
    })
  );
}

const columnsOf = (bytes: Uint8Array) =>
  parquetMetadata(new Uint8Array(bytes).buffer).schema.slice(1).map(({ name }) => name);

const byId = (a: Row, b: Row) => a[3] === b[3] ? 0 : String(a[3]) < String(b[3]) ? -1 : 1;

describe("the Parquet files", () => {
  const blobs = memoryBlobs();
  beforeAll(async () => {
    const store = newStore();
    await loadWorld(store);
    await dumped(store, blobs, folder, { formats: ["parquet"] });
  });

  const CASES = [null, "uno", "dos"].flatMap((catalogId) => {
    const series = seriesOfCatalog(catalogId);
    return [
      { catalogId, name: "series-tiempo", columns: COLUMNS.full, rows: fullRows(series) },
      { catalogId, name: "series-tiempo-valores", columns: COLUMNS.values, rows: valueRows(series) },
      { catalogId, name: "series-tiempo-metadatos", columns: COLUMNS.metadata, rows: metadataRows(series) },
    ];
  });

  test.each(CASES)("have the contract's columns, by series and date: $name of $catalogId", async (one) => {
    const bytes = (await fileOf(blobs, one.catalogId, `${one.name}.parquet`))!;
    expect(columnsOf(bytes)).toEqual(one.columns);
    expect(await rowsOf(bytes, one.columns)).toEqual(one.rows.toSorted(byId));
  });

  test("are typed", async () => {
    const bytes = (await fileOf(blobs, null, "series-tiempo-metadatos.parquet"))!;
    const types = new Map(
      parquetMetadata(new Uint8Array(bytes).buffer).schema.slice(1)
        .map(({ name, type, logical_type, repetition_type }) => [
          name,
          [type, logical_type?.type, repetition_type],
        ]),
    );
    expect(types.get("serie_id")).toEqual(["BYTE_ARRAY", "STRING", "REQUIRED"]);
    expect(types.get("serie_indice_inicio")).toEqual(["INT32", "DATE", "OPTIONAL"]);
    expect(types.get("serie_valores_cant")).toEqual(["INT64", undefined, "OPTIONAL"]);
    expect(types.get("serie_valor_ultimo")).toEqual(["DOUBLE", undefined, "OPTIONAL"]);
    expect(types.get("serie_discontinuada")).toEqual(["BOOLEAN", undefined, "OPTIONAL"]);
  });
});

describe("parquetFile", () => {
  const VALUES = COLUMNS.values as readonly (typeof COLUMNS.values)[number][];

  /** A file of values in groups of `groupRows`. */
  function written(
    groupRows: number,
    all: readonly { id: string; days: readonly number[]; values: readonly number[] }[],
  ): Uint8Array {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    const file = parquetFile({
      columns: VALUES as never,
      sortedBy: ["serie_id", "indice_tiempo"],
      groupRows,
      gzip: compression.gzip,
      write(bytes) {
        pieces.push(new Uint8Array(bytes));
        length += bytes.length;
      },
    });
    for (const { id, days, values } of all) {
      const cells: ParquetCell[] = ["c", "d", "d.1", id, null, null, "R/P1D"];
      file.addSeries(cells, Int32Array.from(days), Float64Array.from(values));
    }
    file.end();
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

  test("cuts groups at their size, in the middle of a series too, with bounds of each column", async () => {
    const all = [
      { id: "a", days: range(3), values: [5, NaN, -2] },
      { id: "b", days: range(4), values: [0, 1e300, NaN, NaN] },
    ];
    const bytes = written(2, all);
    expect(await rowsOf(bytes, ["serie_id", "indice_tiempo", "valor"])).toEqual(
      all.flatMap(({ id, days, values }) =>
        days.map((day, i) => [id, dateOf(day), Number.isNaN(values[i]) ? null : values[i]])
      ),
    );
    const { row_groups, num_rows } = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(Number(num_rows)).toBe(7);
    const told = row_groups.map(({ num_rows, columns }) => {
      const bounds = [3, 4, 5].map((i) => {
        const { statistics } = columns[i]!.meta_data!;
        return [statistics!.min_value, statistics!.max_value, Number(statistics!.null_count)];
      });
      return [Number(num_rows), ...bounds];
    });
    const date = (day: number) => new Date(day * 86_400_000);
    expect(told).toEqual([
      [2, ["a", "a", 0], [date(0), date(1), 0], [5, 5, 1]],
      [2, ["a", "b", 0], [date(0), date(2), 0], [-2, 0, 0]],
      [2, ["b", "b", 0], [date(1), date(2), 0], [1e300, 1e300, 1]],
      [1, ["b", "b", 0], [date(3), date(3), 0], [undefined, undefined, 1]],
    ]);
  });

  test("says of a zero the one further out, as both are the same to readers", () => {
    const bytes = written(2, [{ id: "a", days: range(4), values: [0, 5, -5, -0] }]);
    const { row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
    const bounds = row_groups.map(({ columns }) => {
      const { min_value, max_value } = columns[5]!.meta_data!.statistics!;
      return [min_value, max_value];
    });
    expect(bounds).toEqual([[-0, 5], [-5, 0]]);
  });

  test.each([1, 2, 3, 4, 5, 300])("tells %i texts of a group apart", async (count) => {
    const all = range(count).map((i) => ({ id: `s${String(i).padStart(3, "0")}`, days: [i], values: [i] }));
    expect(await rowsOf(written(1_000, all), ["serie_id", "valor"])).toEqual(
      all.map(({ id, values }) => [id, values[0]]),
    );
  });

  test("keeps every value to the last digit", async () => {
    const values = [0.1, 1 / 3, 1e-320, -1e300, 0, 123456789012345680, Number.MAX_VALUE, 5e-324];
    const all = [{ id: "a", days: values.map((_, i) => i - 800_000), values }];
    const rows = await rowsOf(written(3, all), ["valor", "indice_tiempo"]);
    expect(rows.map(([value]) => value)).toEqual(values);
    expect(rows[0]![1]).toBe(dateOf(-800_000));
  });

  test("has columns without any value, of every kind", async () => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const columns = [
      "serie_id",
      "serie_indice_inicio",
      "serie_valores_cant",
      "serie_actualizada",
      "valor",
    ] as const;
    const file = parquetFile({
      columns,
      sortedBy: ["serie_id"],
      groupRows: 2,
      gzip: compression.gzip,
      write: (bytes) => pieces.push(new Uint8Array(bytes)),
    });
    const rows = [["a", null, null, null, null], ["b", null, null, null, null], ["c", 0, 7, true, -0.5]];
    for (const row of rows) file.add(row);
    file.end();
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    rows[2]![1] = "1970-01-01";
    expect(await rowsOf(bytes, columns)).toEqual(rows);
    const { row_groups } = parquetMetadata(bytes.buffer);
    expect(row_groups[0]!.columns.slice(1).map(({ meta_data }) => meta_data!.statistics!.min_value)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("without rows is still a file", async () => {
    expect(await rowsOf(written(2, []), ["valor"])).toEqual([]);
  });
});
