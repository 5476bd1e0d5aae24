// Reports of harvests: made from what the store and the journal know, kept in the journal, with their files as records
// beside it.

import type { CanonicalStore } from "../core/canonical_store.ts";
import type { CatalogHistory, EntityHistory } from "../core/catalog_history.ts";
import { indicatorsOf } from "../core/indicators.ts";
import type { IndexingReport, MendableFault, NodeIndexing } from "../core/indexing_report.ts";
import type { Journal, Run } from "../core/journal.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import type { HarvestReport, NodeReport, ReportedFault } from "../core/report.ts";
import { reportedEntities } from "../core/reported_entities.ts";
import { buenosAiresDay, type EpochDay, isoDate } from "../core/time.ts";
import { adviceOn } from "./fault_remedies.ts";
import { removeRecord } from "./removal.ts";
import { joinReportFiles, type ReportFileName, type ReportFiles, reportFiles } from "./report_files.ts";

export type Reporting = {
  readonly store: Pick<CanonicalStore, "nodes" | "catalogHistory">;
  readonly journal: Journal;
  readonly records: Records;
  /** Epoch ms. */
  readonly now: () => number;
  /** Queries that the API answered on a day of Buenos Aires; without it reports do not tell. */
  readonly queriesOn?: (day: EpochDay) => Promise<number>;
};

/** A report as the journal keeps it. */
export type KeptReport = {
  /** Of its run. */
  readonly id: number;
  /** Epoch ms. */
  readonly madeAt: number;
  /** The one node that was asked for. */
  readonly node?: string;
  readonly report: IndexingReport;
};

export type MadeReport = KeptReport & {
  /** By catalog id, in the order of the report's nodes. */
  readonly files: ReadonlyMap<string, ReportFiles>;
  /** Catalogs that were read well at least once: those that have a report of their own. */
  readonly known: ReadonlySet<string>;
};

/** Harvests that are looked through for the one to tell of. */
const HARVESTS_SEEN = 50;
/** Reports whose files are kept. */
const FILES_KEPT = 10;
/** Longest sentence in the journal; errors.log has all of it. */
const MAX_SENTENCE = 2_000;

/**
 * Makes and keeps a report, of all federable nodes or one.
 * Errors: Problem `conflict` where no harvest ended yet (of the node), `not_found` for a node that there is not.
 */
export async function makeReport(reporting: Reporting, node?: string): Promise<MadeReport> {
  const { store, journal, now, queriesOn } = reporting;
  const harvest = await harvestToTell(journal, node);
  const yesterday = buenosAiresDay(now()) - 1;
  const nodes: NodeIndexing[] = [];
  const files = new Map<string, ReportFiles>();
  const known = new Set<string>();
  for (const { catalogId, url } of await nodesToTell(store, harvest, node)) {
    const history = await store.catalogHistory(catalogId);
    if (!history) continue;
    const told = harvest.nodes.find((one) => one.catalogId === catalogId);
    const faults = faultsOf(catalogId, url, history, told);
    const entities = reportedEntities(catalogId, history, faults, harvest.run);
    const observations = told?.observations ?? { added: 0, changed: 0, removed: 0 };
    nodes.push({
      catalogId,
      title: entities.catalogs[0]!.title,
      url,
      indicators: history.fault === null ? indicatorsOf(entities, observations, history.series) : null,
      faults: faults.map((fault) => mendable(fault, history)),
      warnings: told?.warnings ?? [],
    });
    files.set(catalogId, reportFiles(entities, faults));
    if (history.known) known.add(catalogId);
  }
  const { run, startedAt, finishedAt, warnings } = harvest;
  const report: IndexingReport = {
    run,
    startedAt,
    finishedAt,
    nodes,
    warnings: node === undefined ? warnings : [],
    queries: queriesOn ? { day: isoDate(yesterday), count: await queriesOn(yesterday) } : null,
  };
  return { ...await keep(reporting, report, files, node), files, known };
}

