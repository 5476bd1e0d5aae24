// Where the commands of the edge find what is published.

import { existsSync } from "node:fs";
import path from "node:path";
import { UsageProblem } from "./command.ts";
import { Problem } from "./core/problem.ts";
import { isHttpOrigin } from "./open_blobs.ts";

/**
 * The HTTP address or the folder of published files that an option or the settings name; a folder of data stands
 * for the snapshots in it.
 * Errors: Problem `invalid` for a place that a worker of this machine cannot read, or that is not there.
 */
export function publishedFolder(
  from: string | undefined,
  { DATA_DIR, SNAPSHOT_URL }: { readonly DATA_DIR: string; readonly SNAPSHOT_URL?: string | undefined },
): string {
  const place = from ?? SNAPSHOT_URL ?? path.join(DATA_DIR, "snapshots");
  if (isHttpOrigin(place)) return place;
  if (/^s3:\/\//i.test(place)) {
    throw new UsageProblem(`${place} no se lee desde aquí: nombre con --from su dirección http`);
  }
  const inData = path.join(place, "snapshots");
  const folder = existsSync(inData) ? inData : place;
  if (existsSync(folder)) return folder;
  throw new Problem("invalid", `No existe la carpeta "${folder}": publique antes, o nombre otra con --from`);
}
