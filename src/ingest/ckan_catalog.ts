// What a CKAN portal tells, in the shape of a data.json. Judging the metadata is data_json.ts's, as for every catalog.
// Source: the correspondence that portals of the Argentine State go by (packages are datasets, resources
// distributions, groups themes; what CKAN has no place for is in `extras`, under the profile's key or a Spanish name).

import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { fold } from "../core/search_text.ts";
import type { Portal } from "./ckan_portal.ts";
import { SUPER_THEMES } from "./profile_values.ts";

export type CkanCatalog = {
  readonly catalog: JsonObject;
  /** Spanish sentences, without a final full stop, that name the dataset of what was left out. */
  readonly warnings: readonly string[];
};

const MAX_WARNINGS = 200;
const MAX_SHOWN = 200;
const SUPER_THEME_TAXONOMY = "http://datos.gob.ar/superThemeTaxonomy.json";

type Keys = readonly (readonly [theirs: string, ours: string])[];

const PACKAGE_KEYS: Keys = [
  ["id", "identifier"],
  ["title", "title"],
  ["notes", "description"],
  ["metadata_created", "issued"],
  ["metadata_modified", "modified"],
  ["license_title", "license"],
  ["url", "landingPage"],
];
const CONTACT_KEYS: Keys = [["maintainer", "fn"], ["maintainer_email", "hasEmail"]];
const RESOURCE_KEYS: Keys = [
  ["id", "identifier"],
  ["name", "title"],
  ["description", "description"],
  ["created", "issued"],
  ["last_modified", "modified"],
  ["url", "downloadURL"],
  ["format", "format"],
  ["mimetype", "mediaType"],
  ["fileName", "fileName"],
  ["resource_type", "type"],
  ["accessURL", "accessURL"],
];

/** How often a dataset is updated, as people write it. */
const PERIODICITIES: ReadonlyMap<string, string> = new Map([
  ["cada diez anos", "R/P10Y"],
  ["cada cuatro anos", "R/P4Y"],
  ["cada tres anos", "R/P3Y"],
  ["cada dos anos", "R/P2Y"],
  ["anualmente", "R/P1Y"],
  ["cada medio ano", "R/P6M"],
  ["cuatrimestralmente", "R/P4M"],
  ["trimestralmente", "R/P3M"],
  ["bimestralmente", "R/P2M"],
  ["mensualmente", "R/P1M"],
  ["cada 15 dias", "R/P0.5M"],
  ["tres veces por mes", "R/P0.33M"],
  ["semanalmente", "R/P1W"],
  ["dos veces a la semana", "R/P0.5W"],
  ["tres veces a la semana", "R/P0.33W"],
  ["diariamente", "R/P1D"],
  ["cada hora", "R/PT1H"],
  ["continuamente actualizado", "R/PT1S"],
  ["eventual", "eventual"],
]);

/** Global themes by their labels. */
const THEME_LABELS: ReadonlyMap<string, string> = new Map([
  ["agroganaderia, pesca y forestacion", "AGRI"],
  ["economia y finanzas", "ECON"],
  ["educacion, cultura y deportes", "EDUC"],
  ["energia", "ENER"],
  ["medio ambiente", "ENVI"],
  ["gobierno y sector publico", "GOVE"],
  ["salud", "HEAL"],
  ["asuntos internacionales", "INTR"],
  ["justicia, seguridad y legales", "JUST"],
  ["regiones y ciudades", "REGI"],
  ["poblacion y sociedad", "SOCI"],
  ["ciencia y tecnologia", "TECH"],
  ["transporte", "TRAN"],
]);

type Extra = {
  readonly key: string;
  /** Keys that it may have, folded. */
  readonly named: readonly string[];
  /** Undefined where the text says nothing that is known. */
  readonly value: (text: string) => Json | undefined;
};

/** These win over what CKAN itself says of a package. */
const EXTRAS: readonly Extra[] = [
  {
    key: "accrualPeriodicity",
    named: ["accrualperiodicity", "frecuencia de actualizacion"],
    value: (text) => /^R\/P/.test(text) ? text : PERIODICITIES.get(fold(text)),
  },
  { key: "superTheme", named: ["supertheme", "tematica global"], value: superThemesOf },
  { key: "temporal", named: ["temporal", "cobertura temporal"], value: (text) => text },
  { key: "spatial", named: ["spatial", "cobertura geografica"], value: (text) => listIn(text) ?? text },
  { key: "language", named: ["language", "idioma"], value: (text) => listIn(text) ?? [text] },
  { key: "source", named: ["source", "fuente"], value: (text) => text },
  { key: "issued", named: ["issued"], value: (text) => text },
  { key: "modified", named: ["modified"], value: (text) => text },
];

