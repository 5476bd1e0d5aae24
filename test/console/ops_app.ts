// The operation API over nothing but memory, with an account of each role, a clock that tests move and passwords
// that cost nothing.

import { createOps, type OpsContext } from "../../src/console/ops.ts";
import { ACCESS_OPERATIONS, type AccessContext } from "../../src/console/operations.ts";
import type { AnyOperation } from "../../src/console/operation.ts";
import type { Trail } from "../../src/core/records.ts";
import type { AuditEntry } from "../../src/operation/audit.ts";
import { type Role, ROLES } from "../../src/operation/roles.ts";
import { memoryTrail } from "../../src/store/memory_records.ts";
import { operationWorld, type WorldSettings } from "../operation/world.ts";

export const ORIGIN = "http://ops.test";

/** Of the accounts `viewer`, `operator` and `admin`. */
export const PASSWORD_OF: Readonly<Record<Role, string>> = {
  viewer: "la clave de quien mira",
  operator: "la clave de quien opera: ñandú",
  admin: "la clave de quien manda",
};

export const basic = (name: string, password: string) =>
  `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;

type Settings = WorldSettings & {
  readonly trustedProxies?: number;
  /** Whether no account is there. */
  readonly empty?: boolean;
  /** In front of the trail. */
  readonly overTrail?: (trail: Trail) => Trail;
};

export type Asking = {
  /** Answers for a role with HTTP Basic. */
  readonly as?: Role;
  /** A JSON body, and its header. */
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly address?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: string;
};

/** `operations` stand beside those of the program; `context` is what they need. */
export async function opsApp<Context extends object>(
  operations: readonly AnyOperation<Context & AccessContext & OpsContext>[] = [],
  context: Context = {} as Context,
  { trustedProxies, empty = false, overTrail = (it) => it, ...settings }: Settings = {},
) {
  const world = operationWorld(settings);
  const { publicUrl } = settings;
  const trail = overTrail(memoryTrail());
  const faults: unknown[] = [];
  const whole = {
    ...context,
    ...world,
    trail,
    version: "1.2.3",
    ...(publicUrl !== undefined && { publicUrl }),
    ...(trustedProxies !== undefined && { trustedProxies }),
    onError: (error: unknown) => void faults.push(error),
  };
  if (!empty) {
    for (const role of ROLES) await world.accounts.create({ name: role, role, password: PASSWORD_OF[role] });
  }
  const app = createOps(whole, [...ACCESS_OPERATIONS, ...operations]);

  /** One request under /api/ops. */
  async function ask(method: string, path: string, asking: Asking = {}): Promise<Response> {
    const { as, json, body, address = "192.0.2.1", headers = {}, origin = ORIGIN } = asking;
    const sent = json === undefined ? body : JSON.stringify(json);
    const init: RequestInit = {
      method,
      headers: {
        ...(as && { authorization: basic(as, PASSWORD_OF[as]) }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    };
    return await app.request(`${origin}/api/ops${path}`, init, { address });
  }

  /** Logs in as a page does: answers the headers of its further requests. */
  async function browser(
    role: Role,
    asking: Asking = {},
  ): Promise<{ cookie: string; "x-csrf-token": string }> {
    const json = { name: role, password: PASSWORD_OF[role] };
    const response = await ask("POST", "/session", { json, ...asking });
    if (response.status !== 200) throw new Error(`No session: ${await response.text()}`);
    return { cookie: cookieOf(response), "x-csrf-token": (await response.json()).csrf_token };
  }

  /** What the audit holds, the newest first. */
  const audited = async () =>
    (await trail.entries("audit", { limit: 1_000 }))
      .map(({ subject, entry }) => ({ account: subject, ...entry as AuditEntry }));

  return { ...world, app, ask, browser, trail, audited, faults };
}

/** Name and value of the cookie that an answer sets. */
export function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")!.split(";")[0]!;
}
