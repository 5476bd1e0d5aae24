// What the downloadable files hold, as tables: which columns there are, what they mean, and which of them each
// package has in which order. Writers of every format, the reference page and the tests read the same rows.
// Source: series-api 8.

/** How a cell is typed where a format knows types. A date is ISO text until it is written. */
export type ColumnKind = "text" | "date" | "integer" | "number" | "boolean";

/** Spanish, English. */
type Text = readonly [string, string];

type Column = { readonly kind: ColumnKind; readonly meaning: Text };

export const DUMP_COLUMNS = {
  catalogo_id: { kind: "text", meaning: ["Identificador del catálogo", "Identifier of the catalog"] },
  dataset_id: { kind: "text", meaning: ["Identificador del dataset", "Identifier of the dataset"] },
  distribucion_id: {
    kind: "text",
    meaning: ["Identificador de la distribución", "Identifier of the distribution"],
  },
  serie_id: { kind: "text", meaning: ["Identificador de la serie", "Identifier of the series"] },
  indice_tiempo: {
    kind: "date",
    meaning: ["Primer día del período", "First day of the period"],
  },
  indice_tiempo_frecuencia: {
    kind: "text",
    meaning: ["Frecuencia ISO 8601: `R/P1D` … `R/P1Y`", "ISO 8601 frequency: `R/P1D` … `R/P1Y`"],
  },
  valor: {
    kind: "number",
    meaning: ["Valor del período; vacío si falta", "Value of the period; empty where it is missing"],
  },
  serie_titulo: { kind: "text", meaning: ["Título de la serie", "Title of the series"] },
  serie_unidades: { kind: "text", meaning: ["Unidad de medida", "Unit"] },
  serie_descripcion: { kind: "text", meaning: ["Descripción de la serie", "Description of the series"] },
  distribucion_titulo: {
    kind: "text",
    meaning: ["Título de la distribución", "Title of the distribution"],
  },
  distribucion_descripcion: {
    kind: "text",
    meaning: ["Descripción de la distribución", "Description of the distribution"],
  },
  distribucion_url_descarga: {
    kind: "text",
    meaning: ["Dirección del archivo original", "Address of the original file"],
  },
  dataset_responsable: {
    kind: "text",
    meaning: ["Organismo que publica el dataset", "Publisher of the dataset"],
  },
  dataset_fuente: { kind: "text", meaning: ["Fuente primaria de los datos", "Primary source of the data"] },
  dataset_titulo: { kind: "text", meaning: ["Título del dataset", "Title of the dataset"] },
  dataset_descripcion: {
    kind: "text",
    meaning: ["Descripción del dataset", "Description of the dataset"],
  },
  dataset_tema: {
    kind: "text",
    meaning: ["Temas del dataset, separados por comas", "Themes of the dataset, separated by commas"],
  },
  serie_indice_inicio: {
    kind: "date",
    meaning: ["Fecha del primer valor", "Date of the first value"],
  },
  serie_indice_final: { kind: "date", meaning: ["Fecha del último valor", "Date of the last value"] },
  serie_valores_cant: {
    kind: "integer",
    meaning: ["Períodos entre el primer valor y el último", "Periods from the first value to the last"],
  },
  serie_dias_no_cubiertos: {
    kind: "integer",
    meaning: [
      "Días desde que terminó el período del último valor",
      "Days since the period of the last value ended",
    ],
  },
  serie_actualizada: {
    kind: "boolean",
    meaning: ["Si está al día para su frecuencia", "Whether it is up to date for its frequency"],
  },
  serie_valor_ultimo: { kind: "number", meaning: ["Último valor", "Last value"] },
  serie_valor_anterior: { kind: "number", meaning: ["Valor anterior al último", "Value before the last"] },
  serie_var_pct_anterior: {
    kind: "number",
    meaning: ["Variación del último valor, como fracción", "Change of the last value, as a fraction"],
  },
  serie_discontinuada: {
    kind: "boolean",
    meaning: ["Si su catálogo dejó de nombrarla", "Whether its catalog no longer names it"],
  },
  consultas_total: { kind: "integer", meaning: ["Consultas en total", "Queries in all"] },
  consultas_30_dias: { kind: "integer", meaning: ["Consultas de 30 días", "Queries of 30 days"] },
  consultas_90_dias: { kind: "integer", meaning: ["Consultas de 90 días", "Queries of 90 days"] },
  consultas_180_dias: { kind: "integer", meaning: ["Consultas de 180 días", "Queries of 180 days"] },
  series_cant: { kind: "integer", meaning: ["Series de la fuente", "Series of the source"] },
  valores_cant: { kind: "integer", meaning: ["Valores de esas series", "Values of those series"] },
  fecha_primer_valor: {
    kind: "date",
    meaning: ["Fecha del primer valor de todas", "Date of the first value of all"],
  },
  fecha_ultimo_valor: {
    kind: "date",
    meaning: ["Fecha del último valor de todas", "Date of the last value of all"],
  },
} as const satisfies Record<string, Column>;

