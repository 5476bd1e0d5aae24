// A catalog as the sheets of the official Excel template: a row an entity, a column a key. ingest/catalog_xlsx.ts
// reads them back; what a template cannot hold (objects within objects) is written as JSON.

import { isJsonObject, type Json, type JsonObject } from "./json.ts";

export type CatalogSheet = {
  readonly name: string;
  readonly header: readonly string[];
  /** Empty text where an entity lacks the key. */
  readonly rows: readonly (readonly string[])[];
};

/** Keys that are other sheets' rows. */
const CHILDREN = ["dataset", "distribution", "field", "themeTaxonomy"];
/** Keys whose own keys are columns. */
const GROUPS = ["publisher", "contactPoint"];

/** Keys that come first, in this order; others follow as they are met. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  catalog: ["title", "description", "publisher_name", "publisher_mbox", "superThemeTaxonomy"],
  dataset: ["identifier", "title", "description", "publisher_name", "publisher_mbox"],
  distribution: ["identifier", "title", "description", "accessURL", "downloadURL"],
  theme: ["id", "label", "description"],
  field: ["title", "id", "type", "description", "units", "specialType", "specialTypeDetail"],
};

/** Sheets of a catalog, in the template's order. Distributions without identifier get the one they are known by. */
export function catalogSheets(catalog: JsonObject): CatalogSheet[] {
  const datasets = entitiesIn(catalog.dataset);
  const distributions = datasets.flatMap((dataset) =>
    entitiesIn(dataset.distribution).map((distribution, position) => {
      const datasetId = textOf(dataset.identifier);
      const identifier = textOf(distribution.identifier) || `${datasetId}_${position}`;
      const entity: JsonObject = { ...distribution, identifier };
      return { parents: { dataset_identifier: datasetId }, identifier, entity };
    })
  );
  const fields = distributions.flatMap(({ parents, identifier, entity }) =>
    entitiesIn(entity.field).map((field) => ({
      parents: { ...parents, distribution_identifier: identifier },
      entity: field,
    }))
  );
  const alone = (entity: JsonObject) => ({ parents: {}, entity });
  return [
    sheetOf("catalog", [alone(catalog)]),
    sheetOf("dataset", datasets.map(alone)),
    sheetOf("distribution", distributions),
    sheetOf("theme", entitiesIn(catalog.themeTaxonomy).map(alone)),
    sheetOf("field", fields),
  ];
}

type Row = {
  /** Columns that say where it belongs. */
  readonly parents: Readonly<Record<string, string>>;
  readonly entity: JsonObject;
};

function sheetOf(name: string, rows: readonly Row[]): CatalogSheet {
  const cells = rows.map(({ parents, entity }) => ({ parents, values: valuesOf(entity) }));
  const parents = Object.keys(rows[0]?.parents ?? {});
  const keys = new Set(FIRST[name]);
  for (const { values } of cells) {
    // What says where it belongs comes from its place.
    for (const key of values.keys()) if (!parents.includes(key)) keys.add(key);
  }
  return {
    name,
    header: [...parents, ...[...keys].map((key) => `${name}_${key}`)],
    rows: cells.map(({ parents: own, values }) => [
      ...parents.map((parent) => own[parent]!),
      ...[...keys].map((key) => values.get(key) ?? ""),
    ]),
  };
}

/** Cells of an entity by key; no columns for keys that no template has. */
function valuesOf(entity: JsonObject): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(entity)) {
    if (CHILDREN.includes(key) || !/^[a-z][\w.-]*$/i.test(key)) continue;
    if (!GROUPS.includes(key) || !isJsonObject(value)) values.set(key, textOf(value));
    else for (const [part, inner] of Object.entries(value)) values.set(`${key}_${part}`, textOf(inner));
  }
  return values;
}

const entitiesIn = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** A value as one cell. */
function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value) && value.every((one) => !isJsonObject(one) && !Array.isArray(one))) {
    return value.map((one) => one ?? "").join(",");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
