// A zip file written from its beginning to its end, as pieces come. Sizes and sums follow each entry, as nobody
// knows them before; entries and files beyond 4 GB get the 64-bit records and only they, because some readers
// refuse them where they are not needed.
//
//   { local header | deflated pieces | empty last block | descriptor } …  central directory | end

import { civilDate, type EpochDay } from "../core/time.ts";

/** Compressors of the machine. */
export type Compression = {
  /** Raw deflate that ends on a whole byte and is not the last block: pieces may stand one after another. */
  deflate(raw: Uint8Array): Uint8Array;
  gzip(raw: Uint8Array): Uint8Array;
  /** CRC-32 of what came before, which had `before`, and these bytes. */
  crc32(raw: Uint8Array, before: number): number;
};

export type ZipEntry = {
  /** Takes the next bytes, and the same bytes deflated where somebody has them already. */
  add(raw: Uint8Array, deflated?: Uint8Array): void;
  end(): void;
};

export type Zip = {
  /** Begins an entry; the one before has ended. */
  entry(name: string): ZipEntry;
  end(): void;
};

type Written = { name: Uint8Array; crc: number; raw: number; deflated: number; offset: number };

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** Sizes follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATED = 8;
const [VERSION, VERSION_64] = [20, 45];
const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
const LAST_BLOCK = Uint8Array.of(3, 0);

const utf8 = new TextEncoder();

/** Begins a zip file whose entries are dated `day`; `write` takes its bytes and copies what it keeps. */
export function zipFile(write: (bytes: Uint8Array) => void, compression: Compression, day: EpochDay): Zip {
  const entries: Written[] = [];
  const date = dosDate(day);
  let offset = 0;
  const put = (bytes: Uint8Array) => {
    write(bytes);
    offset += bytes.length;
  };
  return {
    entry(name) {
      const entry: Written = { name: utf8.encode(name), crc: 0, raw: 0, deflated: 0, offset };
      put(record(...localFields(date, entry.name.length)));
      put(entry.name);
      return {
        add(raw, deflated = compression.deflate(raw)) {
          entry.crc = compression.crc32(raw, entry.crc);
          entry.raw += raw.length;
          entry.deflated += deflated.length;
          put(deflated);
        },
        end() {
          put(LAST_BLOCK);
          entry.deflated += LAST_BLOCK.length;
          const size = isLarge(entry) ? 8 : 4;
          put(record([4, DESCRIPTOR], [4, entry.crc], [size, entry.deflated], [size, entry.raw]));
          entries.push(entry);
        },
      };
    },
    end() {
      const start = offset;
      for (const entry of entries) put(centralRecord(entry, date));
      put(endRecords(entries.length, start, offset - start));
    },
  };
}

const isLarge = ({ raw, deflated }: Written) => raw > MAX_32 || deflated > MAX_32;

/** Sum and sizes are 0 here: they follow the data. */
function localFields(date: number, nameLength: number): Field[] {
  const head: Field[] = [[4, LOCAL], [2, VERSION], [2, FLAGS], [2, DEFLATED], [2, 0], [2, date]];
  return [...head, [4, 0], [4, 0], [4, 0], [2, nameLength], [2, 0]];
}

function centralRecord(entry: Written, date: number): Uint8Array {
  const { name, crc, raw, deflated, offset } = entry;
  const large = isLarge(entry) || offset > MAX_32;
  const short = (value: number) => large ? MAX_32 : value;
  const version = large ? VERSION_64 : VERSION;
  const extra: Field[] = large ? [[2, 1], [2, 24], [8, raw], [8, deflated], [8, offset]] : [];
  const head: Field[] = [[4, CENTRAL], [2, version], [2, version], [2, FLAGS], [2, DEFLATED], [2, 0]];
  const sizes: Field[] = [[2, date], [4, crc], [4, short(deflated)], [4, short(raw)], [2, name.length]];
  // No comment, disk 0, no attributes.
  const rest: Field[] = [[2, large ? 28 : 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, short(offset)]];
  return joined(record(...head, ...sizes, ...rest), name, record(...extra));
}

function endRecords(count: number, start: number, size: number): Uint8Array {
  const [count16, size32, start32] = [
    Math.min(count, MAX_16),
    Math.min(size, MAX_32),
    Math.min(start, MAX_32),
  ];
  const end = record([4, END], [4, 0], [2, count16], [2, count16], [4, size32], [4, start32], [2, 0]);
  if (count === count16 && size === size32 && start === start32) return end;
  const versions: Field[] = [[2, VERSION_64], [2, VERSION_64], [4, 0], [4, 0]];
  const whole = record([4, END_64], [8, 44], ...versions, [8, count], [8, count], [8, size], [8, start]);
  return joined(whole, record([4, LOCATOR_64], [4, 0], [8, start + size], [4, 1]), end);
}

type Field = readonly [bytes: 2 | 4 | 8, value: number];

/** Little-endian numbers one after another. */
function record(...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [length, value] of fields) {
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Date of an entry; the format begins with 1980. */
function dosDate(day: EpochDay): number {
  const { year, month, day: d } = civilDate(day);
  return year < 1980 ? 0x21 : (year - 1980) << 9 | month << 5 | d;
}
