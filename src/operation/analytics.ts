// Where hits are imported from: one gateway's log, whose token is kept and never told.

import * as z from "zod";
import { type CheckGateway, type GatewayLog, logName } from "../core/gateway_log.ts";
import type { PopularityStore } from "../core/popularity_store.ts";
import { Problem } from "../core/problem.ts";
import type { RecordChange, Records } from "../core/records.ts";

const SETTING = { kind: "setting", id: "analytics" } as const;

const text = z.string().trim().min(1).max(1_000);
const { localeError } = z.locales.es();

const PLACE = {
  endpoint: text.refine(isWebAddress, "debe ser una dirección http o https, sin usuario ni clave")
    .describe("Dirección del registro en la API de administración del gateway"),
  kong_api_id: text.describe("Identificador de la API en el gateway"),
};

/** Where the log is, without what proves that we may read it. */
export const GatewayPlace = z.strictObject(PLACE);
export type GatewayPlace = z.infer<typeof GatewayPlace>;

/** The gateway as operators write it. */
export const GatewaySchema = z.strictObject({
  ...PLACE,
  token: text.max(4_096).regex(/^[\x21-\x7e]+$/, "no puede tener espacios ni acentos").optional()
    .meta({ writeOnly: true }).describe("Secreto; sin él queda el que había"),
});

/** The gateway as operators see it. */
export const GatewayAnswer = z.object({
  endpoint: z.string().nullable(),
  kong_api_id: z.string().nullable(),
  has_token: z.boolean(),
  last_cursor: z.string().nullable().describe("Por dónde sigue la próxima importación"),
});

/** As it is kept; one that a document of settings told has no token yet. */
type KeptGateway = Omit<GatewayLog, "token"> & Partial<Pick<GatewayLog, "token">>;

async function keptGateway(records: Records): Promise<{ version: number; gateway?: KeptGateway }> {
  const record = await records.record(SETTING.kind, SETTING.id);
  return record ? { version: record.version, gateway: record.value as KeptGateway } : { version: 0 };
}

/** The gateway that operators told; undefined before, and while its token is missing. */
export async function readGateway(records: Records): Promise<GatewayLog | undefined> {
  const { gateway } = await keptGateway(records);
  return gateway?.token === undefined ? undefined : { ...gateway, token: gateway.token };
}

/** Where the log is; null before operators told it. */
export async function readGatewayPlace(records: Records): Promise<GatewayPlace | null> {
  const { gateway } = await keptGateway(records);
  return gateway ? { endpoint: gateway.endpoint, kong_api_id: gateway.kongApiId } : null;
}

/** What makes a place, or none, that of the log. Its token goes with a place of another address. */
export async function gatewayPlaceChanges(
  records: Records,
  place: GatewayPlace | null,
): Promise<RecordChange[]> {
  const { version, gateway } = await keptGateway(records);
  if (place === null) return gateway ? [{ ...SETTING, version }] : [];
  const { endpoint, kong_api_id: kongApiId } = place;
  const value: KeptGateway = {
    endpoint,
    kongApiId,
    ...(gateway?.endpoint === endpoint && gateway.token !== undefined && { token: gateway.token }),
  };
  return [{ ...SETTING, version, value }];
}

/** What may be told of it. */
export async function describeGateway(
  records: Records,
  store: Pick<PopularityStore, "logPosition">,
): Promise<z.infer<typeof GatewayAnswer>> {
  const { gateway } = await keptGateway(records);
  const position = await store.logPosition();
  return {
    endpoint: gateway?.endpoint ?? null,
    kong_api_id: gateway?.kongApiId ?? null,
    has_token: gateway?.token !== undefined,
    last_cursor: gateway && position?.log === logName(gateway) ? position.cursor : null,
  };
}

/**
 * Keeps a gateway that answers.
 * Errors: Problem `invalid` where it is not one, has no token, or does not answer HEAD with 200.
 */
export async function saveGateway(records: Records, check: CheckGateway, given: unknown): Promise<void> {
  const parsed = GatewaySchema.safeParse(given, { error: localeError });
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ message, path }) => ({ message, path: `/${path.join("/")}` }));
    const told = issues.map(({ message, path }) => `${path}: ${message}`).join("; ");
    throw new Problem("invalid", `El gateway no es válido: ${told}`, issues);
  }
  const { version, gateway: known } = await keptGateway(records);
  const { endpoint, kong_api_id: kongApiId } = parsed.data;
  // A token that was told for one place is not shown to another.
  const token = parsed.data.token ?? (known?.endpoint === endpoint ? known.token : undefined);
  if (token === undefined) {
    throw new Problem("invalid", "Falta el token: hay que decirlo con cada dirección nueva");
  }
  const gateway: GatewayLog = { endpoint, token, kongApiId };
  if (!await check(gateway)) throw new Problem("invalid", "URL / Token inválido");
  await records.write([{ ...SETTING, version, value: gateway }]);
}

function isWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}
