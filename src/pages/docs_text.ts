// The words of the reference page, each in Spanish and English. What the program itself knows (parameters,
// limits, modes, error texts, differences) comes from tables and is not written again here.

import type { Aggregation } from "../core/collapse.ts";
import { LIMITS } from "../core/series_request.ts";
import type { Mode } from "../core/transform.ts";
import type { Bilingual } from "./text.ts";

export const DOCS = {
  title: ["Referencia de la API", "API reference"],
  lead: [
    "Una sola ruta responde datos y metadatos de una o más series: `GET /series/api/series/`. No pide clave ni registro, se puede llamar desde cualquier origen (CORS) y acepta GET, HEAD y OPTIONS.",
    "One route answers data and metadata of one or more series: `GET /series/api/series/`. It asks for no key or account, may be called from any origin (CORS) and accepts GET, HEAD and OPTIONS.",
  ],
  aliases: [
    "`/series/api/series`, `/api/series/` y `/api/series` son la misma ruta.",
    "`/series/api/series`, `/api/series/` and `/api/series` are the same route.",
  ],
  openapi: [
    "Descripción OpenAPI 3.1 de todas las rutas",
    "OpenAPI 3.1 description of every route",
  ],
  contents: ["Contenido", "Contents"],

  params: ["Parámetros", "Parameters"],
  paramsCaption: ["Parámetros de /series/api/series/", "Parameters of /series/api/series/"],
  name: ["Nombre", "Name"],
  description: ["Descripción", "Description"],
  allowed: ["Valores", "Values"],
  fallback: ["Por defecto", "Default"],
  required: ["obligatorio", "required"],
  text: ["texto", "text"],
  none: ["ninguno", "none"],
  integer: ["entero de", "integer from"],
  upTo: ["a", "to"],
  forExample: ["por ejemplo", "for example"],

  ids: ["Gramática de ids", "Grammar of ids"],
  idsExamples: ["Ejemplos de ids", "Examples of ids"],
  request: ["Pedido", "Request"],
  answer: ["Qué responde", "What it answers"],
  modesCaption: [
    "Modos de representación y lo que agregan al encabezado del CSV",
    "Representation modes and what they add to the CSV header",
  ],
  mode: ["Modo", "Mode"],
  formula: ["Valor de cada período", "Value of each period"],
  titleSuffix: ["Con header=titles", "With header=titles"],
  descriptionSuffix: ["Con header=descriptions", "With header=descriptions"],
  aggregationsCaption: ["Agregaciones", "Aggregations"],
  aggregation: ["Agregación", "Aggregation"],

  dates: ["Fechas", "Dates"],
  datesCaption: ["Formas que se aceptan", "Accepted forms"],
  form: ["Forma", "Form"],
  asStart: ["Como start_date", "As start_date"],
  asEnd: ["Como end_date", "As end_date"],

  json: ["Respuesta JSON", "JSON answer"],
  jsonCaption: ["Claves de la respuesta", "Keys of the answer"],
  key: ["Clave", "Key"],

  csv: ["Respuesta CSV", "CSV answer"],
  xlsx: ["Planilla (XLSX)", "Workbook (XLSX)"],
  search: ["Búsqueda", "Search"],

  freshness: ["Atraso de las series", "How late series are"],
  freshnessLead: [
    "Cada serie dice cuán atrasada está en los metadatos completos (`metadata=full` u `only`), y `GET /api/freshness` lo cuenta por catálogo y por responsable. `/series/api/freshness` es la misma ruta; con barra final o sin ella.",
    "Each series tells how late it is in the full metadata (`metadata=full` or `only`), and `GET /api/freshness` counts it by catalog and by publisher. `/series/api/freshness` is the same route; with or without the final slash.",
  ],
  freshnessFieldsCaption: ["En los metadatos completos", "In the full metadata"],
  freshnessCaption: ["Claves de /api/freshness", "Keys of /api/freshness"],

  dumps: ["Descargas", "Downloads"],

  validate: ["Validar una distribución", "Validate a distribution"],
  validateLead: [
    "`POST /series/api/validate/` dice si una distribución de un catálogo se puede cosechar, con los mismos controles que la cosecha y sus límites por defecto. `/api/validate/` es la misma ruta; con barra final o sin ella.",
    "`POST /series/api/validate/` tells whether a distribution of a catalog can be harvested, with the same checks as the harvest and their default limits. `/api/validate/` is the same route; with or without the final slash.",
  ],
  validateCaption: ["Controles y sus mensajes", "Checks and their messages"],
  check: ["Falla cuando", "It fails when"],

  prices: ["Precios", "Prices"],

  errors: ["Errores", "Errors"],
  errorsLead: [
    'Un pedido inválido responde 400 con `{"errors": [{"error": "…"}]}`. Los controles van por etapas, en el orden de esta tabla: se informan todos los errores de la primera etapa que falla y ninguno de las siguientes. Los marcados con ▪ llegan como texto solo, sin objeto.',
    'An invalid request answers 400 with `{"errors": [{"error": "…"}]}`. Checks go by stages, in the order of this table: all errors of the first stage that fails are told and none of the later ones. Those marked ▪ come as bare text, without an object.',
  ],
  errorsCaption: ["Textos de error por etapa", "Error texts by stage"],
  stage: ["Etapa", "Stage"],
  when: ["Cuándo", "When"],
  errorText: ["Texto", "Text"],

  caching: ["Caché", "Caching"],

  differences: ["Diferencias con la API reemplazada", "Differences from the replaced API"],
  differencesLead: [
    "Lo que un cliente de la API de Series de Tiempo, o de la de precios, puede notar al cambiar de servidor.",
    "What a client of the API de Series de Tiempo, or of the one of prices, may notice when it changes servers.",
  ],
  differencesCaption: ["Cada diferencia conocida", "Every known difference"],
  before: ["API reemplazada", "Replaced API"],
  now: ["Caudal", "Caudal"],
} as const satisfies Record<string, Bilingual>;

