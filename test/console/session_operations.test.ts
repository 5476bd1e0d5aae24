import { describe, expect, test } from "vitest";
import { cookieOf, opsApp, PASSWORD_OF } from "./ops_app.ts";

const NEXT = "otra clave de quien opera";

describe("DELETE /session", () => {
  test("ends the session and takes its cookie back", async () => {
    const { ask, browser } = await opsApp();
    const headers = await browser("viewer");
    const response = await ask("DELETE", "/session", { headers });
    expect([response.status, response.headers.get("set-cookie")]).toEqual([
      204,
      "caudal=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
    ]);
    expect((await ask("GET", "/session", { headers })).status).toBe(401);
  });
});

describe("/sessions", () => {
  test("tells one's own open sessions and ends one of them", async () => {
    const { ask, browser } = await opsApp();
    const [mine, lost] = [await browser("viewer"), await browser("viewer", { address: "198.51.100.7" })];
    await browser("operator");
    const { sessions } = await (await ask("GET", "/sessions", { headers: mine })).json();
    const told = sessions.map((
      { address, current }: { address: string; current: boolean },
    ) => [address, current]);
    expect(told.sort()).toEqual([["192.0.2.1", true], ["198.51.100.7", false]]);
    const { id } = sessions.find(({ current }: { current: boolean }) => !current);

    expect((await ask("DELETE", `/sessions/${id}`, { as: "operator" })).status).toBe(404);
    expect((await ask("DELETE", `/sessions/${id}`, { headers: mine })).status).toBe(204);
    expect((await ask("GET", "/session", { headers: lost })).status).toBe(401);
    expect((await ask("DELETE", "/sessions", { headers: mine })).status).toBe(204);
    expect((await ask("GET", "/session", { headers: mine })).status).toBe(401);
  });
});

describe("POST /session/password", () => {
  const change = { current_password: PASSWORD_OF.operator, password: NEXT };

  test("changes the password, ends the other sessions and goes on with a new one", async () => {
    const { ask, browser } = await opsApp();
    const [mine, other] = [await browser("operator"), await browser("operator")];
    const response = await ask("POST", "/session/password", { headers: mine, json: change });
    expect(response.status).toBe(200);
    const next = { cookie: cookieOf(response), "x-csrf-token": (await response.json()).csrf_token };
    expect(next.cookie).not.toBe(mine.cookie);
    expect((await ask("GET", "/session", { headers: next })).status).toBe(200);
    expect((await ask("DELETE", "/session", { headers: next })).status).toBe(204);
    for (const headers of [mine, other]) expect((await ask("GET", "/session", { headers })).status).toBe(401);
    expect((await ask("GET", "/session", { as: "operator" })).status).toBe(401);
    expect((await ask("POST", "/session", { json: { name: "operator", password: NEXT } })).status).toBe(200);
  });

  test("needs the current one", async () => {
    const { ask, browser } = await opsApp();
    const headers = await browser("operator");
    const json = { ...change, current_password: "no es" };
    const response = await ask("POST", "/session/password", { headers, json });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: "/current_password" }] });
    for (let i = 0; i < 5; i++) {
      await ask("POST", "/session/password", { headers, json: { ...json, password: NEXT + i } });
    }
    expect((await ask("POST", "/session/password", { headers, json })).status).toBe(429);
  });

  test("needs a good one, and says what is wrong with it", async () => {
    const { ask } = await opsApp();
    const json = { ...change, password: "corta" };
    const response = await ask("POST", "/session/password", { as: "operator", json });
    expect([response.status, (await response.json()).detail])
      .toEqual([400, "La clave tiene 5 caracteres y debe tener al menos 12"]);
  });
});

describe("password resets", () => {
  test("go by mail and open once; who asks hears the same for anybody", async () => {
    const { ask, sent, accounts } = await opsApp();
    await accounts.change("viewer", 1, { email: "v@example.ar" });
    const answers = [];
    for (const account of ["viewer", "v@example.ar", "nadie"]) {
      const response = await ask("POST", "/password-resets", { json: { account } });
      answers.push([response.status, [...response.headers], await response.text()]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    await expect.poll(() => sent.length).toBe(2);

    const token = /una hora: (\S+)/.exec(sent[0]!.text)![1]!;
    const complete = () => ask("POST", "/password-resets/completion", { json: { token, password: NEXT } });
    expect((await complete()).status).toBe(204);
    expect((await complete()).status).toBe(400);
    expect((await ask("POST", "/session", { json: { name: "viewer", password: NEXT } })).status).toBe(200);
  });

  test("are 503 without mail, and no fault of ours", async () => {
    const { ask, faults } = await opsApp([], {}, { mail: false });
    const response = await ask("POST", "/password-resets", { json: { account: "viewer" } });
    expect([response.status, (await response.json()).detail]).toEqual([
      503,
      expect.stringContaining("no tiene correo"),
    ]);
    expect(faults).toEqual([]);
  });
});

describe("POST /first-account", () => {
  test("makes the first administrator with the token of the start", async () => {
    const { ask, firstAccount } = await opsApp([], {}, { empty: true });
    const json = { token: (await firstAccount.invite())!, name: "ana", password: NEXT };
    expect((await ask("POST", "/first-account", { json: { ...json, token: "x" } })).status).toBe(400);
    expect((await ask("POST", "/first-account", { json })).status).toBe(204);
    const begun = await ask("POST", "/session", { json: { name: "ana", password: NEXT } });
    expect(await begun.json()).toMatchObject({ name: "ana", role: "admin" });
    expect((await ask("POST", "/first-account", { json: { ...json, name: "beto" } })).status).toBe(400);
  });
});
