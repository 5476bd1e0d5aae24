// What the replaced system recorded wrongly about our own copies of the catalog fixtures, one row a value. A
// deviation that is not here, and a row that is no deviation any more, both fail.

import type { Deviation } from "./catalog_series.ts";
import type { Difference } from "./compare.ts";

export type KnownDifference = Deviation & { readonly catalog: string; readonly why: string };

const SEMESTERS_FROM_FIRST_MONTH =
  "series-api 12 semester-alignment, catalog-harvest 4.1: half-years were counted from the first month of the series";
const DAILY_LAST_SEMESTER =
  "series-api 12 semester-alignment, catalog-harvest 4.1: daily series lost their last, complete half-year";
const HALF_YEARLY_SHIFT =
  "series-api 12 semester-series-shift: half-yearly series were relabelled, years judged by the old months";
const OWN_END = "catalog-harvest 5: days were counted from the end of the file, not of the series";

type Row = readonly [key: string, reference: Deviation["reference"], right: Deviation["right"]];

const of = (catalog: string, series: string, why: string, rows: readonly Row[]): KnownDifference[] =>
  rows.map(([key, reference, right]) => ({ catalog, series, key, reference, right, why }));

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  ...of("indexing/ipc_data.json", "serie_inflacion", SEMESTERS_FROM_FIRST_MONTH, [
    ["documents semester/avg", 3, 5],
    ["values semester/avg", "2017-01-01 value 127.46570000000001", "2017-01-01 value 106.20321666666666"],
    ["documents semester/sum", 3, 5],
    ["values semester/sum", "2017-01-01 value 764.7942", "2017-01-01 value 637.2193"],
    ["documents semester/end_of_period", 3, 5],
    ["values semester/end_of_period", "2017-01-01 value 134.9794", "2017-01-01 value 110.6653"],
  ]),
  ...of("datajsonar/distribution_daily_periodicity.json", "89.2_TS_INTE_PM_0_D_16", DAILY_LAST_SEMESTER, [
    ["documents semester/avg", 2, 3],
    ["documents semester/sum", 2, 3],
    ["documents semester/end_of_period", 2, 3],
  ]),
  ...of("edge/semester_in_phase.json", "edge_semester_in_phase_1", HALF_YEARLY_SHIFT, [
    ["values semester/avg", "2015-01-01 value sin período", "2015-01-01 value 10"],
  ]),
  ...of("edge/semester_out_of_phase.json", "edge_semester_out_of_phase_1", HALF_YEARLY_SHIFT, [
    ["documents year/avg", 1, 2],
    ["values year/avg", "2015-01-01 value sin período", "2015-01-01 value 11"],
    ["documents year/sum", 1, 2],
    ["values year/sum", "2015-01-01 value sin período", "2015-01-01 value 22"],
    ["documents year/end_of_period", 1, 2],
    ["values year/end_of_period", "2015-01-01 value sin período", "2015-01-01 value 12"],
  ]),
  ...of("edge/monthly_blanks_both_ends.json", "edge_monthly_blanks_both_ends_1", OWN_END, [
    ["days_without_data", 2754, 2905],
  ]),
  ...of("edge/monthly_blanks_both_ends.json", "edge_monthly_blanks_both_ends_1", SEMESTERS_FROM_FIRST_MONTH, [
    ["documents semester/avg", 1, 3],
    ["values semester/avg", "2010-07-01 value sin período", "2010-07-01 value 105.25"],
    ["documents semester/sum", 1, 3],
    ["values semester/sum", "2010-07-01 value sin período", "2010-07-01 value 631.5"],
    ["documents semester/end_of_period", 1, 3],
    ["values semester/end_of_period", "2010-07-01 value sin período", "2010-07-01 value 109"],
  ]),
  ...of("edge/monthly_partial_years.json", "edge_monthly_partial_years_1", SEMESTERS_FROM_FIRST_MONTH, [
    ["documents semester/avg", 6, 7],
    ["values semester/avg", "2014-07-01 value sin período", "2014-07-01 value 104.59450933333333"],
    ["documents semester/sum", 6, 7],
    ["values semester/sum", "2014-07-01 value sin período", "2014-07-01 value 627.567056"],
    ["documents semester/end_of_period", 6, 7],
    ["values semester/end_of_period", "2014-07-01 value sin período", "2014-07-01 value 107.213535"],
  ]),
  ...of("edge/daily_two_full_years.json", "edge_daily_two_full_years_1", DAILY_LAST_SEMESTER, [
    ["documents semester/avg", 3, 4],
    ["values semester/avg", "2019-07-01 value sin período", "2019-07-01 value 52.36122282608694"],
    ["documents semester/sum", 3, 4],
    ["values semester/sum", "2019-07-01 value sin período", "2019-07-01 value 9634.464999999997"],
    ["documents semester/end_of_period", 3, 4],
    ["values semester/end_of_period", "2019-07-01 value sin período", "2019-07-01 value 56.8433"],
  ]),
  ...of("edge/year_month_dates.json", "edge_year_month_dates_1", SEMESTERS_FROM_FIRST_MONTH, [
    ["documents semester/avg", 0, 2],
    ["values semester/avg", "2018-01-01 value sin período", "2018-01-01 value 5.625"],
    ["documents semester/sum", 0, 2],
    ["values semester/sum", "2018-01-01 value sin período", "2018-01-01 value 33.75"],
    ["documents semester/end_of_period", 0, 2],
    ["values semester/end_of_period", "2018-01-01 value sin período", "2018-01-01 value 8.75"],
  ]),
];

/** Deviations that no row knows, and rows that met none. */
export function knownDifferenceFaults(catalog: string, deviations: readonly Deviation[]): Difference[] {
  const known = KNOWN_DIFFERENCES.filter((row) => row.catalog === catalog);
  const same = (a: Deviation, b: Deviation) =>
    a.series === b.series && a.key === b.key && a.reference === b.reference && a.right === b.right;
  const missing = deviations.filter((found) => !known.some((row) => same(row, found)));
  const stale = known.filter((row) => !deviations.some((found) => same(row, found)));
  return [
    ...missing.map(({ series, key, reference, right }) => ({
      path: `${series} ${key}`,
      expected: `una fila de known_differences.ts: referencia ${reference}, correcto ${right}`,
      got: "ninguna",
    })),
    ...stale.map(({ series, key, reference, right }) => ({
      path: `${series} ${key}`,
      expected: `la diferencia conocida: referencia ${reference}, correcto ${right}`,
      got: "ninguna diferencia así",
    })),
  ];
}
