// What all places of published files have in common.

/** Whether a name is that of a file of the root: what it holds may change, what the others hold never does. */
export const isPointer = (name: string): boolean => !name.includes("/");

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