/**
 * The widest harvest since the last report: distributions that were read again by hand meanwhile are runs of one node.
 * Where there is none since, the last.
 */
async function harvestToTell(journal: Journal, node: string | undefined): Promise<HarvestReport> {
  const told = (await listReports(journal, FILES_KEPT)).find((report) => report.node === node);
  const ended = (await journal.runs("harvest", HARVESTS_SEEN))
    .filter(({ status }) => status === "SUCCESS").map(({ report }) => report as HarvestReport)
    // One of metadata alone says nothing of what became of the values.
    .filter(({ onlyMetadata }) => !onlyMetadata)
    .filter(({ nodes }) => node === undefined || nodes.some(({ catalogId }) => catalogId === node));
  const [last] = ended;
  if (!last) {
    const which = node === undefined ? "Todavía no terminó" : `El nodo "${node}" todavía no está en`;
    throw new Problem("conflict", `${which} ninguna cosecha: no hay de qué informar`);
  }
  const since = ended.filter(({ run }) => run > (told?.report.run ?? 0));
  return since.reduce(
    (widest, one) => one.nodes.length > widest.nodes.length ? one : widest,
    since[0] ?? last,
  );
}

/** By catalog id. The bundled network is no store's: its nodes are those that were harvested. */
async function nodesToTell(
  store: Reporting["store"],
  harvest: HarvestReport,
  node: string | undefined,
): Promise<{ readonly catalogId: string; readonly url: string }[]> {
  const kept = await store.nodes();
  const nodes = kept.length === 0 ? harvest.nodes : kept.filter(({ federable }) => federable);
  const asked = nodes.filter(({ catalogId }) => node === undefined || catalogId === node);
  if (node !== undefined && asked.length === 0) {
    throw new Problem("not_found", `No hay un nodo federable "${node}"`);
  }
  return asked.toSorted((a, b) => a.catalogId < b.catalogId ? -1 : 1);
}

type Fault = ReportedFault & { readonly isEarlier: boolean };

/** What the harvest told, then what is still so since a reading before; catalog first, then by distribution. */
function faultsOf(
  catalogId: string,
  url: string,
  history: CatalogHistory,
  told: NodeReport | undefined,
): Fault[] {
  const faults: Fault[] = (told?.faults ?? []).map((fault) => ({ ...fault, isEarlier: false }));
  const keyOf = (datasetId: string, id: string) => JSON.stringify([datasetId, id]);
  const named = new Set(
    faults.map(({ datasetId = "", distributionId = "" }) => keyOf(datasetId, distributionId)),
  );
  if (history.fault !== null && !faults.some(({ level }) => level === "catalog")) {
    faults.push({ level: "catalog", catalogId, url, errors: [history.fault], isEarlier: true });
  }
  const federable = new Set(history.datasets.flatMap(({ id, federable }) => federable ? [id] : []));
  for (const { datasetId, id, present, fault, metadata } of history.distributions) {
    if (fault === null || !present || !federable.has(datasetId) || named.has(keyOf(datasetId, id))) continue;
    const { downloadURL } = metadata;
    faults.push({
      level: "distribution",
      catalogId,
      datasetId,
      distributionId: id,
      ...(typeof downloadURL === "string" && { url: downloadURL }),
      errors: fault.split("\n\n"),
      isEarlier: true,
    });
  }
  const place = ({ level, datasetId = "", distributionId = "" }: ReportedFault) =>
    [level === "catalog" ? "" : "x", distributionId, datasetId].join("\n");
  return faults.toSorted((a, b) => place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0);
}

function mendable(fault: Fault, { datasets, distributions }: CatalogHistory): MendableFault {
  const { datasetId, distributionId, errors } = fault;
  const titleOf = (one: EntityHistory | undefined) =>
    typeof one?.metadata.title === "string" ? one.metadata.title : "";
  return {
    ...fault,
    datasetTitle: titleOf(datasets.find(({ id }) => id === datasetId)),
    distributionTitle: titleOf(
      distributions.find((one) => one.datasetId === datasetId && one.id === distributionId),
    ),
    errors: errors.map((text) => text.length > MAX_SENTENCE ? `${text.slice(0, MAX_SENTENCE)}…` : text),
    advice: errors.map((text) => adviceOn(fault, text)),
  };
}

