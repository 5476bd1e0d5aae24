// Holds the file against its metadata by the rules of the harvest, before anything is written: each fault with its
// line and column.

import { declaredFrequency, type DistributionReading, timeIndexOf } from "../../core/catalog.ts";
import { Problem } from "../../core/problem.ts";
import { CsvProblem, type CsvTable, readCsv } from "../../ingest/csv.ts";
import { findBrokenRules, type ValidationLimits } from "../../ingest/rules.ts";
import { clippedSentence } from "../../ingest/validate.ts";

const [QUOTE, CR, LF, SPACE, TAB] = [0x22, 0x0d, 0x0a, 0x20, 0x09];

/** Errors: Problem `invalid` with all that is wrong, in the words of the harvest. */
export function checkFile(
  file: string,
  bytes: Uint8Array,
  { id, fields }: DistributionReading,
  limits: ValidationLimits,
): void {
  const index = timeIndexOf(fields)!;
  let table: CsvTable;
  try {
    table = readCsv(bytes, index.title);
  } catch (error) {
    if (!(error instanceof CsvProblem)) throw error;
    // The reader tells a row, and of the cells in it only the date can be wrong.
    const isDate = error.row !== undefined && / fecha/.test(error.message);
    const column = isDate ? `, columna "${index.title}"` : "";
    throw new Problem(
      "invalid",
      `${file}, línea ${lineOf(bytes, error.row ?? 0)}${column}: ${error.message}`,
    );
  }
  const frequency = declaredFrequency(fields)!;
  const broken = findBrokenRules(
    { distributionId: id, frequency, fields, table, takenIds: new Set() },
    limits,
  );
  if (broken.length === 0) return;
  const told = broken.map(({ text, column, field, row = 0 }) => {
    const title = column ?? (field === undefined ? undefined : fields[field]!.title);
    return `${file}, línea ${lineOf(bytes, row)}${title === undefined ? "" : `, columna "${title}"`}: ${
      clippedSentence(text)
    }`;
  });
  throw new Problem("invalid", told.join("\n"));
}

/** Line of the file where a row begins; 0 is the header. Blank lines are no rows. */
function lineOf(bytes: Uint8Array, row: number): number {
  let line = 1, rows = -1, isBlank = true, isQuoted = false;
  for (const byte of bytes) {
    if (isBlank && ![CR, LF, SPACE, TAB].includes(byte)) {
      isBlank = false;
      if (++rows === row) return line;
    }
    if (byte === QUOTE) isQuoted = !isQuoted;
    if (byte !== LF) continue;
    line++;
    if (!isQuoted) isBlank = true;
  }
  return line;
}
