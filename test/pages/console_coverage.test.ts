// Whatever /api/ops offers is reached from the console: a walk over its pages, by links from the start page and by the
// forms that stand on them, against the description of the operations.

import { describe, expect, test } from "vitest";
import { OPERATIONS } from "../../src/console/operations.ts";
import { type Browser, consoleWorld, formsOf, linksOf, type Page, PASSWORD_OF } from "./console_world.ts";

type Filling = Parameters<Browser["submit"]>[2];

/** What the forms are filled in with, in their order; `at` is the page that has the form. */
const FORMS: readonly { readonly at: string; readonly action: string; readonly filling?: Filling }[] = [
  {
    at: "/nuevo/nodo",
    action: "/nuevo/nodo",
    filling: { catalog_id: "n", catalog_url: "https://n.example/d.json" },
  },
  { at: "/nodos/n", action: "/nodos/n", filling: { label: "Ene" } },
  { at: "/nodos", action: "/nodos/elegidos", filling: { chosen: "n", action: "true" } },
  { at: "/nodos/n/quitar", action: "/nodos/n/quitar" },
  { at: "/nuevo/jurisdiccion", action: "/nuevo/jurisdiccion", filling: { id: "j", title: "Jota" } },
  { at: "/jurisdicciones/j/eliminar", action: "/jurisdicciones/j/eliminar" },
  { at: "/proyecto", action: "/proyecto", filling: { title: "Red" } },
  ...["federable", "star", "reviewed", "export"].map((action) => ({
    at: "/datasets",
    action: "/datasets/elegidos",
    filling: { chosen: JSON.stringify({ catalog_id: "uno", dataset_id: "A" }), action },
  })),
  { at: "/tareas/pedir/publish", action: "/tareas/pedir/publish" },
  { at: "/cola/vaciar", action: "/cola/vaciar" },
  {
    at: "/nuevo/synchronizer",
    action: "/nuevo/synchronizer",
    filling: { name: "s", stage_0: '{"task":"publish","about":{}}' },
  },
  { at: "/synchronizers/s", action: "/synchronizers/s/correr", filling: { node: "uno" } },
  { at: "/synchronizers/s", action: "/synchronizers/s/duplicar", filling: { copy: "t" } },
  { at: "/synchronizers/t/eliminar", action: "/synchronizers/t/eliminar" },
  { at: "/synchronizers-de-fabrica", action: "/synchronizers-de-fabrica" },
  { at: "/ajustes", action: "/ajustes" },
  {
    at: "/archivos",
    action: "/archivos/elegidos",
    filling: { chosen: '{"catalog_id":null,"name":"series-tiempo-csv.zip"}' },
  },
  { at: "/unidades", action: "/unidades/elegidas", filling: { chosen: "Pesos", action: "true" } },
  {
    at: "/analytics",
    action: "/analytics",
    filling: { endpoint: "https://g.example/", kong_api_id: "1", token: "secreto" },
  },
  {
    at: "/nuevo/cuenta",
    action: "/nuevo/cuenta",
    filling: { name: "ana", password: "una clave bien larga", groups: "read_datajson_recipients" },
  },
  { at: "/cuentas/ana", action: "/cuentas/ana", filling: { email: "ana@example.ar" } },
  { at: "/cuentas/ana/cerrar-sesiones", action: "/cuentas/ana/cerrar-sesiones" },
];

const FILES = [
  {
    path: "/archivos-de-nodos",
    name: "red.yml",
    text: "m: {url: https://m.example/data.json, formato: json, federado: true}",
  },
  { path: "/archivos-de-federacion", name: "f.csv", text: "catalog_id,dataset_identifier\nuno,A\n" },
] as const;

