// The canonical store and the journal in plain maps, for tests and for programs that keep nothing. They answer
// what the stores on disk answer: metadata is kept as JSON text, and a method that fails leaves nothing behind.
// Long because an engine imports core alone: this one has no folder, so it is one file.

import type {
  ActivityStore,
  CanonicalStore,
  DistributionOutcome,
  DumpSeries,
  DumpStore,
  HarvestStore,
  HistoryStore,
  InventoryStore,
  NetworkStore,
  Owner,
  Publication,
  PublishableContext,
  PublishStore,
  Purged,
  PurgeTarget,
  ReadingOptions,
  ReportStore,
  RunRef,
  SeriesEntity,
  SeriesState,
  SettingsStore,
  StoredCatalog,
  StoredChanges,
  StoredNode,
  Version,
} from "../core/canonical_store.ts";
import {
  type CatalogReading,
  type DistributionKey,
  type FieldReading,
  publisherName,
} from "../core/catalog.ts";
import { withChangesBelow } from "../core/catalog_history.ts";
import type { Enriched } from "../core/enriched.ts";
import { ALREADY_ASKED, type Journal, type Run } from "../core/journal.ts";
import type { JsonObject } from "../core/json.ts";
import { firstLabel, lastLabel } from "../core/label.ts";
import { compareObservations, countValues, type ObservationChanges } from "../core/observations.ts";
import { packObservations, unpackObservations } from "../core/packed.ts";
import { HIT_WINDOWS } from "../core/hits.ts";
import {
  type DailyHits,
  type LogPosition,
  lostLogPosition,
  openQueries,
  type PopularityStore,
  sumQueries,
} from "../core/popularity_store.ts";
import { Problem } from "../core/problem.ts";
import { checkAliases, type SearchDocument, type SearchSettings } from "../core/search.ts";
import { searchDataset, searchDocument } from "../core/search_document.ts";
import { checkBoosts, DEFAULT_BOOSTS } from "../core/search_boosts.ts";
import { checkSynonyms, DEFAULT_SYNONYMS } from "../core/synonyms.ts";
import type { CatalogSummary } from "../core/snapshot.ts";

type Sha256 = (bytes: Uint8Array) => string;

type CatalogRow = {
  readonly metadata: string;
  readonly present: boolean;
  readonly fault: string | null;
  readonly source?: string;
  readonly contextPosition: number;
  readonly createdRun: number;
  readonly changedRun: number;
  /** The run that last tried to read it. */
  readonly readRun: number;
};

type DatasetRow = {
  readonly catalogId: string;
  readonly id: string;
  readonly metadata: string;
  readonly themes: string;
  readonly present: boolean;
  readonly position: number;
  readonly federable: boolean;
  readonly switchedOff: boolean;
  readonly createdRun: number;
  readonly changedRun: number;
};

type DistributionRow = DistributionKey & {
  readonly metadata: string;
  readonly enriched: string;
  readonly present: boolean;
  readonly fault: string | null;
  readonly source?: string;
  readonly changeKey?: string;
  readonly position: number;
  /** 0 until it has its first series. */
  readonly dataPosition: number;
  readonly createdRun: number;
  /** The run that last changed it or its fields. */
  readonly changedRun: number;
  /** In the order they were first seen. */
  readonly fields: readonly FieldRow[];
};

type FieldRow = {
  readonly title: string;
  readonly id: string;
  readonly metadata: string;
  readonly present: boolean;
  readonly position: number;
  readonly createdRun: number;
  readonly changedRun: number;
};

type SeriesRow = {
  readonly id: string;
  /** Key of its row. */
  readonly distribution: string;
  readonly title: string;
  readonly hash: string;
  readonly enriched: string;
  /** Place among the columns of the last file that had it. */
  readonly column: number;
};

type Memory = {
  readonly nodes: Map<string, StoredNode>;
  /** Gzipped, by catalog id. */
  readonly texts: Map<string, Uint8Array<ArrayBuffer>>;
  readonly catalogs: Map<string, CatalogRow>;
  readonly datasets: Map<string, DatasetRow>;
  readonly distributions: Map<string, DistributionRow>;
  readonly series: Map<string, SeriesRow>;
  readonly versions: Map<string, readonly Version[]>;
  /** Packed columns by the hash of their bytes. */
  readonly observations: Map<string, Uint8Array>;
  /** Position of the last change. */
  position: number;
  published: Publication | undefined;
  /** Takes back, last first, what the method under way wrote. */
  readonly undo: (() => void)[];
};

/** The ports over nothing but memory; `sha256` names packed observations. */
export function memoryStore(sha256: Sha256): CanonicalStore {
  const memory: Memory = {
    nodes: new Map(),
    texts: new Map(),
    catalogs: new Map(),
    datasets: new Map(),
    distributions: new Map(),
    series: new Map(),
    versions: new Map(),
    observations: new Map(),
    position: 0,
    published: undefined,
    undo: [],
  };
  return {
    ...harvestStore(memory, sha256),
    ...publishStore(memory),
    ...dumpStore(memory),
    ...activityStore(memory),
    ...historyStore(memory),
    ...inventoryStore(memory),
    ...reportStore(memory),
    ...networkStore(memory),
    ...popularityStore(memory),
    close: () => Promise.resolve(),
  };
}

const text = JSON.stringify;
const keyOf = (...ids: string[]) => text(ids);
const rowKey = ({ catalogId, datasetId, distributionId }: DistributionKey) =>
  keyOf(catalogId, datasetId, distributionId);
