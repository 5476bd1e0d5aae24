// Who asks: HTTP Basic and sessions as they come over HTTP, and what keeps other sites and guessers out.

import { describe, expect, test } from "vitest";
import { SESSION_IDLE_MS } from "../../src/operation/sessions.ts";
import { basic, cookieOf, opsApp, ORIGIN, PASSWORD_OF } from "./ops_app.ts";

const BASIC = 'Basic realm="Caudal", charset="UTF-8"';

describe("HTTP Basic", () => {
  test("names an account, also with letters outside ASCII", async () => {
    const { ask } = await opsApp();
    const response = await ask("GET", "/session", { as: "operator" });
    expect(await response.json()).toEqual({
      name: "operator",
      role: "operator",
      email: null,
      groups: [],
      csrf_token: null,
    });
  });

  test.each([
    { why: "nothing", authorization: undefined },
    { why: "a wrong password", authorization: basic("admin", "otra clave cualquiera") },
    { why: "an unknown account", authorization: basic("nadie", PASSWORD_OF.admin) },
    { why: "another scheme", authorization: "Bearer abc" },
    { why: "no colon", authorization: `Basic ${btoa("admin")}` },
    { why: "what is not base64", authorization: "Basic %%%" },
    { why: "what is not UTF-8", authorization: `Basic ${btoa("admin:\xff")}` },
  ])("is asked for with $why", async ({ authorization }) => {
    const { ask } = await opsApp();
    const response = await ask("GET", "/session", { headers: { ...(authorization && { authorization }) } });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(BASIC);
    expect(await response.json()).toMatchObject({ status: 401, title: "Falta identificarse" });
  });

  test("tells a wrong password from an unknown or disabled account to nobody", async () => {
    const { ask, accounts } = await opsApp();
    await accounts.change("viewer", 1, { disabled: true });
    const answers = await Promise.all(
      [basic("admin", "otra clave"), basic("nadie", "otra clave"), basic("viewer", PASSWORD_OF.viewer)].map(
        async (authorization) => {
          const response = await ask("GET", "/session", { headers: { authorization } });
          return [response.status, [...response.headers], await response.text()];
        },
      ),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test.each([
    { mode: "navigate", scheme: BASIC },
    { mode: "cors", scheme: 'Session realm="Caudal"' },
    { mode: "same-origin", scheme: 'Session realm="Caudal"' },
  ])("opens the browser's own form for $mode only where a person navigates", async ({ mode, scheme }) => {
    const { ask } = await opsApp();
    const response = await ask("GET", "/session", { headers: { "sec-fetch-mode": mode } });
    expect(response.headers.get("www-authenticate")).toBe(scheme);
  });

  test("is slowed after wrong passwords, from that address", async () => {
    const { ask, clock } = await opsApp();
    const guess = (i: number) =>
      ask("GET", "/session", { headers: { authorization: basic("viewer", `guess ${i}`) } });
    for (let i = 0; i < 6; i++) expect((await guess(i)).status).toBe(401);
    const slowed = await ask("GET", "/session", { as: "viewer" });
    expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await ask("GET", "/session", { as: "viewer", address: "198.51.100.7" })).status).toBe(200);
    clock.at += 1_000;
    expect((await guess(6)).status).toBe(401);
    // Twice as long.
    expect((await ask("GET", "/session", { as: "viewer" })).headers.get("retry-after")).toBe("2");
  });

  test("is slowed by the address that a proxy of ours tells, not by what a guesser writes", async () => {
    const { ask } = await opsApp([], {}, { trustedProxies: 1 });
    for (let i = 0; i < 6; i++) {
      const headers = { authorization: basic("viewer", "x"), "x-forwarded-for": `10.0.0.${i}, 203.0.113.9` };
      await ask("GET", "/session", { headers, address: "127.0.0.1" });
    }
    const from = async (address: string) =>
      (await ask("GET", "/session", {
        as: "viewer",
        headers: { "x-forwarded-for": address },
        address: "127.0.0.1",
      }))
        .status;
    expect([await from("203.0.113.9"), await from("203.0.113.10")]).toEqual([429, 200]);
  });
});

describe("a session", () => {
  test("is begun with a cookie that scripts and other sites do not get", async () => {
    const { ask } = await opsApp();
    const response = await ask("POST", "/session", {
      json: { name: "viewer", password: PASSWORD_OF.viewer },
    });
    expect(response.headers.get("set-cookie"))
      .toMatch(/^caudal=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await response.json()).toMatchObject({
      name: "viewer",
      csrf_token: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each([
    { why: "asked by https", settings: {}, asking: { origin: "https://ops.test" } },
    { why: "known by https", settings: { publicUrl: "https://datos.example" }, asking: {} },
    {
      why: "told so by a proxy of ours",
      settings: { trustedProxies: 1 },
      asking: { headers: { "x-forwarded-proto": "https" } },
    },
  ])("has a cookie for https and this host alone when $why", async ({ settings, asking }) => {
    const { ask, browser } = await opsApp([], {}, settings);
    const json = { name: "viewer", password: PASSWORD_OF.viewer };
    const response = await ask("POST", "/session", { json, ...asking });
    expect(response.headers.get("set-cookie"))
      .toMatch(/^__Host-caudal=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const { cookie } = await browser("viewer", asking);
    const headers = { ..."headers" in asking && asking.headers, cookie };
    expect((await ask("GET", "/session", { ...asking, headers })).status).toBe(200);
  });

  test("is not believed to be by https on the word of a stranger", async () => {
    const { ask } = await opsApp();
    const json = { name: "viewer", password: PASSWORD_OF.viewer };
    const response = await ask("POST", "/session", { json, headers: { "x-forwarded-proto": "https" } });
    expect(cookieOf(response)).toMatch(/^caudal=/);
  });

  test("names its account until it is over", async () => {
    const { ask, browser, clock } = await opsApp();
    const { cookie } = await browser("operator");
    expect(await (await ask("GET", "/session", { headers: { cookie } })).json()).toMatchObject({
      name: "operator",
    });
    clock.at += SESSION_IDLE_MS;
    const expired = await ask("GET", "/session", { headers: { cookie } });
    expect([expired.status, (await expired.json()).detail]).toEqual([
      401,
      "La sesión venció o se cerró: vuelva a entrar",
    ]);
  });

  test("is over at once when its account is disabled, and follows its role", async () => {
    const { ask, browser, accounts } = await opsApp();
    const { cookie } = await browser("admin");
    await accounts.create({ name: "otra", role: "admin", password: "una clave cualquiera" });
    expect((await ask("GET", "/accounts", { headers: { cookie } })).status).toBe(200);
    await accounts.change("admin", 1, { role: "viewer" });
    expect((await ask("GET", "/accounts", { headers: { cookie } })).status).toBe(403);
    await accounts.change("admin", 2, { disabled: true });
    expect((await ask("GET", "/session", { headers: { cookie } })).status).toBe(401);
  });

  test("does not stand in for a wrong Authorization", async () => {
    const { ask, browser } = await opsApp();
    const { cookie } = await browser("admin");
    const headers = { cookie, authorization: basic("viewer", "otra") };
    expect((await ask("GET", "/session", { headers })).status).toBe(401);
  });

  test("is not begun with a wrong password, nor by guessing on", async () => {
    const { ask } = await opsApp();
    const begin = (password: string) => ask("POST", "/session", { json: { name: "admin", password } });
    for (let i = 0; i < 6; i++) {
      const response = await begin(`guess ${i}`);
      expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
      expect(response.headers.get("www-authenticate")).toBe('Session realm="Caudal"');
    }
    expect((await begin(PASSWORD_OF.admin)).status).toBe(429);
  });
});

describe("changes", () => {
  const CHANGE = { json: { name: "nueva", role: "viewer" } } as const;

  test("need the token of the session beside its cookie", async () => {
    const { ask, browser, accounts } = await opsApp();
    const [mine, other] = [await browser("admin"), await browser("admin")];
    for (const token of [undefined, "", other["x-csrf-token"]]) {
      const headers = { cookie: mine.cookie, ...(token !== undefined && { "x-csrf-token": token }) };
      const response = await ask("POST", "/accounts", { ...CHANGE, headers });
      expect([response.status, (await response.json()).detail]).toEqual([
        403,
        expect.stringContaining("X-CSRF-Token"),
      ]);
    }
    expect(await accounts.account("nueva")).toBeUndefined();
    expect((await ask("POST", "/accounts", { ...CHANGE, headers: mine })).status).toBe(200);
  });

  test("get that token from GET /session too", async () => {
    const { ask, browser } = await opsApp();
    const mine = await browser("admin");
    const { csrf_token } = await (await ask("GET", "/session", { headers: { cookie: mine.cookie } })).json();
    expect(csrf_token).toBe(mine["x-csrf-token"]);
  });

  test.each<{ why: string; headers: Record<string, string> }>([
    { why: "another site", headers: { "sec-fetch-site": "cross-site" } },
    { why: "another host of our domain", headers: { "sec-fetch-site": "same-site" } },
    { why: "another origin", headers: { origin: "https://other.test" } },
    { why: "another port", headers: { origin: `${ORIGIN}:8080` } },
    { why: "no origin at all", headers: { origin: "null" } },
  ])("that a page of $why asks for are refused, whatever it brings", async ({ headers }) => {
    const { ask, browser, accounts } = await opsApp();
    const mine = await browser("admin");
    const answers = [
      await ask("POST", "/accounts", { ...CHANGE, headers: { ...mine, ...headers } }),
      // A browser that remembers the password of HTTP Basic sends it along.
      await ask("POST", "/accounts", { ...CHANGE, as: "admin", headers }),
      // Neither does another site log anybody in.
      await ask("POST", "/session", { json: { name: "admin", password: PASSWORD_OF.admin }, headers }),
    ];
    for (const { status } of answers) expect(status).toBe(403);
    expect(await accounts.account("nueva")).toBeUndefined();
  });

  test.each<{ why: string; headers: Record<string, string> }>([
    { why: "our pages", headers: { "sec-fetch-site": "same-origin", origin: ORIGIN } },
    { why: "our pages behind a proxy", headers: { origin: "https://datos.example" } },
    { why: "programs", headers: {} },
  ])("are taken from $why", async ({ headers }) => {
    const { ask } = await opsApp([], {}, { publicUrl: "https://datos.example" });
    expect((await ask("POST", "/accounts", { ...CHANGE, as: "admin", headers })).status).toBe(200);
  });
});
