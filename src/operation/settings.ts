// The settings that operators change while the program runs, as one document that can be written out and taken in
// again. Those of the search and the units are the canonical store's, because they are published; the others are
// records.

import * as z from "zod";
import type { CanonicalStore } from "../core/canonical_store.ts";
import { parseSender } from "../core/mail_address.ts";
import { type Issue, Problem } from "../core/problem.ts";
import type { RecordChange, Records } from "../core/records.ts";
import { checkAliases } from "../core/search.ts";
import { BOOST_LIMITS, checkBoosts } from "../core/search_boosts.ts";
import { checkSynonyms } from "../core/synonyms.ts";
import { DEFAULT_LIMITS, type ValidationLimits } from "../ingest/rules.ts";
import { GatewayPlace, gatewayPlaceChanges, readGatewayPlace } from "./analytics.ts";

const MAX_LIST = 10_000;
const MAX_TEXT = 1_000;
const MAX_SCORE = 1_000_000;

const { localeError } = z.locales.es();
const text = z.string().min(1).max(MAX_TEXT);
const share = z.number().min(0).max(1);
const whole = z.int().min(1).max(1_000_000);

const ValidationLimitsText = z.strictObject({
  minimum_values: whole.describe("Valores que una serie necesita para no contar como demasiado corta"),
  max_too_small_proportion: share.describe("Proporción de series demasiado cortas que se tolera"),
  max_null_series_proportion: share.describe(
    "Proporción de series sin ningún valor desde la que se rechaza una distribución",
  ),
  max_missing_proportion: share.describe("Proporción de valores faltantes que se tolera en una serie"),
  max_field_title_len: whole.describe("Caracteres que puede tener el título de un campo"),
}).describe(
  "Límites con que la cosecha valida distribuciones; el validador público usa siempre los iniciales",
);

const boost = z.number().min(0).max(BOOST_LIMITS.most).multipleOf(BOOST_LIMITS.step);

const BoostsText = z.strictObject({
  description: boost.describe("Descripción de la serie; inicialmente 1.5"),
  dataset_title: boost.describe("Título de su dataset; inicialmente 1"),
  dataset_source: boost.describe("Fuente de su dataset; inicialmente 1"),
  dataset_description: boost.describe("Descripción de su dataset; inicialmente 1"),
});

const IntegrationTestText = z.strictObject({
  endpoint: z.string().max(2_000).refine(
    isServerAddress,
    "debe ser una dirección http o https sin clave ni consulta",
  )
    .nullable().describe(
      "Dirección del servidor cuya API se compara, hasta antes de /series/api; null es la de esta instalación",
    ),
  timeout: z.int().min(10).max(86_400).describe("Segundos que puede tardar; inicialmente 1000"),
});

const MailText = z.strictObject({
  from: z.string().max(400).refine(
    (text) => parseSender(text) !== undefined,
    "debe ser una dirección de correo",
  )
    .nullable().describe(
      "Remitente, dirección o Nombre <dirección>, con copia oculta de los informes; null es DEFAULT_FROM_EMAIL",
    ),
  reports: z.boolean().describe(
    "Si salen los informes y los avisos del test de integración; los de claves olvidadas salen siempre",
  ),
});

