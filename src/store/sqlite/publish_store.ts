// The publisher's part of the canonical store on SQLite: what changed, what is available, what was published.

import type {
  PublishableContext,
  PublishableSeries,
  PublishStore,
  SettingsStore,
  StoreChanges,
} from "../../core/canonical_store.ts";
import type { DistributionKey } from "../../core/catalog.ts";
import type { Enriched } from "../../core/enriched.ts";
import type { JsonObject } from "../../core/json.ts";
import { unpackObservations } from "../../core/packed.ts";
import { checkAliases, type SearchDocument, type SearchSettings } from "../../core/search.ts";
import { checkBoosts, DEFAULT_BOOSTS } from "../../core/search_boosts.ts";
import { searchDataset, searchDocument } from "../../core/search_document.ts";
import { checkSynonyms, DEFAULT_SYNONYMS } from "../../core/synonyms.ts";
import type { CatalogSummary } from "../../core/snapshot.ts";
import type { Database } from "./database.ts";
import { distributionKey, parse, parseOptional, textIn } from "./rows.ts";

export function publishStore(db: Database): PublishStore {
  return {
    changes: (position) => Promise.try(() => readChanges(db, position)),
    publishableSeries: (key) => Promise.try(() => readSeries(db, key)),
    publishableContext: (catalogId) => Promise.try(() => readContext(db, catalogId)),
    catalogSummary: (catalogId) => Promise.try(() => readSummary(db, catalogId)),

    percentageUnits: () =>
      Promise.try(() => {
        const rows = db.all("SELECT name FROM percentage_unit ORDER BY name");
        return rows.map(({ name }) => name as string);
      }),

    searchDocuments: (catalogId) => Promise.try(() => readSearchDocuments(db, catalogId)),

    searchSettings: () =>
      Promise.try(() => ({
        synonyms: readSetting<SearchSettings["synonyms"]>(db, "synonyms") ?? DEFAULT_SYNONYMS,
        catalogAliases: readSetting<SearchSettings["catalogAliases"]>(db, "catalog_aliases") ?? {},
        boosts: readSetting<SearchSettings["boosts"]>(db, "search_boosts") ?? DEFAULT_BOOSTS,
        minScore: readSetting<number | null>(db, "search_min_score") ?? undefined,
      })),

    publication: () =>
      Promise.try(() => {
        const row = db.one("SELECT snapshot, position FROM publication");
        return row && { snapshot: row.snapshot as string, position: Number(row.position) };
      }),

    savePublication: ({ snapshot, position }) =>
      Promise.try(() =>
        db.transaction(() => {
          db.run("DELETE FROM publication");
          db.run("INSERT INTO publication (snapshot, position) VALUES (?, ?)", snapshot, position);
        })
      ),
  };
}

export function settingsStore(db: Database): SettingsStore {
  return {
    savePercentageUnits: (units) =>
      Promise.try(() =>
        db.transaction(() => {
          db.run("DELETE FROM percentage_unit");
          for (const unit of units) db.run("INSERT OR IGNORE INTO percentage_unit VALUES (?)", unit);
        })
      ),

    saveSynonyms: (synonyms) =>
      Promise.try(() => {
        checkSynonyms(synonyms);
        saveSetting(db, "synonyms", synonyms);
      }),

    saveCatalogAliases: (aliases) =>
      Promise.try(() =>
        db.transaction(() => {
          const isCatalog = (id: string) => db.one("SELECT 1 FROM catalog WHERE id = ?", id) !== undefined;
          checkAliases(Object.keys(aliases), isCatalog);
          saveSetting(db, "catalog_aliases", aliases);
        })
      ),

    saveBoosts: (boosts) =>
      Promise.try(() => {
        checkBoosts(boosts);
        saveSetting(db, "search_boosts", boosts);
      }),

    saveMinScore: (minScore) => Promise.try(() => saveSetting(db, "search_min_score", minScore ?? null)),
  };
}

function readSetting<T>(db: Database, name: string): T | undefined {
  const row = db.one("SELECT value FROM setting WHERE name = ?", name);
  return row && parse<T>(row.value);
}

function saveSetting(db: Database, name: string, value: unknown): void {
  const text = JSON.stringify(value);
  db.run(
    "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    name,
    text,
  );
}

function readChanges(db: Database, after: number): StoreChanges {
  // Read first: what another process writes from here on is told again next time, never left out.
  const position = Number(db.one("SELECT position FROM change_counter")!.position);
  // One that lost all its series is told too: what was published of it has to go.
  const distributions = db.all(
    `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id
     FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE distribution.data_position > ?
     ORDER BY dataset.catalog_id, dataset.id, distribution.id`,
    after,
  );
  const catalogs = db.all(
    `SELECT id FROM catalog WHERE context_position > ? AND EXISTS (SELECT 1 FROM series
       JOIN distribution ON distribution.key = series.distribution_key
       JOIN dataset ON dataset.key = distribution.dataset_key WHERE dataset.catalog_id = catalog.id)
     ORDER BY id`,
    after,
  );
  return {
    position,
    distributions: distributions.map((row) => ({
      catalogId: row.catalog_id as string,
      datasetId: row.dataset_id as string,
      distributionId: row.distribution_id as string,
    })),
    catalogs: catalogs.map(({ id }) => id as string),
  };
}

