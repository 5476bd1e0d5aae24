// The words of the search and of the page of a series, each in Spanish and English.

import type { Aggregation } from "../core/collapse.ts";
import type { Facet, SortKey } from "../core/search.ts";
import type { Mode } from "../core/transform.ts";
import type { ControlFault } from "./series_address.ts";
import type { Bilingual } from "./text.ts";

export const SEARCH = {
  label: ["Buscar series", "Search series"],
  hint: [
    "Palabras del nombre o de la fuente: inflación, temperatura ezeiza, tipo de cambio…",
    "Words of the name or the source, in Spanish: inflación, temperatura ezeiza, tipo de cambio…",
  ],
  button: ["Buscar", "Search"],
  browse: ["Ver todas las series", "See all series"],
  byTheme: ["Explorar por tema", "Browse by theme"],
  all: ["Todas las series", "All series"],
  one: ["1 serie", "1 series"],
  many: ["series", "series"],
  matching: ["para", "for"],
  filtered: ["con los filtros elegidos", "with the chosen filters"],
  pageOf: ["página", "page"],
  of: ["de", "of"],
  sort: ["Ordenar por", "Sort by"],
  chosen: ["Filtros elegidos", "Chosen filters"],
  remove: ["Quitar el filtro", "Remove the filter"],
  removeAll: ["Quitar todos", "Remove all"],
  filters: ["Filtrar por", "Filter by"],
  toFilters: ["Filtrar los resultados", "Filter the results"],
  moreValues: ["más", "more"],
  notListed: [
    "valores más: búsquelos por sus palabras",
    "more values: search for their words",
  ],
  pages: ["Páginas de resultados", "Pages of results"],
  previous: ["Anterior", "Previous"],
  next: ["Siguiente", "Next"],
  page: ["Página", "Page"],
  reach: [
    "Aquí se muestran las primeras 10.000. Para llegar al resto, agregue palabras o filtros.",
    "The first 10,000 are shown here. To reach the rest, add words or filters.",
  ],
  hits: ["consultas en 90 días", "requests in 90 days"],
  untitled: ["Serie sin descripción", "Series without description"],
  none: ["No se encontró ninguna serie", "No series was found"],
  tryNext: ["Pruebe:", "Try:"],
  withoutFilters: ["Sin los filtros:", "Without the filters:"],
  otherWords: [
    "Otras palabras, o menos: «precios» en vez de «aumento de precios en supermercados».",
    "Other words, or fewer. Series are described in Spanish: «precios» finds what «prices» does not.",
  ],
  spelling: [
    "Otra forma de escribirlas; los acentos y las mayúsculas no importan.",
    "Another spelling; accents and capitals do not matter.",
  ],
  browseInstead: ["Todas las series, por tema, fuente o unidad", "All series, by theme, source or unit"],
  unavailable: [
    "La búsqueda no está disponible ahora. Reintente en unos segundos.",
    "Search is not available now. Try again in a few seconds.",
  ],
} as const satisfies Record<string, Bilingual>;

export const FACET_NAMES: Readonly<Record<Facet, Bilingual>> = {
  dataset_theme: ["Tema", "Theme"],
  units: ["Unidades", "Units"],
  dataset_publisher_name: ["Organismo", "Publisher"],
  dataset_source: ["Fuente", "Source"],
  catalog_id: ["Catálogo", "Catalog"],
};

export const SORT_NAMES: Readonly<Record<SortKey, Bilingual>> = {
  relevance: ["Relevancia", "Relevance"],
  hits_90_days: ["Popularidad", "Popularity"],
  frequency: ["Frecuencia", "Frequency"],
};

