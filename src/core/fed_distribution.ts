// Distributions that this installation feeds itself: a sequence brings their file, and their entry stands for the
// one that their catalog's publisher may have. Everything else of a catalog stays the publisher's.

import type { CatalogReading, DatasetReading, DistributionKey, DistributionReading } from "./catalog.ts";
import type { JsonObject } from "./json.ts";

export type FedDistribution = {
  readonly catalogId: string;
  /** Of the catalog. */
  readonly metadata: JsonObject;
  readonly dataset: DatasetReading;
  readonly distribution: DistributionReading;
};

/** What stands for an address where the bytes of a fed distribution, or of a catalog that nobody else publishes, came from. */
export const FED_SOURCE = "etl:series_publish";

export const fedKey = ({ catalogId, dataset, distribution }: FedDistribution): DistributionKey => ({
  catalogId,
  datasetId: dataset.id,
  distributionId: distribution.id,
});

/** Whether `fed` is that distribution of its catalog. */
export const feeds = (fed: FedDistribution, { datasetId, id }: DistributionReading): boolean =>
  fed.dataset.id === datasetId && fed.distribution.id === id;

/**
 * A catalog's reading with what is fed of it. The metadata of a dataset or of the catalog are the publisher's as long
 * as it holds a distribution of his; where all are fed, the first of `fed` tells them.
 * Shape: `fed` is of that catalog; distributions of a dataset stay together.
 */
export function withFed(reading: CatalogReading, fed: readonly FedDistribution[]): CatalogReading {
  if (fed.length === 0) return reading;
  const distributions = [...reading.distributions];
  const datasets = [...reading.datasets];
  for (const one of fed) {
    const { id } = one.dataset;
    const at = distributions.findIndex((distribution) => feeds(one, distribution));
    const after = distributions.findLastIndex(({ datasetId }) => datasetId === id);
    if (at >= 0) distributions[at] = one.distribution;
    else distributions.splice(after < 0 ? distributions.length : after + 1, 0, one.distribution);
    if (!datasets.some((dataset) => dataset.id === id)) datasets.push(one.dataset);
  }
  const isFed = (distribution: DistributionReading) => fed.some((one) => feeds(one, distribution));
  const others = new Set(
    distributions.filter((distribution) => !isFed(distribution)).map(({ datasetId }) => datasetId),
  );
  return {
    metadata: others.size > 0 ? reading.metadata : fed[0]!.metadata,
    datasets: datasets.map((dataset) =>
      others.has(dataset.id) ? dataset : fed.find((one) => one.dataset.id === dataset.id)?.dataset ?? dataset
    ),
    distributions,
  };
}
