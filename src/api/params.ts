// The parameters of the public API as data: what OpenAPI and the reference page show. Limits and words are
// those that core checks; a parameter without a description fails test/docs.test.ts.

import { AGGREGATIONS } from "../core/collapse.ts";
import { FREQUENCIES } from "../core/frequency.ts";
import { SEARCH_LIMITS, SORT_KEYS } from "../core/search.ts";
import { FORMATS, HEADERS, LIMITS, METADATA_LEVELS, SORTS } from "../core/series_request.ts";
import { MODES } from "../core/transform.ts";

export type Param = {
  readonly name: string;
  /** Spanish, English. */
  readonly description: readonly [string, string];
  readonly required?: true;
  readonly schema:
    | { readonly type: "string"; readonly enum?: readonly string[]; readonly default?: string }
    | {
      readonly type: "integer";
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    };
  readonly example?: string;
};

export const SERIES_PARAMS: readonly Param[] = [
  {
    name: "ids",
    required: true,
    description: [
      `Identificadores de 1 a ${LIMITS.ids} series, separados por comas. Cada uno puede llevar, separados por dos puntos, un modo de representación y una agregación: \`id:percent_change:sum\`.`,
      `Identifiers of 1 to ${LIMITS.ids} series, separated by commas. Each may carry, after colons, a representation mode and an aggregation: \`id:percent_change:sum\`.`,
    ],
    schema: { type: "string" },
    example: "sol_manchas",
  },
  {
    name: "representation_mode",
    description: [
      "Qué se muestra en lugar del valor, para las series que no piden otro: variaciones absolutas o fracciones (0.05 es 5 %) respecto del período anterior, de un año antes o del comienzo del año.",
      "What is shown instead of the value, for series that ask for no other: absolute changes or fractions (0.05 is 5 %) against the period before, a year before or the beginning of the year.",
    ],
    schema: { type: "string", enum: Object.keys(MODES), default: "value" },
  },
  {
    name: "collapse",
    description: [
      "Frecuencia a la que se llevan las series; sin ella, la más gruesa de las pedidas. Los períodos incompletos del principio y del final se quitan.",
      "Frequency that series are brought to; without it, the coarsest of those asked for. Incomplete periods at both ends are left out.",
    ],
    schema: { type: "string", enum: FREQUENCIES },
  },
  {
    name: "collapse_aggregation",
    description: [
      "Cómo se agregan los valores de un período: promedio, suma, último, máximo o mínimo.",
      "How the values of a period become one: mean, sum, last, maximum or minimum.",
    ],
    schema: { type: "string", enum: AGGREGATIONS, default: "avg" },
  },
  {
    name: "start_date",
    description: [
      "Primera fecha, inclusive: AAAA, AAAA-MM o AAAA-MM-DD.",
      "First date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD.",
    ],
    schema: { type: "string" },
    example: "1990",
  },
  {
    name: "end_date",
    description: [
      "Última fecha, inclusive; un año o un mes llega hasta su último día.",
      "Last date, inclusive; a year or a month reaches to its last day.",
    ],
    schema: { type: "string" },
    example: "2000-12",
  },
  {
    name: "start",
    description: ["Filas que se saltean.", "Rows to skip."],
    schema: { type: "integer", minimum: 0, maximum: LIMITS.start, default: 0 },
  },
  {
    name: "limit",
    description: ["Cantidad máxima de filas.", "Maximum number of rows."],
    schema: { type: "integer", minimum: 1, maximum: LIMITS.rows, default: LIMITS.defaultRows },
  },
  {
    name: "last",
    description: [
      "Las últimas N filas, en orden ascendente. No se combina con sort, start ni limit.",
      "The last N rows, ascending. Not together with sort, start or limit.",
    ],
    schema: { type: "integer", minimum: 0, maximum: LIMITS.rows },
  },
  {
    name: "sort",
    description: ["Orden por fecha.", "Order by date."],
    schema: { type: "string", enum: SORTS, default: "asc" },
  },
  {
    name: "metadata",
    description: [
      "Metadatos: ninguno, los básicos, todos, o todos sin datos.",
      "Metadata: none, the basic ones, all, or all without data.",
    ],
    schema: { type: "string", enum: METADATA_LEVELS, default: "simple" },
  },
  {
    name: "flatten",
    description: [
      "Basta con que esté presente: los metadatos de cada serie en un solo objeto, con claves como `field_id`.",
      "Presence is enough: each series' metadata in one object, with keys such as `field_id`.",
    ],
    schema: { type: "string" },
  },
  {
    name: "format",
    description: [
      "Formato de la respuesta; `xlsx` es una planilla con fechas y números, sus metadatos y sus fuentes.",
      "Format of the answer; `xlsx` is a workbook with dates and numbers, their metadata and their sources.",
    ],
    schema: { type: "string", enum: FORMATS, default: "json" },
  },
  {
    name: "header",
    description: ["Encabezados del CSV y de la planilla.", "Headers of the CSV and of the workbook."],
    schema: { type: "string", enum: HEADERS, default: "titles" },
  },
  {
    name: "sep",
    description: ["Separador del CSV, un solo carácter.", "Separator of the CSV, a single character."],
    schema: { type: "string", default: "," },
  },
  {
    name: "decimal",
    description: [
      "Coma o punto decimal del CSV, un solo carácter.",
      "Decimal mark of the CSV, a single character.",
    ],
    schema: { type: "string", default: "." },
  },
];

