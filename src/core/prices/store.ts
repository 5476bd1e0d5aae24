// Port of the truth about prices: ticks as they were observed, and how the polling goes.

import { Problem } from "../problem.ts";
import type { Aggregate } from "./aggregate.ts";
import type { KeptTick, Market, Tick } from "./tick.ts";

export type PollStatus = {
  readonly market: string;
  /** Epoch ms. */
  readonly lastSuccessAt: number | null;
  readonly lastErrorAt: number | null;
  /** For people; without secrets. */
  readonly lastError: string | null;
  readonly consecutiveFailures: number;
  /** No poll before it: back-off, or what the source asked for. */
  readonly restsUntil: number | null;
};

/** For a poller that wakes up when another has its place: what it brings is left out. */
export const replacedPoller = (market: string) =>
  new Problem("conflict", `Otro proceso consulta el mercado "${market}" desde entonces`);

/** How far something that follows the ticks of a market has come: `legacy_set`, `series`. */
export type PriceCursor = { readonly market: string; readonly name: string };

export interface PriceStore {
  /** In order of their names. */
  markets(): Promise<Market[]>;
  saveMarket(market: Market): Promise<void>;
  /** `poller` polls a saved market from now on, in the place of whoever did. */
  claim(market: string, poller: string): Promise<void>;
  /**
   * All or nothing, of markets that are saved; those of a (market, source, instant) that is there already are left
   * out, and so are those before `thinnedBefore`. Answers how many were new. Days take in what is new in the same
   * transaction.
   * Errors: Problem `conflict` where `poller` is told, and has not claimed a market last.
   */
  addTicks(ticks: readonly Tick[], poller?: string): Promise<number>;
  /** Taken in after this id, by id: what a publisher has not seen yet. Who has read one has read all before it. */
  ticksSince(market: string, id: number, limit: number): Promise<KeptTick[]>;
  /** By instant and id, of `from` <= observedAt <= `to`, after the last one of the page before. */
  ticks(
    market: string,
    range: { readonly from: number; readonly to: number },
    after: Pick<KeptTick, "observedAt" | "id"> | undefined,
    limit: number,
  ): Promise<KeptTick[]>;
  /** Ticks that are there one by one. */
  count(market: string): Promise<number>;
  newest(market: string): Promise<KeptTick | undefined>;

  /**
   * Aggregates that begin at `from` <= startsAt < `to`, in order. Days (of Buenos Aires) are of all ticks ever taken
   * in; minutes and hours only of those that were removed.
   */
  aggregates(market: string, widthMs: number, from: number, to: number): Promise<Aggregate[]>;
  /**
   * Raw ticks before an instant, which is the beginning of an hour, become aggregates of a minute and of an hour, at
   * most `limit` of them; answers how many were removed.
   */
  thin(market: string, before: number, limit: number): Promise<number>;
  /** Nothing before it is taken in any more, and what is there goes with the next `thin`; null where nothing ever did. */
  thinnedBefore(market: string): Promise<number | null>;

  pollStatus(market: string): Promise<PollStatus | undefined>;
  /** Errors: Problem `conflict` as of addTicks. */
  savePollStatus(status: PollStatus, poller?: string): Promise<void>;
  /** 0 before it was ever saved. */
  cursor(cursor: PriceCursor): Promise<number>;
  saveCursor(cursor: PriceCursor, position: number): Promise<void>;
  close(): Promise<void>;
}
