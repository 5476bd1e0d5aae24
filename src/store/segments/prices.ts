// Reads the published prices: follows their pointer, and reads the indexes and chunks that an answer needs. A file
// never changes, so those used last stay in memory, up to a bound.

import { addDecimals, ZERO } from "../../core/prices/decimal.ts";
import {
  joinSpans,
  type PriceEntry,
  type PriceReader,
  type Prices,
  type PriceSpan,
  type PriceTotals,
  spanOf,
} from "../../core/prices/reader.ts";
import { Problem } from "../../core/problem.ts";
import { isSame } from "../../core/published_files.ts";
import type { ReadBlobs } from "./blobs.ts";
import { followPointer } from "./follow_pointer.ts";
import {
  chunkName,
  chunkOf,
  decodeChunk,
  decodePriceIndex,
  decodePricesPointer,
  firstFrom,
  indexName,
  type PiecesRow,
  type PriceChunk,
  PRICES_POINTER,
  type PublishedMarket,
} from "./price_format.ts";
import { undamaged } from "./undamaged.ts";

/** Indexes in memory: those of five years of a tick every ten seconds. */
const INDEXES_KEPT = 32;

/** Rows, with what stands before each of them. */
type Rows = {
  readonly rows: readonly PiecesRow[];
  /** One more than rows: the last is what all come to. */
  readonly before: readonly PriceTotals[];
};

type Files = {
  index(hash: string): Promise<Rows>;
  chunk(hash: string): PriceChunk | Promise<PriceChunk>;
};

const NOTHING: PriceTotals = { entries: 0, count: 0, sum: ZERO };

/**
 * Follows the prices of `blobs`; `keepBytes` of chunks may stay in memory.
 * Errors: Problem `unavailable` where nothing can be read and nothing was read before.
 */
export function openPrices(blobs: ReadBlobs, now: () => number, keepBytes: number): Prices {
  const files = openFiles(blobs, keepBytes);
  let known: { readonly bytes: Uint8Array; readonly prices: Awaited<ReturnType<Prices["current"]>> };
  return {
    current: followPointer(blobs, PRICES_POINTER, now, (bytes, current) => {
      if (current && isSame(bytes, known.bytes)) return current;
      const { publishedAt, markets } = decodePricesPointer(bytes);
      const prices = { publishedAt, markets: markets.map((one) => openMarket(one, files)) };
      known = { bytes, prices };
      return prices;
    }),
  };
}

function openMarket(published: PublishedMarket, files: Files): PriceReader {
  const indexes = rowsOf(published.indexes);
  const open = chunkOf(published.open);
  const closed = indexes.before.at(-1)!;
  const oldest = indexes.rows.length > 0
    ? { at: indexes.rows[0]!.first, price: indexes.rows[0]!.span.open }
    : published.open[0];
  const lastRow = indexes.rows.at(-1);
  const newest = published.open.at(-1) ?? (lastRow && { at: lastRow.last, price: lastRow.span.close });

  async function totalsBefore(at: number): Promise<PriceTotals> {
    const i = rowAt(indexes, at);
    if (i === indexes.rows.length) return within(closed, open, open.before(at));
    if (indexes.rows[i]!.first >= at) return indexes.before[i]!;
    const index = await files.index(indexes.rows[i]!.hash);
    const j = rowAt(index, at);
    const before = joined(indexes.before[i]!, index.before[j]!);
    if (index.rows[j]!.first >= at) return before;
    const chunk = await files.chunk(index.rows[j]!.hash);
    return within(before, chunk, chunk.before(at));
  }

  async function page(position: number, limit: number): Promise<PriceEntry[]> {
    const end = Math.min(position + limit, closed.entries + open.length);
    const found: PriceEntry[] = [];
    while (position < end) {
      let chunk = open, start = closed.entries;
      if (position < closed.entries) {
        const i = rowHolding(indexes, position);
        const index = await files.index(indexes.rows[i]!.hash);
        const j = rowHolding(index, position - indexes.before[i]!.entries);
        chunk = await files.chunk(index.rows[j]!.hash);
        start = indexes.before[i]!.entries + index.before[j]!.entries;
      }
      for (const to = Math.min(end, start + chunk.length); position < to; position++) {
        found.push(chunk.entry(position - start));
      }
    }
    return found;
  }

  async function span(from: number, to: number): Promise<PriceSpan | undefined> {
    let whole: PriceSpan | undefined;
    const add = (part: PriceSpan | undefined) => {
      if (part) whole = whole ? joinSpans(whole, part) : part;
    };
    const addRows = async (rows: readonly PiecesRow[], look: (hash: string) => Promise<void>) => {
      for (let i = firstFrom(rows.length, (i) => rows[i]!.last >= from); i < rows.length; i++) {
        const row = rows[i]!;
        if (row.first >= to) break;
        if (row.first >= from && row.last < to) add(row.span);
        else await look(row.hash);
      }
    };
    await addRows(indexes.rows, async (hash) =>
      await addRows(
        (await files.index(hash)).rows,
        async (hash) => add(spanWithin(await files.chunk(hash), from, to)),
      ));
    add(spanWithin(open, from, to));
    return whole;
  }

  return {
    market: published.market,
    version: published.version,
    status: published.status,
    entries: closed.entries + open.length,
    oldest,
    newest,
    totalsBefore,
    page,
    span,
  };
}

