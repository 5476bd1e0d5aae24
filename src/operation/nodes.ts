// Nodes as operators keep them: what the harvest goes by is the canonical store's, what only people read is a record
// beside it.

import * as z from "zod";
import { CATALOG_FORMATS, type StoredNode } from "../core/canonical_store.ts";
import { Problem } from "../core/problem.ts";
import { readRegister } from "../ingest/register.ts";
import { readJurisdiction } from "./jurisdictions.ts";
import { dayOf, type Network } from "./network.ts";
import { removeRecord } from "./removal.ts";
import { UPLOADED_REGISTER, type UploadedFile } from "./uploaded_files.ts";

const MAX_ID_LENGTH = 100;

const address = z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" }).max(2_000);
const line = z.string().max(200);
const isTimezone = (name: string) => {
  try {
    return new Intl.DateTimeFormat("es", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
};

/** What only people read. */
const DETAILS = {
  validate_catalog_urls: z.boolean().describe("El publicador quiere que se revisen sus enlaces; informativo"),
  timezone: z.string().max(100).refine(isTimezone, "no es una zona horaria").describe("Informativo"),
  admins: z.array(z.string().min(1).max(100)).max(100).describe(
    "Cuentas que reciben el informe de este nodo",
  ),
  label: line.describe("Nombre para mostrar"),
  category: z.enum(["central", "no-central"]).nullable(),
  type: z.enum(["andino", "excel", "ckan", "otros"]).nullable(),
  jurisdiction: z.string().max(100).nullable().describe("Id de una jurisdicción"),
  url_json: address.nullable().describe("Dirección pública del data.json"),
  url_xlsx: address.nullable().describe("Dirección pública del catalog.xlsx"),
  url_datosgobar: address.nullable().describe("Su página en el portal nacional"),
  url_homepage: address.nullable().describe("Su portal"),
};

/** What a node is made of; `catalog_url` may also be the one it has. */
export const NodeShape = z.strictObject({
  catalog_url: z.string().min(1).max(2_000).describe("Dirección del catálogo, http o https"),
  catalog_format: z.enum(CATALOG_FORMATS).nullable().describe(
    "Sin formato se deduce de la dirección o del contenido",
  ),
  federable: z.boolean().describe("Si se cosecha"),
  new_datasets_auto_indexable: z.boolean().describe("Si los datasets nuevos son federables enseguida"),
  verify_ssl: z.boolean().describe("Si se verifica el certificado TLS de sus servidores"),
  ...DETAILS,
});

/** A node to be added: what is not told is as it begins. */
export const NewNode = NodeShape.partial().required({ catalog_url: true }).extend({
  catalog_id: z.string().min(1).max(MAX_ID_LENGTH).describe("Identificador público del catálogo"),
});
export const NodeChange = NodeShape.partial();

export const NodeAnswer = NodeShape.extend({
  catalog_id: z.string(),
  register_date: z.string().nullable().describe("Cuándo se registró"),
  release_date: z.string().nullable().describe("Cuándo fue federable por primera vez; no cambia más"),
  present: z.boolean().nullable().describe("Si se pudo leer la última vez; null si nunca se leyó"),
  error: z.string().nullable().describe("Por qué no se pudo leer la última vez"),
});

export type NodeAnswer = z.infer<typeof NodeAnswer>;
type NodeChange = z.infer<typeof NodeChange>;

const DETAIL_KEYS = Object.keys(DETAILS) as (keyof typeof DETAILS)[];
type Details = Pick<NodeAnswer, keyof typeof DETAILS | "register_date" | "release_date">;

const NEW_DETAILS: Details = {
  validate_catalog_urls: false,
  timezone: "America/Argentina/Buenos_Aires",
  admins: [],
  label: "",
  category: null,
  type: null,
  jurisdiction: null,
  url_json: null,
  url_xlsx: null,
  url_datosgobar: null,
  url_homepage: null,
  register_date: null,
  release_date: null,
};

/** What nodes are read from. */
type NodesPlace = Pick<Network, "records"> & {
  readonly store: Pick<Network["store"], "nodes" | "catalogEntities">;
};

/** All nodes, in the order in which they are harvested. */
export async function listNodes({ store, records }: NodesPlace): Promise<NodeAnswer[]> {
  const details = new Map((await records.records("node_details")).map(({ id, value }) => [id, value]));
  const catalogs = new Map((await store.catalogEntities()).map((catalog) => [catalog.id, catalog]));
  return (await store.nodes()).map((node) => {
    const catalog = catalogs.get(node.catalogId);
    return {
      catalog_id: node.catalogId,
      ...shapeOf(node),
      ...NEW_DETAILS,
      ...details.get(node.catalogId) as Partial<Details>,
      present: catalog?.present ?? null,
      error: catalog?.fault ?? null,
    };
  });
}

/** Errors: Problem `not_found`. */
export async function readNode(network: NodesPlace, id: string): Promise<NodeAnswer> {
  const node = (await listNodes(network)).find(({ catalog_id }) => catalog_id === id);
  if (!node) throw new Problem("not_found", `No hay un nodo "${id}"`);
  return node;
}

/** Errors: Problem `conflict` where there is one of that id, `invalid`. */
export async function addNode(network: Network, given: z.infer<typeof NewNode>): Promise<NodeAnswer> {
  const { catalog_id: id, ...change } = given;
  const isKnown = (await network.store.nodes()).some(({ catalogId }) => catalogId === id);
  if (isKnown) throw new Problem("conflict", `Ya existe un nodo con id ${id}`);
  const { catalogAliases } = await network.store.searchSettings();
  if (Object.hasOwn(catalogAliases, id)) {
    throw new Problem("conflict", `Ya existe un alias "${id}", no puede ser usado como id de un nodo`);
  }
  const start: StoredNode = {
    catalogId: id,
    url: "",
    federable: false,
    newDatasetsFederable: false,
    verifyTls: true,
  };
  await save(network, start, change);
  return await readNode(network, id);
}

/** Errors: Problem `not_found`, `invalid`. */
export async function changeNode(network: Network, id: string, change: NodeChange): Promise<NodeAnswer> {
  const node = (await network.store.nodes()).find(({ catalogId }) => catalogId === id);
  if (!node) throw new Problem("not_found", `No hay un nodo "${id}"`);
  await save(network, node, change);
  return await readNode(network, id);
}

/** Has nodes harvested from now on, or no longer. Errors: Problem `not_found`; nothing is changed then. */
export async function setNodesFederable(
  network: Network,
  ids: readonly string[],
  federable: boolean,
): Promise<void> {
  const nodes = new Map((await network.store.nodes()).map((node) => [node.catalogId, node]));
  const unknown = ids.filter((id) => !nodes.has(id));
  if (unknown.length > 0) throw new Problem("not_found", `No hay nodos "${unknown.join('", "')}"`);
  for (const id of new Set(ids)) await save(network, nodes.get(id)!, { federable });
}

/**
 * Takes a node out. What was harvested of it stays served.
 * Errors: Problem `not_found`; `conflict` while a register file lists it as federated.
 */
export async function removeNode({ store, records }: Network, id: string): Promise<void> {
  for (const { value } of await records.records("register_file")) {
    const { name, text } = value as UploadedFile;
    if (!federatedIn(text).includes(id)) continue;
    throw new Problem(
      "conflict",
      `El nodo "${id}" figura como federado en el archivo de nodos "${name}": quítelo de ahí, o elimine ese archivo`,
    );
  }
  if (!await store.removeNode(id)) throw new Problem("not_found", `No hay un nodo "${id}"`);
  await removeRecord(records, "node_details", id);
}

/** Ids that a register federates; none where it cannot be read. */
function federatedIn(text: string): string[] {
  try {
    return readRegister(text, UPLOADED_REGISTER).nodes.map(({ catalogId }) => catalogId);
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Dates of nodes that came from elsewhere than here: when they were registered, and first federable. */
export async function stampNodes(
  { store, records, now }: Pick<Network, "records" | "now"> & {
    readonly store: Pick<Network["store"], "nodes">;
  },
): Promise<void> {
  for (const node of await store.nodes()) await saveDetails({ records, now }, node, {});
}

async function save(network: Network, before: StoredNode, change: NodeChange): Promise<void> {
  const url = change.catalog_url ?? before.url;
  // A path of this machine is the command line's to give.
  if (url !== before.url && !address.safeParse(url).success) {
    throw new Problem("invalid", "La dirección del catálogo debe ser http o https", [
      { message: "debe ser una dirección http o https", path: "/catalog_url" },
    ]);
  }
  if (change.jurisdiction) await readJurisdiction(network, change.jurisdiction);
  const { format, ...kept } = before;
  const nextFormat = change.catalog_format === undefined ? format : change.catalog_format ?? undefined;
  const node: StoredNode = {
    ...kept,
    url,
    ...(nextFormat && { format: nextFormat }),
    federable: change.federable ?? before.federable,
    newDatasetsFederable: change.new_datasets_auto_indexable ?? before.newDatasetsFederable,
    verifyTls: change.verify_ssl ?? before.verifyTls,
  };
  await saveDetails(network, node, change);
  await network.store.saveNodes([node]);
}

async function saveDetails(
  { records, now }: Pick<Network, "records" | "now">,
  { catalogId, federable }: StoredNode,
  change: NodeChange,
): Promise<void> {
  const kept = await records.record("node_details", catalogId);
  const before = { ...NEW_DETAILS, ...kept?.value as Partial<Details> };
  const today = dayOf(now());
  const told = DETAIL_KEYS.filter((key) => change[key] !== undefined).map((key) => [key, change[key]]);
  const after: Details = {
    ...before,
    ...Object.fromEntries(told),
    register_date: before.register_date ?? today,
    release_date: before.release_date ?? (federable ? today : null),
  };
  if (kept && JSON.stringify(after) === JSON.stringify(before)) return;
  const version = kept?.version ?? 0;
  await records.write([{ kind: "node_details", id: catalogId, version, value: after }]);
}

function shapeOf({ url, format, federable, newDatasetsFederable, verifyTls }: StoredNode) {
  return {
    catalog_url: url,
    catalog_format: format ?? null,
    federable,
    new_datasets_auto_indexable: newDatasetsFederable,
    verify_ssl: verifyTls,
  };
}
