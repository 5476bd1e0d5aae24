// Replays price suites: requests over HTTP against a fresh instance for each data set, polls against a stub of the
// market. What is compared is in prices.md 4.

import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { textFetcher } from "../../src/host/fetch_text.ts";
import { askBuenbit } from "../../src/prices/buenbit.ts";
import { pollNow } from "../../src/prices/poller.ts";
import { startMarketStub, type StubAnswer } from "../prices/market_stub.ts";
import { pollParts } from "../prices/poll_parts.ts";
import type { Difference } from "./compare.ts";
import { askRaw, type RawAnswer } from "./raw_request.ts";
import {
  MARKET,
  openGivenStore,
  type PriceGiven,
  type PriceInstance,
  startPriceInstance,
} from "./price_instance.ts";
import { type CaseResult, faultDifference, type FileResult } from "./series_cases.ts";

type ExpectedAnswer = {
  readonly status: number;
  readonly contentType?: string;
  readonly json?: Json;
  readonly location?: string;
  readonly allow?: string;
  readonly emptyBody?: boolean;
};

type ExpectedPoll = {
  readonly stored: readonly { readonly price: number }[];
  readonly error?: boolean;
  readonly maxSeconds?: number;
};

export type PriceCase = {
  readonly id: string;
  readonly title: string;
  readonly level: "wire" | "corrected";
  readonly given: PriceGiven & { readonly upstream?: StubAnswer };
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly expect: readonly ExpectedAnswer[] | ExpectedPoll;
};

export type PriceFile = { readonly title: string; readonly cases: readonly PriceCase[] };

type PlaceOfCases = {
  readonly only?: string;
  readonly url?: string;
  readonly start?: (given: PriceGiven) => Promise<PriceInstance>;
};

/**
 * Runs the cases whose file, name or path holds `only`: each data set in an instance that `start` makes; at `url` where
 * a server is there already, without loading.
 */
export async function runPriceCases(
  { title, cases }: PriceFile,
  { only = "", url, start = startPriceInstance }: PlaceOfCases = {},
): Promise<FileResult> {
  const results: CaseResult[] = [];
  const instances = new Map<string, Promise<PriceInstance>>();
  const baseOf = async (given: PriceGiven) => {
    if (url !== undefined) return url;
    const key = JSON.stringify(given);
    const instance = instances.get(key) ?? start(given);
    instances.set(key, instance);
    return (await instance).base;
  };
  try {
    for (const one of cases) {
      if (![title, one.id, one.title, one.request?.path ?? ""].some((text) => text.includes(only))) continue;
      // Polls have no address.
      if (!one.request && url !== undefined) continue;
      const differences = one.request
        ? askRaw(await baseOf(one.given), one.request).then((answer) =>
          compareAnswers(one.expect as readonly ExpectedAnswer[], answer)
        )
        : judgePoll(one.given.upstream!, one.expect as ExpectedPoll);
      results.push({
        name: `${one.id} · ${one.title}`,
        differences: await differences.catch(faultDifference),
      });
    }
  } finally {
    for (const instance of await Promise.allSettled(instances.values())) {
      if (instance.status === "fulfilled") await instance.value.close();
    }
  }
  return { title, results, notBuilt: 0 };
}

/** None where one of the acceptable answers came; else those of the first. */
export function compareAnswers(expected: readonly ExpectedAnswer[], answer: RawAnswer): Difference[] {
  const all = expected.map((one) => differencesOf(one, answer));
  return all.some((differences) => differences.length === 0) ? [] : all[0] ?? [];
}

function differencesOf(expected: ExpectedAnswer, { status, headers, body }: RawAnswer): Difference[] {
  const differences: Difference[] = [];
  const compare = (path: string, wanted: unknown, got: unknown, same = isDeepStrictEqual(wanted, got)) => {
    if (!same) {
      differences.push({ path, expected: JSON.stringify(wanted), got: JSON.stringify(got) ?? "nada" });
    }
  };
  compare("status", expected.status, status);
  if (expected.contentType !== undefined) {
    compare("content-type", expected.contentType, headers.get("content-type")?.split(";")[0]);
  }
  if (expected.location !== undefined) compare("location", expected.location, headers.get("location"));
  if (expected.allow !== undefined) {
    const set = (text: string) => text.split(",").map((one) => one.trim()).sort();
    compare("allow", set(expected.allow), set(headers.get("allow") ?? ""));
  }
  if (expected.emptyBody) compare("body", "", body);
  if (expected.json !== undefined) {
    const got = parsed(body);
    compare("json", expected.json, got, matches(expected.json, got));
  }
  return differences;
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** By value; `{"$match":"string"}` is any text that is not empty. */
function matches(expected: Json, got: Json | undefined): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(got) && got.length === expected.length &&
      expected.every((one, i) => matches(one, got[i]));
  }
  if (!isJsonObject(expected)) return expected === got;
  if (expected.$match === "string") return typeof got === "string" && got !== "";
  return isJsonObject(got) && Object.keys(expected).length === Object.keys(got).length &&
    Object.entries(expected).every(([key, value]) => Object.hasOwn(got, key) && matches(value!, got[key]));
}

async function judgePoll(upstream: StubAnswer, expected: ExpectedPoll): Promise<Difference[]> {
  const store = openGivenStore();
  const stub = startMarketStub(upstream);
  const begun = performance.now();
  try {
    await store.saveMarket(MARKET);
    const fetchText = textFetcher({
      url: stub.url,
      allowInternal: true,
      userAgent: "conformance",
      connectMs: 2_000,
      maxBytes: 2 ** 20,
    });
    const ask = (withinMs: number, signal: AbortSignal) =>
      askBuenbit(fetchText, [MARKET.pair], withinMs, signal);
    const [status] = await pollNow(
      pollParts({ store, markets: [MARKET], ask }),
      new AbortController().signal,
    );
    const seconds = (performance.now() - begun) / 1000;
    const ticks = await store.ticks(MARKET.name, { from: 0, to: 9e15 }, undefined, 10);
    const got = {
      stored: ticks.map(({ price }) => ({ price: Number(price) })),
      error: status!.lastError !== null,
      inTime: seconds <= (expected.maxSeconds ?? Infinity),
    };
    const wanted = { stored: expected.stored, error: expected.error ?? false, inTime: true };
    return isDeepStrictEqual(got, wanted)
      ? []
      : [{ path: "poll", expected: JSON.stringify(wanted), got: JSON.stringify(got) }];
  } finally {
    await stub.close();
    await store.close();
  }
}
