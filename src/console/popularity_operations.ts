// Rows of popularity: where hits are imported from, and the hits of series by day.

import * as z from "zod";
import type { CheckGateway } from "../core/gateway_log.ts";
import type { PopularityStore } from "../core/popularity_store.ts";
import type { Records } from "../core/records.ts";
import { dayOfIso, isoDate } from "../core/time.ts";
import { describeGateway, GatewayAnswer, GatewaySchema, saveGateway } from "../operation/analytics.ts";
import { PAGE } from "../operation/page.ts";
import type { Operation } from "./operation.ts";

/** Behind `popularity`, so that what it needs is opened by its first use. */
export type PopularityContext = {
  readonly popularity: {
    readonly store: Pick<PopularityStore, "dailyHits" | "logPosition">;
    readonly records: Records;
    readonly checkGateway: CheckGateway;
  };
};

const date = z.iso.date("debe ser AAAA-MM-DD").optional();

export const POPULARITY_OPERATIONS: readonly Operation<PopularityContext>[] = [
  {
    id: "analytics.get",
    method: "get",
    path: "/analytics",
    role: "viewer",
    summary: "De dónde se importan las consultas; el token no se muestra nunca",
    answer: GatewayAnswer,
    run: ({ popularity: { records, store } }) => describeGateway(records, store),
  },
  {
    id: "analytics.save",
    method: "put",
    path: "/analytics",
    role: "admin",
    summary: "Dice de qué gateway se importan las consultas, si responde",
    body: GatewaySchema,
    answer: GatewayAnswer,
    async run({ popularity: { records, store, checkGateway } }, { body }) {
      await saveGateway(records, checkGateway, body);
      return await describeGateway(records, store);
    },
  },
  {
    id: "hits.list",
    method: "get",
    path: "/hits",
    role: "viewer",
    summary: "Consultas por serie y día, los últimos primero",
    query: z.strictObject({
      ...PAGE,
      series: z.string().min(1).optional().describe("Sólo las de esta serie"),
      from: date.describe("Primer día"),
      to: date.describe("Último día"),
    }),
    answer: z.object({
      total: z.number().describe("Filas en total"),
      hits: z.number().describe("Consultas en total"),
      rows: z.array(z.object({ series: z.string(), day: z.string(), hits: z.number() })),
    }),
    async run({ popularity: { store } }, { query: { series, from, to, offset, limit } }) {
      const filter = {
        ...(series !== undefined && { seriesId: series }),
        ...(from !== undefined && { from: dayOfIso(from)! }),
        ...(to !== undefined && { to: dayOfIso(to)! }),
      };
      const { total, hits, rows } = await store.dailyHits(filter, { offset, limit });
      return {
        total,
        hits,
        rows: rows.map(({ seriesId, day, hits }) => ({ series: seriesId, day: isoDate(day), hits })),
      };
    },
  },
];
