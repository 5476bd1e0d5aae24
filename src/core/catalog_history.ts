// A catalog with everything it ever had, and the runs that brought and last changed it: what reports tell of. Without
// values.

import type { JsonObject } from "./json.ts";

export type EntityHistory = {
  readonly metadata: JsonObject;
  /** Whether its catalog named it when last read; of a catalog, whether it could be read. */
  readonly present: boolean;
  /** The run that first named it. */
  readonly createdRun: number;
  /** The run that last changed its metadata, those of anything in it, or values. */
  readonly changedRun: number;
};

export type DatasetHistory = EntityHistory & {
  readonly id: string;
  /** Whether it may be harvested. */
  readonly federable: boolean;
};

export type DistributionHistory = EntityHistory & {
  readonly datasetId: string;
  readonly id: string;
  /** Why its last reading was refused. */
  readonly fault: string | null;
};

/** A field, the time index too. */
export type FieldHistory = EntityHistory & {
  readonly datasetId: string;
  readonly distributionId: string;
  readonly title: string;
  /** Empty where the publisher gave none. */
  readonly id: string;
};

/** A series that is available. */
export type AvailableSeries = {
  readonly datasetId: string;
  readonly distributionId: string;
  readonly id: string;
  /** The run of its last version. */
  readonly changedRun: number;
  /** Values that it has, missing ones not counted. */
  readonly values: number;
};

/** Everything by ids, in no order that counts. */
export type CatalogHistory = EntityHistory & {
  /** Why its last reading failed. */
  readonly fault: string | null;
  /** The run that last tried to read it. */
  readonly readRun: number;
  /** Whether it could ever be read. */
  readonly known: boolean;
  readonly datasets: readonly DatasetHistory[];
  readonly distributions: readonly DistributionHistory[];
  readonly fields: readonly FieldHistory[];
  readonly series: readonly AvailableSeries[];
};

const distributionKey = (datasetId: string, id: string) => JSON.stringify([datasetId, id]);

/** Engines keep of each entity the run of its own last change: this tells of what is below it as well. */
export function withChangesBelow(own: CatalogHistory): CatalogHistory {
  const bySeries = new Map<string, number>();
  const byDistribution = new Map<string, number>();
  const byDataset = new Map<string, number>();
  const raise = (runs: Map<string, number>, key: string, run: number) =>
    runs.set(key, Math.max(runs.get(key) ?? 0, run));
  for (const { datasetId, distributionId, id, changedRun } of own.series) {
    raise(bySeries, JSON.stringify([datasetId, distributionId, id]), changedRun);
    raise(byDistribution, distributionKey(datasetId, distributionId), changedRun);
  }
  const fields = own.fields.map((field) => {
    const { datasetId, distributionId, id, changedRun } = field;
    raise(byDistribution, distributionKey(datasetId, distributionId), changedRun);
    // A series goes with the field that names it now.
    const ofValues = field.present
      ? bySeries.get(JSON.stringify([datasetId, distributionId, id]))
      : undefined;
    return { ...field, changedRun: Math.max(changedRun, ofValues ?? 0) };
  });
  const distributions = own.distributions.map((distribution) => {
    const { datasetId, id, changedRun } = distribution;
    const run = Math.max(changedRun, byDistribution.get(distributionKey(datasetId, id)) ?? 0);
    raise(byDataset, datasetId, run);
    return { ...distribution, changedRun: run };
  });
  const datasets = own.datasets.map((dataset) => ({
    ...dataset,
    changedRun: Math.max(dataset.changedRun, byDataset.get(dataset.id) ?? 0),
  }));
  const changedRun = Math.max(own.changedRun, ...new Set(datasets.map(({ changedRun }) => changedRun)));
  return { ...own, changedRun, datasets, distributions, fields };
}
