// The words of the reference page on the validator, each in Spanish and English. The messages of its checks are
// the contract's: publishers' tools read them.

import { VALIDATION } from "../core/validate.ts";
import type { Bilingual } from "./text.ts";

export const VALIDATE_REQUEST = `POST /series/api/validate/
Content-Type: application/json

{
    "catalog_url": "https://datos.example.org/data.json",
    "distribution_id": "125.1",
    "catalog_format": "json"
}`;

export const VALIDATE_RULES: readonly Bilingual[] = [
  [
    "`catalog_url` es la dirección http o https de un `data.json` o del libro de Excel oficial; `distribution_id`, el identificador de una distribución de series de tiempo. `catalog_format` (`json` o `xlsx`) se puede omitir.",
    "`catalog_url` is the http or https address of a `data.json` or of the official workbook; `distribution_id`, the identifier of a distribution of time series. `catalog_format` (`json` or `xlsx`) may be left out.",
  ],
  [
    "Responde 200 con `catalog_url`, `distribution_id`, `found_issues` y `detail`, la lista de mensajes: uno por control que falla, en el orden de la tabla; vacía si la distribución se puede cosechar.",
    "It answers 200 with `catalog_url`, `distribution_id`, `found_issues` and `detail`, the list of messages: one for each check that fails, in the order of the table; empty when the distribution can be harvested.",
  ],
  [
    "Lo que impide validar también es un mensaje: el catálogo o el archivo no se pueden leer, la distribución no existe, la frecuencia no se admite.",
    "What keeps it from being judged is a message, too: the catalog or the file cannot be read, there is no such distribution, the frequency is not accepted.",
  ],
  [
    "400 en texto plano: `Error leyendo la data del request` si el cuerpo no es JSON, `catalog_url y distribution_id son parametros obligatorios` si falta uno. Otro método: 405.",
    "400 in plain text: `Error leyendo la data del request` when the body is not JSON, `catalog_url y distribution_id son parametros obligatorios` when one is missing. Another method: 405.",
  ],
  [
    `Se leen hasta ${VALIDATION.sourceMb} MB de cada archivo y se dedican hasta ${VALIDATION.seconds} segundos; el cuerpo del pedido, hasta ${
      VALIDATION.bodyBytes / 1024
    } kB (413). Las direcciones de redes internas se rechazan. Con demasiadas validaciones en curso: 503 con \`Retry-After\`.`,
    `Up to ${VALIDATION.sourceMb} MB of each file are read and up to ${VALIDATION.seconds} seconds are spent; the body of the request, up to ${
      VALIDATION.bodyBytes / 1024
    } kB (413). Addresses of internal networks are refused. With too many validations under way: 503 with \`Retry-After\`.`,
  ],
  [
    "Lo mismo en su máquina, para todo el catálogo, con el perfil de metadatos y cómo corregir cada falla: `deno task harvest --check ARCHIVO|URL`.",
    "The same on your machine, for the whole catalog, with the metadata profile and how to mend each fault: `deno task harvest --check FILE|URL`.",
  ],
];

/** In the order in which they are told. */
export const VALIDATE_CHECKS: readonly { readonly check: Bilingual; readonly text: string }[] = [
  {
    check: [
      "Más del 2 % de las series tiene un solo valor",
      "More than 2 % of the series have one value alone",
    ],
    text: "{título} tiene {n} valores, deberia tener 2 o mas",
  },
  {
    check: ["El 20 % de las series, o más, está en blanco", "20 % of the series, or more, are blank"],
    text:
      "Proporción de series nulas en distribución {id} por encima del umbral permitido (0.2): {proporción}",
  },
  {
    check: [
      "Un título de columna tiene otros caracteres que minúsculas, números y guión bajo",
      "A column title has other characters than lower-case letters, digits and underscore",
    ],
    text:
      "'{título}' usa caracteres invalidos ('{carácter}'). Validos: 'abcdefghijklmnopqrstuvwxyz0123456789_'",
  },
  {
    check: [
      "Un identificador tiene otros caracteres que letras, números, guiones y punto",
      "An identifier has other characters than letters, digits, hyphens and dot",
    ],
    text:
      "'{id}' usa caracteres invalidos ('{carácter}'). Validos: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.'",
  },
  {
    check: ["Un título de columna pasa de 60 caracteres", "A column title has more than 60 characters"],
    text: "'{título}' tiene '{n}' caracteres. Maximo: '60'",
  },
  {
    check: [
      "A una serie le falta más del 99,9 % de los valores",
      "A series lacks more than 99.9 % of its values",
    ],
    text: "{título} tiene mas missings ({n}) que valores ({n})",
  },
  {
    check: [
      "Un identificador está también en otra distribución del catálogo",
      "An identifier is in another distribution of the catalog, too",
    ],
    text: "Hay field con id repetido: {id}",
  },
  {
    check: ["Dos campos tienen el mismo título", "Two fields have the same title"],
    text: "Hay field con title repetido: ['{título}']",
  },
  {
    check: ["Dos campos tienen la misma descripción", "Two fields have the same description"],
    text: "Hay field con description repetido: ['{descripción}']",
  },
  {
    check: ["Una serie tiene valores que no son números", "A series has values that are not numbers"],
    text: "'{título}' tiene valores no numericos: '{valores}'",
  },
  {
    check: [
      "Un campo documentado no tiene columna en el archivo",
      "A documented field has no column in the file",
    ],
    text: "Campo {título} faltante en la distribución {id}",
  },
  {
    check: [
      "Las fechas no siguen una por una la frecuencia declarada",
      "The dates do not follow the declared frequency one by one",
    ],
    text:
      "Datos inconsistentes en la distribución {id}: Comienzo '{fecha}' / Fin '{fecha}' / Frecuencia '{frecuencia}' / Fechas '{n}' / Valores '{n}'",
  },
  {
    check: [
      "Un identificador se repite en la distribución",
      "An identifier is repeated in the distribution",
    ],
    text: "Hay field con id repetido: {id}",
  },
  {
    check: ["Un campo no tiene descripción", "A field has no description"],
    text: "Existen fields sin descripción en la distribución {id}",
  },
];
