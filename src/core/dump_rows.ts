// One row of the metadata and sources packages: what a dump tells of a series and of its sources. Rows of values
// take their constant cells from the same facts.

import type { DumpSeries, PublishableContext } from "./canonical_store.ts";
import { type DistributionKey, publisherName } from "./catalog.ts";
import type { Cell, MetadataColumn, SourceColumn } from "./dump_tables.ts";
import { type Enriched, freshness } from "./enriched.ts";
import { FREQUENCY } from "./frequency.ts";
import { hitsText, NO_HITS } from "./hits.ts";
import type { JsonObject } from "./json.ts";
import { dayOfIso, type EpochDay } from "./time.ts";

type Above =
  | "catalogo_id"
  | "dataset_id"
  | "distribucion_id"
  | "distribucion_titulo"
  | "distribucion_descripcion"
  | "distribucion_url_descarga"
  | "dataset_responsable"
  | "dataset_fuente"
  | "dataset_titulo"
  | "dataset_descripcion"
  | "dataset_tema";

/** What the series of one distribution share. */
export type DistributionFacts = Readonly<Record<Above, string>>;

/** Every cell of a series but its values. */
export type SeriesFacts = Readonly<Record<MetadataColumn, Cell>>;

export function distributionFacts(
  key: DistributionKey,
  { dataset, themes, distribution }: PublishableContext["distributions"][number],
): DistributionFacts {
  return {
    catalogo_id: key.catalogId,
    dataset_id: key.datasetId,
    distribucion_id: key.distributionId,
    distribucion_titulo: textOf(distribution, "title"),
    distribucion_descripcion: textOf(distribution, "description"),
    distribucion_url_descarga: textOf(distribution, "downloadURL"),
    dataset_responsable: publisherName(dataset),
    dataset_fuente: textOf(dataset, "source"),
    dataset_titulo: textOf(dataset, "title"),
    dataset_descripcion: textOf(dataset, "description"),
    dataset_tema: (themes ?? []).map((theme) => textOf(theme, "label")).filter((label) => label !== "")
      .join(","),
  };
}

/** `today` is the day that freshness is told of. */
export function seriesFacts(above: DistributionFacts, series: DumpSeries, today: EpochDay): SeriesFacts {
  const { field, present } = series;
  const enriched: Enriched = { ...hitsText(NO_HITS), ...series.enriched };
  const { frequency, workdays } = series.observations;
  const end = dayOfIso(enriched.time_index_end ?? "");
  const fresh = end === undefined ? undefined : freshness(frequency, end, today, workdays);
  const number = (key: string) => enriched[key] === undefined ? null : Number(enriched[key]);
  return {
    ...above,
    serie_id: series.id,
    indice_tiempo_frecuencia: FREQUENCY[frequency].iso,
    serie_titulo: textOf(field, "title"),
    serie_unidades: textOf(field, "units"),
    serie_descripcion: textOf(field, "description"),
    serie_indice_inicio: enriched.time_index_start ?? null,
    serie_indice_final: enriched.time_index_end ?? null,
    serie_valores_cant: number("time_index_size"),
    serie_dias_no_cubiertos: fresh?.daysWithoutData ?? null,
    serie_actualizada: fresh?.isUpdated ?? null,
    serie_valor_ultimo: number("last_value"),
    serie_valor_anterior: number("second_to_last_value"),
    serie_var_pct_anterior: number("last_pct_change"),
    serie_discontinuada: !present,
    consultas_total: number("hits_total"),
    consultas_30_dias: number("hits_30_days"),
    consultas_90_dias: number("hits_90_days"),
    consultas_180_dias: number("hits_180_days"),
  };
}

/** Cells of a row in the order of its columns. */
export function cellsOf<N extends string>(
  columns: readonly N[],
  facts: Readonly<Record<N, Cell>>,
): readonly Cell[] {
  return columns.map((name) => facts[name]);
}

export type SourceFacts = Readonly<Record<SourceColumn, Cell>>;

type Tally = { series: number; values: number; first: string; last: string };

/** Series counted by their source. */
export type SourceTally = {
  add(facts: SeriesFacts): void;
  /** The source with most series first. */
  rows(): SourceFacts[];
};

/** A series without a source is not counted. */
export function sourceTally(): SourceTally {
  const tallies = new Map<string, Tally>();
  return {
    add(facts) {
      const source = facts.dataset_fuente as string;
      if (source === "") return;
      let tally = tallies.get(source);
      if (!tally) tallies.set(source, tally = { series: 0, values: 0, first: "", last: "" });
      tally.series++;
      tally.values += Number(facts.serie_valores_cant ?? 0);
      const { serie_indice_inicio: first, serie_indice_final: last } = facts;
      if (typeof first === "string" && (tally.first === "" || first < tally.first)) tally.first = first;
      if (typeof last === "string" && last > tally.last) tally.last = last;
    },
    rows: () =>
      [...tallies].sort(([a, { series: m }], [b, { series: n }]) => n - m || (a < b ? -1 : 1))
        .map(([source, { series, values, first, last }]) => ({
          dataset_fuente: source,
          series_cant: series,
          valores_cant: values,
          fecha_primer_valor: first || null,
          fecha_ultimo_valor: last || null,
        })),
  };
}

/** A key of metadata where it is text: publishers declare whatever they like. */
function textOf(metadata: JsonObject, key: string): string {
  const value = metadata[key];
  return typeof value === "string" ? value : "";
}
