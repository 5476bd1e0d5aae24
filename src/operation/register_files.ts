// Runs an uploaded register of nodes: adds the nodes that it federates. Nodes that are there stay as they are.

import type { StoredNode } from "../core/canonical_store.ts";
import { readRegister, type RegisterEntry } from "../ingest/register.ts";
import type { Network } from "./network.ts";
import { stampNodes } from "./nodes.ts";
import { type FileAnswer, type FileRun, runFile, UPLOADED_REGISTER } from "./uploaded_files.ts";

/** Errors: as `runFile`; a register that cannot be read is FAILED, with what is wrong in its log. */
export function runRegisterFile(network: Network, id: string): Promise<FileAnswer> {
  return runFile(network, "register_file", id, (text) => takeRegister(network, text));
}

async function takeRegister(network: Network, text: string): Promise<FileRun> {
  const { store } = network;
  const { entries } = readRegister(text, UPLOADED_REGISTER);
  const known = new Map((await store.nodes()).map((node) => [node.catalogId, node]));
  const { catalogAliases } = await store.searchSettings();
  const added: StoredNode[] = [];
  const log = entries.map((entry) => {
    const { node, outcome } = outcomeOf(entry, known, catalogAliases);
    if (node) added.push(node);
    return `Nodo ${entry.id}, ${outcome}`;
  });
  await store.saveNodes(added);
  await stampNodes(network);
  return { isRead: true, log };
}

function outcomeOf(
  { id, node, fault }: RegisterEntry,
  known: ReadonlyMap<string, StoredNode>,
  aliases: Readonly<Record<string, unknown>>,
): { readonly node?: StoredNode; readonly outcome: string } {
  if (fault !== undefined) return { outcome: `status: ERROR: ${fault}` };
  if (!node) return { outcome: "status: OK: no está federado, no se crea" };
  const before = known.get(node.catalogId);
  if (before && before.url !== node.url) {
    return { outcome: `status: ERROR: ya existe un nodo con ese id y otra dirección, ${before.url}` };
  }
  if (before) return { outcome: "status: OK: ya existía" };
  if (Object.hasOwn(aliases, id)) {
    return { outcome: "status: ERROR: ya existe un alias de catálogo con ese nombre" };
  }
  const created = { ...node, federable: true, newDatasetsFederable: false, verifyTls: true };
  return { node: created, outcome: "status: OK: creado" };
}
