// Where a command keeps and finds everything, out of its settings.

import type { Env } from "./config.ts";
import type * as z from "zod";
import { Problem } from "./core/problem.ts";
import { openBlobs } from "./open_blobs.ts";
import type { Places } from "./open.ts";

/** The environment keys of every command that opens the store or what is published. */
export const PLACE_KEYS = [
  "DATA_DIR",
  "DATABASE_URL",
  "SNAPSHOT_URL",
  "S3_ENDPOINT",
  "S3_REGION",
  "S3_ACCESS_KEY",
  "S3_SECRET_KEY",
  "OPENSEARCH_URL",
] as const;

type PlaceSettings = Pick<z.infer<typeof Env>, (typeof PLACE_KEYS)[number]>;

/**
 * Places of a command that reads what is published; `data` is its option.
 * Errors: Problem `invalid` for a bucket without what it takes to use it.
 */
export function placesOf(settings: PlaceSettings, data: string | undefined): Places {
  const { SNAPSHOT_URL, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY } = settings;
  const places = {
    dataDir: data ?? settings.DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    snapshotUrl: SNAPSHOT_URL,
    searchNodes: settings.OPENSEARCH_URL,
  };
  if (!/^s3:\/\//i.test(SNAPSHOT_URL ?? "")) return places;
  const needed = { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY };
  const missing = Object.entries(needed).filter(([, value]) => value === undefined).map(([key]) => key);
  if (missing.length > 0) {
    throw new Problem(
      "invalid",
      `Configuración inválida: SNAPSHOT_URL=s3://… necesita ${missing.join(", ")}`,
    );
  }
  const access = {
    endpoint: S3_ENDPOINT!,
    region: S3_REGION,
    accessKey: S3_ACCESS_KEY!,
    secretKey: S3_SECRET_KEY!,
  };
  return { ...places, s3: access };
}

/**
 * Places of a command that publishes.
 * Errors: Problem `invalid` at once where nothing can be published there.
 */
export function publishingPlaces(settings: PlaceSettings, data: string | undefined): Places {
  const places = placesOf(settings, data);
  openBlobs(places);
  return places;
}