const byPosition = (a: { position: number }, b: { position: number }) => a.position - b.position;

/** All of `work` or nothing. */
function transaction<T>(memory: Memory, work: () => T): Promise<T> {
  return Promise.try(() => {
    const { undo, position } = memory;
    try {
      return work();
    } catch (error) {
      for (const takeBack of undo.reverse()) takeBack();
      memory.position = position;
      throw error;
    } finally {
      undo.length = 0;
    }
  });
}

function put<T>({ undo }: Memory, table: Map<string, T>, key: string, row: T): void {
  const before = table.get(key);
  undo.push(() => before === undefined ? table.delete(key) : table.set(key, before));
  table.set(key, row);
}

function drop<T>({ undo }: Memory, table: Map<string, T>, key: string): void {
  const before = table.get(key);
  if (before !== undefined) undo.push(() => table.set(key, before));
  table.delete(key);
}

/** Puts a row where it is new or says something else than before; answers whether it does. */
function putChanged<T>(memory: Memory, table: Map<string, T>, key: string, row: T): boolean {
  const changed = text(table.get(key)) !== text(row);
  if (changed) put(memory, table, key, row);
  return changed;
}

function touchData(memory: Memory, distribution: string): void {
  const row = memory.distributions.get(distribution)!;
  put(memory, memory.distributions, distribution, { ...row, dataPosition: ++memory.position });
}

function touchContext(memory: Memory, catalogId: string): void {
  const row = memory.catalogs.get(catalogId)!;
  put(memory, memory.catalogs, catalogId, { ...row, contextPosition: ++memory.position });
}

function distributionOf({ distributions }: Memory, key: DistributionKey): DistributionRow {
  const row = distributions.get(rowKey(key));
  if (!row) {
    throw new Problem("not_found", `Cannot find distribution "${key.distributionId}" of "${key.catalogId}"`);
  }
  return row;
}

function seriesOf({ series }: Memory, distribution: string): SeriesRow[] {
  return [...series.values()].filter((row) => row.distribution === distribution);
}

function harvestStore(memory: Memory, sha256: Sha256): HarvestStore {
  return {
    nodes: () => Promise.resolve([...memory.nodes.values()]),
    saveNodes: (nodes) =>
      transaction(memory, () => {
        for (const { catalogId, url, format, ...flags } of nodes) {
          const before = memory.nodes.get(catalogId);
          put(memory, memory.nodes, catalogId, {
            catalogId,
            url,
            ...(format && { format }),
            federable: flags.federable ?? before?.federable ?? true,
            newDatasetsFederable: flags.newDatasetsFederable ?? before?.newDatasetsFederable ?? true,
            verifyTls: flags.verifyTls ?? before?.verifyTls ?? true,
          });
        }
      }),
    catalog: (catalogId) => Promise.resolve(readCatalog(memory, catalogId)),
    saveReading: (run, catalogId, reading, source, options = {}) =>
      transaction(memory, () => saveReading(memory, run, catalogId, reading, text(source), options)),
    saveCatalogFault: (run, catalogId, fault) =>
      transaction(memory, () => {
        const row = memory.catalogs.get(catalogId) ??
          { metadata: "{}", contextPosition: 0, createdRun: run.id, changedRun: run.id };
        put(memory, memory.catalogs, catalogId, { ...row, present: false, fault, readRun: run.id });
      }),
    owners: (seriesIds) => Promise.resolve(readOwners(memory, seriesIds)),
    saveOutcome: (run, key, outcome) =>
      transaction(memory, () => saveOutcome(memory, sha256, run, key, outcome)),
  };
}

function readCatalog(memory: Memory, catalogId: string): StoredCatalog | undefined {
  const catalog = memory.catalogs.get(catalogId);
  if (!catalog) return undefined;
  const datasets = [...memory.datasets.values()].filter((row) => row.catalogId === catalogId).sort(
    byPosition,
  );
  const distributions = [...memory.distributions.values()].filter((row) => row.catalogId === catalogId)
    .sort(byPosition);
  return {
    metadata: JSON.parse(catalog.metadata),
    present: catalog.present,
    fault: catalog.fault,
    ...(catalog.source && { source: JSON.parse(catalog.source) }),
    hasText: memory.texts.has(catalogId),
    datasets: datasets.map(({ id, metadata, themes, present, federable, switchedOff }) => ({
      id,
      metadata: JSON.parse(metadata),
      themes: JSON.parse(themes),
      present,
      federable,
      switchedOff,
    })),
    distributions: datasets.flatMap(({ id }) => distributions.filter(({ datasetId }) => datasetId === id))
      .map(({ datasetId, distributionId, metadata, present, fault, fields, source, changeKey }) => ({
        datasetId,
        id: distributionId,
        metadata: JSON.parse(metadata),
        present,
        fault,
        fields: fields.toSorted(byPosition).map(({ title, id, metadata, present }) => ({
          title,
          id,
          metadata: JSON.parse(metadata),
          present,
        })),
        ...(source && { source: JSON.parse(source) }),
        ...(changeKey !== undefined && { changeKey }),
      })),
  };
}

