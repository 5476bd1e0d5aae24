// Harvest followed by publish, as every command that changes data runs them: one writer at a time, progress
// shown, both noted in the journal.

import { pathToFileURL } from "node:url";
import type { CanonicalStore, Node } from "./core/canonical_store.ts";
import type { Journal } from "./core/journal.ts";
import { Problem } from "./core/problem.ts";
import type { HarvestReport } from "./core/report.ts";
import { sha256, sha512 } from "./host/hash.ts";
import { createReadSource } from "./host/read_source.ts";
import { withWriterLock } from "./host/writer_lock.ts";
import { harvest } from "./ingest/harvest.ts";
import { readRegister } from "./ingest/register.ts";
import { DEFAULT_LIMITS } from "./ingest/rules.ts";
import type { ReadSource } from "./ingest/source.ts";
import { openBlobs, openStore, type Places, prepareSearch } from "./open.ts";
import { progressLine } from "./progress.ts";
import { publish, type PublishReport } from "./publish/publish.ts";
import { publishActivity } from "./publish/publish_activity.ts";

export type SourceSettings = {
  readonly ALLOW_INTERNAL_SOURCES: boolean;
  readonly MAX_SOURCE_MB: number;
  readonly SOURCE_TIMEOUT_SECONDS: number;
  readonly HARVEST_USER_AGENT: string;
};

/** The environment keys of harvesting commands. */
export const SOURCE_KEYS = [
  "ALLOW_INTERNAL_SOURCES",
  "MAX_SOURCE_MB",
  "SOURCE_TIMEOUT_SECONDS",
  "HARVEST_USER_AGENT",
] as const;

/** Which nodes to harvest: those named, else those of the store, else the bundled network. */
export type NodeChoice = {
  /** Register file, path or URL. */
  readonly network?: string | undefined;
  /** `ID=FILE|URL`. */
  readonly catalogs?: readonly string[] | undefined;
  readonly only?: string | undefined;
};

export type Ran = { readonly harvest: HarvestReport; readonly publish: PublishReport };

const BUNDLED_NETWORK = new URL("./network/index.yaml", import.meta.url).href;
const MB = 1024 * 1024;

/** Runs both, as the only writer of the data folder. */
export function harvestAndPublish(
  places: Places,
  settings: SourceSettings,
  choice: NodeChoice,
  options: { force?: boolean } = {},
): Promise<Ran> {
  return withWriterLock(places.dataDir, async () => {
    const { store, journal } = openStore(places);
    try {
      const maxSourceBytes = settings.MAX_SOURCE_MB * MB;
      const readSource = createReadSource({
        allowInternal: settings.ALLOW_INTERNAL_SOURCES,
        firstByteMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
        idleMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
        userAgent: settings.HARVEST_USER_AGENT,
      });
      const { nodes, warnings } = await chooseNodes(store, choice, readSource, maxSourceBytes);
      const line = progressLine();
      const report = await harvest(nodes, {
        store,
        journal,
        readSource,
        sha512,
        now: Date.now,
        limits: DEFAULT_LIMITS,
        maxSourceBytes,
        warnings,
        ...(options.force && { force: true }),
        onProgress: ({ catalogs, catalogsDone, distributions, distributionsDone }) =>
          line.show(
            `Cosechando: ${catalogsDone}/${catalogs} catálogos, ${distributionsDone}/${distributions} distribuciones`,
          ),
      });
      const published = await publishStore(places, { store, journal }, {}, line.show);
      line.end();
      return { harvest: report, publish: published };
    } finally {
      await store.close();
    }
  });
}

/** Publishes what changed, and the activity beside it; the caller holds the writer's lock. */
export async function publishStore(
  places: Places,
  { store, journal }: { store: CanonicalStore; journal: Journal },
  options: { full?: boolean },
  show: (text: string) => void,
): Promise<PublishReport> {
  const [last] = await journal.runs("publish", 1);
  await journal.abandonRuns("publish", Date.now());
  const run = await journal.startRun("publish", Date.now());
  const blobs = openBlobs(places);
  try {
    const report = await publish({
      store,
      blobs,
      sha256,
      now: Date.now,
      ...(options.full && { full: true }),
      ...(last && last.status !== "SUCCESS" && { afterFault: true }),
      beforeSwitch: (snapshot) => prepareSearch(places, snapshot),
      onProgress: (done, distributions) => show(`Publicando: ${done}/${distributions} distribuciones`),
    });
    await publishActivity({ store, journal, blobs, sha256 });
    await journal.finishRun(run.id, "SUCCESS", Date.now(), report);
    return report;
  } catch (error) {
    await journal.finishRun(run.id, "FAILURE", Date.now(), { error: (error as Error).message }).catch(
      () => {},
    );
    throw error;
  }
}

/** A path or URL of the command line as a URL. */
export function sourceUrl(text: string): string {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ? new URL(text).href : pathToFileURL(text).href;
}

async function chooseNodes(
  store: CanonicalStore,
  choice: NodeChoice,
  readSource: ReadSource,
  maxSourceBytes: number,
): Promise<{ nodes: readonly Node[]; warnings: string[] }> {
  const warnings: string[] = [];
  const named: Node[] = [];
  const readNetwork = async (url: string) => {
    const { nodes, issues } = await readNodes(url, readSource, maxSourceBytes);
    warnings.push(...issues);
    return nodes;
  };
  if (choice.network !== undefined) named.push(...await readNetwork(sourceUrl(choice.network)));
  for (const text of choice.catalogs ?? []) {
    const [, catalogId, source] = /^([^=]+)=(.+)$/.exec(text)!;
    named.push({ catalogId: catalogId!, url: sourceUrl(source!) });
  }
  if (named.length > 0) await store.saveNodes(named);
  const known = named.length > 0 ? named : await store.nodes();
  const nodes = known.length > 0 ? known : await readNetwork(BUNDLED_NETWORK);
  if (choice.only === undefined) return { nodes, warnings };
  const only = nodes.filter(({ catalogId }) => catalogId === choice.only);
  if (only.length === 0) {
    const ids = nodes.map(({ catalogId }) => catalogId).join(", ");
    throw new Problem("not_found", `No hay un nodo "${choice.only}": los que hay son ${ids || "ninguno"}`);
  }
  return { nodes: only, warnings };
}

async function readNodes(url: string, readSource: ReadSource, maxBytes: number) {
  try {
    const answer = await readSource({ url, maxBytes });
    const text = answer.status === "fresh" ? new TextDecoder().decode(answer.bytes) : "";
    return readRegister(text, url);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.code, `No se puede leer el registro de nodos ${url}: ${error.message}`, [], {
      cause: error,
    });
  }
}
