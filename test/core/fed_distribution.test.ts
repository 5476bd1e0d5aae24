// What becomes of a catalog's reading when this installation feeds some of its distributions.

import { expect, test } from "vitest";
import { type FedDistribution, withFed } from "../../src/core/fed_distribution.ts";
import { dataset, distribution, reading } from "../store/example_catalog.ts";

const fed = (datasetId: string, id: string, title = "ours"): FedDistribution => ({
  catalogId: "c",
  metadata: { title },
  dataset: dataset(datasetId, { title }),
  distribution: distribution(datasetId, id, ["a"], { title }),
});

const CATALOG = reading([
  distribution("d1", "1", ["x"]),
  distribution("d1", "2", ["y"]),
  distribution("d2", "1", ["z"]),
]);

/** Everything by id, each with whose metadata it has. */
function told(ours: readonly FedDistribution[]) {
  const whose = ({ title }: { title?: unknown }) =>
    ["ours", "others"].includes(String(title)) ? title : "its";
  const { metadata, datasets, distributions } = withFed(CATALOG, ours);
  return [
    whose(metadata),
    ...datasets.map(({ id, metadata }) => `${id} ${whose(metadata)}`),
    ...distributions.map(({ datasetId, id, metadata }) => `${datasetId}/${id} ${whose(metadata)}`),
  ].join(", ");
}

test.each([
  { why: "nothing is fed", ours: [], is: "its, d1 its, d2 its, d1/1 its, d1/2 its, d2/1 its" },
  {
    why: "one of several takes its place alone",
    ours: [fed("d1", "2")],
    is: "its, d1 its, d2 its, d1/1 its, d1/2 ours, d2/1 its",
  },
  {
    why: "the same id in another dataset is another",
    ours: [fed("d2", "1")],
    is: "its, d1 its, d2 ours, d1/1 its, d1/2 its, d2/1 ours",
  },
  {
    why: "one more stands with those of its dataset",
    ours: [fed("d1", "3")],
    is: "its, d1 its, d2 its, d1/1 its, d1/2 its, d1/3 ours, d2/1 its",
  },
  {
    why: "another dataset comes last, with its metadata",
    ours: [fed("d3", "1")],
    is: "its, d1 its, d2 its, d3 ours, d1/1 its, d1/2 its, d2/1 its, d3/1 ours",
  },
  {
    why: "of a catalog where all are fed, the first tells it",
    ours: [fed("d1", "1"), fed("d1", "2", "others"), fed("d2", "1", "others")],
    is: "ours, d1 ours, d2 others, d1/1 ours, d1/2 others, d2/1 others",
  },
])("withFed: $why", ({ ours, is }) => {
  expect(told(ours)).toBe(is);
});
