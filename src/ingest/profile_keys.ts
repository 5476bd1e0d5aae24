// The keys of the metadata profile 1.1, by level: whether each must be there, what its value may be, and what a
// publisher should write (catalog-harvest 1.1).

import {
  date,
  email,
  emailWithBlanks,
  fileName,
  integer,
  keywords,
  list,
  object,
  periodicity,
  SUPER_THEMES,
  superThemes,
  temporal,
  text,
  textOrNumber,
  textOrTexts,
  texts,
  textUpTo,
  uri,
  type ValueCheck,
} from "./profile_values.ts";

export type Key = {
  readonly key: string;
  readonly need: "required" | "recommended" | "optional";
  readonly check: ValueCheck;
  /** What to write there. */
  readonly meaning: string;
  /** Keys of the object that it is. */
  readonly inside?: readonly Key[];
};

const need =
  (need: Key["need"]) => (key: string, check: ValueCheck, meaning: string, inside?: Key[]): Key => ({
    key,
    need,
    check,
    meaning,
    ...(inside && { inside }),
  });
const required = need("required");
const recommended = need("recommended");
const optional = need("optional");

const ISSUED = "la fecha de publicación (AAAA-MM-DD)";
const MODIFIED = "la fecha de la última modificación (AAAA-MM-DD)";
const LICENSE = "la licencia, por ejemplo Creative Commons Attribution 4.0";
const LANGUAGE = 'la lista de idiomas, por ejemplo ["spa"]';

/** Lists of entities are walked apart. */
export const PROFILE = {
  catalog: [
    required("title", text, "el nombre del catálogo"),
    required("description", text, "qué datos reúne el catálogo"),
    required("publisher", object, "el organismo que publica: un objeto con name y mbox", [
      required("name", text, "el nombre del organismo"),
      recommended("mbox", email, "el correo del organismo"),
    ]),
    required("superThemeTaxonomy", uri, "la dirección de la taxonomía global de temas"),
    required("dataset", list, "la lista de datasets"),
    recommended("issued", date, ISSUED),
    recommended("modified", date, MODIFIED),
    recommended("language", texts, LANGUAGE),
    recommended("themeTaxonomy", list, "la lista de temas propios, cada uno con id, label y description"),
    recommended("license", text, LICENSE),
    recommended("homepage", uri, "la dirección de la página del catálogo"),
    optional("rights", text, "los derechos sobre los datos"),
    optional("spatial", textOrTexts, "el territorio que abarca"),
    optional("identifier", textOrNumber, "el identificador del catálogo"),
  ],
  theme: [
    recommended("id", textOrNumber, "el identificador del tema, que usan los datasets"),
    recommended("label", text, "el nombre del tema"),
    recommended("description", text, "qué abarca el tema"),
  ],
  dataset: [
    required("identifier", textOrNumber, "un identificador único en el catálogo, que no cambie nunca"),
    required("title", textUpTo(100, "profile.dataset_title"), "el título del dataset (hasta 100 caracteres)"),
    required("description", text, "qué contiene el dataset"),
    required("publisher", object, "el área que publica: un objeto con name y mbox", [
      required("name", text, "el nombre del área"),
      recommended("mbox", emailWithBlanks, "el correo del área"),
    ]),
    required("superTheme", superThemes, `al menos un tema global: ${SUPER_THEMES.join(", ")}`),
    required("accrualPeriodicity", periodicity, "cada cuánto se actualiza: R/P1Y, R/P1M, R/P1D, eventual…"),
    required("issued", date, ISSUED),
    required("distribution", list, "la lista de distribuciones"),
    recommended("contactPoint", object, "a quién consultar: un objeto con fn y hasEmail", [
      recommended("fn", text, "el nombre de la persona o el área de contacto"),
      recommended("hasEmail", emailWithBlanks, "el correo de contacto"),
    ]),
    recommended("theme", texts, "la lista de ids de themeTaxonomy que le corresponden"),
    recommended("keyword", keywords, "la lista de palabras clave"),
    recommended("modified", date, MODIFIED),
    recommended("temporal", temporal, "el período que abarca: AAAA-MM-DD/AAAA-MM-DD"),
    recommended("license", text, LICENSE),
    optional("language", texts, LANGUAGE),
    optional("spatial", textOrTexts, "el territorio que abarca"),
    optional("landingPage", uri, "la dirección de la página del dataset"),
    optional("source", text, "la fuente de los datos"),
  ],
  distribution: [
    required("identifier", textOrNumber, "un identificador único, que no cambie nunca"),
    required("title", text, "el título de la distribución"),
    required("accessURL", uri, "la dirección de la página de la distribución"),
    required("downloadURL", uri, "la dirección del archivo"),
    required("issued", date, ISSUED),
    recommended("description", text, "qué contiene el archivo"),
    recommended("format", text, "el formato del archivo, por ejemplo CSV"),
    recommended("license", text, LICENSE),
    recommended("modified", date, MODIFIED),
    optional("mediaType", text, "el tipo de medio, por ejemplo text/csv"),
    optional("byteSize", integer, "el tamaño del archivo en bytes"),
    optional("rights", text, "los derechos sobre los datos"),
    optional("fileName", fileName, "el nombre del archivo"),
    optional("type", text, "file, file.upload, api, code o documentation"),
    optional("field", list, "la lista de campos"),
  ],
  field: [
    recommended(
      "title",
      textUpTo(60, "profile.field_title"),
      "el título de la columna (hasta 60 caracteres)",
    ),
    recommended("type", text, "el tipo de la columna, por ejemplo number"),
    recommended("description", text, "qué mide la columna, con su unidad"),
  ],
} as const satisfies Record<string, readonly Key[]>;

export type ProfileLevel = keyof typeof PROFILE;
