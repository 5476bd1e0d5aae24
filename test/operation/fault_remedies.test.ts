// Advice on sentences of a harvest: those of the contract's rules (catalog-harvest 3.5) and of what keeps a file from
// being read.

import { describe, expect, test } from "vitest";
import { OBSTACLE_REMEDIES, RULE_REMEDIES } from "../../src/ingest/remedies.ts";
import { RULE_NAMES } from "../../src/ingest/rules.ts";
import { adviceOn } from "../../src/operation/fault_remedies.ts";

const OF_RULES: Readonly<Record<keyof typeof RULE_REMEDIES, readonly string[]>> = {
  few_values: ["tasa tiene 1 valores, deberia tener 2 o mas"],
  blank_series: ["Proporción de series nulas en distribución 1.1 por encima del umbral permitido (0.2): 0.5"],
  column_title: [
    "'Índice' usa caracteres invalidos ('Í'). Validos: 'abcdefghijklmnopqrstuvwxyz0123456789_'",
    "'dos\nlíneas' usa caracteres invalidos ('\n'). Validos: 'abcdefghijklmnopqrstuvwxyz0123456789_'",
    "Existe un campo sin nombre en la distribucion: '{}'",
  ],
  field_id: [
    "'1.1 a' usa caracteres invalidos (' '). Validos: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.'",
  ],
  title_length: ["'demasiado_largo' tiene '61' caracteres. Maximo: '60'"],
  missing_share: ["tasa tiene mas missings (999) que valores (1)"],
  id_taken: ["Hay field con id repetido: 1.1_a"],
  repeated_title: ["Hay field con title repetido: ['tasa']"],
  repeated_description: ["Hay field con description repetido: ['Tasa, por CSV']"],
  numeric: ["'tasa' tiene valores no numericos: '1 n/d 3'", "'tasa' tiene un valor infinito en la fila 3"],
  missing_column: ["Campo tasa faltante en la distribución 1.1"],
  shape: [],
  // As the one of the other rule: what tells them apart is not in the sentence.
  repeated_id: [],
  missing_description: ["Existen fields sin descripción en la distribución 1.1"],
};

const OF_OBSTACLES: Readonly<Record<keyof typeof OBSTACLE_REMEDIES, readonly string[]>> = {
  address: [
    "DownloadURL no encontrado",
    'downloadURL no es una dirección válida: "x"',
    'downloadURL debe ser http o https: "ftp://x"',
    'Un catálogo leído de la red no puede nombrar archivos locales: "file:///x"',
  ],
  frequency: [
    'La frecuencia "R/P1W" del índice de tiempo no se admite: debe ser R/P1Y, R/P6M, R/P3M, R/P1M o R/P1D',
  ],
  unreadable: [
    "El servidor respondió 404 (Not Found)",
    'El servidor "x.example" no atiende',
    'No se pudo resolver el nombre "x.example"',
    "HTTP 404",
  ],
  csv: [
    "El archivo CSV está vacío",
    "La respuesta es una página HTML o XML, no un CSV",
    'La fila 3 no tiene fecha en "indice_tiempo"',
    'La columna de tiempo "indice_tiempo" no está en el CSV (columnas: "a;b")',
  ],
};

const rows = (sentences: Readonly<Record<string, readonly string[]>>, remedies: Record<string, string>) =>
  Object.entries(sentences).flatMap(([name, all]) =>
    all.map((sentence) => ({ name, sentence, remedy: remedies[name]! }))
  );

describe("adviceOn", () => {
  test.each([...rows(OF_RULES, RULE_REMEDIES), ...rows(OF_OBSTACLES, OBSTACLE_REMEDIES)])(
    "knows how to mend $name: $sentence",
    ({ sentence, remedy }) => {
      expect(adviceOn({ level: "distribution" }, sentence).remedy).toBe(remedy);
    },
  );

  test("has a sentence of every rule above", () => {
    expect(Object.keys(OF_RULES).sort()).toEqual([...RULE_NAMES].sort());
  });

  const shape = (expected: number, found: number) =>
    "Datos inconsistentes en la distribución 1.1: Comienzo '2020-01-01 00:00:00' / Fin '2020-12-01 00:00:00' / " +
    `Frecuencia 'R/P1M' / Fechas '${expected}' / Valores '${found}'`;

  test.each([
    {
      why: "a row is missing",
      sentence: shape(12, 11),
      begins: "De la primera a la última fecha corresponden 12 filas y el archivo tiene 11. ",
    },
    {
      why: "as many, but others",
      sentence: shape(12, 12),
      begins: "Alguna fecha no es la que sigue a la anterior. ",
    },
    { why: "descending", sentence: shape(0, 12), begins: "Alguna fecha no es la que sigue a la anterior. " },
  ])("says in words what is wrong with the dates: $why", ({ sentence, begins }) => {
    expect(adviceOn({ level: "distribution" }, sentence)).toEqual({
      heading: "Fechas que no siguen la frecuencia",
      remedy: begins + RULE_REMEDIES.shape,
    });
  });

  test.each(
    [
      ["catalog", /data\.json/],
      ["dataset", /"identifier"/],
      ["field", /llaves/],
    ] as const,
  )("knows how to mend a %s", (level, remedy) => {
    expect(adviceOn({ level }, "cualquiera").remedy).toMatch(remedy);
  });
});
