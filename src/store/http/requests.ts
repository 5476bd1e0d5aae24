// Requests to a place of published files over HTTP: tried again where that may help, given up in time, a bounded
// number at once. What an answer means is left to who asks.

import { Problem } from "../../core/problem.ts";
import { piecesOf } from "./body_pieces.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request, which may be sent several times: it must come to the same as once. */
export type Asked = {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** The whole body. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The body as it comes; whoever leaves early ends the transfer. Errors: `BrokenOff`. */
  pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  /** Ends the transfer of a body that is not read. */
  cancel(): Promise<void>;
};

/**
 * Answers what `take` makes of the answer, asked for again where the transfer breaks. Every status is an answer
 * but those that mean "later".
 * Errors: Problem `unavailable` when the place does not answer, or says "later" too often; those of `take`.
 */
export type Ask = <T>(asked: Asked, take: (answer: Answer, attempt: number) => Promise<T>) => Promise<T>;

/** A place that does not answer, or stopped in the middle; asking again may help. */
export class BrokenOff extends Error {
  /** How long the place asks to be left alone, in ms. */
  readonly pauseMs: number;
  constructor(message: string, cause?: unknown, pauseMs = 0) {
    super(message, { cause });
    this.name = "BrokenOff";
    this.pauseMs = pauseMs;
  }
}

/** A reader waits for its answer, a publisher can take its time. */
const LIMITS = {
  read: { attempts: 3, silenceMs: 3_000 },
  write: { attempts: 6, silenceMs: 30_000 },
} as const;

/** A whole file that still comes after so long has to come faster than this, in ms and bytes a ms. */
const SLOW = { afterMs: 10_000, leastBytes: 8 };

/** Too early, too many, or a fault of the place's own, which may have passed by the next time. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Requests whose answer is awaited at once. */
const AT_ONCE = 64;

/** A body of so many bytes at most is waited for as a whole: at the edge each piece costs as much as a short answer. */
const AT_A_STRETCH = 64 * 1024;

/** Pauses between attempts grow from the first to the last of these, in ms. */
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 5_000];

export type Place = {
  /** What it is called in faults. */
  readonly name: string;
  readonly fetch: Fetch;
  /** What a request is sent with besides its own headers, told anew at each attempt. */
  readonly sign?: (asked: Asked) => Promise<Headers>;
  /** Whether the place may send one elsewhere; a signature is good for one address. */
  readonly redirect: "follow" | "manual";
};

/** Asks `place`. */
export function askerOf(place: Place): Ask {
  const slots = slotsOf(AT_ONCE);

  async function attemptOnce<T>(
    asked: Asked,
    take: (answer: Answer, attempt: number) => Promise<T>,
    attempt: number,
    silenceMs: number,
  ): Promise<T> {
    const silence = silenceOf(silenceMs);
    const { method, url, body } = asked;
    const headers = await place.sign?.(asked) ?? asked.headers ?? {};
    const { redirect } = place;
    const response = await silence.wait(() =>
      place.fetch(url, { method, headers, redirect, signal: silence.signal, ...(body && { body }) })
    );
    const answer = answerOf(response, silence);
    if (!LATER.has(response.status)) return await take(answer, attempt);
    await answer.cancel();
    const seconds = Number(response.headers.get("retry-after"));
    throw new BrokenOff(`responde ${response.status}`, undefined, seconds > 0 ? seconds * 1000 : 0);
  }

  return async (asked, take) => {
    const { attempts, silenceMs } =
      LIMITS[asked.method === "GET" || asked.method === "HEAD" ? "read" : "write"];
    for (let attempt = 1;; attempt++) {
      const free = await slots();
      try {
        return await attemptOnce(asked, take, attempt, silenceMs);
      } catch (error) {
        if (!(error instanceof BrokenOff)) throw error;
        if (attempt === attempts) throw unavailable(place.name, error);
        free();
        await pause(attempt, error.pauseMs);
      } finally {
        free();
      }
    }
  };
}

/** A place that cannot be had, as a sentence for who runs the program. */
export function unavailable(name: string, { message, cause }: BrokenOff): Problem {
  return new Problem("unavailable", `No se puede usar ${name}: ${message}`, [], { cause });
}

function answerOf(response: Response, silence: Silence): Answer {
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    if (response.body) yield* piecesOf(response.body, silence.wait);
  }
  return {
    status: response.status,
    headers: response.headers,
    pieces,
    async bytes() {
      if (Number(response.headers.get("content-length") ?? Infinity) <= AT_A_STRETCH) {
        return new Uint8Array(await silence.wait(() => response.arrayBuffer()));
      }
      const begun = Date.now();
      const all: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for await (const piece of pieces()) {
        all.push(piece);
        size += piece.length;
        const took = Date.now() - begun;
        if (took > SLOW.afterMs && size < took * SLOW.leastBytes) {
          throw new BrokenOff("responde demasiado despacio");
        }
      }
      return all.length === 1 ? all[0]! : joined(all);
    },
    cancel: async () => await response.body?.cancel().catch(() => {}),
  };
}

/** The same bytes in one piece. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

type Silence = {
  readonly signal: AbortSignal;
  /** Errors: `BrokenOff` for whatever the network throws, and where nothing comes for too long. */
  wait<T>(work: () => Promise<T>): Promise<T>;
};

/** Ends an exchange in which the other side is silent for `ms`; time between waits does not count. */
function silenceOf(ms: number): Silence {
  const ending = new AbortController();
  return {
    signal: ending.signal,
    async wait(work) {
      let silent = false;
      const timer = setTimeout(() => {
        silent = true;
        ending.abort();
      }, ms);
      try {
        return await work();
      } catch (cause) {
        if (silent) throw new BrokenOff(`no responde en ${ms / 1000} s`);
        throw new BrokenOff("se cortó la conexión", cause);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Longer each time, and never the same for two that were refused together. */
function pause(attempt: number, askedMs: number): Promise<void> {
  const grown = SHORTEST_PAUSE_MS * 2 ** (attempt - 1) * (1 + Math.random());
  const ms = Math.min(Math.max(grown, askedMs), LONGEST_PAUSE_MS);
  return new Promise((wake) => setTimeout(wake, ms));
}

/** Hands out `count` slots in order of asking; each is given back once, by what it answers. */
function slotsOf(count: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return async () => {
    if (taken === count) await new Promise<void>((wake) => waiting.push(wake));
    else taken++;
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      const next = waiting.shift();
      if (next) next();
      else taken--;
    };
  };
}
