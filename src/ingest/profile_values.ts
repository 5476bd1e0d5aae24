// What a value of the metadata profile may be: one check for each kind of value. A check looks at values that are
// there; whether they must be is profile.ts's.

import { isJsonObject, type Json } from "../core/json.ts";
import { existingDay } from "../core/time.ts";
import type { FindingCode } from "./finding.ts";

export type ValueFault = {
  readonly code: FindingCode;
  /** Follows the key and its entity: `no es una fecha: "…"`. */
  readonly says: string;
  readonly remedy: string;
  /** Rest of the JSON pointer, for an item of a list. */
  readonly at?: string;
};

export type ValueCheck = (value: Json) => ValueFault | undefined;

const LONGEST_SHOWN = 80;

/** A value as the publisher wrote it, cut. */
export function shown(value: Json | undefined): string {
  const text = typeof value === "object" && value !== null
    ? Array.isArray(value) ? "una lista" : "un objeto"
    : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

const wrongType = (value: Json, expected: string, at?: string): ValueFault => ({
  code: "profile.type",
  says: `debe ser ${expected} y es ${shown(value)}`,
  remedy: `Escriba ${expected}`,
  ...(at !== undefined && { at }),
});

export const text: ValueCheck = (value) =>
  typeof value === "string" ? undefined : wrongType(value, "un texto entre comillas");

/** Identifiers: many publishers write them as numbers. */
export const textOrNumber: ValueCheck = (value) => typeof value === "number" ? undefined : text(value);

export const integer: ValueCheck = (value) =>
  Number.isInteger(value) ? undefined : wrongType(value, "un número entero, sin comillas");

export const object: ValueCheck = (value) =>
  isJsonObject(value) ? undefined : wrongType(value, "un objeto con sus claves entre llaves");

export const list: ValueCheck = (value) =>
  Array.isArray(value) ? undefined : wrongType(value, "una lista entre corchetes");

/** A text that `holds`, else a fault with this code. */
function textThat(
  holds: (text: string) => boolean,
  code: FindingCode,
  says: string,
  remedy: string,
): ValueCheck {
  return (value) => {
    const fault = text(value);
    if (fault || holds(value as string)) return fault;
    return { code, says: `${says}: ${shown(value)}`, remedy };
  };
}

export const textUpTo = (length: number, code: FindingCode): ValueCheck =>
  textThat(
    (value) => [...value].length <= length,
    code,
    `tiene más de ${length} caracteres`,
    `Acórtelo a ${length} caracteres como máximo y deje el detalle para "description"`,
  );

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function isDate(value: string): boolean {
  const [, year, month, day] = DATE.exec(value) ?? [];
  return year !== undefined && existingDay(Number(year), Number(month), Number(day)) !== undefined;
}

export const date = textThat(
  isDate,
  "profile.date",
  "no es una fecha",
  "Escriba la fecha como AAAA-MM-DD, o AAAA-MM-DDThh:mm:ss con la hora",
);

export const temporal = textThat(
  (value) => value.split("/").length <= 2 && value.split("/").every(isDate),
  "profile.temporal",
  "no es una fecha ni un período",
  "Escriba una fecha (AAAA-MM-DD) o el comienzo y el fin separados por una barra: AAAA-MM-DD/AAAA-MM-DD",
);

const isEmail = (value: string) => /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value);
const EMAIL_REMEDY = "Escriba una sola dirección, como datos@organismo.gob.ar";

export const email = textThat(isEmail, "profile.email", "no es una dirección de correo", EMAIL_REMEDY);

export const emailWithBlanks = textThat(
  (value) => isEmail(value.trim()),
  "profile.email",
  "no es una dirección de correo",
  EMAIL_REMEDY,
);

export const uri = textThat(
  (value) => /^[a-z][a-z0-9+.-]*:\S/i.test(value.trim()) && URL.canParse(value.trim()),
  "profile.uri",
  "no es una dirección web completa",
  "Escriba la dirección con su comienzo: https://…",
);

export const SUPER_THEMES = "AGRI ECON EDUC ENER ENVI GOVE HEAL INTR JUST REGI SOCI TECH TRAN".split(" ");