/** Follows every link of the console, and answers the addresses outside of it that pages lead to. */
async function crawl(browser: Browser): Promise<Set<string>> {
  const outside = new Set<string>();
  const seen = new Set<string>();
  const kinds = new Map<string, number>();
  const waiting = ["/consola"];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const page = await browser.visit(path);
    expect([path, page.status]).toEqual([path, 200]);
    for (const href of linksOf(page.html)) {
      if (href.startsWith("#")) continue;
      if (!/^\/consola([/?]|$)/.test(href)) {
        outside.add(href);
        continue;
      }
      // Of pages of a kind a few are enough.
      const kind = href.replace(/\?.*$/, "").replace(
        /(series|nodos|tareas|corridas|secuencias|synchronizers|cuentas|informes)\/[^/]+/,
        "$1/:",
      );
      const [plain] = href.split("?");
      if (seen.has(href) || /[?&]lang=/.test(href) || (kinds.get(kind) ?? 0) >= 4) continue;
      seen.add(href);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (plain !== "/consola/salir") waiting.push(href);
    }
  }
  return outside;
}

const succeeded = (page: Page, what: string) =>
  expect([what, page.status, page.html.includes('role="alert"')])
    .toEqual([what, 200, false]);

/** A task that waits is taken out of the queue and asked for again. */
async function walkQueue(
  browser: Browser,
  submit: (at: string, action: string, filling?: Filling) => Promise<Page>,
): Promise<void> {
  succeeded(await submit("/tareas/pedir/report", "/tareas/pedir/report"), "pedir");
  for (const action of ["quitar", "repetir"]) {
    const forms = formsOf((await browser.visit("/consola/cola")).html);
    const button = forms.find((form) => form.action.endsWith(`/${action}`))!.action;
    succeeded(await submit("/cola", button.replace("/consola", "")), action);
  }
}

/** Runs of sequences, from their start to their being taken up, with the hands of a worker in between. */
async function walkSequences(
  { browser, etl }: Awaited<ReturnType<typeof consoleWorld>>,
  submit: (at: string, action: string, filling?: Filling) => Promise<Page>,
  outside: Set<string>,
): Promise<void> {
  const starting = async () => {
    const page = await submit("/secuencias/test", "/secuencias/test/correr");
    succeeded(page, "correr");
    return page;
  };
  const begun = await starting();
  const id = Number(/(\d+)$/.exec(begun.path)![1]);
  const attempt = await etl.begin(id);
  await etl.say(attempt, ["a line"]);
  const running = await (await browser("viewer")).visit(`/consola/corridas/${id}`);
  expect(running.text).toContain("a line");
  for (const path of [running, await (await browser("viewer")).visit("/consola/corridas")]) {
    for (const [, events] of path.html.matchAll(/data-events="([^"]*)"/g)) outside.add(events!);
  }
  succeeded(await submit(`/corridas/${id}`, `/corridas/${id}/cancelar`), "cancelar");
  await etl.end(attempt, { status: "FAILURE", exitCode: 1, reason: "exit_code" });
  await etl.close(id, "FAILURE");
  succeeded(await submit(`/corridas/${id}`, `/corridas/${id}/retomar`), "retomar");
  for (const action of ["cancelar", "retomar"]) {
    succeeded(await submit(`/corridas/todas/${action}`, `/corridas/todas/${action}`), `${action} todas`);
  }
  const schedule = "30 6 * * * America/Argentina/Buenos_Aires";
  const name = "smn_temperaturas";
  await etl.store.keepSchedules(await etl.leased(), [{ name, schedule, nextAt: null }], 0);
  for (const action of ["pausar", "reanudar"]) {
    succeeded(await submit("/horarios", `/horarios/${action}`, { name, schedule }), action);
  }
  const filling = { from: "2026-07-01", to: "2026-07-02" };
  succeeded(
    await submit(`/secuencias/${name}/completar`, `/secuencias/${name}/completar`, filling),
    "completar",
  );
}

