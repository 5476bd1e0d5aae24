// Port of the truth about prices: ticks as they were observed, and how the polling goes.

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

export interface PriceStore {
  markets(): Promise<Market[]>;
  saveMarket(market: Market): Promise<void>;
  /** All or nothing; those of a (market, source, instant) that is there already are left out. Answers how many were new. */
  addTicks(ticks: readonly Tick[]): Promise<number>;
  /** Taken in after this id, by id: what a publisher has not seen yet. */
  ticksSince(market: string, id: number, limit: number): Promise<KeptTick[]>;
  /** By instant and id, of `from` <= observedAt <= `to`, after the last one of the page before. */
  ticks(
    market: string,
    range: { readonly from: number; readonly to: number },
    after: Pick<KeptTick, "observedAt" | "id"> | undefined,
    limit: number,
  ): Promise<KeptTick[]>;
  count(market: string): Promise<number>;
  newest(market: string): Promise<KeptTick | undefined>;
  /** Raw ticks before an instant become aggregates of a minute and of an hour; answers how many were removed. */
  thin(market: string, before: number): Promise<number>;
  pollStatus(market: string): Promise<PollStatus | undefined>;
  savePollStatus(status: PollStatus): Promise<void>;
  close(): Promise<void>;
}
