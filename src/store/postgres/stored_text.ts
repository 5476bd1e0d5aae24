// Text that PostgreSQL refuses, as text that it takes: publishers' identifiers and titles may hold the character 0.
// It becomes U+0001 U+0002, and U+0001 itself U+0001 U+0003, which keeps the order; halves of a surrogate pair become
// U+FFFD, as in every store.

export function storable(text: string): string {
  return String(text).toWellFormed().replaceAll("\x01", "\x01\x03").replaceAll("\0", "\x01\x02");
}

export function restored(text: string): string {
  return text.includes("\x01") ? text.replaceAll("\x01\x02", "\0").replaceAll("\x01\x03", "\x01") : text;
}

/** JSON whose texts can be stored. Metadata is JSON already, so it is a text in it without any odd character. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (!/\\u(000[01]|d[89a-f])/.test(text)) return text;
  return JSON.stringify(value, (_, inner) => typeof inner === "string" ? storable(inner) : inner);
}
