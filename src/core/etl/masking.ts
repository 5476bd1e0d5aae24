// Passwords in addresses, wherever an address stands in a text: `scheme://user:password@…`, and the parameters that
// drivers of databases take them in. Where a reading is doubtful more is hidden rather than less.

/** What stands for a password. */
export const MASK = "***";

/** Schemes whose authority ends at the first slash for all who read them: a port is no password. */
const STRICT_SCHEMES = /(?:^|[^a-z0-9+.-])(?:https?|wss?)$/i;
const PORT = /^\d{1,5}(?:[/?#\s]|$)/;
const IPV6 = /^\[[0-9a-f:.]+\]/i;
const PARAMETER = /([?&;](?:password|passwd|pwd|sslpassword)=)([^\s&;#"'<>]+)/gi;

type Span = { readonly from: number; readonly to: number };

/** The text with `***` for each password of an address. Masked again it stays the same. */
export function maskAddress(text: string): string {
  let masked = "";
  let at = 0;
  for (const { from, to } of passwordSpans(text)) {
    masked += text.slice(at, from) + MASK;
    at = to;
  }
  masked += text.slice(at);
  return masked.includes("=") ? masked.replace(PARAMETER, `$1${MASK}`) : masked;
}

export const hasMask = (text: string): boolean => text.includes(MASK);

/** Passwords of the addresses in a text, as written and with their percent-encodings resolved. */
export function passwordsIn(text: string): string[] {
  const written = [
    ...passwordSpans(text).map(({ from, to }) => text.slice(from, to)),
    ...[...text.matchAll(PARAMETER)].map(([, , password]) => password!),
  ];
  const found = written.flatMap((password) => [password, decoded(password)]);
  return [...new Set(found)].filter((password) => password !== "" && password !== MASK);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function passwordSpans(text: string): Span[] {
  const spans: Span[] = [];
  if (!text.includes("@")) return spans;
  // The text without blanks in which the search is: looked through once for all addresses in it.
  let run = { end: 0, lastAt: -1 };
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at)) {
    const scheme = text.slice(Math.max(0, at - 32), at);
    at += 3;
    if (!/[a-z0-9]$/i.test(scheme) || IPV6.test(text.slice(at, at + 50))) continue;
    const user = endOfUser(text, at);
    if (text[user] !== ":") continue;
    const from = user + 1;
    if (from > run.end) run = runAt(text, from);
    const isPort = PORT.test(text.slice(from, from + 6));
    const isHttp = STRICT_SCHEMES.test(scheme);
    const isStrict = isHttp || text.slice(at, user).includes("@");
    if (isPort && isStrict) continue;
    const to = run.lastAt >= from
      ? lastAtBefore(text, from, run.end, isHttp ? ['"', "/", "?", "#"] : ['"']) ?? run.lastAt
      : isPort || isStrict
      ? -1
      : endOfSpaced(text, from);
    if (to < from) continue;
    spans.push({ from, to });
    at = to;
  }
  return spans;
}

function endOfUser(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s:/"]/.test(text[at]!)) at++;
  return at;
}

function runAt(text: string, from: number): { readonly end: number; readonly lastAt: number } {
  const length = text.slice(from).search(/\s/);
  const end = length < 0 ? text.length : from + length;
  return { end, lastAt: text.lastIndexOf("@", end - 1) };
}

/** A quotation mark ends an address, as in JSON, and a slash that of a server, if there is an `@` before it. */
function lastAtBefore(text: string, from: number, end: number, signs: readonly string[]): number | undefined {
  for (let at = from, found: number | undefined;; at++) {
    if (at >= end || signs.includes(text[at]!)) return found;
    if (text[at] === "@") found = at;
  }
}

/** A password with blanks in it: to the next `@` of the line. */
function endOfSpaced(text: string, from: number): number {
  const at = text.indexOf("@", from);
  const newline = text.indexOf("\n", from);
  return newline >= 0 && newline < at ? -1 : at;
}
