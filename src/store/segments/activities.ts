// Reads the published activity: follows its pointer, and reads what its root names when it is first asked for.
// A file that the next activity names too is not read again.

import type { Activities, Activity, PublisherTally } from "../../core/activity.ts";
import { Problem } from "../../core/problem.ts";
import {
  ACTIVITY_POINTER,
  activityName,
  type ActivityRoot,
  decodeActivityPointer,
  decodeActivityRoot,
  decodeChanges,
  decodePublishers,
} from "./activity_format.ts";
import type { ReadBlobs } from "./blobs.ts";
import { followPointer } from "./follow_pointer.ts";
import { undamaged } from "./undamaged.ts";

/** Files of catalogs kept in memory, parsed. */
const FILES_KEPT = 128;

type Times = ReadonlyMap<string, number>;
type Files = Map<string, Promise<unknown>>;

/**
 * Follows the activity of `blobs`.
 * Errors: none of its own; what cannot be read is as if it were not published, because answers do without it.
 */
export function openActivities(blobs: ReadBlobs, now: () => number): Activities {
  const files: Files = new Map();
  const current = followPointer<Activity>(blobs, ACTIVITY_POINTER, now, async (bytes, known) => {
    const { activity, published_at } = decodeActivityPointer(bytes);
    if (known?.name === activity && known.publishedAt === published_at) return known;
    const root = decodeActivityRoot(await required(blobs, activity));
    return { ...openActivity(activity, root, blobs, files), publishedAt: published_at };
  });
  return {
    current: () =>
      current().catch((error) => {
        if (error instanceof Problem) return undefined;
        throw error;
      }),
  };
}

function openActivity(name: string, root: ActivityRoot, blobs: ReadBlobs, files: Files): Activity {
  const changes = new Map(root.catalogs.map(({ id, changes }) => [id, changes]));
  return {
    name,
    catalogs: root.catalogs.map(({ id, title, last_harvest, error, last_change }) => ({
      id,
      title,
      lastHarvest: last_harvest,
      error,
      lastChange: last_change,
    })),
    async lastChange({ id, catalogId, datasetId, distributionId }) {
      const hash = changes.get(catalogId ?? "");
      if (!hash) return undefined;
      const times = await kept(
        files,
        hash,
        async () => undamaged(activityName(hash), await required(blobs, hash), readTimes),
      );
      return times.get(seriesKey(id)) ?? times.get(distributionKey(datasetId ?? "", distributionId ?? ""));
    },
    publishers: () =>
      kept<readonly PublisherTally[]>(
        files,
        root.publishers,
        async () =>
          undamaged(activityName(root.publishers), await required(blobs, root.publishers), decodePublishers),
      ),
  };
}

const seriesKey = (id: string) => JSON.stringify([id]);
const distributionKey = (dataset: string, distribution: string) => JSON.stringify([dataset, distribution]);

function readTimes(bytes: Uint8Array): Times {
  const { distributions, series } = decodeChanges(bytes);
  return new Map([
    ...distributions.map(([dataset, id, at]) => [distributionKey(dataset, id), at] as const),
    ...series.map(([id, at]) => [seriesKey(id), at] as const),
  ]);
}

/** What was read before, or is read now; a failure is not kept, and what was used longest ago makes place. */
function kept<T>(files: Files, hash: string, read: () => Promise<T>): Promise<T> {
  const file = files.get(hash) as Promise<T> | undefined ?? read();
  files.delete(hash);
  files.set(hash, file);
  file.catch(() => files.delete(hash));
  if (files.size > FILES_KEPT) files.delete(files.keys().next().value!);
  return file;
}

async function required(blobs: ReadBlobs, hash: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await blobs.read(activityName(hash));
  if (!bytes) throw new Problem("unavailable", `Cannot read activity "${hash}": no such file`);
  return bytes;
}
