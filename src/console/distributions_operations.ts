// Rows of distributions and series: lists, reading anew, deleting for good.

import * as z from "zod";
import type { Purged } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import {
  deleteDistribution,
  deleteSeries,
  DistributionAnswer,
  EnrichedAnswer,
  listDistributions,
  listEnriched,
  listSeries,
  PurgedAnswer,
  readSeries,
  refreshDistribution,
  RefreshedAnswer,
  SeriesAnswer,
  SeriesDetails,
} from "../operation/distributions.ts";
import { FLAG, PAGE, SORTED_PAGE } from "../operation/page.ts";
import type { NetworkContext } from "./nodes_operations.ts";
import type { Operation } from "./operation.ts";

const ONE_DISTRIBUTION = "/distributions/:catalog/:dataset/:distribution";

const keyOf = ({ catalog, dataset, distribution }: Readonly<Record<string, string>>): DistributionKey => ({
  catalogId: catalog!,
  datasetId: dataset!,
  distributionId: distribution!,
});

const purged = ({ distributions, seriesIds, versions }: Purged) => ({
  distributions,
  series: [...seriesIds].sort(),
  versions,
});

export const DISTRIBUTIONS_OPERATIONS: readonly Operation<NetworkContext>[] = [
  {
    id: "distributions.list",
    method: "get",
    path: "/distributions",
    role: "viewer",
    summary: "Distribuciones con series de tiempo",
    query: z.strictObject({
      ...SORTED_PAGE,
      catalog_id: z.string().optional(),
      dataset_id: z.string().optional(),
      distribution_id: z.string().optional(),
      present: FLAG,
      updated: FLAG,
      failed: FLAG,
    }),
    answer: z.object({ total: z.number(), rows: z.array(DistributionAnswer) }),
    run: ({ network }, { query: { offset, limit, sort, ...filter } }) =>
      listDistributions(network, filter, { offset, limit, sort }),
  },
  {
    id: "distributions.refresh",
    method: "post",
    path: `${ONE_DISTRIBUTION}/refresh`,
    role: "operator",
    summary: "Refresca los datos: la lee, valida e indexa ahora, haya cambiado o no, y publica",
    answer: RefreshedAnswer,
    async run({ network }, { params }) {
      const refreshed = await refreshDistribution(network, keyOf(params));
      return {
        run: refreshed.run,
        errors: refreshed.errors,
        new_series: refreshed.newSeries,
        changed_series: refreshed.changedSeries,
        unchanged_series: refreshed.unchangedSeries,
      };
    },
  },
  {
    id: "distributions.remove",
    method: "delete",
    path: ONE_DISTRIBUTION,
    role: "admin",
    summary: "Elimina para siempre una distribución, sus series y todas sus versiones",
    answer: PurgedAnswer,
    run: async ({ network }, { params }) => purged(await deleteDistribution(network, keyOf(params))),
  },
  {
    id: "series.list",
    method: "get",
    path: "/series",
    role: "viewer",
    summary: "Series disponibles",
    query: z.strictObject({
      ...PAGE,
      catalog_id: z.string().optional(),
      dataset_id: z.string().optional(),
      distribution_id: z.string().optional(),
      id: z.string().optional(),
    }),
    answer: z.object({ total: z.number(), rows: z.array(SeriesAnswer) }),
    run: ({ network }, { query: { offset, limit, ...filter } }) =>
      listSeries(network, filter, { offset, limit }),
  },
  {
    id: "series.get",
    method: "get",
    path: "/series/:id",
    role: "viewer",
    summary: "Una serie, con sus metadatos enriquecidos y sus versiones",
    answer: SeriesDetails,
    run: ({ network }, { params }) => readSeries(network, params.id!),
  },
  {
    id: "enriched.list",
    method: "get",
    path: "/enriched",
    role: "viewer",
    summary:
      "Metadatos enriquecidos, una fila por clave; la página y el total se cuentan en distribuciones o series",
    query: z.strictObject({
      ...PAGE,
      entity: z.enum(["distribution", "series"]).default("series"),
      key: z.string().optional(),
      catalog_id: z.string().optional(),
      dataset_id: z.string().optional(),
      distribution_id: z.string().optional(),
      id: z.string().optional(),
    }),
    answer: z.object({ total: z.number(), rows: z.array(EnrichedAnswer) }),
    run: ({ network }, { query: { offset, limit, ...filter } }) =>
      listEnriched(network, filter, { offset, limit }),
  },
  {
    id: "series.remove",
    method: "delete",
    path: "/series/:id",
    role: "admin",
    summary: "Elimina para siempre una serie y todas sus versiones",
    answer: PurgedAnswer,
    run: async ({ network }, { params }) => purged(await deleteSeries(network, params.id!)),
  },
];
