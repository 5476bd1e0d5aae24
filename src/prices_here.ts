// The prices' share of a process that works: of all that may poll one does, by a lease, and what follows the ticks goes
// on beside it: the published history, the old Redis set, daily series, retention.

import { buenosAiresDay } from "./core/time.ts";
import type { PriceStore } from "./core/prices/store.ts";
import { type Market, ORIGINAL_MARKET } from "./core/prices/tick.ts";
import { underLease } from "./etl/lease_keeper.ts";
import { pause } from "./etl/pause.ts";
import { textFetcher } from "./host/fetch_text.ts";
import { sha256 } from "./host/hash.ts";
import { faultFields, type Log } from "./log.ts";
import { openBlobs, openEtlStore, openPriceStore, type Places } from "./open.ts";
import { openLegacySet, type RedisSettings } from "./open_redis.ts";
import { publishPriceSeries } from "./price_series.ts";
import { askBuenbit } from "./prices/buenbit.ts";
import { follower } from "./prices/followers.ts";
import { importLegacy, type LegacyImport } from "./prices/import_legacy.ts";
import { parseMarkets, SIMULATED } from "./prices/markets.ts";
import { type PollParts, pollUntil } from "./prices/poller.ts";
import { projectLegacy } from "./prices/project_legacy.ts";
import { thinOld } from "./prices/retention.ts";
import { simulatedQuote } from "./prices/simulated_quotes.ts";
import { publishPrices } from "./publish/publish_prices.ts";

/** The environment keys of what polls; those of Redis come beside. */
export const PRICE_KEYS = [
  "BUENBIT_URL",
  "PRICE_MARKETS",
  "PRICE_PERIOD_SECONDS",
  "PRICE_KEEP_DAYS",
  "ALLOW_INTERNAL_SOURCES",
  "HARVEST_USER_AGENT",
] as const;

export type PriceSettings = RedisSettings & {
  readonly BUENBIT_URL: string;
  readonly PRICE_MARKETS: string;
  readonly PRICE_PERIOD_SECONDS: number;
  readonly PRICE_KEEP_DAYS?: number | undefined;
  readonly ALLOW_INTERNAL_SOURCES: boolean;
  readonly HARVEST_USER_AGENT: string;
};

export type PricesHere = {
  readonly places: Places;
  readonly settings: PriceSettings;
  /** Also the market that nobody trades in. */
  readonly simulates?: boolean;
  /** Daily series wait for it: a first harvest would find them writing. */
  readonly seriesAfter?: Promise<unknown>;
  readonly log: Log;
};

/** Of all processes that may poll. */
export const POLLER_LEASE = "price_poller";

const CONNECT_MS = 2_000;
const MAX_BYTES = 2 ** 20;
/** Renewed and taken over well inside a period, so that a killed poller's period is completed by the next. */
const LEASE_PART = 0.6;
const LONGEST_LEASE_MS = 15_000;
const RETENTION_MS = 3_600_000;
/** Besides each midnight, how often days are looked for that are to be published, in ms: an import changes past ones. */
const SERIES_LOOK_MS = 600_000;

export function realMarkets({ PRICE_MARKETS, PRICE_PERIOD_SECONDS }: PriceSettings): Market[] {
  return parseMarkets(PRICE_MARKETS, PRICE_PERIOD_SECONDS * 1_000);
}

/** What a poller asks the real market with. */
export function askReal(settings: PriceSettings, markets: readonly Market[]): PollParts["ask"] {
  const fetchText = textFetcher({
    url: settings.BUENBIT_URL,
    allowInternal: settings.ALLOW_INTERNAL_SOURCES,
    userAgent: settings.HARVEST_USER_AGENT,
    connectMs: CONNECT_MS,
    maxBytes: MAX_BYTES,
  });
  return (withinMs, signal) => askBuenbit(fetchText, markets.map(({ pair }) => pair), withinMs, signal);
}

/** Publishes the ticks that are in the store and not yet published; `sweeps`: see publishPrices. */
export async function publishPricesHere(places: Places, store: PriceStore, sweeps = false): Promise<void> {
  await publishPrices({ store, blobs: openBlobs(places), sha256, now: Date.now, sweeps });
}

/** Takes over what Redis has of the original market; its days are published again. */
export async function importLegacyHere(
  store: PriceStore,
  set: Parameters<typeof importLegacy>[1],
  market: Market,
  signal?: AbortSignal,
): Promise<LegacyImport> {
  await store.saveMarket(market);
  const report = await importLegacy(store, set, market.name, signal);
  if (report.added > 0) await store.saveCursor({ market: market.name, name: "series" }, 0);
  return report;
}

