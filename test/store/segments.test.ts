// The published format by itself: blocks, segments and shards there and back. Its reader is in snapshots.test.ts.

import { describe, expect, test } from "vitest";
import type { Observations } from "../../src/core/observations.ts";
import type { SeriesRecord } from "../../src/core/snapshot.ts";
import {
  contextKey,
  decodeManifest,
  decodePointer,
  decodeSeries,
  decodeShard,
  encodeJson,
  encodeSeries,
  encodeShard,
  FORMAT,
  packSegments,
  type Place,
  SEGMENT_BYTES,
  shardCount,
  shardOf,
} from "../../src/store/segments/format.ts";
import { column, sha256 } from "./example_catalog.ts";

type Series = Omit<SeriesRecord, "rows">;

const series = (over: Partial<Series> = {}): Series => ({
  id: "a",
  observations: column([1, null, 2.5]),
  field: { title: "t_a", id: "a" },
  enriched: { available: "true" },
  catalogId: "c",
  datasetId: "d1",
  distributionId: "d1.1",
  ...over,
});

const oddKeys = (): Record<string, string> =>
  JSON.parse('{"__proto__":"p","constructor":"c","2":"dos","1":"uno","":"vacía","ñ 😀":"\\u0000\\""}');

const partOf = (...values: number[]): Observations => ({
  ...column([]),
  values: Float64Array.of(9, ...values, 9).subarray(1, values.length + 1),
});

const SERIES: readonly { why: string; record: Series; dates?: string[] }[] = [
  {
    why: "interior values missing",
    record: series(),
    dates: ["2020-01-01", "2020-02-01", "2020-03-01"],
  },
  { why: "one value", record: series({ observations: column([0]) }) },
  {
    why: "working days before 1970",
    record: series({ observations: column([1, null, 2], { frequency: "day", start: -9, workdays: true }) }),
    dates: ["1969-12-23", "1969-12-24", "1969-12-25"],
  },
  {
    why: "years",
    record: series({ observations: column([1], { frequency: "year", start: 1810 }) }),
    dates: ["1810-01-01"],
  },
  { why: "a part of a longer column", record: series({ observations: partOf(7, 8) }) },
  {
    why: "numbers that text must not round",
    record: series({ observations: column([0.1 + 0.2, 5e-324, Number.MAX_VALUE, 1e21, -1e-7]) }),
  },
  {
    why: "no identifiers above",
    record: series({ catalogId: null, datasetId: null, distributionId: null }),
  },
  { why: "an id in any script", record: series({ id: 'ñandú 😀 "\\' }) },
  { why: "odd keys", record: series({ field: oddKeys(), enriched: oddKeys() }) },
  ...Array.from({ length: 8 }, (_, i) => ({
    why: `a header ${i} bytes longer`,
    record: series({ field: { pad: "x".repeat(i) } }),
  })),
];

const SEGMENTS: readonly { why: string; sizes: number[]; expected: number[] }[] = [
  { why: "no blocks", sizes: [], expected: [] },
  { why: "one block", sizes: [3], expected: [8] },
  { why: "each block at a multiple of 8", sizes: [1, 8, 9], expected: [8 + 8 + 16] },
  { why: "exactly full", sizes: [SEGMENT_BYTES - 8, 8], expected: [SEGMENT_BYTES] },
  { why: "full but for padding", sizes: [SEGMENT_BYTES - 8, 5], expected: [SEGMENT_BYTES] },
  { why: "one byte too many", sizes: [SEGMENT_BYTES - 8, 9], expected: [SEGMENT_BYTES - 8, 16] },
  { why: "padding counts", sizes: [SEGMENT_BYTES - 15, 9], expected: [SEGMENT_BYTES - 8, 16] },
  { why: "a block that fills one", sizes: [SEGMENT_BYTES, 1], expected: [SEGMENT_BYTES, 8] },
  {
    why: "a larger block alone",
    sizes: [8, SEGMENT_BYTES + 1, 8, 8],
    expected: [8, SEGMENT_BYTES + 8, 16],
  },
];

const SHARD_COUNTS: readonly [count: number, shards: number][] = [
  [0, 1],
  [1, 1],
  [512, 1],
  [513, 2],
  [1_024, 2],
  [1_025, 4],
  [2_048, 4],
  [40_000, 128],
  [1_000_000, 2_048],
];

/** FNV-1a of 32 bits, from its published test vectors. */
const HASHES: readonly [text: string, hash: number][] = [
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
  ["chongo was here!\n", 0xd49930d5],
];

