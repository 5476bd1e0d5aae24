// What everybody may see of the network: its nodes without what only operators need, and no path of this machine.

import type { CanonicalStore } from "../core/canonical_store.ts";
import type { ListedJurisdiction, ListedNetwork, ListedNode } from "../core/listing.ts";
import type { Records } from "../core/records.ts";
import { listJurisdictions, readProject } from "./jurisdictions.ts";
import { listNodes, type NodeAnswer } from "./nodes.ts";

/** Nodes in the order in which they are harvested; without any, the catalogs of the bundled network that were read. */
export async function publicNetwork(
  place: { readonly store: Pick<CanonicalStore, "nodes" | "catalogEntities">; readonly records: Records },
): Promise<ListedNetwork> {
  const project = await readProject(place);
  const jurisdictions = new Map(
    (await listJurisdictions(place)).map(({ id, title, argentinagobar_id }) => [
      id,
      { id, title, argentinagobarId: argentinagobar_id },
    ]),
  );
  const nodes = (await listNodes(place)).map((node) => listedNode(node, jurisdictions));
  if (nodes.length > 0) return { project, nodes };
  const bundled = (await place.store.catalogEntities()).map(({ id, title, url }): ListedNode => ({
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
  }));
  return { project, nodes: bundled };
}

function listedNode(node: NodeAnswer, jurisdictions: ReadonlyMap<string, ListedJurisdiction>): ListedNode {
  const isWorkbook = node.catalog_format === "xlsx";
  const address = webAddress(node.catalog_url);
  return {
    id: node.catalog_id,
    label: node.label || null,
    category: node.category,
    type: node.type,
    published: node.federable,
    jurisdiction: jurisdictions.get(node.jurisdiction ?? "") ?? null,
    urlJson: node.url_json ?? (isWorkbook ? null : address),
    urlXlsx: node.url_xlsx ?? (isWorkbook ? address : null),
    urlDatosgobar: node.url_datosgobar,
    urlHomepage: node.url_homepage,
  };
}

/** An address that others can use: no file, and no password of a publisher's site. */
function webAddress(url: string | null): string | null {
  if (url === null || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  return Object.assign(new URL(url), { username: "", password: "" }).href;
}
