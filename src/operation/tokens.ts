// Secrets that are handed out once: random text, of which only a digest is kept.

/** So many bytes that nobody can foretell. */
export type RandomBytes = (length: number) => Uint8Array;

const TOKEN_BYTES = 32;

/** 256 bits, as 43 characters that need no quoting in an address or a cookie. */
export function newToken(randomBytes: RandomBytes): string {
  return base64Url(randomBytes(TOKEN_BYTES));
}

/** What is kept of a token: SHA-256 of its text, hexadecimal. `use` makes digests of one token differ. */
export async function tokenDigest(token: string, use = ""): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(use + token));
  return new Uint8Array(sum).toHex();
}

export function base64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Bytes of `base64Url`; undefined for other text. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return undefined;
  }
}

/** Whether two byte strings are the same, in a time that tells only whether their lengths are. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}