export const GRAMMAR: Bilingual = [
  `ids   = item *( "," item )               ; de 1 a ${LIMITS.ids}
item  = serie [ ":" parte [ ":" parte ] ]
parte = modo / agregación                ; en cualquier orden`,
  `ids   = item *( "," item )               ; 1 to ${LIMITS.ids}
item  = series [ ":" part [ ":" part ] ]
part  = mode / aggregation               ; in any order`,
];

/** `ids` with `@` for the identifier of a series. */
export const IDS_EXAMPLES: readonly { readonly ids: string; readonly answer: Bilingual }[] = [
  { ids: "@", answer: ["La serie tal como se publica.", "The series as published."] },
  {
    ids: "@:percent_change",
    answer: ["Su variación porcentual.", "Its percent change."],
  },
  {
    ids: "@:change:end_of_period",
    answer: [
      "La variación; con `collapse`, del último valor de cada período.",
      "The change; with `collapse`, of the last value of each period.",
    ],
  },
  {
    ids: "@,@:change_a_year_ago",
    answer: [
      "Dos columnas: la serie y su variación interanual.",
      "Two columns: the series and its change from a year ago.",
    ],
  },
];

export const IDS_RULES: readonly Bilingual[] = [
  [
    "Cada item es una columna, en el orden pedido; una serie puede repetirse.",
    "Each item is a column, in the order asked for; a series may be repeated.",
  ],
  [
    "Las partes de un item reemplazan a `representation_mode` y `collapse_aggregation`. Lleva un modo como máximo; de dos agregaciones vale la última.",
    "The parts of an item replace `representation_mode` and `collapse_aggregation`. It carries one mode at most; of two aggregations the last wins.",
  ],
  [
    "Mayúsculas y espacios cuentan. Los items se leen de izquierda a derecha hasta el primero que falla.",
    "Case and spaces count. Items are read from left to right up to the first that fails.",
  ],
  [
    "Series de distinta frecuencia se llevan a la más gruesa, o a la de `collapse`. A una serie que ya está en esa frecuencia no se le aplica ninguna agregación.",
    "Series of different frequencies are brought to the coarsest, or to that of `collapse`. A series already at that frequency is not aggregated.",
  ],
];

