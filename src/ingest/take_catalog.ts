// Takes a catalog's reading in: stores its entities, counts what changed, and answers the distributions whose
// files are to be read, each with what must be known before.

import type { HarvestStore, RunRef, StoredCatalog, StoredDistribution } from "../core/canonical_store.ts";
import {
  type CatalogReading,
  type DistributionKey,
  type DistributionReading,
  isTimeIndex,
} from "../core/catalog.ts";
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
  readonly takenIds: ReadonlySet<string>;
  /** Fields whose metadata differs from the stored. */
  readonly changedFields: ReadonlySet<string>;
};

/** Stores the entities of a reading and answers its distributions to be read. */
export async function takeCatalog(
  draft: NodeDraft,
  { stored, reading, faults, warnings, source }: CatalogRead,
  { store }: Harvest,
  run: RunRef,
  claims: Map<string, string>,
): Promise<DistributionJob[]> {
  const { catalogId, url } = draft.node;
  draft.warnings.push(...warnings.map((text) => `${catalogId}: ${text}`));
  for (const { message, ...place } of faults) {
    draft.faults.push({ ...place, catalogId, url, errors: [message] });
    if (place.level === "dataset") noteDataset(draft, place.datasetId ?? message, "failed");
    if (place.level === "distribution") draft.counts.distributions.failed++;
  }
  if (reading.distributions.length === 0 && faults.length === 0) {
    draft.warnings.push(`No fueron encontrados series de tiempo en el catálogo ${catalogId}`);
  }
  const federable = new Set(reading.datasets.map(({ id }) => id));
  for (const dataset of stored?.datasets ?? []) if (!dataset.federable) federable.delete(dataset.id);

  const indexed = reading.distributions.filter(({ datasetId }) => federable.has(datasetId));
  const takenIds = await claimIds(catalogId, indexed, store, claims);
  noteEntityChanges(draft, reading, stored);
  await store.saveReading(run, catalogId, reading, source);

  const storedByKey = new Map(stored?.distributions.map((d) => [entityKey(d), d]));
  return indexed.map((distribution): DistributionJob => {
    const before = storedByKey.get(entityKey(distribution));
    const address = distributionUrl(distribution, url);
    return {
      key: { catalogId, datasetId: distribution.datasetId, distributionId: distribution.id },
      reading: distribution,
      ...(before && { stored: before }),
      ...address,
      takenIds: takenIds.get(distribution)!,
      changedFields: changedFields(distribution, before),
    };
  });
}

const entityKey = ({ datasetId, id }: { datasetId: string; id: string }) => JSON.stringify([datasetId, id]);

/** Ids that each distribution may not publish: another of the catalog names them, or an owner elsewhere has them. */
async function claimIds(
  catalogId: string,
  distributions: readonly DistributionReading[],
  store: HarvestStore,
  claims: Map<string, string>,
): Promise<Map<DistributionReading, Set<string>>> {
  const namedBy = new Map<string, Set<DistributionReading>>();
  for (const distribution of distributions) {
    for (const { id, title, metadata } of distribution.fields) {
      // The replaced rule looks away from fields titled like the conventional time index.
      if (id === "" || isTimeIndex(metadata) || title === "indice_tiempo") continue;
      if (!namedBy.has(id)) namedBy.set(id, new Set());
      namedBy.get(id)!.add(distribution);
    }
  }
  const owners = await store.owners([...namedBy.keys()]);
  const taken = new Map(distributions.map((distribution) => [distribution, new Set<string>()]));
  for (const [id, namers] of namedBy) {
    const owner = owners.get(id);
    const heldElsewhere = owner !== undefined && owner.present && owner.catalogId !== catalogId;
    const claimant = claims.get(id) ?? catalogId;
    if (!heldElsewhere && !claims.has(id)) claims.set(id, catalogId);
    if (namers.size > 1 || heldElsewhere || claimant !== catalogId) {
      for (const namer of namers) taken.get(namer)!.add(id);
    }
  }
  return taken;
}

/** Where a distribution's file is. Only a catalog that is a file itself may name files. */
function distributionUrl(
  { metadata }: DistributionReading,
  catalogUrl: string,
): { url?: string; urlFault?: string } {
  const text = typeof metadata.downloadURL === "string" ? metadata.downloadURL.trim() : "";
  if (text === "") return { urlFault: "DownloadURL no encontrado" };
  let url: URL;
  try {
    url = new URL(text, catalogUrl);
  } catch {
    return { urlFault: `downloadURL no es una dirección válida: "${text}"` };
  }
  const local = catalogUrl.startsWith("file:");
  if (["http:", "https:"].includes(url.protocol) || (local && url.protocol === "file:")) {
    return { url: url.href };
  }
  return {
    urlFault: url.protocol === "file:"
      ? `Un catálogo leído de la red no puede nombrar archivos locales: "${text}"`
      : `downloadURL debe ser http o https: "${text}"`,
  };
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
