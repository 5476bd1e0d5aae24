// Forms of the console: what each tells of what is wrong with it, and what it does when nothing is.

import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { SettingsDocument } from "../../src/operation/settings.ts";
import { TASK_SCHEMAS } from "../../src/operation/synchronizers.ts";
import { SECTIONS } from "../../src/pages/console/sections.ts";
import { basic, consoleWorld, formsOf, type Page, PASSWORD_OF } from "./console_world.ts";

let world: Awaited<ReturnType<typeof consoleWorld>>;
beforeAll(async () => {
  world = await consoleWorld();
});

/** The mark of a field that is wrong, and what stands beside it. */
function faultOf(page: Page, field: string): string | undefined {
  const input = [...page.html.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)]
    .map(([tag]) => tag).find((tag) => tag.includes(` id="f-${field}"`));
  if (!input?.includes('aria-invalid="true"') || !input.includes(`f-${field}-fault`)) return;
  return new RegExp(`id="f-${field}-fault">([^<]*)<`).exec(page.html)?.[1];
}

describe("forms", () => {
  /** What is sent wrong, and the field that says so. */
  const WRONG: readonly {
    path: string;
    filling: Record<string, string | readonly string[]>;
    field: string;
    says: RegExp;
  }[] = [
    {
      path: "/nuevo/nodo",
      filling: { catalog_id: "n", catalog_url: "ftp://n.example" },
      field: "catalog_url",
      says: /debe ser una dirección http o https/,
    },
    {
      path: "/nuevo/nodo",
      filling: { catalog_id: "", catalog_url: "https://n.example" },
      field: "catalog_id",
      says: /./,
    },
    {
      path: "/nuevo/nodo",
      filling: { catalog_id: "n", catalog_url: "https://n.example", timezone: "Marte/Olimpo" },
      field: "timezone",
      says: /no es una zona horaria/,
    },
    {
      path: "/nodos/uno",
      filling: { url_json: "nada" },
      field: "url_json",
      says: /debe ser una dirección http o https/,
    },
    { path: "/proyecto", filling: { "publisher.mbox": "sin arroba" }, field: "publisher.mbox", says: /./ },
    { path: "/proyecto", filling: { homepage: "portal" }, field: "homepage", says: /dirección http o https/ },
    { path: "/nuevo/jurisdiccion", filling: { id: "j2", title: "" }, field: "title", says: /./ },
    {
      path: "/nuevo/synchronizer",
      filling: { name: "s", time: "25:00", stage_0: '{"task":"publish","about":{}}' },
      field: "time",
      says: /debe ser HH:MM/,
    },
    {
      path: "/ajustes",
      filling: { "validation_limits.max_missing_proportion": "2" },
      field: "validation_limits.max_missing_proportion",
      says: /./,
    },
    {
      path: "/ajustes",
      filling: { "search_boosts.description": "mucho" },
      field: "search_boosts.description",
      says: /./,
    },
    { path: "/sinonimos", filling: { synonyms: "ipc,precios\nsolo" }, field: "synonyms", says: /línea 2: / },
    { path: "/alias", filling: { catalog_aliases: "uno: dos" }, field: "catalog_aliases", says: /./ },
    {
      path: "/analytics",
      filling: { endpoint: "sin esquema", kong_api_id: "1", token: "t" },
      field: "endpoint",
      says: /debe ser una dirección http o https/,
    },
    {
      path: "/tareas/pedir/popularity",
      filling: { date: "ayer" },
      field: "date",
      says: /debe ser AAAA-MM-DD/,
    },
    {
      path: "/cuenta",
      filling: { current_password: "otra", password: "x" },
      field: "current_password",
      says: /no es correcta/,
    },
    {
      path: "/nuevo/cuenta",
      filling: { name: "Ana María", password: "una clave bien larga" },
      field: "name",
      says: /minúsculas/,
    },
    {
      path: "/nuevo/cuenta",
      filling: { name: "ana2", password: "corta" },
      field: "password",
      says: /al menos/,
    },
    { path: "/nuevo/cuenta", filling: { name: "ana2", email: "sin arroba" }, field: "email", says: /./ },
    { path: "/nuevo/cuenta", filling: { name: "ana2", groups: "Mal Grupo" }, field: "groups", says: /./ },
    { path: "/cuentas/viewer", filling: { email: "sin arroba" }, field: "email", says: /./ },
    { path: "/correo", filling: { "mail.from": "nadie" }, field: "mail.from", says: /dirección de correo/ },
    {
      path: "/correo",
      filling: { "integration_test.timeout": "1" },
      field: "integration_test.timeout",
      says: /./,
    },
  ];

  test.each(WRONG)("$path tells beside $field what is wrong", async ({ path, filling, field, says }) => {
    const browser = await world.browser("admin");
    const address = `/consola${path}`;
    const page = await browser.visit(address);
    expect(page.status).toBe(200);
    const again = await browser.submit(page, address, filling);
    expect([again.status, faultOf(again, field)]).toEqual([400, expect.stringMatching(says)]);
    expect(again.html).toContain(`href="#f-${field}"`);
    // What was typed is not typed again, but for passwords.
    const typed = filling[field];
    if (typeof typed === "string" && typed !== "" && !field.includes("password")) {
      expect(formsOf(again.html).find(({ action }) => action === address)!.fields).toContainEqual([
        field,
        typed,
      ]);
    }
    expect(again.html).not.toContain('type="password" value="o');
  });

  test.each([
    { why: "no file", file: [], says: "No eligió ningún archivo" },
    { why: "an empty one", file: new File([""], "red.yml"), says: "No eligió ningún archivo" },
    { why: "one with nothing in it", file: new File([" \n"], "red.yml"), says: "El archivo está vacío" },
  ])("an upload of $why is told on its page", async ({ file, says }) => {
    const browser = await world.browser("operator");
    const path = "/consola/archivos-de-nodos";
    const told = await browser.submit(await browser.visit(path), `${path}/subir`, { file });
    expect([told.path, told.text]).toEqual([path, expect.stringContaining(says)]);
    expect(told.html).toContain('role="alert"');
  });

  test("a file that cannot be read is kept as one that failed, with its log", async () => {
    const browser = await world.browser("operator");
    const path = "/consola/archivos-de-nodos";
    const file = new File(["- : : no es un registro"], "ñandú <b>.yml");
    const uploaded = await browser.submit(await browser.visit(path), `${path}/subir`, { file });
    expect(uploaded.text).toContain("ñandú <b>.yml");
    const ran = await browser.submit(uploaded, `${uploaded.path}/ejecutar`);
    expect([ran.html.includes('role="alert"'), ran.text]).toEqual([true, expect.stringContaining("falló")]);
  });

  test("a node is made, changed, marked and removed", async () => {
    const browser = await world.browser("admin");
    const made = await browser.submit(await browser.visit("/consola/nuevo/nodo"), "/consola/nuevo/nodo", {
      catalog_id: "ñ/1",
      catalog_url: "https://n.example/data.json",
      label: "Nodo nuevo",
      admins: "ana, beto",
    });
    const path = `/consola/nodos/${encodeURIComponent("ñ/1")}`;
    expect([made.path, made.text]).toEqual([path, expect.stringContaining("El nodo está agregado")]);
    const node = async () =>
      (await (await world.ops.request("http://x/api/ops/nodes?catalog_id=ñ/1", {
        headers: { authorization: basic("viewer", PASSWORD_OF.viewer) },
      })).json()).rows[0];
    expect(await node()).toMatchObject({
      federable: true,
      verify_ssl: true,
      label: "Nodo nuevo",
      admins: ["ana", "beto"],
    });
    await browser.submit(made, path, { label: "Otro", url_homepage: "https://n.example/", verify_ssl: null });
    expect(await node()).toMatchObject({
      label: "Otro",
      url_homepage: "https://n.example/",
      verify_ssl: false,
    });
    const list = await browser.visit("/consola/nodos?sort=catalog_id");
    const marked = await browser.submit(list, "/consola/nodos/elegidos", {
      chosen: ["ñ/1"],
      action: "false",
    });
    expect(marked.path).toBe("/consola/nodos?sort=catalog_id");
    expect((await node()).federable).toBe(false);
    const ask = await browser.visit(`${path}/quitar`);
    expect(ask.text).toContain("Lo que ya se cosechó sigue publicado");
    const gone = await browser.submit(ask, `${path}/quitar`);
    expect(gone.path).toBe("/consola/nodos");
    expect(await node()).toBeUndefined();
  });

  test("an account that somebody else changed meanwhile is not overwritten", async () => {
    const browser = await world.browser("admin");
    await world.accounts.create({ name: "eva", role: "viewer", password: "la clave de eva, larga" });
    const page = await browser.visit("/consola/cuentas/eva");
    await world.accounts.change("eva", 1, { email: "eva@example.ar" });
    const refused = await browser.submit(page, "/consola/cuentas/eva", { role: "admin" });
    expect([refused.status, (await world.accounts.account("eva"))!.role]).toEqual([409, "viewer"]);
  });

  test("a password is changed and the session goes on", async () => {
    const browser = await world.browser();
    await world.accounts.create({ name: "iris", role: "viewer", password: "la clave de iris, larga" });
    const door = await browser.visit("/consola/entrar");
    await browser.submit(door, "/consola/entrar", { name: "iris", password: "la clave de iris, larga" });
    const changed = await browser.submit(await browser.visit("/consola/cuenta"), "/consola/cuenta", {
      current_password: "la clave de iris, larga",
      password: "la otra clave de iris",
    });
    expect([changed.status, changed.text]).toEqual([200, expect.stringContaining("La clave está cambiada")]);
    // Its new token serves.
    const out = await browser.submit(changed, "/consola/salir");
    expect(out.path).toBe("/consola/entrar");
  });

  test("stages are kept in the order of their numbers", async () => {
    const browser = await world.browser("operator");
    const made = await browser.submit(
      await browser.visit("/consola/nuevo/synchronizer"),
      "/consola/nuevo/synchronizer",
      {
        name: "Por números",
        days: ["MON", "TUE"],
        time: "07:30",
        order_0: "3",
        stage_0: '{"task":"publish","about":{}}',
        order_1: "1",
        stage_1: '{"task":"harvest","about":{"force":true}}',
      },
    );
    expect(made.text).toMatch(/Cosechar: también lo que no cambió → Publicar /);
    const paused = await browser.submit(made, `${made.path}/pausar`);
    expect(paused.text).toContain("en pausa");
    const asked = await browser.submit(paused, `${made.path}/correr`);
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining("espera")]);
    const twice = await browser.submit(await browser.visit(made.path), `${made.path}/correr`);
    expect([twice.path, twice.text]).toEqual([made.path, expect.stringContaining("ya está corriendo")]);
  });

  test.each(Object.keys(TASK_SCHEMAS) as (keyof typeof TASK_SCHEMAS)[])(
    "%s is asked for with each of its options",
    async (task) => {
      const browser = await world.browser("operator");
      const page = await browser.visit(`/consola/tareas/pedir/${task}`);
      for (const option of Object.keys(TASK_SCHEMAS[task].shape)) {
        expect([option, page.html.includes(` name="${option}"`)]).toEqual([option, true]);
      }
      const asked = await browser.submit(page, `/consola/tareas/pedir/${task}`, { node: "uno" });
      expect(asked.text).toContain("nodo uno");
      const again = await browser.submit(page, `/consola/tareas/pedir/${task}`);
      expect([again.status, again.text]).toEqual([
        409,
        expect.stringContaining("Ya está corriendo una tarea"),
      ]);
    },
  );
});

describe("settings", () => {
  /** Those with a list of their own, or a page that takes their secret too. */
  const ELSEWHERE = ["percentage_units", "popularity"];

  test("have a field each", async () => {
    const browser = await world.browser("admin");
    const fields = new Set<string>();
    for (const { path, group } of SECTIONS) {
      if (group !== "settings") continue;
      const page = await browser.visit(`/consola${path}`);
      for (const [, name] of page.html.matchAll(/\sname="([^"]+)"/g)) fields.add(name!);
    }
    const keys = Object.entries(SettingsDocument.shape).flatMap(([key, schema]) => {
      const within =
        (z.toJSONSchema(schema, { unrepresentable: "any" }) as { properties?: object }).properties;
      return ELSEWHERE.includes(key)
        ? []
        : within
        ? Object.keys(within).map((one) => `${key}.${one}`)
        : [key];
    });
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => !fields.has(key))).toEqual([]);
  });
});