function saveReading(
  memory: Memory,
  run: RunRef,
  catalogId: string,
  reading: CatalogReading,
  source: string,
  { newDatasetsFederable = true, text: catalogText }: ReadingOptions,
): void {
  const { catalogs, datasets, distributions } = memory;
  const metadata = text(reading.metadata);
  const before = catalogs.get(catalogId);
  let contextChanged = before?.metadata !== metadata;
  const contextPosition = before?.contextPosition ?? 0;
  const readRun = run.id;
  put(memory, catalogs, catalogId, {
    metadata,
    present: true,
    fault: null,
    source,
    contextPosition,
    createdRun: before?.createdRun ?? run.id,
    changedRun: contextChanged ? run.id : before!.changedRun,
    readRun,
  });

  const seen = new Set<string>();
  reading.datasets.forEach(({ id, metadata, themes }, position) => {
    const key = keyOf(catalogId, id);
    seen.add(key);
    const old = datasets.get(key) ??
      { federable: newDatasetsFederable, switchedOff: false, createdRun: run.id, changedRun: run.id };
    const declared = { metadata: text(metadata), themes: text(themes), present: true, position };
    const before = datasets.get(key);
    const row = { catalogId, id, ...declared, ...flagsOf(old) };
    if (!putChanged(memory, datasets, key, row)) return;
    if (!isSameElsewhere(row, before)) put(memory, datasets, key, { ...row, changedRun: run.id });
    contextChanged = true;
  });
  for (const [key, row] of datasets) {
    if (row.catalogId === catalogId && !seen.has(key)) {
      putChanged(memory, datasets, key, { ...row, present: false });
    }
    if (newDatasetsFederable && seen.has(key) && !row.switchedOff) {
      putChanged(memory, datasets, key, { ...datasets.get(key)!, federable: true });
    }
  }

  reading.distributions.forEach(({ datasetId, id, metadata, fields }, position) => {
    if (!datasets.has(keyOf(catalogId, datasetId))) {
      throw new Error(`No dataset "${datasetId}" in the reading`);
    }
    const key = keyOf(catalogId, datasetId, id);
    seen.add(key);
    const old = distributions.get(key) ?? {
      catalogId,
      datasetId,
      distributionId: id,
      enriched: "{}",
      fault: null,
      dataPosition: 0,
      createdRun: run.id,
      changedRun: run.id,
      fields: [],
    };
    const row = { ...old, metadata: text(metadata), present: true, position };
    const before = distributions.get(key);
    if (putChanged(memory, distributions, key, row)) contextChanged = true;
    const after = fieldsAfter(old.fields, fields, run.id);
    const changedRun = Math.max(
      isSameElsewhere(row, before) ? old.changedRun : run.id,
      ...after.rows.map((field) => field.changedRun),
    );
    put(memory, distributions, key, { ...row, fields: after.rows, changedRun });
    if (after.changed && row.dataPosition > 0) touchData(memory, key);
  });
  for (const [key, row] of distributions) {
    if (row.catalogId !== catalogId || seen.has(key) || !row.present) continue;
    const fields = row.fields.map((field) => ({ ...field, present: false }));
    put(memory, distributions, key, { ...row, present: false, fault: null, fields });
  }
  if (contextChanged) touchContext(memory, catalogId);
  if (catalogText) put(memory, memory.texts, catalogId, catalogText.slice());
}

/** Whether a row is what it was but for its place in the catalog, which is no change of it. */
function isSameElsewhere<T extends { readonly position: number }>(row: T, before: T | undefined): boolean {
  return before !== undefined && text({ ...row, position: 0 }) === text({ ...before, position: 0 });
}

/** What a reading leaves alone, after what it declares: rows are compared as text. */
const flagsOf = (
  { federable, switchedOff, createdRun, changedRun }: Pick<
    DatasetRow,
    "federable" | "switchedOff" | "createdRun" | "changedRun"
  >,
) => ({ federable, switchedOff, createdRun, changedRun });

/** Fields of a distribution after a reading, and whether any that it names is new or says something else. */
function fieldsAfter(
  before: readonly FieldRow[],
  fields: readonly FieldReading[],
  run: number,
): { rows: readonly FieldRow[]; changed: boolean } {
  const old = new Map(before.map((row) => [keyOf(row.title, row.id), row]));
  const rows = new Map([...old].map(([key, row]) => [key, { ...row, present: false }]));
  fields.forEach(({ title, id, metadata }, position) => {
    const key = keyOf(title, id);
    const declared = { title, id, metadata: text(metadata), present: true, position };
    const { createdRun = run, changedRun = run } = old.get(key) ?? {};
    const row = { ...declared, createdRun, changedRun };
    rows.set(key, isSameElsewhere(row, old.get(key)) ? row : { ...row, changedRun: run });
  });
  const changed = [...rows].some(([key, row]) => row.present && text(row) !== text(old.get(key)));
  return { rows: [...rows.values()], changed };
}

function readOwners(memory: Memory, seriesIds: readonly string[]): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const id of seriesIds) {
    const series = memory.series.get(id);
    if (!series) continue;
    const { catalogId, datasetId, distributionId, present, fields } = memory.distributions.get(
      series.distribution,
    )!;
    const named = present && fields.some((field) => field.id === id && field.present);
    owners.set(id, { catalogId, datasetId, distributionId, present: named });
  }
  return owners;
}

const NO_CHANGES: ObservationChanges = { added: 0, changed: 0, removed: 0 };