export const periodicity = textThat(
  (value) => /^(?:R\/P\d+(?:\.\d+)?[YMWD]|R\/PT\d+(?:\.\d+)?[HMS]|eventual|EVENTUAL)$/.test(value),
  "profile.periodicity",
  "no es una frecuencia de actualización",
  "Escriba R/P y un período ISO 8601 (R/P1Y, R/P3M, R/P1M, R/P1D, R/PT1H…) o eventual",
);

export const fileName = textThat(
  (value) => /^[\w .()+,-]+$/.test(value),
  "profile.file_name",
  "tiene caracteres que no se admiten",
  "Deje sólo letras sin tilde ni eñe, números, puntos y guiones",
);

/** A list of texts that are not blank and `hold`. */
function textsThat(
  holds: (text: string) => boolean,
  code: FindingCode,
  says: string,
  remedy: string,
): ValueCheck {
  return (value) => {
    if (!Array.isArray(value)) return list(value);
    for (const [position, item] of value.entries()) {
      const at = `/${position}`;
      if (typeof item !== "string") return wrongType(item, "una lista de textos", at);
      if (item.trim() === "") {
        return {
          code: "profile.blank_item",
          says: "tiene un elemento vacío",
          remedy: "Quite de la lista los elementos vacíos",
          at,
        };
      }
      if (!holds(item)) return { code, says: `${says}: ${shown(item)}`, remedy, at };
    }
    return undefined;
  };
}

export const texts = textsThat(() => true, "profile.type", "", "");

export const keywords = textsThat(
  (item) => /^[\p{L}\p{M}\p{N} ._-]+$/u.test(item),
  "profile.keyword",
  "tiene un elemento con caracteres que no se admiten",
  "Deje sólo letras, números, espacios, puntos y guiones",
);

export const superThemes = textsThat(
  (item) =>
    SUPER_THEMES.includes(item) || SUPER_THEMES.includes(item.toUpperCase()) && item === item.toLowerCase(),
  "profile.super_theme",
  "tiene un tema global que no existe",
  `Elija entre ${SUPER_THEMES.join(", ")}, todo en mayúsculas o todo en minúsculas`,
);

export const textOrTexts: ValueCheck = (value) => Array.isArray(value) ? texts(value) : text(value);

/** Extensions of a media type; one that is not here is not judged. */
const MEDIA_TYPES: Readonly<Record<string, readonly string[]>> = {
  "text/csv": ["csv"],
  "text/plain": ["txt", "csv", "tsv"],
  "text/tab-separated-values": ["tsv"],
  "text/html": ["html", "htm"],
  "text/xml": ["xml"],
  "application/xml": ["xml"],
  "application/json": ["json"],
  "application/geo+json": ["geojson", "json"],
  "application/pdf": ["pdf"],
  "application/vnd.ms-excel": ["xls"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "application/vnd.oasis.opendocument.spreadsheet": ["ods"],
  "application/msword": ["doc"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.google-earth.kml+xml": ["kml"],
  "image/jpeg": ["jpg", "jpeg"],
  "image/png": ["png"],
  "image/tiff": ["tif", "tiff"],
};
/** Spellings of one format. */
const SYNONYMS = [["jpg", "jpeg"], ["tif", "tiff"], ["htm", "html"], ["yml", "yaml"]];
/** They hide what the file is. */
const EXEMPT = ["", "zip", "php", "asp", "aspx"];

/** Whether a file so named may be of that format. */
export function extensionFits(format: string, address: string): boolean {
  const extension = extensionOf(address);
  if (EXEMPT.includes(extension)) return true;
  const named = format.trim().toLowerCase().replace(/^\./, "");
  if (named.includes("/")) return MEDIA_TYPES[named]?.includes(extension) ?? true;
  return [[named], ...SYNONYMS].some((group) => group.includes(named) && group.includes(extension));
}

/** Extension of the last part of an address or file name, in lower case; empty when it has none. */
export function extensionOf(address: string): string {
  const path = address.trim().replace(/[?#].*$/s, "").replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  const [, extension = ""] = /[^/.]\.([^/.]*)$/.exec(path) ?? [];
  return extension.toLowerCase();
}
