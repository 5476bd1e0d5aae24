// Observes the markets of one source at multiples of their period. A period is polled once, with quick retries inside
// it; who fails again and again is asked less often. A tick is of the multiple it was due at, so a second poller that
// takes over in the middle of a period completes it, and can do no more than that.
//
//   due ─▶ ask (again, with jitter) ─▶ ticks ─▶ store ─▶ status ─▶ followers
//
// Source: prices 3.2.

import type { PollStatus, PriceStore } from "../core/prices/store.ts";
import type { Market, Tick } from "../core/prices/tick.ts";
import { Problem } from "../core/problem.ts";
import { isJump } from "./jump.ts";
import type { Found } from "./quotes.ts";
import { RestProblem } from "./rest_problem.ts";

export type PollStore = Pick<
  PriceStore,
  "addTicks" | "newest" | "pollStatus" | "savePollStatus"
>;

export type PollParts = {
  readonly store: PollStore;
  /** Saved, of one source and one period; at least one. */
  readonly markets: readonly Market[];
  /** What the source has for the markets' pairs, in their order. Errors: Problem. */
  readonly ask: (withinMs: number, signal: AbortSignal) => Promise<readonly Found[]>;
  /** Epoch ms. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Ends at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Whether this still is the only poller. */
  readonly isSure: () => boolean;
  /** Who claimed the markets; without it, as one that nobody has to give way to. */
  readonly poller?: string;
  /** There are new ticks, or at least another status. */
  readonly onPolled: () => void;
  /** Hears the first failure of a row of them, and the first success after it. */
  readonly onFailing: (message: string) => void;
  readonly onRecovered: () => void;
  /** Hears of what is no fault of the source, such as a store that cannot be written to. */
  readonly onError: (error: unknown) => void;
};

/** One poll with its retries, and the part of the period that it may take at most. */
const TOTAL_MS = 8_000;
const TOTAL_PART = 0.8;
const RETRIES = 2;
/** Between two attempts, on average. */
const RETRY_PAUSE_MS = 400;
/** A retry that would have less is not made. */
const LEAST_ATTEMPT_MS = 200;
/** Failures in a row until polls are left out. */
const PATIENCE = 3;
const LONGEST_REST_MS = 300_000;
/** What a source may ask for at most. */
const LONGEST_ASKED_REST_MS = 3_600_000;
/** After a fault of our own, such as a store that cannot be written to: the part of the period until the next look. */
const LOOK_PART = 0.2;

/**
 * Polls until `signal` aborts; the poll under way is cut off.
 * Errors: Problem `conflict` once another claimed a market; any other fault is heard of, and the next period polled.
 */
export async function pollUntil(signal: AbortSignal, parts: PollParts): Promise<void> {
  const { markets, now, pause, isSure, onError } = parts;
  const { periodMs } = markets[0]!;
  const poll = poller(parts);
  let polled: number | undefined;
  while (!signal.aborted) {
    const due = Math.floor(now() / periodMs) * periodMs;
    let looksAgain = !isSure();
    if (due !== polled && !looksAgain) {
      try {
        if (polled !== undefined || !await poll.isDone(due)) await poll.once(due, signal);
        polled = due;
      } catch (error) {
        if (error instanceof Problem && error.code === "conflict") throw error;
        onError(error);
        looksAgain = true;
      }
    }
    const wait = due + periodMs - now();
    // A poll that took longer has another period to complete.
    if (wait <= 0 && !looksAgain) continue;
    // The period may still be completed.
    await pause(looksAgain ? Math.min(periodMs * LOOK_PART, Math.max(1, wait)) : wait, signal);
  }
}

/** One poll, whatever the time and however it failed before. Answers the statuses it ends in. */
export function pollNow(parts: PollParts, signal: AbortSignal): Promise<PollStatus[]> {
  const { periodMs } = parts.markets[0]!;
  return poller(parts).once(Math.floor(parts.now() / periodMs) * periodMs, signal, true);
}