describe("the console", () => {
  test("reaches every operation, by links from its start and by its forms", async () => {
    const world = await consoleWorld();
    const { asked } = world;
    await world.store.savePercentageUnits(["Pesos"]);
    await world.accounts.create({
      name: "olga",
      role: "viewer",
      email: "o@example.ar",
      password: "la clave de olga",
    });
    const token = await world.firstAccount.invite() ?? "ninguno";
    const browser = await world.browser("admin");
    const submit = async (at: string, action: string, filling?: Filling): Promise<Page> =>
      await browser.submit(await browser.visit(`/consola${at}`), `/consola${action}`, filling);

    const outside = await crawl(browser);
    for (const { at, action, filling } of FORMS) {
      const page = await submit(at, action, filling);
      if (filling?.action === "export") {
        expect(page.headers.get("content-disposition")).toMatch(/^attachment/);
      } else if (action === "/archivos/elegidos") {
        succeeded(await browser.submit(page, "/consola/archivos/eliminar"), action);
      } else succeeded(page, action);
    }
    await walkSequences(world, submit, outside);
    await walkQueue(browser, submit);
    for (const { path, name, text } of FILES) {
      const uploaded = await submit(path, `${path}/subir`, { file: new File([text], name) });
      succeeded(uploaded, path);
      for (const href of linksOf(uploaded.html)) outside.add(href);
      const ran = await browser.submit(uploaded, `${uploaded.path}/ejecutar`);
      succeeded(ran, `${path}/ejecutar`);
      const ask = await browser.visit(`${uploaded.path}/eliminar`);
      succeeded(await browser.submit(ask, `${uploaded.path}/eliminar`), `${path}/eliminar`);
    }
    const list = await browser.visit("/consola/distribuciones?catalog_id=dos");
    const refresh = formsOf(list.html).find(({ action }) => action.includes("/refrescar"))!;
    succeeded(await browser.submit(list, refresh.action), "refrescar");
    const remove = linksOf(list.html).find((href) => href.includes("/distribuciones/eliminar"))!;
    succeeded(await browser.submit(await browser.visit(remove), remove), "eliminar");
    await submit("/series/a1/eliminar", "/series/a1/eliminar");

    const anybody = await world.browser();
    await anybody.submit(await anybody.visit("/consola/olvido"), "/consola/olvido", { account: "nadie" });
    for (const path of ["/clave", "/primera-cuenta"]) {
      const filling = { token, name: "x", password: "una clave bien larga" };
      await anybody.submit(await anybody.visit(`/consola${path}`), `/consola${path}`, filling);
    }
    const own = await browser.visit("/consola/cuenta");
    const other = await world.browser("admin");
    const sessions = await browser.visit("/consola/cuenta");
    const close = formsOf(sessions.html).find(({ action }) => /sesiones\/\w+\/cerrar$/.test(action))!;
    await browser.submit(sessions, close.action);
    const left = (await browser.visit("/consola")).path === "/consola" ? browser : other;
    await left.submit(await left.visit("/consola/cuenta"), "/consola/cuenta", {
      current_password: PASSWORD_OF.admin,
      password: "otra clave de quien manda",
    });
    await left.submit(await left.visit("/consola/cuenta"), "/consola/cuenta/sesiones/cerrar");
    const last = await world.browser("viewer");
    await last.submit(await last.visit("/consola"), "/consola/salir");
    expect(own.status).toBe(200);

    for (const href of outside) asked.add(`get ${href.replace(/\?.*$/, "")}`);
    const reached = OPERATIONS.filter(({ method, path }) => {
      const route = new RegExp(`^${method} /api/ops${path.replace(/:\w+/g, "[^/]+")}$`);
      return [...asked].some((one) => route.test(one));
    }).map(({ id }) => id);
    const missing = OPERATIONS.map(({ id }) => id).filter((id) => !reached.includes(id));
    expect(missing).toEqual([]);
    expect(asked).toContain("get /api/ops/openapi.json");
    expect(world.faults).toEqual([]);
  });
});
