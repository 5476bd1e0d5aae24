// What one node's harvest gathers while it runs, and the report it becomes.

import type { FieldReading } from "../core/catalog.ts";
import { isTimeIndex } from "../core/catalog.ts";
import type { ObservationChanges } from "../core/observations.ts";
import { addChanges, type Counts, noCounts, type NodeReport, type ReportedFault } from "../core/report.ts";
import type { HarvestNode } from "./harvest_context.ts";

/** How a dataset may end, the later winning over the earlier. */
const DATASET_OUTCOMES = ["unchanged", "changed", "new", "failed"] as const;
type DatasetOutcome = (typeof DATASET_OUTCOMES)[number];

export type NodeDraft = {
  readonly node: HarvestNode;
  /** Datasets are counted at the end, from `datasets`. */
  readonly counts: Counts;
  readonly datasets: Map<string, DatasetOutcome>;
  readonly observations: ObservationChanges[];
  readonly faults: ReportedFault[];
  readonly warnings: string[];
  catalogChanged: boolean;
};

export function newDraft(node: HarvestNode): NodeDraft {
  return {
    node,
    counts: noCounts(),
    datasets: new Map(),
    observations: [],
    faults: [],
    warnings: [],
    catalogChanged: false,
  };
}

/** Notes what became of a dataset, unless something that weighs more is noted already. */
export function noteDataset(draft: NodeDraft, id: string, outcome: DatasetOutcome): void {
  const weight = (outcome: DatasetOutcome) => DATASET_OUTCOMES.indexOf(outcome);
  const before = draft.datasets.get(id) ?? "unchanged";
  draft.datasets.set(id, weight(outcome) > weight(before) ? outcome : before);
}

/** Fields that are series: they have an id and are not the time index. */
export function seriesFields<F extends FieldReading>(fields: readonly F[]): F[] {
  return fields.filter(({ id, metadata }) => id !== "" && !isTimeIndex(metadata));
}

export function nodeReport({ node, counts, datasets, catalogChanged, ...draft }: NodeDraft): NodeReport {
  for (const outcome of datasets.values()) counts.datasets[outcome]++;
  if (
    counts.catalogs.unchanged === 1 && (catalogChanged || counts.datasets.changed + counts.datasets.new > 0)
  ) {
    Object.assign(counts.catalogs, { changed: 1, unchanged: 0 });
  }
  return {
    catalogId: node.catalogId,
    url: node.url,
    counts,
    observations: addChanges(draft.observations),
    faults: draft.faults,
    warnings: draft.warnings,
  };
}
