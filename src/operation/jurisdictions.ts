// Jurisdictions that nodes belong to, and what is said of the whole network in its public listings.

import * as z from "zod";
import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";

type Kept = { readonly records: Records };

export const JurisdictionShape = z.strictObject({
  title: z.string().min(1).max(200),
  argentinagobar_id: z.string().max(200).nullable().describe("Su id en argentina.gob.ar"),
});
export const Jurisdiction = JurisdictionShape.extend({ id: z.string() });
export type Jurisdiction = z.infer<typeof Jurisdiction>;

const ID = /^[\w.-]{1,100}$/;

export async function listJurisdictions({ records }: Kept): Promise<Jurisdiction[]> {
  return (await records.records("jurisdiction")).map(({ id, value }) => ({
    id,
    ...value as z.infer<typeof JurisdictionShape>,
  }));
}

/** Errors: Problem `not_found`. */
export async function readJurisdiction({ records }: Kept, id: string): Promise<Jurisdiction> {
  const kept = await records.record("jurisdiction", id);
  if (!kept) throw new Problem("not_found", `No hay una jurisdicción "${id}"`);
  return { id, ...kept.value as z.infer<typeof JurisdictionShape> };
}

/** Adds or changes one. Errors: Problem `invalid`. */
export async function saveJurisdiction(
  { records }: Kept,
  id: string,
  value: z.infer<typeof JurisdictionShape>,
): Promise<Jurisdiction> {
  if (!ID.test(id)) {
    throw new Problem(
      "invalid",
      `El id "${id}" no sirve: letras sin acento, números, "_", "." y "-", hasta 100`,
    );
  }
  const version = (await records.record("jurisdiction", id))?.version ?? 0;
  await records.write([{ kind: "jurisdiction", id, version, value }]);
  return { id, ...value };
}

/** Errors: Problem `not_found`; `conflict` while a node belongs to it. */
export async function removeJurisdiction({ records }: Kept, id: string): Promise<void> {
  const kept = await records.record("jurisdiction", id);
  if (!kept) throw new Problem("not_found", `No hay una jurisdicción "${id}"`);
  const nodes = (await records.records("node_details"))
    .filter(({ value }) => (value as { jurisdiction?: string | null }).jurisdiction === id);
  if (nodes.length > 0) {
    const names = nodes.map(({ id }) => `"${id}"`).join(", ");
    throw new Problem("conflict", `La jurisdicción "${id}" tiene nodos: ${names}`);
  }
  await records.write([{ kind: "jurisdiction", id, version: kept.version }]);
}

/** What is said of the network; every key has a value. */
export const Project = z.strictObject({
  title: z.string().max(500),
  description: z.string().max(10_000),
  version: z.string().max(100),
  homepage: z.union([
    z.literal(""),
    z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" }),
  ]),
  issued: z.union([z.literal(""), z.iso.date()]),
  language: z.array(z.string().min(1).max(100)).max(100),
  publisher: z.strictObject({ name: z.string().max(500), mbox: z.union([z.literal(""), z.email()]) }),
  spatial: z.array(z.string().min(1).max(500)).max(100),
});
export type Project = z.infer<typeof Project>;

const NO_PROJECT: Project = {
  title: "",
  description: "",
  version: "",
  homepage: "",
  issued: "",
  language: [],
  publisher: { name: "", mbox: "" },
  spatial: [],
};
const PROJECT = { kind: "setting", id: "project" } as const;

export async function readProject({ records }: Kept): Promise<Project> {
  const kept = await records.record(PROJECT.kind, PROJECT.id);
  return { ...NO_PROJECT, ...kept?.value as Partial<Project> };
}

export async function saveProject({ records }: Kept, value: Project): Promise<Project> {
  const version = (await records.record(PROJECT.kind, PROJECT.id))?.version ?? 0;
  await records.write([{ ...PROJECT, version, value }]);
  return value;
}
