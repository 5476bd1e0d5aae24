// The words of the reference page on downloads, each in Spanish and English. Names of files and columns, and what
// they mean, come from core's tables.

import type { DumpFile } from "../core/dump_files.ts";
import type { ColumnKind } from "../core/dump_tables.ts";
import type { Bilingual } from "./text.ts";

export const DUMP_TEXT = {
  lead: [
    "`GET /series/api/dump/{archivo}/` descarga todas las series de todos los catálogos juntos; `/series/api/dump/{catálogo}/{archivo}/`, las de uno. `/api/dump/…` son las mismas rutas; con barra final o sin ella.",
    "`GET /series/api/dump/{file}/` downloads all series of all catalogs together; `/series/api/dump/{catalog}/{file}/`, those of one. `/api/dump/…` are the same routes; with or without the final slash.",
  ],
  all: ["Descargar todo", "Download everything"],
  allLead: ["Todas las series, en archivos generados el", "All series, in files generated on"],
  allColumns: ["Columnas, y archivos de cada catálogo", "Columns, and the files of each catalog"],
  size: ["Tamaño", "Size"],
  filesCaption: ["Archivos", "Files"],
  file: ["Archivo", "File"],
  inside: ["Adentro", "Inside"],
  contents: ["Qué trae", "What it holds"],
  columnsCaption: ["Columnas, en orden", "Columns, in order"],
  column: ["Columna", "Column"],
  kind: ["Tipo", "Type"],
  tables: ["Paquetes", "Packages"],
} as const satisfies Record<string, Bilingual>;

export const DUMP_CONTENTS: Readonly<Record<DumpFile["table"], Bilingual>> = {
  full: ["Valores con sus metadatos", "Values with their metadata"],
  values: ["Valores", "Values"],
  bare: [
    "Valores: sólo serie, fecha y valor",
    "Values: series, date and value alone",
  ],
  metadata: ["Metadatos, una fila por serie", "Metadata, one row a series"],
  sources: ["Fuentes, con más series primero", "Sources, with most series first"],
  all: ["Tablas metadatos, valores y fuentes", "Tables metadatos, valores and fuentes"],
};

/** Packages of the table of columns, by their short name. */
export const DUMP_PACKAGES = {
  full: ["completo", "full"],
  values: ["valores", "values"],
  metadata: ["metadatos", "metadata"],
  sources: ["fuentes", "sources"],
} as const satisfies Record<string, Bilingual>;

export const COLUMN_KINDS: Readonly<Record<ColumnKind, Bilingual>> = {
  text: ["texto", "text"],
  date: ["fecha", "date"],
  integer: ["entero", "integer"],
  number: ["número", "number"],
  boolean: ["verdadero o falso", "true or false"],
};

export const DUMP_RULES: readonly Bilingual[] = [
  [
    "Están todas las series disponibles, también las que su catálogo dejó de nombrar. Una fila por período desde el primer valor hasta el último; un período sin valor queda vacío. Las fechas son las de `/series`: los semestres, 1 de enero y 1 de julio.",
    "All available series are there, those that their catalog no longer names too. One row a period from the first value to the last; a period without a value is empty. Dates are those of `/series`: half-years, 1 January and 1 July.",
  ],
  [
    "Orden de los valores: catálogo, dataset, distribución, columna del archivo original y fecha; de los metadatos: catálogo, dataset, distribución y serie. En Parquet, serie y fecha, para que las estadísticas de cada grupo de filas digan qué series tiene.",
    "Order of values: catalog, dataset, distribution, column of the original file, and date; of metadata: catalog, dataset, distribution and series. In Parquet, series and date, so that the statistics of each row group tell which series it has.",
  ],
  [
    "CSV: coma, CRLF, UTF-8, una fila de encabezado, números con punto decimal, `True` y `False`. En CSV y XLSX, un texto que una planilla tomaría por fórmula (empieza con `=`, `+`, `-`, `@`, tabulación o retorno) lleva un apóstrofo adelante; los números no cambian.",
    "CSV: comma, CRLF, UTF-8, one header row, numbers with a decimal point, `True` and `False`. In CSV and XLSX, a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) has an apostrophe before it; numbers do not change.",
  ],
  [
    "XLSX: los valores van en hojas por frecuencia, `anual-1` a `diaria-1`, y en `-2` y siguientes cada 1.000.000 de filas. Una fecha anterior a marzo de 1900, en la que las planillas no coinciden, es texto.",
    "XLSX: values are on sheets by frequency, `anual-1` to `diaria-1`, and on `-2` and so on after each 1,000,000 rows. A date before March 1900, on which spreadsheets disagree, is text.",
  ],
  [
    "SQLite: `metadatos` (clave `serie_id`), `valores` (`serie_id`, `indice_tiempo`, `valor`) y `fuentes` (`fuente` en lugar de `dataset_fuente`); en `metadatos` una cuenta o un valor que falta es 0.",
    "SQLite: `metadatos` (key `serie_id`), `valores` (`serie_id`, `indice_tiempo`, `valor`) and `fuentes` (`fuente` instead of `dataset_fuente`); in `metadatos` a count or value that is missing is 0.",
  ],
  [
    "DTA es el formato 118 de Stata (14 o posterior): fechas `%td`, textos hasta 244 caracteres. Los archivos Parquet son una extensión de Caudal.",
    "DTA is Stata's format 118 (14 or later): `%td` dates, texts up to 244 characters. The Parquet files are an extension of Caudal's.",
  ],
  [
    "Cada archivo llega con `ETag`, `Repr-Digest` y `Digest` (SHA-256) y admite `Range` e `If-Range`: una descarga cortada puede seguir. 404 si no hay un archivo con ese nombre, o si sólo está comprimido; 500 con `Error en la lectura del archivo pedido` si no se puede leer.",
    "Each file comes with `ETag`, `Repr-Digest` and `Digest` (SHA-256) and accepts `Range` and `If-Range`: a download that was cut off can go on. 404 when there is no file of that name, or it is only there zipped; 500 with `Error en la lectura del archivo pedido` when it cannot be read.",
  ],
  [
    "`deno task dump` los genera; hasta que termina se sirve lo anterior. Lo que depende del día (`serie_dias_no_cubiertos`, `serie_actualizada`) es del día en que se generó: vea `Last-Modified`.",
    "`deno task dump` generates them; until it ends what was there before is served. What depends on the day (`serie_dias_no_cubiertos`, `serie_actualizada`) is of the day they were generated: see `Last-Modified`.",
  ],
];
