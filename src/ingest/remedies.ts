// How a publisher mends what the time-series rules refuse: one sentence a rule, as the check shows it.

import type { RuleName } from "./rules.ts";

export const RULE_REMEDIES = {
  few_values: "Publique al menos dos valores de la serie, o quite la columna hasta tenerlos",
  blank_series: "Quite las columnas en blanco del archivo y sus campos del catálogo hasta tener datos",
  column_title:
    "Renombre la columna con minúsculas sin tilde, números y guión bajo, y el campo igual que ella",
  field_id: "Deje en el id sólo letras sin tilde, números, guión bajo, guión y punto",
  title_length: "Acorte el título de la columna, y el campo igual que ella, a 60 caracteres como máximo",
  missing_share: "Quite la columna y su campo hasta tener valores",
  id_taken: "Dé a cada serie un id propio: si las dos son la misma, documéntela en una sola distribución",
  repeated_title: "Dé a cada campo el título de su columna: no hay dos columnas con el mismo",
  repeated_description: "Describa cada serie con lo que la distingue de las otras",
  numeric: "Escriba los números con punto decimal y sin separador de miles, y deje vacía la celda sin dato",
  missing_column: "Agregue la columna al archivo, corrija el título del campo o quite el campo",
  shape:
    "Escriba una fila por período, sin saltos ni repeticiones, en orden ascendente y con la fecha del primer " +
    "día del período; deje vacía la celda sin dato",
  repeated_id: "Dé a cada serie de la distribución un id propio",
  missing_description: 'Agregue "description" a cada campo',
} as const satisfies Record<RuleName, string>;

export const OBSTACLE_REMEDIES = {
  address: 'Escriba en "downloadURL" la dirección http o https del archivo',
  frequency: 'Declare en "specialTypeDetail" del índice de tiempo una de las frecuencias que se admiten',
  unreadable: 'Revise que "downloadURL" se pueda descargar sin clave desde cualquier red',
  csv: "Publique un CSV separado por comas, en UTF-8, con encabezado y fechas ISO (AAAA-MM-DD)",
} as const;

/** What keeps a distribution from being judged in full. */
export type ObstacleKind = keyof typeof OBSTACLE_REMEDIES;
