// The page of a report: a document that stands alone, safe whatever publishers write.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ReportLetter } from "../../src/core/report_letter.ts";
import { reportPage, reportPolicy } from "../../src/pages/report_page.tsx";

const HOSTILE = `<script>alert("1")</script><img src=x onerror='a()'>&amp;`;
const ESCAPED =
  /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&lt;img src=x onerror=&#39;a\(\)&#39;&gt;&amp;amp;/g;

const fault = (url: string) => ({
  place: HOSTILE,
  details: [{ term: "Dataset", meaning: HOSTILE }],
  url,
  sentences: [{ heading: "Valores", text: HOSTILE, remedy: "Corrija" }],
  isEarlier: false,
});

const letter = (url = "https://c.example/a.csv"): ReportLetter => ({
  heading: "Validación de series de tiempo",
  facts: [{ term: "Catálogo", meaning: HOSTILE }],
  verdict: { isGood: false, text: "Mal", next: "Corrija" },
  toMend: [{ catalog: HOSTILE, faults: [fault(url)] }],
  toLookAt: [HOSTILE],
  summary: [],
  nodes: { columns: ["Catálogo"], rows: [{ cells: [HOSTILE], isPart: false }] },
  glossary: [],
  files: [],
});

describe("reportPage", () => {
  test("escapes what publishers write, wherever it stands", async () => {
    const page = await reportPage(letter(), HOSTILE);
    // The title, the catalog twice, a fault's place, dataset and sentence, what to look at, the table.
    expect(page.match(ESCAPED)).toHaveLength(8);
    expect(page).not.toMatch(/<script|<img|onerror='/);
  });

  test.each([
    { url: "https://c.example/a.csv", link: 'href="https://c.example/a.csv"' },
    { url: `https://c.example/"onclick="x`, link: 'href="https://c.example/&quot;onclick=&quot;x"' },
    { url: "javascript:alert(1)", link: undefined },
    { url: "file:///etc/passwd", link: undefined },
    { url: " https://c.example", link: undefined },
  ])("links $url only where it is of the web", async ({ url, link }) => {
    const page = await reportPage(letter(url), "x");
    if (link === undefined) expect(page).not.toContain("href=");
    else expect(page).toContain(`<a ${link}>`);
  });

  test("shows of a long address the server and the file", async () => {
    const url = `https://c.example/${"carpeta/".repeat(20)}precios.csv`;
    expect(await reportPage(letter(url), "x")).toContain(
      `<a href="${url}">https://c.example/…/precios.csv</a>`,
    );
  });

  test("asks nothing of anybody: one style inside, neither scripts nor addresses that load", async () => {
    const page = await reportPage(letter(), "x");
    expect(page).toMatch(/^<!doctype html>\n<html lang="es">/);
    expect(page).not.toMatch(/<[^>]* (src|style)=|@import|url\(|<link/);
  });
});

test("reportPolicy allows the page's style and nothing else", async () => {
  const page = await reportPage(letter(), "x");
  const [, style] = /<style>([^]*)<\/style>/.exec(page)!;
  const hash = createHash("sha256").update(style!).digest("base64");
  expect((await reportPolicy()).split("; ")).toEqual([
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
});
