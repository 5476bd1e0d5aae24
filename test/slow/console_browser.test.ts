/// <reference lib="dom" />
// The console in Chromium: with the keyboard alone and without scripts, on a wide screen and on a telephone, what
// people who cannot see or use a mouse need, and what its script adds.

import path from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openOperation, openStore, type Places } from "../../src/open.ts";
import { openAccounts } from "../../src/ops.ts";
import { SECTIONS } from "../../src/pages/console/sections.ts";
import { startChromium } from "./chromium.ts";
import { addressOf, type Running, runWell, startCommand } from "./process.ts";

const WIDE = { viewport: { width: 1280, height: 900 } };
const TELEPHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const PASSWORD = "ocho palmeras y un tucán";

let folder: string;
let places: Places;
let server: Running;
let base: string;
let browser: Browser;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_consola_" });
  const data = path.join(folder, "data");
  places = { dataDir: data };
  await runWell("harvest", ["--data", data]);
  const { accounts, close } = openAccounts(places, []);
  await accounts.create({ name: "ana", role: "admin", email: "ana@example.ar", password: PASSWORD });
  close();
  server = startCommand("serve", ["--data", data, "--port", "0"]);
  [base, browser] = await Promise.all([addressOf(server), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

/** Opens pages in a window of its own; answers every error, and every request to elsewhere. */
async function visiting(
  options: BrowserContextOptions,
  visit: (page: Page) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext({ locale: "es-AR", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A form that was refused is answered by its status.
    const isRefusal = /status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== base) complaints.push(`elsewhere: ${request.url()}`);
  });
  try {
    await visit(page);
  } finally {
    await context.close();
  }
  return complaints;
}

/** Goes on by Tab until a field, link or button of that name has the focus. */
async function tabTo(
  page: Page,
  name: string | RegExp,
  role: "textbox" | "button" | "link" | "checkbox",
): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${page.url()}: no Tab leads to ${role} ${name}`);
}

async function logIn(page: Page, next = "/consola"): Promise<void> {
  await page.goto(`${base}${next}`);
  await page.getByLabel("Usuario").fill("ana");
  await page.getByLabel("Clave", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("button", { name: "Salir" }).waitFor();
}

/** What is wrong with a page for who hears it or goes by keyboard. */
async function barriers(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    const isShown = (element: Element) => element.getClientRects().length > 0;
    if (!document.documentElement.lang) found.push("no language");
    if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) found.push(`h${next} after h${level}: ${heading.textContent}`);
      if (!heading.textContent.trim()) found.push(`empty ${heading.tagName}`);
      level = next;
    }
    for (
      const field of document.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), select, textarea")
    ) {
      const isNamed = (field.labels?.length ?? 0) > 0 || field.getAttribute("aria-label");
      if (!isNamed) found.push(`no label: ${field.name}`);
    }
    for (const control of document.querySelectorAll("a, button")) {
      const name = control.textContent.trim() || control.getAttribute("aria-label");
      if (isShown(control) && !name) found.push(`no name: ${control.outerHTML}`);
    }
    for (const image of document.querySelectorAll("img")) {
      if (!image.hasAttribute("alt")) found.push("no alt");
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`twice: ${id}`);
    for (const element of document.querySelectorAll("[aria-describedby]")) {
      for (const id of element.getAttribute("aria-describedby")!.split(" ")) {
        if (!document.getElementById(id)) found.push(`describes nothing: ${id}`);
      }
    }
    for (
      const control of document.querySelectorAll<HTMLElement>(
        "a[href], button, input, select, textarea, summary",
      )
    ) {
      if (!isShown(control) || (control as HTMLButtonElement).disabled) continue;
      control.focus({ focusVisible: true } as FocusOptions);
      const { outlineStyle, outlineWidth } = getComputedStyle(control);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) {
        found.push(`focus is not seen: ${control.outerHTML.slice(0, 80)}`);
      }
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`scrolls sideways by ${scrollWidth - clientWidth}`);
    return found;
  });
}

describe.each([
  { screen: "a wide screen", options: WIDE },
  { screen: "a telephone", options: TELEPHONE },
])("pages on $screen", ({ options }) => {
  test("have labels, headings in order, a focus that is seen, and fit", async () => {
    const paths = [
      ...SECTIONS.map(({ path }) => path === "/" ? "" : path),
      "/nuevo/nodo",
      "/nuevo/synchronizer",
      "/nuevo/cuenta",
      "/synchronizers/Corrida%20completa",
      "/tareas/1",
      "/tareas/pedir/dump",
      "/series/sol_manchas",
      "/series/sol_manchas/eliminar",
      "/cuentas/ana",
      "/nada",
    ];
    const complaints = await visiting(options, async (page) => {
      for (const entry of ["/entrar", "/olvido", "/clave", "/primera-cuenta"]) {
        await page.goto(`${base}/consola${entry}`);
        expect([entry, await barriers(page)]).toEqual([entry, []]);
      }
      await logIn(page);
      for (const path of paths) {
        await page.goto(`${base}/consola${path}`);
        expect([path, await barriers(page)]).toEqual([path, []]);
      }
    });
    expect(complaints).toEqual([]);
  });
});

describe.each([{ scripts: true }, { scripts: false }])(
  "the keyboard alone, with scripts: $scripts",
  ({ scripts }) => {
    test("logs in, reads what is wrong beside its field, makes a node and removes it", async () => {
      const complaints = await visiting({ ...WIDE, javaScriptEnabled: scripts }, async (page) => {
        await page.goto(`${base}/consola/nodos`);
        await tabTo(page, "Usuario", "textbox");
        await page.keyboard.type("ana");
        await page.keyboard.press("Tab");
        await page.keyboard.type(PASSWORD);
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/consola\/nodos$/);

        await page.keyboard.press("Tab");
        const skip = page.getByRole("link", { name: "Ir al contenido" });
        expect(
          await skip.evaluate((element) =>
            element === document.activeElement && element.getBoundingClientRect().left >= 0
          ),
        )
          .toBe(true);
        await page.keyboard.press("Enter");
        await tabTo(page, "Agregar un nodo", "link");
        await page.keyboard.press("Enter");

        await tabTo(page, /^Identificador/, "textbox");
        await page.keyboard.type(`nodo_${scripts}`);
        await tabTo(page, /^Dirección del catálogo/, "textbox");
        await page.keyboard.type("ftp://nodo.example/data.json");
        await page.keyboard.press("Enter");

        // The field that is wrong says so and has the focus.
        const address = page.getByLabel(/^Dirección del catálogo/);
        await expect.poll(() => address.getAttribute("aria-invalid")).toBe("true");
        expect(await address.evaluate((element) => element === document.activeElement)).toBe(true);
        const told = await address.evaluate((element) =>
          element.getAttribute("aria-describedby")!.split(" ").map((id) =>
            document.getElementById(id)!.textContent
          ).join(" ")
        );
        expect(told).toContain("debe ser una dirección http o https");
        expect(await page.getByLabel(/^Identificador/).inputValue()).toBe(`nodo_${scripts}`);

        await page.keyboard.press("Control+A");
        await page.keyboard.type("https://nodo.example/data.json");
        await page.keyboard.press("Enter");
        await page.getByRole("status").filter({ hasText: "El nodo está agregado" }).waitFor();

        await tabTo(page, "Quitar", "link");
        await page.keyboard.press("Enter");
        await tabTo(page, "Quitar el nodo", "button");
        await page.keyboard.press("Enter");
        await page.getByRole("status").filter({ hasText: "El nodo está quitado" }).waitFor();
      });
      expect(complaints).toEqual([]);
    });
  },
);

describe("the script", () => {
  test("puts the code of the address into its field, and takes it out of the address", async () => {
    const complaints = await visiting(WIDE, async (page) => {
      await page.goto(`${base}/consola/clave#c0d1g0`);
      await expect.poll(() => page.getByLabel("Código").inputValue()).toBe("c0d1g0");
      expect(page.url()).toBe(`${base}/consola/clave`);
    });
    expect(complaints).toEqual([]);
  });

  test("goes on reading the log of a run, until it ends", async () => {
    const { store, journal } = openStore(places);
    const { trail, close } = openOperation(places);
    const complaints = await visiting(WIDE, async (page) => {
      await logIn(page, "/consola/tareas/pedir/publish");
      await page.getByRole("button", { name: "Correr ahora" }).click();
      await page.getByRole("log").waitFor();
      const run = (await journal.claimRun(Date.now()))!;
      await trail.append("run", String(run.id), Date.now(), { text: "<b>va por la mitad</b>" });
      await page.getByText("<b>va por la mitad</b>").waitFor();
      await journal.finishRun(run.id, "FAILURE", Date.now(), {
        stages: [{
          task: "publish",
          startedAt: 0,
          finishedAt: 1,
          status: "FAILURE",
          error: "no hay lugar en el disco",
        }],
      });
      await page.getByText("Publicar: no hay lugar en el disco").waitFor();
    });
    close();
    await store.close();
    expect(complaints).toEqual([]);
  });
});