describe("encodeSeries and decodeSeries", () => {
  test.each(SERIES)("keep a series: $why", ({ record, dates }) => {
    const { rows, ...decoded } = decodeSeries(encodeSeries(record));
    expect(decoded).toEqual(record);
    expect(JSON.stringify(decoded.field)).toBe(JSON.stringify(record.field));
    expect(JSON.stringify(decoded.enriched)).toBe(JSON.stringify(record.enriched));
    const table: [string, number | null][] = JSON.parse(`[${new TextDecoder().decode(rows)}]`);
    const values = Array.from(record.observations.values, (value) => Number.isNaN(value) ? null : value);
    expect(table.map(([, value]) => value)).toEqual(values);
    if (dates) expect(table.map(([date]) => date)).toEqual(dates);
  });

  test.each([0, 1, 4, 7, 8])("read a block that begins at byte %i of its buffer", (offset) => {
    const block = encodeSeries(series());
    const buffer = new Uint8Array(offset + block.length + 3).fill(0xff);
    buffer.set(block, offset);
    const { rows, ...decoded } = decodeSeries(buffer.subarray(offset, offset + block.length));
    expect(decoded).toEqual(series());
    expect(new TextDecoder().decode(rows)).toBe('["2020-01-01",1],["2020-02-01",null],["2020-03-01",2.5]');
  });

  test("lay the block out as FORMAT.md says", () => {
    const block = encodeSeries(
      series({ observations: column([1, 2], { frequency: "day", workdays: true, start: 4 }) }),
    );
    const view = new DataView(block.buffer);
    const length = view.getUint32(0, true);
    expect(new TextDecoder().decode(block.subarray(4, 4 + length))).toBe(
      '{"id":"a","frequency":"day","start":4,"count":2,"workdays":true,"catalog":"c","dataset":"d1",' +
        '"distribution":"d1.1","field":{"title":"t_a","id":"a"},"enriched":{"available":"true"}}',
    );
    const valuesAt = Math.ceil((4 + length) / 8) * 8;
    expect([...block.subarray(4 + length, valuesAt)].every((byte) => byte === 0)).toBe(true);
    expect([view.getFloat64(valuesAt, true), view.getFloat64(valuesAt + 8, true)]).toEqual([1, 2]);
    expect(new TextDecoder().decode(block.subarray(valuesAt + 16))).toBe('["1970-01-05",1],["1970-01-06",2]');
  });
});

describe("packSegments", () => {
  test.each(SEGMENTS)("closes a segment where FORMAT.md says: $why", ({ sizes, expected }) => {
    const blocks = sizes.map((size, i) => [`k${i}`, new Uint8Array(size).fill(i + 1)] as const);
    const { segments, places } = packSegments(blocks, sha256);
    expect(segments.map(({ bytes }) => bytes.length)).toEqual(expected);
    const bytesOf = new Map(segments.map(({ name, bytes }) => [name, bytes]));
    for (const [key, block] of blocks) {
      const { segment, offset, length } = places.get(key)!;
      expect(offset % 8).toBe(0);
      expect(bytesOf.get(segment)!.subarray(offset, offset + length)).toEqual(block);
    }
    for (const { name, bytes } of segments) expect(name).toBe(sha256(bytes));
  });
});

describe("shardCount", () => {
  test.each(SHARD_COUNTS)("of %i keys is %i", (count, shards) => expect(shardCount(count)).toBe(shards));
});

describe("shardOf", () => {
  test.each(HASHES)("takes the low bits of FNV-1a: %j", (text, hash) => {
    for (const shards of [1, 2, 64, 4_096]) expect(shardOf(text, shards)).toBe(hash % shards);
    expect(shardOf(text, 2 ** 31)).toBe(hash % 2 ** 31);
  });

  test("hashes UTF-8 bytes", () => {
    let hash = 0x811c9dc5;
    for (const byte of [0xc3, 0xb1, 0xf0, 0x9f, 0x98, 0x80]) hash = Math.imul(hash ^ byte, 0x01000193);
    expect(shardOf("ñ😀", 2 ** 31)).toBe((hash >>> 0) % 2 ** 31);
  });
});

describe("encodeShard and decodeShard", () => {
  const places = (keys: readonly string[]) =>
    new Map(
      keys.map((key, i): [string, Place] => [key, { segment: `s${i % 2}`, offset: i * 8, length: i + 1 }]),
    );
  const keys = [
    "b",
    "a",
    "10",
    "9",
    "",
    "__proto__",
    "constructor",
    "toString",
    "ñ",
    "😀",
    "\uffee",
    '"\\',
    "\u2028",
  ];

  test("keep the places of any keys", () => {
    expect(decodeShard(encodeShard(places(keys)))).toEqual(places(keys));
    expect(decodeShard(encodeShard(new Map()))).toEqual(new Map());
  });

  test("are the same bytes whatever the order of the keys", () => {
    const reversed = new Map([...places(keys)].reverse());
    expect(encodeShard(reversed)).toEqual(encodeShard(places(keys)));
  });

  test("write as FORMAT.md says", () => {
    expect(new TextDecoder().decode(encodeShard(places(["b", "a", "c"])))).toBe(
      '{"segments":["s1","s0"],"entries":{"a":[0,8,2],"b":[1,0,1],"c":[1,16,3]}}',
    );
  });
});

describe("contextKey", () => {
  test.each(
    [
      [["c"], '["c"]'],
      [[null], "[null]"],
      [["c", "d", "e"], '["c","d","e"]'],
      [["c", null, null], '["c",null,null]'],
      [['"', "\\", "ñ"], '["\\"","\\\\","ñ"]'],
    ] as const,
  )("is JSON: %j", (ids, expected) => {
    expect(contextKey(...ids as unknown as Parameters<typeof contextKey>)).toBe(expected);
  });
});

describe("decodePointer and decodeManifest", () => {
  test.each([FORMAT + 1, 0, undefined, "1"])("refuse another format: %j", (format) => {
    const bytes = encodeJson({ format, snapshot: "x", published_at: 1, kept: [] });
    for (const decode of [decodePointer, decodeManifest]) {
      expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: "unavailable" }));
    }
  });
});
