// The public listings of the network: its nodes, its distributions, and the catalogs as they were last read. What
// tables they make is here; how they are published is the stores of segments', how they are answered the API's.

import { publisherName } from "./catalog.ts";
import type { PublishableContext } from "./canonical_store.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

export type ListedJurisdiction = {
  readonly id: string;
  readonly title: string;
  readonly argentinagobarId: string | null;
};

/** A node as everybody may see it. Absent values are null. */
export type ListedNode = {
  readonly id: string;
  readonly label: string | null;
  readonly category: string | null;
  readonly type: string | null;
  /** Whether it is harvested. */
  readonly published: boolean;
  readonly jurisdiction: ListedJurisdiction | null;
  readonly urlJson: string | null;
  readonly urlXlsx: string | null;
  readonly urlDatosgobar: string | null;
  readonly urlHomepage: string | null;
};

/** What is said of the network, and its nodes in the order in which they are harvested. */
export type ListedNetwork = {
  readonly project: JsonObject;
  /** Also those that have no node. Absent in listings of an earlier version. */
  readonly jurisdictions?: readonly ListedJurisdiction[];
  readonly nodes: readonly ListedNode[];
  /** The day in Buenos Aires on which any of this last changed, `YYYY-MM-DD`. Absent as above. */
  readonly modified?: string;
};

/** Column names, and rows of texts. */
export type TextTable = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** The text of a catalog, UTF-8, named by its hash. */
export type CatalogText = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** The listings of one moment. */
export interface Listing {
  /** Hash of the whole content. */
  readonly name: string;
  /** Epoch ms when it became current; absent where who published it did not tell. */
  readonly publishedAt?: number | undefined;
  readonly network: ListedNetwork;
  /** Of all catalogs, by catalog, dataset and id. */
  distributions(): Promise<readonly (readonly string[])[]>;
  /** What was last read of a catalog; undefined where nothing was. */
  catalogText(catalogId: string): Promise<CatalogText | undefined>;
}

/** The current listing, followed as it is switched; undefined until the first is published. */
export type Listings = { current(): Promise<Listing | undefined> };

const NODE_COLUMNS: readonly {
  readonly en: string;
  readonly es: string;
  readonly value: (node: ListedNode) => string | null | undefined;
}[] = [
  {
    en: "argentinagobar_id",
    es: "argentinagobar_id",
    value: ({ jurisdiction }) => jurisdiction?.argentinagobarId,
  },
  { en: "jurisdiction_title", es: "jurisdiccion_nombre", value: ({ jurisdiction }) => jurisdiction?.title },
  { en: "catalog_id", es: "catalogo_id", value: ({ id }) => id },
  { en: "catalog_label", es: "catalogo_nombre", value: ({ label }) => label },
  { en: "catalog_url_json", es: "catalogo_url_json", value: ({ urlJson }) => urlJson },
  { en: "catalog_url_xlsx", es: "catalogo_url_xlsx", value: ({ urlXlsx }) => urlXlsx },
  {
    en: "catalog_url_datosgobar",
    es: "catalogo_url_datosgobar",
    value: ({ urlDatosgobar }) => urlDatosgobar,
  },
  { en: "catalog_url_homepage", es: "catalogo_url_portal", value: ({ urlHomepage }) => urlHomepage },
];

/** Nodes as a table, its columns named in one of the two languages. */
export function nodesTable({ nodes }: ListedNetwork, language: "en" | "es"): TextTable {
  return {
    columns: NODE_COLUMNS.map((column) => column[language]),
    rows: nodes.map((node) => NODE_COLUMNS.map(({ value }) => value(node) ?? "")),
  };
}

