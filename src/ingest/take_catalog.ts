// Takes a catalog's reading in: stores its entities, counts what changed, and answers the distributions whose
// files are to be read, each with what must be known before.

import type { HarvestStore, RunRef, StoredCatalog, StoredDistribution } from "../core/canonical_store.ts";
import type { CatalogReading, DistributionKey, DistributionReading } from "../core/catalog.ts";
import { FED_SOURCE, fedKey, feeds, withFed } from "../core/fed_distribution.ts";
import { namersOfIds } from "./claimed_ids.ts";
import { distributionUrl } from "./distribution_url.ts";
import type { Harvest } from "./harvest_context.ts";
import { type NodeDraft, noteDataset, seriesFields } from "./node_draft.ts";
import type { CatalogRead } from "./read_node.ts";

/** A distribution about to be read, with what must be known before. */
export type DistributionJob = {
  readonly key: DistributionKey;
  readonly reading: DistributionReading;
  readonly stored?: StoredDistribution;
  /** Absolute; undefined when it cannot be had, see `urlFault`. */
  readonly url?: string;
  readonly urlFault?: string;
  /** Whether the server has to prove who it is. */
  readonly verifyTls: boolean;
  readonly takenIds: ReadonlySet<string>;
  /** One of its series is another's until now: it is indexed even where nothing of it changed. */
  readonly takesOver: boolean;
  /** Fields whose metadata differs from the stored. */
  readonly changedFields: ReadonlySet<string>;
};

/** Stores the entities of a reading and answers its distributions to be read. */
export async function takeCatalog(
  draft: NodeDraft,
  { stored, reading: read, faults, warnings, source, text }: CatalogRead,
  { store, only, fed = [], feeding }: Harvest,
  run: RunRef,
  claims: Map<string, string>,
): Promise<DistributionJob[]> {
  const { catalogId, url, newDatasetsFederable = true } = draft.node;
  draft.warnings.push(...warnings.map((text) => `${catalogId}: ${text}`));
  for (const { message, ...place } of faults) {
    draft.faults.push({ ...place, catalogId, url, errors: [message] });
    if (place.level === "dataset") noteDataset(draft, place.datasetId ?? message, "failed");
    if (place.level === "distribution") draft.counts.distributions.failed++;
  }
  const fedHere = fed.filter((one) => one.catalogId === catalogId);
  const reading = withFed(read, fedHere);
  if (reading.distributions.length === 0 && faults.length === 0) {
    draft.warnings.push(`No fueron encontrados series de tiempo en el catálogo ${catalogId}`);
  }
  const decided = new Map(stored?.datasets.map((dataset) => [dataset.id, dataset]));
  const isFederable = ({ datasetId }: DistributionReading) => {
    const { federable = false, switchedOff = false } = decided.get(datasetId) ?? {};
    return federable || (newDatasetsFederable && !switchedOff);
  };
  const indexed = reading.distributions.filter(isFederable);
  const { taken, takingOver } = await claimIds(catalogId, indexed, store, claims);
  noteEntityChanges(draft, reading, stored);
  await store.saveReading(run, catalogId, reading, source, { newDatasetsFederable, ...(text && { text }) });

  // What is wrong with the catalog's own address stays wrong.
  if (feeding && stored?.fault) await store.saveCatalogFault(run, catalogId, stored.fault);

  const storedByKey = new Map(stored?.distributions.map((d) => [entityKey(d), d]));
  const wanted = feeding ? fedKey(feeding) : only;
  const chosen = wanted === undefined ? indexed : indexed.filter((one) => isOwner(wanted, catalogId, one));
  const isFed = (distribution: DistributionReading) => fedHere.some((one) => feeds(one, distribution));
  const left = feeding ? [] : chosen.filter(isFed);
  for (const { fields } of left) {
    draft.counts.distributions.unchanged++;
    draft.counts.series.unchanged += seriesFields(fields).length;
  }
  return chosen.filter((one) => !left.includes(one)).map((distribution): DistributionJob => {
    const before = storedByKey.get(entityKey(distribution));
    const address = feeding ? { url: FED_SOURCE } : distributionUrl(distribution, url);
    return {
      key: { catalogId, datasetId: distribution.datasetId, distributionId: distribution.id },
      reading: distribution,
      ...(before && { stored: before }),
      ...address,
      takenIds: taken.get(distribution)!,
      verifyTls: draft.node.verifyTls ?? true,
      takesOver: takingOver.has(distribution),
      changedFields: changedFields(distribution, before),
    };
  });
}