function readSeries(db: Database, key: DistributionKey): PublishableSeries[] {
  const rows = db.all(
    `SELECT series.id, series.enriched, observations.packed, field.metadata
     FROM series JOIN observations ON observations.hash = series.observations_hash
       LEFT JOIN field ON field.distribution_key = series.distribution_key
         AND field.title = series.title AND field.id = series.id
     WHERE series.distribution_key = ? ORDER BY field.position, series.id`,
    distributionKey(db, key),
  );
  return rows.map((row) => ({
    id: row.id as string,
    observations: unpackObservations(row.packed as Uint8Array),
    enriched: parse<Enriched>(row.enriched),
    field: parse<JsonObject>(row.metadata ?? "{}"),
  }));
}

/** What is above the series of a catalog: of all its distributions, or (the publisher's) of those with series. */
export function readContext(db: Database, catalogId: string, whole = false): PublishableContext {
  const catalog = db.one("SELECT metadata FROM catalog WHERE id = ?", catalogId);
  const rows = db.all(
    `SELECT dataset.id AS dataset_id, dataset.metadata AS dataset, dataset.themes,
       distribution.id AS distribution_id, distribution.metadata AS distribution, distribution.enriched
     FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = ?
       AND (? OR EXISTS (SELECT 1 FROM series WHERE series.distribution_key = distribution.key))
     ORDER BY dataset.id, distribution.id`,
    catalogId,
    Number(whole),
  );
  return {
    catalog: parse<JsonObject>(catalog?.metadata ?? "{}"),
    distributions: rows.map((row) => ({
      datasetId: row.dataset_id as string,
      distributionId: row.distribution_id as string,
      dataset: parse<JsonObject>(row.dataset),
      themes: parseOptional<JsonObject[]>(row.themes) ?? null,
      distribution: parse<JsonObject>(row.distribution),
      enriched: parse<Enriched>(row.enriched),
    })),
  };
}

function readSearchDocuments(db: Database, catalogId: string): SearchDocument[] {
  const datasets = db.all("SELECT key, metadata, themes FROM dataset WHERE catalog_id = ?", catalogId);
  return datasets.flatMap(({ key, metadata, themes }) => {
    const dataset = searchDataset(parse(metadata), parseOptional<JsonObject[]>(themes!) ?? null);
    const rows = db.all(
      `SELECT series.id, series.title, series.enriched, field.metadata
       FROM series JOIN distribution ON distribution.key = series.distribution_key
         LEFT JOIN field ON field.distribution_key = series.distribution_key
           AND field.title = series.title AND field.id = series.id
       WHERE distribution.dataset_key = ?`,
      key!,
    );
    return rows.map((row) =>
      searchDocument(
        {
          id: row.id as string,
          title: row.title as string,
          field: parse(row.metadata ?? "{}"),
          enriched: parse(row.enriched),
        },
        catalogId,
        dataset,
      )
    );
  });
}

function readSummary(db: Database, catalogId: string): CatalogSummary | undefined {
  const from = `FROM series JOIN distribution ON distribution.key = series.distribution_key
    JOIN dataset ON dataset.key = distribution.dataset_key WHERE dataset.catalog_id = ?`;
  const row = db.one(
    `SELECT count(DISTINCT dataset.key) AS datasets, count(DISTINCT distribution.key) AS distributions,
       count(*) AS series, sum(value_count) AS "values", min(first_date) AS first, max(last_date) AS last ${from}`,
    catalogId,
  )!;
  if (row.series === 0) return undefined;
  const catalog = db.one("SELECT metadata FROM catalog WHERE id = ?", catalogId)!;
  const example = db.one(
    `SELECT series.id, field.metadata
     FROM (SELECT series.*, dataset.id AS dataset_id, distribution.id AS distribution_id ${from}) AS series
       LEFT JOIN field ON field.distribution_key = series.distribution_key
         AND field.title = series.title AND field.id = series.id
     ORDER BY series.dataset_id, series.distribution_id, field.position, series.id LIMIT 1`,
    catalogId,
  )!;
  return {
    id: catalogId,
    title: textIn(catalog.metadata, "title") || catalogId,
    datasets: Number(row.datasets),
    distributions: Number(row.distributions),
    series: Number(row.series),
    values: Number(row.values),
    first: row.first as string,
    last: row.last as string,
    example: { id: example.id as string, description: textIn(example.metadata, "description") },
  };
}
