// The harvest: reads every node's catalog and every distribution's file, validates, and stores what changed.
// What fails is noted at the smallest level and the rest goes on; nothing that was stored is ever lost.
//
//   nodes ─▶ catalogs (read ahead in parallel, taken in by register order, so the first owner of an id is
//            the same every time) ─▶ distributions (in parallel) ─▶ one transaction each ─▶ report

import type { HarvestStore, RunRef } from "../core/canonical_store.ts";
import { Problem } from "../core/problem.ts";
import { addChanges, addCounts, type HarvestReport } from "../core/report.ts";
import type { Harvest, HarvestNode } from "./harvest_context.ts";
import { harvestDistribution } from "./harvest_distribution.ts";
import { harvestMetadata } from "./harvest_metadata.ts";
import { type Limit, limit } from "./limit.ts";
import { newDraft, type NodeDraft, nodeReport } from "./node_draft.ts";
import { type CatalogRead, readNode } from "./read_node.ts";
import { takeCatalog } from "./take_catalog.ts";

/** Catalogs read ahead of the one being taken in: a bound on parsed catalogs in memory. */
const CATALOGS_AHEAD = 8;
/** Files of distributions read at once, in all and from one host. */
const FILES_AT_ONCE = 8;
const FILES_PER_HOST = 4;

/**
 * Harvests nodes in their order.
 * Errors: what a publisher causes is in the report; a store that cannot be written to flies, and the run is
 * noted as failed.
 */
export async function harvest(nodes: readonly HarvestNode[], context: Harvest): Promise<HarvestReport> {
  const { journal, now } = context;
  const startedAt = now();
  await journal.abandonRuns("harvest", startedAt);
  const { id } = await journal.startRun("harvest", startedAt);
  try {
    const drafts = await harvestNodes(nodes, context, { id, at: startedAt });
    const reports = drafts.map(nodeReport);
    const report: HarvestReport = {
      run: id,
      startedAt,
      finishedAt: now(),
      counts: addCounts(reports.map(({ counts }) => counts)),
      observations: addChanges(reports.map(({ observations }) => observations)),
      nodes: reports,
      warnings: context.warnings ?? [],
      ...(context.onlyMetadata && { onlyMetadata: true }),
    };
    await journal.finishRun(id, "SUCCESS", report.finishedAt, report);
    return report;
  } catch (error) {
    await journal.finishRun(id, "FAILURE", now(), { error: (error as Error).message }).catch(() => {});
    throw error;
  }
}

async function harvestNodes(
  nodes: readonly HarvestNode[],
  context: Harvest,
  run: RunRef,
): Promise<NodeDraft[]> {
  const progress = { catalogs: nodes.length, catalogsDone: 0, distributions: 0, distributionsDone: 0 };
  const tell = () => context.onProgress?.({ ...progress });
  const ahead = limit(CATALOGS_AHEAD);
  const files = limit(FILES_AT_ONCE);
  const hosts = new Map<string, Limit>();
  const claims = new Map<string, string>();
  const jobs: Promise<void>[] = [];
  const take = context.onlyMetadata ? harvestMetadata : harvestDistribution;

  /** Reads a catalog and holds its place until it is taken in. */
  const readAhead = nodes.map((node) => {
    const taken = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<CatalogRead | Problem>();
    void ahead(async () => {
      await readNode(node, context).then(reading.resolve, reading.reject);
      await taken.promise;
    });
    return { node, reading: reading.promise, taken: taken.resolve };
  });
  for (const { reading } of readAhead) reading.catch(() => {});

  const drafts: NodeDraft[] = [];
  try {
    for (const { node, reading, taken } of readAhead) {
      const draft = newDraft(node);
      drafts.push(draft);
      const read = await reading;
      if (read instanceof Problem) await noteCatalogFault(draft, read, context.store, run);
      else {
        const candidates = await takeCatalog(draft, read, context, run, claims);
        progress.distributions += candidates.length;
        for (const candidate of candidates) {
          const host = hostLimit(hosts, candidate.url);
          jobs.push(
            host(() => files(() => take(draft, candidate, context, run))).then(() => {
              progress.distributionsDone++;
              tell();
            }),
          );
          jobs.at(-1)!.catch(() => {});
        }
      }
      taken();
      progress.catalogsDone++;
      tell();
    }
  } finally {
    for (const { taken } of readAhead) taken();
    await Promise.allSettled(jobs);
  }
  await Promise.all(jobs);
  return drafts;
}

function hostLimit(hosts: Map<string, Limit>, url: string | undefined): Limit {
  const host = url === undefined || url.startsWith("file:") ? "" : new URL(url).host;
  // Files of this machine share one limit, that of all files.
  const atOnce = host === "" ? FILES_AT_ONCE : FILES_PER_HOST;
  if (!hosts.has(host)) hosts.set(host, limit(atOnce));
  return hosts.get(host)!;
}

async function noteCatalogFault(
  draft: NodeDraft,
  problem: Problem,
  store: HarvestStore,
  run: RunRef,
): Promise<void> {
  const { catalogId, url } = draft.node;
  draft.faults.push({ level: "catalog", catalogId, url, errors: [problem.message] });
  draft.counts.catalogs.failed = 1;
  await store.saveCatalogFault(run, catalogId, problem.message);
}
