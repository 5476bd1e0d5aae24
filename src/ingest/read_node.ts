// Reads one node's catalog, whatever its format, or takes the stored one when it did not change.

import type { SourceState, StoredCatalog } from "../core/canonical_store.ts";
import type { CatalogReading } from "../core/catalog.ts";
import { FED_SOURCE, type FedDistribution } from "../core/fed_distribution.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { type CkanCatalog, ckanCatalog } from "./ckan_catalog.ts";
import { type PortalReach, readPortal } from "./ckan_portal.ts";
import { tryPortal } from "./ckan_trial.ts";
import { decodeText } from "./csv.ts";
import { type EntityFault, readCatalog } from "./data_json.ts";
import type { Harvest, HarvestNode } from "./harvest_context.ts";
import { parseCatalog, type ParsedCatalog } from "./parse_catalog.ts";
import type { SourceValidators } from "./source.ts";

export type CatalogRead = {
  readonly stored?: StoredCatalog;
  readonly reading: CatalogReading;
  readonly faults: readonly EntityFault[];
  readonly warnings: readonly string[];
  readonly source: SourceState;
  /** UTF-8, gzipped; absent where the one that is stored is the same. */
  readonly text?: Uint8Array<ArrayBuffer>;
};

const MAX_CATALOG_MS = 300_000;

/** Reads and parses one catalog; a Problem is an answer, a bug keeps flying. */
export async function readNode(node: HarvestNode, context: Harvest): Promise<CatalogRead | Problem> {
  const stored = await context.store.catalog(node.catalogId);
  if (context.feeding) return lastRead(stored, context.feeding, context);
  const lacksText = context.gzip !== undefined && !stored?.hasText;
  const known = stored?.source?.url === node.url && stored.present && !lacksText ? stored.source : undefined;
  try {
    const fetched = await fetchNode(node, context.force ? undefined : known, context);
    if (fetched === "unchanged") {
      return { stored: stored!, reading: storedReading(stored!), faults: [], warnings: [], source: known! };
    }
    const { catalog, warnings, bytes, validators } = fetched;
    const { reading, faults } = readCatalog(catalog);
    // A catalog with faults is read in full again, so that they are told again.
    const keepValidators = faults.length === 0 && warnings.length === 0;
    const source = { url: node.url, hash: context.sha512(bytes), ...(keepValidators && validators) };
    const text = lacksText || stored?.source?.hash !== source.hash
      ? context.gzip?.(fetched.text())
      : undefined;
    return { ...(stored && { stored }), reading, faults, warnings, source, ...(text && { text }) };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

type Fetched = {
  readonly catalog: JsonObject;
  readonly warnings: readonly string[];
  /** What tells one state of the catalog from another. */
  readonly bytes: Uint8Array;
  readonly validators?: SourceValidators;
  /** As it was published, in UTF-8; of a workbook and a portal the data.json that they stand for. */
  readonly text: () => Uint8Array<ArrayBuffer>;
};

async function fetchNode(
  node: HarvestNode,
  known: SourceValidators | undefined,
  context: Harvest,
): Promise<Fetched | "unchanged"> {
  const { url, format, verifyTls = true } = node;
  const reach: PortalReach = {
    readSource: context.readSource,
    maxBytes: context.maxSourceBytes,
    maxMs: context.maxCatalogMs ?? MAX_CATALOG_MS,
    verifyTls,
    now: context.now,
  };
  if (format === "ckan") return portalFetched(ckanCatalog(await readPortal(url, reach)));
  const answer = await context.readSource({
    url,
    maxBytes: context.maxSourceBytes,
    verifyTls,
    ...(known && { validators: known }),
  });
  if (answer.status === "unchanged") return "unchanged";
  const { bytes, validators } = answer;
  let parsed: ParsedCatalog;
  try {
    parsed = await parseCatalog(bytes, format);
  } catch (fault) {
    return portalFetched(await tryPortal(node, bytes, fault, reach));
  }
  const { catalog, warnings } = parsed;
  const text = parsed.format === "json"
    ? () => encoded(decodeText(bytes).replace(/^\uFEFF/, ""))
    : () => encoded(JSON.stringify(catalog, null, 2));
  return { catalog, warnings, bytes, validators, text };
}

function portalFetched({ catalog, warnings }: CkanCatalog): Fetched {
  const bytes = encoded(JSON.stringify(catalog, null, 2));
  return { catalog, warnings, bytes, text: () => bytes };
}

const encoded = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A catalog as it was last read; one that never was has nothing but what is fed. */
function lastRead(
  stored: StoredCatalog | undefined,
  { metadata }: FedDistribution,
  { sha512 }: Harvest,
): CatalogRead {
  const more = { faults: [], warnings: [] };
  if (stored?.source) return { stored, reading: storedReading(stored), source: stored.source, ...more };
  const source = { url: FED_SOURCE, hash: sha512(encoded(JSON.stringify(metadata))) };
  return {
    ...(stored && { stored }),
    reading: { metadata, datasets: [], distributions: [] },
    source,
    ...more,
  };
}

/** The reading that left the stored entities as they are. */
function storedReading({ metadata, datasets, distributions }: StoredCatalog): CatalogReading {
  return {
    metadata,
    datasets: datasets.filter(({ present }) => present),
    distributions: distributions.filter(({ present }) => present).map((distribution) => ({
      ...distribution,
      fields: distribution.fields.filter(({ present }) => present),
    })),
  };
}
