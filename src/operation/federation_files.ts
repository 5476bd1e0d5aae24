// Runs an uploaded list of datasets: turns each of them on, never off. And writes such lists out.

import type { DatasetKey } from "../core/canonical_store.ts";
import { csvText, readCsvRows } from "./csv_rows.ts";
import type { Network } from "./network.ts";
import { type FileAnswer, type FileRun, runFile } from "./uploaded_files.ts";

const COLUMNS = ["catalog_id", "dataset_identifier"] as const;
const UNREADABLE = "Error en la lectura del archivo de entrada";

/** Errors: as `runFile`; a file without the two columns is FAILED. */
export function runFederationFile(network: Network, id: string): Promise<FileAnswer> {
  return runFile(network, "federation_file", id, (text) => takeList(network, text));
}

async function takeList({ store }: Network, text: string): Promise<FileRun> {
  const [header, ...rows] = readCsvRows(text);
  const places = COLUMNS.map((column) => header?.cells.findIndex((cell) => cell.trim() === column) ?? -1);
  if (places.includes(-1)) {
    const missing = COLUMNS.filter((_, i) => places[i] === -1).join(", ");
    return { isRead: false, log: [`${UNREADABLE}: faltan columnas en la cabecera: ${missing}`] };
  }
  const catalogs = new Set([
    ...(await store.nodes()).map(({ catalogId }) => catalogId),
    ...(await store.catalogEntities()).map(({ id }) => id),
  ]);
  const datasets = new Set((await store.datasetEntities()).map(keyText));
  const found: DatasetKey[] = [];
  const unknown = new Set<string>();
  const log = rows.flatMap(({ line, cells }): string[] => {
    const [catalogId = "", datasetId = ""] = places.map((place) => cells[place]?.trim());
    if (catalogId === "" || datasetId === "") {
      const missing = catalogId === "" ? COLUMNS[0] : COLUMNS[1];
      return [`Línea ${line}: falta ${missing}, status: ERROR`];
    }
    if (!catalogs.has(catalogId)) {
      // Told once of each.
      if (unknown.has(catalogId)) return [];
      unknown.add(catalogId);
      return [`Catalogo ${catalogId}, status: ERROR`];
    }
    const key = { catalogId, datasetId };
    const isKnown = datasets.has(keyText(key));
    if (isKnown) found.push(key);
    return [`Dataset (${catalogId}, ${datasetId}) status: ${isKnown ? "OK" : "ERROR"}`];
  });
  await store.saveFederable(found, true);
  return { isRead: true, log };
}

const keyText = ({ catalogId, datasetId }: DatasetKey) => JSON.stringify([catalogId, datasetId]);

/** A list of datasets in the columns of the file. */
export function federationCsv(keys: readonly DatasetKey[]): string {
  return csvText([COLUMNS, ...keys.map(({ catalogId, datasetId }) => [catalogId, datasetId])]);
}
