// Validates distributions of a catalog by address, with the pieces and the default limits of the harvest. Nothing
// is stored. What one request over HTTP may ask for, and how many at once, is left to who serves it.

import {
  type CatalogReading,
  declaredFrequency,
  type DistributionReading,
  timeIndexOf,
} from "../core/catalog.ts";
import type { CatalogFormat } from "../core/canonical_store.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import type { Validate } from "../core/validate.ts";
import { placesOf } from "./catalog_places.ts";
import type { PortalReach } from "./ckan_portal.ts";
import { tryPortal } from "./ckan_trial.ts";
import { idsNamedElsewhere } from "./claimed_ids.ts";
import { CsvProblem, readCsv } from "./csv.ts";
import { type EntityFault, readCatalog } from "./data_json.ts";
import { frequencyFault } from "./distribution.ts";
import { distributionUrl } from "./distribution_url.ts";
import { parseCatalog } from "./parse_catalog.ts";
import type { ObstacleKind } from "./remedies.ts";
import { type BrokenRule, type Candidate, DEFAULT_LIMITS, findBrokenRules } from "./rules.ts";
import type { ReadSource } from "./source.ts";

export type ValidationContext = {
  readonly readSource: ReadSource;
  /** A catalog or a file larger than this is refused. */
  readonly maxSourceBytes: number;
  /** A file of more cells than this is refused; the harvest's bound when absent. */
  readonly maxCells?: number;
  /** An address that answers a page may be that of a CKAN portal, which is read within this time; not unless told. */
  readonly portals?: Pick<PortalReach, "maxMs" | "now">;
};

/** A catalog that was fetched and parsed. */
export type FetchedCatalog = {
  readonly url: string;
  readonly format: CatalogFormat;
  readonly catalog: JsonObject;
  readonly warnings: readonly string[];
};

/** A catalog reduced to its time series. */
export type OpenedCatalog = FetchedCatalog & {
  readonly reading: CatalogReading;
  readonly faults: readonly EntityFault[];
  /** Ids that each distribution may not publish: another of the catalog names them. */
  readonly takenIds: ReadonlyMap<DistributionReading, ReadonlySet<string>>;
};

/** What keeps a distribution from being judged in full. */
export type Obstacle = {
  readonly kind: ObstacleKind;
  readonly text: string;
  readonly row?: number;
};

export type Verdict = {
  /** In the order in which the harvest would meet them. */
  readonly obstacles: readonly Obstacle[];
  /** Of the rules that can be judged in spite of them. */
  readonly broken: readonly BrokenRule[];
};

const FORMATS = ["json", "xlsx"];
/** A sentence may quote what a file of many MB holds. */
const LONGEST_SENTENCE = 5_000;
const NAMED = 8;

/** The validator of one distribution, as `POST /validate` answers it. */
export function createValidate(context: ValidationContext): Validate {
  return async ({ catalogUrl, distributionId, catalogFormat }) => {
    try {
      const opened = openCatalog(await fetchCatalog(catalogUrl, catalogFormat, context));
      const distribution = findDistribution(opened, distributionId);
      const { obstacles, broken } = await judgeDistribution(opened, distribution, context);
      const [obstacle] = obstacles;
      return (obstacle ? [obstacle] : broken).map(({ text }) => clippedSentence(text));
    } catch (error) {
      if (error instanceof Problem) return [clippedSentence(error.message)];
      throw error;
    }
  };
}

/**
 * Fetches and parses a catalog.
 * Errors: Problem that says why it cannot be had, or where it is broken.
 */
export async function fetchCatalog(
  url: string,
  format: string | undefined,
  { readSource, maxSourceBytes, portals }: ValidationContext,
): Promise<FetchedCatalog> {
  if (format !== undefined && !FORMATS.includes(format)) {
    throw new Problem("invalid", `catalog_format debe ser "json" o "xlsx", no "${format}"`);
  }
  try {
    const answer = await readSource({ url, maxBytes: maxSourceBytes });
    const bytes = answer.status === "fresh" ? answer.bytes : new Uint8Array();
    try {
      return { url, ...await parseCatalog(bytes, format) };
    } catch (fault) {
      if (!portals) throw fault;
      const reach = { readSource, maxBytes: maxSourceBytes, verifyTls: true, ...portals };
      return { url, format: "ckan", ...await tryPortal({ url }, bytes, fault, reach) };
    }
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw new Problem(cause.code, `Error en la lectura del catálogo: ${cause.message}`, [], { cause });
  }
}

