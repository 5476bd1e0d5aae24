// The publisher's part of the canonical store on PostgreSQL: what changed, what is available, what was published.

import type {
  PublishableContext,
  PublishableSeries,
  PublishStore,
  StoreChanges,
} from "../../core/canonical_store.ts";
import type { DistributionKey } from "../../core/catalog.ts";
import type { Enriched } from "../../core/enriched.ts";
import type { JsonObject } from "../../core/json.ts";
import { unpackObservations } from "../../core/packed.ts";
import type { SearchDocument, SearchSettings } from "../../core/search.ts";
import { searchDataset, searchDocument } from "../../core/search_document.ts";
import type { CatalogSummary } from "../../core/snapshot.ts";
import { DEFAULT_BOOSTS } from "../../core/search_boosts.ts";
import { DEFAULT_SYNONYMS } from "../../core/synonyms.ts";
import type { Database, Statements } from "./database.ts";
import { DISTRIBUTION_KEY, keyOf, parse, parseOptional, seriesRows, textIn } from "./rows.ts";

/** Every series of a catalog, `$1`. */
const SERIES_OF_CATALOG = `FROM caudal.series
  JOIN caudal.distribution ON distribution.key = series.distribution_key
  JOIN caudal.dataset ON dataset.key = distribution.dataset_key
  WHERE dataset.catalog_id = $1`;

export function publishStore(db: Database): PublishStore {
  return {
    changes: (position) => db.read((tx) => readChanges(tx, position)),
    publishableSeries: (key) => readSeries(db, key),
    publishableContext: (catalogId) => db.read((tx) => readContext(tx, catalogId)),
    catalogSummary: (catalogId) => db.read((tx) => readSummary(tx, catalogId)),

    async percentageUnits() {
      const rows = await db.all("SELECT name FROM caudal.percentage_unit ORDER BY name");
      return rows.map(({ name }) => name as string);
    },

    searchDocuments: (catalogId) => db.read((tx) => readSearchDocuments(tx, catalogId)),

    async searchSettings() {
      const rows = await db.all("SELECT name, value FROM caudal.setting");
      const settings = new Map(rows.map(({ name, value }) => [name, value]));
      return {
        synonyms: settings.has("synonyms")
          ? parse<SearchSettings["synonyms"]>(settings.get("synonyms"))
          : DEFAULT_SYNONYMS,
        catalogAliases: parse<SearchSettings["catalogAliases"]>(settings.get("catalog_aliases") ?? "{}"),
        boosts: settings.has("search_boosts")
          ? parse<SearchSettings["boosts"]>(settings.get("search_boosts"))
          : DEFAULT_BOOSTS,
        minScore: parse<number | null>(settings.get("search_min_score") ?? "null") ?? undefined,
      };
    },

    async publication() {
      const row = await db.one("SELECT snapshot, position FROM caudal.publication");
      return row && { snapshot: row.snapshot as string, position: row.position as number };
    },

    savePublication: ({ snapshot, position }) =>
      db.write(async (tx) => {
        await tx.run(
          // What was deleted while it was written is still in it: the next one begins anew.
          `INSERT INTO caudal.publication (snapshot, position)
           SELECT $1, $2 FROM caudal.change_counter WHERE purged_position <= $2
           ON CONFLICT (only_row) DO UPDATE SET snapshot = $1, position = $2`,
          snapshot,
          position,
        );
      }),
  };
}

/** Of one moment: its position and all that was committed up to it (see rows.ts). */
async function readChanges(tx: Statements, after: number): Promise<StoreChanges> {
  const counter = await tx.one("SELECT position FROM caudal.change_counter");
  // One that lost all its series is told too: what was published of it has to go.
  const distributions = await tx.all(
    `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id
     FROM caudal.data_change
       JOIN caudal.distribution ON distribution.key = data_change.distribution_key
       JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE data_change.position > $1
     ORDER BY dataset.catalog_id, dataset.id, distribution.id`,
    after,
  );
  const catalogs = await tx.all(
    `SELECT catalog.id FROM caudal.context_change JOIN caudal.catalog ON catalog.key = context_change.catalog_key
     WHERE context_change.position > $1 AND EXISTS (
       SELECT FROM caudal.series JOIN caudal.distribution ON distribution.key = series.distribution_key
         JOIN caudal.dataset ON dataset.key = distribution.dataset_key
       WHERE dataset.catalog_id = catalog.id
     ) ORDER BY catalog.id`,
    after,
  );
  return {
    position: counter!.position as number,
    distributions: distributions.map(keyOf),
    catalogs: catalogs.map(({ id }) => id as string),
  };
}

