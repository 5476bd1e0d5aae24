/** @jsxImportSource hono/jsx */
// The console at /consola: pages for people over the operation API, asked inside the process in the visitor's own
// name. Before a page come, in this order: who visits, what was sent, whether the role reaches; after it the frame.

import { Hono } from "hono";
import { mayActAs } from "../../operation/roles.ts";
import { shortHash } from "../short_hash.ts";
import { STYLE } from "../style.ts";
import { chosenLanguage, noticeCookie, pageAnswer, readNotice, redirect } from "./answers.tsx";
import { CONSOLE_STYLE } from "./console_style.ts";
import { ETL_STYLE } from "./etl_style.ts";
import { type Entry, entryRoutes, LOG_IN } from "./entry.tsx";
import { textOf } from "./fields.ts";
import { isAnswerable } from "./form_routes.tsx";
import { Frame, type FrameProps } from "./frame.tsx";
import type { Route, Section, Shown } from "./route.ts";
import { SECTIONS } from "./sections.ts";
import {
  type AskOperation,
  checkAnswer,
  consoleHref,
  operationAsker,
  type OperationRoute,
  readAnswer,
  Refused,
  type Visit,
  type Visitor,
} from "./visit.ts";

export const CONSOLE_PATH = "/consola";

export type ConsoleContext = {
  /** Answers a request of /api/ops that came from an address. */
  readonly ops: (request: Request, address: string) => Promise<Response>;
  /** Where the operations are: `/api/ops`. */
  readonly opsPath: string;
  readonly operations: readonly OperationRoute[];
  /** Files for browsers by plain name; `console.js` is the script. */
  readonly files?: () => Promise<ReadonlyMap<string, { readonly path: string }>>;
  readonly now: () => number;
  readonly version: string;
  readonly onError?: (error: unknown, path: string) => void;
};

/** Largest body of a form, in bytes: the largest file with what is around it. */
const LARGEST_FORM = 9 * 1024 * 1024;
const STYLE_PATH = `${CONSOLE_PATH}/estilo.css`;
const WHOLE_STYLE = STYLE + CONSOLE_STYLE + ETL_STYLE;

/** What every page is told. */
type Around = Pick<FrameProps, "language" | "say" | "version" | "style" | "script" | "url"> & {
  readonly cookies: readonly string[];
};

