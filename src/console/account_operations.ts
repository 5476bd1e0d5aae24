// Rows of the accounts: who there is, what they may, in which groups they are. Administrators alone.

import * as z from "zod";
import { type Account, type Accounts, NAME_RULE, REPORT_RECIPIENTS } from "../operation/accounts.ts";
import { ROLES } from "../operation/roles.ts";
import type { Sessions } from "../operation/sessions.ts";
import { Problem } from "../core/problem.ts";
import type { Operation } from "./operation.ts";
import { SESSIONS_ANSWER, sessionsAnswer } from "./session_answer.ts";

type AccountContext = { readonly accounts: Accounts; readonly sessions: Sessions };

/** Groups that the program itself reads. */
const KNOWN_GROUPS: Readonly<Record<string, string>> = {
  [REPORT_RECIPIENTS]: "Recibe por correo el reporte general de cada indexación",
};

const ROLE = z.enum(ROLES).describe(
  "viewer mira, operator además cambia y ejecuta, admin además maneja cuentas",
);
const GROUPS = z.array(z.string()).max(50).describe("Nombres de grupos");
/** A secret: the audit does not keep it. */
export const PASSWORD = z.string().max(1_000).meta({ writeOnly: true });

const ACCOUNT_ANSWER = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  email: z.string().nullable(),
  groups: z.array(z.string()),
  disabled: z.boolean(),
  has_password: z.boolean(),
  source: z.enum(["database", "environment"]).describe(
    "environment: viene de CONSOLE_USERS y no se cambia aquí",
  ),
  version: z.int().describe("La que debe nombrar quien la cambie"),
});

const GROUPS_ANSWER = z.object({
  groups: z.array(z.object({
    name: z.string(),
    description: z.string().nullable(),
    members: z.array(z.string()).describe("Nombres de cuentas"),
  })),
});

export function accountAnswer(account: Account): z.infer<typeof ACCOUNT_ANSWER> {
  const { name, role, email, groups, disabled, passwordHash, source, version } = account;
  return {
    name,
    role,
    email: email ?? null,
    groups: [...groups],
    disabled,
    has_password: passwordHash !== undefined,
    source,
    version,
  };
}

export const ACCOUNT_OPERATIONS: readonly Operation<AccountContext>[] = [
  {
    id: "accounts.list",
    method: "get",
    path: "/accounts",
    role: "admin",
    summary: "Las cuentas, por nombre",
    answer: z.object({ accounts: z.array(ACCOUNT_ANSWER) }),
    run: async ({ accounts }) => ({ accounts: (await accounts.all()).map(accountAnswer) }),
  },
  {
    id: "accounts.read",
    method: "get",
    path: "/accounts/:name",
    role: "admin",
    summary: "Una cuenta",
    answer: ACCOUNT_ANSWER,
    run: async ({ accounts }, { params }) => accountAnswer(await existing(accounts, params.name!)),
  },
  {
    id: "accounts.create",
    method: "post",
    path: "/accounts",
    role: "admin",
    summary: "Crea una cuenta; sin clave, su dueño la pone con el correo de POST /password-resets",
    body: z.strictObject({
      name: z.string().describe(`El nombre: ${NAME_RULE.text}`),
      role: ROLE,
      email: z.string().optional(),
      groups: GROUPS.optional(),
      password: PASSWORD.optional(),
    }),
    answer: ACCOUNT_ANSWER,
    run: async ({ accounts }, { body }) => accountAnswer(await accounts.create(body)),
  },
  {
    id: "accounts.change",
    method: "patch",
    path: "/accounts/:name",
    role: "admin",
    summary: "Cambia lo que se nombra de una cuenta: rol, correo, grupos, clave, si está deshabilitada",
    body: z.strictObject({
      version: z.int().min(1).describe("La que se leyó; si ya es otra, 409"),
      role: ROLE.optional(),
      email: z.string().nullable().optional().describe("null la quita"),
      groups: GROUPS.optional(),
      disabled: z.boolean().optional().describe("Deshabilitada no entra, y lo que tenía abierto se cierra"),
      password: PASSWORD.optional(),
    }),
    answer: ACCOUNT_ANSWER,
    run: async ({ accounts }, { params, body: { version, ...change } }) =>
      accountAnswer(await accounts.change(params.name!, version, change)),
  },
  {
    id: "accounts.sessions",
    method: "get",
    path: "/accounts/:name/sessions",
    role: "admin",
    summary: "Las sesiones abiertas de una cuenta",
    answer: SESSIONS_ANSWER,
    run: async ({ accounts, sessions }, { params }) => {
      const { name } = await existing(accounts, params.name!);
      return sessionsAnswer(await sessions.of(name));
    },
  },
  {
    id: "accounts.end_sessions",
    method: "delete",
    path: "/accounts/:name/sessions",
    role: "admin",
    summary: "Cierra todas las sesiones de una cuenta",
    run: async ({ accounts, sessions }, { params }) => {
      const { name } = await existing(accounts, params.name!);
      await sessions.revokeAll(name);
    },
  },
  {
    id: "accounts.groups",
    method: "get",
    path: "/groups",
    role: "admin",
    summary: "Los grupos y quiénes están en cada uno",
    answer: GROUPS_ANSWER,
    run: async ({ accounts }): Promise<z.infer<typeof GROUPS_ANSWER>> => {
      const all = await accounts.all();
      const names = new Set([...Object.keys(KNOWN_GROUPS), ...all.flatMap(({ groups }) => groups)]);
      return {
        groups: [...names].sort().map((name) => ({
          name,
          description: KNOWN_GROUPS[name] ?? null,
          members: all.filter(({ groups }) => groups.includes(name)).map((account) => account.name),
        })),
      };
    },
  },
];

async function existing(accounts: Accounts, name: string): Promise<Account> {
  const account = await accounts.account(name);
  if (!account) throw new Problem("not_found", `No hay una cuenta "${name}"`);
  return account;
}