async function readSeries(db: Database, key: DistributionKey): Promise<PublishableSeries[]> {
  const rows = await db.all(
    `SELECT series.id, series.enriched, observations.packed, field.metadata
     FROM (${DISTRIBUTION_KEY}) AS one LEFT JOIN caudal.series ON series.distribution_key = one.key
       LEFT JOIN caudal.observations ON observations.hash = series.observations_hash
       LEFT JOIN caudal.field ON field.distribution_key = series.distribution_key
         AND field.title = series.title AND field.id = series.id
     ORDER BY field.position NULLS FIRST, series.id`,
    key.catalogId,
    key.datasetId,
    key.distributionId,
  );
  return seriesRows(rows, key).map((row) => ({
    id: row.id as string,
    observations: unpackObservations(row.packed as Uint8Array),
    enriched: parse<Enriched>(row.enriched),
    field: parse<JsonObject>(row.metadata ?? "{}"),
  }));
}

/** What is above the series of a catalog: of all its distributions, or (the publisher's) of those with series. */
export async function readContext(
  tx: Statements,
  catalogId: string,
  whole = false,
): Promise<PublishableContext> {
  const catalog = await tx.one("SELECT metadata FROM caudal.catalog WHERE id = $1", catalogId);
  const rows = await tx.all(
    `SELECT dataset.id AS dataset_id, dataset.metadata AS dataset, dataset.themes,
       distribution.id AS distribution_id, distribution.metadata AS distribution, distribution.enriched
     FROM caudal.distribution JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = $1
       AND ($2 OR EXISTS (SELECT FROM caudal.series WHERE series.distribution_key = distribution.key))
     ORDER BY dataset.id, distribution.id`,
    catalogId,
    whole,
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

async function readSearchDocuments(tx: Statements, catalogId: string): Promise<SearchDocument[]> {
  const datasets = await tx.all(
    "SELECT key, metadata, themes FROM caudal.dataset WHERE catalog_id = $1",
    catalogId,
  );
  const rows = await tx.all(
    `SELECT of_catalog.*, field.metadata
     FROM (SELECT dataset.key AS dataset_key, series.distribution_key, series.id, series.title, series.enriched
       ${SERIES_OF_CATALOG}) AS of_catalog
       LEFT JOIN caudal.field ON field.distribution_key = of_catalog.distribution_key
         AND hashtextextended(field.id, 0) = hashtextextended(of_catalog.id, 0)
         AND field.title = of_catalog.title AND field.id = of_catalog.id`,
    catalogId,
  );
  const shared = new Map(
    datasets.map(({ key, metadata, themes }) => [
      key,
      searchDataset(parse(metadata), parseOptional<JsonObject[]>(themes) ?? null),
    ]),
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
      shared.get(row.dataset_key)!,
    )
  );
}

async function readSummary(tx: Statements, catalogId: string): Promise<CatalogSummary | undefined> {
  const row = await tx.one(
    `SELECT count(DISTINCT dataset.key) AS datasets, count(DISTINCT distribution.key) AS distributions,
       count(*) AS series, sum(value_count) AS "values", min(first_date) AS first, max(last_date) AS last
     ${SERIES_OF_CATALOG}`,
    catalogId,
  );
  if (row!.series === 0) return undefined;
  const catalog = await tx.one("SELECT metadata FROM caudal.catalog WHERE id = $1", catalogId);
  const example = await tx.one(
    `SELECT series.id, field.metadata
     FROM (SELECT distribution.key FROM caudal.distribution
         JOIN caudal.dataset ON dataset.key = distribution.dataset_key
       WHERE dataset.catalog_id = $1
         AND EXISTS (SELECT FROM caudal.series WHERE series.distribution_key = distribution.key)
       ORDER BY dataset.id, distribution.id LIMIT 1) AS first
       JOIN caudal.series ON series.distribution_key = first.key
       LEFT JOIN caudal.field ON field.distribution_key = series.distribution_key
         AND field.title = series.title AND field.id = series.id
     ORDER BY field.position NULLS FIRST, series.id LIMIT 1`,
    catalogId,
  );
  return {
    id: catalogId,
    title: textIn(catalog!.metadata, "title") || catalogId,
    datasets: row!.datasets as number,
    distributions: row!.distributions as number,
    series: row!.series as number,
    values: row!.values as number,
    first: row!.first as string,
    last: row!.last as string,
    example: { id: example!.id as string, description: textIn(example!.metadata, "description") },
  };
}
