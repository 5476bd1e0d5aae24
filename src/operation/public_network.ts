// What everybody may see of the network: its nodes without what only operators need, and no path of this machine.

import type { CanonicalStore, CatalogEntity } from "../core/canonical_store.ts";
import type { ListedJurisdiction, ListedNetwork, ListedNode } from "../core/listing.ts";
import type { Records } from "../core/records.ts";
import { listJurisdictions, readProject } from "./jurisdictions.ts";
import { dayOf } from "./network.ts";
import { listNodes, type NodeAnswer } from "./nodes.ts";

/** When what is told last changed, and a digest of it. */
type Stamp = { readonly digest: string; readonly day: string };
const STAMP = { kind: "setting", id: "network_modified" } as const;

/**
 * Nodes in the order in which they are harvested; without any, the catalogs of the bundled network that were read.
 * Where that is not what it was the last time, the day is noted.
 */
export async function publicNetwork(
  place: {
    readonly store: Pick<CanonicalStore, "nodes" | "catalogEntities">;
    readonly records: Records;
    /** Epoch ms. */
    readonly now: () => number;
  },
): Promise<ListedNetwork> {
  const jurisdictions = (await listJurisdictions(place)).map(({ id, title, argentinagobar_id }) => ({
    id,
    title,
    argentinagobarId: argentinagobar_id,
  }));
  const byId = new Map(jurisdictions.map((one) => [one.id, one]));
  const kept = (await listNodes(place)).map((node) => listedNode(node, byId));
  const nodes = kept.length > 0 ? kept : (await place.store.catalogEntities()).map(listedCatalog);
  const network = { project: await readProject(place), jurisdictions, nodes };
  return { ...network, modified: await modifiedDay(network, place) };
}

async function modifiedDay(
  network: ListedNetwork,
  { records, now }: { readonly records: Records; readonly now: () => number },
): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(network));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const before = await records.record(STAMP.kind, STAMP.id);
  const stamp = before?.value as Stamp | undefined;
  if (stamp?.digest === digest) return stamp.day;
  const value: Stamp = { digest, day: dayOf(now()) };
  await records.write([{ ...STAMP, version: before?.version ?? 0, value }]);
  return value.day;
}

/** A catalog of the bundled network, whose nodes nobody keeps. */
function listedCatalog({ id, title, url }: CatalogEntity): ListedNode {
  return {
    id,
    label: title || null,
    category: null,
    type: null,
    published: true,
    jurisdiction: null,
    urlJson: webAddress(url),
    urlXlsx: null,
    urlDatosgobar: null,
    urlHomepage: null,
  };
}

function listedNode(node: NodeAnswer, jurisdictions: ReadonlyMap<string, ListedJurisdiction>): ListedNode {
  const { catalog_format: format } = node;
  const address = webAddress(node.catalog_url);
  return {
    id: node.catalog_id,
    label: node.label || null,
    category: node.category,
    type: node.type,
    published: node.federable,
    jurisdiction: jurisdictions.get(node.jurisdiction ?? "") ?? null,
    urlJson: node.url_json ?? (format === null || format === "json" ? address : null),
    urlXlsx: node.url_xlsx ?? (format === "xlsx" ? address : null),
    urlDatosgobar: node.url_datosgobar,
    urlHomepage: node.url_homepage ?? (format === "ckan" ? address : null),
  };
}

/** An address that others can use: no file, and no password of a publisher's site. */
function webAddress(url: string | null): string | null {
  if (url === null || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  return Object.assign(new URL(url), { username: "", password: "" }).href;
}
