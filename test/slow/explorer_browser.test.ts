/// <reference lib="dom" />
// The explorer in Chromium over the bundled network: from words to a chart and files, with scripts and without,
// on a wide screen and on a telephone.

import path from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readWorkbook } from "../api/read_workbook.ts";
import { startChromium } from "./chromium.ts";
import { addressOf, type Running, runWell, startCommand } from "./process.ts";

const WIDE = { viewport: { width: 1280, height: 900 } };
const TELEPHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let folder: string;
let server: Running;
let base: string;
let browser: Browser;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_explorer_" });
  const data = path.join(folder, "data");
  await runWell("harvest", ["--data", data]);
  server = startCommand("serve", ["--data", data, "--port", "0"]);
  [base, browser] = await Promise.all([addressOf(server), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

type Visit = { readonly page: Page; readonly complaints: readonly string[] };

/** Opens pages in a window of its own, and hears of every error and of every request to elsewhere. */
async function visiting(
  options: BrowserContextOptions,
  visit: (visit: Visit) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ locale: "es-AR", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => {
    // A download is no page that failed to load.
    if (!request.url().includes("format=")) complaints.push(`failed: ${request.url()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== base) complaints.push(`elsewhere: ${request.url()}`);
  });
  try {
    await visit({ page, complaints });
  } finally {
    await context.close();
  }
}

async function downloaded(page: Page, name: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name, exact: true }).click(),
  ]);
  return await Deno.readFile(await download.path());
}

async function hasNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  expect(content).toBeLessThanOrEqual(window!);
}

describe.each([
  { screen: "wide", scripts: true, options: WIDE },
  { screen: "wide", scripts: false, options: WIDE },
  { screen: "telephone", scripts: true, options: TELEPHONE },
  { screen: "telephone", scripts: false, options: TELEPHONE },
])("on a $screen screen, scripts: $scripts", ({ scripts, options }) => {
  const settings = { ...options, javaScriptEnabled: scripts };

  test("words lead to a series with its chart, its values and its files", async () => {
    await visiting(settings, async ({ page, complaints }) => {
      await page.goto(base);
      await hasNoSidewaysScroll(page);
      await page.getByRole("searchbox", { name: "Buscar series" }).fill("temperatura ezeiza");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/?q=temperatura+ezeiza");
      await hasNoSidewaysScroll(page);
      await page.locator(".hits a").first().click();
      await page.waitForURL("**/serie/**");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Ezeiza");

      if (scripts) {
        await page.locator("figure canvas").waitFor();
        expect(await page.locator("figure svg").count()).toBe(0);
        expect(await isDrawn(page)).toBe(true);
      } else {
        expect(await page.locator("figure svg path.line").isVisible()).toBe(true);
        expect(await page.locator("canvas").count()).toBe(0);
      }
      await hasNoSidewaysScroll(page);
      const rows = page.getByRole("table").getByRole("row");
      expect(await rows.count()).toBe(13);
      const newest = await rows.nth(1).innerText();

      const csv = new TextDecoder().decode(await downloaded(page, "CSV")).trimEnd().split("\r\n");
      expect(csv[0]).toMatch(/^indice_tiempo,temperatura_m/);
      expect(csv).toHaveLength(366);
      const [date, value] = csv.at(-1)!.split(",");
      expect(date).toBe("2019-11-16");
      expect(newest).toMatch(/^16 de noviembre de 2019/);
      expect(newest).toContain(Number(value).toFixed(1).replace(".", ","));

      const { sheets } = readWorkbook(await downloaded(page, "Excel (XLSX)"));
      expect(sheets[0]!.rows).toHaveLength(366);
      expect(sheets[0]!.rows.at(-1)).toEqual([{ date }, Number(value)]);
      expect(complaints).toEqual([]);
    });
  });

  test("the form brings the series to months, and the request says so", async () => {
    await visiting(settings, async ({ page, complaints }) => {
      await page.goto(`${base}/serie/smn_tmax_saez`);
      await page.getByLabel("Frecuencia").selectOption("mensual");
      await page.getByLabel("Al agrupar").selectOption("el máximo");
      await page.getByLabel("Desde").fill("2019");
      await page.getByRole("button", { name: "Actualizar" }).click();
      await page.waitForURL("**collapse=month**");
      expect(await page.locator("pre").first().innerText()).toBe(
        `${base}/series/api/series/?ids=smn_tmax_saez&collapse=month&collapse_aggregation=max&start_date=2019&limit=5000`,
      );
      expect(await page.getByRole("table").getByRole("row").nth(1).innerText()).toMatch(/^octubre de 2019/);
      if (scripts) await page.locator("figure canvas").waitFor();
      expect(complaints).toEqual([]);
    });
  });

  test.each([
    "/",
    "/?q=",
    "/?q=soja&units=Toneladas&dataset_theme=Agricultura",
    "/?q=zzzz",
    "/?q=&lang=en&page=9",
  ])(
    "%s has no sideways scroll and complains of nothing",
    async (path) => {
      await visiting(settings, async ({ page, complaints }) => {
        await page.goto(`${base}${path}`);
        await hasNoSidewaysScroll(page);
        expect(complaints).toEqual([]);
      });
    },
  );
});

/** Whether the canvas shows more than one colour. */
async function isDrawn(page: Page): Promise<boolean> {
  return await page.locator("figure canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 2;
  });
}

describe("the livelier chart", () => {
  test("tells the value under the mouse, zooms and goes back", async () => {
    await visiting(WIDE, async ({ page, complaints }) => {
      await page.goto(`${base}/serie/smn_tmax_saez`);
      const box = (await page.locator(".u-over").boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + 50);
      expect(await page.locator(".tip").innerText()).toMatch(/^\d+,\d\n1[78] de mayo de 2019$/);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 + 200, box.y + 60, { steps: 4 });
      await page.mouse.up();
      const back = page.getByRole("button", { name: "Ver todo" });
      await back.click();
      expect(await back.isVisible()).toBe(false);
      expect(complaints).toEqual([]);
    });
  });

  test("goes from value to value by the arrow keys, and says each", async () => {
    await visiting(WIDE, async ({ page }) => {
      await page.goto(`${base}/serie/smn_tmax_saez`);
      await page.locator(".uplot").focus();
      await page.keyboard.press("End");
      const spoken = page.locator("figure").getByRole("status");
      expect(await spoken.textContent()).toMatch(/^\d+,\d, 16 de noviembre de 2019$/);
      await page.keyboard.press("ArrowLeft");
      expect(await spoken.textContent()).toContain("15 de noviembre de 2019");
    });
  });

  test("copies the request", async () => {
    await visiting({ ...WIDE, permissions: ["clipboard-read", "clipboard-write"] }, async ({ page }) => {
      await page.goto(`${base}/serie/eeuu_cpi?collapse=year`);
      await page.getByRole("button", { name: "Copiar" }).first().click();
      await page.getByRole("button", { name: "Copiado" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        `${base}/series/api/series/?ids=eeuu_cpi&collapse=year&limit=5000`,
      );
    });
  });

  test("leaves the drawn chart where its rows cannot be had", async () => {
    await visiting(WIDE, async ({ page }) => {
      await page.route("**/series/api/**", (route) => route.abort());
      await page.goto(`${base}/serie/eeuu_cpi`);
      await page.waitForLoadState("networkidle");
      expect(await page.locator("figure svg path.line").isVisible()).toBe(true);
      expect(await page.locator("canvas").count()).toBe(0);
    });
  });
});

test("the keyboard reaches the box first, then results, then filters, each with a name", async () => {
  await visiting(WIDE, async ({ page }) => {
    await page.goto(`${base}/?q=soja`);
    const order: string[] = [];
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      order.push(
        await page.evaluate(() => {
          const element = document.activeElement!;
          const place = element.closest(".skip, .top, .search, .order, .hits, .pages, .facets")?.classList[0];
          const name = element.textContent?.trim() || (element as HTMLInputElement).labels?.[0]?.textContent;
          return name ? place ?? "" : `nameless ${element.outerHTML}`;
        }),
      );
    }
    const places = order.filter((place, i) => place !== order[i - 1] && place !== "");
    expect(places.slice(0, 7)).toEqual(["skip", "top", "search", "order", "hits", "pages", "facets"]);
    expect(order.filter((place) => place.startsWith("nameless <input") || place.startsWith("nameless <a")))
      .toEqual([]);
  });
});
