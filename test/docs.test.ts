// Documentation that cannot lag: settings, parameters, errors and differences are described wherever readers
// look for them, and what is written about them is what the program does.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIFFERENCES } from "../src/api/differences.ts";
import { ERROR_TEXTS, SEARCH_ERROR_TEXTS } from "../src/api/error_texts.ts";
import { openApi } from "../src/api/openapi.ts";
import { SEARCH_PARAMS, SERIES_PARAMS } from "../src/api/params.ts";
import { PRICE_DIFFERENCES } from "../src/api/price_differences.ts";
import { PRICE_PARAMS, PRICE_ROUTES } from "../src/api/price_docs.ts";
import { Env, type EnvKey } from "../src/config.ts";
import { checkRequest } from "../src/core/series_request.ts";
import { isoDate } from "../src/core/time.ts";
import * as freshnessText from "../src/pages/docs_freshness_text.ts";
import * as pricesText from "../src/pages/docs_prices_text.ts";
import * as searchText from "../src/pages/docs_search_text.ts";
import * as docsText from "../src/pages/docs_text.ts";
import * as validateText from "../src/pages/docs_validate_text.ts";
import * as pricesPageText from "../src/pages/prices_text.ts";
import * as pagesText from "../src/pages/text.ts";
import { MONTHLY, publishedApp } from "./api/published_app.ts";

const { app } = await publishedApp();
const LANGUAGES = ["es", "en"] as const;

/** Text of the reference in a language, as it is read. */
async function reference(language: string): Promise<string> {
  const html = await (await app.request(`/docs?lang=${language}`)).text();
  return html.replace(/<[^>]*>/g, "").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll(
    "&lt;",
    "<",
  )
    .replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const pages = new Map(await Promise.all(LANGUAGES.map(async (one) => [one, await reference(one)] as const)));

/** What a reader sees of a text: code marks are gone. */
const shown = (text: string) => text.replaceAll("`", "");

describe("parameters", () => {
  const { paths } = openApi("1", "http://localhost") as {
    paths: Record<string, { get: { parameters: { name: string; description: string }[] } }>;
  };
  const all = [
    ...SERIES_PARAMS.map((param) => ({ path: "/series/api/series/", ...param })),
    ...SEARCH_PARAMS.map((param) => ({ path: "/series/api/search/", ...param })),
    ...PRICE_ROUTES.flatMap(({ path, params }) =>
      PRICE_PARAMS.filter(({ name }) => params.includes(name)).map((param) => ({ path, ...param }))
    ),
  ];

  test.each(all)(
    "$name of $path is described in OpenAPI and on the reference page",
    ({ path, name, description }) => {
      const described = paths[path]!.get.parameters;
      expect(description.map((text) => text.length > 10)).toEqual([true, true]);
      expect(described.find((parameter) => parameter.name === name)?.description).toBe(description[0]);
      LANGUAGES.forEach((language, i) => {
        expect(pages.get(language)).toContain(`${name}${shown(description[i]!)}`);
      });
    },
  );
});

describe("errors", () => {
  const all = [
    ...ERROR_TEXTS.map((row) => ({ path: "/series/api/series/", ...row })),
    ...SEARCH_ERROR_TEXTS.map((row) => ({ path: "/series/api/search/", ...row })),
  ];

  test.each(all)(
    "$path?$example answers as the reference says",
    async ({ path, text, bare, when, example }) => {
      const response = await app.request(`${path}?${example.replaceAll("@", MONTHLY)}`);
      expect(response.status).toBe(400);
      const [error] = (await response.json()).errors;
      expect(typeof error).toBe(bare ? "string" : "object");
      const pattern = text.split(/\{[^}]+\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+");
      expect(bare ? error : error.error).toMatch(new RegExp(`^${pattern}$`));
      LANGUAGES.forEach((language, i) => {
        expect(pages.get(language)).toContain(`${shown(when[i]!)}${text}`);
      });
    },
  );
});

describe("dates", () => {
  test.each(docsText.DATE_FORMS)("$form are read as the reference says", ({ start, end }) => {
    const read = checkRequest(new Map([["start_date", start[0]], ["end_date", end[0]]]), ["day"]);
    expect(Array.isArray(read)).toBe(false);
    const { from, to } = read as Exclude<typeof read, unknown[]>;
    expect([isoDate(from!), isoDate(to!)]).toEqual([start[1], end[1]]);
  });
});

describe("differences", () => {
  /** Every name of the contract's list of known defects (series-api 12). */
  const CONTRACT = [
    "lookback-skip",
    "late-start-offset",
    "page-edge-gaps",
    "minmax-engine",
    "semester-alignment",
    "semester-series-shift",
    "zero-base-null",
    "csv-header-suffix",
    "csv-decimal-zero",
    "metadata-only-keeps-data",
    "search-errors-200",
    "format-error-text",
    "lowercased-datetime",
    "basic-end-date",
    "partial-range-check",
    "dump-columns",
  ];

  test("DIFFERENCES has every entry of the contract, once", () => {
    const names = DIFFERENCES.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(CONTRACT));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([...DIFFERENCES, ...PRICE_DIFFERENCES])(
    "$name is on the reference page",
    ({ name, before, now }) => {
      LANGUAGES.forEach((language, i) => {
        expect(pages.get(language)).toContain(`${name}${shown(before[i]!)}`);
        expect(pages.get(language)).toContain(shown(now[i]!));
      });
    },
  );
});

describe("words of the pages", () => {
  /** Pairs of texts, however deep. */
  const pairs = (value: unknown): (readonly [string, string])[] => {
    if (typeof value !== "object" || value === null) return [];
    const isPair = Array.isArray(value) && value.length === 2 &&
      value.every((one) => typeof one === "string");
    return isPair ? [value as [string, string]] : Object.values(value).flatMap(pairs);
  };

  test("are there in both languages", () => {
    const all = pairs({
      ...docsText,
      ...searchText,
      ...freshnessText,
      ...pricesText,
      ...pricesPageText,
      ...validateText,
      ...pagesText,
    });
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((pair) => pair.some((text) => text.trim() === ""))).toEqual([]);
  });
});

describe("settings", () => {
  const keys = Object.keys(Env.shape) as EnvKey[];

  test.each(keys)("%s has a description", (key) => {
    expect(Env.shape[key].description?.length ?? 0).toBeGreaterThan(10);
  });

  const lines = readFileSync(`${import.meta.dirname}/../README.md`, "utf8").split("\n");

  test.each(keys)("%s has a row in the README", (key) => {
    expect(lines.filter((line) => new RegExp(`^\\| \`${key}\` +\\|`).test(line))).toHaveLength(1);
  });

  test("the README names no setting that does not exist", () => {
    const named = lines.flatMap((line) => /^\| `([A-Z][A-Z0-9_]*)` +\|/.exec(line)?.[1] ?? []);
    expect(named.filter((key) => !keys.includes(key as EnvKey))).toEqual([]);
  });
});
