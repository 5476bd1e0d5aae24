// Rendered answers in a real Redis: what is kept is found again by others, and nothing that is wrong, late or lost
// is ever answered.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SharedBodies, StoredAnswer } from "../../src/core/shared_bodies.ts";
import { redisBodies } from "../../src/store/redis/bodies.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { eventually } from "../slow/process.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { type LookedInto, startRedis } from "./redis_client.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let redis: LookedInto;
beforeAll(async () => {
  redis = await startRedis();
}, START_TIMEOUT_MS);
afterAll(() => redis[Symbol.asyncDispose]());

const ANSWERS: readonly { why: string; answer: StoredAnswer }[] = [
  {
    why: "text",
    answer: {
      body: '{"data":[["2020-01-01",1.5]],"ñ":"😀"}',
      headers: { "content-type": "application/json", etag: '"a-1"' },
      tag: '"a-1"',
      lastModified: 1_700_000_000_000,
    },
  },
  { why: "text with a mark at its beginning", answer: { body: "\ufeffa,b", headers: {}, tag: '"b"' } },
  { why: "bytes", answer: { body: new Uint8Array([0, 255, 128, 10]), headers: { a: "b" }, tag: '"c"' } },
  { why: "nothing", answer: { body: "", headers: {}, tag: '"d"' } },
];

const SOME = ANSWERS[0]!.answer;

describe("redisBodies", () => {
  let one: SharedBodies;
  let other: SharedBodies;
  let close: () => void;
  const open = async (version = "1") => {
    const connection = connectRedis({ url: redis.url }, () => {});
    await new Promise((ready) => connection.once("ready", ready));
    return { connection, bodies: redisBodies({ redis: connection, sha256, version }) };
  };
  beforeEach(async () => {
    await redis.client.flushall();
    const opened = [await open(), await open()];
    [one, other] = opened.map(({ bodies }) => bodies) as [SharedBodies, SharedBodies];
    close = () => opened.forEach(({ connection }) => connection.disconnect());
  });
  afterEach(() => close());

  /** Keeps an answer and waits until it is there; answers its name. */
  async function kept(key: string, answer: StoredAnswer): Promise<string> {
    const before = new Set(await redis.client.keys("*"));
    one.keep(key, answer);
    let added: string[] = [];
    await eventually(async () => {
      added = (await redis.client.keys("*")).filter((name) => !before.has(name));
      return added.length === 1;
    });
    return added[0]!;
  }

  test.each(ANSWERS)("find answers what another process kept: $why", async ({ answer }) => {
    const name = await kept("key", answer);
    expect(await other.find("key")).toEqual(answer);
    expect(await other.find("another key")).toBeUndefined();
    expect(await redis.client.pttl(name)).toBeGreaterThan(0);
  });

  test("find answers nothing that another version of the program rendered", async () => {
    await kept("key", SOME);
    const { bodies, connection } = await open("2");
    expect(await bodies.find("key")).toBeUndefined();
    connection.disconnect();
  });

  test("keep leaves out what is too large", async () => {
    one.keep("large", { ...SOME, body: "x".repeat(512 * 1024 + 1) });
    await kept("small", SOME);
    expect(await redis.client.dbsize()).toBe(1);
  });

  test("find believes nothing that does not fit together", async () => {
    const name = await kept("key", SOME);
    const good = (await redis.client.getBuffer(name))!;
    const spoiled: Uint8Array[] = [
      new Uint8Array(),
      new Uint8Array([1, 2, 3]),
      new TextEncoder().encode("<html>"),
      good.subarray(0, good.length - 1),
      new Uint8Array([...good, 32]),
      ...Array.from(good.keys(), (at) => good.map((byte, i) => i === at ? byte ^ 1 : byte)),
    ];
    for (const bytes of spoiled) {
      await redis.client.set(name, Buffer.from(bytes));
      expect(await other.find("key")).toBeUndefined();
    }
    await redis.client.set(name, good);
    expect(await other.find("key")).toEqual(SOME);
    await redis.client.del(name);
    await redis.client.hset(name, "a", "b");
    expect(await other.find("key")).toBeUndefined();
    const theirs = await kept("their key", SOME);
    await redis.client.rename(theirs, name);
    expect(await other.find("key")).toBeUndefined();
  });

  test("find asks once for what many want at the same time", async () => {
    await kept("key", SOME);
    const before = await redis.calls("get");
    const found = await Promise.all(Array.from({ length: 200 }, () => other.find("key")));
    expect(found).toEqual(Array.from({ length: 200 }, () => SOME));
    expect(await redis.calls("get") - before).toBe(1);
  });

  test("a Redis that hangs is left alone after a few, and used again when it is back", async () => {
    await kept("key", SOME);
    const before = await redis.calls("get");
    await redis.services.kill("redis", "SIGSTOP");
    for (let i = 0; i < 300; i++) expect(await other.find(`key ${i}`)).toBeUndefined();
    await redis.services.kill("redis", "SIGCONT");
    await eventually(async () => (await other.find("key")) !== undefined);
    expect(await redis.calls("get") - before).toBeLessThan(30);
  });

  test("a Redis that is killed costs nobody an answer, and is used again when it is back", async () => {
    await redis.services.kill("redis");
    for (let i = 0; i < 300; i++) {
      expect(await other.find(`key ${i}`)).toBeUndefined();
      one.keep(`key ${i}`, SOME);
    }
    await redis.services.up();
    await eventually(async () => {
      one.keep("key", SOME);
      return (await other.find("key")) !== undefined;
    });
    expect(await other.find("key")).toEqual(SOME);
  });
});