function poller(parts: PollParts) {
  const { store, markets, now, poller: name, onPolled, onFailing, onRecovered } = parts;
  const { periodMs } = markets[0]!;

  const statusesNow = () =>
    Promise.all(
      markets.map(async ({ name }): Promise<PollStatus> =>
        await store.pollStatus(name) ?? {
          market: name,
          lastSuccessAt: null,
          lastErrorAt: null,
          lastError: null,
          consecutiveFailures: 0,
          restsUntil: null,
        }
      ),
    );

  return {
    /** Whether another poller had the period's prices already. */
    isDone: async (due: number): Promise<boolean> =>
      (await statusesNow()).every(({ lastSuccessAt }) =>
        lastSuccessAt !== null && lastSuccessAt >= due && lastSuccessAt < due + periodMs
      ),

    async once(due: number, signal: AbortSignal, isAsked = false): Promise<PollStatus[]> {
      const before = await statusesNow();
      if (!isAsked && before.every(({ restsUntil }) => isResting(restsUntil, due, periodMs))) return before;
      const answer = await askPatiently(parts, signal);
      // Nobody knows how it would have gone.
      if (signal.aborted) return before;
      const found = answer.fault ? markets.map(() => answer.fault!) : answer.found;
      const ticks: Tick[] = [];
      for (const [i, market] of markets.entries()) {
        const quote = found[i]!;
        if ("fault" in quote) continue;
        const newest = await store.newest(market.name);
        ticks.push({
          market: market.name,
          source: market.source,
          observedAt: due,
          ...quote,
          isOdd: newest !== undefined && isJump(newest, { observedAt: due, price: quote.price }),
        });
      }
      if (ticks.length > 0) await store.addTicks(ticks, name);

      const failures = before.map(({ consecutiveFailures }, i) =>
        "fault" in found[i]! ? consecutiveFailures + 1 : 0
      );
      const restsUntil = restAfter(due, now(), Math.min(...failures), periodMs, answer.restMs);
      const after = before.map((status, i): PollStatus => {
        const quote = found[i]!;
        return "fault" in quote
          ? {
            ...status,
            lastErrorAt: now(),
            lastError: quote.fault,
            consecutiveFailures: failures[i]!,
            restsUntil,
          }
          : { ...status, lastSuccessAt: now(), consecutiveFailures: 0, restsUntil: null };
      });
      for (const status of after) await store.savePollStatus(status, name);
      tell(before, after);
      onPolled();
      return after;
    },
  };

  function tell(before: readonly PollStatus[], after: readonly PollStatus[]): void {
    const wasWell = before.every(({ consecutiveFailures }) => consecutiveFailures === 0);
    const failing = after.find(({ consecutiveFailures }) => consecutiveFailures > 0);
    if (wasWell && failing) onFailing(failing.lastError ?? "");
    if (!wasWell && !failing) onRecovered();
  }
}

type Answer =
  | { readonly found: readonly Found[]; readonly fault?: undefined; readonly restMs?: undefined }
  | { readonly fault: { readonly fault: string }; readonly restMs: number | null | undefined };

/** Asks again where that may help, within the time of one poll. */
async function askPatiently(
  { markets, ask, now, random, pause }: PollParts,
  signal: AbortSignal,
): Promise<Answer> {
  const endsAt = now() + Math.min(TOTAL_MS, markets[0]!.periodMs * TOTAL_PART);
  for (let retries = 0;; retries++) {
    try {
      return { found: await ask(endsAt - now(), signal) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const fault = { fault: error.message };
      if (error instanceof RestProblem) return { fault, restMs: error.restMs };
      const wait = RETRY_PAUSE_MS * (0.5 + random());
      const isLast = retries === RETRIES || now() + wait + LEAST_ATTEMPT_MS > endsAt;
      if (isLast || signal.aborted) return { fault, restMs: undefined };
      await pause(wait, signal);
    }
  }
}

/** Longer than any rest is one of a clock that was set back since. */
const isResting = (restsUntil: number | null, due: number, periodMs: number) =>
  restsUntil !== null && restsUntil > due && restsUntil <= due + periodMs + LONGEST_ASKED_REST_MS;

/** Until when nothing is asked; `restMs` is null where the source asked for a rest without saying how long. */
function restAfter(
  due: number,
  at: number,
  failures: number,
  periodMs: number,
  restMs: number | null | undefined,
): number | null {
  const asked = typeof restMs === "number" ? at + Math.min(restMs, LONGEST_ASKED_REST_MS) : null;
  const beyond = Math.max(failures - PATIENCE, restMs === null ? 0 : -1);
  if (beyond < 0) return asked;
  // With the first left out poll they are two periods apart, then four, and so on.
  const own = periodMs * 2 ** Math.min(beyond + 1, 20);
  return Math.max(asked ?? 0, due + Math.min(own, Math.max(LONGEST_REST_MS, periodMs)));
}