export const MODE_FORMULAS: Record<Mode, Bilingual> = {
  value: ["El valor", "The value"],
  change: ["Diferencia con el período anterior", "Difference from the period before"],
  percent_change: [
    "Diferencia con el período anterior, como fracción de éste",
    "Difference from the period before, as a fraction of it",
  ],
  change_a_year_ago: [
    "Diferencia con el mismo período del año anterior",
    "Difference from the same period of the year before",
  ],
  percent_change_a_year_ago: [
    "Diferencia con el mismo período del año anterior, como fracción de éste",
    "Difference from the same period of the year before, as a fraction of it",
  ],
  change_since_beginning_of_year: [
    "Diferencia con el período que empieza el 1 de enero",
    "Difference from the period that begins on 1 January",
  ],
  percent_change_since_beginning_of_year: [
    "Diferencia con el período que empieza el 1 de enero, como fracción de éste",
    "Difference from the period that begins on 1 January, as a fraction of it",
  ],
};

export const MODES_NOTE: Bilingual = [
  "Las fracciones no se multiplican por 100: 0.05 es 5 %. Se calculan sobre toda la serie, ya agregada y antes de filtrar por fecha. Donde falta un valor, o se dividiría por cero, hay `null`.",
  "Fractions are not multiplied by 100: 0.05 is 5 %. They are computed over the whole series, once aggregated and before the date filter. Where a value is missing, or the division would be by zero, there is `null`.",
];

export const AGGREGATION_MEANINGS: Record<Aggregation, Bilingual> = {
  avg: ["Promedio", "Mean"],
  sum: ["Suma; 0 en un período sin ningún valor", "Sum; 0 in a period without any value"],
  end_of_period: ["Último valor del período", "Last value of the period"],
  max: ["Máximo", "Maximum"],
  min: ["Mínimo", "Minimum"],
};

/** Forms, with the same example for both ends. */
export const DATE_FORMS: readonly {
  readonly form: Bilingual;
  readonly start: readonly [string, string];
  readonly end: readonly [string, string];
}[] = [
  { form: ["AAAA", "YYYY"], start: ["2005", "2005-01-01"], end: ["2005", "2005-12-31"] },
  { form: ["AAAA-MM", "YYYY-MM"], start: ["2005-06", "2005-06-01"], end: ["2005-06", "2005-06-30"] },
  {
    form: ["AAAA-MM-DD", "YYYY-MM-DD"],
    start: ["2005-06-15", "2005-06-15"],
    end: ["2005-06-15", "2005-06-15"],
  },
  { form: ["AAAAMMDD", "YYYYMMDD"], start: ["20050615", "2005-06-15"], end: ["20050615", "2005-12-31"] },
  { form: ["AAAA-MMDD", "YYYY-MMDD"], start: ["2005-0615", "2005-06-15"], end: ["2005-0615", "2005-06-30"] },
];

export const DATES_RULES: readonly Bilingual[] = [
  [
    "Las dos puntas se incluyen, y se comparan con el primer día de cada período, después de aplicar `collapse`.",
    "Both ends are included, and compared with the first day of each period, after `collapse`.",
  ],
  [
    "Una fecha completa puede llevar un espacio y la hora (`2005-06-15 10:30`), que no se tiene en cuenta. Con `T` o `Z` no se acepta.",
    "A complete date may carry a space and the time (`2005-06-15 10:30`), which is not taken into account. With `T` or `Z` it is refused.",
  ],
  [
    "Un período se nombra por su primer día: el segundo trimestre de 2005 es `2005-04-01`.",
    "A period goes by its first day: the second quarter of 2005 is `2005-04-01`.",
  ],
];

