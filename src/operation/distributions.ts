// Catalogs, distributions and series as operators look through them; reading a distribution anew, and deleting for
// good.

import * as z from "zod";
import type { DistributionEntity, Purged } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import { Problem } from "../core/problem.ts";
import { forgetFed, isFed } from "./fed_distributions.ts";
import { momentOf, type Network, type Refreshed } from "./network.ts";
import { fits, type Page, paged } from "./page.ts";

export const CatalogAnswer = z.object({
  catalog_id: z.string(),
  title: z.string(),
  present: z.boolean().describe("Si se pudo leer la última vez"),
  updated: z.boolean().describe("Si la última lectura lo cambió, o algo de lo que contiene"),
  error: z.string().nullable(),
});

export const DistributionAnswer = z.object({
  catalog_id: z.string(),
  dataset_id: z.string(),
  distribution_id: z.string(),
  title: z.string(),
  last_updated: z.string().nullable().describe("Cuándo cambiaron sus valores por última vez"),
  present: z.boolean().describe("Si su catálogo la nombraba al leerlo por última vez"),
  updated: z.boolean().describe("Si la última lectura la cambió, o algo de lo que contiene"),
  series: z.number().describe("Series disponibles"),
  error: z.string().nullable().describe("Por qué no se tomó la última vez"),
});
type DistributionAnswer = z.infer<typeof DistributionAnswer>;

export const SeriesAnswer = z.object({
  id: z.string(),
  title: z.string(),
  catalog_id: z.string(),
  dataset_id: z.string(),
  distribution_id: z.string(),
  present: z.boolean().describe("Si su catálogo la nombraba al leerlo por última vez"),
  start: z.string(),
  end: z.string(),
  values: z.number(),
  versions: z.number(),
});

export const SeriesDetails = SeriesAnswer.extend({
  metadata: z.record(z.string(), z.unknown()).describe("Lo que declara su catálogo"),
  enriched: z.record(z.string(), z.string()).describe("Metadatos enriquecidos"),
  history: z.array(z.object({
    version: z.number(),
    run: z.number(),
    at: z.string(),
    source_hash: z.string().describe("SHA-512 del archivo que la trajo"),
  })),
});

export const EnrichedAnswer = z.object({
  entity: z.enum(["distribution", "series"]),
  id: z.string(),
  title: z.string(),
  key: z.string(),
  value: z.string(),
});

export const PurgedAnswer = z.object({
  distributions: z.number(),
  series: z.array(z.string()).describe("Ids que quedan libres"),
  versions: z.number(),
});

export const RefreshedAnswer = z.object({
  run: z.number(),
  errors: z.array(z.string()).describe("Por qué no se tomó; vacío si se tomó"),
  new_series: z.number(),
  changed_series: z.number(),
  unchanged_series: z.number(),
});

export async function listCatalogs(
  { store }: Network,
  filter: Partial<Pick<z.infer<typeof CatalogAnswer>, "catalog_id" | "present" | "updated">>,
  page: Page,
) {
  const catalogs = (await store.catalogEntities())
    .map(({ id, title, present, changedRun, readRun, fault }) => ({
      catalog_id: id,
      title,
      present,
      updated: present && changedRun === readRun,
      error: fault,
    }))
    .filter((catalog) => fits(catalog, filter));
  return paged(catalogs, page);
}

export type DistributionFilter = Partial<
  Pick<DistributionAnswer, "catalog_id" | "dataset_id" | "distribution_id" | "present" | "updated">
>;

/** Distributions that fit the filter, by catalog, dataset and id; with `failed` those with an error, or without. */
export async function listDistributions(
  { store }: Network,
  { failed, ...filter }: DistributionFilter & { readonly failed?: boolean | undefined },
  page: Page,
) {
  const readRuns = new Map((await store.catalogEntities()).map(({ id, readRun }) => [id, readRun]));
  const distributions = (await store.distributionEntities())
    .map((one) => distributionAnswer(one, readRuns.get(one.catalogId)))
    .filter((one) => fits(one, filter) && (failed === undefined || (one.error !== null) === failed));
  return paged(distributions, page);
}

function distributionAnswer(one: DistributionEntity, readRun: number | undefined): DistributionAnswer {
  return {
    catalog_id: one.catalogId,
    dataset_id: one.datasetId,
    distribution_id: one.distributionId,
    title: one.title,
    last_updated: one.changedAt === null ? null : momentOf(one.changedAt),
    present: one.present,
    updated: one.present && one.changedRun === readRun,
    series: one.series,
    error: one.fault,
  };
}

export type SeriesFilterText = {
  readonly catalog_id?: string | undefined;
  readonly dataset_id?: string | undefined;
  readonly distribution_id?: string | undefined;
  readonly id?: string | undefined;
};

/** Available series that fit the filter, by place and id. */
export async function listSeries({ store }: Network, filter: SeriesFilterText, page: Page) {
  const ids = {
    ...(filter.catalog_id !== undefined && { catalogId: filter.catalog_id }),
    ...(filter.dataset_id !== undefined && { datasetId: filter.dataset_id }),
    ...(filter.distribution_id !== undefined && { distributionId: filter.distribution_id }),
    ...(filter.id !== undefined && { seriesId: filter.id }),
  };
  const { total, series } = await store.seriesEntities(ids, page);
  const rows = series.map((one) => ({
    id: one.id,
    title: one.title,
    catalog_id: one.catalogId,
    dataset_id: one.datasetId,
    distribution_id: one.distributionId,
    present: one.present,
    start: one.first,
    end: one.last,
    values: one.values,
    versions: one.versions,
  }));
  return { total, rows };
}