/** The catalog of a portal. What it says twice, or nobody knows, is a warning. */
export function ckanCatalog({ address, status, packages }: Portal): CkanCatalog {
  const warnings: string[] = [];
  let unsaid = 0;
  const warn: Warn = (sentence) => {
    if (warnings.length < MAX_WARNINGS) warnings.push(sentence);
    else unsaid++;
  };
  const themes = new Map<string, JsonObject>();
  const dataset = packages.map((one) => {
    for (const group of objectsIn(one.groups)) {
      const id = textOf(group.name);
      if (id !== undefined) themes.set(id, themeOf(id, group));
    }
    return datasetOf(one, address, warn);
  });
  if (unsaid > 0) warnings.push(`Hay ${unsaid} avisos más`);
  const title = textOf(status.site_title);
  const mbox = textOf(status.error_emails_to);
  return {
    catalog: {
      ...(title && { title }),
      ...taken(status, [["site_description", "description"]]),
      ...((title || mbox) && { publisher: { ...(title && { name: title }), ...(mbox && { mbox }) } }),
      homepage: address,
      superThemeTaxonomy: SUPER_THEME_TAXONOMY,
      themeTaxonomy: [...themes.keys()].sort().map((id) => themes.get(id)!),
      dataset,
    },
    warnings,
  };
}

type Warn = (sentence: string) => void;

function datasetOf(one: JsonObject, address: string, warn: Warn): JsonObject {
  const name = textOf(one.name) ?? textOf(one.id) ?? "";
  const about = (sentence: string) => warn(`Dataset ${name}: ${sentence}`);
  const organization = isJsonObject(one.organization) ? textOf(one.organization.title) : undefined;
  const publisher = {
    ...(organization && { name: organization }),
    ...taken(one, [["author", "name"], ["author_email", "mbox"]]),
  };
  const contactPoint = taken(one, CONTACT_KEYS);
  const groups = objectsIn(one.groups).map(({ name }) => textOf(name)).filter((id) => id !== undefined);
  const superTheme = groups.map((id) => id.toUpperCase()).filter((id) => SUPER_THEMES.includes(id));
  return {
    ...taken(one, PACKAGE_KEYS),
    ...(Object.keys(publisher).length > 0 && { publisher }),
    ...(Object.keys(contactPoint).length > 0 && { contactPoint }),
    ...(superTheme.length > 0 && { superTheme }),
    ...extrasOf(objectsIn(one.extras), about),
    theme: groups,
    keyword: objectsIn(one.tags).map(({ name }) => textOf(name)).filter((word) => word !== undefined),
    distribution: objectsIn(one.resources).map((resource) =>
      distributionOf(resource, `${address}/dataset/${encodeURIComponent(textOf(one.id) ?? name)}`, about)
    ),
  };
}

function distributionOf(resource: JsonObject, dataset: string, warn: Warn): JsonObject {
  const id = textOf(resource.id) ?? "";
  const size = Number(resource.size ?? NaN);
  const field = fieldsIn(resource.attributesDescription);
  if (field === undefined) {
    warn(`el recurso ${id} tiene un "attributesDescription" que no es una lista JSON: quedó sin campos`);
  }
  return {
    accessURL: `${dataset}/resource/${encodeURIComponent(id)}`,
    ...taken(resource, RESOURCE_KEYS),
    ...(Number.isSafeInteger(size) && size > 0 && { byteSize: size }),
    ...(field !== undefined && field.length > 0 && { field }),
  };
}

/** Fields as they are described, none where nothing is; undefined where that is no list. */
function fieldsIn(described: Json | undefined): Json[] | undefined {
  if (described === undefined || described === null || described === "") return [];
  return Array.isArray(described) ? described : typeof described === "string" ? listIn(described) : undefined;
}

function extrasOf(extras: readonly JsonObject[], warn: Warn): JsonObject {
  const found: JsonObject = {};
  for (const { key, named, value } of EXTRAS) {
    const told = extras.filter((extra) => named.includes(fold(textOf(extra.key) ?? "")))
      .map((extra) => textOf(extra.value)).filter((text) => text !== undefined);
    const [text, ...others] = new Set(told);
    if (text === undefined) continue;
    const read = others.length > 0 ? undefined : value(text);
    if (read !== undefined) found[key] = read;
    else if (others.length > 0) warn(`dice ${told.length} veces "${key}", y no lo mismo: quedó sin él`);
    else warn(`"${key}" dice "${text.slice(0, MAX_SHOWN)}", que no es del vocabulario: quedó sin él`);
  }
  return found;
}

/** Global themes that a text names: a code, a label, or a list of codes as JSON. */
function superThemesOf(text: string): Json[] | undefined {
  const named = (listIn(text) ?? [text]).map((one) => {
    const code = typeof one === "string"
      ? THEME_LABELS.get(fold(one.trim())) ?? one.trim().toUpperCase()
      : "";
    return SUPER_THEMES.includes(code) ? code : undefined;
  });
  return named.length > 0 && named.every((code) => code !== undefined) ? named : undefined;
}

function themeOf(id: string, group: JsonObject): JsonObject {
  const label = textOf(group.title) ?? textOf(group.display_name) ?? id;
  return { id, label, ...taken(group, [["description", "description"]]) };
}

/** What an object says under their keys, under ours. */
function taken(from: JsonObject, keys: Keys): JsonObject {
  return Object.fromEntries(keys.flatMap(([theirs, ours]) => {
    const text = textOf(from[theirs]);
    return text === undefined ? [] : [[ours, text]];
  }));
}

/** A text that says something. */
function textOf(value: Json | undefined): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The list that a JSON text is; undefined where it is none. */
function listIn(text: string): Json[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const parsed: Json = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
