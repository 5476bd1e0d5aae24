// MD5 (RFC 1321) and SHA-1 (RFC 3174) of texts in UTF-8: histories use them to make keys. Written here because the
// domain knows no platform; neither is meant to keep a secret.

import { expects, type GrelFunction } from "./texts.ts";
import { valueText } from "./value.ts";

const rotate = (word: number, by: number) => (word << by) | (word >>> (32 - by));

/** Bytes of a text in UTF-8; half a pair becomes a question mark, as in Java. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const sign of text) {
    const code = sign.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | code >> 6, 0x80 | code & 63);
    else if (code >= 0xd800 && code < 0xe000) bytes.push(0x3f);
    else if (code < 0x10000) bytes.push(0xe0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63);
    else bytes.push(0xf0 | code >> 18, 0x80 | code >> 12 & 63, 0x80 | code >> 6 & 63, 0x80 | code & 63);
  }
  return bytes;
}

/** Blocks of 64 bytes: the text, a one bit, zeros, and the length in bits. */
function padded(text: string, littleEndian: boolean): DataView {
  const bytes = utf8(text);
  const view = new DataView(new ArrayBuffer((bytes.length + 8 >> 6) + 1 << 6));
  bytes.forEach((byte, at) => view.setUint8(at, byte));
  view.setUint8(bytes.length, 0x80);
  view.setBigUint64(view.byteLength - 8, BigInt(bytes.length) * 8n, littleEndian);
  return view;
}

function hex(words: readonly number[], littleEndian: boolean): string {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, at) => view.setInt32(at * 4, word, littleEndian));
  return Array.from(new Uint8Array(view.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const MD5_SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const MD5_SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

export function md5(text: string): string {
  const view = padded(text, true);
  const state: [number, number, number, number] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const [mixed, word] = round === 0
        ? [b & c | ~b & d, i]
        : round === 1
        ? [d & b | ~d & c, 5 * i + 1 & 15]
        : round === 2
        ? [b ^ c ^ d, 3 * i + 5 & 15]
        : [c ^ (b | ~d), 7 * i & 15];
      const sum = a + mixed + MD5_SINES[i]! + view.getInt32(block + word * 4, true) | 0;
      [a, d, c, b] = [d, c, b, b + rotate(sum, MD5_SHIFTS[round]![i & 3]!) | 0];
    }
    [a, b, c, d].forEach((word, at) => state[at] = state[at]! + word | 0);
  }
  return hex(state, true);
}

export function sha1(text: string): string {
  const view = padded(text, false);
  const state: [number, number, number, number, number] = [
    0x67452301,
    0xefcdab89 | 0,
    0x98badcfe | 0,
    0x10325476,
    0xc3d2e1f0 | 0,
  ];
  const words = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 80; i++) {
      words[i] = i < 16
        ? view.getInt32(block + i * 4)
        : rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    }
    let [a, b, c, d, e] = state;
    for (let i = 0; i < 80; i++) {
      const [mixed, constant] = i < 20
        ? [b & c | ~b & d, 0x5a827999]
        : i < 40
        ? [b ^ c ^ d, 0x6ed9eba1]
        : i < 60
        ? [b & c | b & d | c & d, 0x8f1bbcdc]
        : [b ^ c ^ d, 0xca62c1d6];
      [e, d, c, b, a] = [d, c, rotate(b, 30), a, rotate(a, 5) + mixed + e + constant + words[i]! | 0];
    }
    [a, b, c, d, e].forEach((word, at) => state[at] = state[at]! + word | 0);
  }
  return hex(state, false);
}

const hashed = (name: string, hash: (text: string) => string): GrelFunction => (args) =>
  args.length === 1 && args[0] != null ? hash(valueText(args[0])) : expects(name, "un texto");

export const HASH_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  md5: hashed("md5", md5),
  sha1: hashed("sha1", sha1),
};
