// Reads one node's catalog, whatever its format, or takes the stored one when it did not change.

import type { SourceState, StoredCatalog } from "../core/canonical_store.ts";
import type { CatalogReading } from "../core/catalog.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { decodeText } from "./csv.ts";
import { type EntityFault, readCatalog } from "./data_json.ts";
import type { Harvest, HarvestNode } from "./harvest_context.ts";
import { parseCatalog } from "./parse_catalog.ts";

export type CatalogRead = {
  readonly stored?: StoredCatalog;
  readonly reading: CatalogReading;
  readonly faults: readonly EntityFault[];
  readonly warnings: readonly string[];
  readonly source: SourceState;
  /** UTF-8, gzipped; absent where the one that is stored is the same. */
  readonly text?: Uint8Array<ArrayBuffer>;
};

/** Reads and parses one catalog; a Problem is an answer, a bug keeps flying. */
export async function readNode(node: HarvestNode, context: Harvest): Promise<CatalogRead | Problem> {
  const stored = await context.store.catalog(node.catalogId);
  const lacksText = context.gzip !== undefined && !stored?.hasText;
  const known = stored?.source?.url === node.url && stored.present && !lacksText ? stored.source : undefined;
  try {
    const answer = await context.readSource({
      url: node.url,
      maxBytes: context.maxSourceBytes,
      verifyTls: node.verifyTls ?? true,
      ...(known && !context.force && { validators: known }),
    });
    if (answer.status === "unchanged") {
      return { stored: stored!, reading: storedReading(stored!), faults: [], warnings: [], source: known! };
    }
    const { bytes, validators } = answer;
    const { format, catalog, warnings } = await parseCatalog(bytes, node.format);
    const { reading, faults } = readCatalog(catalog);
    // A catalog with faults is read in full again, so that they are told again.
    const keepValidators = faults.length === 0 && warnings.length === 0;
    const source = { url: node.url, hash: context.sha512(bytes), ...(keepValidators && validators) };
    const text = lacksText || stored?.source?.hash !== source.hash
      ? context.gzip?.(textOf(format, catalog, bytes))
      : undefined;
    return { ...(stored && { stored }), reading, faults, warnings, source, ...(text && { text }) };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** A catalog's text as it was published, in UTF-8; that of a workbook is the data.json it stands for. */
function textOf(
  format: "json" | "xlsx",
  catalog: JsonObject,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const text = format === "json"
    ? decodeText(bytes).replace(/^\uFEFF/, "")
    : JSON.stringify(catalog, null, 2);
  return new TextEncoder().encode(text);
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
