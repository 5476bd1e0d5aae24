// One distribution's file from address to stored outcome: read, compare, validate, index, count.

import type { HarvestStore, RunRef } from "../core/canonical_store.ts";
import { declaredFrequency, timeIndexOf } from "../core/catalog.ts";
import { FREQUENCY } from "../core/frequency.ts";
import { Problem } from "../core/problem.ts";
import { readCsv } from "./csv.ts";
import { changeKey, frequencyFault, indexSeries } from "./distribution.ts";
import type { Harvest } from "./harvest_context.ts";
import { type NodeDraft, noteDataset, seriesFields } from "./node_draft.ts";
import { brokenRules } from "./rules.ts";
import type { DistributionJob } from "./take_catalog.ts";

/** Reads, validates and stores one distribution. */
export async function harvestDistribution(
  draft: NodeDraft,
  job: DistributionJob,
  context: Harvest,
  run: RunRef,
): Promise<void> {
  const { key, reading, stored, changedFields } = job;
  const { store } = context;
  const outcome = await readDistribution(job, context);
  const { counts } = draft;
  if (outcome.kind === "failed") return await noteFailure(draft, job, outcome.errors, store, run);
  const changes = await store.saveOutcome(run, key, outcome);
  draft.observations.push(changes.observations);
  // The store also tells of series that the distribution had before.
  const named = new Set(reading.fields.map(({ id }) => id));
  const unchanged = changes.unchangedSeries.filter((id) => named.has(id));
  const corrected = unchanged.filter((id) => changedFields.has(id)).length;
  counts.series.new += changes.newSeries.length;
  counts.series.changed += changes.changedSeries.length + corrected;
  counts.series.unchanged += unchanged.length - corrected;
  const metadataChanged = stored !== undefined &&
    (corrected > 0 || JSON.stringify(stored.metadata) !== JSON.stringify(reading.metadata));
  const dataChanged = outcome.kind === "indexed" && outcome.source.hash !== stored?.source?.hash;
  if (stored?.changeKey === undefined) counts.distributions.new++;
  else counts.distributions[metadataChanged || dataChanged ? "changed" : "unchanged"]++;
  if (metadataChanged || dataChanged) noteDataset(draft, key.datasetId, "changed");
  if (outcome.kind === "indexed" && outcome.series.length === 0) {
    draft.warnings.push(
      `No se encontraron series que coincidan con los metadatos en distribución ${key.distributionId} ` +
        `de catálogo ${key.catalogId}`,
    );
  }
}

/** Counts and stores why a distribution is not taken in. */
export async function noteFailure(
  draft: NodeDraft,
  { key, reading, url }: DistributionJob,
  errors: readonly string[],
  store: HarvestStore,
  run: RunRef,
): Promise<void> {
  draft.counts.distributions.failed++;
  draft.counts.series.failed += seriesFields(reading.fields).length;
  noteDataset(draft, key.datasetId, "failed");
  draft.faults.push({ level: "distribution", ...key, ...(url && { url }), errors });
  await store.saveOutcome(run, key, { kind: "failed", fault: faultOf(errors) });
}

/** The fault that is stored of errors. */
export const faultOf = (errors: readonly string[]): string => errors.join("\n\n");

type ReadOutcome =
  | Exclude<Parameters<HarvestStore["saveOutcome"]>[2], { kind: "failed" }>
  | { readonly kind: "failed"; readonly errors: readonly string[] };

async function readDistribution(job: DistributionJob, context: Harvest): Promise<ReadOutcome> {
  const { key, reading, stored, url, urlFault, takenIds } = job;
  const { limits } = context;
  const anew = context.force || job.takesOver;
  const failed = (...errors: string[]): ReadOutcome => ({ kind: "failed", errors });
  if (url === undefined) return failed(urlFault!);
  const frequency = declaredFrequency(reading.fields);
  const index = timeIndexOf(reading.fields)!;
  if (frequency === undefined) return failed(frequencyFault(index));
  const candidate = { distributionId: key.distributionId, frequency, fields: reading.fields, takenIds };
  const known = stored?.source?.url === url && !anew &&
      stored.changeKey === changeKey(stored.source.hash, reading, limits)
    ? stored.source
    : undefined;
  try {
    const answer = await context.readSource({
      url,
      maxBytes: context.maxSourceBytes,
      verifyTls: job.verifyTls,
      ...(known && { validators: known }),
    });
    const source = answer.status === "unchanged"
      ? known!
      : { url, hash: context.sha512(answer.bytes), ...answer.validators };
    const sameData = answer.status === "unchanged" ||
      (!anew && stored?.changeKey === changeKey(source.hash, reading, limits));
    const table = sameData ? undefined : readCsv(answer.bytes, index.title);
    const errors = brokenRules({ ...candidate, ...(table && { table }) }, limits);
    if (errors.length > 0) return failed(...errors);
    if (!table) return { kind: "unchanged", source };
    return {
      kind: "indexed",
      source,
      changeKey: changeKey(source.hash, reading, limits),
      series: indexSeries(reading, frequency, table),
      enriched: {
        frequency: FREQUENCY[frequency].iso,
        last_hash: source.hash,
        // Said of the reading that brought these bytes, which were new then: the same data is published the same.
        changed: "True",
      },
    };
  } catch (error) {
    if (error instanceof Problem) return failed(error.message);
    throw error;
  }
}