export const JSON_KEYS: readonly { readonly key: string; readonly meaning: Bilingual }[] = [
  {
    key: "data",
    meaning: [
      "Filas `[fecha, valor, …]`, con una columna por item de `ids`; `null` donde no hay valor. Ausente con `metadata=only`.",
      "Rows `[date, value, …]`, with a column for each item of `ids`; `null` where there is no value. Absent with `metadata=only`.",
    ],
  },
  {
    key: "count",
    meaning: [
      "Períodos de la columna más larga dentro de las fechas pedidas, sin paginar.",
      "Periods of the longest column within the dates asked for, before paging.",
    ],
  },
  {
    key: "meta",
    meaning: [
      "Primero la frecuencia y las fechas de la página; después, por columna, `catalog`, `dataset`, `distribution` y `field`. Ausente con `metadata=none`.",
      "First the frequency and dates of the page; then, by column, `catalog`, `dataset`, `distribution` and `field`. Absent with `metadata=none`.",
    ],
  },
  {
    key: "params",
    meaning: [
      "Los parámetros recibidos, y en `identifiers` la serie, distribución y conjunto de datos de cada columna.",
      "The parameters received, and in `identifiers` the series, distribution and dataset of each column.",
    ],
  },
];

export const PAGING_NOTE: Bilingual = [
  `Sin pedir otra cosa llegan las ${LIMITS.defaultRows} filas más antiguas. Para las más nuevas, \`last\`; para todas, \`limit=${LIMITS.rows}\` y, si la página viene llena, \`start\` con la cantidad ya recibida.`,
  `Unless asked otherwise, the ${LIMITS.defaultRows} oldest rows come. For the newest, \`last\`; for all, \`limit=${LIMITS.rows}\` and, where the page comes full, \`start\` with the number already received.`,
];

export const CSV_RULES: readonly Bilingual[] = [
  [
    "Con `format=csv`. Es `text/csv` en UTF-8 sin BOM, con nombre de archivo `data.csv`; los errores siguen siendo JSON.",
    "With `format=csv`. It is `text/csv` in UTF-8 without BOM, with file name `data.csv`; errors are still JSON.",
  ],
  [
    "Cada línea, también la última, termina en CRLF. Se entrecomilla sólo lo que contiene el separador, comillas o un fin de línea; las comillas se duplican.",
    "Each line, the last one too, ends in CRLF. Only what contains the separator, a quote or a line end is quoted; quotes are doubled.",
  ],
  [
    "La primera columna es `indice_tiempo`. Las demás llevan el título del campo, su identificador o su descripción (`header`), y lo que agrega el modo de representación: la tabla de modos dice qué; con `header=ids`, `:` y el nombre del modo.",
    "The first column is `indice_tiempo`. The others carry the field's title, identifier or description (`header`), and what the representation mode adds: see the table of modes; with `header=ids`, `:` and the name of the mode.",
  ],
  [
    "Donde no hay valor, la celda está vacía. Los números llevan siempre punto decimal (`100.0`), y exponente por debajo de 0.0001 y desde 1e+16 (`1.234e-05`).",
    "Where there is no value, the cell is empty. Numbers always carry a decimal point (`100.0`), and an exponent below 0.0001 and from 1e+16 on (`1.234e-05`).",
  ],
  [
    "`sep` y `decimal` cambian el separador y el punto decimal: para una planilla en castellano, `sep=%3B&decimal=,`.",
    "`sep` and `decimal` change the separator and the decimal point: for a spreadsheet in Spanish, `sep=%3B&decimal=,`.",
  ],
];

