// Harvest followed by publish, as every command that changes data runs them: one writer at a time, progress
// shown, both noted in the journal.

import { pathToFileURL } from "node:url";
import type { CanonicalStore } from "./core/canonical_store.ts";
import type { DistributionKey } from "./core/catalog.ts";
import { Problem } from "./core/problem.ts";
import type { HarvestReport } from "./core/report.ts";
import { compression } from "./host/compression.ts";
import { sha256, sha512 } from "./host/hash.ts";
import { createReadSource } from "./host/read_source.ts";
import { harvest } from "./ingest/harvest.ts";
import type { HarvestNode } from "./ingest/harvest_context.ts";
import { readRegister } from "./ingest/register.ts";
import type { ReadSource } from "./ingest/source.ts";
import { openBlobs, type Places, prepareSearch } from "./open.ts";
import { readFed } from "./operation/fed_distributions.ts";
import { stampNodes } from "./operation/nodes.ts";
import { publicNetwork } from "./operation/public_network.ts";
import { readHarvestSettings } from "./operation/settings.ts";
import { progressLine } from "./progress.ts";
import { publish, type PublishReport } from "./publish/publish.ts";
import { publishActivity } from "./publish/publish_activity.ts";
import { publishListing } from "./publish/publish_listing.ts";
import { withWriter, type Writer } from "./writer.ts";

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

/**
 * Which nodes to harvest: those named, else the federable ones of the store, else (where it has none at all) the
 * bundled network.
 */
export type NodeChoice = {
  /** Register file, path or URL. */
  readonly network?: string | undefined;
  /** `ID=FILE|URL`. */
  readonly catalogs?: readonly string[] | undefined;
  readonly only?: string | undefined;
  /** Only this distribution, of a node of the store or the bundled network. */
  readonly distribution?: DistributionKey | undefined;
};

export type HarvestOptions = {
  /** Reads and indexes again what did not change. */
  readonly force?: boolean;
  /** Reads catalogs alone, and leaves their files for another time. */
  readonly onlyMetadata?: boolean;
};

export type Ran = { readonly harvest: HarvestReport; readonly publish: PublishReport };

const BUNDLED_NETWORK = new URL("./network/index.yaml", import.meta.url).href;
const MB = 1024 * 1024;

/** Runs both, as the only writer. */
export function harvestAndPublish(
  places: Places,
  settings: SourceSettings,
  choice: NodeChoice,
  options: HarvestOptions = {},
): Promise<Ran> {
  return withWriter(places, async (writer) => {
    const line = progressLine();
    try {
      const report = await harvestStore(writer, settings, choice, options, line.show);
      return { harvest: report, publish: await publishStore(places, writer, {}, line.show) };
    } finally {
      line.end();
    }
  });
}

/** Reads the chosen nodes into the store, for the writer. */
export async function harvestStore(
  { store, journal, records }: Writer,
  settings: SourceSettings,
  choice: NodeChoice,
  options: HarvestOptions,
  show: (text: string) => void,
): Promise<HarvestReport> {
  const { limits, verifyTls, indexingTimeout } = await readHarvestSettings(records);
  const maxSourceBytes = settings.MAX_SOURCE_MB * MB;
  const readSource = sourceReader(settings, indexingTimeout * 1000);
  const { nodes, warnings } = await chooseNodes(store, choice, readSource, maxSourceBytes);
  await stampNodes({ store, records, now: Date.now });
  return await harvest(nodes.map((node) => verifyTls ? { ...node, verifyTls } : node), {
    store,
    journal,
    readSource,
    sha512,
    now: Date.now,
    limits,
    maxSourceBytes,
    fed: await readFed(records),
    maxCatalogMs: indexingTimeout * 1000,
    warnings,
    gzip: (bytes) => new Uint8Array(compression.gzip(bytes)),
    ...(choice.distribution && { only: choice.distribution }),
    ...(options.force && { force: true }),
    ...(options.onlyMetadata && { onlyMetadata: true }),
    onProgress: ({ catalogs, catalogsDone, distributions, distributionsDone }) =>
      show(
        `Cosechando: ${catalogsDone}/${catalogs} catálogos, ${distributionsDone}/${distributions} distribuciones`,
      ),
  });
}

/** Reads publishers' addresses as the settings allow, each within `totalMs` where that is told. */
export function sourceReader(settings: SourceSettings, totalMs?: number): ReadSource {
  return createReadSource({
    allowInternal: settings.ALLOW_INTERNAL_SOURCES,
    firstByteMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
    idleMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
    userAgent: settings.HARVEST_USER_AGENT,
    ...(totalMs !== undefined && { totalMs }),
  });
}

/** Publishes what changed, and the activity and the listings beside it, for the writer. */
export async function publishStore(
  places: Places,
  { store, journal, records, confirm }: Writer,
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
      async beforeSwitch(snapshot) {
        await prepareSearch(places, snapshot);
        await confirm();
      },
      onProgress: (done, distributions) => show(`Publicando: ${done}/${distributions} distribuciones`),
    });
    await publishActivity({ store, journal, blobs, sha256, now: Date.now });
    const network = await publicNetwork({ store, records, now: Date.now });
    await publishListing({ store, network, blobs, sha256, now: Date.now });
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
): Promise<{ nodes: readonly HarvestNode[]; warnings: string[] }> {
  const warnings: string[] = [];
  const named: HarvestNode[] = [];
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
  const known = await store.nodes();
  const exceptions = new Map(known.map(({ catalogId, verifyTls }) => [catalogId, verifyTls]));
  // Those that are named are federable for this run, and so are their datasets that nobody decided on.
  const nodes = named.length > 0
    ? named.map((node) => ({ ...node, verifyTls: exceptions.get(node.catalogId)! }))
    : known.length > 0
    ? known.filter(({ federable }) => federable)
    : await readNetwork(BUNDLED_NETWORK);
  const wanted = choice.distribution?.catalogId ?? choice.only;
  if (wanted === undefined) return { nodes, warnings };
  const only = nodes.filter(({ catalogId }) => catalogId === wanted);
  if (only.length === 0) {
    if (exceptions.has(wanted)) {
      throw new Problem("conflict", `El nodo "${wanted}" no es federable, así que no se cosecha`);
    }
    const ids = nodes.map(({ catalogId }) => catalogId).join(", ");
    throw new Problem("not_found", `No hay un nodo "${wanted}": los que hay son ${ids || "ninguno"}`);
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