/** Every key is optional: one that is absent stays as it is. */
export const SettingsDocument = z.strictObject({
  synonyms: z.array(text).max(MAX_LIST).optional().describe(
    "Listas de términos equivalentes para la búsqueda, separados por comas: ipc,índice de precios al consumidor",
  ),
  catalog_aliases: z.record(text, z.array(text).min(1).max(MAX_LIST))
    .optional().describe("Nombres que en el filtro catalog_id valen por varios catálogos"),
  search_boosts: BoostsText.optional().describe(
    "Cuánto pesa cada texto en el puntaje de la búsqueda, donde cuenta el que mejor coincide; con 0 no se busca en él",
  ),
  search_min_score: z.number().min(0).max(MAX_SCORE).nullable().optional().describe(
    "Puntaje mínimo de lo que encuentra un texto, en lugar de SEARCH_MIN_SCORE; null lo deja a esa variable",
  ),
  percentage_units: z.array(text).max(MAX_LIST).optional().describe(
    "Unidades cuyas series se muestran como porcentaje (is_percentage en las respuestas)",
  ),
  validation_limits: ValidationLimitsText.optional().describe(
    "Límites con que la cosecha valida distribuciones; el validador público usa siempre los iniciales",
  ),
  verify_tls: z.boolean().optional().describe(
    "Verifica los certificados TLS de todos los nodos, también de los que tienen una excepción",
  ),
  indexing_timeout: z.int().min(10).max(3_600).optional().describe(
    "Segundos que puede tardar la descarga de un catálogo o de los datos de una distribución",
  ),
  integration_test: IntegrationTestText.optional().describe(
    "Test de integración: qué API compara con los archivos, y por cuánto tiempo; recibe su aviso el grupo de cuentas integration_test_recipients",
  ),
  mail: MailText.optional().describe(
    "Correos que salen por SMTP_URL; los informes globales son del grupo de cuentas read_datajson_recipients, los de un nodo de quienes lo administran",
  ),
  popularity: GatewayPlace.nullable().optional().describe(
    "Registro del gateway del que se importan consultas; su token no está en el documento",
  ),
});

export type SettingsDocument = z.infer<typeof SettingsDocument>;
type LimitsText = z.infer<typeof ValidationLimitsText>;
type IntegrationTestText = z.infer<typeof IntegrationTestText>;
type MailText = z.infer<typeof MailText>;

/** What settings are kept in. */
export type SettingsPlace = {
  readonly store: Pick<
    CanonicalStore,
    | "catalogEntities"
    | "nodes"
    | "percentageUnits"
    | "searchSettings"
    | "savePercentageUnits"
    | "saveSynonyms"
    | "saveCatalogAliases"
    | "saveBoosts"
    | "saveMinScore"
  >;
  readonly records: Records;
};

const LIMITS = "validation_limits";
const VERIFY_TLS = "verify_tls";
const INDEXING_TIMEOUT = "indexing_timeout";
const INTEGRATION_TEST = "integration_test";
const MAIL = "mail";

/** Seconds; until an operator decides. */
const DEFAULT_INDEXING_TIMEOUT = 300;
const DEFAULT_INTEGRATION_TEST: IntegrationTestText = { endpoint: null, timeout: 1_000 };
const DEFAULT_MAIL: MailText = { from: null, reports: true };

/** What of the settings a harvest goes by. */
export type HarvestSettings = {
  readonly limits: ValidationLimits;
  /** Whether certificates are verified in spite of the exceptions of nodes. */
  readonly verifyTls: boolean;
  /** Seconds that one download may take. */
  readonly indexingTimeout: number;
};

export async function readHarvestSettings(records: Records): Promise<HarvestSettings> {
  const limits = (await records.record("setting", LIMITS))?.value as LimitsText | undefined;
  const verifyTls = (await records.record("setting", VERIFY_TLS))?.value as boolean | undefined;
  const indexingTimeout = (await records.record("setting", INDEXING_TIMEOUT))?.value as number | undefined;
  return {
    limits: limits ? limitsOf(limits) : DEFAULT_LIMITS,
    verifyTls: verifyTls ?? false,
    indexingTimeout: indexingTimeout ?? DEFAULT_INDEXING_TIMEOUT,
  };
}

/** What of the settings the integration test goes by. */
export type IntegrationTestSettings = {
  /** Address of the API, up to before `/series/api`; undefined for this installation's. */
  readonly endpoint?: string;
  /** Seconds. */
  readonly timeout: number;
};

export async function readIntegrationTestSettings(records: Records): Promise<IntegrationTestSettings> {
  const { endpoint, timeout } = await integrationTestText(records);
  return { timeout, ...(endpoint !== null && { endpoint: endpoint.replace(/\/+$/, "") }) };
}

