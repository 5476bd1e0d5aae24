// Rows of the reports of harvests: their list, one as JSON, as the page that was mailed, and its files.

import * as z from "zod";
import { INDICATOR_NAMES, type Indicators } from "../core/indicators.ts";
import { globalIndicators, type MendableFault, type NodeIndexing } from "../core/indexing_report.ts";
import type { Journal } from "../core/journal.ts";
import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import { contentTypeOf, isReportFile, REPORT_FILES } from "../operation/report_files.ts";
import { reportLetter, type WritePage } from "../operation/report_task.ts";
import { type KeptReport, listReports, nodeOf, readReport, readReportFile } from "../operation/reports.ts";
import type { Operation } from "./operation.ts";

export type ReportContext = {
  readonly journal: Journal;
  readonly records: Records;
  /** Tells installations apart in titles; empty for none. */
  readonly envType: string;
  readonly writePage: WritePage;
  /** Content policy of the pages that it writes. */
  readonly pagePolicy: string;
};

const moment = z.iso.datetime();
const IndicatorsAnswer = z.record(z.enum(INDICATOR_NAMES as [string, ...string[]]), z.number());
const FaultAnswer = z.object({
  level: z.enum(["catalog", "dataset", "distribution", "field"]),
  dataset_id: z.string().nullable(),
  distribution_id: z.string().nullable(),
  dataset_title: z.string(),
  distribution_title: z.string(),
  url: z.string().nullable(),
  errors: z.array(z.object({
    text: z.string(),
    heading: z.string().describe("De qué clase es"),
    remedy: z.string().describe("Cómo corregirlo"),
  })),
  earlier: z.boolean().describe("De una lectura anterior: en ésta no se llegó a leer"),
});
const NodeAnswer = z.object({
  catalog_id: z.string(),
  title: z.string(),
  url: z.string(),
  indicators: IndicatorsAnswer.nullable().describe("Nada si el catálogo no se pudo leer"),
  faults: z.array(FaultAnswer),
  warnings: z.array(z.string()),
});
const SUMMARY = {
  id: z.number(),
  made_at: moment,
  harvest_run: z.number().describe("La corrida de cosecha de la que informa"),
  started_at: moment,
  finished_at: moment,
  node: z.string().nullable().describe("El nodo que se pidió, si fue uno solo"),
  indicators: IndicatorsAnswer.describe("La suma de los nodos"),
  queries_yesterday: z.object({ day: z.iso.date(), count: z.number() }).nullable(),
};
const SummaryAnswer = z.object({ ...SUMMARY, nodes: z.number(), faults: z.number() });
const ReportAnswer = z.object({
  ...SUMMARY,
  nodes: z.array(NodeAnswer),
  warnings: z.array(z.string()).describe("Lo que el registro de nodos dejó afuera"),
});

const text = (ms: number) => new Date(ms).toISOString();
const figures = (indicators: Indicators) => ({ ...indicators });

function summary({ id, madeAt, node, report }: KeptReport) {
  return {
    id,
    made_at: text(madeAt),
    harvest_run: report.run,
    started_at: text(report.startedAt),
    finished_at: text(report.finishedAt),
    node: node ?? null,
    indicators: figures(globalIndicators(report)),
    queries_yesterday: report.queries,
  };
}

function faultAnswer(fault: MendableFault) {
  const { level, datasetId, distributionId, url, errors, advice, isEarlier } = fault;
  return {
    level,
    dataset_id: datasetId ?? null,
    distribution_id: distributionId ?? null,
    dataset_title: fault.datasetTitle,
    distribution_title: fault.distributionTitle,
    url: url ?? null,
    errors: errors.map((text, i) => ({ text, ...advice[i]! })),
    earlier: isEarlier,
  };
}

function nodeAnswer({ catalogId, title, url, indicators, faults, warnings }: NodeIndexing) {
  return {
    catalog_id: catalogId,
    title,
    url,
    indicators: indicators && figures(indicators),
    faults: faults.map(faultAnswer),
    warnings: [...warnings],
  };
}

const OF_NODE = z.strictObject({
  node: z.string().min(1).optional().describe("Sólo lo de este catálogo"),
});

export const REPORT_OPERATIONS: readonly Operation<ReportContext>[] = [
  {
    id: "reports.list",
    method: "get",
    path: "/reports",
    role: "viewer",
    summary: "Informes de cosechas, los últimos primero",
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    answer: z.object({ reports: z.array(SummaryAnswer) }),
    run: async ({ journal }, { query: { limit } }) => ({
      reports: (await listReports(journal, limit)).map((kept) => ({
        ...summary(kept),
        nodes: kept.report.nodes.length,
        faults: kept.report.nodes.reduce((sum, { faults }) => sum + faults.length, 0),
      })),
    }),
  },
  {
    id: "reports.get",
    method: "get",
    path: "/reports/:id",
    role: "viewer",
    summary: "Un informe: indicadores y errores de todos los nodos",
    answer: ReportAnswer,
    async run({ journal }, { params }) {
      const kept = await readReport(journal, params.id!);
      const { nodes, warnings } = kept.report;
      return { ...summary(kept), nodes: nodes.map(nodeAnswer), warnings: [...warnings] };
    },
  },
  {
    id: "reports.node",
    method: "get",
    path: "/reports/:id/nodes/:node",
    role: "viewer",
    summary: "Lo que un informe dice de un nodo",
    answer: NodeAnswer,
    run: async ({ journal }, { params }) =>
      nodeAnswer(nodeOf(await readReport(journal, params.id!), params.node!)),
  },
  {
    id: "reports.page",
    method: "get",
    path: "/reports/:id/page",
    role: "viewer",
    summary: "El informe como página, la misma del correo: de todos los nodos o de uno",
    query: OF_NODE,
    answer: "text/html",
    async run({ journal, envType, writePage, pagePolicy }, { params, query: { node } }) {
      const { subject, letter } = reportLetter(await readReport(journal, params.id!), envType, node);
      return new Response(await writePage(letter, subject), {
        headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": pagePolicy },
      });
    },
  },
  {
    id: "reports.file",
    method: "get",
    path: "/reports/:id/files/:name",
    role: "viewer",
    summary: `Un archivo del informe, de todos los nodos o de uno: ${REPORT_FILES.join(", ")}`,
    query: OF_NODE,
    answer: "application/octet-stream",
    async run(context, { params: { id, name = "" }, query: { node } }) {
      if (!isReportFile(name)) throw new Problem("not_found", `Un informe no tiene un archivo "${name}"`);
      return new Response(await readReportFile(context, id!, name, node), {
        headers: {
          "content-type": contentTypeOf(name),
          "content-disposition": `attachment; filename="${name}"`,
        },
      });
    },
  },
];