export const SERIES = {
  chart: ["Gráfico", "Chart"],
  controls: ["Qué mostrar", "What to show"],
  frequency: ["Frecuencia", "Frequency"],
  asPublished: ["original", "original"],
  aggregation: ["Al agrupar, usar", "When grouping, use"],
  mode: ["Mostrar", "Show"],
  from: ["Desde", "From"],
  to: ["Hasta", "To"],
  datesHint: [
    "Año, mes o día: 2015, 2015-06 o 2015-06-30",
    "Year, month or day: 2015, 2015-06 or 2015-06-30",
  ],
  update: ["Actualizar", "Update"],
  reset: ["Volver a la serie como se publica", "Back to the series as published"],
  empty: ["No hay valores para lo elegido.", "There are no values for what was chosen."],
  emptyNext: [
    "Amplíe el rango de fechas, o elija una frecuencia más fina.",
    "Widen the range of dates, or choose a finer frequency.",
  ],
  last: ["Último valor", "Latest value"],
  highest: ["Máximo", "Highest"],
  lowest: ["Mínimo", "Lowest"],
  count: ["Valores", "Values"],
  missing: ["sin dato", "missing"],
  lineOf: ["Gráfico de línea", "Line chart"],
  download: ["Descargar", "Download"],
  downloadLead: ["Lo mismo que muestra el gráfico:", "The same that the chart shows:"],
  csvNote: ["para cualquier programa", "for any program"],
  xlsxNote: ["planilla con datos, metadatos y fuentes", "workbook with data, metadata and sources"],
  jsonNote: ["para programadores", "for programmers"],
  downloadNewest: [
    "Los 5000 valores más nuevos, lo más que trae un pedido:",
    "The newest 5000 values, the most that a request brings:",
  ],
  parts: ["Todos los valores, en partes", "All values, in parts"],
  fraction: [
    "Los porcentajes vienen como fracción en los archivos y en la API: 0,052 es 5,2 %.",
    "Percentages come as fractions in files and in the API: 0.052 is 5.2 %.",
  ],
  request: ["Pedido listo para copiar", "Request ready to copy"],
  requestLead: [
    "Responde lo mismo que muestra esta página, y se actualiza con la serie.",
    "It answers what this page shows, and is updated with the series.",
  ],
  address: ["Dirección", "Address"],
  terminal: ["En una terminal", "In a terminal"],
  copy: ["Copiar", "Copy"],
  copied: ["Copiado", "Copied"],
  notAddressable: [
    "El identificador de esta serie tiene signos que la API usa para separar: no se puede pedir por la API ni descargar desde aquí.",
    "The identifier of this series has signs that the API uses as separators: it cannot be asked for by the API or downloaded from here.",
  ],
  values: ["Valores", "Values"],
  latest: ["Últimos valores, del más nuevo al más viejo", "Latest values, newest first"],
  allValues: ["Todos los valores, del más nuevo al más viejo", "All values, newest first"],
  newestValues: ["Los 5000 valores más nuevos", "The newest 5000 values"],
  seeAll: ["Ver todos los valores", "See all values"],
  seeNewest: ["Ver los 5000 valores más nuevos", "See the newest 5000 values"],
  seeLatest: ["Ver sólo los últimos", "See the latest only"],
  date: ["Período", "Period"],
  value: ["Valor", "Value"],
  metadata: ["Metadatos", "Metadata"],
  series: ["Serie", "Series"],
  distribution: ["Distribución", "Distribution"],
  dataset: ["Conjunto de datos", "Dataset"],
  catalog: ["Catálogo", "Catalog"],
  freshness: ["Actualización", "Freshness"],
  id: ["Identificador", "Identifier"],
  title: ["Título", "Title"],
  description: ["Descripción", "Description"],
  units: ["Unidades", "Units"],
  range: ["Cobertura", "Coverage"],
  file: ["Archivo original", "Original file"],
  landingPage: ["Página", "Page"],
  publisher: ["Organismo", "Publisher"],
  source: ["Fuente", "Source"],
  theme: ["Tema", "Theme"],
  licence: ["Licencia", "Licence"],
  issued: ["Publicado", "Issued"],
  modified: ["Modificado", "Modified"],
  state: ["Estado", "State"],
  updated: ["Al día", "Up to date"],
  late: ["Atrasada", "Late"],
  days: ["días sin datos nuevos", "days without new data"],
  expected: ["Próximo valor esperado", "Next value expected"],
  harvested: ["Última cosecha del catálogo", "Last harvest of the catalog"],
  changed: ["Último cambio de los valores", "Last change of the values"],
  workdays: ["días hábiles", "working days"],
  notFound: ["No hay ninguna serie con ese identificador", "There is no series with that identifier"],
  asked: ["Se pidió", "Asked for"],
  notFoundNext: [
    "Puede haber cambiado de nombre, o haberse copiado incompleto. Búsquela por sus palabras:",
    "It may have changed its name, or been copied in part. Search for it by its words:",
  ],
  zoomHint: [
    "Arrastre sobre el gráfico para acercar; doble clic para volver.",
    "Drag over the chart to zoom in; double click to go back.",
  ],
  zoomOut: ["Ver todo", "See all"],
} as const satisfies Record<string, Bilingual>;

export const MODE_NAMES: Readonly<Record<Mode, Bilingual>> = {
  value: ["Valor", "Value"],
  change: ["Variación respecto del período anterior", "Change on the period before"],
  percent_change: ["Variación % respecto del período anterior", "% change on the period before"],
  change_a_year_ago: ["Variación interanual", "Change on a year before"],
  percent_change_a_year_ago: ["Variación % interanual", "% change on a year before"],
  change_since_beginning_of_year: [
    "Variación desde el comienzo del año",
    "Change since the beginning of the year",
  ],
  percent_change_since_beginning_of_year: [
    "Variación % desde el comienzo del año",
    "% change since the beginning of the year",
  ],
};

export const AGGREGATION_NAMES: Readonly<Record<Aggregation, Bilingual>> = {
  avg: ["el promedio", "the mean"],
  sum: ["la suma", "the sum"],
  end_of_period: ["el último valor", "the last value"],
  max: ["el máximo", "the maximum"],
  min: ["el mínimo", "the minimum"],
};

export const FAULTS: Readonly<Record<ControlFault, Bilingual>> = {
  collapse: [
    "Esta serie no se puede llevar a la frecuencia pedida: se muestra como se publica.",
    "This series cannot be brought to the frequency asked for: it is shown as published.",
  ],
  collapse_aggregation: [
    "No existe la forma de agrupar que se pidió: se usa el promedio.",
    "There is no such way of grouping: the mean is used.",
  ],
  representation_mode: [
    "No existe el modo que se pidió: se muestra el valor.",
    "There is no such mode: the value is shown.",
  ],
  start_date: [
    "No se entiende la fecha «Desde»: escriba un año, un mes o un día, como 2015, 2015-06 o 2015-06-30.",
    "The «From» date is not understood: write a year, a month or a day, such as 2015, 2015-06 or 2015-06-30.",
  ],
  end_date: [
    "No se entiende la fecha «Hasta»: escriba un año, un mes o un día, como 2015, 2015-06 o 2015-06-30.",
    "The «To» date is not understood: write a year, a month or a day, such as 2015, 2015-06 or 2015-06-30.",
  ],
  range: [
    "La fecha «Desde» es posterior a «Hasta»: se muestran todas.",
    "The «From» date is after «To»: all are shown.",
  ],
};
