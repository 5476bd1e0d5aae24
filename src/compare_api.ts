// The integration test on this machine: an API's answers against publishers' files, for the worker's task and for the
// command.

import { type FedDistribution, fedKey } from "./core/fed_distribution.ts";
import { sourceReader, type SourceSettings } from "./harvest_and_publish.ts";
import { type IntegrationReport, integrationTest } from "./ingest/integration_test.ts";

const MB = 1024 * 1024;

export type Comparison = {
  /** Address of the API, up to before `/series/api`. */
  readonly base: string;
  /** The API that may be on this machine or a private network; everything else is read as a harvest reads it. */
  readonly own: string | undefined;
  readonly seconds: number;
  /** Only series of this catalog. */
  readonly node?: string | undefined;
  /** Addresses that relative addresses of a catalog's files count from, by catalog. */
  readonly nodeUrls?: ReadonlyMap<string, string>;
  /** What this installation feeds: left out of the comparison. */
  readonly fed?: readonly FedDistribution[];
  readonly onProgress?: (done: number, series: number) => void;
};

/** Errors: Problem `unavailable` where the API does not answer, or has no dump of metadata. */
export async function compareApi(
  { base, own, seconds, node, fed = [], ...others }: Comparison,
  settings: SourceSettings,
): Promise<IntegrationReport> {
  const origin = own === undefined ? undefined : new URL(own).origin;
  const readFile = sourceReader(settings);
  const askApi = sourceReader({ ...settings, ALLOW_INTERNAL_SOURCES: true });
  return await integrationTest({
    base,
    readSource: (request) => (new URL(request.url).origin === origin ? askApi : readFile)(request),
    maxBytes: settings.MAX_SOURCE_MB * MB,
    now: Date.now,
    maxMs: seconds * 1000,
    fed: fed.map(fedKey),
    ...(node !== undefined && { node }),
    ...others,
  });
}
