// Reads a data.json catalog into the entities that are stored: only datasets and distributions with time
// series, without children and without the keys nobody may see. What is wrong is told at the smallest level.

import {
  type CatalogReading,
  type DatasetReading,
  type DistributionReading,
  type FieldReading,
  hasTimeIndex,
} from "../core/catalog.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { decodeText } from "./csv.ts";
import { jsonFaultAt } from "./json_fault.ts";

/** Keys left out of the stored metadata, by level: children, and what the contract hides. */
const HIDDEN = {
  catalog: new Set(["dataset", "themeTaxonomy"]),
  dataset: new Set(["distribution"]),
  distribution: new Set(["field", "scrapingFileSheet"]),
  field: new Set(["scrapingDataStartCell", "scrapingIdentifierCell"]),
};

/** Something inside a catalog that could not be taken in; the rest was. */
export type EntityFault = {
  readonly level: "dataset" | "distribution" | "field";
  readonly datasetId?: string;
  readonly distributionId?: string;
  readonly message: string;
};

export type CatalogRead = { readonly reading: CatalogReading; readonly faults: readonly EntityFault[] };

/**
 * Parses the text of a data.json.
 * Errors: Problem `invalid`, in Spanish: not JSON (with line and column), an HTML page, not an object.
 */
export function parseDataJson(bytes: Uint8Array): JsonObject {
  const text = decodeText(bytes).replace(/^\uFEFF/, "");
  if (text.trim() === "") throw new Problem("invalid", "El catálogo está vacío");
  if (/^\s*</.test(text)) {
    throw new Problem("invalid", "La respuesta es una página HTML o XML, no un data.json");
  }
  let parsed: Json;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Problem("invalid", `El catálogo no es JSON válido${placeOfFault(text)}`, [], { cause });
  }
  if (!isJsonObject(parsed)) throw new Problem("invalid", "El catálogo no es un objeto JSON");
  return parsed;
}

/** Line and column where the text stops being JSON, and whether it was cut there. */
function placeOfFault(text: string): string {
  const position = jsonFaultAt(text);
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  const column = position - before.lastIndexOf("\n");
  const cut = position >= text.trimEnd().length ? ": termina antes de tiempo" : "";
  return `${cut} (línea ${line}, columna ${column})`;
}

/** An identifier as text; empty where there is none. */
export const identifierOf = (value: unknown): string =>
  typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";

/** Identifier of a distribution, or the one it gets from its dataset's and its position there. */
export const distributionIdOf = (distribution: JsonObject, datasetId: string, position: number): string =>
  identifierOf(distribution.identifier) || `${datasetId}_${position}`;

function visible(entity: JsonObject, level: keyof typeof HIDDEN): JsonObject {
  return Object.fromEntries(Object.entries(entity).filter(([key]) => !HIDDEN[level].has(key)));
}

/**
 * Reduces a catalog to its time series.
 * Errors: Problem `invalid` when it has no list of datasets; faults of smaller levels are data.
 */
export function readCatalog(catalog: JsonObject): CatalogRead {
  if (!Object.hasOwn(catalog, "dataset")) {
    throw new Problem("invalid", 'El catálogo no tiene la clave "dataset"');
  }
  if (!Array.isArray(catalog.dataset)) {
    throw new Problem("invalid", 'La clave "dataset" del catálogo no es una lista');
  }
  const draft: Draft = { datasets: [], distributions: [], faults: [] };
  const taxonomy = taxonomyOf(catalog);
  const seen = new Set<string>();
  catalog.dataset.forEach((dataset, position) => {
    if (!isJsonObject(dataset)) {
      draft.faults.push({ level: "dataset", message: `Excepción en dataset ${position}: no es un objeto` });
    } else readDataset(draft, dataset, position, taxonomy, seen);
  });
  return {
    reading: {
      metadata: visible(catalog, "catalog"),
      datasets: draft.datasets,
      distributions: draft.distributions,
    },
    faults: draft.faults,
  };
}

