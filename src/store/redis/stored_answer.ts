// A rendered answer as the bytes that Redis keeps: a checksum of all that follows, the length of a head, the head as
// JSON, the body. Nothing is believed that does not fit together: others may write there too.

import { crc32 } from "node:zlib";
import type { StoredAnswer } from "../../core/shared_bodies.ts";

type Head = Omit<StoredAnswer, "body"> & {
  /** What was asked: names in Redis are digests. */
  readonly key: string;
  readonly isText: boolean;
};

/** Where the head begins. */
const HEAD_AT = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Packs an answer. */
export function encodeAnswer(key: string, { body, ...answer }: StoredAnswer): Uint8Array<ArrayBuffer> {
  const isText = typeof body === "string";
  const content = isText ? encoder.encode(body) : body;
  const head: Head = { ...answer, key, isText };
  const text = encoder.encode(JSON.stringify(head));
  const bytes = new Uint8Array(HEAD_AT + text.length + content.length);
  bytes.set(text, HEAD_AT);
  bytes.set(content, HEAD_AT + text.length);
  const numbers = new DataView(bytes.buffer);
  numbers.setUint32(4, text.length, true);
  numbers.setUint32(0, crc32(bytes.subarray(4)), true);
  return bytes;
}

/** Unpacks the answer to `key`; undefined for anything else. */
export function decodeAnswer(key: string, bytes: Uint8Array): StoredAnswer | undefined {
  if (bytes.length < HEAD_AT) return undefined;
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (crc32(bytes.subarray(4)) !== numbers.getUint32(0, true)) return undefined;
  const bodyAt = HEAD_AT + numbers.getUint32(4, true);
  try {
    const head: unknown = JSON.parse(decoder.decode(bytes.subarray(HEAD_AT, bodyAt)));
    if (!isHead(head) || head.key !== key) return undefined;
    const content = new Uint8Array(bytes.subarray(bodyAt));
    const { headers, tag, lastModified, isText } = head;
    return {
      body: isText ? decoder.decode(content) : content,
      headers,
      tag,
      ...(lastModified !== undefined && { lastModified }),
    };
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  if (typeof value !== "object" || value === null) return false;
  const { key, isText, tag, headers, lastModified } = value as Record<string, unknown>;
  return typeof key === "string" && typeof isText === "boolean" &&
    typeof tag === "string" && ["number", "undefined"].includes(typeof lastModified) &&
    typeof headers === "object" && headers !== null &&
    Object.values(headers).every((text) => typeof text === "string");
}
