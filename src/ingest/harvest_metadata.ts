// One distribution in a harvest of metadata alone: what its catalog says of it is judged and counted, its file is left
// unread, and the values that it brought stay as they are.

import type { RunRef, StoredDistribution } from "../core/canonical_store.ts";
import { declaredFrequency, type FieldReading, timeIndexOf } from "../core/catalog.ts";
import { frequencyFault } from "./distribution.ts";
import { distributionUrl, type FileAddress } from "./distribution_url.ts";
import type { Harvest } from "./harvest_context.ts";
import { faultOf, noteFailure } from "./harvest_distribution.ts";
import { type NodeDraft, noteDataset, seriesFields } from "./node_draft.ts";
import { brokenRules } from "./rules.ts";
import type { DistributionJob } from "./take_catalog.ts";

/**
 * Judges and counts one distribution. A fault of its metadata is stored; one that was stored for its metadata, and is
 * mended, is taken away. What was stored for its file stays until the file is read again.
 */
export async function harvestMetadata(
  draft: NodeDraft,
  job: DistributionJob,
  context: Harvest,
  run: RunRef,
): Promise<void> {
  const { key, reading, stored, changedFields } = job;
  const errors = metadataErrors(reading.fields, distributionUrl(reading, draft.node.url), job, context);
  if (errors.length > 0) return await noteFailure(draft, job, errors, context.store, run);
  // Without values it is not taken in yet: that is for the next reading of its file to say.
  if (stored?.source && wasItsMetadata(stored, draft, job, context)) {
    await context.store.saveOutcome(run, key, { kind: "unchanged", source: stored.source });
  }
  const { counts } = draft;
  const known = new Set(stored?.fields.map(({ title, id }) => `${title}\n${id}`));
  const named = seriesFields(reading.fields);
  // Those that join it have no values yet: they are new with the next reading of its file.
  const series = named.filter(({ title, id }) => known.has(`${title}\n${id}`));
  const corrected = series.filter(({ id }) => changedFields.has(id)).length;
  counts.series.changed += corrected;
  counts.series.unchanged += series.length - corrected;
  if (stored === undefined) {
    counts.distributions.new++;
    return;
  }
  const changed = corrected > 0 || series.length < named.length ||
    JSON.stringify(stored.metadata) !== JSON.stringify(reading.metadata);
  counts.distributions[changed ? "changed" : "unchanged"]++;
  if (changed) noteDataset(draft, key.datasetId, "changed");
}

/** What a harvest would refuse the distribution for without opening its file, in the harvest's words. */
function metadataErrors(
  fields: readonly FieldReading[],
  { url, urlFault }: FileAddress,
  { key: { distributionId }, takenIds }: DistributionJob,
  { limits }: Harvest,
): readonly string[] {
  if (url === undefined) return [urlFault];
  const frequency = declaredFrequency(fields);
  if (frequency === undefined) return [frequencyFault(timeIndexOf(fields)!)];
  return brokenRules({ distributionId, frequency, fields, takenIds }, limits);
}

/** Whether a distribution was refused for what its metadata said before, and for nothing in its file. */
function wasItsMetadata(
  stored: StoredDistribution,
  draft: NodeDraft,
  job: DistributionJob,
  context: Harvest,
): boolean {
  const fields = stored.fields.filter(({ present }) => present);
  if (stored.fault === null || timeIndexOf(fields) === undefined) return false;
  const errors = metadataErrors(fields, distributionUrl(stored, draft.node.url), job, context);
  return stored.fault === faultOf(errors);
}