const entityKey = ({ datasetId, id }: { datasetId: string; id: string }) => JSON.stringify([datasetId, id]);

/**
 * Ids that each distribution may not publish: another of the catalog names them, or an owner elsewhere has them.
 * Beside them the distributions that name an id whose values another distribution brought.
 */
async function claimIds(
  catalogId: string,
  distributions: readonly DistributionReading[],
  store: HarvestStore,
  claims: Map<string, string>,
): Promise<{ taken: Map<DistributionReading, Set<string>>; takingOver: Set<DistributionReading> }> {
  const namedBy = namersOfIds(distributions);
  const owners = await store.owners([...namedBy.keys()]);
  const taken = new Map(distributions.map((distribution) => [distribution, new Set<string>()]));
  const takingOver = new Set<DistributionReading>();
  for (const [id, namers] of namedBy) {
    const owner = owners.get(id);
    const heldElsewhere = owner !== undefined && owner.present && owner.catalogId !== catalogId;
    const claimant = claims.get(id) ?? catalogId;
    if (!heldElsewhere && !claims.has(id)) claims.set(id, catalogId);
    if (namers.size > 1 || heldElsewhere || claimant !== catalogId) {
      for (const namer of namers) taken.get(namer)!.add(id);
    }
    for (const namer of namers) if (owner && !isOwner(owner, catalogId, namer)) takingOver.add(namer);
  }
  return { taken, takingOver };
}

function isOwner(owner: DistributionKey, catalogId: string, { datasetId, id }: DistributionReading): boolean {
  return owner.catalogId === catalogId && owner.datasetId === datasetId && owner.distributionId === id;
}

function changedFields(reading: DistributionReading, stored: StoredDistribution | undefined): Set<string> {
  const before = new Map(
    stored?.fields.map(({ title, id, metadata }) => [`${title}\n${id}`, JSON.stringify(metadata)]),
  );
  const changed = reading.fields.filter(({ title, id, metadata }) => {
    const old = before.get(`${title}\n${id}`);
    return old !== undefined && old !== JSON.stringify(metadata);
  });
  return new Set(changed.map(({ id }) => id));
}

/** Counts what the metadata alone tells: new, changed and discontinued entities. */
function noteEntityChanges(
  draft: NodeDraft,
  reading: CatalogReading,
  stored: StoredCatalog | undefined,
): void {
  const { counts } = draft;
  draft.catalogChanged = stored !== undefined &&
    JSON.stringify(stored.metadata) !== JSON.stringify(reading.metadata);
  counts.catalogs[stored?.source ? "unchanged" : "new"] = 1;
  const before = new Map(stored?.datasets.map((dataset) => [dataset.id, dataset]));
  for (const { id, metadata, themes } of reading.datasets) {
    const old = before.get(id);
    const same = old?.present &&
      JSON.stringify([old.metadata, old.themes]) === JSON.stringify([metadata, themes]);
    noteDataset(draft, id, old === undefined ? "new" : same ? "unchanged" : "changed");
  }
  const datasets = new Set(reading.datasets.map(({ id }) => id));
  counts.datasets.discontinued =
    [...before.values()].filter(({ id, present }) => present && !datasets.has(id)).length;
  const distributions = new Set(reading.distributions.map(entityKey));
  const ids = new Set(reading.distributions.flatMap(({ fields }) => fields.map(({ id }) => id)));
  for (const distribution of stored?.distributions ?? []) {
    if (distribution.present && !distributions.has(entityKey(distribution))) {
      counts.distributions.discontinued++;
    }
    counts.series.discontinued += seriesFields(distribution.fields.filter(({ present }) =>
      present
    )).filter(({ id }) => !ids.has(id)).length;
  }
}
