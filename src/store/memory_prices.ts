// The store of prices in plain maps, for tests and for programs that keep nothing.

import { type Aggregate, aggregated, HOUR_MS, joined, MINUTE_MS, startOf } from "../core/prices/aggregate.ts";
import { type PollStatus, type PriceStore, replacedPoller } from "../core/prices/store.ts";
import type { KeptTick, Market } from "../core/prices/tick.ts";
import { DAY_MS } from "../core/time.ts";

type Kept = {
  market: Market;
  /** By id. */
  ticks: KeptTick[];
  readonly known: Set<string>;
  thinnedBefore: number | null;
  poller?: string;
  readonly aggregates: Map<string, Aggregate>;
};

const byInstant = (a: KeptTick, b: KeptTick) => a.observedAt - b.observedAt || a.id - b.id;

export function memoryPriceStore(): PriceStore {
  const markets = new Map<string, Kept>();
  const statuses = new Map<string, PollStatus>();
  const cursors = new Map<string, number>();
  let lastId = 0;

  const join = ({ aggregates }: Kept, found: readonly Aggregate[]) => {
    for (const one of found) {
      const key = `${one.widthMs} ${one.startsAt}`;
      const before = aggregates.get(key);
      aggregates.set(key, before ? joined(before, one) : one);
    }
  };
  const keptOf = (name: string): Kept => {
    const kept = markets.get(name);
    if (!kept) throw new TypeError(`Market "${name}" was never saved`);
    return kept;
  };
  /** Errors: Problem `conflict`, see claim. */
  const require = (name: string, poller: string | undefined) => {
    if (poller !== undefined && keptOf(name).poller !== poller) throw replacedPoller(name);
  };
  const ticksOf = (name: string) => markets.get(name)?.ticks ?? [];

  return {
    markets: () =>
      Promise.resolve(
        [...markets.values()].map(({ market }) => market).sort((a, b) => a.name < b.name ? -1 : 1),
      ),

    saveMarket: (market) =>
      Promise.try(() => {
        const kept = markets.get(market.name);
        if (kept) kept.market = market;
        else {
          const empty = { ticks: [], known: new Set<string>(), thinnedBefore: null, aggregates: new Map() };
          markets.set(market.name, { market, ...empty });
        }
      }),

    claim: (market, poller) => Promise.try(() => void (keptOf(market).poller = poller)),

    addTicks: (ticks, poller) =>
      Promise.try(() => {
        for (const { market } of ticks) require(market, poller);
        const own = ticks.map((tick) => ({ tick, kept: keptOf(tick.market) }));
        let added = 0;
        for (const { tick, kept } of own) {
          const key = `${tick.source} ${tick.observedAt}`;
          if (kept.known.has(key) || tick.observedAt < (kept.thinnedBefore ?? -Infinity)) continue;
          kept.known.add(key);
          kept.ticks.push({ ...tick, id: ++lastId });
          join(kept, aggregated(DAY_MS, [tick]));
          added++;
        }
        return added;
      }),

    ticksSince: (market, id, limit) =>
      Promise.resolve(ticksOf(market).filter((tick) => tick.id > id).slice(0, limit)),

    ticks: (market, { from, to }, after, limit) =>
      Promise.resolve(
        ticksOf(market)
          .filter((tick) =>
            tick.observedAt >= from && tick.observedAt <= to &&
            (!after || tick.observedAt > after.observedAt ||
              (tick.observedAt === after.observedAt && tick.id > after.id))
          )
          .sort(byInstant).slice(0, limit),
      ),

    count: (market) => Promise.resolve(ticksOf(market).length),
    newest: (market) => Promise.resolve(ticksOf(market).toSorted(byInstant).at(-1)),

    aggregates: (market, widthMs, from, to) =>
      Promise.resolve(
        [...markets.get(market)?.aggregates.values() ?? []]
          .filter((one) => one.widthMs === widthMs && one.startsAt >= from && one.startsAt < to)
          .sort((a, b) => a.startsAt - b.startsAt),
      ),

    thin: (market, before, limit) =>
      Promise.try(() => {
        const kept = keptOf(market);
        const until = startOf(HOUR_MS, before);
        const old = kept.ticks.filter(({ observedAt }) => observedAt < until).sort(byInstant).slice(0, limit);
        const gone = new Set(old);
        kept.ticks = kept.ticks.filter((tick) => !gone.has(tick));
        const inOrder = old.sort((a, b) => a.id - b.id);
        join(kept, aggregated(MINUTE_MS, inOrder));
        join(kept, aggregated(HOUR_MS, inOrder));
        if (old.length > 0 || kept.thinnedBefore !== null) {
          kept.thinnedBefore = Math.max(kept.thinnedBefore ?? until, until);
        }
        return old.length;
      }),

    thinnedBefore: (market) => Promise.resolve(markets.get(market)?.thinnedBefore ?? null),
    pollStatus: (market) => Promise.resolve(statuses.get(market)),
    savePollStatus: (status, poller) =>
      Promise.try(() => {
        require(status.market, poller);
        statuses.set(status.market, status);
      }),
    cursor: ({ market, name }) => Promise.resolve(cursors.get(`${market} ${name}`) ?? 0),
    saveCursor: ({ market, name }, position) =>
      Promise.resolve(void cursors.set(`${market} ${name}`, position)),
    close: () => Promise.resolve(),
  };
}