export const XLSX_RULES: readonly Bilingual[] = [
  [
    "Con `format=xlsx`. Llega con nombre de archivo `data.xlsx`; los errores siguen siendo JSON. La primera fila de cada hoja es el encabezado y queda fija.",
    "With `format=xlsx`. It comes with file name `data.xlsx`; errors are still JSON. The first row of each sheet is the header and stays in sight.",
  ],
  [
    "Hoja `datos`: la fecha de cada período y una columna por item de `ids`, con el encabezado que pide `header`. Son fechas y números, sin formato de texto; donde no hay valor, la celda está vacía.",
    "Sheet `datos`: the date of each period and a column for each item of `ids`, with the header that `header` asks for. They are dates and numbers, not text; where there is no value, the cell is empty.",
  ],
  [
    "Las planillas no tienen fechas anteriores al 1 de marzo de 1900 en que estén de acuerdo: esas llegan como texto `AAAA-MM-DD`.",
    "Spreadsheets have no dates before 1 March 1900 that they agree on: those come as text `YYYY-MM-DD`.",
  ],
  [
    "Hoja `metadatos`: una fila por columna, con sus unidades, su frecuencia, su modo, de qué catálogo viene y cuán atrasada está. Hoja `fuentes`: una fila por fuente, con la licencia, el pedido que da la misma respuesta y la instantánea.",
    "Sheet `metadatos`: a row for each column, with its units, frequency, mode, the catalog it comes from and how late it is. Sheet `fuentes`: a row for each source, with its licence, the request that gives the same answer and the snapshot.",
  ],
  [
    "Un texto que empieza con `=`, `+`, `-`, `@`, tabulación o fin de línea lleva un apóstrofo adelante: nada de lo que escribe un publicador se calcula. Los números no cambian.",
    "A text that begins with `=`, `+`, `-`, `@`, a tab or a line end gets an apostrophe before it: nothing that a publisher writes is calculated. Numbers do not change.",
  ],
];

export const ERRORS_RULES: readonly Bilingual[] = [
  [
    "Una serie que no existe agrega `failed_series` con su identificador: se puede quitar y volver a pedir.",
    "A series that does not exist adds `failed_series` with its identifier: it may be removed and the request repeated.",
  ],
  [
    "503 con `Retry-After`: todavía no hay datos publicados, o no se pueden leer ahora. 405: el método no es GET, HEAD ni OPTIONS.",
    "503 with `Retry-After`: no data are published yet, or they cannot be read now. 405: the method is not GET, HEAD or OPTIONS.",
  ],
  [
    "Fuera de las rutas de series, los errores son `application/problem+json` (RFC 9457).",
    "Outside the series routes, errors are `application/problem+json` (RFC 9457).",
  ],
];

export const CACHING_RULES: readonly Bilingual[] = [
  [
    "Lo publicado es una instantánea inmutable con nombre: el hash de todo su contenido. `/readyz` dice cuál se sirve.",
    "What is published is an immutable snapshot with a name: the hash of its whole content. `/readyz` tells which is served.",
  ],
  [
    "Toda respuesta correcta lleva un `ETag` fuerte, que sale de la instantánea y del pedido. Con `If-None-Match` la respuesta es 304 sin cuerpo mientras los datos no cambien. Con `Last-Modified` e `If-Modified-Since` pasa lo mismo; las páginas no llevan fecha, porque también cambian con el programa.",
    "Every good answer carries a strong `ETag`, made from the snapshot and the request. With `If-None-Match` the answer is 304 without a body while data do not change. `Last-Modified` and `If-Modified-Since` do the same; pages have no date, because they change with the program too.",
  ],
  [
    "Con `metadata=full` u `only`, y en las planillas, el ETag cambia además cada día y con cada cosecha, porque dicen cuántos días pasaron desde el último dato y cuándo se buscó.",
    "With `metadata=full` or `only`, and in workbooks, the ETag also changes every day and with every harvest, because they tell how many days passed since the last value and when it was looked for.",
  ],
  [
    "Los textos de más de 1 kB se comprimen con Brotli o gzip según `Accept-Encoding`; cada forma tiene su ETag, y `Vary` lo dice. Las descargas van como están, y se pueden pedir por partes.",
    "Texts of more than 1 kB are compressed with Brotli or gzip as `Accept-Encoding` says; each form has its ETag, and `Vary` tells. Downloads go as they are, and may be asked for by parts.",
  ],
  [
    "Los errores no se guardan (`no-store`). Al publicar no hay que purgar nada: una caché compartida guarda una respuesta un minuto y después pregunta por su ETag. `CDN-Cache-Control` dice lo mismo a las CDN, que con `s-maxage` no mostrarían nada vencido.",
    "Errors are kept by nobody (`no-store`). Nothing has to be purged after a publication: a shared cache keeps an answer for a minute and then asks about its ETag. `CDN-Cache-Control` tells CDNs the same, which with `s-maxage` would show nothing stale.",
  ],
];