async function integrationTestText(records: Records): Promise<IntegrationTestText> {
  const kept = await records.record("setting", INTEGRATION_TEST);
  return kept ? kept.value as IntegrationTestText : DEFAULT_INTEGRATION_TEST;
}

/** What of the settings mails go by. */
export type MailSettings = {
  /** Sender; undefined for that of the environment. */
  readonly from?: string;
  /** Whether reports, and what the integration test has to tell, are sent. */
  readonly reports: boolean;
};

export async function readMailSettings(records: Records): Promise<MailSettings> {
  const { from, reports } = await mailText(records);
  return { reports, ...(from !== null && { from }) };
}

async function mailText(records: Records): Promise<MailText> {
  const kept = await records.record("setting", MAIL);
  return kept ? kept.value as MailText : DEFAULT_MAIL;
}

/** All settings as they are. */
export async function readSettings({ store, records }: SettingsPlace): Promise<Required<SettingsDocument>> {
  const { synonyms, catalogAliases, boosts, minScore } = await store.searchSettings();
  const { limits, verifyTls, indexingTimeout } = await readHarvestSettings(records);
  return {
    synonyms: [...synonyms],
    catalog_aliases: Object.fromEntries(
      Object.entries(catalogAliases).map(([alias, catalogs]) => [alias, [...catalogs]]),
    ),
    search_boosts: { ...boosts },
    search_min_score: minScore ?? null,
    percentage_units: await store.percentageUnits(),
    validation_limits: limitsText(limits),
    verify_tls: verifyTls,
    indexing_timeout: indexingTimeout,
    integration_test: await integrationTestText(records),
    mail: await mailText(records),
    popularity: await readGatewayPlace(records),
  };
}

/**
 * Takes settings in: those that the document has, all or none of them.
 * Errors: Problem `invalid` that lists everything that is wrong, each with its JSON pointer; nothing is changed then.
 */
export async function saveSettings(place: SettingsPlace, document: unknown): Promise<void> {
  const { store, records } = place;
  const given = checkedSettings(document, await catalogIds(store));
  // What may find its record changed goes first; the others fail only where the machine does.
  const kept: Record<string, unknown> = {
    [LIMITS]: given.validation_limits,
    [VERIFY_TLS]: given.verify_tls,
    [INDEXING_TIMEOUT]: given.indexing_timeout,
    [INTEGRATION_TEST]: given.integration_test,
    [MAIL]: given.mail,
  };
  const changes: RecordChange[] = [];
  for (const [id, value] of Object.entries(kept)) {
    if (value === undefined) continue;
    const before = await records.record("setting", id);
    changes.push({ kind: "setting", id, version: before?.version ?? 0, value });
  }
  if (given.popularity !== undefined) {
    changes.push(...await gatewayPlaceChanges(records, given.popularity));
  }
  await records.write(changes);
  if (given.synonyms) await store.saveSynonyms(given.synonyms);
  if (given.catalog_aliases) await store.saveCatalogAliases(given.catalog_aliases);
  if (given.search_boosts) await store.saveBoosts(given.search_boosts);
  if (given.search_min_score !== undefined) await store.saveMinScore(given.search_min_score ?? undefined);
  if (given.percentage_units) await store.savePercentageUnits(given.percentage_units);
}

/** Ids that aliases may not have: those of nodes, and of catalogs whose node is gone. */
async function catalogIds(store: SettingsPlace["store"]): Promise<Set<string>> {
  const nodes = await store.nodes();
  const catalogs = await store.catalogEntities();
  return new Set([...nodes.map(({ catalogId }) => catalogId), ...catalogs.map(({ id }) => id)]);
}

