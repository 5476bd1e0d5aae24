// Rows of catalogs and datasets, and what operators decide on datasets.

import * as z from "zod";
import {
  DatasetAnswer,
  DatasetName,
  exportDatasets,
  exportFederation,
  type FederationExport,
  listDatasets,
  REVIEW_STATES,
  setDatasetsFederable,
  setDatasetsReviewed,
  setDatasetsStarred,
} from "../operation/datasets.ts";
import { CatalogAnswer, listCatalogs } from "../operation/distributions.ts";
import { FLAG, SORTED_PAGE } from "../operation/page.ts";
import type { NetworkContext } from "./nodes_operations.ts";
import type { Operation } from "./operation.ts";

const datasets = z.array(DatasetName).min(1).max(10_000);

export const DATASETS_OPERATIONS: readonly Operation<NetworkContext>[] = [
  {
    id: "catalogs.list",
    method: "get",
    path: "/catalogs",
    role: "viewer",
    summary: "Catálogos que alguna vez se intentó leer",
    query: z.strictObject({
      ...SORTED_PAGE,
      catalog_id: z.string().optional(),
      present: FLAG,
      updated: FLAG,
    }),
    answer: z.object({ total: z.number(), rows: z.array(CatalogAnswer) }),
    run: ({ network }, { query: { offset, limit, sort, ...filter } }) =>
      listCatalogs(network, filter, { offset, limit, sort }),
  },
  {
    id: "datasets.list",
    method: "get",
    path: "/datasets",
    role: "viewer",
    summary: "Datasets con series de tiempo",
    query: z.strictObject({
      ...SORTED_PAGE,
      catalog_id: z.string().optional(),
      dataset_id: z.string().optional(),
      starred: FLAG,
      present: FLAG,
      updated: FLAG,
      federable: FLAG,
      reviewed: z.enum(REVIEW_STATES).optional(),
    }),
    answer: z.object({ total: z.number(), rows: z.array(DatasetAnswer) }),
    run: ({ network }, { query: { offset, limit, sort, ...filter } }) =>
      listDatasets(network, filter, { offset, limit, sort }),
  },
  {
    id: "datasets.federable",
    method: "post",
    path: "/datasets-federable",
    role: "operator",
    summary: "Marca datasets como federables, o como no federables",
    body: z.strictObject({ datasets, federable: z.boolean() }),
    run: ({ network }, { body }) => setDatasetsFederable(network, body.datasets, body.federable),
  },
  {
    id: "datasets.starred",
    method: "post",
    path: "/datasets-starred",
    role: "operator",
    summary: "Marca datasets como destacados, o como no destacados",
    body: z.strictObject({ datasets, starred: z.boolean() }),
    run: ({ network }, { body }) => setDatasetsStarred(network, body.datasets, body.starred),
  },
  {
    id: "datasets.reviewed",
    method: "post",
    path: "/datasets-reviewed",
    role: "operator",
    summary: "Marca datasets como revisados, en revisión o no revisados",
    body: z.strictObject({ datasets, reviewed: z.enum(REVIEW_STATES) }),
    run: ({ network }, { body }) => setDatasetsReviewed(network, body.datasets, body.reviewed),
  },
  {
    id: "datasets.export",
    method: "get",
    path: "/federacion-config.csv",
    role: "viewer",
    summary: "Todos los datasets federables, como archivo de federación",
    run: async ({ network }) => csvAnswer(await exportFederation(network)),
  },
  {
    id: "datasets.export_selection",
    method: "post",
    path: "/datasets-config",
    role: "viewer",
    summary: "Los datasets elegidos, como archivo de federación",
    body: z.strictObject({ datasets }),
    run: async ({ network }, { body }) => csvAnswer(await exportDatasets(network, body.datasets)),
  },
];

function csvAnswer({ name, text }: FederationExport): Response {
  return new Response(text, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
    },
  });
}
