// Observations as one column on a regular grid: a first period and a value for every period from there on.
// Missing is NaN. A series of working days lives on the grid of all days, with its weekends missing.

import { FREQUENCY, type Frequency, type Period } from "./frequency.ts";

/**
 * Values of consecutive periods.
 * Shape: `values[i]` belongs to `start + i * FREQUENCY[frequency].step`; NaN is missing.
 */
export type Observations = {
  readonly frequency: Frequency;
  readonly start: Period;
  readonly values: Float64Array;
  /** Published Monday to Friday only: decides which neighbours a first or last day lacks. */
  readonly workdays?: boolean;
};

/** Period of position `i`. */
export function periodAt(o: Observations, i: number): Period {
  return o.start + i * FREQUENCY[o.frequency].step;
}

/** Cuts missing values off both ends; interior ones stay. */
export function trim(o: Observations): Observations {
  let from = 0;
  let to = o.values.length;
  while (from < to && Number.isNaN(o.values[from])) from++;
  while (to > from && Number.isNaN(o.values[to - 1])) to--;
  if (from === 0 && to === o.values.length) return o;
  return { ...o, start: periodAt(o, from), values: o.values.subarray(from, to) };
}

/** How two versions of a series differ, counted in values that exist. */
export type ObservationChanges = {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
};

/** Values only in `after`, different in both, only in `before`. Another frequency replaces everything. */
export function compareObservations(
  before: Observations | undefined,
  after: Observations,
): ObservationChanges {
  if (!before || before.frequency !== after.frequency) {
    return { added: countValues(after), changed: 0, removed: before ? countValues(before) : 0 };
  }
  let added = 0, changed = 0, both = 0;
  const offset = after.start - before.start;
  after.values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    const old = before.values[i + offset];
    if (old === undefined || Number.isNaN(old)) added++;
    else {
      both++;
      if (old !== value) changed++;
    }
  });
  return { added, changed, removed: countValues(before) - both };
}

export function countValues(o: Observations): number {
  let count = 0;
  for (const value of o.values) if (!Number.isNaN(value)) count++;
  return count;
}
