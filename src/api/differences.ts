// What a client of the replaced API may notice, as the reference page lists it. Names are the contract's
// (series-api 12) where it has one; test/docs.test.ts holds that none is left out.

/** Spanish, English. */
type Text = readonly [string, string];

/** What Caudal does with a behaviour of the replaced API. */
export const OUTCOMES = {
  corrected: ["Corregido", "Corrected"],
  kept: ["Se mantiene", "Kept"],
  changed: ["Cambia", "Changed"],
  absent: ["Todavía no está", "Not there yet"],
} as const satisfies Record<string, Text>;

export type Difference = {
  readonly name: string;
  readonly outcome: keyof typeof OUTCOMES;
  readonly before: Text;
  readonly now: Text;
};

export const DIFFERENCES: readonly Difference[] = [
  {
    name: "lookback-skip",
    outcome: "corrected",
    before: [
      "Los modos de variación salteaban períodos al comienzo de lo ordenado y filtrado: `last` y `sort=desc` perdían los valores más nuevos, `start_date` los primeros del rango, y una interanual con `collapse` hasta doce períodos.",
      "Change modes skipped periods at the head of what was sorted and filtered: `last` and `sort=desc` lost the newest values, `start_date` the first of its range, and a year-ago mode with `collapse` up to twelve periods.",
    ],
    now: [
      "No se saltea nada: sólo quedan afuera los períodos sin valor de las puntas.",
      "Nothing is skipped: only periods without a value at either end are left out.",
    ],
  },
  {
    name: "late-start-offset",
    outcome: "corrected",
    before: [
      "`start` se corregía columna por columna según dónde empezaba cada serie: al pedir varias había huecos o filas repetidas entre páginas.",
      "`start` was corrected column by column according to where each series began: with several of them pages had holes or repeated rows.",
    ],
    now: [
      "`start` y `limit` cuentan filas de la tabla ya unida.",
      "`start` and `limit` count rows of the joined table.",
    ],
  },
  {
    name: "page-edge-gaps",
    outcome: "corrected",
    before: [
      "Un período sin valor en el borde de una página la acortaba, y a veces la dejaba vacía.",
      "A period without a value at the edge of a page made it shorter, sometimes empty.",
    ],
    now: [
      "Los períodos interiores sin valor son filas con `null` y ocupan su lugar en la página.",
      "Interior periods without a value are rows with `null` and take their place in the page.",
    ],
  },
  {
    name: "minmax-engine",
    outcome: "corrected",
    before: [
      "`max` y `min` con `collapse` tenían reglas propias: el extremo de las variaciones en lugar de la variación del extremo, períodos incompletos incluidos, `start` ignorado, siete decimales, semanas desde el lunes y un error con `semester`.",
      "`max` and `min` with `collapse` had rules of their own: the extreme of the changes instead of the change of the extreme, incomplete periods kept, `start` ignored, seven decimals, weeks from Monday and an error with `semester`.",
    ],
    now: [
      "Las mismas reglas que las demás agregaciones, en todas las frecuencias.",
      "The same rules as the other aggregations, at every frequency.",
    ],
  },
  {
    name: "semester-alignment",
    outcome: "corrected",
    before: [
      "`collapse=semester` agrupaba de a seis meses desde el primer dato: si la serie no empezaba en enero, cada valor era de otros meses. En series diarias se perdía el último semestre completo.",
      "`collapse=semester` grouped six months at a time from the first value: where the series did not begin in January, each value was of other months. Daily series lost their last complete half-year.",
    ],
    now: [
      "Semestres del calendario: enero a junio y julio a diciembre.",
      "Half-years of the calendar: January to June and July to December.",
    ],
  },
  {
    name: "semester-series-shift",
    outcome: "corrected",
    before: [
      "Una serie semestral que empezaba el 1 de enero se mostraba seis meses después.",
      "A half-yearly series that began on 1 January was shown six months later.",
    ],
    now: [
      "Sus fechas son 1 de enero y 1 de julio, y con ellas se decide si un año está completo.",
      "Its dates are 1 January and 1 July, and they decide whether a year is complete.",
    ],
  },
  {
    name: "zero-base-null",
    outcome: "kept",
    before: [
      "Con base exactamente 0, las variaciones desde el comienzo del año, y las interanuales por día o semana, son `null`, también las absolutas.",
      "With a base of exactly 0, changes since the beginning of the year, and year-ago ones by day or week, are `null`, the absolute ones too.",
    ],
    now: ["Igual.", "The same."],
  },
  {
    name: "csv-header-suffix",
    outcome: "corrected",
    before: [
      "Dos columnas del mismo modo llevaban los dos sufijos en el primer encabezado y ninguno en el segundo; los modos desde el comienzo del año daban error 500 con títulos o descripciones.",
      "Two columns of the same mode had both suffixes on the first header and none on the second; the modes since the beginning of the year answered 500 with titles or descriptions.",
    ],
    now: [
      "Un sufijo por columna, también para esos modos: `_var_acum` y `_var_pct_acum`.",
      "One suffix a column, for those modes too: `_var_acum` and `_var_pct_acum`.",
    ],
  },
  {
    name: "csv-decimal-zero",
    outcome: "corrected",
    before: [
      "Con `decimal` distinto de punto, los ceros salían como celdas vacías.",
      "With a `decimal` other than a point, zeros came out as empty cells.",
    ],
    now: ["Salen como `0,0`.", "They come out as `0,0`."],
  },
  {
    name: "metadata-only-keeps-data",
    outcome: "corrected",
    before: ["`metadata=only` traía `data` igual.", "`metadata=only` brought `data` all the same."],
    now: ["No trae `data`.", "It brings no `data`."],
  },
  {
    name: "format-error-text",
    outcome: "kept",
    before: [
      "El error de `format` muestra `<built-in function format>` en lugar del valor.",
      "The error of `format` shows `<built-in function format>` instead of the value.",
    ],
    now: [
      "Igual: hay clientes que comparan el texto.",
      "The same: there are clients that compare the text.",
    ],
  },
  {
    name: "lowercased-datetime",
    outcome: "kept",
    before: [
      "Los valores pasan a minúsculas antes de leerse, así que una fecha con `T` o `Z` no se acepta.",
      "Values are lower-cased before they are read, so a date with `T` or `Z` is refused.",
    ],
    now: ["Igual.", "The same."],
  },
  {
    name: "basic-end-date",
    outcome: "kept",
    before: [
      "`end_date=20050615`, sin guiones, llega hasta el 31 de diciembre de ese año.",
      "`end_date=20050615`, without dashes, reaches to 31 December of that year.",
    ],
    now: ["Igual.", "The same."],
  },
  {
    name: "partial-range-check",
    outcome: "kept",
    before: [
      "El orden de las fechas se controla antes de extenderlas: de `2005-06` a `2005` es un error.",
      "The order of dates is checked before they are extended: from `2005-06` to `2005` is an error.",
    ],
    now: ["Igual.", "The same."],
  },
  {
    name: "search-word-forms",
    outcome: "changed",
    before: [
      "Una palabra que ninguna serie tenía no encontraba nada: ni por su singular o plural, ni con un error de tipeo.",
      "A word that no series had found nothing: neither by its singular or plural, nor with a typo.",
    ],
    now: [
      "Se buscan las de su misma raíz y, si no hay, las que difieren en una letra. Una palabra que alguna serie tiene encuentra lo mismo que antes. Los sinónimos pueden tener varias palabras.",
      "Those of the same stem are looked for and, where there are none, those that differ in one letter. A word that some series has finds the same as before. Synonyms may have several words.",
    ],
  },
  {
    name: "search-errors-200",
    outcome: "corrected",
    before: [
      "La búsqueda informaba sus errores con estado 200.",
      "The search told its errors with status 200.",
    ],
    now: [
      "Responde 400, también con un `limit` o `start` negativo o fuera de alcance, que daban error 500.",
      "It answers 400, and so it does for a `limit` or `start` that is negative or out of reach, which gave error 500.",
    ],
  },
  {
    name: "dump-columns",
    outcome: "corrected",
    before: [
      "En los volcados, algunas columnas traían el dato de otra: en los metadatos, `distribucion_descripcion` el organismo y `dataset_responsable` el título; en SQLite, la descripción de la serie, el tema y las consultas de 30 y 90 días cambiadas. Un valor interior que falta era `nan`.",
      "In the dumps, some columns held the content of another: in the metadata, `distribucion_descripcion` the publisher and `dataset_responsable` the title; in SQLite, the description of the series, the theme, and the queries of 30 and 90 days swapped. An interior value that is missing was `nan`.",
    ],
    now: [
      "Cada dato está en su columna, y lo que falta queda vacío.",
      "Each is in its column, and what is missing is empty.",
    ],
  },
  {
    name: "dump-parquet",
    outcome: "changed",
    before: [
      "Los volcados eran CSV, XLSX, SQLite y DTA.",
      "Dumps were CSV, XLSX, SQLite and DTA.",
    ],
    now: [
      "También hay Parquet. Se sirven con 200 y no con una redirección, y admiten `Range`.",
      "There is Parquet too. They are served with 200 and not by a redirect, and accept `Range`.",
    ],
  },
  {
    name: "dump-formulas",
    outcome: "changed",
    before: [
      "Un texto que empieza con `=`, `+`, `-` o `@` llegaba igual a las planillas, que lo calculan.",
      "A text that begins with `=`, `+`, `-` or `@` came as it is to spreadsheets, which compute it.",
    ],
    now: [
      "En CSV y XLSX lleva un apóstrofo adelante; los números no cambian.",
      "In CSV and XLSX it has an apostrophe before it; numbers do not change.",
    ],
  },
  {
    name: "validate-causes",
    outcome: "corrected",
    before: [
      "`/validate` no miraba el estado HTTP: una página de error se leía como CSV, y varias causas llegaban como textos internos (`'R/P1W'`, `float division by zero`).",
      "`/validate` did not look at the HTTP status: an error page was read as CSV, and several causes came as internal texts (`'R/P1W'`, `float division by zero`).",
    ],
    now: [
      "La causa llega en una oración: el estado del servidor, la fila, la frecuencia que no se admite. El resultado (rechazada) es el mismo.",
      "The cause comes as a sentence: the server's status, the row, the frequency that is not accepted. The outcome (refused) is the same.",
    ],
  },
  {
    name: "validate-dates",
    outcome: "corrected",
    before: [
      "De las fechas sólo se comparaba la cantidad: desordenadas o fuera de lugar pasaban si eran tantas como períodos. Los valores infinitos pasaban, y los textos en campos sin `specialType` también.",
      "Of the dates only the number was compared: out of order or out of place they passed when they were as many as periods. Infinite values passed, and so did texts in fields without `specialType`.",
    ],
    now: [
      "Las fechas se comparan una por una y se miran todas las series, con los mismos textos.",
      "Dates are compared one by one and every series is looked at, with the same texts.",
    ],
  },
  {
    name: "validate-sources",
    outcome: "changed",
    before: [
      "`/validate` descargaba cualquier dirección, de cualquier tamaño.",
      "`/validate` downloaded any address, of any size.",
    ],
    now: [
      "No lee redes internas ni archivos locales, y tiene límites de tamaño, de tiempo y de validaciones a la vez.",
      "It reads neither internal networks nor local files, and has limits of size, of time and of validations at once.",
    ],
  },
  {
    name: "business-days",
    outcome: "changed",
    before: [
      "Las series diarias de lunes a viernes no se podían incorporar.",
      "Daily series from Monday to Friday could not be taken in.",
    ],
    now: [
      "Se incorporan, con `null` los fines de semana.",
      "They are taken in, with `null` at weekends.",
    ],
  },
  {
    name: "slash-redirect",
    outcome: "changed",
    before: ["Sin barra final respondía 301.", "Without the final slash it answered 301."],
    now: ["Las dos formas responden directamente.", "Both forms answer directly."],
  },
  {
    name: "post-as-get",
    outcome: "changed",
    before: ["Un POST se respondía como un GET.", "A POST was answered like a GET."],
    now: ["Responde 405 con `Allow`.", "It answers 405 with `Allow`."],
  },
  {
    name: "http-caching",
    outcome: "changed",
    before: [
      "Las respuestas no llevaban ETag ni `Cache-Control`.",
      "Answers had no ETag or `Cache-Control`.",
    ],
    now: ["Llevan los dos: vea la sección Caché.", "They have both: see the section Caching."],
  },
];
