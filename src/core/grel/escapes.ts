// Functions that write a text the way another format wants it (`escape`) and read it back (`unescape`), and JSON.

import { isJsonObject, type Json } from "../json.ts";
import { expects, type GrelFunction, isText } from "./texts.ts";
import { GrelError, JsonFields, jsonText, type Value, valueText } from "./value.ts";

/** Names of HTML 4, by code: those of Latin-1 follow one another from 160. */
const LATIN_NAMES =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"
    .split(" ");
const OTHER_NAMES =
  "338 OElig 339 oelig 352 Scaron 353 scaron 376 Yuml 402 fnof 710 circ 732 tilde 913 Alpha 914 Beta 915 Gamma 916 Delta 917 Epsilon 918 Zeta 919 Eta 920 Theta 921 Iota 922 Kappa 923 Lambda 924 Mu 925 Nu 926 Xi 927 Omicron 928 Pi 929 Rho 931 Sigma 932 Tau 933 Upsilon 934 Phi 935 Chi 936 Psi 937 Omega 945 alpha 946 beta 947 gamma 948 delta 949 epsilon 950 zeta 951 eta 952 theta 953 iota 954 kappa 955 lambda 956 mu 957 nu 958 xi 959 omicron 960 pi 961 rho 962 sigmaf 963 sigma 964 tau 965 upsilon 966 phi 967 chi 968 psi 969 omega 977 thetasym 978 upsih 982 piv 8194 ensp 8195 emsp 8201 thinsp 8204 zwnj 8205 zwj 8206 lrm 8207 rlm 8211 ndash 8212 mdash 8216 lsquo 8217 rsquo 8218 sbquo 8220 ldquo 8221 rdquo 8222 bdquo 8224 dagger 8225 Dagger 8226 bull 8230 hellip 8240 permil 8242 prime 8243 Prime 8249 lsaquo 8250 rsaquo 8254 oline 8260 frasl 8364 euro 8465 image 8472 weierp 8476 real 8482 trade 8501 alefsym 8592 larr 8593 uarr 8594 rarr 8595 darr 8596 harr 8629 crarr 8656 lArr 8657 uArr 8658 rArr 8659 dArr 8660 hArr 8704 forall 8706 part 8707 exist 8709 empty 8711 nabla 8712 isin 8713 notin 8715 ni 8719 prod 8721 sum 8722 minus 8727 lowast 8730 radic 8733 prop 8734 infin 8736 ang 8743 and 8744 or 8745 cap 8746 cup 8747 int 8756 there4 8764 sim 8773 cong 8776 asymp 8800 ne 8801 equiv 8804 le 8805 ge 8834 sub 8835 sup 8836 nsub 8838 sube 8839 supe 8853 oplus 8855 otimes 8869 perp 8901 sdot 8968 lceil 8969 rceil 8970 lfloor 8971 rfloor 9001 lang 9002 rang 9674 loz 9824 spades 9827 clubs 9829 hearts 9830 diams"
    .split(" ");

const BASIC: readonly (readonly [string, string])[] = [["quot", '"'], ["amp", "&"], ["lt", "<"], ["gt", ">"]];
const HTML_NAMES = new Map([
  ...BASIC,
  ...LATIN_NAMES.map((name, i): [string, string] => [name, String.fromCharCode(160 + i)]),
  ...Array.from(
    { length: OTHER_NAMES.length / 2 },
    (_, i): [string, string] => [OTHER_NAMES[2 * i + 1]!, String.fromCharCode(Number(OTHER_NAMES[2 * i]))],
  ),
]);
const XML_NAMES = new Map([...BASIC, ["apos", "'"] as const]);
const inverse = (names: ReadonlyMap<string, string>) =>
  new Map([...names].map(([name, sign]) => [sign, name]));
const HTML_SIGNS = inverse(HTML_NAMES);
const XML_SIGNS = inverse(XML_NAMES);

const named = (text: string, signs: ReadonlyMap<string, string>) =>
  text.replace(/[^]/g, (sign) => signs.has(sign) ? `&${signs.get(sign)};` : sign);

