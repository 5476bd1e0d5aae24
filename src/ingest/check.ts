// Checks a whole catalog for its publisher: the metadata profile and, of each distribution, the rules of the
// harvest. Every fault becomes a finding with its place; nothing is stored.

import type { CatalogFormat } from "../core/canonical_store.ts";
import type { DistributionReading, FieldReading } from "../core/catalog.ts";
import { Problem } from "../core/problem.ts";
import { type DistributionPlace, placesOf } from "./catalog_places.ts";
import type { EntityFault } from "./data_json.ts";
import { distributionUrl } from "./distribution_url.ts";
import { type Finding, finding, type Place } from "./finding.ts";
import { limit } from "./limit.ts";
import { profileFindings } from "./profile.ts";
import { OBSTACLE_REMEDIES, RULE_REMEDIES } from "./remedies.ts";
import {
  clippedSentence,
  fetchCatalog,
  type FetchedCatalog,
  findDistribution,
  judgeDistribution,
  openCatalog,
  type OpenedCatalog,
  type ValidationContext,
} from "./validate.ts";

export type CheckContext = ValidationContext & {
  /** Only this distribution. */
  readonly distributionId?: string;
  readonly onProgress?: (done: number, distributions: number) => void;
};

export type CheckReport = {
  /** Address of the catalog. */
  readonly catalog: string;
  /** Absent where it cannot be read. */
  readonly format?: CatalogFormat;
  readonly status: "OK" | "ERROR";
  readonly errors: number;
  readonly recommendations: number;
  readonly profile: { readonly status: "OK" | "ERROR"; readonly errors: number };
  /** Distributions of time series that were judged, and those of them that the harvest would refuse. */
  readonly distributions: { readonly checked: number; readonly refused: number };
  readonly findings: readonly Finding[];
};

const FILES_AT_ONCE = 4;

/** Checks the catalog at an address. What a publisher causes is a finding; only bugs are thrown. */
export async function checkCatalog(url: string, context: CheckContext): Promise<CheckReport> {
  let fetched: FetchedCatalog;
  try {
    fetched = await fetchCatalog(url, undefined, context);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const remedy =
      "Revise la dirección o la ruta, y que lo que hay allí sea un data.json o un libro de Excel entero, o un portal CKAN";
    return reportOf({ url }, [finding("catalog.unreadable", error.message, remedy, { url })], 0);
  }
  const { distributionId: only } = context;
  const profile = profileFindings(fetched.catalog, { local: url.startsWith("file:") })
    .filter(({ place }) => only === undefined || place.distributionId === only);
  const findings = [
    ...profile,
    ...fetched.warnings.map((text) => finding("workbook.left_out", text, "Corrija esa fila o esa celda")),
  ];
  let opened: OpenedCatalog;
  let chosen: readonly DistributionReading[];
  try {
    opened = openCatalog(fetched);
    chosen = only === undefined ? opened.reading.distributions : [findDistribution(opened, only)];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Of a catalog without list of datasets, the profile has said so.
    if (only !== undefined || profile.length === 0) {
      const remedy = 'Revise "--distribution" y los "identifier" del catálogo';
      findings.push(finding("distribution.unknown", error.message, remedy));
    }
    return reportOf(fetched, findings, 0);
  }
  const faults = opened.faults.filter(({ distributionId }) => only === undefined || distributionId === only);
  findings.push(...faults.map(skipped));
  if (opened.reading.distributions.length === 0 && opened.faults.length === 0) {
    const remedy =
      'Marque el campo de la fecha con "specialType": "time_index" si la distribución es de series';
    findings.push(
      finding("series.none", "El catálogo no tiene series de tiempo: no hay nada que cosechar", remedy),
    );
  }
  const judged = await judgeAll(opened, chosen, context);
  return reportOf(
    fetched,
    [...findings, ...judged.flat()],
    chosen.length,
    judged.filter((own) => own.length > 0),
  );
}

function reportOf(
  { url, format }: Pick<FetchedCatalog, "url"> & Partial<FetchedCatalog>,
  findings: readonly Finding[],
  checked: number,
  refused: readonly unknown[] = [],
): CheckReport {
  const errors = findings.filter(({ level }) => level === "error");
  const status = (count: number) => count > 0 ? "ERROR" : "OK";
  const inProfile = errors.filter(({ code }) => /^(?:profile|catalog)\./.test(code)).length;
  return {
    catalog: url,
    ...(format && { format }),
    status: status(errors.length),
    errors: errors.length,
    recommendations: findings.length - errors.length,
    profile: { status: status(inProfile), errors: inProfile },
    distributions: { checked, refused: refused.length },
    findings: findings.map((one) => ({ ...one, message: clippedSentence(one.message) })),
  };
}

const SKIPPED_REMEDIES = {
  dataset: 'Dé al dataset un "identifier" que no esté en otro',
  distribution: 'Dé a la distribución un "identifier" que no esté en otra del dataset',
  field: "Escriba cada campo como un objeto con sus claves entre llaves",
} as const satisfies Record<EntityFault["level"], string>;

function skipped({ level, message, ...place }: EntityFault): Finding {
  return finding(`series.${level}`, message, SKIPPED_REMEDIES[level], place);
}

async function judgeAll(
  opened: OpenedCatalog,
  distributions: readonly DistributionReading[],
  context: CheckContext,
): Promise<Finding[][]> {
  const places = new Map<string, DistributionPlace>();
  for (const place of placesOf(opened.catalog)) {
    const key = JSON.stringify([place.datasetId, place.distributionId]);
    if (place.isTimeSeries && !places.has(key)) places.set(key, place);
  }
  const files = limit(FILES_AT_ONCE);
  let done = 0;
  return await Promise.all(distributions.map((distribution) =>
    files(async () => {
      const place = places.get(JSON.stringify([distribution.datasetId, distribution.id]));
      const found = await findingsOf(opened, distribution, place, context);
      context.onProgress?.(++done, distributions.length);
      return found;
    })
  ));
}

/** What the harvest would refuse one distribution for. */
async function findingsOf(
  opened: OpenedCatalog,
  distribution: DistributionReading,
  at: DistributionPlace | undefined,
  context: CheckContext,
): Promise<Finding[]> {
  const { datasetId, id, fields } = distribution;
  const { url } = distributionUrl(distribution, opened.url);
  const { obstacles, broken } = await judgeDistribution(opened, distribution, context);
  const inFile: Place = {
    datasetId,
    distributionId: id,
    ...(at && { pointer: at.pointer }),
    ...(url && { url }),
  };
  const inField = (position: number | undefined): Place => {
    const field = position === undefined ? undefined : fields[position];
    return field ? { ...inFile, ...placeOfField(field, at?.fields[position!]) } : inFile;
  };
  return [
    ...obstacles.map(({ kind, text, row }) =>
      finding(`series.${kind}`, text, OBSTACLE_REMEDIES[kind], { ...inFile, ...(row && { row }) })
    ),
    ...broken.map(({ rule, text, column, row, field }) => {
      const documented = fields.findIndex(({ title }) => title === column);
      const place = inField(field ?? (documented < 0 ? undefined : documented));
      return finding(`series.${rule}`, text, RULE_REMEDIES[rule], {
        ...place,
        ...(column !== undefined && { column }),
        ...(row !== undefined && { row }),
      });
    }),
  ];
}

function placeOfField({ title, id }: FieldReading, pointer: string | undefined): Place {
  return { field: title, ...(id !== "" && { fieldId: id }), ...(pointer && { pointer }) };
}
