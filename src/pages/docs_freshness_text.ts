// The words of the reference page on how late series are, each in Spanish and English.

import { LATE_KEPT } from "../core/activity.ts";
import type { Bilingual } from "./text.ts";

/** Computed metadata of a series, and of its catalog, that tell how late it is. */
export const FRESHNESS_FIELDS: readonly { readonly key: string; readonly meaning: Bilingual }[] = [
  {
    key: "field.days_without_data",
    meaning: [
      "Días enteros desde que terminó el período del último valor; negativo mientras corre. Se cuenta en Buenos Aires, al responder.",
      "Whole days since the period of the last value ended; negative while it runs. Counted in Buenos Aires, when answering.",
    ],
  },
  {
    key: "field.is_updated",
    meaning: [
      "`True` mientras esos días no llegan a la tolerancia de su frecuencia: diaria 14, mensual 90, trimestral 180, semestral 360, anual 730.",
      "`True` while those days have not come to the tolerance of its frequency: daily 14, monthly 90, quarterly 180, half-yearly 360, yearly 730.",
    ],
  },
  {
    key: "field.next_expected_date",
    meaning: [
      "Primer día en que se espera el próximo valor: el siguiente al fin del período que sigue al del último valor. En las series de días hábiles se saltean los fines de semana.",
      "First day on which the next value is due: the one after the end of the period that follows that of the last value. In series of working days weekends are skipped.",
    ],
  },
  {
    key: "field.last_harvest, catalog.last_harvest",
    meaning: [
      "Comienzo de la última cosecha que intentó leer su catálogo, en UTC.",
      "Beginning of the last harvest that tried to read its catalog, in UTC.",
    ],
  },
  {
    key: "field.last_change",
    meaning: [
      "Comienzo de la cosecha en que sus valores cambiaron por última vez, en UTC.",
      "Beginning of the harvest in which its values last changed, in UTC.",
    ],
  },
];

export const FRESHNESS_KEYS: readonly { readonly key: string; readonly meaning: Bilingual }[] = [
  {
    key: "date, last_harvest, total",
    meaning: [
      "Día al que se cuenta, última cosecha y cuentas de todas las series.",
      "Day that is counted to, last harvest and counts of all series.",
    ],
  },
  {
    key: "catalogs, publishers",
    meaning: [
      "Una fila por catálogo; una por catálogo y responsable de sus datasets. Con las claves que siguen.",
      "A row for each catalog; one for each catalog and publisher of its datasets. With the keys that follow.",
    ],
  },
  {
    key: "series, updated, late, discontinued",
    meaning: [
      "Series publicadas, y cuántas están al día, atrasadas o ya no figuran en su catálogo: cada una se cuenta en una sola. En `frequencies`, lo mismo por frecuencia.",
      "Series published, and how many are up to date, late or no longer named by their catalog: each counts in one of them. In `frequencies`, the same by frequency.",
    ],
  },
  {
    key: "updated_share, due, latest_value",
    meaning: [
      "Fracción al día de las que figuran; cuántas ya esperaban un valor nuevo, atrasadas o todavía no; período del valor más nuevo.",
      "Fraction up to date of those named; how many were due a new value, late or not yet; period of the newest value.",
    ],
  },
  {
    key: "last_harvest, last_change, error",
    meaning: [
      "Última cosecha del catálogo, último cambio de algún valor, y por qué no se pudo leer el catálogo, o `null`.",
      "Last harvest of the catalog, last change of any value, and why the catalog could not be read, or `null`.",
    ],
  },
  {
    key: "most_late",
    meaning: [
      `Hasta ${LATE_KEPT} series, primero la que hace más que pasó su tolerancia; en \`error\`, por qué se rechazó su archivo.`,
      `Up to ${LATE_KEPT} series, first the one that has been past its tolerance for longest; in \`error\`, why its file was refused.`,
    ],
  },
];
