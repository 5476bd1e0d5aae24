// Indicators of a harvest, by node and in all: how many entities of each level are new, changed, gone, refused, and
// how many observations came and went. Names are the contract's (catalog-harvest 7); those of observations are ours.
//
//   federable:      updated + unchanged + discontinued = federable
//   not federable:  new + from before + discontinued = not federable

import type { AvailableSeries } from "./catalog_history.ts";
import type { ObservationChanges } from "./observations.ts";
import { type Level, LEVELS } from "./report.ts";
import type { ReportedEntities, ReportedEntity } from "./reported_entities.ts";

export type IndicatorRow = {
  /** Spanish, for people. */
  readonly label: string;
  /** Whether it is a part of the row above that is none. */
  readonly isPart?: boolean;
  readonly catalogs?: string;
  readonly datasets?: string;
  readonly distributions?: string;
  readonly series?: string;
  readonly counts: (entity: ReportedEntity) => boolean;
};

/** Rows of the table of indicators; what a level has no name for is not counted of it. */
export const INDICATOR_ROWS = [
  {
    label: "En el catálogo",
    datasets: "datasets_disponibles_cant",
    distributions: "distribuciones_disponibles_cant",
    series: "series_disponibles_cant",
    counts: ({ isDeclared }) => isDeclared,
  },
  {
    label: "En la API",
    catalogs: "catalogos_cant",
    datasets: "datasets_cant",
    distributions: "distribuciones_cant",
    series: "field_cant",
    counts: ({ isServed }) => isServed,
  },
  {
    label: "Con errores",
    catalogs: "catalogos_error_cant",
    datasets: "datasets_error_cant",
    distributions: "distribuciones_error_cant",
    series: "series_error_cant",
    counts: ({ isFailed }) => isFailed,
  },
  {
    label: "Federables",
    datasets: "datasets_indexables_cant",
    distributions: "distribuciones_indexables_cant",
    series: "series_indexables_cant",
    counts: ({ isFederable }) => isFederable,
  },
  {
    label: "actualizados",
    isPart: true,
    catalogs: "catalogos_actualizados_cant",
    datasets: "datasets_actualizados_cant",
    distributions: "distribuciones_actualizadas_cant",
    series: "series_actualizadas_cant",
    counts: ({ isFederable, isUpdated, isPresent }) => isFederable && isUpdated && isPresent,
  },
  {
    label: "sin cambios",
    isPart: true,
    catalogs: "catalogos_no_actualizados_cant",
    datasets: "datasets_no_actualizados_cant",
    distributions: "distribuciones_no_actualizadas_cant",
    series: "series_no_actualizadas_cant",
    counts: ({ isFederable, isUpdated, isPresent }) => isFederable && !isUpdated && isPresent,
  },
  {
    label: "discontinuados",
    isPart: true,
    datasets: "datasets_indexables_discontinuados_cant",
    distributions: "distribuciones_indexables_discontinuadas_cant",
    series: "series_indexables_discontinuadas_cant",
    counts: ({ isFederable, isPresent }) => isFederable && !isPresent,
  },
  {
    label: "No federables",
    datasets: "datasets_no_indexables_cant",
    distributions: "distribuciones_no_indexables_cant",
    series: "series_no_indexables_cant",
    counts: ({ isFederable }) => !isFederable,
  },
  {
    label: "nuevos",
    isPart: true,
    catalogs: "catalogos_nuevos_cant",
    datasets: "datasets_nuevos_cant",
    distributions: "distribuciones_nuevas_cant",
    series: "series_nuevas_cant",
    counts: ({ isFederable, isNew, isPresent }) => !isFederable && isNew && isPresent,
  },
  {
    label: "de antes",
    isPart: true,
    datasets: "datasets_no_indexables_anteriores_cant",
    distributions: "distribuciones_no_indexables_anteriores_cant",
    series: "series_no_indexables_anteriores_cant",
    counts: ({ isFederable, isNew, isPresent }) => !isFederable && !isNew && isPresent,
  },
  {
    label: "discontinuados",
    isPart: true,
    datasets: "datasets_no_indexables_discontinuados_cant",
    distributions: "distribuciones_no_indexables_discontinuadas_cant",
    series: "series_no_indexables_discontinuadas_cant",
    counts: ({ isFederable, isPresent }) => !isFederable && !isPresent,
  },
] as const satisfies readonly IndicatorRow[];

/** Observations that came, differ and went in the run, and how many there are. */
const OBSERVATION_NAMES = [
  "observaciones_nuevas_cant",
  "observaciones_cambiadas_cant",
  "observaciones_quitadas_cant",
  "observaciones_cant",
] as const;

type NameOf<R> = R extends IndicatorRow ? Extract<R[Extract<keyof R, Level>], string> : never;
export type IndicatorName = NameOf<(typeof INDICATOR_ROWS)[number]> | (typeof OBSERVATION_NAMES)[number];
export type Indicators = Readonly<Record<IndicatorName, number>>;

const ROWS: readonly IndicatorRow[] = INDICATOR_ROWS;

/** All of them, in order. */
export const INDICATOR_NAMES = [
  ...LEVELS.flatMap((level) => ROWS.flatMap((row) => row[level] ?? [])),
  ...OBSERVATION_NAMES,
] as readonly IndicatorName[];

/** Indicators of a node. */
export function indicatorsOf(
  entities: ReportedEntities,
  { added, changed, removed }: ObservationChanges,
  series: readonly AvailableSeries[],
): Indicators {
  const figures = new Map<string, number>();
  for (const level of LEVELS) {
    for (const row of ROWS) {
      const name = row[level];
      if (name !== undefined) figures.set(name, entities[level].filter(row.counts).length);
    }
  }
  const values = series.reduce((sum, { values }) => sum + values, 0);
  [added, changed, removed, values].forEach((count, i) => figures.set(OBSERVATION_NAMES[i]!, count));
  return table((name) => figures.get(name)!);
}

/** The global figures: those of the nodes that have any, added up. */
export function addIndicators(all: readonly Indicators[]): Indicators {
  return table((name) => all.reduce((sum, one) => sum + one[name], 0));
}

function table(figure: (name: IndicatorName) => number): Indicators {
  return Object.fromEntries(INDICATOR_NAMES.map((name) => [name, figure(name)])) as Indicators;
}
