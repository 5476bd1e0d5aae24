// Rows of what everybody does for themselves: log in and out, see who one is and where, change the password.

import * as z from "zod";
import { Problem } from "../core/problem.ts";
import type { Account, Accounts } from "../operation/accounts.ts";
import type { LogIn } from "../operation/log_in.ts";
import { PASSWORD_LENGTH } from "../operation/passwords.ts";
import { ROLES } from "../operation/roles.ts";
import type { Sessions } from "../operation/sessions.ts";
import { tokenDigest } from "../operation/tokens.ts";
import { PASSWORD } from "./account_operations.ts";
import { loggedIn, noSessionCookie, sessionCookie } from "./authentication.ts";
import type { AnyOperation, OpenlyAsked } from "./operation.ts";
import { SESSIONS_ANSWER, sessionsAnswer } from "./session_answer.ts";

type SessionContext = { readonly accounts: Accounts; readonly sessions: Sessions; readonly logIn: LogIn };

const SESSION_ANSWER = z.object({
  name: z.string(),
  role: z.enum(ROLES),
  email: z.string().nullable(),
  groups: z.array(z.string()),
  csrf_token: z.string().nullable().describe(
    "Va en el encabezado X-CSRF-Token de lo que cambia algo; null con HTTP Basic, que no lo necesita",
  ),
});

export const SESSION_OPERATIONS: readonly AnyOperation<SessionContext>[] = [
  {
    id: "session.begin",
    method: "post",
    path: "/session",
    role: "anyone",
    summary: "Entra: abre una sesión, cuya cookie lleva la respuesta",
    body: z.strictObject({
      // People type their password here too.
      name: z.string().max(200).meta({ writeOnly: true }),
      password: PASSWORD,
    }),
    answer: SESSION_ANSWER,
    run: async (context, asked) => {
      const { body: { name, password }, address } = asked;
      const account = loggedIn(await context.logIn({ name, password, address }));
      asked.actsFor(account.name);
      return await begun(context, account, asked);
    },
  },
  {
    id: "session.read",
    method: "get",
    path: "/session",
    role: "viewer",
    summary: "Quién pregunta",
    answer: SESSION_ANSWER,
    run: async ({ accounts, sessions }, { asker, session }) =>
      await sessionAnswer(sessions, (await accounts.account(asker.name))!, session),
  },
  {
    id: "session.end",
    method: "delete",
    path: "/session",
    role: "viewer",
    summary: "Sale: cierra la sesión que pregunta",
    run: async ({ sessions }, { session, secure }) => {
      if (session === undefined) return;
      await sessions.end(session);
      return new Response(null, { status: 204, headers: { "set-cookie": noSessionCookie({ secure }) } });
    },
  },
  {
    id: "session.list",
    method: "get",
    path: "/sessions",
    role: "viewer",
    summary: "Las sesiones abiertas de quien pregunta",
    answer: SESSIONS_ANSWER,
    run: async ({ sessions }, { asker, session }) =>
      sessionsAnswer(
        await sessions.of(asker.name),
        session === undefined ? undefined : await tokenDigest(session),
      ),
  },
  {
    id: "session.revoke",
    method: "delete",
    path: "/sessions/:id",
    role: "viewer",
    summary: "Cierra una sesión propia",
    run: async ({ sessions }, { asker, params }) => await sessions.revoke(asker.name, params.id!),
  },
  {
    id: "session.revoke_all",
    method: "delete",
    path: "/sessions",
    role: "viewer",
    summary: "Cierra todas las sesiones propias",
    run: async ({ sessions }, { asker }) => await sessions.revokeAll(asker.name),
  },
  {
    id: "session.password",
    method: "post",
    path: "/session/password",
    role: "viewer",
    summary: "Cambia la clave propia; las demás sesiones se cierran y la que pregunta sigue con otra cookie",
    body: z.strictObject({
      current_password: PASSWORD,
      password: PASSWORD.describe(`La nueva, de al menos ${PASSWORD_LENGTH.least} caracteres`),
    }),
    answer: SESSION_ANSWER,
    run: async (context, asked) => {
      const { accounts, sessions, logIn } = context;
      const { asker: { name }, address, session, body } = asked;
      const outcome = await logIn({ name, password: body.current_password, address });
      if ("refused" in outcome && outcome.refused === "wrong") {
        throw new Problem("invalid", "La clave actual no es correcta", [{
          path: "/current_password",
          message: "no es correcta",
        }]);
      }
      const account = await accounts.change(name, loggedIn(outcome).version, { password: body.password });
      await sessions.revokeAll(name);
      return session === undefined
        ? await sessionAnswer(sessions, account)
        : await begun(context, account, asked);
    },
  },
];

/** Begins a session and answers with its cookie. */
async function begun({ sessions }: SessionContext, account: Account, asked: OpenlyAsked): Promise<Response> {
  const token = await sessions.begin(account, asked.address);
  return Response.json(await sessionAnswer(sessions, account, token), {
    headers: { "set-cookie": sessionCookie(token, asked) },
  });
}

async function sessionAnswer(
  sessions: Sessions,
  { name, role, email, groups }: Account,
  token?: string,
): Promise<z.infer<typeof SESSION_ANSWER>> {
  const csrf_token = token === undefined ? null : await sessions.csrfToken(token);
  return { name, role, email: email ?? null, groups: [...groups], csrf_token };
}
