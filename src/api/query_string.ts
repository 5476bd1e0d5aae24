// The query string as the contract reads it: `&` and `;` separate, the last of a repeated name wins. Values of
// `/series` but `ids` are lower-cased, those of `/search` are not. What is not valid percent-encoded UTF-8 becomes
// the replacement character.

const utf8 = new TextDecoder();

function decode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    const bytes = new TextEncoder().encode(spaced);
    const decoded: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const escape = bytes[at] === 0x25 ? spacedHex(bytes, at) : undefined;
      decoded.push(escape ?? bytes[at]!);
      if (escape !== undefined) at += 2;
    }
    return utf8.decode(new Uint8Array(decoded));
  }
}

/** Byte of the escape `%XX` at a position, or undefined where the digits are none. */
function spacedHex(bytes: Uint8Array, at: number): number | undefined {
  const digits = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
  return /^[0-9a-f]{2}$/i.test(digits) ? parseInt(digits, 16) : undefined;
}

/** Query string of a URL, without the question mark. */
export function rawQuery(url: string): string {
  const from = url.indexOf("?");
  if (from < 0) return "";
  const to = url.indexOf("#", from);
  return url.slice(from + 1, to < 0 ? undefined : to);
}

export function parseQuery(query: string, keepCase = false): Map<string, string> {
  const params = new Map<string, string>();
  for (const part of query.split(/[&;]/)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? "" : decode(part.slice(equals + 1));
    params.set(name, keepCase || name === "ids" ? value : value.toLowerCase());
  }
  return params;
}
