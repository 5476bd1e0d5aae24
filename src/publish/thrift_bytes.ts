// Thrift's compact protocol, writing side, as much of it as the metadata of column files needs: structures of
// whole numbers, texts, truth values, lists and other structures.
// Source: Apache Thrift, "Thrift Compact protocol encoding".

/** A field's value, with its type where that is not plain from the value. */
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly bytes: Uint8Array }
  | { readonly flag: boolean }
  | { readonly list: readonly ThriftValue[] }
  | { readonly struct: ThriftStruct };

/** Fields by their number, ascending; undefined where one is left out. */
export type ThriftStruct = readonly (readonly [field: number, value: ThriftValue | undefined])[];

const [TRUE, FALSE, I32, I64, BINARY, LIST, STRUCT] = [1, 2, 5, 6, 8, 9, 12];

const utf8 = new TextEncoder();

export const i32 = (value: number): ThriftValue => ({ i32: value });
export const i64 = (value: number): ThriftValue => ({ i64: value });
export const text = (value: string): ThriftValue => ({ bytes: utf8.encode(value) });
export const binary = (value: Uint8Array): ThriftValue => ({ bytes: value });
export const flag = (value: boolean): ThriftValue => ({ flag: value });
export const list = (values: readonly ThriftValue[]): ThriftValue => ({ list: values });
export const struct = (...fields: ThriftStruct): ThriftValue => ({ struct: fields });

export function thriftBytes(fields: ThriftStruct): Uint8Array {
  const bytes: number[] = [];
  putStruct(bytes, fields);
  return Uint8Array.from(bytes);
}

/** Seven bits a byte, lowest first; `value` is not negative. */
export function putVarint(bytes: number[], value: number): void {
  let left = value;
  while (left > 0x7f) {
    bytes.push(left % 0x80 | 0x80);
    left = Math.floor(left / 0x80);
  }
  bytes.push(left);
}

const zigzag = (value: number) => value < 0 ? -2 * value - 1 : 2 * value;

function typeOf(value: ThriftValue): number {
  if ("i32" in value) return I32;
  if ("i64" in value) return I64;
  if ("bytes" in value) return BINARY;
  if ("flag" in value) return value.flag ? TRUE : FALSE;
  return "list" in value ? LIST : STRUCT;
}

function putStruct(bytes: number[], fields: ThriftStruct): void {
  let last = 0;
  for (const [field, value] of fields) {
    if (value === undefined) continue;
    bytes.push((field - last) << 4 | typeOf(value));
    last = field;
    if (!("flag" in value)) putValue(bytes, value);
  }
  bytes.push(0);
}

function putValue(bytes: number[], value: ThriftValue): void {
  if ("i32" in value) putVarint(bytes, zigzag(value.i32));
  else if ("i64" in value) putVarint(bytes, zigzag(value.i64));
  else if ("flag" in value) bytes.push(value.flag ? TRUE : FALSE);
  else if ("bytes" in value) {
    putVarint(bytes, value.bytes.length);
    for (const byte of value.bytes) bytes.push(byte);
  } else if ("list" in value) putList(bytes, value.list);
  else putStruct(bytes, value.struct);
}

function putList(bytes: number[], values: readonly ThriftValue[]): void {
  const type = values.length === 0 ? STRUCT : typeOf(values[0]!);
  if (values.length < 15) bytes.push(values.length << 4 | type);
  else {
    bytes.push(0xf0 | type);
    putVarint(bytes, values.length);
  }
  for (const value of values) putValue(bytes, value);
}
