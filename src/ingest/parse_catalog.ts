// A catalog from its bytes, whatever its format: a data.json or the official workbook.

import type { JsonObject } from "../core/json.ts";
import { readCatalogXlsx } from "./catalog_xlsx.ts";
import { parseDataJson } from "./data_json.ts";

export type ParsedCatalog = {
  readonly format: "json" | "xlsx";
  readonly catalog: JsonObject;
  /** What of a workbook was left out. */
  readonly warnings: readonly string[];
};

/**
 * Parses a catalog; a workbook is known by its first bytes, too.
 * Errors: Problem `invalid`, in Spanish, that says what the bytes are or where they break.
 */
export async function parseCatalog(bytes: Uint8Array, declared: string | undefined): Promise<ParsedCatalog> {
  const isWorkbook = declared === "xlsx" || (bytes[0] === 0x50 && bytes[1] === 0x4b);
  return isWorkbook
    ? { format: "xlsx", ...await readCatalogXlsx(bytes) }
    : { format: "json", catalog: parseDataJson(bytes), warnings: [] };
}