export type ColumnName = keyof typeof DUMP_COLUMNS;

/** Columns of each package, in order. */
export const DUMP_TABLES = {
  full: [
    "catalogo_id",
    "dataset_id",
    "distribucion_id",
    "serie_id",
    "indice_tiempo",
    "indice_tiempo_frecuencia",
    "valor",
    "serie_titulo",
    "serie_unidades",
    "serie_descripcion",
    "distribucion_descripcion",
    "dataset_tema",
    "dataset_responsable",
    "dataset_fuente",
    "dataset_titulo",
  ],
  values: [
    "catalogo_id",
    "dataset_id",
    "distribucion_id",
    "serie_id",
    "indice_tiempo",
    "valor",
    "indice_tiempo_frecuencia",
  ],
  /** What Stata gets of the values: the rest is in the metadata. */
  bare: ["serie_id", "indice_tiempo", "valor"],
  metadata: [
    "catalogo_id",
    "dataset_id",
    "distribucion_id",
    "serie_id",
    "indice_tiempo_frecuencia",
    "serie_titulo",
    "serie_unidades",
    "serie_descripcion",
    "distribucion_titulo",
    "distribucion_descripcion",
    "distribucion_url_descarga",
    "dataset_responsable",
    "dataset_fuente",
    "dataset_titulo",
    "dataset_descripcion",
    "dataset_tema",
    "serie_indice_inicio",
    "serie_indice_final",
    "serie_valores_cant",
    "serie_dias_no_cubiertos",
    "serie_actualizada",
    "serie_valor_ultimo",
    "serie_valor_anterior",
    "serie_var_pct_anterior",
    "serie_discontinuada",
    "consultas_total",
    "consultas_30_dias",
    "consultas_90_dias",
    "consultas_180_dias",
  ],
  sources: ["dataset_fuente", "series_cant", "valores_cant", "fecha_primer_valor", "fecha_ultimo_valor"],
} as const satisfies Record<string, readonly ColumnName[]>;

export type DumpTable = keyof typeof DUMP_TABLES;

export type MetadataColumn = (typeof DUMP_TABLES.metadata)[number];
export type SourceColumn = (typeof DUMP_TABLES.sources)[number];

/** A cell before a format writes it; null is empty. Dates are `YYYY-MM-DD`. */
export type Cell = string | number | boolean | null;

/** The columns of a table of values that are the same in all rows of a series, around the two that are not. */
export type ValueColumns = {
  readonly before: readonly MetadataColumn[];
  readonly between: readonly MetadataColumn[];
  readonly after: readonly MetadataColumn[];
};

export function valueColumns(table: "full" | "values"): ValueColumns {
  const names: readonly ColumnName[] = DUMP_TABLES[table];
  const [date, value] = [names.indexOf("indice_tiempo"), names.indexOf("valor")];
  const constant = (from: number, to?: number) => names.slice(from, to) as MetadataColumn[];
  return { before: constant(0, date), between: constant(date + 1, value), after: constant(value + 1) };
}
