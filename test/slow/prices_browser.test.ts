/// <reference lib="dom" />
// The page of prices in Chromium: the line of the last day, which goes on with prices as they come; and without
// scripts, on a wide screen and on a telephone.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { priceStream } from "../../src/api/price_stream.ts";
import { buildAssets } from "../../src/assets.ts";
import { priceApp } from "../api/price_app.ts";
import { NOON, tick } from "../store/price_examples.ts";
import { startChromium } from "./chromium.ts";

const end = new AbortController();
const built = buildAssets();
const world = await priceApp({ priceStream: priceStream(end.signal), assets: { files: () => built } });
const PRICES = Array.from({ length: 120 }, (_, i) => tick(NOON - i * 600_000, `${80_000_000 + i * 1_000}`));

let newest = NOON;
let browser: Browser;
let server: Deno.HttpServer<Deno.NetAddr>;
let base: string;

beforeAll(async () => {
  await world.add(...PRICES);
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, world.app.fetch);
  base = `http://127.0.0.1:${server.addr.port}`;
  browser = await startChromium();
});
afterAll(async () => {
  end.abort();
  await browser?.close();
  await server?.shutdown();
});

async function visiting(
  scripts: boolean,
  width: number,
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    locale: "es-AR",
    javaScriptEnabled: scripts,
    viewport: { width, height: 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await page.goto(`${base}/precios`);
    await visit(page);
    const [content, window] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    expect(content).toBeLessThanOrEqual(window!);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

test.each([1280, 390])(
  "the line of the last day goes on with prices as they come, %i wide",
  async (width) => {
    await visiting(true, width, async (page) => {
      await page.locator("figure.chart canvas").waitFor();
      const price = (60_000_000 + width).toLocaleString("es-AR", { minimumFractionDigits: 2 });
      await world.add(tick(newest += 10_000, `${60_000_000 + width}`));
      await page.getByText(price, { exact: true }).first().waitFor();
      expect(await page.locator('[data-newest="price"]').textContent()).toBe(price);
    });
  },
);

test.each([1280, 390])("without scripts the line is drawn by the server, %i wide", async (width) => {
  await visiting(false, width, async (page) => {
    const line = page.getByRole("img", { name: /Línea del precio de las últimas 24 horas/ });
    const box = await line.boundingBox();
    expect(box!.width).toBeGreaterThan(200);
    expect(await page.getByRole("row").count()).toBeGreaterThan(10);
  });
});