/**
 * Reduces a fetched catalog to its time series.
 * Errors: Problem `invalid` when it has no list of datasets.
 */
export function openCatalog(fetched: FetchedCatalog): OpenedCatalog {
  const { reading, faults } = readCatalog(fetched.catalog);
  return { ...fetched, reading, faults, takenIds: idsNamedElsewhere(reading.distributions) };
}

/**
 * The distribution of this id.
 * Errors: Problem `not_found` that says which there are, or why that one is none of time series.
 */
export function findDistribution(
  { catalog, reading, faults }: OpenedCatalog,
  id: string,
): DistributionReading {
  const found = reading.distributions.find((distribution) => distribution.id === id);
  if (found) return found;
  const place = placesOf(catalog).find(({ distributionId }) => distributionId === id);
  if (place?.isTimeSeries) {
    const why = faults.find(({ level, datasetId = "" }) =>
      level === "dataset" && datasetId === place.datasetId
    );
    throw new Problem("not_found", why?.message ?? `La distribución "${id}" no se pudo leer`);
  }
  if (place) {
    throw new Problem("not_found", `No se encontró un índice de tiempo para la distribución: ${id}`);
  }
  const names = reading.distributions.slice(0, NAMED).map((distribution) => `"${distribution.id}"`);
  const more = reading.distributions.length > NAMED ? ` y ${reading.distributions.length - NAMED} más` : "";
  const there = names.length === 0
    ? "no tiene ninguna de series de tiempo"
    : `las de series de tiempo son ${names.join(", ")}${more}`;
  throw new Problem("not_found", `No hay una distribución "${id}" en el catálogo: ${there}`);
}

/** Reads and judges one distribution: every rule that can be judged, whatever stands in the way of the others. */
export async function judgeDistribution(
  { url: catalogUrl, takenIds }: OpenedCatalog,
  distribution: DistributionReading,
  context: ValidationContext,
): Promise<Verdict> {
  const { id, fields } = distribution;
  const frequency = declaredFrequency(fields);
  const index = timeIndexOf(fields)!;
  const address = distributionUrl(distribution, catalogUrl);
  const obstacles: Obstacle[] = [];
  if (address.urlFault !== undefined) {
    obstacles.push({ kind: "address", text: `${id} no se puede leer: ${address.urlFault}` });
  }
  if (frequency === undefined) obstacles.push({ kind: "frequency", text: frequencyFault(index) });

  const known: Candidate = {
    distributionId: id,
    fields,
    takenIds: takenIds.get(distribution) ?? new Set(),
    ...(frequency && { frequency }),
  };
  const judge = (candidate: Candidate): Verdict => ({
    obstacles,
    broken: findBrokenRules(candidate, DEFAULT_LIMITS),
  });
  if (address.url === undefined) return judge(known);
  try {
    const answer = await context.readSource({ url: address.url, maxBytes: context.maxSourceBytes });
    const bytes = answer.status === "fresh" ? answer.bytes : new Uint8Array();
    return judge({ ...known, table: readCsv(bytes, index.title, context.maxCells) });
  } catch (cause) {
    if (cause instanceof CsvProblem) {
      obstacles.push({ kind: "csv", text: cause.message, ...(cause.row && { row: cause.row }) });
    } else if (cause instanceof Problem) {
      obstacles.push({ kind: "unreadable", text: `${id} no se puede leer: ${cause.message}` });
    } else throw cause;
    return judge(known);
  }
}

/** A sentence that quotes its source in full, cut. */
export function clippedSentence(text: string): string {
  return text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE)}…` : text;
}
