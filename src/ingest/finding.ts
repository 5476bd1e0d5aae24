// What a check of a catalog tells its publisher: one fault, its place, and how to mend it. Codes are stable: tools
// of publishers may filter by them.

export type Level = "error" | "recommendation";

/** Every code, with its weight and the heading of its group. Errors fail a check, recommendations do not. */
export const FINDING_CODES = {
  "catalog.unreadable": ["error", "El catálogo no se puede leer"],
  "distribution.unknown": ["error", "La distribución pedida no se puede validar"],

  "profile.missing": ["error", "Faltan claves obligatorias"],
  "profile.blank": ["error", "Claves obligatorias sin contenido"],
  "profile.type": ["error", "Valores de otro tipo"],
  "profile.blank_item": ["error", "Listas con elementos vacíos"],
  "profile.date": ["error", "Fechas mal escritas"],
  "profile.temporal": ["error", "Períodos mal escritos"],
  "profile.email": ["error", "Direcciones de correo mal escritas"],
  "profile.uri": ["error", "Direcciones web mal escritas"],
  "profile.super_theme": ["error", "Temas globales desconocidos"],
  "profile.periodicity": ["error", "Frecuencias de actualización mal escritas"],
  "profile.keyword": ["error", "Palabras clave con caracteres que no se admiten"],
  "profile.file_name": ["error", "Nombres de archivo con caracteres que no se admiten"],
  "profile.dataset_title": ["error", "Títulos de dataset demasiado largos"],
  "profile.field_title": ["error", "Títulos de campo demasiado largos"],
  "profile.repeated_theme": ["error", "Temas repetidos en la taxonomía"],
  "profile.extension": ["error", "Formatos que no coinciden con la extensión"],
  "profile.recommended": ["recommendation", "Faltan claves recomendadas"],
  "profile.unknown_theme": ["recommendation", "Temas que no están en la taxonomía"],
  "profile.relative_uri": ["recommendation", "Direcciones relativas"],

  "series.dataset": ["error", "Datasets que la cosecha saltea"],
  "series.distribution": ["error", "Distribuciones que la cosecha saltea"],
  "series.field": ["error", "Campos que la cosecha saltea"],
  "series.address": ["error", "Distribuciones sin dirección de descarga"],
  "series.frequency": ["error", "Frecuencias que no se admiten"],
  "series.unreadable": ["error", "Archivos que no se pueden descargar"],
  "series.csv": ["error", "Archivos que no se pueden leer como CSV"],
  "series.few_values": ["error", "Series con muy pocos valores"],
  "series.blank_series": ["error", "Demasiadas series en blanco"],
  "series.column_title": ["error", "Títulos de columna con caracteres que no se admiten"],
  "series.field_id": ["error", "Identificadores de serie con caracteres que no se admiten"],
  "series.title_length": ["error", "Títulos de columna demasiado largos"],
  "series.missing_share": ["error", "Series casi sin valores"],
  "series.id_taken": ["error", "Identificadores de serie usados en otra distribución"],
  "series.repeated_title": ["error", "Títulos de campo repetidos"],
  "series.repeated_description": ["error", "Descripciones de campo repetidas"],
  "series.numeric": ["error", "Valores que no son números"],
  "series.missing_column": ["error", "Campos sin columna en el archivo"],
  "series.shape": ["error", "Fechas que no siguen la frecuencia"],
  "series.repeated_id": ["error", "Identificadores repetidos en la distribución"],
  "series.missing_description": ["error", "Campos sin descripción"],
  "series.none": ["recommendation", "Catálogo sin series de tiempo"],
  "series.without_id": ["recommendation", "Campos sin identificador"],
  "workbook.left_out": ["recommendation", "Partes del libro que se saltean"],
} as const satisfies Record<string, readonly [Level, heading: string]>;

export type FindingCode = keyof typeof FINDING_CODES;

/** Where a fault is, as far as it is known. */
export type Place = {
  readonly datasetId?: string;
  readonly distributionId?: string;
  /** Title of the field. */
  readonly field?: string;
  /** Public identifier of the series. */
  readonly fieldId?: string;
  /** In the data.json; for a workbook, in the data.json it amounts to. */
  readonly pointer?: string;
  /** Title of the column of the file. */
  readonly column?: string;
  /** Row of the file, 1 is the first after the header. */
  readonly row?: number;
  /** Address of the file. */
  readonly url?: string;
};

export type Finding = {
  readonly code: FindingCode;
  readonly level: Level;
  /** Spanish sentence without final full stop. */
  readonly message: string;
  /** How to mend it, likewise. */
  readonly remedy: string;
  readonly place: Place;
};

/** A finding, with the weight of its code. */
export function finding(code: FindingCode, message: string, remedy: string, place: Place = {}): Finding {
  return { code, level: FINDING_CODES[code][0], message, remedy, place };
}
