// What S3 answers, as XML that machines write: a few elements that hold text alone, with names that say what they
// are wherever they stand. A listing can be megabytes of them.

/** Texts of all elements of a name, in order; none where it is not XML at all. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text]) => decoded(text!));
}

/** What an answer calls its fault, `NoSuchKey`; undefined where it is none. */
export const faultCode = (xml: string): string | undefined =>
  /<Error[\s>]/.test(xml) ? textsOf(xml, "Code")[0] : undefined;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal));
  });
}

/** A text inside an element. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
