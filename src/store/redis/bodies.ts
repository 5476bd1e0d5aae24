// Rendered answers in Redis, for all app processes. Nobody waits for it longer than a few ms: a process that hears
// nothing in time renders the answer itself.

import { Buffer } from "node:buffer";
import type { Redis } from "ioredis";
import type { SharedBodies, StoredAnswer } from "../../core/shared_bodies.ts";
import { breaker } from "./breaker.ts";
import { decodeAnswer, encodeAnswer } from "./stored_answer.ts";

/** How long an answer is waited for, in ms. */
const WAIT_MS = 5;

/** How long answers are kept, in ms, give or take a tenth: what came together shall not go together. */
const LIFE_MS = 60 * 60 * 1000;

/** Larger ones are not shared: moving them takes as long as rendering. */
const LARGEST_BODY = 512 * 1024;

/** What may be on its way into Redis; the rest is not kept. */
const UNDER_WAY_BYTES = 8 * 1024 * 1024;

export type RedisBodies = {
  readonly redis: Redis;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Version of the program: another may render the same answer otherwise. */
  readonly version: string;
};

export function redisBodies({ redis, sha256, version }: RedisBodies): SharedBodies {
  const circuit = breaker(() => performance.now());
  const asking = new Map<string, Promise<StoredAnswer | undefined>>();
  let underWay = 0;
  const nameOf = (key: string) =>
    `caudal:body:${version}:${sha256(new TextEncoder().encode(key)).slice(0, 40)}`;
  const isReady = () => redis.status === "ready" && circuit.lets();

  async function ask(key: string): Promise<StoredAnswer | undefined> {
    try {
      const bytes = await inTime(redis.getBuffer(nameOf(key)));
      circuit.passed();
      return bytes ? decodeAnswer(key, bytes) : undefined;
    } catch {
      circuit.failed();
    }
  }

  async function send(key: string, answer: StoredAnswer): Promise<void> {
    const bytes = encodeAnswer(key, answer);
    underWay += bytes.length;
    try {
      const life = Math.round(LIFE_MS * (0.9 + Math.random() / 5));
      await redis.set(nameOf(key), Buffer.from(bytes.buffer), "PX", life);
      circuit.passed();
    } catch {
      circuit.failed();
    } finally {
      underWay -= bytes.length;
    }
  }

  return {
    async find(key) {
      const known = asking.get(key);
      if (known) return await known;
      if (!isReady()) return undefined;
      const asked = ask(key).finally(() => asking.delete(key));
      asking.set(key, asked);
      return await asked;
    },
    keep(key, answer) {
      if (answer.body.length > LARGEST_BODY || underWay > UNDER_WAY_BYTES || !isReady()) return;
      // After the answer is sent.
      setTimeout(() => void send(key, answer), 0);
    },
  };
}

/** Errors: what is not there in time, or failed. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    // A busy process sees its timers before what came meanwhile: one more turn tells them apart.
    timer = setTimeout(() => timer = setTimeout(() => reject(new Error("late")), 0), WAIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
