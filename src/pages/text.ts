// The words of the frame and the home page, each in Spanish and English. The reference page's are in
// docs_text.ts. Between backticks is code: <Prose> in layout.tsx shows it so.

import { type Language, LANGUAGES } from "../core/language.ts";

export type { Language };

/** Spanish, English. */
export type Bilingual = readonly [string, string];

/** Picks one language's half of a text. */
export type Say = (text: Bilingual) => string;

export function sayIn(language: Language): Say {
  return (text) => text[LANGUAGES.indexOf(language)]!;
}

/** Spanish unless the reader asked for another known language. */
export function languageOf(text: string | undefined | null): Language {
  return LANGUAGES.find((language) => language === text) ?? "es";
}

/** Requests shown ready to use. */
export const REQUEST_KINDS = ["json", "csv", "yearly", "together"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export const FRAME = {
  skip: ["Ir al contenido", "Skip to content"],
  menu: ["Principal", "Main"],
  home: ["Inicio", "Home"],
  docs: ["Referencia", "Reference"],
  openapi: ["OpenAPI", "OpenAPI"],
  otherLanguage: ["English", "Español"],
  version: ["versión", "version"],
  licence: ["código bajo licencia MIT", "code under the MIT licence"],
  data: [
    "Los datos son de quienes los publican, con la licencia de cada catálogo.",
    "Data belong to their publishers, under each catalog's licence.",
  ],
} as const satisfies Record<string, Bilingual>;

export const HOME = {
  title: ["Series de tiempo de datos abiertos", "Time series of open data"],
  lead: [
    "Caudal reúne las series que publican distintos catálogos y las responde por HTTP, con los mismos pedidos de la API de Series de Tiempo.",
    "Caudal gathers the series that several catalogs publish and answers them over HTTP, with the same requests as the API de Series de Tiempo.",
  ],
  figures: ["Lo publicado", "What is published"],
  series: ["series", "series"],
  values: ["valores", "values"],
  catalogs: ["catálogos", "catalogs"],
  firstDate: ["primera fecha", "first date"],
  lastDate: ["última fecha", "last date"],
  snapshot: ["Instantánea", "Snapshot"],
  published: ["publicada el", "published on"],
  zone: ["hora de Buenos Aires", "Buenos Aires time"],
  loaded: ["Catálogos cargados", "Catalogs loaded"],
  loadedCaption: ["Qué hay de cada catálogo", "What there is of each catalog"],
  catalog: ["Catálogo", "Catalog"],
  datasets: ["Conjuntos de datos", "Datasets"],
  distributions: ["Distribuciones", "Distributions"],
  seriesColumn: ["Series", "Series"],
  valuesColumn: ["Valores", "Values"],
  from: ["Desde", "From"],
  to: ["Hasta", "To"],
  example: ["Ejemplo", "Example"],
  total: ["Total", "Total"],
  untitled: ["Sin título", "Untitled"],
  nothing: [
    "La última cosecha no dejó ninguna serie.",
    "The last harvest left no series.",
  ],
  requests: ["Pedidos listos para usar", "Requests ready to use"],
  requestsLead: [
    "Armados con series de esta instantánea. Abra el enlace, o copie la línea en una terminal.",
    "Built from series of this snapshot. Open the link, or copy the line into a terminal.",
  ],
  more: ["Para seguir", "Further on"],
  moreDocs: [
    "Referencia de la API: parámetros, errores y diferencias con la API reemplazada",
    "API reference: parameters, errors and differences from the replaced API",
  ],
  moreOpenapi: ["Descripción OpenAPI 3.1, para programas", "OpenAPI 3.1 description, for programs"],
  moreReady: ["Estado: qué instantánea se sirve", "Status: which snapshot is served"],
} as const satisfies Record<string, Bilingual>;

export const REQUESTS: Record<RequestKind, { readonly title: Bilingual; readonly note: Bilingual }> = {
  json: {
    title: ["Últimos valores, en JSON", "Latest values, as JSON"],
    note: ["Las cinco filas más nuevas, con sus metadatos.", "The five newest rows, with their metadata."],
  },
  csv: {
    title: ["La serie en CSV", "The series as CSV"],
    note: [
      "Para abrir en una planilla: hasta 5000 filas, con el identificador como encabezado.",
      "To open in a spreadsheet: up to 5000 rows, with the identifier as header.",
    ],
  },
  yearly: {
    title: ["Variación porcentual por año", "Percent change by year"],
    note: [
      "El promedio de cada año completo, comparado con el anterior: 0.05 es 5 %.",
      "The mean of each complete year against the year before: 0.05 is 5 %.",
    ],
  },
  together: {
    title: ["Dos columnas en una tabla", "Two columns in one table"],
    note: [
      "Llevadas a la misma frecuencia y unidas por fecha.",
      "Brought to the same frequency and joined by date.",
    ],
  },
};

export const WAITING = {
  title: ["La primera cosecha está en curso", "The first harvest is running"],
  lead: [
    "Caudal está leyendo los catálogos. En cuanto publique la primera instantánea, esta página la mostrará: se actualiza sola.",
    "Caudal is reading the catalogs. As soon as it publishes the first snapshot, this page will show it: it refreshes by itself.",
  ],
  meanwhile: ["Mientras tanto:", "Meanwhile:"],
  docs: ["la referencia de la API", "the API reference"],
} as const satisfies Record<string, Bilingual>;
