// Series of a catalog counted by publisher and last value, so that how late they are is told on any day without
// looking at them again.

import type { LateSeries, PublisherTally } from "./activity.ts";
import type { SeriesState } from "./canonical_store.ts";
import { firstLate } from "./freshness_report.ts";

/** Why a file was refused may quote the whole file. */
const ERROR_SHOWN = 300;

/** By publisher name, and in it by frequency and last value; UTF-16 order. */
export function tallyPublishers(catalogId: string, states: readonly SeriesState[]): PublisherTally[] {
  const byName = Map.groupBy(states, ({ publisher }) => publisher);
  return [...byName].sort(([a], [b]) => a < b ? -1 : 1).map(([name, own]) => ({
    catalogId,
    name,
    lastChange: own.reduce((last, { changedAt }) => Math.max(last, changedAt), -Infinity),
    lastValues: countLastValues(own),
    late: firstLate(own.filter(({ present }) => present).map(lateSeries)),
  }));
}

function countLastValues(states: readonly SeriesState[]): PublisherTally["lastValues"] {
  const groups = Map.groupBy(
    states,
    ({ frequency, last, workdays }) => `${frequency} ${last} ${workdays ? 1 : 0}`,
  );
  return [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([, group]) => {
    const { frequency, last, workdays } = group[0]!;
    const present = group.filter((state) => state.present).length;
    return { frequency, last, workdays, present, discontinued: group.length - present };
  });
}

function lateSeries(state: SeriesState): LateSeries {
  const { id, datasetId, distributionId, frequency, last, workdays, fault } = state;
  const error = fault !== null && fault.length > ERROR_SHOWN ? `${fault.slice(0, ERROR_SHOWN)}…` : fault;
  return { id, dataset: datasetId, distribution: distributionId, frequency, last, workdays, error };
}

/** When the series of a catalog last changed: by distribution, and the series that differ from theirs. */
export type ChangeTimes = {
  readonly distributions: readonly (readonly [dataset: string, distribution: string, at: number])[];
  readonly series: readonly (readonly [id: string, at: number])[];
};

/** `states` by distribution, as the store answers them. */
export function changeTimes(states: readonly SeriesState[]): ChangeTimes {
  const distributions: [string, string, number][] = [];
  const series: [string, number][] = [];
  const groups = Map.groupBy(
    states,
    ({ datasetId, distributionId }) => JSON.stringify([datasetId, distributionId]),
  );
  for (const group of groups.values()) {
    const times = Map.groupBy(group, ({ changedAt }) => changedAt);
    const [common] = [...times].reduce((a, b) =>
      b[1].length > a[1].length || (b[1].length === a[1].length && b[0] > a[0]) ? b : a
    );
    distributions.push([group[0]!.datasetId, group[0]!.distributionId, common]);
    for (const { id, changedAt } of group) if (changedAt !== common) series.push([id, changedAt]);
  }
  return { distributions, series };
}