function saveOutcome(
  memory: Memory,
  sha256: Sha256,
  run: RunRef,
  key: DistributionKey,
  outcome: DistributionOutcome,
): StoredChanges {
  const distribution = rowKey(key);
  const row = distributionOf(memory, key);
  const changes = {
    newSeries: [] as string[],
    changedSeries: [] as string[],
    unchangedSeries: [] as string[],
    observations: { ...NO_CHANGES },
  };
  if (outcome.kind === "failed") {
    put(memory, memory.distributions, distribution, { ...row, fault: outcome.fault });
    return changes;
  }
  const source = text(outcome.source);
  const before = seriesOf(memory, distribution);
  if (outcome.kind === "unchanged") {
    put(memory, memory.distributions, distribution, { ...row, fault: null, source });
    return { ...changes, unchangedSeries: before.map(({ id }) => id) };
  }

  const movedFrom = new Set<string>();
  let dataChanged = false;
  for (const [column, { id, title, observations, enriched }] of outcome.series.entries()) {
    const old = memory.series.get(id);
    const packed = packObservations(observations);
    const hash = sha256(packed);
    const after = { id, distribution, title, hash, enriched: text(enriched), column };
    // Nothing that is published depends on the place of a column.
    if (putChanged(memory, memory.series, id, after) && text({ ...old, column }) !== text(after)) {
      dataChanged = true;
    }
    if (old && old.distribution !== distribution) movedFrom.add(old.distribution);
    if (old?.hash === hash) {
      changes.unchangedSeries.push(id);
      continue;
    }
    put(memory, memory.observations, hash, packed);
    const versions = memory.versions.get(id) ?? [];
    const version = { runId: run.id, at: run.at, sourceHash: outcome.source.hash, observationsHash: hash };
    put(memory, memory.versions, id, [...versions, { number: versions.length + 1, ...version }]);
    changes[old ? "changedSeries" : "newSeries"].push(id);
    const oldObservations = old && unpackObservations(memory.observations.get(old.hash)!);
    const { added, changed, removed } = compareObservations(oldObservations, observations);
    changes.observations.added += added;
    changes.observations.changed += changed;
    changes.observations.removed += removed;
  }
  for (const left of movedFrom) {
    touchData(memory, left);
    if (seriesOf(memory, left).length === 0) touchContext(memory, memory.distributions.get(left)!.catalogId);
  }
  const enriched = text(outcome.enriched);
  const { changeKey } = outcome;
  put(memory, memory.distributions, distribution, { ...row, fault: null, source, changeKey, enriched });
  // The first series bring the distribution itself among what is published.
  const firstSeries = before.length === 0 && outcome.series.length > 0;
  if (row.enriched !== enriched || firstSeries) touchContext(memory, key.catalogId);
  if (dataChanged) touchData(memory, distribution);
  return changes;
}