/** A series with its metadata and history. Errors: Problem `not_found`. */
export async function readSeries(network: Network, id: string): Promise<z.infer<typeof SeriesDetails>> {
  const { rows: [row] } = await listSeries(network, { id }, { offset: 0, limit: 1 });
  const [series] = await network.store.dumpSeriesById([id]);
  if (!row || !series) throw unknownSeries(id);
  return {
    ...row,
    metadata: series.field,
    enriched: { ...series.enriched },
    history: (await network.store.versions(id)).map(({ number, runId, at, sourceHash }) => ({
      version: number,
      run: runId,
      at: momentOf(at),
      source_hash: sourceHash,
    })),
  };
}

/**
 * Enriched metadata, a row a key: of the distributions or series of a page, and how many of them there are in all.
 * With `key` only its rows.
 */
export async function listEnriched(
  network: Network,
  { entity, key, ...filter }: SeriesFilterText & {
    readonly entity: "distribution" | "series";
    readonly key?: string | undefined;
  },
  page: Page,
): Promise<{ total: number; rows: z.infer<typeof EnrichedAnswer>[] }> {
  const { total, entities } = entity === "series"
    ? await enrichedSeries(network, filter, page)
    : await enrichedDistributions(network, filter, page);
  const rows = entities.flatMap(({ id, title, enriched }) =>
    Object.entries(enriched).filter(([name]) => key === undefined || name === key)
      .map(([name, value]) => ({ entity, id, title, key: name, value }))
  );
  return { total, rows };
}

type EnrichedEntity = { readonly id: string; readonly title: string; readonly enriched: object };

async function enrichedSeries(network: Network, filter: SeriesFilterText, page: Page) {
  const { total, rows } = await listSeries(network, filter, page);
  const series = await network.store.dumpSeriesById(rows.map(({ id }) => id));
  const titles = new Map(rows.map(({ id, title }) => [id, title]));
  const entities = series.map(({ id, enriched }): EnrichedEntity => ({
    id,
    title: titles.get(id)!,
    enriched,
  }));
  return { total, entities };
}

async function enrichedDistributions(network: Network, { id, ...filter }: SeriesFilterText, page: Page) {
  const wanted = { ...filter, ...(id !== undefined && { distribution_id: id }) };
  const { total, rows } = await listDistributions(network, wanted, page);
  const catalogs = [...new Set(rows.map(({ catalog_id }) => catalog_id))];
  const contexts = new Map(
    await Promise.all(catalogs.map(async (one) => [one, await network.store.wholeContext(one)] as const)),
  );
  const entities = rows.map(({ catalog_id, dataset_id, distribution_id, title }): EnrichedEntity => ({
    id: distribution_id,
    title,
    enriched:
      contexts.get(catalog_id)!.distributions.find(({ datasetId, distributionId }) =>
        datasetId === dataset_id && distributionId === distribution_id
      )?.enriched ?? {},
  }));
  return { total, entities };
}

const unknownSeries = (id: string) => new Problem("not_found", `No hay una serie "${id}"`);

/** Errors: Problem `not_found`. */
async function knownDistribution({ store }: Network, key: DistributionKey): Promise<DistributionEntity> {
  const found = (await store.distributionEntities()).find((one) =>
    one.catalogId === key.catalogId && one.datasetId === key.datasetId &&
    one.distributionId === key.distributionId
  );
  if (found) return found;
  const { catalogId, datasetId, distributionId } = key;
  throw new Problem(
    "not_found",
    `No hay una distribución "${distributionId}" en el dataset "${datasetId}" del catálogo "${catalogId}"`,
  );
}

/**
 * Reads a distribution anew, changed or not, and publishes what came of it.
 * Errors: Problem `not_found`; `conflict` where it is not harvested, or a sequence feeds it; those of a harvest.
 */
export async function refreshDistribution(network: Network, key: DistributionKey): Promise<Refreshed> {
  const { present } = await knownDistribution(network, key);
  if (!present) {
    throw new Problem(
      "conflict",
      `El catálogo "${key.catalogId}" ya no nombra la distribución: no hay qué leer`,
    );
  }
  if (await isFed(network.records, key)) {
    throw new Problem(
      "conflict",
      "La distribución la publica una secuencia de esta instalación: corra la secuencia, o borre la distribución " +
        "para que la próxima cosecha vuelva a leerla de su publicador",
    );
  }
  const dataset = (await network.store.datasetEntities()).find(({ catalogId, datasetId }) =>
    catalogId === key.catalogId && datasetId === key.datasetId
  );
  if (!dataset?.federable) {
    throw new Problem("conflict", `El dataset "${key.datasetId}" no es federable, así que no se lee`);
  }
  return await network.refresh(key);
}

/**
 * Deletes a distribution with its series and all their versions; what is published has them until the next publish.
 * Errors: Problem `not_found`; `conflict` while a harvest runs.
 */
export function deleteDistribution(network: Network, key: DistributionKey): Promise<Purged> {
  return network.exclusively(async () => {
    await knownDistribution(network, key);
    const purged = await network.store.purge({ distributions: [key] });
    await forgetFed(network.records, key);
    return purged;
  });
}

/** As `deleteDistribution`, of one series. */
export function deleteSeries(network: Network, id: string): Promise<Purged> {
  return network.exclusively(async () => {
    const { total } = await network.store.seriesEntities({ seriesId: id }, { offset: 0, limit: 1 });
    if (total === 0) throw unknownSeries(id);
    return await network.store.purge({ seriesIds: [id] });
  });
}
