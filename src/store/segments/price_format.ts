// Bytes of the published prices: chunks of closed history, the indexes that name them, and the pointer with what is
// still open. FORMAT.md beside this file is the description; this is its encoding and decoding, nothing else.

import { addDecimals, type Decimal, decimalText, parseDecimal, ZERO } from "../../core/prices/decimal.ts";
import { joinSpans, type PriceEntry, type PriceSpan, spanOf } from "../../core/prices/reader.ts";
import type { PollStatus } from "../../core/prices/store.ts";
import type { Market } from "../../core/prices/tick.ts";
import { Problem } from "../../core/problem.ts";
import { aligned, decodeJson, encodeJson, requireFormat } from "./format.ts";

const PRICES_FORMAT = 1;
export const PRICES_POINTER = "prices.json";
export const PRICES_FOLDER = "price";

/** Entries of a new chunk, and chunks of a new index. */
export const CHUNK_ENTRIES = 1024;
export const INDEX_CHUNKS = 512;

/** The sum of the entries before every so many of a chunk is kept. */
const MARK_EVERY = 16;

export const chunkName = (hash: string) => `${PRICES_FOLDER}/${hash}.bin`;
export const indexName = (hash: string) => `${PRICES_FOLDER}/${hash}.json`;

/** What a file comes to: a chunk in its index, an index in the pointer. */
export type PiecesRow = {
  readonly hash: string;
  /** Instants of its first and last entry. */
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  readonly span: PriceSpan;
};

type RowText = [
  hash: string,
  first: number,
  last: number,
  entries: number,
  count: number,
  sum: string,
  open: string,
  high: string,
  low: string,
  close: string,
];

type JoinedText = [count: number, sum: string, open: string, high: string, low: string];

/** Entries as they stand in the pointer. `steps` are the first instant, then distances. */
type OpenText = { steps: number[]; prices: string[]; joined?: (JoinedText | null)[] };

type StatusText = {
  last_success_at: number | null;
  last_error_at: number | null;
  last_error: string | null;
  consecutive_failures: number;
  rests_until: number | null;
};

type MarketText = {
  name: string;
  title: string;
  currency: string;
  source: string;
  pair: string;
  period_ms: number;
  is_real: boolean;
  version: string;
  taken: [id: number, at: number] | null;
  thinned: [before: number, entries: number] | null;
  status: StatusText | null;
  indexes: RowText[];
  open: OpenText;
};

type PointerText = {
  format: number;
  published_at: number;
  markets: MarketText[];
  retired: [name: string, at: number][];
};

/** The published history of a market, and how far into the store's it goes. */
export type PublishedMarket = {
  readonly market: Market;
  readonly version: string;
  /** The tick in it that the store took in last. */
  readonly taken: { readonly id: number; readonly at: number } | null;
  /** Before which instant minutes stand for their ticks, and how many entries those are. */
  readonly thinned: { readonly before: number; readonly entries: number } | null;
  readonly status: PollStatus | null;
  readonly indexes: readonly PiecesRow[];
  readonly open: readonly PriceEntry[];
};

export type PricesPointer = {
  readonly publishedAt: number;
  readonly markets: readonly PublishedMarket[];
  /** Files that nothing names any more, since an instant; readers may still follow an older pointer. */
  readonly retired: readonly (readonly [name: string, at: number])[];
};

/** Consecutive entries, at least one. */
export function spanOfEntries(entries: readonly PriceEntry[]): PriceSpan {
  return entries.map(spanOf).reduce(joinSpans);
}

const rowText = ({ hash, first, last, entries, span }: PiecesRow): RowText => [
  hash,
  first,
  last,
  entries,
  span.count,
  decimalText(span.sum),
  span.open,
  span.high,
  span.low,
  span.close,
];

const rowOf = ([hash, first, last, entries, count, sum, open, high, low, close]: RowText): PiecesRow => ({
  hash,
  first,
  last,
  entries,
  span: { count, sum: decimalOf(sum), open, high, low, close },
});

const joinedText = ({ joined }: PriceEntry): JoinedText | null =>
  joined ? [joined.count, decimalText(joined.sum), joined.open, joined.high, joined.low] : null;

