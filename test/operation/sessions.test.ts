import { beforeEach, describe, expect, test } from "vitest";
import type { Account } from "../../src/operation/accounts.ts";
import { SESSION_IDLE_MS, SESSION_LONGEST_MS } from "../../src/operation/sessions.ts";
import { operationWorld, PASSWORD, START } from "./world.ts";

const MINUTE = 60_000;

let world: ReturnType<typeof operationWorld>;
let ana: Account;
let token: string;
beforeEach(async () => {
  world = operationWorld();
  ana = await world.accounts.create({ name: "ana", role: "operator", password: PASSWORD });
  token = await world.sessions.begin(ana, "192.0.2.1");
});
const owner = async (of = token) => (await world.sessions.owner(of))?.name;
const kept = async () => (await world.records.records("session")).length;

describe("begin", () => {
  test("gives 256 random bits and keeps none of them", async () => {
    expect(Uint8Array.fromBase64(token, { alphabet: "base64url" })).toHaveLength(32);
    expect(await world.sessions.begin(ana, "")).not.toBe(token);
    expect(JSON.stringify(await world.records.records("session"))).not.toContain(token);
  });

  test("removes sessions that are over", async () => {
    world.clock.at += SESSION_IDLE_MS;
    await world.sessions.begin(ana, "");
    expect(await kept()).toBe(1);
  });

  test("is Problem invalid for an account without password", async () => {
    const beto = await world.accounts.create({ name: "beto", role: "viewer" });
    await expect(world.sessions.begin(beto, "")).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("owner", () => {
  test("answers the account as it is now", async () => {
    await world.accounts.change("ana", 1, { role: "viewer" });
    expect(await world.sessions.owner(token)).toMatchObject({ name: "ana", role: "viewer", version: 2 });
  });

  test("answers nothing for a token that nobody gave", async () => {
    expect(await owner("x")).toBeUndefined();
    expect(await owner((await world.records.records("session"))[0]!.id)).toBeUndefined();
  });

  test("ends a session that was not used for two hours", async () => {
    world.clock.at += SESSION_IDLE_MS - 1;
    expect(await owner()).toBe("ana");
    world.clock.at += SESSION_IDLE_MS - 1;
    expect(await owner()).toBe("ana");
    world.clock.at += SESSION_IDLE_MS;
    expect(await owner()).toBeUndefined();
    expect(await kept()).toBe(0);
  });

  test("ends a session after twelve hours however much it was used", async () => {
    for (; world.clock.at < START + SESSION_LONGEST_MS; world.clock.at += 60 * MINUTE) {
      expect(await owner()).toBe("ana");
    }
    expect(await owner()).toBeUndefined();
  });

  test("ends the sessions of a disabled account, also when it is enabled again", async () => {
    await world.accounts.change("ana", 1, { disabled: true });
    expect(await owner()).toBeUndefined();
    await world.accounts.change("ana", 2, { disabled: false });
    expect(await owner()).toBeUndefined();
  });

  test("ends those that began with another password", async () => {
    const changed = await world.accounts.change("ana", 1, { password: `${PASSWORD}!` });
    const next = await world.sessions.begin(changed, "");
    expect([await owner(), await owner(next)]).toEqual([undefined, "ana"]);
  });

  test("writes no more than once a minute, whoever comes at once", async () => {
    const version = async () => (await world.records.records("session"))[0]!.version;
    world.clock.at += MINUTE - 1;
    await owner();
    expect(await version()).toBe(1);
    world.clock.at += 1;
    expect(await Promise.all([owner(), owner(), owner()])).toEqual(["ana", "ana", "ana"]);
    expect(await version()).toBe(2);
  });
});

describe("of, revoke and end", () => {
  test("tell and end the sessions of one account", async () => {
    world.clock.at += MINUTE;
    const second = await world.sessions.begin(ana, "198.51.100.7");
    const beto = await world.accounts.create({ name: "beto", role: "viewer", password: PASSWORD });
    const other = await world.sessions.begin(beto, "");
    const open = await world.sessions.of("ana");
    expect(open.map(({ address, begunAt }) => [address, begunAt])).toEqual([
      ["198.51.100.7", START + MINUTE],
      ["192.0.2.1", START],
    ]);
    expect(JSON.stringify(open)).not.toContain("credential");

    await expect(world.sessions.revoke("beto", open[0]!.id)).rejects.toMatchObject({ code: "not_found" });
    await world.sessions.revoke("ana", open[0]!.id);
    expect([await owner(second), await owner()]).toEqual([undefined, "ana"]);
    await world.sessions.end(token);
    await world.sessions.end(token);
    expect(await owner()).toBeUndefined();

    const third = await world.sessions.begin(ana, "");
    await world.sessions.revokeAll("ana");
    expect([await owner(third), await owner(other)]).toEqual([undefined, "beto"]);
  });
});

test("csrfToken is of the session, and does not open it", async () => {
  const csrf = await world.sessions.csrfToken(token);
  expect(csrf).toBe(await world.sessions.csrfToken(token));
  expect(csrf).not.toBe(await world.sessions.csrfToken(await world.sessions.begin(ana, "")));
  expect(await owner(csrf)).toBeUndefined();
  // Neither is it what is kept of the session, which the list of sessions tells.
  expect((await world.records.records("session")).map(({ id }) => id)).not.toContain(csrf);
});