const fileId = (report: number, catalogId: string) => `${report}/${catalogId}`;

async function keep(
  { journal, records, now }: Reporting,
  report: IndexingReport,
  files: ReadonlyMap<string, ReportFiles>,
  node: string | undefined,
): Promise<KeptReport> {
  const madeAt = now();
  const { id } = await journal.startRun("report", madeAt);
  for (const [catalogId, own] of files) {
    const value = (await gzipped(JSON.stringify(own))).toBase64();
    await records.write([{ kind: "report_files", id: fileId(id, catalogId), version: 0, value }]);
  }
  await journal.finishRun(id, "SUCCESS", now(), { ...report, ...(node !== undefined && { node }) });
  const [old] = (await listReports(journal, FILES_KEPT + 1)).slice(FILES_KEPT);
  for (const { catalogId } of old?.report.nodes ?? []) {
    await removeRecord(records, "report_files", fileId(old!.id, catalogId));
  }
  return { id, madeAt, ...(node !== undefined && { node }), report };
}

/** Newest first. */
export async function listReports(journal: Journal, limit: number): Promise<KeptReport[]> {
  // A report that was being made when its process ended is none.
  return (await journal.runs("report", limit)).filter(({ status }) => status === "SUCCESS").map(keptReport);
}

/** Errors: Problem `not_found`. */
export async function readReport(journal: Journal, id: string): Promise<KeptReport> {
  const run = /^\d{1,15}$/.test(id) ? await journal.run(Number(id)) : undefined;
  if (run?.kind !== "report" || run.status !== "SUCCESS") {
    throw new Problem("not_found", `No hay un informe ${id}`);
  }
  return keptReport(run);
}

function keptReport({ id, startedAt, report: told }: Run): KeptReport {
  const { node, ...report } = told as IndexingReport & { node?: string };
  return { id, madeAt: startedAt, ...(node !== undefined && { node }), report };
}

/** The part of a node. Errors: Problem `not_found`. */
export function nodeOf({ id, report }: KeptReport, catalogId: string): NodeIndexing {
  const node = report.nodes.find((one) => one.catalogId === catalogId);
  if (!node) throw new Problem("not_found", `El informe ${id} no habla del catálogo "${catalogId}"`);
  return node;
}

/** One file of a report, of all nodes or of one. Errors: Problem `not_found`, also where files are no longer kept. */
export async function readReportFile(
  { journal, records }: Pick<Reporting, "journal" | "records">,
  id: string,
  name: ReportFileName,
  catalogId?: string,
): Promise<string> {
  const kept = await readReport(journal, id);
  const nodes = catalogId === undefined ? kept.report.nodes : [nodeOf(kept, catalogId)];
  const all: ReportFiles[] = [];
  for (const { catalogId } of nodes) {
    const record = await records.record("report_files", fileId(kept.id, catalogId));
    if (!record) {
      throw new Problem(
        "not_found",
        `Los archivos del informe ${id} ya no se guardan: sólo los de los últimos ${FILES_KEPT}`,
      );
    }
    all.push(JSON.parse(await gunzipped(Uint8Array.fromBase64(record.value as string))));
  }
  return joinReportFiles(all)[name];
}

async function gzipped(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return await throughStream(new TextEncoder().encode(text), new CompressionStream("gzip")).bytes();
}

async function gunzipped(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return await throughStream(bytes, new DecompressionStream("gzip")).text();
}

function throughStream(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) {
  return new Response(new Blob([bytes]).stream().pipeThrough(stream));
}

/** What a task that was asked for one node names. */
export function nodeAsked({ node }: JsonObject): string | undefined {
  return typeof node === "string" ? node : undefined;
}
