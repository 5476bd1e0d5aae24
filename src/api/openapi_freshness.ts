// The answer of `/api/freshness` in the OpenAPI description.

import { LATE_KEPT } from "../core/activity.ts";

const COUNTS = {
  series: { type: "integer", description: "Series publicadas." },
  updated: { type: "integer", description: "Al día: sin pasar la tolerancia de su frecuencia." },
  late: { type: "integer", description: "Atrasadas." },
  discontinued: { type: "integer", description: "Que su catálogo ya no nombra: no se espera nada de ellas." },
} as const;

const FIGURES = {
  ...COUNTS,
  updated_share: {
    type: ["number", "null"],
    description: "Fracción al día de las que el catálogo nombra; null si no nombra ninguna.",
  },
  due: {
    type: "integer",
    description:
      "Series cuyo próximo valor ya se esperaba (next_expected_date llegó), atrasadas o todavía no.",
  },
  frequencies: {
    type: "object",
    description: "Las mismas cuentas por frecuencia.",
    additionalProperties: { type: "object", properties: COUNTS },
  },
  latest_value: { type: ["string", "null"], format: "date", description: "Período del valor más nuevo." },
} as const;

const FRESHNESS_ROW = {
  ...FIGURES,
  last_harvest: {
    type: ["string", "null"],
    format: "date-time",
    description: "Comienzo de la última cosecha que intentó leer el catálogo.",
  },
  last_change: {
    type: ["string", "null"],
    format: "date-time",
    description: "Cosecha en que cambió por última vez algún valor.",
  },
  error: {
    type: ["string", "null"],
    description: "Por qué esa cosecha no pudo leer el catálogo; null si lo leyó.",
  },
  most_late: {
    type: "array",
    description: `Las series más atrasadas, hasta ${LATE_KEPT}, con el motivo si se rechazó su archivo.`,
    items: {
      type: "object",
      properties: {
        id: { type: "string" },
        dataset: { type: "string" },
        distribution: { type: "string" },
        frequency: { type: "string" },
        latest_value: { type: "string", format: "date" },
        days_without_data: { type: "integer" },
        next_expected_date: { type: "string", format: "date" },
        error: { type: ["string", "null"] },
      },
    },
  },
} as const;

export const FRESHNESS_ANSWER = {
  type: "object",
  required: ["date", "last_harvest", "total", "catalogs", "publishers"],
  properties: {
    date: { type: "string", format: "date", description: "Día de Buenos Aires al que se cuenta." },
    last_harvest: { type: ["string", "null"], format: "date-time" },
    total: { type: "object", properties: FIGURES },
    catalogs: {
      type: "array",
      items: {
        type: "object",
        properties: { id: { type: "string" }, title: { type: "string" }, ...FRESHNESS_ROW },
      },
    },
    publishers: {
      type: "array",
      description: "Por catálogo y nombre del responsable de los datasets.",
      items: {
        type: "object",
        properties: { catalog_id: { type: "string" }, name: { type: "string" }, ...FRESHNESS_ROW },
      },
    },
  },
} as const;