/** Nodes below their jurisdictions, those without any last, and what is said of the network. */
export function nodesDocument(
  { project, jurisdictions = [], nodes, modified }: ListedNetwork,
): JsonObject {
  const all = new Map(jurisdictions.map((one) => [one.id, one]));
  for (const { jurisdiction } of nodes) if (jurisdiction) all.set(jurisdiction.id, jurisdiction);
  const byJurisdiction = Map.groupBy(nodes, ({ jurisdiction }) => jurisdiction?.id);
  const without = byJurisdiction.get(undefined);
  const told = (jurisdiction: ListedJurisdiction | null, own: readonly ListedNode[]): JsonObject => ({
    id: jurisdiction?.id ?? null,
    argentinagobar_id: jurisdiction?.argentinagobarId ?? null,
    title: jurisdiction?.title ?? null,
    catalogs: own.map((node) => ({
      id: node.id,
      label: node.label,
      category: node.category,
      type: node.type,
      published: node.published,
      url_json: node.urlJson,
      url_xlsx: node.urlXlsx,
      url_datosgobar: node.urlDatosgobar,
      url_homepage: node.urlHomepage,
    })),
  });
  return {
    ...project,
    modified: modified ?? null,
    jurisdiction_count: all.size,
    catalog_count: nodes.length,
    jurisdictions: [
      ...[...all.keys()].sort().map((id) => told(all.get(id)!, byJurisdiction.get(id) ?? [])),
      ...(without ? [told(null, without)] : []),
    ],
  };
}

type Place = {
  readonly catalogId: string;
  readonly catalog: JsonObject;
  readonly entry: PublishableContext["distributions"][number];
};

const DISTRIBUTION_VALUES: readonly (readonly [column: string, value: (place: Place) => string])[] = [
  ["catalogo_id", ({ catalogId }) => catalogId],
  ["catalogo_titulo", ({ catalog }) => textOf(catalog.title)],
  ["catalogo_responsable", ({ catalog }) => publisherName(catalog)],
  ["dataset_id", ({ entry }) => entry.datasetId],
  ["dataset_titulo", ({ entry }) => textOf(entry.dataset.title)],
  ["dataset_descripcion", ({ entry }) => textOf(entry.dataset.description)],
  ["dataset_responsable", ({ entry }) => publisherName(entry.dataset)],
  [
    "dataset_responsable_correo",
    ({ entry: { dataset: { publisher } } }) => isJsonObject(publisher) ? textOf(publisher.mbox) : "",
  ],
  ["dataset_fuente", ({ entry }) => textOf(entry.dataset.source)],
  [
    "dataset_tema",
    ({ entry: { dataset, themes } }) =>
      themes === null ? textOf(dataset.theme) : themes.map(({ label, id }) => textOf(label ?? id)).join(","),
  ],
  ["dataset_tema_global", ({ entry }) => textOf(entry.dataset.superTheme)],
  ["dataset_licencia", ({ entry }) => textOf(entry.dataset.license)],
  ["distribucion_id", ({ entry }) => entry.distributionId],
  ["distribucion_titulo", ({ entry }) => textOf(entry.distribution.title)],
  ["distribucion_descripcion", ({ entry }) => textOf(entry.distribution.description)],
  ["distribucion_tipo", ({ entry }) => textOf(entry.distribution.type)],
  ["distribucion_formato", ({ entry }) => textOf(entry.distribution.format)],
  ["distribucion_url_acceso", ({ entry }) => textOf(entry.distribution.accessURL)],
  ["distribucion_url_descarga", ({ entry }) => textOf(entry.distribution.downloadURL)],
];

export const DISTRIBUTION_COLUMNS: readonly string[] = DISTRIBUTION_VALUES.map(([column]) => column);

/** Distributions of a catalog as rows of DISTRIBUTION_COLUMNS, in their order. */
export function distributionRows(
  catalogId: string,
  { catalog, distributions }: PublishableContext,
): string[][] {
  return distributions.map((entry) =>
    DISTRIBUTION_VALUES.map(([, value]) => value({ catalogId, catalog, entry }))
  );
}

/** A declared value as one text: lists are joined, what is neither is left out. */
function textOf(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(textOf).filter((text) => text !== "").join(",");
  return typeof value === "object" || value === undefined ? "" : String(value);
}
