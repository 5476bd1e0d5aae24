// The errors of `/series` as the reference page shows them, in the order of the stages. The texts themselves
// are written where they are thrown (core/series_request.ts); test/docs.test.ts asks each `example` and
// compares, so this table cannot lag.

import { LIMITS } from "../core/series_request.ts";

type Text = readonly [string, string];

export type ErrorText = {
  /** Parameters that are checked together. */
  readonly stage: string;
  readonly when: Text;
  /** With `{…}` where the answer has what was asked. */
  readonly text: string;
  /** Comes as a bare text, not as an object. */
  readonly bare?: true;
  /** A query that causes it; `@` is the id of a monthly series. */
  readonly example: string;
};

const wrong = (
  name: string,
): Text => [`\`${name}\` no es un valor permitido`, `\`${name}\` is no allowed value`];
const above = (
  name: string,
  most: number,
): Text => [`\`${name}\` mayor que ${most}`, `\`${name}\` above ${most}`];

export const ERROR_TEXTS: readonly ErrorText[] = [
  {
    stage: "ids",
    when: ["falta `ids`, o está vacío", "`ids` is missing or empty"],
    text: "No se especificó una serie de tiempo.",
    example: "ids=",
  },
  {
    stage: "ids",
    when: [`más de ${LIMITS.ids} items`, `more than ${LIMITS.ids} items`],
    text: `Cantidad de series pedidas por encima del límite permitido (${LIMITS.ids})`,
    example: `ids=@${",@".repeat(LIMITS.ids)}`,
  },
  {
    stage: "ids",
    when: ["más de dos partes, o una vacía", "more than two parts, or an empty one"],
    text: "Formato de series a seleccionar inválido",
    bare: true,
    example: "ids=@:",
  },
  {
    stage: "ids",
    when: [
      "una parte que no es modo ni agregación, o un segundo modo",
      "a part that is neither mode nor aggregation, or a second mode",
    ],
    text: "Transformación inválida: {parte}",
    bare: true,
    example: "ids=@:double",
  },
  {
    stage: "ids",
    when: wrong("representation_mode"),
    text: "Parámetro representation_mode inválido: {valor}",
    example: "ids=@&representation_mode=double",
  },
  {
    stage: "ids",
    when: wrong("collapse_aggregation"),
    text: "Parámetro collapse_aggregation inválido: {valor}",
    example: "ids=@&collapse_aggregation=median",
  },
  {
    stage: "ids",
    when: ["la serie no existe", "there is no such series"],
    text: "Serie inexistente: {id}",
    example: "ids=@,no.such.series",
  },
  {
    stage: "start_date, end_date",
    when: ["fecha que no se puede leer", "a date that cannot be read"],
    text: "Fecha de {parámetro} inválida (no ISO 8601): {valor}",
    example: "ids=@&start_date=15/06/2005",
  },
  {
    stage: "start_date, end_date",
    when: ["el comienzo es posterior al final", "the start is after the end"],
    text: "Filtro por rango temporal inválido (start > end)",
    example: "ids=@&start_date=2006&end_date=2005",
  },
  {
    stage: "start, limit",
    when: ["`start` no es un entero desde 0", "`start` is no integer from 0 on"],
    text: "Parámetro start inválido: {valor}",
    example: "ids=@&start=-1",
  },
  {
    stage: "start, limit",
    when: above("start", LIMITS.start),
    text: `Parámetro start por encima del límite permitido (${LIMITS.start}): {valor}`,
    example: `ids=@&start=${LIMITS.start + 1}`,
  },
  {
    stage: "start, limit",
    when: ["`limit` no es un entero desde 1", "`limit` is no integer from 1 on"],
    text: "Parámetro limit inválido: {valor}",
    example: "ids=@&limit=0",
  },
  {
    stage: "start, limit",
    when: above("limit", LIMITS.rows),
    text: `Parámetro limit por encima del límite permitido (${LIMITS.rows}): {valor}`,
    example: `ids=@&limit=${LIMITS.rows + 1}`,
  },
  {
    stage: "sort",
    when: wrong("sort"),
    text: "Parámetro sort inválido: {valor}",
    example: "ids=@&sort=up",
  },
  {
    stage: "last",
    when: ["junto a `sort`, `start` o `limit`", "together with `sort`, `start` or `limit`"],
    text: "El parámetro last no puede ser utilizado junto a sort, start, limit",
    example: "ids=@&last=5&limit=5",
  },
  {
    stage: "last",
    when: ["`last` no es un entero desde 0", "`last` is no integer from 0 on"],
    text: "Parámetro last inválido: {valor}",
    example: "ids=@&last=all",
  },
  {
    stage: "last",
    when: above("last", LIMITS.rows),
    text: `Parámetro limit por encima del límite permitido (${LIMITS.rows}): {valor}`,
    example: `ids=@&last=${LIMITS.rows + 1}`,
  },
  {
    stage: "collapse",
    when: wrong("collapse"),
    text: "Parámetro collapse inválido: {valor}",
    example: "ids=@&collapse=decade",
  },
  {
    stage: "collapse",
    when: ["más fino que alguna de las series", "finer than one of the series"],
    text:
      "Intervalo de collapse inválido para la(s) serie(s) seleccionadas: {valor}. Pruebe con un intervalo mayor",
    example: "ids=@&collapse=day",
  },
  {
    stage: "metadata",
    when: wrong("metadata"),
    text: "Parámetro metadata inválido: {valor}",
    example: "ids=@&metadata=some",
  },
  {
    stage: "format",
    when: wrong("format"),
    text: "Parámetro format inválido: <built-in function format>",
    example: "ids=@&format=xml",
  },
  {
    stage: "header",
    when: wrong("header"),
    text: "Parámetro header inválido: {valor}",
    example: "ids=@&header=none",
  },
  {
    stage: "sep",
    when: ["no es un solo carácter", "not a single character"],
    text: "El parámetro sep debe ser un solo caracter",
    example: "ids=@&sep=",
  },
  {
    stage: "decimal",
    when: ["más de un carácter", "more than one character"],
    text: "El parámetro decimal debe ser un solo caracter",
    example: "ids=@&decimal=::",
  },
];

/** Those of the search, all told at once. */
export const SEARCH_ERROR_TEXTS: readonly ErrorText[] = [
  {
    stage: "limit",
    when: ["`limit` no es un entero de 0 a 10000", "`limit` is no integer from 0 to 10000"],
    text: "Parámetro limit inválido: {valor}",
    example: "limit=-1",
  },
  {
    stage: "start",
    when: [
      "`start` no es un entero desde 0, o con `limit` pasa de 10000",
      "`start` is no integer from 0 on, or goes past 10000 with `limit`",
    ],
    text: "Parámetro start inválido: {valor}",
    example: "start=9995",
  },
  {
    stage: "sort_by",
    when: wrong("sort_by"),
    text: "Parámetro sort_by inválido: {valor}",
    example: "sort_by=date",
  },
  {
    stage: "sort",
    when: wrong("sort"),
    text: "Parámetro sort inválido: {valor}",
    example: "sort=DESC",
  },
  {
    stage: "sort",
    when: ["`sort=asc` por relevancia", "`sort=asc` by relevance"],
    text: "El ordenamiento por relevancia solo puede ser descendente",
    example: "sort=asc",
  },
];