function entryOf(at: number, price: string, joined: JoinedText | null | undefined): PriceEntry {
  if (!joined) return { at, price };
  const [count, sum, open, high, low] = joined;
  return { at, price, joined: { count, sum: decimalOf(sum), open, high, low } };
}

function decimalOf(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (!decimal) throw new Problem("unavailable", `Cannot read published prices: "${text}" is no price`);
  return decimal;
}

export const encodePriceIndex = (chunks: readonly PiecesRow[]) =>
  encodeJson({ format: PRICES_FORMAT, chunks: chunks.map(rowText) });

export function decodePriceIndex(bytes: Uint8Array): PiecesRow[] {
  const { format, chunks } = decodeJson<{ format: number; chunks: RowText[] }>(bytes);
  requireFormat(format, PRICES_FORMAT);
  return chunks.map(rowOf);
}

export function encodePricesPointer({ publishedAt, markets, retired }: PricesPointer) {
  const text: PointerText = {
    format: PRICES_FORMAT,
    published_at: publishedAt,
    markets: markets.map(({ market, version, taken, thinned, status, indexes, open }) => ({
      name: market.name,
      title: market.title,
      currency: market.currency,
      source: market.source,
      pair: market.pair,
      period_ms: market.periodMs,
      is_real: market.isReal,
      version,
      taken: taken && [taken.id, taken.at],
      thinned: thinned && [thinned.before, thinned.entries],
      status: status && {
        last_success_at: status.lastSuccessAt,
        last_error_at: status.lastErrorAt,
        last_error: status.lastError,
        consecutive_failures: status.consecutiveFailures,
        rests_until: status.restsUntil,
      },
      indexes: indexes.map(rowText),
      open: openText(open),
    })),
    retired: retired.map(([name, at]) => [name, at]),
  };
  return encodeJson(text);
}

export function decodePricesPointer(bytes: Uint8Array): PricesPointer {
  const { format, published_at, markets, retired } = decodeJson<PointerText>(bytes);
  requireFormat(format, PRICES_FORMAT);
  return {
    publishedAt: published_at,
    markets: markets.map((one): PublishedMarket => ({
      market: {
        name: one.name,
        title: one.title,
        currency: one.currency,
        source: one.source,
        pair: one.pair,
        periodMs: one.period_ms,
        isReal: one.is_real,
      },
      version: one.version,
      taken: one.taken && { id: one.taken[0], at: one.taken[1] },
      thinned: one.thinned && { before: one.thinned[0], entries: one.thinned[1] },
      status: one.status && {
        market: one.name,
        lastSuccessAt: one.status.last_success_at,
        lastErrorAt: one.status.last_error_at,
        lastError: one.status.last_error,
        consecutiveFailures: one.status.consecutive_failures,
        restsUntil: one.status.rests_until,
      },
      indexes: one.indexes.map(rowOf),
      open: openOf(one.open),
    })),
    retired,
  };
}

function openText(entries: readonly PriceEntry[]): OpenText {
  return {
    steps: entries.map(({ at }, i) => i === 0 ? at : at - entries[i - 1]!.at),
    prices: entries.map(({ price }) => price),
    ...(entries.some(({ joined }) => joined) && { joined: entries.map(joinedText) }),
  };
}

function openOf({ steps, prices, joined }: OpenText): PriceEntry[] {
  let at = 0;
  return prices.map((price, i) => entryOf(at += steps[i]!, price, joined?.[i]));
}

/** Entries in order of their instants, of which one is read without the others. */
export type PriceChunk = {
  readonly length: number;
  /** Bytes it takes in memory, about. */
  readonly size: number;
  /** How many entries are before an instant. */
  before(at: number): number;
  entry(i: number): PriceEntry;
  /** Ticks and their sum in the first `entries`. */
  totals(entries: number): { readonly count: number; readonly sum: Decimal };
};

type ChunkHeader = {
  format: number;
  entries: number;
  /** Ticks and their sum before entry 16, 32, …. */
  marks: [count: number, sum: string][];
  joined?: (JoinedText | null)[];
};

type Mark = { readonly count: number; readonly sum: Decimal };