/** Builds the application; it answers paths from `/consola` on. */
export function createConsole(context: ConsoleContext): Hono<{ Bindings: { address?: string } }> {
  const { operations, now, version, onError } = context;
  const rows = new Map(operations.map((row) => [row.id, row]));
  const rowOf = (id: string) => {
    const row = rows.get(id);
    if (!row) throw new Error(`There is no operation "${id}"`);
    return row;
  };
  const roleReaches = (role: Visitor["role"], id: string) => {
    const least = rowOf(id).role;
    return least === "anyone" || mayActAs(role, least);
  };
  let styleHash: Promise<string> | undefined;

  async function around(request: Request): Promise<Around> {
    const { language, cookies } = chosenLanguage(request);
    return {
      language,
      say: (spanish, english) => language === "es" ? spanish : english,
      version,
      style: `${STYLE_PATH}?v=${await (styleHash ??= shortHash(WHOLE_STYLE))}`,
      script: (await context.files?.())?.get("console.js")?.path,
      url: new URL(request.url),
      cookies,
    };
  }

  const askerOf = (request: Request, address: string) =>
    operationAsker(request, context.opsPath, (asked) => context.ops(asked, address));

  async function visitorOf(ask: AskOperation): Promise<Visitor> {
    type Session = { name: string; role: Visitor["role"]; csrf_token: string | null };
    const { name, role, csrf_token } = await readAnswer<Session>(await ask(rowOf("session.read"), {}));
    return { name, role, csrf: csrf_token };
  }

  /** A page inside the frame; `who` is absent where nobody is known. */
  async function framed(
    shown: Shown,
    { cookies, ...frame }: Around,
    inside: Partial<FrameProps>,
    more: { readonly cookies?: readonly string[]; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { status = 200, ...page } = shown;
    return await pageAnswer(<Frame {...frame} {...inside} {...page} sections={SECTIONS} />, {
      status,
      language: frame.language,
      cookies: [...cookies, ...more.cookies ?? []],
      ...(more.headers && { headers: more.headers }),
    });
  }

  async function answer(
    request: Request,
    address: string,
    params: Record<string, string>,
    found?: { readonly route: Route; readonly section: Section },
  ): Promise<Response> {
    const frame = await around(request);
    const { language, say, url } = frame;
    const ask = askerOf(request, address);
    const cookies: string[] = [];
    let who: Visitor | undefined;
    let visit: Visit | undefined;
    try {
      who = await visitorOf(ask);
      if (!found) {
        throw new Refused(404, say("No hay nada en esta dirección", "There is nothing at this address"));
      }
      const { route, section } = found;
      const form = request.method === "POST" ? await readForm(request) : new FormData();
      const visitor = who;
      const token = form.has("csrf") ? textOf(form, "csrf") : undefined;
      visit = {
        url,
        params,
        language,
        say,
        who,
        now: now(),
        form,
        may: (operation) => roleReaches(visitor.role, operation),
        async ask<T>(id: string, asking = {}) {
          const answer = await ask(rowOf(id), asking, token);
          cookies.push(...answer.headers.getSetCookie());
          return await readAnswer<T>(answer);
        },
        async file(id, asking = {}) {
          const answer = await ask(rowOf(id), asking, token);
          await checkAnswer(answer);
          return answer;
        },
      };
      if (route.needs !== undefined && !visit.may(route.needs)) {
        const { role } = rowOf(route.needs);
        throw new Refused(403, say(`Hace falta el rol ${role}`, `This needs the role ${role}`));
      }
      const made = await route.answer(visit);
      if (made instanceof Response) return made;
      if ("to" in made) {
        return redirect(made.to, made.told === undefined ? cookies : [...cookies, noticeCookie(made)]);
      }
      const { notice, cookies: read } = readNotice(request);
      return await framed(made, frame, { who, section, notice }, { cookies: [...cookies, ...read] });
    } catch (error) {
      if (!(error instanceof Refused)) {
        onError?.(error, url.pathname);
        return await framed(brokenPage(say), frame, { who });
      }
      if (error.status === 401) return await unknownVisitor(request, frame, error);
      if (visit && found?.route.back && (isAnswerable(error.status) || error.status === 404)) {
        return redirect(found.route.back(visit), [noticeCookie({ told: error.message, kind: "wrong" })]);
      }
      const isStale = error.status === 403 && visit?.who.csrf !== null &&
        visit?.form.get("csrf") !== visit?.who.csrf &&
        request.method === "POST";
      // Where a POST was refused there is nothing to come back to by GET.
      const again = request.method === "POST" ? new URL(CONSOLE_PATH, url) : url;
      return await framed(refusedPage(error, say, isStale), { ...frame, url: again }, {
        who,
        section: found?.section,
      });
    }
  }

  /** Browsers are taken to the log-in page; programs that told who they are hear that it was wrong. */
  async function unknownVisitor(request: Request, frame: Around, refused: Refused): Promise<Response> {
    const { say, url } = frame;
    if (request.headers.get("authorization") !== null) {
      const headers = { "www-authenticate": refused.headers.get("www-authenticate") ?? "Basic" };
      return await framed(refusedPage(refused, say, false), frame, {}, { headers });
    }
    const here = url.pathname + url.search;
    // Browsers keep the session's cookie from links of other sites: a page of ours asks again, and then it comes along.
    if (request.method === "GET" && request.headers.get("sec-fetch-site") === "cross-site") {
      const body = <a href={here}>{say("Seguir", "Go on")}</a>;
      return await framed({ title: say("Consola", "Console"), body }, frame, {}, {
        headers: { refresh: `0;url=${here}` },
      });
    }
    const next = request.method === "POST" ? "" : here;
    return redirect(consoleHref(LOG_IN, {}, { next }));
  }

  const app = new Hono<{ Bindings: { address?: string } }>({ strict: false }).basePath(CONSOLE_PATH);
  app.get("/estilo.css", async ({ req }) => {
    const isCurrent = req.query("v") === await (styleHash ??= shortHash(WHOLE_STYLE));
    return new Response(WHOLE_STYLE, {
      headers: {
        "content-type": "text/css; charset=utf-8",
        "cache-control": isCurrent ? "public, max-age=31536000, immutable" : "public, max-age=300",
        "x-content-type-options": "nosniff",
      },
    });
  });
  for (const { method, path, answer } of entryRoutes) {
    app.on(method.toUpperCase(), path, async ({ req, env }) => {
      const frame = await around(req.raw);
      const ask = askerOf(req.raw, env?.address ?? "");
      try {
        const entry: Entry = {
          url: frame.url,
          say: frame.say,
          form: method === "post" ? await readForm(req.raw) : new FormData(),
          isKnown: async () => (await ask(rowOf("session.read"), {})).ok,
          ask: async (id, asking) => await ask(rowOf(id), asking),
        };
        const made = await answer(entry);
        if (made instanceof Response) return made;
        const { notice, cookies } = readNotice(req.raw);
        return await framed(made, frame, { notice }, { cookies });
      } catch (error) {
        if (error instanceof Refused) return await framed(refusedPage(error, frame.say, false), frame, {});
        onError?.(error, frame.url.pathname);
        return await framed(brokenPage(frame.say), frame, {});
      }
    });
  }
  for (const section of SECTIONS) {
    for (const route of section.routes) {
      app.on(
        route.method.toUpperCase(),
        route.path,
        ({ req, env }) => answer(req.raw, env?.address ?? "", req.param(), { route, section }),
      );
    }
  }
  app.all("*", ({ req, env }) => answer(req.raw, env?.address ?? "", {}));
  return app;
}

function brokenPage(say: Visit["say"]): Shown {
  return {
    status: 500,
    title: say("Algo falló", "Something failed"),
    body: (
      <p>
        {say(
          "Es un error del programa y quedó en su registro. Pruebe otra vez; si sigue, avise a quien lo mantiene.",
          "This is a fault of the program, and its log has it. Try again; if it persists, tell whoever maintains it.",
        )}
      </p>
    ),
  };
}

const TITLES: Readonly<Record<number, readonly [string, string]>> = {
  401: ["Falta identificarse", "Not logged in"],
  403: ["No permitido", "Not allowed"],
  404: ["No existe", "Not found"],
  429: ["Demasiados intentos", "Too many attempts"],
};

/** `isStale`: what was sent is not of this session. */
function refusedPage({ status, message }: Refused, say: Visit["say"], isStale: boolean): Shown {
  return {
    status,
    title: say(...TITLES[status] ?? ["No se pudo", "It could not be done"]),
    body: (
      <>
        <p>
          {isStale
            ? say(
              "El formulario no es de esta sesión: nada cambió. Vuelva a la página, recárguela y envíelo otra vez.",
              "The form is not of this session: nothing was changed. Go back, reload the page and send it again.",
            )
            : message}
        </p>
        <p>
          <a href="/consola">{say("Ir al inicio de la consola", "Go to the console's start page")}</a>
        </p>
      </>
    ),
  };
}

/** Errors: Refused 400 for what is no form, 413 for one that is too large. */
async function readForm(request: Request): Promise<FormData> {
  const tooLarge = new Refused(413, "El archivo es demasiado grande: hasta 8 MB");
  if (Number(request.headers.get("content-length") ?? 0) > LARGEST_FORM) {
    await request.body?.cancel();
    throw tooLarge;
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_FORM) throw tooLarge;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  try {
    const headers = { "content-type": request.headers.get("content-type") ?? "" };
    return await new Response(new Blob(chunks), { headers }).formData();
  } catch {
    throw new Refused(400, "El formulario no se entiende");
  }
}
