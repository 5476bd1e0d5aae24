// The names that dumps are downloaded by, one row a file. A name that is not here does not exist: what is only
// there zipped has no row of its own (series-api 8). Parquet is an extension of ours.

import type { DumpTable } from "./dump_tables.ts";

export const DUMP_FORMATS = ["csv", "xlsx", "sqlite", "dta", "parquet"] as const;
export type DumpFormat = (typeof DUMP_FORMATS)[number];

const MEDIA = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  dta: "application/x-stata-dta",
  parquet: "application/vnd.apache.parquet",
  zip: "application/zip",
} as const;

export type DumpFile = {
  readonly name: string;
  readonly format: DumpFormat;
  /** The package; SQLite holds all of them. */
  readonly table: DumpTable | "all";
  /** Name of the only entry of a zip file. */
  readonly entry?: string;
  readonly mediaType: string;
};

const direct = (name: string, format: Exclude<DumpFormat, "sqlite">, table: DumpTable): DumpFile => ({
  name,
  format,
  table,
  mediaType: MEDIA[format],
});

const zipped = (entry: string, format: DumpFormat, table: DumpFile["table"]): DumpFile => ({
  name: `${entry.replace(".", "-")}.zip`,
  format,
  table,
  entry,
  mediaType: MEDIA.zip,
});

export const DUMP_FILES: readonly DumpFile[] = [
  zipped("series-tiempo.csv", "csv", "full"),
  zipped("series-tiempo-valores.csv", "csv", "values"),
  direct("series-tiempo-metadatos.csv", "csv", "metadata"),
  direct("series-tiempo-fuentes.csv", "csv", "sources"),
  direct("series-tiempo.xlsx", "xlsx", "full"),
  direct("series-tiempo-valores.xlsx", "xlsx", "values"),
  direct("series-tiempo-metadatos.xlsx", "xlsx", "metadata"),
  direct("series-tiempo-fuentes.xlsx", "xlsx", "sources"),
  zipped("series-tiempo.sqlite", "sqlite", "all"),
  zipped("series-tiempo-valores.dta", "dta", "bare"),
  direct("series-tiempo-metadatos.dta", "dta", "metadata"),
  direct("series-tiempo-fuentes.dta", "dta", "sources"),
  direct("series-tiempo.parquet", "parquet", "full"),
  direct("series-tiempo-valores.parquet", "parquet", "values"),
  direct("series-tiempo-metadatos.parquet", "parquet", "metadata"),
];

const BY_NAME = new Map(DUMP_FILES.map((file) => [file.name, file]));

export function dumpFile(name: string): DumpFile | undefined {
  return BY_NAME.get(name);
}

/** The file of a format that holds a package. */
export function dumpFileOf(format: DumpFormat, table: DumpFile["table"]): DumpFile {
  return DUMP_FILES.find((file) => file.format === format && file.table === table)!;
}
