// The application under /api/ops: a route for each row. Before a row's work come, in this order: where the request
// was made, who asks, what the role allows, what was sent; after it the audit and the answer.

import { Hono } from "hono";
import type { Trail } from "../core/records.ts";
import type { Accounts } from "../operation/accounts.ts";
import { appendAudit, type AuditEntry } from "../operation/audit.ts";
import type { LogIn } from "../operation/log_in.ts";
import { mayActAs } from "../operation/roles.ts";
import type { Sessions } from "../operation/sessions.ts";
import { Problem } from "../core/problem.ts";
import { answerOf, faultOf, problemAnswer } from "./answers.ts";
import { authenticate, type Authenticated, WrongPassword } from "./authentication.ts";
import { type Client, clientOf, type Connection } from "./client.ts";
import { checkCsrfToken, checkOrigin } from "./csrf.ts";
import { opsOpenApi } from "./openapi.ts";
import type { AnyOperation, OpenlyAsked } from "./operation.ts";
import { redactionOf } from "./redaction.ts";
import { Refusal } from "./refusal.ts";
import { readBody, readQuery } from "./request_parts.ts";

/** What the machinery itself works with. */
export type OpsContext = {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly logIn: LogIn;
  readonly trail: Trail;
  /** Epoch ms. */
  readonly now: () => number;
  /** Version of the program, for the description. */
  readonly version: string;
  /** Origin that browsers know this server by; without it the one they asked. */
  readonly publicUrl?: string;
  /** How many proxies of ours stand in front. */
  readonly trustedProxies?: number;
  /** Aborts when the server stops. */
  readonly closing?: AbortSignal;
  /** Told once of every fault of ours: bugs, machines, an audit that could not be written. */
  readonly onError?: (error: unknown, path: string) => void;
};

export const OPS_PATH = "/api/ops";

/** Of whom nothing is known. */
const NOBODY = "-";

/**
 * Builds the application; it answers paths from `/api/ops` on, and takes the address of the other end as `env`.
 * Errors: throws at once for two rows of one id or route.
 */
export function createOps<Context extends OpsContext>(
  context: Context,
  operations: readonly AnyOperation<Context>[],
): Hono<{ Bindings: Connection }> {
  const app = new Hono<{ Bindings: Connection }>({ strict: false }).basePath(OPS_PATH);
  const description: AnyOperation<Context> = {
    id: "openapi",
    method: "get",
    path: "/openapi.json",
    role: "anyone",
    summary: "Esta descripción",
    answer: "application/json",
    run: () => Promise.resolve(opsOpenApi(context.version, OPS_PATH, rows)),
  };
  const rows: readonly AnyOperation<Context>[] = [...operations, description];
  checkRows(rows);

  for (const operation of rows) {
    const answer = answering(context, operation);
    app.on(
      operation.method.toUpperCase(),
      operation.path,
      ({ req, env }) => answer(req.raw, req.param(), env ?? {}),
    );
  }
  const methods = Map.groupBy(rows, ({ path }) => path);
  for (const [path, ofPath] of methods) {
    const allowed = ofPath.map(({ method }) => method.toUpperCase()).join(", ").replace("GET", "GET, HEAD");
    app.all(
      path,
      ({ req }) => problemAnswer(405, `${req.method} no se admite en ${req.path}`, { allow: allowed }),
    );
  }
  app.notFound(({ req }) => problemAnswer(404, `No hay nada en ${req.path}`));
  return app;
}

function checkRows<Context>(rows: readonly AnyOperation<Context>[]): void {
  const seen = new Set<string>();
  for (const { id, method, path } of rows) {
    for (const key of [id, `${method} ${path.replace(/:\w+/g, ":")}`]) {
      if (seen.has(key)) throw new Error(`Two operations are "${key}"`);
      seen.add(key);
    }
  }
}

/** What the audit is told as a request goes on. */
type Doing = {
  account: string;
  how: AuditEntry["how"];
  /** Whether somebody is known to have done it: what strangers only try is not kept. */
  isKept: boolean;
  query?: unknown;
  body?: unknown;
};

function answering<Context extends OpsContext>(context: Context, operation: AnyOperation<Context>) {
  const { id, method, role, run } = operation;
  const changes = method !== "get";
  const { closing = new AbortController().signal } = context;
  const redactQuery = redactionOf(operation.query);
  const redactBody = redactionOf(operation.body);

  async function work(request: Request, params: Record<string, string>, client: Client, doing: Doing) {
    if (changes) checkOrigin(request, context.publicUrl);
    const asker = role === "anyone" ? undefined : await identify(request, client, doing);
    if (asker && role !== "anyone" && !mayActAs(asker.account.role, role)) {
      throw new Refusal(
        403,
        `Hace falta el rol ${role}: la cuenta "${asker.account.name}" es ${asker.account.role}`,
      );
    }
    if (changes && asker?.session !== undefined) {
      checkCsrfToken(request, await context.sessions.csrfToken(asker.session));
    }
    const query = await readQuery(operation, request.url);
    doing.query = await redactQuery(query);
    const body = await readBody(operation, request);
    doing.body = await redactBody(body);
    const asked: OpenlyAsked = {
      params,
      query,
      body,
      headers: request.headers,
      closing,
      ...client,
      actsFor: (account) => {
        doing.account = account;
        doing.isKept = true;
      },
    };
    if (role === "anyone") return await run(context, asked);
    const { account, session } = asker!;
    return await run(context, { ...asked, asker: account, ...(session !== undefined && { session }) });
  }

  async function identify(request: Request, client: Client, doing: Doing): Promise<Authenticated> {
    const found = await authenticate(request, client, context);
    Object.assign(doing, {
      account: found.account.name,
      how: found.session === undefined ? "basic" : "session",
      isKept: true,
    });
    return found;
  }

  async function audit(
    client: Client,
    params: Record<string, string>,
    doing: Doing,
    status: number,
    problem?: string,
  ) {
    const { account, how, isKept, query, body } = doing;
    if (!changes || !isKept) return;
    const isEmpty = (value: unknown) => value === undefined || Object.keys(value as object).length === 0;
    const entry: AuditEntry = {
      operation: id,
      address: client.address,
      how,
      ...(!isEmpty(params) && { params }),
      ...(!isEmpty(query) && { query }),
      ...(body !== undefined && { body }),
      status,
      ...(problem !== undefined && { problem }),
    };
    try {
      await appendAudit(context.trail, account, context.now(), entry);
    } catch (error) {
      // What was done stays done: the log is what is left to tell.
      context.onError?.(error, `${OPS_PATH}${operation.path}`);
    }
  }

  return async (
    request: Request,
    params: Record<string, string>,
    connection: Connection,
  ): Promise<Response> => {
    const client = clientOf(request, connection, context);
    const doing: Doing = { account: NOBODY, how: "anonymous", isKept: false };
    try {
      const answer = answerOf(await work(request, params, client, doing));
      await audit(client, params, doing, answer.status);
      return answer;
    } catch (error) {
      const isOurs = !(error instanceof Problem) ||
        (error.code === "unavailable" && error.cause !== undefined);
      if (isOurs) context.onError?.(error, new URL(request.url).pathname);
      if (error instanceof WrongPassword) {
        doing.account = error.account ?? NOBODY;
        doing.isKept = true;
      }
      const { status, message, answer } = faultOf(error, doing.how === "anonymous");
      await audit(client, params, doing, status, message);
      return answer;
    }
  };
}
