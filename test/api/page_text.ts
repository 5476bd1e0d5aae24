// What tests read out of the markup of a page.

import type { Hono } from "hono";
import { expect } from "vitest";

/** Asks an application for pages. */
export function readerOf(app: Hono) {
  const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
  return {
    get,
    async page(path: string): Promise<string> {
      const response = await get(path);
      expect(response.status, path).toBe(200);
      return await response.text();
    },
  };
}

/** Address of the page of a series, as any program would write it. */
export const pageOf = (id: string, query = "") => `/serie/${encodeURIComponent(id)}${query}`;

/** Links to series, in their order. */
export const found = (html: string) => linksOf(html).filter((to) => to.startsWith("/serie/"));

export const countOf = (html: string) => textOf(elementOf(html, "h1")).trim();

/** Address of the link with this text. */
export function linkNamed(html: string, name: string | RegExp): string | undefined {
  const link = [...html.matchAll(/<a\s[^>]*href="[^"]*"[^>]*>[^]*?<\/a>/g)]
    .find(([markup]) => name instanceof RegExp ? name.test(textOf(markup)) : textOf(markup).trim() === name);
  return link && linksOf(link[0])[0];
}

export function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll(
    "&gt;",
    ">",
  )
    .replaceAll("&amp;", "&");
}

/** Addresses that a reader can follow, in their order. */
export function linksOf(html: string): string[] {
  return [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, to]) => unescapeHtml(to!));
}

/** What is read, without the markup. */
export function textOf(html: string): string {
  return unescapeHtml(html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " "));
}

/** The first element whose opening tag matches, up to its end. */
export function elementOf(html: string, name: string, attribute = ""): string {
  const found = new RegExp(`<${name}(?=[^>]*${attribute})[^>]*>[^]*?</${name}>`).exec(html);
  if (!found) throw new Error(`No <${name} ${attribute}>`);
  return found[0];
}