/** The document, typed. Errors: as `saveSettings`. */
function checkedSettings(document: unknown, catalogs: ReadonlySet<string>): SettingsDocument {
  const parsed = SettingsDocument.safeParse(document, { error: localeError });
  const issues: Issue[] = parsed.success ? [] : parsed.error.issues.flatMap(issuesOf);
  // What can be checked beyond its shape is, though another part is wrong.
  const { synonyms, catalog_aliases, search_boosts } = (document ?? {}) as Record<string, unknown>;
  if (Array.isArray(synonyms)) issues.push(...synonymIssues(synonyms));
  if (typeof catalog_aliases === "object") {
    for (const alias of Object.keys(catalog_aliases ?? {})) {
      const message = problemOf(() => checkAliases([alias], (id) => catalogs.has(id)));
      if (message !== undefined) issues.push({ message, path: pointer(["catalog_aliases", alias]) });
    }
  }
  const boosts = BoostsText.safeParse(search_boosts);
  if (boosts.success) {
    const message = problemOf(() => checkBoosts(boosts.data));
    if (message !== undefined) issues.push({ message, path: pointer(["search_boosts"]) });
  }
  if (issues.length === 0) return parsed.data!;
  const told = issues.map(({ path, message }) => `${path || "/"}: ${message}`).join("; ");
  throw new Problem("invalid", `Los ajustes no son válidos: ${told}`, issues);
}

function synonymIssues(lists: readonly unknown[]): Issue[] {
  const first = new Map<unknown, number>();
  return lists.flatMap((list, i) => {
    if (typeof list !== "string" || list === "") return [];
    const path = pointer(["synonyms", i]);
    const wrong = problemOf(() => checkSynonyms([list]));
    if (wrong !== undefined) return [{ message: wrong, path }];
    const before = first.get(list);
    first.set(list, before ?? i);
    return before === undefined ? [] : [{ message: `repite la lista ${before}`, path }];
  });
}

function problemOf(check: () => void): string | undefined {
  try {
    check();
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

/** One issue for each key that is not known. */
function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== "unrecognized_keys") return [{ message: issue.message, path: pointer(issue.path) }];
  return issue.keys.map((key) => ({ message: "no se conoce", path: pointer([...issue.path, key]) }));
}

/** A JSON pointer (RFC 6901). */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function isServerAddress(text: string): boolean {
  const { protocol, username, password, search, hash } = URL.parse(text) ?? {};
  return /^https?:$/.test(protocol ?? "") && [username, password, search, hash].every((part) => part === "");
}

function limitsOf(limits: LimitsText): ValidationLimits {
  return {
    minimumValues: limits.minimum_values,
    maxTooSmallShare: limits.max_too_small_proportion,
    maxNullSeriesShare: limits.max_null_series_proportion,
    maxMissingShare: limits.max_missing_proportion,
    maxTitleLength: limits.max_field_title_len,
  };
}

function limitsText(limits: ValidationLimits): LimitsText {
  return {
    minimum_values: limits.minimumValues,
    max_too_small_proportion: limits.maxTooSmallShare,
    max_null_series_proportion: limits.maxNullSeriesShare,
    max_missing_proportion: limits.maxMissingShare,
    max_field_title_len: limits.maxTitleLength,
  };
}

/** A unit of available series, or one that is marked. */
export type Unit = { readonly name: string; readonly percentage: boolean };

/** Units by name: those of available series and those that are marked as percentages. */
export async function listUnits(
  store: Pick<CanonicalStore, "seriesUnits" | "percentageUnits">,
): Promise<Unit[]> {
  const marked = new Set(await store.percentageUnits());
  const names = new Set([...await store.seriesUnits(), ...marked]);
  return [...names].sort().map((name) => ({ name, percentage: marked.has(name) }));
}

/**
 * Marks units as percentages, or takes the mark away.
 * Errors: Problem `not_found` where no available series has one of them; nothing is changed then.
 */
export async function markUnits(
  store: Pick<CanonicalStore, "seriesUnits" | "percentageUnits" | "savePercentageUnits">,
  names: readonly string[],
  percentage: boolean,
): Promise<void> {
  const units = await listUnits(store);
  const known = new Set(units.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Problem("not_found", `Ninguna serie disponible tiene la unidad "${unknown.join('", "')}"`);
  }
  const chosen = new Set(names);
  const marked = units.filter((unit) => chosen.has(unit.name) ? percentage : unit.percentage);
  await store.savePercentageUnits(marked.map(({ name }) => name));
}
