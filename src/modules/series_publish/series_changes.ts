// What became of the values of each series, with a few of them before and after, for who looks at what a run changed.

import { FREQUENCY } from "../../core/frequency.ts";
import { label } from "../../core/label.ts";
import { compareObservations, type Observations, periodAt } from "../../core/observations.ts";

export type ValueCounts = { readonly new: number; readonly changed: number; readonly removed: number };

export type SeriesChange = ValueCounts & {
  readonly id: string;
  /** The latest periods that differ, ascending; `null` where there is no value. */
  readonly samples: readonly {
    readonly period: string;
    readonly before: number | null;
    readonly after: number | null;
  }[];
};

const SAMPLES = 3;

/** Undefined where the values are the same. */
export function seriesChange(
  id: string,
  before: Observations | undefined,
  after: Observations,
): SeriesChange | undefined {
  const { added, changed, removed } = compareObservations(before, after);
  if (added + changed + removed === 0) return;
  return { id, new: added, changed, removed, samples: latest(before, after) };
}

function latest(before: Observations | undefined, after: Observations): SeriesChange["samples"] {
  const { frequency } = after;
  const { step } = FREQUENCY[frequency];
  // Of another frequency nothing can be told side by side.
  const old = before?.frequency === frequency ? before : undefined;
  const valueAt = (o: Observations | undefined, period: number) => {
    const value = o?.values[(period - o.start) / step];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  const last = (o: Observations) => periodAt(o, o.values.length - 1);
  const first = Math.min(after.start, old?.start ?? after.start);
  const samples = [];
  for (
    let period = Math.max(last(after), old ? last(old) : -Infinity);
    period >= first && samples.length < SAMPLES;
    period -= step
  ) {
    const values = { before: valueAt(old, period), after: valueAt(after, period) };
    if (values.before !== values.after) samples.unshift({ period: label(frequency, period), ...values });
  }
  return samples;
}
