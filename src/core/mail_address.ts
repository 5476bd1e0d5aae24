// Addresses of mail as they are written in settings and accounts: such that nothing in them could begin another
// recipient or another header.

const ADDRESS = /^[^\s@,;:<>()[\]"\\]{1,64}@[^\s@,;:<>()[\]"\\]{1,255}$/u;

export const isMailAddress = (text: string): boolean => ADDRESS.test(text);

/** Parts of a sender, `address` or `Name <address>`; undefined where it has no address. */
export function parseSender(text: string): { readonly name: string; readonly address: string } | undefined {
  const [, name = "", inAngles, bare] = /^(?:([^<>"\p{Cc}]*)<([^<>]+)>|(\S+))$/u.exec(text.trim()) ?? [];
  const address = inAngles ?? bare ?? "";
  return isMailAddress(address) ? { name: name.trim(), address } : undefined;
}
