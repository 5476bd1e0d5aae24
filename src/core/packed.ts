// Observations as bytes, for stores: one column whole, so that equal columns are equal bytes and have one name.
//
//   1 version (1) | 1 frequency (index in FREQUENCIES) | 1 working days (0, 1) | 1 zero
//   4 first period (int32) | 4 count (uint32) | 4 zero | 8 × count doubles        (little-endian)

import { FREQUENCIES } from "./frequency.ts";
import type { Observations } from "./observations.ts";

const VERSION = 1;
const HEADER = 16;

export function packObservations(o: Observations): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + 8 * o.values.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, FREQUENCIES.indexOf(o.frequency));
  view.setUint8(2, o.workdays ? 1 : 0);
  view.setInt32(4, o.start, true);
  view.setUint32(8, o.values.length, true);
  bytes.set(new Uint8Array(o.values.buffer, o.values.byteOffset, o.values.byteLength), HEADER);
  return bytes;
}

export function unpackObservations(packed: Uint8Array): Observations {
  const bytes = packed.byteOffset % 8 === 0 ? packed : packed.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    frequency: FREQUENCIES[view.getUint8(1)]!,
    start: view.getInt32(4, true),
    values: new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + HEADER, view.getUint32(8, true)),
    ...(view.getUint8(2) === 1 && { workdays: true }),
  };
}
