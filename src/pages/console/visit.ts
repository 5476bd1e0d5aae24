// A visit to a page of the console: who comes, what was sent, and the operation API that the page asks in their name.
// Pages keep no rule of their own: what may be done, and what is wrong with it, the operations say.

import type { Role } from "../../operation/roles.ts";
import type { Language } from "../text.ts";

/** What pages know of an operation's row: its route, and who may. */
export type OperationRoute = {
  readonly id: string;
  readonly method: string;
  /** With parameters as `:name`. */
  readonly path: string;
  readonly role: Role | "anyone";
};

/** Who is logged in; `csrf` is null with HTTP Basic, which needs none. */
export type Visitor = { readonly name: string; readonly role: Role; readonly csrf: string | null };

export type Params = Readonly<Record<string, string>>;

/** Parts of a request to an operation; a text is sent as a file, anything else as JSON. */
export type Asking = {
  readonly params?: Params;
  /** What is undefined or empty is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** The same request again, with the same key, is done once. */
  readonly key?: string;
};

export type Visit = {
  readonly url: URL;
  readonly params: Params;
  readonly language: Language;
  /** Picks Spanish or English. */
  readonly say: (spanish: string, english: string) => string;
  readonly who: Visitor;
  /** Epoch ms. */
  readonly now: number;
  /** What a POST sent; empty otherwise. */
  readonly form: FormData;
  /** Whether the visitor's role lets them ask for an operation. */
  may(operation: string): boolean;
  /** Errors: Refused with what the operation answered. */
  ask<T = void>(operation: string, asking?: Asking): Promise<T>;
  /** The same for one that answers a file, which is handed on as it is. */
  file(operation: string, asking?: Asking): Promise<Response>;
};

/** Something wrong with one field; `path` is the field's name in a form. */
export type FieldFault = { readonly path: string; readonly message: string };

/** What an operation refused. */
export class Refused extends Error {
  readonly status: number;
  readonly faults: readonly FieldFault[];
  readonly headers: Headers;

  constructor(status: number, detail: string, faults: readonly FieldFault[] = [], headers = new Headers()) {
    super(detail);
    this.name = "Refused";
    this.status = status;
    this.faults = faults;
    this.headers = headers;
  }
}

/** Asks `/api/ops` for one operation with the headers of the visitor's own request. */
export type AskOperation = (operation: OperationRoute, asking: Asking, csrf?: string) => Promise<Response>;

/** What of a visitor's request goes on to the operation: who they are, and where the request was made. */
const PASSED_ON = [
  "authorization",
  "cookie",
  "origin",
  "sec-fetch-mode",
  "sec-fetch-site",
  "x-forwarded-for",
  "x-forwarded-proto",
];

export function operationAsker(
  request: Request,
  base: string,
  answer: (request: Request) => Promise<Response>,
): AskOperation {
  return async ({ method, path, id }, { params = {}, query = {}, body, key }, csrf) => {
    const filled = path.replace(/:(\w+)/g, (_, name: string) => {
      if (params[name] === undefined) throw new Error(`${id} needs the parameter ${name}`);
      return encodeURIComponent(params[name]);
    });
    const url = new URL(base + filled, request.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
    }
    const headers = new Headers();
    for (const name of PASSED_ON) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    if (csrf !== undefined) headers.set("x-csrf-token", csrf);
    if (key !== undefined) headers.set("idempotency-key", key);
    if (body !== undefined) {
      headers.set(
        "content-type",
        typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
      );
    }
    return await answer(
      new Request(url, {
        method: method.toUpperCase(),
        headers,
        // What is told for as long as somebody listens ends with them.
        signal: request.signal,
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
  };
}

/** Reads what an operation answered. Errors: Refused for everything but 2xx. */
export async function readAnswer<T>(answer: Response): Promise<T> {
  await checkAnswer(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Errors: as `readAnswer`. */
export async function checkAnswer(answer: Response): Promise<void> {
  if (answer.ok) return;
  const { detail = "", issues = [] } = await answer.json() as {
    detail?: string;
    issues?: readonly { path?: string; message: string }[];
  };
  const faults = issues.map(({ path = "", message }) => ({ path: fieldName(path), message }));
  throw new Refused(answer.status, detail, faults, answer.headers);
}

/** Name of the field for a place: `/publisher/name` and `publisher.name` are the same. */
function fieldName(path: string): string {
  return path.replace(/^\//, "").replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Address of a page of the console: its parameters are encoded, those of `query` that are empty left out. */
export function consoleHref(
  path: string,
  params: Params = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return `/consola${filled === "/" ? "" : filled}${search.size > 0 ? `?${search}` : ""}`;
}

/** A text as an address of the console, from its path on; undefined for any other. */
export function consoleAddress(text: string, origin: string): string | undefined {
  const url = URL.parse(text, origin);
  const isOurs = url?.origin === origin && /^\/consola(\/|$)/.test(url.pathname);
  return isOurs ? url.pathname + url.search : undefined;
}
