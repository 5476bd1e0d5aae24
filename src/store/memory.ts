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
  Node,
  Owner,
  Publication,
  PublishStore,
  RunRef,
  SeriesState,
  SettingsStore,
  StoredCatalog,
  StoredChanges,
  Version,
} from "../core/canonical_store.ts";
import {
  type CatalogReading,
  type DistributionKey,
  type FieldReading,
  publisherName,
} from "../core/catalog.ts";
import type { Enriched } from "../core/enriched.ts";
import { ALREADY_ASKED, type Journal, type Run } from "../core/journal.ts";
import type { JsonObject } from "../core/json.ts";
import { firstLabel, lastLabel } from "../core/label.ts";
import { compareObservations, countValues, type ObservationChanges } from "../core/observations.ts";
import { packObservations, unpackObservations } from "../core/packed.ts";
import { Problem } from "../core/problem.ts";
import { checkAliases, type SearchDocument, type SearchSettings } from "../core/search.ts";
import { searchDataset, searchDocument } from "../core/search_document.ts";
import { checkSynonyms, DEFAULT_SYNONYMS } from "../core/synonyms.ts";
import type { CatalogSummary } from "../core/snapshot.ts";

type Sha256 = (bytes: Uint8Array) => string;

type CatalogRow = {
  readonly metadata: string;
  readonly present: boolean;
  readonly fault: string | null;
  readonly source?: string;
  readonly contextPosition: number;
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
  /** In the order they were first seen. */
  readonly fields: readonly FieldRow[];
};

type FieldRow = {
  readonly title: string;
  readonly id: string;
  readonly metadata: string;
  readonly present: boolean;
  readonly position: number;
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
  readonly nodes: Map<string, Node>;
  readonly catalogs: Map<string, CatalogRow>;
  readonly datasets: Map<string, DatasetRow>;
  readonly distributions: Map<string, DistributionRow>;
  readonly series: Map<string, SeriesRow>;
  readonly versions: Map<string, readonly Version[]>;
  /** Packed columns by the hash of their bytes. */
  readonly observations: Map<string, Uint8Array>;
  /** Position of the last change. */
  position: number;
  /** Takes back, last first, what the method under way wrote. */
  readonly undo: (() => void)[];
};

/** The ports over nothing but memory; `sha256` names packed observations. */
export function memoryStore(sha256: Sha256): CanonicalStore {
  const memory: Memory = {
    nodes: new Map(),
    catalogs: new Map(),
    datasets: new Map(),
    distributions: new Map(),
    series: new Map(),
    versions: new Map(),
    observations: new Map(),
    position: 0,
    undo: [],
  };
  return {
    ...harvestStore(memory, sha256),
    ...publishStore(memory),
    ...dumpStore(memory),
    ...activityStore(memory),
    ...historyStore(memory),
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
        for (const { catalogId, url, format } of nodes) {
          put(memory, memory.nodes, catalogId, { catalogId, url, ...(format && { format }) });
        }
      }),
    catalog: (catalogId) => Promise.resolve(readCatalog(memory, catalogId)),
    saveReading: (run, catalogId, reading, source) =>
      transaction(memory, () => saveReading(memory, run, catalogId, reading, text(source))),
    saveCatalogFault: (run, catalogId, fault) =>
      transaction(memory, () => {
        const row = memory.catalogs.get(catalogId) ?? { metadata: "{}", contextPosition: 0 };
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
    datasets: datasets.map(({ id, metadata, themes, present }) => ({
      id,
      metadata: JSON.parse(metadata),
      themes: JSON.parse(themes),
      present,
      federable: true,
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
    readRun,
  });

  const seen = new Set<string>();
  reading.datasets.forEach(({ id, metadata, themes }, position) => {
    const key = keyOf(catalogId, id);
    seen.add(key);
    const row = { catalogId, id, metadata: text(metadata), themes: text(themes), present: true, position };
    if (putChanged(memory, datasets, key, row)) contextChanged = true;
  });
  for (const [key, row] of datasets) {
    if (row.catalogId === catalogId && !seen.has(key)) {
      putChanged(memory, datasets, key, { ...row, present: false });
    }
  }

  reading.distributions.forEach(({ datasetId, id, metadata, fields }, position) => {
    if (!datasets.has(keyOf(catalogId, datasetId))) {
      throw new Error(`No dataset "${datasetId}" in the reading`);
    }
    const key = keyOf(catalogId, datasetId, id);
    seen.add(key);
    const old = distributions.get(key) ??
      { catalogId, datasetId, distributionId: id, enriched: "{}", fault: null, dataPosition: 0, fields: [] };
    const row = { ...old, metadata: text(metadata), present: true, position };
    if (putChanged(memory, distributions, key, row)) contextChanged = true;
    const after = fieldsAfter(old.fields, fields);
    put(memory, distributions, key, { ...row, fields: after.rows });
    if (after.changed && row.dataPosition > 0) touchData(memory, key);
  });
  for (const [key, row] of distributions) {
    if (row.catalogId !== catalogId || seen.has(key) || !row.present) continue;
    const fields = row.fields.map((field) => ({ ...field, present: false }));
    put(memory, distributions, key, { ...row, present: false, fault: null, fields });
  }
  if (contextChanged) touchContext(memory, catalogId);
}

/** Fields of a distribution after a reading, and whether any that it names is new or says something else. */
function fieldsAfter(
  before: readonly FieldRow[],
  fields: readonly FieldReading[],
): { rows: readonly FieldRow[]; changed: boolean } {
  const old = new Map(before.map((row) => [keyOf(row.title, row.id), row]));
  const rows = new Map([...old].map(([key, row]) => [key, { ...row, present: false }]));
  fields.forEach(({ title, id, metadata }, position) => {
    rows.set(keyOf(title, id), { title, id, metadata: text(metadata), present: true, position });
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
  let published: Publication | undefined;
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
      Promise.resolve({
        catalog: JSON.parse(memory.catalogs.get(catalogId)?.metadata ?? "{}"),
        distributions: availableOf(memory, catalogId).map((row) => {
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
      }),

    catalogSummary: (catalogId) => Promise.resolve(summaryOf(memory, catalogId)),
    percentageUnits: () => Promise.resolve([...units]),
    searchDocuments: (catalogId) => Promise.resolve(searchDocumentsOf(memory, catalogId)),
    searchSettings: () => Promise.resolve({ synonyms, catalogAliases: aliases }),
    publication: () => Promise.resolve(published && { ...published }),

    savePublication({ snapshot, position }) {
      published = { snapshot, position };
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
