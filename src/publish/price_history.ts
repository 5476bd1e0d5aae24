// The published history of a market while it is brought up to the store: what comes after the newest is added to the
// open end, what comes late or is thinned rewrites the chunks it falls in and no other.

import { joinSpans, type PriceEntry } from "../core/prices/reader.ts";
import { Problem } from "../core/problem.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import {
  CHUNK_ENTRIES,
  chunkName,
  decodeChunk,
  decodePriceIndex,
  encodeChunk,
  encodePriceIndex,
  firstFrom,
  INDEX_CHUNKS,
  indexName,
  type PiecesRow,
  type PublishedMarket,
  spanOfEntries,
} from "../store/segments/price_format.ts";

/** A chunk as it was published, or its entries where they changed; `was` is the file that they replace. */
type Piece =
  | { readonly row: PiecesRow }
  | { readonly entries: PriceEntry[]; readonly was: string | undefined };

type Index = { readonly row: PiecesRow } | { readonly pieces: Piece[]; readonly was: string | undefined };

/** Writes bytes under the name that their hash makes; answers the hash. */
export type WriteHashed = (name: (hash: string) => string, bytes: Uint8Array<ArrayBuffer>) => Promise<string>;

export type PriceHistory = {
  /** Entries in order of their instants; one of the instant of another stands after it. */
  insert(entries: readonly PriceEntry[]): Promise<void>;
  /** Takes out the entries of `from` <= at < `to`. */
  drop(from: number, to: number): Promise<void>;
  /** Writes changed chunks, so that they leave the memory. */
  flush(): Promise<void>;
  /** Entries before an instant. */
  entriesBefore(at: number): Promise<number>;
  /** Writes what is left, and tells what the pointer holds. */
  finish(): Promise<Pick<PublishedMarket, "indexes" | "open">>;
  /** Retires every file of what it continued, so that another may take its place. */
  retireAll(): Promise<void>;
};

