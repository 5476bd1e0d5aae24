// What no line of a log shows: the secrets of its step, and passwords in addresses.

import { MASK, maskAddress } from "../core/etl/masking.ts";

/** Lines of a secret that are shorter could be anything. */
const SHORTEST_LINE = 4;

export type Mask = {
  /** Bytes that the longest secret may take. */
  readonly longest: number;
  /** Of a text that goes on, what begins in its first `limit` UTF-16 units; a secret on the limit goes whole. */
  (text: string, limit?: number): string;
};

/**
 * Secrets are found as they are, as they stand in an address and as they stand in JSON; of one with several lines,
 * the lines.
 */
export function maskOf(secrets: readonly string[]): Mask {
  const texts = new Set(
    secrets.flatMap((secret) => [
      ...(/[\r\n]/.test(secret) ? [] : [secret]),
      ...secret.split(/[\r\n]+/).filter((line) => line.length >= SHORTEST_LINE),
    ]).flatMap((text) => [text, encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1)]),
  );
  texts.delete("");
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  const pattern = longestFirst.length === 0
    ? undefined
    : new RegExp(longestFirst.map((text) => RegExp.escape(text)).join("|"), "g");

  const hideSecrets = (text: string, limit: number) => {
    if (pattern === undefined) return text.slice(0, limit);
    let shown = "";
    let at = 0;
    for (const { 0: secret, index } of text.matchAll(pattern)) {
      if (index >= limit) break;
      shown += text.slice(at, index) + MASK;
      at = index + secret.length;
    }
    return shown + text.slice(at, Math.max(at, limit));
  };

  const mask = (text: string, limit?: number) =>
    limit === undefined ? maskAddress(hideSecrets(text, text.length)) : maskCut(hideSecrets(text, limit));
  return Object.assign(mask, {
    longest: Math.max(0, ...longestFirst.map((text) => new TextEncoder().encode(text).length)),
  });
}

/** The "@" that tells a password may stand behind the cut. */
function maskCut(text: string): string {
  const masked = maskAddress(`${text}@`);
  return masked.endsWith("@") ? masked.slice(0, -1) : masked;
}