/** Polls, or stands by as who polls, until `signal` aborts and what was under way has ended. */
export async function pricesHere(here: PricesHere, signal: AbortSignal): Promise<void> {
  const { places, settings, simulates = false, log } = here;
  const periodMs = settings.PRICE_PERIOD_SECONDS * 1_000;
  const real = realMarkets(settings);
  const simulated = simulates ? [{ ...SIMULATED, periodMs }] : [];
  if (real.length + simulated.length === 0) return;
  const store = openPriceStore(places);
  const leases = openEtlStore(places);
  const poller = `${Deno.hostname()} ${Deno.pid} ${crypto.randomUUID().slice(0, 8)}`;
  const onError = oncePerRow((error) => log("error", "prices.failed", faultFields(error)));
  try {
    await underLease(
      {
        store: leases,
        name: POLLER_LEASE,
        holder: poller,
        monotonic: () => performance.now(),
        periodMs: Math.round(Math.min(LONGEST_LEASE_MS, periodMs * LEASE_PART)),
        onLost: () => {},
        onError: onError.tell,
      },
      signal,
      async ({ over, isSure }) => {
        for (const market of [...real, ...simulated]) {
          await store.saveMarket(market);
          // Whoever had the lease before writes nothing more, whenever it wakes up.
          await store.claim(market.name, poller);
        }
        const refused = new AbortController();
        const until = AbortSignal.any([over, refused.signal]);
        const following = followTicks(here, store, real, until);
        const parts = {
          store,
          poller,
          now: Date.now,
          random: Math.random,
          pause,
          isSure,
          onPolled() {
            onError.clear();
            following.poke();
          },
          onFailing: (message: string) => log("info", "prices.failing", { error: message }),
          onRecovered: () => log("info", "prices.recovered"),
          onError: onError.tell,
        };
        const polling = [
          real.length > 0 && pollUntil(until, { ...parts, markets: real, ask: askReal(settings, real) }),
          simulated.length > 0 && pollUntil(until, {
            ...parts,
            markets: simulated,
            ask: () => Promise.resolve([simulatedQuote(Date.now())]),
          }),
        ];
        try {
          await Promise.all(polling);
        } finally {
          refused.abort();
          await Promise.allSettled(polling);
          await following.end();
        }
      },
    );
  } finally {
    await Promise.all([store.close(), leases.close()]);
  }
}

/** What is done about new ticks, none of which the polling waits for. */
function followTicks(
  { places, settings, seriesAfter, log }: PricesHere,
  store: PriceStore,
  real: readonly Market[],
  over: AbortSignal,
): { poke(): void; end(): Promise<void> } {
  const delayed = (what: string) => (error: unknown) => {
    if (!over.aborted) log("warn", "prices.delayed", { what, ...faultFields(error) });
  };
  let isSwept = false;
  const published = follower(async () => {
    await publishPricesHere(places, store, !isSwept);
    isSwept = true;
  }, delayed("publication"));

  const original = real.find(({ name }) => name === ORIGINAL_MARKET);
  const legacy = original && openLegacySet(settings, log);
  let isImported = false;
  const projected = legacy && follower(async () => {
    // Before the first of our prices moves an entry that nobody has read.
    if (!isImported) {
      await legacy.ready();
      const { added, refused } = await importLegacyHere(store, legacy.set, original, over);
      if (over.aborted) return;
      isImported = true;
      if (refused.count > 0) log("warn", "prices.refused", { ...refused });
      if (added > 0) published.poke();
    }
    await projectLegacy(store, legacy.set, original.name, over);
  }, delayed("redis"));

  let thinnedAt = -Infinity;
  const thinned = follower(async () => {
    const { PRICE_KEEP_DAYS } = settings;
    if (PRICE_KEEP_DAYS === undefined || Date.now() - thinnedAt < RETENTION_MS) return;
    thinnedAt = Date.now();
    for (const { name } of await store.markets()) {
      if (await thinOld(store, name, PRICE_KEEP_DAYS, Date.now(), over) > 0) published.poke();
    }
  }, delayed("retention"));

  let lookedAt = -Infinity;
  const series = follower(async () => {
    const isNewDay = buenosAiresDay(Date.now()) !== buenosAiresDay(lookedAt);
    if (!isNewDay && Date.now() - lookedAt < SERIES_LOOK_MS) return;
    lookedAt = Date.now();
    await seriesAfter;
    for (const market of real) {
      if (over.aborted) return;
      await publishPriceSeries(places, store, market, Date.now());
    }
  }, delayed("series"));

  return {
    poke() {
      projected?.poke();
      published.poke();
      thinned.poke();
      series.poke();
    },
    async end() {
      await Promise.all([projected?.idle(), thinned.idle()]);
      await published.idle();
      legacy?.close();
    },
  };
}

/** Tells the first of a row of faults. */
function oncePerRow(tell: (error: unknown) => void): { tell(error: unknown): void; clear(): void } {
  let told = false;
  return {
    tell(error) {
      if (!told) tell(error);
      told = true;
    },
    clear: () => void (told = false),
  };
}
