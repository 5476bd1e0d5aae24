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

const HOUR = 3_600_000;
/** Five hours of prices at each end of the day, none in between. */
const AWAY = Array.from({ length: 31 }, (_, i) => i * 600_000).flatMap((ago) =>
  [NOON - ago, NOON - 18 * HOUR - ago].map((at) => tick(at, `${1_000 + ago / 600_000}`, { market: "daiars" }))
);

let newest = NOON;
let browser: Browser;
let server: Deno.HttpServer<Deno.NetAddr>;
let base: string;

beforeAll(async () => {
  await world.add(...PRICES, ...AWAY);
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

test("the line is broken where there was no price for long", async () => {
  await visiting(true, 1280, async (page) => {
    await page.goto(`${base}/precios?market=daiars`);
    await page.locator("figure.chart canvas").waitFor();
    const inked = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("figure.chart canvas")!;
      const { width, height } = canvas;
      // Read once: the line, and below it a row of its colour.
      const copy = new OffscreenCanvas(width, height + 1).getContext("2d")!;
      copy.drawImage(canvas, 0, 0);
      copy.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
      copy.fillRect(0, height, width, 1);
      const { data } = copy.getImageData(0, 0, width, height + 1);
      const pixel = (x: number, y: number) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 3);
      const ink = pixel(0, height);
      return [0.15, 0.4, 0.5, 0.6, 0.9].map((share) =>
        Array.from({ length: height }, (_, y) => pixel(Math.round(width * share), y))
          .some((seen) => seen.every((value, i) => Math.abs(value - ink[i]!) < 8))
      );
    });
    expect(inked).toEqual([true, false, false, false, true]);
  });
});

test.each([1280, 390])("without scripts the line is drawn by the server, %i wide", async (width) => {
  await visiting(false, width, async (page) => {
    const line = page.getByRole("img", { name: /Línea del precio de las últimas 24 horas/ });
    const box = await line.boundingBox();
    expect(box!.width).toBeGreaterThan(200);
    expect(await page.getByRole("row").count()).toBeGreaterThan(10);
  });
});
