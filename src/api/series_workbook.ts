// The answer of `/series` as a workbook: the table with real dates and numbers, what its columns are, and where
// they come from. Headings of the second and third sheet are those of the dumps where they tell the same.

import { publisherName } from "../core/catalog.ts";
import { firstDay } from "../core/frequency.ts";
import type { Json } from "../core/json.ts";
import { columnHeader, type DescribedColumn, freshnessOf } from "../core/render_series.ts";
import type { SeriesRequest } from "../core/series_request.ts";
import type { SeriesContext, Snapshot } from "../core/snapshot.ts";
import type { Table } from "../core/table.ts";
import { dayOfIso, type EpochDay, isoMoment } from "../core/time.ts";
import { MODES } from "../core/transform.ts";
import { type Cell, type Sheet, writeWorkbook } from "./workbook.ts";

/** Content type of the answer. */
export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export type WorkbookAnswer = {
  readonly table: Table;
  /** With their context. */
  readonly columns: readonly DescribedColumn[];
  readonly request: SeriesRequest;
  readonly snapshot: Pick<Snapshot, "name" | "publishedAt">;
  readonly today: EpochDay;
  /** Address that answers the same. */
  readonly url: string;
};

export function seriesWorkbook(answer: WorkbookAnswer): Promise<Uint8Array<ArrayBuffer>> {
  return writeWorkbook([valuesSheet(answer), metadataSheet(answer), sourcesSheet(answer)]);
}

function valuesSheet({ table, columns, request }: WorkbookAnswer): Sheet {
  const titles = columns.map((column) => columnHeader(column, request.header));
  return {
    name: "datos",
    header: ["indice_tiempo", ...titles],
    widths: [14, ...titles.map((title) => Math.min(Math.max(title.length + 2, 12), 40))],
    rows: table.periods.map((period, row): Cell[] => [
      { day: firstDay(table.frequency, period) },
      ...table.columns.map((values) => values[row]!),
    ]),
  };
}

/** Text of what publishers declare; they declare whatever they like. */
const text = (value: Json | undefined): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

const date = (iso: string | undefined): Cell => {
  const day = dayOfIso(iso ?? "");
  return day === undefined ? null : { day };
};

const moment = (at: number | undefined): Cell => at === undefined ? null : isoMoment(at);

const METADATA: readonly (readonly [
  title: string,
  width: number,
  cell: (column: DescribedColumn & { readonly context: SeriesContext }, answer: WorkbookAnswer) => Cell,
])[] = [
  ["columna", 30, (column, { request }) => columnHeader(column, request.header)],
  ["serie_id", 24, ({ record }) => record.id],
  ["serie_titulo", 30, ({ record }) => text(record.field.title)],
  ["serie_descripcion", 40, ({ record }) => text(record.field.description)],
  ["serie_unidades", 20, ({ record }) => text(record.field.units)],
  ["indice_tiempo_frecuencia", 14, ({ record }) => record.enriched.frequency ?? null],
  ["modo_representacion", 20, ({ item }) => item.mode],
  [
    "modo_representacion_unidades",
    30,
    ({ item, record }) => MODES[item.mode].units ?? text(record.field.units),
  ],
  [
    "agregacion",
    14,
    ({ item, record }, { request }) =>
      record.observations.frequency === request.target ? null : item.aggregation,
  ],
  ["catalogo_id", 16, ({ record }) => record.catalogId],
  ["catalogo_titulo", 30, ({ context }) => text(context.catalog.title)],
  ["dataset_id", 14, ({ record }) => record.datasetId],
  ["dataset_titulo", 30, ({ context }) => text(context.dataset.title)],
  ["dataset_fuente", 30, ({ context }) => text(context.dataset.source)],
  ["dataset_responsable", 30, ({ context }) => publisherName(context.dataset)],
  ["distribucion_id", 16, ({ record }) => record.distributionId],
  ["distribucion_titulo", 30, ({ context }) => text(context.distribution.title)],
  ["distribucion_url_descarga", 40, ({ context }) => text(context.distribution.downloadURL)],
  ["serie_indice_inicio", 14, ({ record }) => date(record.enriched.time_index_start)],
  ["serie_indice_final", 14, ({ record }) => date(record.enriched.time_index_end)],
  ["serie_valores_cant", 12, ({ record }) => record.observations.values.length],
  [
    "serie_dias_no_cubiertos",
    12,
    ({ record }, { today }) => freshnessOf(record, today)?.daysWithoutData ?? null,
  ],
  ["serie_actualizada", 12, ({ record }, { today }) => freshnessOf(record, today)?.isUpdated ?? null],
  ["serie_proximo_valor", 14, ({ record }, { today }) => {
    const fresh = freshnessOf(record, today);
    return fresh ? { day: fresh.nextExpected } : null;
  }],
  ["serie_ultima_cosecha", 26, ({ times }) => moment(times?.lastHarvest)],
  ["serie_ultimo_cambio", 26, ({ times }) => moment(times?.lastChange)],
];

function metadataSheet(answer: WorkbookAnswer): Sheet {
  return {
    name: "metadatos",
    header: METADATA.map(([title]) => title),
    widths: METADATA.map(([, width]) => width),
    rows: answer.columns.map((column) =>
      METADATA.map(([, , cell]) => cell({ ...column, context: column.context! }, answer))
    ),
  };
}

/** Sources in the order of the columns, each with its series counted once. */
function sourcesSheet({ columns, snapshot, url }: WorkbookAnswer): Sheet {
  const bySource = Map.groupBy(columns, ({ context }) => text(context!.dataset.source));
  return {
    name: "fuentes",
    header: ["dataset_fuente", "series_cant", "licencia", "pedido", "instantanea", "publicada"],
    widths: [40, 12, 30, 60, 30, 26],
    rows: [...bySource].map(([source, own]): Cell[] => [
      source,
      new Set(own.map(({ record }) => record.id)).size,
      [...new Set(own.map(({ context }) => licence(context!)))].filter(Boolean).join(", "),
      url,
      snapshot.name,
      isoMoment(snapshot.publishedAt),
    ]),
  };
}

const licence = ({ catalog, dataset, distribution }: SeriesContext): string =>
  text(dataset.license) || text(distribution.license) || text(catalog.license);