/** Entries of the taxonomy by their id, each with its position. */
type Taxonomy = ReadonlyMap<Json, readonly (readonly [position: number, theme: JsonObject])[]>;

/** Ids are unique; of those that are not, more than these are left out. */
const MAX_SAME_THEME = 10;

function taxonomyOf({ themeTaxonomy }: JsonObject): Taxonomy {
  const byId = new Map<Json, [number, JsonObject][]>();
  for (const [position, theme] of Array.isArray(themeTaxonomy) ? themeTaxonomy.entries() : []) {
    if (!isJsonObject(theme) || theme.id === undefined) continue;
    const same = byId.get(theme.id);
    if (same === undefined) byId.set(theme.id, [[position, theme]]);
    else if (same.length < MAX_SAME_THEME) same.push([position, theme]);
  }
  return byId;
}

/** The entries that a dataset names, in the taxonomy's order. */
function themesOf({ theme }: JsonObject, taxonomy: Taxonomy): JsonObject[] {
  const named = [...new Set(Array.isArray(theme) ? theme : [])].flatMap((id) => taxonomy.get(id) ?? []);
  return named.sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

type Draft = { datasets: DatasetReading[]; distributions: DistributionReading[]; faults: EntityFault[] };

function readDataset(
  draft: Draft,
  dataset: JsonObject,
  position: number,
  taxonomy: Taxonomy,
  seen: Set<string>,
): void {
  const listed = Array.isArray(dataset.distribution) ? dataset.distribution : [];
  const series = listed
    .map((distribution, place) => ({ distribution, place }))
    .filter((item): item is { distribution: JsonObject; place: number } =>
      isJsonObject(item.distribution) && hasTimeIndex(item.distribution)
    );
  if (series.length === 0) return;
  const id = identifierOf(dataset.identifier);
  const name = id || identifierOf(dataset.title) || String(position);
  const fault = (message: string) =>
    draft.faults.push({
      level: "dataset",
      ...(id && { datasetId: id }),
      message: `Excepción en dataset ${name}: ${message}`,
    });
  if (id === "") return void fault('no tiene "identifier"');
  if (seen.has(id)) return void fault("su identificador ya está en otro dataset del catálogo");
  seen.add(id);

  const themes = themesOf(dataset, taxonomy);
  draft.datasets.push({
    id,
    metadata: visible(dataset, "dataset"),
    themes: themes.length > 0 ? themes : null,
  });

  const ids = new Set<string>();
  for (const { distribution, place } of series) {
    const distributionId = distributionIdOf(distribution, id, place);
    if (ids.has(distributionId)) {
      draft.faults.push({
        level: "distribution",
        datasetId: id,
        distributionId,
        message:
          `Excepción en distribución ${distributionId}: su identificador ya está en otra distribución del dataset`,
      });
      continue;
    }
    ids.add(distributionId);
    draft.distributions.push({
      datasetId: id,
      id: distributionId,
      metadata: {
        ...visible(distribution, "distribution"),
        ...(identifierOf(distribution.identifier) === "" && { identifier: distributionId }),
      },
      fields: readFields(draft, distribution, id, distributionId),
    });
  }
}

function readFields(
  draft: Draft,
  distribution: JsonObject,
  datasetId: string,
  distributionId: string,
): FieldReading[] {
  const fields: FieldReading[] = [];
  (distribution.field as Json[]).forEach((field, position) => {
    if (isJsonObject(field)) {
      const title = typeof field.title === "string" && field.title !== "" ? field.title : "No Title";
      fields.push({ title, id: identifierOf(field.id), metadata: visible(field, "field") });
    } else {
      const message = `Excepción en field ${position}: no es un objeto`;
      draft.faults.push({ level: "field", datasetId, distributionId, message });
    }
  });
  return fields;
}