const NOTHING: Mark = { count: 0, sum: ZERO };
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Header, then instants (doubles), ends of the price texts (32 bits each), the texts one after the other. */
export function encodeChunk(entries: readonly PriceEntry[]): Uint8Array<ArrayBuffer> {
  const header: ChunkHeader = {
    format: PRICES_FORMAT,
    entries: entries.length,
    marks: marksOf(entries).slice(1).map(({ count, sum }) => [count, decimalText(sum)]),
    ...(entries.some(({ joined }) => joined) && { joined: entries.map(joinedText) }),
  };
  const head = encodeJson(header);
  const texts = utf8.encode(entries.map(({ price }) => price).join(""));
  const timesAt = aligned(4 + head.length);
  const endsAt = timesAt + 8 * entries.length;
  const textsAt = endsAt + 4 * entries.length;
  const bytes = new Uint8Array(textsAt + texts.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  bytes.set(head, 4);
  let end = 0;
  entries.forEach(({ at, price }, i) => {
    view.setFloat64(timesAt + 8 * i, at, true);
    view.setUint32(endsAt + 4 * i, end += price.length, true);
  });
  bytes.set(texts, textsAt);
  return bytes;
}

export function decodeChunk(source: Uint8Array<ArrayBuffer>): PriceChunk {
  // A view on doubles must begin at a multiple of 8 of its buffer.
  const bytes = source.byteOffset % 8 === 0 ? source : source.slice();
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = decodeJson<ChunkHeader>(bytes.subarray(4, 4 + headLength));
  requireFormat(header.format, PRICES_FORMAT);
  const timesAt = aligned(4 + headLength);
  const endsAt = timesAt + 8 * header.entries;
  const textsAt = endsAt + 4 * header.entries;
  const times = new Float64Array(bytes.buffer, bytes.byteOffset + timesAt, header.entries);
  const ends = new Uint32Array(bytes.buffer, bytes.byteOffset + endsAt, header.entries);
  const entry = (i: number) => {
    const text = bytes.subarray(textsAt + (i === 0 ? 0 : ends[i - 1]!), textsAt + ends[i]!);
    return entryOf(times[i]!, fromUtf8.decode(text), header.joined?.[i]);
  };
  const markAt = (i: number): Mark => {
    const mark = header.marks[i - 1];
    return mark ? { count: mark[0], sum: decimalOf(mark[1]) } : NOTHING;
  };
  return {
    length: header.entries,
    size: bytes.length + 2 * headLength,
    before: (at) => firstFrom(times.length, (i) => times[i]! >= at),
    entry,
    totals: (entries) => totalsFrom(markAt, entries, entry),
  };
}

/** Entries that are in memory already. */
export function chunkOf(entries: readonly PriceEntry[]): PriceChunk {
  let marks: Mark[] | undefined;
  return {
    length: entries.length,
    size: 0,
    before: (at) => firstFrom(entries.length, (i) => entries[i]!.at >= at),
    entry: (i) => entries[i]!,
    totals(count) {
      const known = marks ??= marksOf(entries);
      return totalsFrom((i) => known[i]!, count, (i) => entries[i]!);
    },
  };
}

function marksOf(entries: readonly PriceEntry[]): Mark[] {
  const marks = [NOTHING];
  let mark = NOTHING;
  entries.forEach((entry, i) => {
    mark = added(mark, entry);
    if ((i + 1) % MARK_EVERY === 0) marks.push(mark);
  });
  return marks;
}

function totalsFrom(
  markAt: (i: number) => Mark,
  entries: number,
  entry: (i: number) => PriceEntry,
): Mark {
  let at = Math.floor(entries / MARK_EVERY);
  let mark = markAt(at);
  for (at *= MARK_EVERY; at < entries; at++) mark = added(mark, entry(at));
  return mark;
}

function added(mark: Mark, entry: PriceEntry): Mark {
  const { count, sum } = entry.joined ?? { count: 1, sum: decimalOf(entry.price) };
  return { count: mark.count + count, sum: addDecimals(mark.sum, sum) };
}

/** The first of `length` positions from which on `holds`, which goes on holding; `length` where it never does. */
export function firstFrom(length: number, holds: (i: number) => boolean): number {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
