// Datasets as operators look through them and decide on them: federable, starred, reviewed. A dataset under revision
// that a reading changes is not reviewed any more; that is told from the run that last changed it, so that no harvest
// has to know of revisions.

import * as z from "zod";
import type { DatasetEntity, DatasetKey } from "../core/canonical_store.ts";
import { Problem } from "../core/problem.ts";
import type { RecordChange } from "../core/records.ts";
import { federationCsv } from "./federation_files.ts";
import { dayOf, momentOf, type Network } from "./network.ts";
import { fits, type Page, paged } from "./page.ts";

export const REVIEW_STATES = ["REVIEWED", "ON_REVISION", "NOT_REVIEWED"] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

export const DatasetAnswer = z.object({
  catalog_id: z.string(),
  dataset_id: z.string(),
  title: z.string(),
  landing_page: z.string().describe("Vacío si no se declara"),
  present: z.boolean().describe("Si su catálogo lo nombraba al leerlo por última vez"),
  updated: z.boolean().describe("Si la última lectura lo cambió, o algo de lo que contiene"),
  federable: z.boolean(),
  starred: z.boolean(),
  reviewed: z.enum(REVIEW_STATES),
  last_reviewed: z.string().nullable().describe("Cuándo se lo marcó como revisado"),
});
export type DatasetAnswer = z.infer<typeof DatasetAnswer>;

export const DatasetName = z.strictObject({ catalog_id: z.string(), dataset_id: z.string() });
type DatasetName = z.infer<typeof DatasetName>;

/** What an operator said of a dataset. */
type Review = {
  readonly starred: boolean;
  readonly reviewed: ReviewState;
  readonly last_reviewed: string | null;
  /** The run that had last changed it then. */
  readonly changed_run: number;
};

const NO_REVIEW: Review = { starred: false, reviewed: "NOT_REVIEWED", last_reviewed: null, changed_run: 0 };
const idOf = ({ catalogId, datasetId }: DatasetKey) => JSON.stringify([catalogId, datasetId]);
const keyOf = ({ catalog_id, dataset_id }: DatasetName): DatasetKey => ({
  catalogId: catalog_id,
  datasetId: dataset_id,
});

export type DatasetFilter = Partial<
  Pick<
    DatasetAnswer,
    "catalog_id" | "dataset_id" | "starred" | "present" | "updated" | "federable" | "reviewed"
  >
>;

/** Datasets that fit the filter, by catalog and id. */
export async function listDatasets(network: Network, filter: DatasetFilter, page: Page) {
  const { store, records } = network;
  const reviews = new Map((await records.records("dataset_review")).map(({ id, value }) => [id, value]));
  const readRuns = new Map((await store.catalogEntities()).map(({ id, readRun }) => [id, readRun]));
  const datasets = (await store.datasetEntities())
    .map((dataset) =>
      answerOf(dataset, readRuns.get(dataset.catalogId), reviews.get(idOf(dataset)) as Review | undefined)
    )
    .filter((dataset) => fits(dataset, filter));
  return paged(datasets, page);
}

function answerOf(
  dataset: DatasetEntity,
  readRun: number | undefined,
  review: Review = NO_REVIEW,
): DatasetAnswer {
  const isOutdated = review.reviewed === "ON_REVISION" && dataset.changedRun > review.changed_run;
  return {
    catalog_id: dataset.catalogId,
    dataset_id: dataset.datasetId,
    title: dataset.title,
    landing_page: dataset.landingPage,
    present: dataset.present,
    updated: dataset.present && dataset.changedRun === readRun,
    federable: dataset.federable,
    starred: review.starred,
    reviewed: isOutdated ? "NOT_REVIEWED" : review.reviewed,
    last_reviewed: review.last_reviewed,
  };
}

/** Errors: Problem `not_found` that names all that are not there; nothing is changed then. */
export async function setDatasetsFederable(
  { store }: Network,
  names: readonly DatasetName[],
  federable: boolean,
): Promise<void> {
  const datasets = await knownDatasets(store, names);
  await store.saveFederable(datasets, federable);
}

/** Errors: as `setDatasetsFederable`. */
export function setDatasetsStarred(
  network: Network,
  names: readonly DatasetName[],
  starred: boolean,
): Promise<void> {
  return review(network, names, (before) => ({ ...before, starred }));
}

/** Errors: as `setDatasetsFederable`. */
export function setDatasetsReviewed(
  network: Network,
  names: readonly DatasetName[],
  reviewed: ReviewState,
): Promise<void> {
  const at = momentOf(network.now());
  return review(network, names, (before, { changedRun }) => ({
    ...before,
    reviewed,
    last_reviewed: reviewed === "REVIEWED" ? at : before.last_reviewed,
    changed_run: changedRun,
  }));
}

async function review(
  { store, records }: Network,
  names: readonly DatasetName[],
  after: (before: Review, dataset: DatasetEntity) => Review,
): Promise<void> {
  const changes: RecordChange[] = [];
  for (const dataset of await knownDatasets(store, names)) {
    const id = idOf(dataset);
    const kept = await records.record("dataset_review", id);
    const value = after(kept?.value as Review | undefined ?? NO_REVIEW, dataset);
    changes.push({ kind: "dataset_review", id, version: kept?.version ?? 0, value });
  }
  await records.write(changes);
}

async function knownDatasets(
  store: Network["store"],
  names: readonly DatasetName[],
): Promise<DatasetEntity[]> {
  const all = new Map((await store.datasetEntities()).map((dataset) => [idOf(dataset), dataset]));
  const unknown = names.filter((name) => !all.has(idOf(keyOf(name))));
  if (unknown.length > 0) {
    const told = unknown.slice(0, 20).map(({ catalog_id, dataset_id }) => `(${catalog_id}, ${dataset_id})`);
    const more = unknown.length > told.length ? ` y ${unknown.length - told.length} más` : "";
    throw new Problem("not_found", `No hay datasets ${told.join(", ")}${more}`);
  }
  return [...new Set(names.map((name) => idOf(keyOf(name))))].map((id) => all.get(id)!);
}

/** A file that federates datasets again. */
export type FederationExport = { readonly name: string; readonly text: string };

/** Of all federable datasets. */
export async function exportFederation({ store }: Network): Promise<FederationExport> {
  const federable = (await store.datasetEntities()).filter(({ federable }) => federable);
  return { name: "federacion-config.csv", text: federationCsv(federable) };
}

/** Of a selection. Errors: as `setDatasetsFederable`. */
export async function exportDatasets(
  { store, now }: Network,
  names: readonly DatasetName[],
): Promise<FederationExport> {
  const datasets = await knownDatasets(store, names);
  return { name: `config_${dayOf(now())}.csv`, text: federationCsv(datasets) };
}