const unnamed = (text: string, names: ReadonlyMap<string, string>) =>
  text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,9}));/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return names.get(name) ?? whole;
      const code = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    },
  );

const JS_SIGNS: Readonly<Record<string, string>> = { "\b": "b", "\n": "n", "\t": "t", "\f": "f", "\r": "r" };
const JS_LETTERS = Object.fromEntries(Object.entries(JS_SIGNS).map(([sign, letter]) => [letter, sign]));

const inJavaScript = (text: string) =>
  text.replace(
    /["'\\/]|[^ -~]/g,
    (sign) =>
      /["'\\/]/.test(sign)
        ? `\\${sign}`
        : JS_SIGNS[sign] !== undefined
        ? `\\${JS_SIGNS[sign]}`
        : `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
  );

const outOfJavaScript = (text: string) =>
  text.replace(
    /\\(?:u+([0-9a-fA-F]{4})|([0-7]{1,3})|([^]))/g,
    (_, hex, octal, sign) =>
      hex !== undefined
        ? String.fromCharCode(parseInt(hex, 16))
        : octal !== undefined
        ? String.fromCharCode(parseInt(octal, 8))
        : JS_LETTERS[sign] ?? sign,
  );

const inUrl = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(/%20/g, "+").replace(
    /[!'()~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function outOfUrl(text: string): string | GrelError {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return new GrelError("No se puede leer como parte de una dirección");
  }
}

const inCsv = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const outOfCsv = (text: string) => /^"([^]*)"$/.exec(text)?.[1]?.replaceAll('""', '"') ?? text;

type Mode = (text: string) => string | GrelError;
const ESCAPES: Readonly<Record<string, readonly [escape: Mode, unescape: Mode]>> = {
  html: [(text) => named(text, HTML_SIGNS), (text) => unnamed(text, HTML_NAMES)],
  xml: [(text) => named(text, XML_SIGNS), (text) => unnamed(text, XML_NAMES)],
  csv: [inCsv, outOfCsv],
  url: [inUrl, outOfUrl],
  javascript: [inJavaScript, outOfJavaScript],
};

const unknownMode = (name: string, mode: string) => new GrelError(`${name} no conoce el modo "${mode}"`);

/** Deeper JSON is refused: what goes through it uses the stack. */
const DEEPEST_JSON = 500;

const parseJson: GrelFunction = (args) => {
  if (args.length < 1 || args[0] == null) return null;
  const text = valueText(args[0]);
  if (text.trim() === "") return null;
  try {
    // Numbers keep whether they were written as integers; the reviver is told their text.
    const parsed = (JSON.parse as (text: string, reviver: Reviver) => Marked)(
      text,
      (_, value, context) =>
        typeof value === "number" && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context!.source!) : value,
    );
    return ofJson(parsed, 0);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new GrelError("No se puede leer como JSON");
  }
};

type Marked = Json | bigint | Marked[] | { [key: string]: Marked };
type Reviver = (key: string, value: Marked, context?: { readonly source?: string }) => Marked;

function ofJson(value: Marked, depth: number): Value {
  if (depth > DEEPEST_JSON) throw new SyntaxError("too deep");
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : Number(value);
  if (Array.isArray(value)) return value.map((item) => ofJson(item, depth + 1));
  if (isJsonObject(value)) {
    return new JsonFields(
      new Map(Object.entries(value).map(([key, of]) => [key, ofJson((of ?? null) as Marked, depth + 1)])),
    );
  }
  return value as Value;
}

export const ESCAPE_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  escape: (args) => {
    const [subject, mode] = args;
    if (args.length !== 2 || !isText(mode)) return null;
    const change = ESCAPES[mode.toLowerCase()]?.[0];
    return change ? change(subject == null ? "" : valueText(subject)) : unknownMode("escape", mode);
  },
  unescape: (args) => {
    const [subject, mode] = args;
    if (args.length !== 2 || !isText(subject) || !isText(mode)) return null;
    const change = ESCAPES[mode.toLowerCase()]?.[1];
    return change ? change(subject) : unknownMode("unescape", mode);
  },
  parseJson,
  jsonize: (args) => args.length === 1 ? jsonText(args[0]!) : expects("jsonize", "un valor"),
};
