// Digests of bytes, as hexadecimal text.

import { createHash } from "node:crypto";

/** Names published files and packed observations. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The contract's hash of a source file. */
export const sha512 = (bytes: Uint8Array): string => createHash("sha512").update(bytes).digest("hex");

/** Names a file while it is written. */
export function runningSha256(): { update(bytes: Uint8Array): void; digest(): string } {
  const sum = createHash("sha256");
  return { update: (bytes) => void sum.update(bytes), digest: () => sum.digest("hex") };
}
