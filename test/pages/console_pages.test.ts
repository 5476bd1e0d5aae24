// Pages of the console over the whole operation API: who sees and may what, tokens, names of strangers, and what a
// form tells of what is wrong with it.

import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../src/console/operations.ts";
import { mayActAs, ROLES } from "../../src/operation/roles.ts";
import { SECTIONS } from "../../src/pages/console/sections.ts";
import { basic, consoleWorld, formsOf, linksOf, type Page, PASSWORD_OF } from "./console_world.ts";

/** As a publisher, or an operator, may call things. */
const HOSTILE = `<img src=x onerror="alert(1)">&'"</title><script>alert(2)</script>`;

let world: Awaited<ReturnType<typeof consoleWorld>>;
beforeAll(async () => {
  world = await consoleWorld({ uno: { title: HOSTILE } });
});

describe("roles", () => {
  test.each(ROLES)("%s sees the sections of its role, and each answers", async (role) => {
    const browser = await world.browser(role);
    const start = await browser.visit("/consola");
    const nav = [...start.html.matchAll(/<nav class="bar groups"[^]*?<\/nav>/g)][0]![0];
    expect(nav.includes("/consola/cuentas")).toBe(role === "admin");
    for (const section of SECTIONS) {
      const page = await browser.visit(`/consola${section.path === "/" ? "" : section.path}`);
      expect([section.path, page.status]).toEqual([section.path, mayActAs(role, section.role) ? 200 : 403]);
    }
  });

  test("viewer finds no form that changes what operators change, nor a link to one", async () => {
    const browser = await world.browser("viewer");
    const own = ["/consola/salir", "/consola/cuenta", "/consola/datasets/elegidos"];
    for (const section of SECTIONS.filter(({ role }) => role === "viewer")) {
      const page = await browser.visit(`/consola${section.path === "/" ? "" : section.path}`);
      const actions = formsOf(page.html).map(({ action }) => action);
      expect(actions.filter((action) => !own.some((one) => action.startsWith(one)))).toEqual([]);
      for (const link of linksOf(page.html).filter((href) => href.startsWith("/consola/nuevo"))) {
        throw new Error(`${page.path} leads to ${link}`);
      }
    }
  });

  test("who goes to a page by hand is refused by its operation", async () => {
    const viewer = await world.browser("viewer");
    const page = await viewer.visit("/consola/nuevo/nodo");
    expect([page.status, page.text]).toEqual([403, expect.stringContaining("Hace falta el rol operator")]);
    // A form of one's own: the operation refuses what the page would not have shown.
    const csrf =
      formsOf((await viewer.visit("/consola")).html)[0]!.fields.find(([name]) => name === "csrf")![1];
    const cookie = [...viewer.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await world.request("/consola/synchronizers/Corrida%20completa/pausar", {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrf }).toString(),
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("Hace falta el rol operator");
  });

  test("a section is in the navigation of just the roles that its first page lets in", () => {
    const roleOf = new Map(OPERATIONS.map(({ id, role }) => [id, role]));
    for (const { path, role, routes } of SECTIONS) {
      const needs = routes[0]!.needs;
      expect([path, needs === undefined ? role : roleOf.get(needs)]).toEqual([path, role]);
    }
  });
});

describe("tokens", () => {
  const post = async (fields: { readonly csrf?: string }, headers: Record<string, string> = {}) => {
    const browser = await world.browser("operator");
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = new URLSearchParams({
      catalog_id: "nuevo",
      catalog_url: "https://n.example/data.json",
      ...fields,
    });
    return await world.request("/consola/nuevo/nodo", {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
      body: body.toString(),
    });
  };

  test.each([
    { why: "without a token", fields: {}, headers: {} },
    { why: "with a token of nobody", fields: { csrf: "x" }, headers: {} },
  ])("a form $why changes nothing", async ({ fields, headers }) => {
    const answer = await post(fields, headers);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining("no es de esta sesión"),
    ]);
    expect((await world.store.nodes()).some(({ catalogId }) => catalogId === "nuevo")).toBe(false);
  });

  test("a page of another site cannot send one, nor log somebody in", async () => {
    const foreign = { origin: "https://otro.example", "sec-fetch-site": "cross-site" };
    const browser = await world.browser("operator");
    const csrf =
      formsOf((await browser.visit("/consola")).html)[0]!.fields.find(([name]) => name === "csrf")![1];
    expect((await post({ csrf }, foreign)).status).toBe(403);
    const entering = await world.request("/consola/entrar", {
      method: "POST",
      headers: { ...foreign, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ name: "viewer", password: PASSWORD_OF.viewer }).toString(),
    });
    expect([entering.status, entering.headers.getSetCookie()]).toEqual([403, []]);
  });
});

