// What a sentence of a harvest is about and how a publisher mends it, found by the sentence: reports have nothing else,
// of earlier readings too.

import type { Advice } from "../core/indexing_report.ts";
import type { ReportedFault } from "../core/report.ts";
import { FINDING_CODES } from "../ingest/finding.ts";
import { OBSTACLE_REMEDIES, RULE_REMEDIES } from "../ingest/remedies.ts";

type Named = keyof typeof RULE_REMEDIES | keyof typeof OBSTACLE_REMEDIES;

/** Sentences of rules and obstacles; the first row that fits counts. */
const SENTENCES: readonly (readonly [RegExp, Named])[] = [
  [/ tiene \d+ valores, deberia tener /, "few_values"],
  [/^Proporción de series nulas en distribución /, "blank_series"],
  [/' usa caracteres invalidos \('.*Validos: 'abcdefghijklmnopqrstuvwxyz0123456789_'$/su, "column_title"],
  [/^Existe un campo sin nombre /, "column_title"],
  [/' usa caracteres invalidos \('/, "field_id"],
  [/' tiene '\d+' caracteres\. Maximo: /, "title_length"],
  [/ tiene mas missings \(/, "missing_share"],
  [/^Hay field con id repetido: /, "id_taken"],
  [/^Hay field con title repetido: /, "repeated_title"],
  [/^Hay field con description repetido: /, "repeated_description"],
  [/' tiene (valores no numericos: '|un valor infinito )/, "numeric"],
  [/^Campo .* faltante en la distribución /s, "missing_column"],
  [/^Datos inconsistentes en la distribución /, "shape"],
  [/^Existen fields sin descripción /, "missing_description"],
  [/^La frecuencia.* del índice de tiempo no se admite/s, "frequency"],
  [/^DownloadURL no encontrado$|^downloadURL |^Un catálogo leído de la red /, "address"],
  [/\bCSV\b|^La fila \d+ |^La columna de tiempo /, "csv"],
];

const OTHERS: readonly (readonly [RegExp, Advice])[] = [
  [/^El archivo supera el límite /, {
    heading: "Archivo demasiado grande",
    remedy: "Divídalo en varias distribuciones más chicas",
  }],
  [/^El certificado TLS /, {
    heading: "Servidor con un certificado que no vale",
    remedy: "Renueve el certificado, o publique también los intermedios que le faltan",
  }],
  [/^Excepción en distribución /, {
    heading: FINDING_CODES["series.distribution"][1],
    remedy: 'Dé a la distribución un "identifier" que no esté en otra del dataset',
  }],
];

const OF_LEVELS = {
  catalog: {
    heading: FINDING_CODES["catalog.unreadable"][1],
    remedy:
      "Revise que la dirección responda sin clave desde cualquier red, y que lo que hay allí sea un data.json o " +
      "un libro de Excel entero, o un portal CKAN",
  },
  dataset: {
    heading: FINDING_CODES["series.dataset"][1],
    remedy:
      'Dé al dataset un "identifier" que no esté en otro del catálogo, y escríbalo como un objeto con sus claves',
  },
  field: {
    heading: FINDING_CODES["series.field"][1],
    remedy: "Escriba cada campo como un objeto con sus claves entre llaves",
  },
} as const satisfies Record<string, Advice>;

/** Advice on one sentence of a fault. */
export function adviceOn({ level }: Pick<ReportedFault, "level">, sentence: string): Advice {
  if (level !== "distribution") return OF_LEVELS[level];
  const other = OTHERS.find(([pattern]) => pattern.test(sentence));
  if (other) return other[1];
  const name = SENTENCES.find(([pattern]) => pattern.test(sentence))?.[1] ?? "unreadable";
  const remedy = { ...RULE_REMEDIES, ...OBSTACLE_REMEDIES }[name];
  return {
    heading: FINDING_CODES[`series.${name}`][1],
    remedy: name === "shape" ? `${rowsText(sentence)}${remedy}` : remedy,
  };
}

/** In words what the sentence of the shape says in figures. */
function rowsText(sentence: string): string {
  const [, expected, found] = / \/ Fechas '(\d+)' \/ Valores '(\d+)'$/.exec(sentence) ?? [];
  if (expected === undefined || found === undefined) return "";
  // Descending dates have nothing that would come between them.
  if (expected === found || Number(expected) === 0) return "Alguna fecha no es la que sigue a la anterior. ";
  return `De la primera a la última fecha corresponden ${expected} filas y el archivo tiene ${found}. `;
}