/** An exact filter of the search. */
const filter = (name: string, what: readonly [string, string], example: string): Param => ({
  name,
  description: [
    `Filtro exacto por ${what[0]}; varios valores separados por \`||\` son alternativas.`,
    `Exact filter by ${what[1]}; several values separated by \`||\` are alternatives.`,
  ],
  schema: { type: "string" },
  example,
});

export const SEARCH_PARAMS: readonly Param[] = [
  {
    name: "q",
    description: [
      "Texto que se busca. Sin él coinciden todas las series; vacío, ninguna.",
      "Text to look for. Without it all series match; empty, none.",
    ],
    schema: { type: "string" },
    example: "temperatura ezeiza",
  },
  {
    name: "limit",
    description: [
      `Cantidad máxima de series; 0 sólo cuenta. \`start\` y \`limit\` suman ${SEARCH_LIMITS.reach} como máximo.`,
      `Maximum number of series; 0 only counts. \`start\` and \`limit\` add up to ${SEARCH_LIMITS.reach} at most.`,
    ],
    schema: { type: "integer", minimum: 0, maximum: SEARCH_LIMITS.reach, default: SEARCH_LIMITS.defaultRows },
  },
  {
    name: "start",
    description: ["Series que se saltean.", "Series to skip."],
    schema: { type: "integer", minimum: 0, maximum: SEARCH_LIMITS.reach, default: 0 },
  },
  {
    name: "sort_by",
    description: [
      "Orden: por relevancia, por consultas de los últimos 90 días o por frecuencia.",
      "Order: by relevance, by requests of the last 90 days or by frequency.",
    ],
    schema: { type: "string", enum: SORT_KEYS, default: "relevance" },
  },
  {
    name: "sort",
    description: [
      "Sentido del orden; `desc` es de lo más consultado a lo menos, o de lo diario a lo anual. Por relevancia es siempre `desc`.",
      "Direction; `desc` is from the most requested to the least, or from daily to yearly. By relevance it is always `desc`.",
    ],
    schema: { type: "string", enum: SORTS, default: "desc" },
  },
  filter("dataset_theme", ["tema del conjunto de datos", "the dataset's theme"], "Clima"),
  filter("units", ["unidad de medida", "unit of measure"], "Grados Celsius"),
  filter(
    "dataset_publisher_name",
    ["responsable del conjunto de datos", "the dataset's publisher"],
    "Servicio Meteorológico Nacional",
  ),
  filter("dataset_source", ["fuente del conjunto de datos", "the dataset's source"], "INDEC"),
  filter(
    "catalog_id",
    ["catálogo, o el alias de varios", "catalog, or the alias of several"],
    "smn",
  ),
  {
    name: "aggregations",
    description: [
      "Basta con que esté presente: agrega los recuentos por tema, unidad, responsable, fuente y catálogo.",
      "Presence is enough: adds the counts by theme, unit, publisher, source and catalog.",
    ],
    schema: { type: "string" },
  },
];
