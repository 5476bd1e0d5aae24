// The seven representation modes: what a reader sees instead of the plain value. They are computed on the
// collapsed series, over all of it, before any date filter.

import { firstDay, periodOf, periodsPerYear } from "./frequency.ts";
import { type Observations, periodAt } from "./observations.ts";
import { yearBefore } from "./time.ts";

/** Text of `representation_mode_units` (null: the series' own units) and of the CSV headers, by mode. */
export const MODES = {
  value: { units: null, title: "", description: "" },
  change: { units: "Variación respecto del período anterior", title: "_var", description: " (var.)" },
  percent_change: {
    units: "Variación porcentual período anterior",
    title: "_var_pct",
    description: " (var. %)",
  },
  change_a_year_ago: { units: "Variación interanual", title: "_var_ia", description: " (var. interanual)" },
  percent_change_a_year_ago: {
    units: "Variación porcentual interanual",
    title: "_var_pct_ia",
    description: " (var. % interanual)",
  },
  change_since_beginning_of_year: {
    units: "Variación acumulada anual",
    title: "_var_acum",
    description: " (var. acum.)",
  },
  percent_change_since_beginning_of_year: {
    units: "Variación porcentual acumulada anual",
    title: "_var_pct_acum",
    description: " (var. % acum.)",
  },
} as const satisfies Record<string, { units: string | null; title: string; description: string }>;

export type Mode = keyof typeof MODES;

export function isMode(text: string): text is Mode {
  return Object.hasOwn(MODES, text);
}

/** Fractions of the base (0.05 is 5 %), not differences. */
export function isPercentMode(mode: Mode): boolean {
  return mode.startsWith("percent_");
}

/**
 * Position that a value is compared with, or -1 where there is none. `zeroIsNoBase`: a base of exactly 0 makes
 * also the absolute change missing.
 */
type Base = { readonly at: (i: number) => number; readonly zeroIsNoBase: boolean };

function baseOf(o: Observations, mode: Exclude<Mode, "value">): Base {
  if (mode === "change" || mode === "percent_change") return { at: (i) => i - 1, zeroIsNoBase: false };
  const position = (period: number) => {
    const i = (period - o.start) / (o.frequency === "week" ? 7 : 1);
    return Number.isInteger(i) && i >= 0 ? i : -1;
  };
  const dayOf = (i: number) => firstDay(o.frequency, periodAt(o, i));
  if (mode.endsWith("_a_year_ago")) {
    const perYear = periodsPerYear(o.frequency);
    if (perYear !== undefined) return { at: (i) => i - perYear, zeroIsNoBase: false };
    return { at: (i) => position(yearBefore(dayOf(i))), zeroIsNoBase: true };
  }
  const newYear = (i: number) => firstDay("year", periodOf("year", dayOf(i)));
  if (o.frequency === "day" || o.frequency === "week") {
    return { at: (i) => position(newYear(i)), zeroIsNoBase: true };
  }
  return { at: (i) => position(periodOf(o.frequency, newYear(i))), zeroIsNoBase: true };
}

/**
 * Shape: the same periods as `o`; NaN where either value is missing, the base does not exist, or the result is
 * not finite.
 * Units: of the series for the absolute modes, fractions for the percent ones.
 * Source: series-api 4.2; a zero base of the year-ago modes by day or week and of the since-January modes is
 * missing for both kinds ("zero-base-null", kept).
 */
export function represent(o: Observations, mode: Mode): Observations {
  if (mode === "value") return o;
  const base = baseOf(o, mode);
  const percent = isPercentMode(mode);
  const values = new Float64Array(o.values.length);
  for (let i = 0; i < values.length; i++) {
    const at = base.at(i);
    const from = at < 0 ? NaN : o.values[at]!;
    const result = base.zeroIsNoBase && from === 0
      ? NaN
      : percent
      ? (o.values[i]! - from) / from
      : o.values[i]! - from;
    values[i] = Number.isFinite(result) ? result : NaN;
  }
  return { ...o, values };
}
