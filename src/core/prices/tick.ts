// Observations of a market's price. Prices are decimal texts as the source wrote them, without exponent: exact, and
// never a float until an answer is made.
// Source: prices 3.1.

/** Names of markets: `btcars`, `simulacion`. */
export const MARKET_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** The one market of the replaced system: its Redis set is of it, and so is who names none. */
export const ORIGINAL_MARKET = "btcars";

export type Tick = {
  readonly market: string;
  /** Who told it: `buenbit`, `legacy`, `simulacion`. One price of a source at an instant. */
  readonly source: string;
  /** Epoch ms. */
  readonly observedAt: number;
  /** Greater than 0, but for what an old store had. */
  readonly price: string;
  readonly purchasePrice: string | null;
  readonly openPrice: string | null;
  /** A jump that the guard did not believe: kept and told, as every other. */
  readonly isOdd: boolean;
};

export type KeptTick = Tick & {
  /** Ascends with every tick that is taken in, whenever it was observed. */
  readonly id: number;
};

export type Market = {
  readonly name: string;
  readonly title: string;
  /** What prices are in, ISO 4217: `ARS`. */
  readonly currency: string;
  readonly source: string;
  /** Key of the pair in the source's answer. */
  readonly pair: string;
  /** Between two observations, in ms; they are at its multiples. */
  readonly periodMs: number;
  /** False: never published as series, and labelled. */
  readonly isReal: boolean;
};