function spanWithin(chunk: PriceChunk, from: number, to: number): PriceSpan | undefined {
  let whole: PriceSpan | undefined;
  for (let i = chunk.before(from), end = chunk.before(to); i < end; i++) {
    const one = spanOf(chunk.entry(i));
    whole = whole ? joinSpans(whole, one) : one;
  }
  return whole;
}

function rowsOf(rows: readonly PiecesRow[]): Rows {
  const before = [NOTHING];
  for (const { entries, span } of rows) {
    before.push(joined(before.at(-1)!, { entries, count: span.count, sum: span.sum }));
  }
  return { rows, before };
}

/** The first row that does not end before an instant. */
const rowAt = ({ rows }: Rows, at: number) => firstFrom(rows.length, (i) => rows[i]!.last >= at);

/** The row that has the entry of a position. */
const rowHolding = ({ rows, before }: Rows, position: number) =>
  firstFrom(rows.length, (i) => before[i + 1]!.entries > position);

const joined = (a: PriceTotals, b: PriceTotals): PriceTotals => ({
  entries: a.entries + b.entries,
  count: a.count + b.count,
  sum: addDecimals(a.sum, b.sum),
});

function within(before: PriceTotals, chunk: PriceChunk, entries: number): PriceTotals {
  return joined(before, { entries, ...chunk.totals(entries) });
}

function openFiles(blobs: ReadBlobs, keepBytes: number): Files {
  const indexes = new Map<string, Promise<Rows>>();
  const chunks = new Map<string, PriceChunk>();
  let bytes = 0;

  function keep(hash: string, chunk: PriceChunk): PriceChunk {
    bytes += chunk.size - (chunks.get(hash)?.size ?? 0);
    chunks.set(hash, chunk);
    for (const [oldest, { size }] of chunks) {
      if (bytes <= keepBytes) break;
      chunks.delete(oldest);
      bytes -= size;
    }
    return chunk;
  }

  async function readIndex(hash: string): Promise<Rows> {
    const name = indexName(hash);
    return rowsOf(undamaged(name, required(await blobs.read(name), name), decodePriceIndex));
  }

  return {
    index(hash) {
      const index = indexes.get(hash) ?? readIndex(hash);
      indexes.delete(hash);
      indexes.set(hash, index);
      index.catch(() => indexes.delete(hash));
      if (indexes.size > INDEXES_KEPT) indexes.delete(indexes.keys().next().value!);
      return index;
    },
    chunk(hash) {
      const known = chunks.get(hash);
      if (known) {
        chunks.delete(hash);
        chunks.set(hash, known);
        return known;
      }
      const name = chunkName(hash);
      const read = blobs.read(name);
      const opened = (bytes: Uint8Array<ArrayBuffer> | undefined) =>
        keep(hash, undamaged(name, required(bytes, name), decodeChunk));
      return read instanceof Promise ? read.then(opened) : opened(read);
    },
  };
}

function required(bytes: Uint8Array<ArrayBuffer> | undefined, name: string): Uint8Array<ArrayBuffer> {
  if (!bytes) throw new Problem("unavailable", `Cannot read prices: "${name}" is not there`);
  return bytes;
}
