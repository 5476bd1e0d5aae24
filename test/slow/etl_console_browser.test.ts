/// <reference lib="dom" />
// The pages of sequences in Chromium over a server and a worker: an operator with the keyboard alone, pages that keep
// themselves up to date without taking anything from who reads them, and what programs print as nothing but text.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChromium } from "./chromium.ts";
import { type EtlProject, HOSTILE, PASSWORDS, startEtlProject } from "./etl_project.ts";

const WIDE = { viewport: { width: 1280, height: 900 } };
const TELEPHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** Stops before a button is given up. */
const MOST_TABS = 120;

let project: EtlProject;
let browser: Browser;

beforeAll(async () => {
  [project, browser] = await Promise.all([startEtlProject(), startChromium()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await project?.close();
}, 60_000);

/** Opens a page of the console as the operator, logged in by the keyboard; hears of every error. */
async function visiting(
  at: string,
  visit: (page: Page) => Promise<void>,
  options: BrowserContextOptions = WIDE,
): Promise<void> {
  const context = await browser.newContext({ locale: "es-AR", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  try {
    await page.goto(`${project.base}/consola${at}`);
    await tabTo(page, "input[name=name]");
    await page.keyboard.type("operator");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORDS.operator);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/consola${at}`);
    await visit(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Goes on from one stop to the next until one fits: a selector, or the text it shows. */
async function tabTo(page: Page, what: string): Promise<void> {
  for (let i = 0; i < MOST_TABS; i++) {
    const isThere = await page.evaluate((what) => {
      const { activeElement } = document;
      const text = activeElement?.textContent?.trim();
      return /[[#]/.test(what) ? activeElement?.matches(what) : text === what;
    }, what);
    if (isThere) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The keyboard does not reach "${what}" at ${page.url()}`);
}

async function press(page: Page, what: string): Promise<void> {
  await tabTo(page, what);
  await page.keyboard.press("Enter");
}

/** The state that the page tells. */
const hasState = (page: Page, state: string) =>
  page.locator(".about .badge", { hasText: state }).first().waitFor({ timeout: 30_000 });

/** Tells whether the page is still the one it was. */
const mark = (page: Page) => page.evaluate(() => void ((globalThis as { mark?: boolean }).mark = true));
const isMarked = (page: Page) => page.evaluate(() => (globalThis as { mark?: boolean }).mark === true);

describe("an operator with the keyboard alone", () => {
  test("starts a run, watches it and cancels it", async () => {
    await visiting("/secuencias", async (page) => {
      await press(page, "lenta");
      await page.waitForURL("**/secuencias/lenta");
      await press(page, "Correr ahora");
      await page.waitForURL("**/corridas/*");
      await page.locator("ol.lines li", { hasText: "renglón 3" }).first().waitFor({ timeout: 30_000 });
      await press(page, "Cancelar");
      await page.getByText("Se cancela la corrida.").waitFor();
      await mark(page);
      await hasState(page, "cancelada");
      expect(await page.getByRole("heading", { name: "Por qué terminó" }).isVisible()).toBe(true);
      expect(await page.getByText("La canceló operator.").isVisible()).toBe(true);
      // What was done goes on being told on the page that brought itself up to date.
      expect([await isMarked(page), await page.getByText("Se cancela la corrida.").isVisible()])
        .toEqual([true, true]);
    });
  }, 120_000);

  test("reads why a run failed, mends it, and takes it up from the failed step", async () => {
    await visiting("/secuencias/rota", async (page) => {
      await press(page, "Correr ahora");
      await page.waitForURL("**/corridas/*");
      await mark(page);
      const why = page.getByRole("region", { name: "Por qué falló" });
      await why.waitFor({ timeout: 30_000 });
      expect(await isMarked(page)).toBe(true);
      const text = await why.innerText();
      expect(text).toContain("Falló el paso cargar (rompe), código 3");
      expect(text).toContain('falta la columna "provincia" en entrada.csv');
      expect(text).toContain("No llegaron a correr: publicar");
      expect(text).toContain("Qué hacer:");

      await project.write("arreglado", "");
      await press(page, "Retomar desde lo que falta");
      await page.getByText(/Retoma la corrida #\d+/).waitFor();
      await hasState(page, "bien");
      const rows = page.getByRole("table", { name: "Pasos e intentos" }).getByRole("row");
      expect(await rows.nth(1).innerText()).toContain("ya estaba hecho");
      expect(await rows.nth(2).innerText()).toContain("código 0");
      // What changed, as the last step told.
      const change = page.getByRole("table", { name: "Series que cambiaron" }).getByRole("row").nth(1);
      expect(await change.innerText()).toContain("2026-07-08: 12,5 → 12,7");
      expect(await change.getByRole("link").getAttribute("href")).toBe("/serie/smn_tmax_saez");
    });
  }, 120_000);

  test("pauses a schedule and resumes it", async () => {
    await visiting("/horarios", async (page) => {
      const row = page.getByRole("row", { name: /diaria/ });
      expect(await row.innerText()).toMatch(/06:30\s+\d{4}-\d\d-\d\d 0[45]:30 UTC/);
      await press(page, "Pausar diaria, 30 6 * * * Europe/Madrid");
      await page.getByText("El horario está en pausa.").waitFor();
      expect(await row.innerText()).toMatch(/en pausa\s+operator/);
      await press(page, "Reanudar diaria, 30 6 * * * Europe/Madrid");
      await page.getByText("El horario sigue.").waitFor();
      expect(await row.innerText()).toContain("activo");
    });
  }, 60_000);

  test("is told how many match before all of them are cancelled", async () => {
    const ids = [await project.start("lenta"), await project.start("lenta")];
    await visiting("/corridas?name=lenta", async (page) => {
      await press(page, "Cancelar todas…");
      expect(await page.getByText(/Coinciden? \d+ corridas? sin terminar/).innerText()).toMatch(/ [12] /);
      await press(page, "Cancelar todas las que coinciden");
      await page.getByText(/corridas? se cancelan?\./).waitFor();
    });
    for (const id of ids) {
      const isOver = async () => {
        const run = await (await project.ask("viewer", `/api/ops/etl/runs/${id}`)).json();
        return !["PENDING", "STARTED"].includes(run.status);
      };
      while (!await isOver()) await new Promise((wake) => setTimeout(wake, 200));
    }
  }, 60_000);
});

describe("a page that lives", () => {
  test(
    "brings in lines without closing what was opened, nor moving the scroll, nor taking the focus",
    async () => {
      const id = await project.start("lenta");
      await visiting(`/corridas/${id}`, async (page) => {
        await page.locator("ol.lines li").nth(2).waitFor({ timeout: 30_000 });
        await mark(page);
        const summary = page.locator("td details > summary").nth(1);
        await summary.focus();
        await page.keyboard.press("Enter");
        await page.evaluate(() => scrollTo(0, 180));
        const before = await page.locator("ol.lines li").count();
        await page.locator("ol.lines li").nth(before + 8).waitFor({ timeout: 30_000 });
        const state = await page.evaluate(() => ({
          y: scrollY,
          isOpen: (document.activeElement?.parentElement as HTMLDetailsElement).open,
          focus: document.activeElement?.localName,
          // Each line once, in order.
          lines: [...document.querySelectorAll("ol.lines li")].every((line, i) =>
            line.getAttribute("data-line") === String(i)
          ),
        }));
        expect([await isMarked(page), state]).toEqual([
          true,
          { y: 180, isOpen: true, focus: "summary", lines: true },
        ]);
      });
      await project.ask("operator", `/api/ops/etl/runs/${id}/cancel`, { method: "POST" });
    },
    90_000,
  );

  test("shows a run that somebody else begins, and what has the focus stays the same run", async () => {
    const first = await project.start("diaria");
    await visiting("/corridas", async (page) => {
      const stream = page.waitForResponse((answer) => answer.url().endsWith("/api/ops/etl/events"));
      await page.reload();
      expect([(await stream).status(), (await stream).headers()["content-type"]])
        .toEqual([200, "text/event-stream"]);
      await mark(page);
      const link = page.locator(`table a[href="/consola/corridas/${first}"]`);
      await link.focus();
      const second = await project.start("diaria");
      await page.locator(`table a[href="/consola/corridas/${second}"]`).waitFor({ timeout: 30_000 });
      expect(await page.evaluate(() => document.activeElement?.getAttribute("href")))
        .toBe(`/consola/corridas/${first}`);
      expect(await isMarked(page)).toBe(true);
    });
  }, 60_000);

  test("looks by itself where events do not come", async () => {
    const id = await project.start("lenta");
    const context = await browser.newContext({ locale: "es-AR" });
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, "EventSource", { value: undefined });
    });
    try {
      const page = await context.newPage();
      await page.goto(`${project.base}/consola/corridas/${id}`);
      await page.fill("input[name=name]", "operator");
      await page.fill("input[name=password]", PASSWORDS.operator);
      await page.keyboard.press("Enter");
      await page.locator("ol.lines li").nth(2).waitFor({ timeout: 30_000 });
      await mark(page);
      const before = await page.locator("ol.lines li").count();
      await page.locator("ol.lines li").nth(before + 5).waitFor({ timeout: 30_000 });
      await project.ask("operator", `/api/ops/etl/runs/${id}/cancel`, { method: "POST" });
      await hasState(page, "cancelada");
      expect(await isMarked(page)).toBe(true);
    } finally {
      await context.close();
    }
  }, 90_000);
});

test("what programs print is nothing but text", async () => {
  const id = await project.start("hostil");
  await visiting(`/corridas/${id}`, async (page) => {
    await page.getByRole("region", { name: "Por qué falló" }).waitFor({ timeout: 30_000 });
    expect(await page.locator("ol.lines code").first().innerText()).toBe(HOSTILE);
    expect(await page.locator(".excerpt").innerText()).toContain(HOSTILE);
    expect(await page.locator("main :is(script, img)").count()).toBe(0);
    expect(await page.title()).toBe(`hostil #${id} · Caudal`);
    await page.goto(`${project.base}/consola/corridas?name=${encodeURIComponent(HOSTILE)}`);
    expect(await page.locator("main :is(script, img)").count()).toBe(0);
    expect(await page.getByLabel("Nombre (exacto)").inputValue()).toBe(HOSTILE);
  });
}, 60_000);

describe.each([
  { screen: "wide", scripts: true, options: WIDE },
  { screen: "wide", scripts: false, options: WIDE },
  { screen: "telephone", scripts: true, options: TELEPHONE },
  { screen: "telephone", scripts: false, options: TELEPHONE },
])("on a $screen screen, scripts: $scripts", ({ scripts, options }) => {
  test("every page fits, and a run can be started and cancelled", async () => {
    await visiting("/secuencias", async (page) => {
      await page.getByRole("row", { name: /lenta/ }).getByRole("button", { name: "Correr ahora" }).click();
      await page.waitForURL("**/corridas/*");
      const run = new URL(page.url()).pathname;
      await page.getByRole("button", { name: "Cancelar", exact: true }).click();
      await page.getByText("Se cancela la corrida.").waitFor();
      for (let isOver = false; !isOver;) {
        await page.goto(project.base + run);
        isOver = await page.getByRole("heading", { name: "Por qué terminó" }).isVisible();
      }
      for (
        const at of [
          "/corridas",
          "/secuencias",
          "/secuencias/sucia",
          "/horarios",
          "/trabajadores",
          run.slice(8),
        ]
      ) {
        await page.goto(`${project.base}/consola${at}`);
        const [content, window] = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return [scrollWidth, clientWidth];
        });
        expect([at, content! <= window!]).toEqual([at, true]);
      }
    }, { ...options, javaScriptEnabled: scripts });
  }, 60_000);
});
