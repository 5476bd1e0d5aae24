/** @jsxImportSource hono/jsx */
// Answers of the console: pages with their headers, and the short memory of browsers: what was just done, and the
// language.

import type { JSX } from "hono/jsx/jsx-runtime";
import { parse, serialize } from "hono/utils/cookie";
import { type Language, languageOf } from "../text.ts";
import type { Notice } from "./route.ts";

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // With "no-referrer" browsers would not tell that a form is ours.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

export async function pageAnswer(
  page: JSX.Element | Promise<JSX.Element>,
  { status = 200, language, cookies = [], headers = {} }: {
    readonly status?: number;
    readonly language: Language;
    readonly cookies?: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Response> {
  const html = `<!doctype html>\n${await (await page).toString()}`;
  const answer = new Response(html, {
    status,
    headers: { ...HEADERS, "content-language": language, ...headers },
  });
  for (const cookie of cookies) answer.headers.append("set-cookie", cookie);
  return answer;
}

/** Sends on to an address of ours. */
export function redirect(to: string, cookies: readonly string[] = []): Response {
  const answer = new Response(null, { status: 303, headers: { location: to, "cache-control": "no-store" } });
  for (const cookie of cookies) answer.headers.append("set-cookie", cookie);
  return answer;
}

const NOTICE = "caudal-aviso";
const LANGUAGE = "caudal-idioma";
const SHARED = { path: "/consola", sameSite: "Strict" } as const;
/** Longest text of a notice: browsers keep 4 KB of a cookie, and a character may take nine bytes there. */
const NOTICE_LENGTH = 400;

/** Takes what was done to the next page. */
export function noticeCookie({ told = "", kind = "good" }: Notice): string {
  const text = told.length > NOTICE_LENGTH ? `${told.slice(0, NOTICE_LENGTH - 1)}…` : told;
  return serialize(NOTICE, `${kind} ${text}`, { ...SHARED, httpOnly: true, maxAge: 60 });
}

/** What the last page left, and the cookie that takes it away. */
export function readNotice(request: Request): { notice?: Notice; cookies: readonly string[] } {
  const kept = parse(request.headers.get("cookie") ?? "", NOTICE)[NOTICE];
  if (kept === undefined) return { cookies: [] };
  const [, kind, told = ""] = /^(good|wrong) ([^]*)$/.exec(kept) ?? [];
  const cookies = [serialize(NOTICE, "", { ...SHARED, httpOnly: true, maxAge: 0 })];
  return told === "" ? { cookies } : { notice: { told, kind: kind as "good" | "wrong" }, cookies };
}

/** The language that is asked for, else the one chosen before. */
export function chosenLanguage(request: Request): { language: Language; cookies: readonly string[] } {
  const asked = new URL(request.url).searchParams.get("lang");
  if (asked === null) {
    return {
      language: languageOf(parse(request.headers.get("cookie") ?? "", LANGUAGE)[LANGUAGE]),
      cookies: [],
    };
  }
  const language = languageOf(asked);
  const cookie = serialize(LANGUAGE, language, { ...SHARED, sameSite: "Lax", maxAge: 31_536_000 });
  return { language, cookies: [cookie] };
}
