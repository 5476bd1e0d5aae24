// Rows of the network's nodes, its jurisdictions, and what is said of it as a whole.

import * as z from "zod";
import {
  Jurisdiction,
  JurisdictionShape,
  listJurisdictions,
  Project,
  readProject,
  removeJurisdiction,
  saveJurisdiction,
  saveProject,
} from "../operation/jurisdictions.ts";
import type { Network } from "../operation/network.ts";
import {
  addNode,
  changeNode,
  listNodes,
  NewNode,
  NodeAnswer,
  NodeChange,
  readNode,
  removeNode,
  setNodesFederable,
} from "../operation/nodes.ts";
import { fits, FLAG, paged, SORTED_PAGE } from "../operation/page.ts";
import type { Operation } from "./operation.ts";

export type NetworkContext = { readonly network: Network };

export const NODES_OPERATIONS: readonly Operation<NetworkContext>[] = [
  {
    id: "nodes.list",
    method: "get",
    path: "/nodes",
    role: "viewer",
    summary: "Nodos de la red, en el orden en que se cosechan",
    query: z.strictObject({ ...SORTED_PAGE, federable: FLAG, catalog_id: z.string().optional() }),
    answer: z.object({ total: z.number(), rows: z.array(NodeAnswer) }),
    async run({ network }, { query: { offset, limit, sort, ...wanted } }) {
      return paged((await listNodes(network)).filter((node) => fits(node, wanted)), { offset, limit, sort });
    },
  },
  {
    id: "nodes.get",
    method: "get",
    path: "/nodes/:catalog",
    role: "viewer",
    summary: "Un nodo",
    answer: NodeAnswer,
    run: ({ network }, { params }) => readNode(network, params.catalog!),
  },
  {
    id: "nodes.add",
    method: "post",
    path: "/nodes",
    role: "operator",
    summary: "Agrega un nodo; sólo los federables se cosechan",
    body: NewNode,
    answer: NodeAnswer,
    run: ({ network }, { body }) => addNode(network, body),
  },
  {
    id: "nodes.change",
    method: "patch",
    path: "/nodes/:catalog",
    role: "operator",
    summary: "Cambia lo que se diga de un nodo",
    body: NodeChange,
    answer: NodeAnswer,
    run: ({ network }, { params, body }) => changeNode(network, params.catalog!, body),
  },
  {
    id: "nodes.federable",
    method: "post",
    path: "/nodes-federable",
    role: "operator",
    summary: "Marca nodos como federables, o como no federables",
    body: z.strictObject({ catalog_ids: z.array(z.string()).min(1).max(1_000), federable: z.boolean() }),
    run: ({ network }, { body }) => setNodesFederable(network, body.catalog_ids, body.federable),
  },
  {
    id: "nodes.remove",
    method: "delete",
    path: "/nodes/:catalog",
    role: "admin",
    summary: "Quita un nodo; sus series siguen publicadas",
    run: ({ network }, { params }) => removeNode(network, params.catalog!),
  },
  {
    id: "jurisdictions.list",
    method: "get",
    path: "/jurisdictions",
    role: "viewer",
    summary: "Jurisdicciones de los nodos",
    answer: z.object({ rows: z.array(Jurisdiction) }),
    run: async ({ network }) => ({ rows: await listJurisdictions(network) }),
  },
  {
    id: "jurisdictions.save",
    method: "put",
    path: "/jurisdictions/:id",
    role: "operator",
    summary: "Crea o cambia una jurisdicción",
    body: JurisdictionShape,
    answer: Jurisdiction,
    run: ({ network }, { params, body }) => saveJurisdiction(network, params.id!, body),
  },
  {
    id: "jurisdictions.remove",
    method: "delete",
    path: "/jurisdictions/:id",
    role: "admin",
    summary: "Elimina una jurisdicción sin nodos",
    run: ({ network }, { params }) => removeJurisdiction(network, params.id!),
  },
  {
    id: "project.get",
    method: "get",
    path: "/project",
    role: "viewer",
    summary: "Metadatos de la red, como se publican en nodes.json",
    answer: Project,
    run: ({ network }) => readProject(network),
  },
  {
    id: "project.save",
    method: "put",
    path: "/project",
    role: "operator",
    summary: "Cambia los metadatos de la red",
    body: Project,
    answer: Project,
    run: ({ network }, { body }) => saveProject(network, body),
  },
];
