// What tells one text of ours from another in an address.

/** The first 64 bits of its SHA-256, hexadecimal. */
export async function shortHash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return digest.subarray(0, 8).toHex();
}