describe("answers", () => {
  test("carry a policy that lets in nothing of elsewhere, and are kept nowhere", async () => {
    const page = await (await world.browser("viewer")).visit("/consola");
    expect(page.headers.get("cache-control")).toBe("no-store");
    const policy = page.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers.get("referrer-policy")).toBe("same-origin");
    expect(page.html).not.toMatch(/<[^>]+\son\w+=|<style|<script>|\sstyle="|https?:\/\//);
  });

  test("in another language once it was asked for", async () => {
    const browser = await world.browser("viewer");
    const page = await browser.visit("/consola/nodos?lang=en");
    expect([page.html.includes('<html lang="en">'), page.headers.get("content-language")]).toEqual([
      true,
      "en",
    ]);
    expect((await browser.visit("/consola/datasets")).text).toContain("not reviewed");
    expect((await browser.visit("/consola/datasets?lang=es")).text).toContain("sin revisar");
  });

  test("a fault of ours is told to nobody but the log", async () => {
    const broken = await consoleWorld({
      overOps: ({ url }) =>
        url.includes("/api/ops/series") ? new Response("secreto", { status: 200 }) : undefined,
    });
    const browser = await broken.browser("viewer");
    const page = await browser.visit("/consola/series");
    expect([page.status, page.text.includes("secreto")]).toEqual([500, false]);
    expect(broken.faults).toHaveLength(1);
  });

  test("an unknown address and an unknown thing are 404, inside the frame", async () => {
    const browser = await world.browser("viewer");
    for (
      const path of ["/consola/nada", "/consola/nodos/nadie", "/consola/tareas/999999", "/consola/tareas/x"]
    ) {
      const page = await browser.visit(path);
      expect([path, page.status, page.html.includes("/consola/salir")]).toEqual([path, 404, true]);
    }
  });

  test("what is too large for a form is 413, before it is read", async () => {
    const answer = await world.request("/consola/archivos-de-nodos/subir", {
      method: "POST",
      headers: {
        authorization: basic("operator", PASSWORD_OF.operator),
        "content-type": "multipart/form-data; boundary=x",
        "content-length": String(10 * 1024 * 1024),
      },
      body: "x",
    });
    expect(answer.status).toBe(413);
  });
});

describe("names of strangers", () => {
  test("are text wherever they stand", async () => {
    const browser = await world.browser("admin");
    const { accounts } = world;
    await accounts.create({ name: "rara", role: "viewer", groups: [] });
    const name = `Horario ${HOSTILE.slice(0, 60)}`;
    const adding = await browser.visit("/consola/nuevo/synchronizer");
    const made = await browser.submit(adding, "/consola/nuevo/synchronizer", {
      name,
      days: ["MON"],
      stage_0: '{"task":"publish","about":{}}',
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining("está agregado")]);
    const jurisdiction = await browser.visit("/consola/nuevo/jurisdiccion");
    await browser.submit(jurisdiction, "/consola/nuevo/jurisdiccion", { id: "j", title: HOSTILE });
    const paths = [
      "/consola/synchronizers",
      made.path,
      "/consola/jurisdicciones",
      "/consola/catalogos",
      `/consola/informes/${world.made.id}`,
      `/consola/informes/${world.made.id}/nodos/uno`,
      `/consola/nodos?catalog_id=${encodeURIComponent(HOSTILE)}`,
      `/consola/entrar?next=${encodeURIComponent(`/consola/${HOSTILE}`)}`,
      "/consola/nuevo/nodo",
      "/consola/auditoria",
    ];
    let seen = 0;
    for (const path of paths) {
      const { html } = await browser.visit(path);
      expect([path, /<img src=x|<script>/.test(html)]).toEqual([path, false]);
      if (html.includes("&lt;img src=x")) seen++;
    }
    expect(seen).toBeGreaterThanOrEqual(7);
  });

  test("survive a notice", async () => {
    const browser = await world.browser("operator");
    const page = await browser.visit("/consola/datasets");
    const told = await browser.submit(page, "/consola/datasets/elegidos", {
      chosen: JSON.stringify({ catalog_id: HOSTILE, dataset_id: "ñandú; x=y" }),
      action: "federable",
    });
    expect(told.html).toContain('role="alert"');
    expect([told.text.includes("ñandú; x=y"), /<img src=x/.test(told.html)]).toEqual([true, false]);
    // It is told once.
    expect((await browser.visit("/consola/datasets")).html).not.toContain('role="alert"');
  });
});