/** Continues `published`; `retire` hears of each file that is not named any more. */
export function priceHistory(
  blobs: Pick<WriteBlobs, "read">,
  write: WriteHashed,
  published: Pick<PublishedMarket, "indexes" | "open">,
  retire: (name: string) => void,
): PriceHistory {
  let indexes: Index[] = published.indexes.map((row) => ({ row }));
  let open = [...published.open];

  async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await blobs.read(name);
    if (!bytes) {
      throw new Problem("not_found", `Cannot continue the published prices: "${name}" is not there`);
    }
    return bytes;
  }

  async function piecesOf(i: number): Promise<Piece[]> {
    const index = indexes[i]!;
    if ("pieces" in index) return index.pieces;
    const rows = decodePriceIndex(await read(indexName(index.row.hash)));
    const opened = { pieces: rows.map((row): Piece => ({ row })), was: index.row.hash };
    indexes[i] = opened;
    return opened.pieces;
  }

  async function entriesOf(pieces: Piece[], j: number): Promise<PriceEntry[]> {
    const piece = pieces[j]!;
    if ("entries" in piece) return piece.entries;
    const chunk = decodeChunk(await read(chunkName(piece.row.hash)));
    const entries = Array.from({ length: chunk.length }, (_, k) => chunk.entry(k));
    pieces[j] = { entries, was: piece.row.hash };
    return entries;
  }

  function close(): void {
    while (open.length >= CHUNK_ENTRIES) {
      const entries = open.slice(0, CHUNK_ENTRIES);
      open = open.slice(CHUNK_ENTRIES);
      const last = indexes.at(-1);
      if (last && "pieces" in last && last.pieces.length < INDEX_CHUNKS) {
        last.pieces.push({ entries, was: undefined });
      } else indexes.push({ pieces: [{ entries, was: undefined }], was: undefined });
    }
  }

  async function insertLate(entries: readonly PriceEntry[]): Promise<void> {
    for (let k = 0; k < entries.length;) {
      const i = lastBegun(indexes, firstOfIndex, entries[k]!.at);
      const pieces = await piecesOf(i);
      const j = lastBegun(pieces, firstOfPiece, entries[k]!.at);
      const next = pieces[j + 1]
        ? firstOfPiece(pieces[j + 1]!)
        : indexes[i + 1] && firstOfIndex(indexes[i + 1]!);
      let end = k + 1;
      while (end < entries.length && (next === undefined || entries[end]!.at < next)) end++;
      const held = await entriesOf(pieces, j);
      held.splice(0, held.length, ...merged(held, entries.slice(k, end)));
      k = end;
    }
  }

  async function flush(): Promise<void> {
    for (const index of indexes) {
      if (!("pieces" in index)) continue;
      const rows: Piece[] = [];
      for (const piece of index.pieces) {
        if ("row" in piece) {
          rows.push(piece);
          continue;
        }
        const hashes: string[] = [];
        for (const entries of cut(piece.entries, CHUNK_ENTRIES)) {
          const hash = await write(chunkName, encodeChunk(entries));
          hashes.push(hash);
          rows.push({
            row: {
              hash,
              first: entries[0]!.at,
              last: entries.at(-1)!.at,
              entries: entries.length,
              span: spanOfEntries(entries),
            },
          });
        }
        if (piece.was !== undefined && !hashes.includes(piece.was)) retire(chunkName(piece.was));
      }
      index.pieces.splice(0, index.pieces.length, ...rows);
    }
  }

  return {
    flush,

    async retireAll() {
      for (const { hash } of published.indexes) {
        retire(indexName(hash));
        const bytes = await blobs.read(indexName(hash));
        for (const chunk of bytes ? decodePriceIndex(bytes) : []) retire(chunkName(chunk.hash));
      }
    },

    async insert(entries) {
      // Only where a chunk is about to close.
      if (open.length + entries.length >= CHUNK_ENTRIES && indexes.length > 0) {
        await piecesOf(indexes.length - 1);
      }
      const newest = open.at(-1)?.at ?? (indexes.length > 0 ? lastOfIndex(indexes.at(-1)!) : -Infinity);
      const openFrom = open[0]?.at ?? newest;
      const isLate = ({ at }: PriceEntry) => indexes.length > 0 && at < openFrom;
      await insertLate(entries.filter(isLate));
      open = merged(open, entries.filter((entry) => !isLate(entry)));
      close();
    },

    async drop(from, to) {
      const isOutside = ({ at }: PriceEntry) => at < from || at >= to;
      for (let i = 0; i < indexes.length; i++) {
        if (firstOfIndex(indexes[i]!) >= to || lastOfIndex(indexes[i]!) < from) continue;
        const pieces = await piecesOf(i);
        for (let j = 0; j < pieces.length; j++) {
          if (firstOfPiece(pieces[j]!) >= to || lastOfPiece(pieces[j]!) < from) continue;
          const entries = await entriesOf(pieces, j);
          entries.splice(0, entries.length, ...entries.filter(isOutside));
        }
        // An empty one has no instants: it is gone at once.
        const left = pieces.filter((piece) => {
          if ("row" in piece || piece.entries.length > 0) return true;
          if (piece.was !== undefined) retire(chunkName(piece.was));
          return false;
        });
        pieces.splice(0, pieces.length, ...left);
      }
      indexes = indexes.filter((index) => {
        if ("row" in index || index.pieces.length > 0) return true;
        if (index.was !== undefined) retire(indexName(index.was));
        return false;
      });
      open = open.filter(isOutside);
    },

    async entriesBefore(at) {
      let entries = 0;
      for (const [i, index] of indexes.entries()) {
        if (firstOfIndex(index) >= at) return entries;
        if ("row" in index && index.row.last < at) {
          entries += index.row.entries;
          continue;
        }
        const pieces = await piecesOf(i);
        for (let j = 0; j < pieces.length; j++) {
          const piece = pieces[j]!;
          if (firstOfPiece(piece) >= at) return entries;
          if ("row" in piece && piece.row.last < at) entries += piece.row.entries;
          else {
            // Looked at, not changed: the piece stays as it was.
            const held = "entries" in piece
              ? chunkEntries(piece.entries, at)
              : decodeChunk(await read(chunkName(piece.row.hash))).before(at);
            entries += held;
          }
        }
      }
      return entries + chunkEntries(open, at);
    },

    async finish() {
      await flush();
      const rows: PiecesRow[] = [];
      for (const index of indexes) {
        if ("row" in index) {
          rows.push(index.row);
          continue;
        }
        const hashes: string[] = [];
        for (const pieces of cut(index.pieces, INDEX_CHUNKS)) {
          const chunks = pieces.map((piece) => (piece as { readonly row: PiecesRow }).row);
          const hash = await write(indexName, encodePriceIndex(chunks));
          hashes.push(hash);
          rows.push({
            hash,
            first: chunks[0]!.first,
            last: chunks.at(-1)!.last,
            entries: chunks.reduce((sum, { entries }) => sum + entries, 0),
            span: chunks.map(({ span }) => span).reduce(joinSpans),
          });
        }
        if (index.was !== undefined && !hashes.includes(index.was)) retire(indexName(index.was));
      }
      indexes = rows.map((row) => ({ row }));
      return { indexes: rows, open };
    },
  };
}

const firstOfPiece = (piece: Piece) => "row" in piece ? piece.row.first : piece.entries[0]!.at;
const lastOfPiece = (piece: Piece) => "row" in piece ? piece.row.last : piece.entries.at(-1)!.at;
const firstOfIndex = (index: Index) => "row" in index ? index.row.first : firstOfPiece(index.pieces[0]!);
const lastOfIndex = (index: Index) => "row" in index ? index.row.last : lastOfPiece(index.pieces.at(-1)!);

const chunkEntries = (entries: readonly PriceEntry[], at: number) =>
  firstFrom(entries.length, (i) => entries[i]!.at >= at);

/** The last that begins at or before an instant, else the first of all. */
function lastBegun<T>(items: readonly T[], first: (item: T) => number, at: number): number {
  return Math.max(0, firstFrom(items.length, (i) => first(items[i]!) > at) - 1);
}

/** Both in order; of one instant those of `late` stand last. */
function merged(early: readonly PriceEntry[], late: readonly PriceEntry[]): PriceEntry[] {
  if (late.length === 0) return [...early];
  if (early.length === 0 || early.at(-1)!.at <= late[0]!.at) return [...early, ...late];
  return [...early, ...late].sort((a, b) => a.at - b.at);
}

/** In parts of `size`, but up to twice as many stay one, so that a late one does not make a part of its own. */
function cut<T>(items: readonly T[], size: number): T[][] {
  if (items.length === 0) return [];
  const parts = items.length <= 2 * size ? 1 : Math.ceil(items.length / size);
  return Array.from(
    { length: parts },
    (_, i) => items.slice(Math.floor(items.length * i / parts), Math.floor(items.length * (i + 1) / parts)),
  );
}