/** Order of UTF-8 bytes, as databases have it: that of code points, not of UTF-16 units. */
function compareText(a: string, b: string): number {
  const other = [...b];
  for (const [i, letter] of [...a].entries()) {
    const difference = letter.codePointAt(0)! - (other[i]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareKeys(a: DistributionKey, b: DistributionKey): number {
  return compareText(a.catalogId, b.catalogId) || compareText(a.datasetId, b.datasetId) ||
    compareText(a.distributionId, b.distributionId);
}

/** Series of a distribution with their fields, in the order of the fields. */
function fieldedSeries(memory: Memory, distribution: string): (SeriesRow & { field?: FieldRow })[] {
  const { fields } = memory.distributions.get(distribution)!;
  const byName = new Map(fields.map((field) => [keyOf(field.title, field.id), field]));
  const place = ({ field }: { field?: FieldRow }) => field?.position ?? -1;
  return seriesOf(memory, distribution)
    .map((series) => ({ ...series, field: byName.get(keyOf(series.title, series.id)) }))
    .sort((a, b) => place(a) - place(b) || compareText(a.id, b.id));
}

/** Distributions of a catalog that have series, by id. */
function availableOf(memory: Memory, catalogId: string): DistributionRow[] {
  const keys = new Set([...memory.series.values()].map(({ distribution }) => distribution));
  return [...memory.distributions.values()]
    .filter((row) => row.catalogId === catalogId && keys.has(rowKey(row)))
    .sort(compareKeys);
}

function publishStore(memory: Memory): PublishStore & SettingsStore {
  let units: readonly string[] = [];
  let synonyms = DEFAULT_SYNONYMS;
  let aliases: SearchSettings["catalogAliases"] = {};
  let boosts: SearchSettings["boosts"] = DEFAULT_BOOSTS;
  let minScore: SearchSettings["minScore"];
  return {
    changes(position) {
      const distributions = [...memory.distributions.values()].filter((row) => row.dataPosition > position)
        .sort(compareKeys);
      const catalogs = [...memory.catalogs]
        .filter(([id, row]) => row.contextPosition > position && availableOf(memory, id).length > 0);
      return Promise.resolve({
        position: memory.position,
        distributions: distributions.map(({ catalogId, datasetId, distributionId }) => ({
          catalogId,
          datasetId,
          distributionId,
        })),
        catalogs: catalogs.map(([id]) => id).sort(compareText),
      });
    },

    publishableSeries: (key) =>
      Promise.try(() =>
        fieldedSeries(memory, rowKey(distributionOf(memory, key))).map(({ id, hash, enriched, field }) => ({
          id,
          observations: unpackObservations(memory.observations.get(hash)!.slice()),
          enriched: JSON.parse(enriched),
          field: JSON.parse(field?.metadata ?? "{}"),
        }))
      ),

    publishableContext: (catalogId) =>
      Promise.resolve(contextOf(memory, catalogId, availableOf(memory, catalogId))),

    catalogSummary: (catalogId) => Promise.resolve(summaryOf(memory, catalogId)),
    percentageUnits: () => Promise.resolve([...units]),
    searchDocuments: (catalogId) => Promise.resolve(searchDocumentsOf(memory, catalogId)),
    searchSettings: () => Promise.resolve({ synonyms, catalogAliases: aliases, boosts, minScore }),
    publication: () => Promise.resolve(memory.published && { ...memory.published }),

    savePublication({ snapshot, position }) {
      memory.published = { snapshot, position };
      return Promise.resolve();
    },

    savePercentageUnits(all) {
      units = [...new Set(all)].sort(compareText);
      return Promise.resolve();
    },

    saveSynonyms: (lists) =>
      Promise.try(() => {
        checkSynonyms(lists);
        synonyms = [...lists];
      }),

    saveCatalogAliases: (all) =>
      Promise.try(() => {
        checkAliases(Object.keys(all), (id) => memory.catalogs.has(id));
        aliases = structuredClone(all);
      }),

    saveBoosts: (all) =>
      Promise.try(() => {
        checkBoosts(all);
        boosts = { ...all };
      }),

    saveMinScore(score) {
      minScore = score;
      return Promise.resolve();
    },
  };
}

/** What is above the series of some distributions of a catalog. */
function contextOf(
  memory: Memory,
  catalogId: string,
  distributions: readonly DistributionRow[],
): PublishableContext {
  return {
    catalog: JSON.parse(memory.catalogs.get(catalogId)?.metadata ?? "{}"),
    distributions: distributions.map((row) => {
      const { datasetId, distributionId } = row;
      const dataset = memory.datasets.get(keyOf(catalogId, datasetId))!;
      return {
        datasetId,
        distributionId,
        dataset: JSON.parse(dataset.metadata),
        themes: JSON.parse(dataset.themes),
        distribution: JSON.parse(row.metadata),
        enriched: JSON.parse(row.enriched),
      };
    }),
  };
}

function searchDocumentsOf(memory: Memory, catalogId: string): SearchDocument[] {
  return availableOf(memory, catalogId).flatMap((row) => {
    const { metadata, themes } = memory.datasets.get(keyOf(catalogId, row.datasetId))!;
    const dataset = searchDataset(JSON.parse(metadata), JSON.parse(themes));
    return fieldedSeries(memory, rowKey(row)).map(({ id, title, enriched, field }) =>
      searchDocument(
        { id, title, field: JSON.parse(field?.metadata ?? "{}"), enriched: JSON.parse(enriched) },
        catalogId,
        dataset,
      )
    );
  });
}

function summaryOf(memory: Memory, catalogId: string): CatalogSummary | undefined {
  const distributions = availableOf(memory, catalogId);
  const series = distributions.flatMap((row) => fieldedSeries(memory, rowKey(row)));
  const example = series[0];
  if (!example) return undefined;
  const columns = series.map(({ hash }) => unpackObservations(memory.observations.get(hash)!));
  return {
    id: catalogId,
    title: textIn(memory.catalogs.get(catalogId)?.metadata, "title") || catalogId,
    datasets: new Set(distributions.map(({ datasetId }) => datasetId)).size,
    distributions: distributions.length,
    series: series.length,
    values: columns.reduce((sum, column) => sum + countValues(column), 0),
    first: columns.map(firstLabel).sort()[0]!,
    last: columns.map(lastLabel).sort().at(-1)!,
    example: { id: example.id, description: textIn(example.field?.metadata, "description") },
  };
}

function dumpStore(memory: Memory): Omit<DumpStore, "publishableContext"> {
  const seriesOfDump = ({ id, title, hash, enriched, distribution }: SeriesRow): DumpSeries => {
    const { present, fields } = memory.distributions.get(distribution)!;
    const field = fields.find((field) => field.title === title && field.id === id);
    return {
      id,
      observations: unpackObservations(memory.observations.get(hash)!.slice()),
      enriched: JSON.parse(enriched),
      field: JSON.parse(field?.metadata ?? "{}"),
      present: present && fields.some((field) => field.id === id && field.present),
    };
  };
  return {
    availableDistributions: () =>
      Promise.resolve(
        [...memory.catalogs.keys()].sort(compareText).flatMap((id) => availableOf(memory, id))
          .map(({ catalogId, datasetId, distributionId }) => ({ catalogId, datasetId, distributionId })),
      ),

    dumpSeries: (key) =>
      Promise.try(() =>
        seriesOf(memory, rowKey(distributionOf(memory, key)))
          .map((row) => ({ row, series: seriesOfDump(row) }))
          .sort((a, b) =>
            Number(b.series.present) - Number(a.series.present) || a.row.column - b.row.column ||
            compareText(a.row.id, b.row.id)
          )
          .map(({ series }) => series)
      ),

    dumpSeriesById: (seriesIds) =>
      Promise.try(() =>
        seriesIds.flatMap((id) => {
          const row = memory.series.get(id);
          return row ? [seriesOfDump(row)] : [];
        })
      ),
  };
}

function activityStore(memory: Memory): ActivityStore {
  return {
    catalogStates: () =>
      Promise.resolve(
        [...memory.catalogs].sort(([a], [b]) => compareText(a, b)).map(([id, row]) => ({
          id,
          title: textIn(row.metadata, "title") || id,
          readRun: row.readRun,
          fault: row.fault,
        })),
      ),

    seriesStates: (catalogId) =>
      Promise.resolve(
        availableOf(memory, catalogId).flatMap((row) => {
          const dataset: JsonObject = JSON.parse(
            memory.datasets.get(keyOf(catalogId, row.datasetId))!.metadata,
          );
          return seriesOf(memory, rowKey(row)).sort((a, b) => compareText(a.id, b.id))
            .map((series) => stateOf(memory, row, publisherName(dataset), series));
        }),
      ),
  };
}

function stateOf(memory: Memory, row: DistributionRow, publisher: string, series: SeriesRow): SeriesState {
  const observations = unpackObservations(memory.observations.get(series.hash)!);
  const enriched: Enriched = JSON.parse(series.enriched);
  return {
    id: series.id,
    datasetId: row.datasetId,
    distributionId: row.distributionId,
    publisher,
    frequency: observations.frequency,
    last: enriched.time_index_end ?? lastLabel(observations),
    workdays: observations.workdays ?? false,
    present: row.present && row.fields.some((field) => field.id === series.id && field.present),
    fault: row.fault,
    changedAt: memory.versions.get(series.id)!.at(-1)!.at,
  };
}

/** A key of stored metadata where it is text, else nothing. */
function textIn(metadata: string | undefined, key: string): string {
  const parsed: JsonObject = JSON.parse(metadata ?? "{}");
  const value = parsed[key];
  return typeof value === "string" ? value : "";
}

function historyStore(memory: Memory): HistoryStore {
  return {
    versions: (seriesId) => Promise.resolve([...memory.versions.get(seriesId) ?? []]),
    observations(hash) {
      const packed = memory.observations.get(hash);
      return Promise.resolve(packed && unpackObservations(packed.slice()));
    },
  };
}

/** The run that last changed a distribution, its fields or its values. */
function changedRunOf(memory: Memory, row: DistributionRow): number {
  const runs = seriesOf(memory, rowKey(row)).map(({ id }) => memory.versions.get(id)!.at(-1)!.runId);
  return Math.max(row.changedRun, ...runs);
}

function inventoryStore(memory: Memory): InventoryStore {
  const distributions = () => [...memory.distributions.values()].sort(compareKeys);
  const datasets = () =>
    [...memory.datasets.values()].sort((a, b) =>
      compareText(a.catalogId, b.catalogId) || compareText(a.id, b.id)
    );
  const datasetRun = (dataset: DatasetRow) =>
    Math.max(
      dataset.changedRun,
      ...distributions().filter(({ catalogId, datasetId }) =>
        catalogId === dataset.catalogId && datasetId === dataset.id
      ).map((row) => changedRunOf(memory, row)),
    );
  return {
    catalogEntities: () =>
      Promise.resolve(
        [...memory.catalogs].sort(([a], [b]) => compareText(a, b)).map(([id, row]) => ({
          id,
          title: textIn(row.metadata, "title"),
          present: row.present,
          fault: row.fault,
          changedRun: Math.max(
            row.changedRun,
            ...datasets().filter(({ catalogId }) => catalogId === id).map(datasetRun),
          ),
          readRun: row.readRun,
          url: row.source === undefined ? null : textIn(row.source, "url"),
        })),
      ),

    datasetEntities: () =>
      Promise.resolve(
        datasets().map((row) => ({
          catalogId: row.catalogId,
          datasetId: row.id,
          title: textIn(row.metadata, "title"),
          landingPage: textIn(row.metadata, "landingPage"),
          present: row.present,
          federable: row.federable,
          changedRun: datasetRun(row),
        })),
      ),

    distributionEntities: () =>
      Promise.resolve(
        distributions().map((row) => {
          const series = seriesOf(memory, rowKey(row));
          const times = series.map(({ id }) => memory.versions.get(id)!.at(-1)!.at);
          return {
            catalogId: row.catalogId,
            datasetId: row.datasetId,
            distributionId: row.distributionId,
            title: textIn(row.metadata, "title"),
            present: row.present,
            fault: row.fault,
            changedRun: changedRunOf(memory, row),
            changedAt: times.length === 0 ? null : Math.max(...times),
            series: series.length,
          };
        }),
      ),

    seriesEntities(filter, { offset, limit }) {
      const fits = (wanted: string | undefined, id: string) => wanted === undefined || wanted === id;
      const found = distributions()
        .filter((row) =>
          fits(filter.catalogId, row.catalogId) && fits(filter.datasetId, row.datasetId) &&
          fits(filter.distributionId, row.distributionId)
        )
        .flatMap((row) =>
          seriesOf(memory, rowKey(row)).filter(({ id }) => fits(filter.seriesId, id))
            .sort((a, b) => compareText(a.id, b.id)).map((series) => entityOf(memory, row, series))
        );
      return Promise.resolve({ total: found.length, series: found.slice(offset, offset + limit) });
    },

    seriesUnits() {
      const units = [...memory.distributions].flatMap(([key]) =>
        fieldedSeries(memory, key).map(({ field }) => textIn(field?.metadata, "units"))
      );
      return Promise.resolve([...new Set(units)].filter((unit) => unit !== ""));
    },

    wholeContext: (catalogId) =>
      Promise.resolve(
        contextOf(memory, catalogId, distributions().filter((row) => row.catalogId === catalogId)),
      ),

    catalogText: (catalogId) => Promise.resolve(memory.texts.get(catalogId)?.slice()),
  };
}

function reportStore(memory: Memory): ReportStore {
  const historyOf = ({ metadata, present, createdRun, changedRun }: Pick<
    DatasetRow,
    "metadata" | "present" | "createdRun" | "changedRun"
  >) => ({
    metadata: JSON.parse(metadata),
    present,
    createdRun,
    changedRun,
  });
  return {
    catalogHistory(catalogId) {
      const catalog = memory.catalogs.get(catalogId);
      if (!catalog) return Promise.resolve(undefined);
      const distributions = [...memory.distributions.values()].filter((row) => row.catalogId === catalogId);
      return Promise.resolve(withChangesBelow({
        ...historyOf(catalog),
        fault: catalog.fault,
        readRun: catalog.readRun,
        known: catalog.source !== undefined,
        datasets: [...memory.datasets.values()].filter((row) => row.catalogId === catalogId)
          .map((row) => ({ ...historyOf(row), id: row.id, federable: row.federable })),
        distributions: distributions.map((row) => ({
          ...historyOf(row),
          datasetId: row.datasetId,
          id: row.distributionId,
          fault: row.fault,
        })),
        fields: distributions.flatMap(({ datasetId, distributionId, fields }) =>
          fields.map((row) => ({
            ...historyOf(row),
            datasetId,
            distributionId,
            title: row.title,
            id: row.id,
          }))
        ),
        series: distributions.flatMap((row) =>
          seriesOf(memory, rowKey(row)).map(({ id, hash }) => ({
            datasetId: row.datasetId,
            distributionId: row.distributionId,
            id,
            changedRun: memory.versions.get(id)!.at(-1)!.runId,
            values: countValues(unpackObservations(memory.observations.get(hash)!)),
          }))
        ),
      }));
    },
  };
}

function entityOf(memory: Memory, row: DistributionRow, { id, title, hash }: SeriesRow): SeriesEntity {
  const observations = unpackObservations(memory.observations.get(hash)!);
  return {
    catalogId: row.catalogId,
    datasetId: row.datasetId,
    distributionId: row.distributionId,
    id,
    title,
    present: row.present && row.fields.some((field) => field.id === id && field.present),
    versions: memory.versions.get(id)!.length,
    first: firstLabel(observations),
    last: lastLabel(observations),
    values: countValues(observations),
  };
}

function networkStore(memory: Memory): NetworkStore {
  return {
    removeNode: (catalogId) => Promise.resolve(memory.nodes.delete(catalogId)),

    saveFederable: (keys, federable) =>
      transaction(memory, () =>
        keys.filter(({ catalogId, datasetId }) => {
          const row = memory.datasets.get(keyOf(catalogId, datasetId));
          if (!row) return false;
          const switchedOff = !federable;
          put(memory, memory.datasets, keyOf(catalogId, datasetId), { ...row, federable, switchedOff });
          return true;
        })),

    purge: (target) => transaction(memory, () => purge(memory, target)),
  };
}

function purge(memory: Memory, { distributions = [], seriesIds = [] }: PurgeTarget): Purged {
  const whole = new Map(distributions.map((key) => [rowKey(key), distributionOf(memory, key)]));
  const ids = new Set<string>();
  for (const id of seriesIds) {
    const series = memory.series.get(id);
    if (!series) throw new Problem("not_found", `Cannot find series "${id}"`);
    ids.add(id);
    const { changeKey: _, ...row } = memory.distributions.get(series.distribution)!;
    readAnew(memory, row.catalogId);
    // The next reading of the distribution has to bring back what it still names.
    const fields = row.fields.filter((field) => field.id !== id);
    put(memory, memory.distributions, series.distribution, { ...row, fields });
  }
  for (const key of whole.keys()) for (const { id } of seriesOf(memory, key)) ids.add(id);

  const versions = [...ids].flatMap((id) => memory.versions.get(id)!);
  for (const id of ids) {
    drop(memory, memory.versions, id);
    drop(memory, memory.series, id);
  }
  const used = new Set([...memory.versions.values()].flat().map(({ observationsHash }) => observationsHash));
  for (const { observationsHash } of versions) {
    if (!used.has(observationsHash)) drop(memory, memory.observations, observationsHash);
  }
  for (const [key, { catalogId }] of whole) {
    readAnew(memory, catalogId);
    drop(memory, memory.distributions, key);
  }
  // What was published last is no ground to build on: it has what is gone.
  memory.published = undefined;
  return { distributions: whole.size, seriesIds: [...ids], versions: versions.length };
}

/** Has the next harvest read a catalog in full, though it did not change. */
function readAnew(memory: Memory, catalogId: string): void {
  const row = memory.catalogs.get(catalogId)!;
  if (row.source === undefined) return;
  const { url, hash } = JSON.parse(row.source);
  put(memory, memory.catalogs, catalogId, { ...row, source: text({ url, hash }) });
}

function popularityStore({ series }: Memory): PopularityStore {
  const batches = new Map<string, number>();
  const queries = new Map<bigint, number>();
  const days = new Map<string, DailyHits & { readonly logged: number }>();
  let position: LogPosition | undefined;
  const add = ({ seriesId, day }: DailyHits, more: { counted?: number; logged?: number }) => {
    const key = keyOf(seriesId, String(day));
    const { hits, logged } = days.get(key) ?? { hits: 0, logged: 0 };
    days.set(key, {
      seriesId,
      day,
      hits: hits + (more.counted ?? 0),
      logged: logged + (more.logged ?? 0),
    });
  };
  const told = () =>
    [...days.values()].map(({ logged, ...own }): DailyHits => ({ ...own, hits: Math.max(own.hits, logged) }));
  return {
    addHits: ({ id, day, hits }, at) =>
      Promise.try(() => {
        if (batches.has(id)) return;
        batches.set(id, at);
        for (const [seriesId, counted] of hits) add({ seriesId, day, hits: 0 }, { counted });
      }),
    forgetBatches: (before) =>
      Promise.try(() => {
        for (const [id, at] of batches) if (at < before) batches.delete(id);
      }),
    logPosition: () => Promise.resolve(position),
    addLogPage: (page) =>
      Promise.try(() => {
        if (text(position) !== text(page.from)) throw lostLogPosition();
        const fresh = openQueries(page).filter(({ id, day }) => {
          if (queries.has(id)) return false;
          queries.set(id, day);
          return true;
        });
        for (const row of sumQueries(fresh)) add(row, { logged: row.hits });
        const closed = page.to.closedBefore ?? -Infinity;
        for (const [id, day] of queries) if (day < closed) queries.delete(id);
        position = page.to;
        return fresh.length;
      }),
    seriesHits: (today) =>
      Promise.try(() =>
        [...Map.groupBy(told(), ({ seriesId }) => seriesId)].filter(([id]) => series.has(id))
          .map(([seriesId, own]) => {
            const since = (day: number) => own.reduce((sum, row) => row.day >= day ? sum + row.hits : sum, 0);
            const { days30, days90, days180 } = HIT_WINDOWS;
            return {
              seriesId,
              hits: {
                total: since(-Infinity),
                days30: since(today - days30),
                days90: since(today - days90),
                days180: since(today - days180),
              },
            };
          })
      ),
    dailyHits: ({ seriesId, from = -Infinity, to = Infinity }, { offset, limit }) =>
      Promise.try(() => {
        const rows = told().filter((row) =>
          (seriesId === undefined || row.seriesId === seriesId) && row.day >= from && row.day <= to
        ).sort((a, b) => b.day - a.day || (a.seriesId < b.seriesId ? -1 : 1));
        return {
          total: rows.length,
          hits: rows.reduce((sum, { hits }) => sum + hits, 0),
          rows: rows.slice(offset, offset + limit),
        };
      }),
  };
}

/** The journal over nothing but memory. */
export function memoryJournal(): Journal {
  /** Reports as JSON text. */
  const runs: (Omit<Run, "report"> & { readonly report: string | undefined })[] = [];
  const read = ({ report, ...run }: typeof runs[number]): Run => ({
    ...run,
    report: report === undefined ? null : JSON.parse(report),
  });
  return {
    startRun(kind, at) {
      const id = runs.length + 1;
      const run = {
        id,
        kind,
        name: null,
        about: null,
        status: "STARTED",
        startedAt: at,
        finishedAt: null,
        report: undefined,
      } as const;
      runs.push(run);
      return Promise.resolve(read(run));
    },

    requestRun: (kind, name, about, at) =>
      Promise.try(() => {
        const isAsked = (run: typeof runs[number]) =>
          run.kind === kind && run.name === name && (run.status === "PENDING" || run.status === "STARTED");
        if (runs.some(isAsked)) throw new Problem("conflict", ALREADY_ASKED);
        const id = runs.length + 1;
        const kept = JSON.parse(JSON.stringify(about));
        runs.push({
          id,
          kind,
          name,
          about: kept,
          status: "PENDING",
          startedAt: at,
          finishedAt: null,
          report: undefined,
        });
        return read(runs[id - 1]!);
      }),

    claimRun(at) {
      const i = runs.findIndex(({ status }) => status === "PENDING");
      if (i < 0) return Promise.resolve(undefined);
      runs[i] = { ...runs[i]!, status: "STARTED", startedAt: at };
      return Promise.resolve(read(runs[i]!));
    },

    withdrawRun: (id, at, report) =>
      Promise.try(() => {
        const run = runs[id - 1];
        if (run?.status !== "PENDING") return false;
        runs[id - 1] = { ...run, status: "FAILURE", finishedAt: at, report: text(report) };
        return true;
      }),

    finishRun: (id, status, at, report) =>
      Promise.try(() => {
        const run = runs[id - 1];
        if (run) runs[id - 1] = { ...run, status, finishedAt: at, report: text(report) };
      }),

    run(id) {
      const run = runs[id - 1];
      return Promise.resolve(run && read(run));
    },

    runs: (kind, limit, name) => {
      const isAsked = (run: typeof runs[number]) =>
        run.kind === kind && (name === undefined || run.name === name);
      return Promise.resolve(runs.filter(isAsked).reverse().slice(0, limit).map(read));
    },

    history: ({ kinds, statuses, name, from = -Infinity, to = Infinity, before = Infinity, limit }) => {
      const isAsked = (run: typeof runs[number]) =>
        kinds.includes(run.kind) && (statuses?.includes(run.status) ?? true) &&
        (name === undefined || run.name === name) && run.startedAt >= from && run.startedAt < to &&
        run.id < before;
      return Promise.resolve(runs.filter(isAsked).reverse().slice(0, limit).map(read));
    },

    abandonRuns(kind, at) {
      let abandoned = 0;
      runs.forEach((run, i) => {
        if (run.kind !== kind || run.status !== "STARTED") return;
        runs[i] = { ...run, status: "FAILURE", finishedAt: at };
        abandoned++;
      });
      return Promise.resolve(abandoned);
    },
  };
}
