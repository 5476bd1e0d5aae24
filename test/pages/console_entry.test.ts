// The doors of the console: logging in and out, a forgotten password, the first account, programs with HTTP Basic.

import { beforeEach, describe, expect, test } from "vitest";
import { basic, consoleWorld, ORIGIN, PASSWORD_OF } from "./console_world.ts";

let world: Awaited<ReturnType<typeof consoleWorld>>;
beforeEach(async () => {
  world = await consoleWorld({ publicUrl: ORIGIN });
});

describe("who is not logged in", () => {
  test.each(["/consola", "/consola/nodos?federable=true", "/consola/nada"])(
    "is sent from %s to the log-in page",
    async (path) => {
      const answer = await world.request(path);
      expect(answer.status).toBe(303);
      const next = new URL(answer.headers.get("location")!, ORIGIN).searchParams.get("next");
      expect(next).toBe(path);
    },
  );

  test("comes back to the page that was asked for", async () => {
    const browser = await world.browser();
    const page = await browser.visit("/consola/nodos?federable=true");
    expect(page.path).toContain("/consola/entrar");
    const after = await browser.submit(page, "/consola/entrar", {
      name: "viewer",
      password: PASSWORD_OF.viewer,
    });
    expect([after.status, after.path]).toEqual([200, "/consola/nodos?federable=true"]);
    // The operation hears where the request came from.
    const [{ entry } = { entry: {} }] = await world.trail.entries("audit", { limit: 1 });
    expect(entry).toMatchObject({ operation: "session.begin", address: "192.0.2.1" });
    // Who is in needs no door.
    expect((await browser.visit("/consola/entrar?next=/consola/series")).path).toBe("/consola/series");
  });

  test.each([
    "https://otro.example/consola",
    "//otro.example/consola",
    "/\\otro.example/consola",
    "/api/ops/session",
    "/consolador",
    "javascript:alert(1)",
  ])("is not sent on to %s", async (next) => {
    const browser = await world.browser();
    const page = await browser.visit(`/consola/entrar?next=${encodeURIComponent(next)}`);
    const after = await browser.submit(page, "/consola/entrar", {
      name: "viewer",
      password: PASSWORD_OF.viewer,
      next,
    });
    expect(after.path).toBe("/consola");
  });

  test("hears that the password is wrong, and then that they have to wait", async () => {
    const browser = await world.browser();
    const page = await browser.visit("/consola/entrar");
    const wrong = () => browser.submit(page, "/consola/entrar", { name: "viewer", password: "otra" });
    const first = await wrong();
    expect([first.status, first.text]).toEqual([401, expect.stringContaining("Usuario o clave incorrectos")]);
    expect(first.html).toContain('value="viewer"');
    expect(first.html).not.toContain("otra");
    expect(first.headers.get("www-authenticate")).toBeNull();
    let last = first;
    for (let i = 0; i < 50 && last.status === 401; i++) last = await wrong();
    expect([last.status, last.text]).toEqual([429, expect.stringMatching(/espere \d+ s/)]);
  });
});

describe("a link of another site", () => {
  test("asks again from a page of ours, with which the cookie comes along", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const answer = await world.request("/consola/nodos?sort=error", { headers });
    expect([answer.status, answer.headers.get("refresh")]).toEqual([200, "0;url=/consola/nodos?sort=error"]);
  });
});

describe("logging out", () => {
  test("ends the session", async () => {
    const browser = await world.browser("viewer");
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const out = await browser.submit(await browser.visit("/consola"), "/consola/salir");
    expect([out.path, out.text]).toEqual(["/consola/entrar", expect.stringContaining("Hasta luego")]);
    expect((await world.request("/consola/nodos", { headers: { cookie } })).status).toBe(303);
  });
});

describe("addresses", () => {
  test.each(["/consola/", "/consola/nodos/", "/consola/entrar/"])(
    "answer with a slash at their end: %s",
    async (path) => {
      expect((await (await world.browser("viewer")).visit(path)).status).toBe(200);
    },
  );
});

describe("programs", () => {
  test("read and change with HTTP Basic, without a token", async () => {
    const authorization = basic("operator", PASSWORD_OF.operator);
    expect((await world.request("/consola/nodos", { headers: { authorization } })).status).toBe(200);
    const changed = await world.request("/consola/synchronizers/Corrida%20completa/pausar", {
      method: "POST",
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body: "",
    });
    expect([changed.status, changed.headers.get("location")]).toEqual([
      303,
      "/consola/synchronizers/Corrida%20completa",
    ]);
  });

  test("hear of a wrong password with 401 and the scheme", async () => {
    const answer = await world.request("/consola/nodos", {
      headers: { authorization: basic("operator", "otra") },
    });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringMatching(/^Basic /),
    ]);
  });
});

describe("a forgotten password", () => {
  test("is set with the code of the mail, whose address is the page's", async () => {
    await world.accounts.create({
      name: "ana",
      role: "viewer",
      email: "ana@example.ar",
      password: "la primera de ana",
    });
    const browser = await world.browser();
    const ask = await browser.visit("/consola/olvido");
    const asked = await browser.submit(ask, "/consola/olvido", { account: "ana" });
    expect([asked.path, asked.text]).toEqual([
      "/consola/entrar",
      expect.stringContaining("le llegará un código"),
    ]);
    // The mail leaves on its own.
    await expect.poll(() => world.sent.length).toBe(1);
    const { text } = world.sent[0]!;
    const token = /una hora: (\S+)/.exec(text)![1]!;
    expect(text).toContain(`${ORIGIN}/consola/clave#${token}`);

    const page = await browser.visit("/consola/clave");
    const short = await browser.submit(page, "/consola/clave", { token, password: "corta" });
    expect(short.status).toBe(400);
    expect(short.html).toMatch(
      /id="f-password"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="f-password"/,
    );
    const bad = await browser.submit(page, "/consola/clave", {
      token: "otro",
      password: "una clave bien larga",
    });
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining("no sirve")]);
    const done = await browser.submit(page, "/consola/clave", { token, password: "una clave bien larga" });
    expect(done.path).toBe("/consola/entrar");
    const inside = await browser.submit(done, "/consola/entrar", {
      name: "ana",
      password: "una clave bien larga",
    });
    expect(inside.path).toBe("/consola");
  });

  test("cannot be mailed where there is no mail, which the page tells", async () => {
    const { browser } = await consoleWorld({ mail: false });
    const visitor = await browser();
    const told = await visitor.submit(await visitor.visit("/consola/olvido"), "/consola/olvido", {
      account: "ana",
    });
    expect([told.status, told.text]).toEqual([503, expect.stringContaining("no tiene correo")]);
  });
});

describe("the first account", () => {
  test("is made with the server's code, once", async () => {
    const { browser, firstAccount } = await consoleWorld({ empty: true });
    const token = await firstAccount.invite();
    const visitor = await browser();
    const page = await visitor.visit("/consola/primera-cuenta");
    const filling = { token: token!, name: "ana", email: "", password: "una clave bien larga" };
    const wrong = await visitor.submit(page, "/consola/primera-cuenta", { ...filling, name: "Ana María" });
    expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining("Ana María")]);
    const made = await visitor.submit(page, "/consola/primera-cuenta", filling);
    const inside = await visitor.submit(made, "/consola/entrar", {
      name: "ana",
      password: "una clave bien larga",
    });
    expect([inside.path, inside.text]).toEqual(["/consola", expect.stringContaining("administra")]);
    const again = await visitor.submit(page, "/consola/primera-cuenta", { ...filling, name: "eva" });
    expect(again.status).toBe(400);
  });
});
