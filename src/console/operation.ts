// What operators can do, one row for each thing: its route under /api/ops, who may, what it takes and gives. Routes,
// their refusals, the audit and the OpenAPI description come out of these rows (ops.ts); what an operation does is
// in src/operation, which commands share.

import type * as z from "zod";
import type { Role } from "../operation/roles.ts";

/** Who asks. */
export type Asker = { readonly name: string; readonly role: Role };

/** What was asked, checked against the row, by anybody. */
export type OpenlyAsked = {
  readonly params: Readonly<Record<string, string>>;
  // deno-lint-ignore no-explicit-any -- each row knows what its schemas let through
  readonly query: any;
  // deno-lint-ignore no-explicit-any -- as above
  readonly body: any;
  readonly headers: Headers;
  /** Aborts when the server stops. */
  readonly closing: AbortSignal;
  /** Where the request comes from. */
  readonly address: string;
  /** Whether the browser reaches us by https, so that cookies may be kept to it. */
  readonly secure: boolean;
  /** Tells the audit whose doing it is, where only the operation can know. */
  readonly actsFor: (account: string) => void;
};

/** What an account asked. */
export type Asked = OpenlyAsked & {
  readonly asker: Asker;
  /** Token of the session that asks; absent with HTTP Basic. */
  readonly session?: string;
};

type Row = {
  /** Name in the audit and in OpenAPI: `nodes.save`. */
  readonly id: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Under /api/ops, with Hono's parameters: `/nodes/:catalog`. */
  readonly path: string;
  /** Spanish, one line. */
  readonly summary: string;
  /** Of an object of texts; without it no parameter is taken. */
  readonly query?: z.ZodType;
  /**
   * A JSON body; `text` takes the bytes of a file as UTF-8 text instead. The audit keeps it, but for fields with
   * `.meta({ writeOnly: true })`: those are secrets.
   */
  readonly body?: z.ZodType | "text";
  /** What a 200 holds, or the media type of a file; undefined for 204 without any. */
  readonly answer?: z.ZodType | string;
};

/** A row; `Context` is what its work needs. */
export type Operation<Context> = Row & {
  /** Least role that may. */
  readonly role: Role;
  /** JSON to answer, or a whole Response for files. Errors: Problem, told by its code. */
  readonly run: (context: Context, asked: Asked) => Promise<unknown>;
};

/** A row that asks for no account. */
export type OpenOperation<Context> = Row & {
  readonly role: "anyone";
  readonly run: (context: Context, asked: OpenlyAsked) => Promise<unknown>;
};

export type AnyOperation<Context> = Operation<Context> | OpenOperation<Context>;