describe("lists", () => {
  const rowsOf = (page: Page) =>
    [...page.html.matchAll(/<th role="rowheader"[^>]*>([^]*?)<\/th>/g)].map(([, cell]) =>
      cell!.replace(/<[^>]*>/g, " ").trim()
    );

  test("are sorted both ways by their columns' links, and keep filters", async () => {
    const browser = await world.browser("viewer");
    const page = await browser.visit("/consola/distribuciones?catalog_id=uno");
    const up = linksOf(page.html).find((href) => href.includes("sort=series"))!;
    expect(up).toContain("catalog_id=uno");
    const figures = (html: string) =>
      [...html.matchAll(/data-label="Series"[^>]*><a[^>]*>(\d+)/g)].map(([, count]) => Number(count));
    const rising = figures((await browser.visit(up)).html);
    expect(rising.length).toBeGreaterThan(2);
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    const falling = await browser.visit(up.replace("sort=series", "sort=-series"));
    expect(figures(falling.html)).toEqual([...rising].reverse());
    expect(falling.html).toContain('aria-sort="descending"');
    const wrong = await browser.visit("/consola/distribuciones?sort=nada");
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("No hay una columna")]);
  });

  test("go on by pages", async () => {
    const many = Array.from(
      { length: 53 },
      (_, i) => ({ catalogId: `z${String(i).padStart(2, "0")}`, url: "https://z.example" }),
    );
    const own = await consoleWorld();
    await own.store.saveNodes(many);
    const browser = await own.browser("viewer");
    const first = await browser.visit("/consola/nodos?sort=catalog_id");
    expect(rowsOf(first)).toHaveLength(50);
    expect(first.text).toContain("1–50 de 56");
    const next = linksOf(first.html).find((href) => href.includes("offset=50"))!;
    expect(rowsOf(await browser.visit(next))).toEqual(["z47", "z48", "z49", "z50", "z51", "z52"]);
  });

  test("say what they are empty of", async () => {
    const browser = await world.browser("viewer");
    expect((await browser.visit("/consola/series?id=nada")).text).toContain("No hay series así");
  });

  test("change nothing where nothing was chosen", async () => {
    const browser = await world.browser("operator");
    const told = await browser.submit(await browser.visit("/consola/nodos"), "/consola/nodos/elegidos", {
      action: "true",
    });
    expect([told.path, told.text]).toEqual([
      "/consola/nodos",
      expect.stringContaining("No eligió ninguna fila"),
    ]);
  });
});

describe("the start page", () => {
  test("tells the node that could not be read, and the distribution that was refused", async () => {
    const page = await (await world.browser("viewer")).visit("/consola");
    expect(page.text).toMatch(/tres no se pudo leer: /);
    expect(page.text).toContain("Una distribución no se tomó");
    expect(page.text).not.toContain("todo está bien");
  });

  test("tells what to begin with where there is no node", async () => {
    const own = await consoleWorld();
    for (const { catalogId } of await own.store.nodes()) await own.store.removeNode(catalogId);
    expect((await (await own.browser("viewer")).visit("/consola")).text).toContain("No hay nodos");
  });
});
