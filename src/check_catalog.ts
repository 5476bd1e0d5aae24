// `deno task harvest --check`: validates a catalog for its publisher. Reads, prints, and writes nothing: it needs
// no store.

import type { SourceSettings } from "./harvest_and_publish.ts";
import { createReadSource } from "./host/read_source.ts";
import { checkCatalog } from "./ingest/check.ts";
import { checkText } from "./ingest/check_text.ts";
import { progressLine } from "./progress.ts";

/** Longest that all answers of a CKAN portal may take together. */
const PORTAL_MS = 300_000;

/** Checks the catalog at an address and prints the report; answers whether it has no errors. */
export async function checkAndPrint(
  url: string,
  { distributionId, json, settings }: {
    readonly distributionId?: string | undefined;
    readonly json: boolean;
    readonly settings: SourceSettings;
  },
): Promise<boolean> {
  const line = progressLine();
  const report = await checkCatalog(url, {
    readSource: createReadSource({
      allowInternal: settings.ALLOW_INTERNAL_SOURCES,
      firstByteMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
      idleMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
      userAgent: settings.HARVEST_USER_AGENT,
    }),
    maxSourceBytes: settings.MAX_SOURCE_MB * 1024 * 1024,
    portals: { maxMs: PORTAL_MS, now: Date.now },
    ...(distributionId !== undefined && { distributionId }),
    onProgress: (done, all) => line.show(`Validando: ${done}/${all} distribuciones`),
  });
  line.end();
  console.log(json ? JSON.stringify(report, null, 2) : checkText(report));
  return report.status === "OK";
}
