// Publishes the activity beside the snapshot: times of harvests and changes, and series counted by last value.
// It has a pointer of its own, because it moves with every harvest though the data stay (FORMAT.md).

import type { ActivityStore } from "../core/canonical_store.ts";
import type { Journal } from "../core/journal.ts";
import { changeTimes, tallyPublishers } from "../core/tally.ts";
import {
  ACTIVITY_FORMAT,
  ACTIVITY_POINTER,
  activityName,
  type ActivityPointer,
  decodeActivityPointer,
  decodeActivityRoot,
  encodeActivityRoot,
  encodeChanges,
  encodePublishers,
} from "../store/segments/activity_format.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import { encodeJson } from "../store/segments/format.ts";
import { mapAtOnce } from "./at_once.ts";

/** Activities whose files stay, the current one included. */
const ACTIVITIES_KEPT = 3;

export type PublishActivity = {
  readonly store: ActivityStore;
  readonly journal: Pick<Journal, "run">;
  readonly blobs: WriteBlobs;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
};

export type ActivityReport = { readonly activity: string; readonly switched: boolean };

/**
 * Brings the published activity up to the store.
 * Errors: any failure leaves its pointer where it was.
 */
export async function publishActivity(context: PublishActivity): Promise<ActivityReport> {
  const { store, blobs, sha256 } = context;
  const write = async (bytes: Uint8Array) => {
    const hash = sha256(bytes);
    if (!await blobs.exists(activityName(hash))) await blobs.write(activityName(hash), bytes);
    return hash;
  };
  const startOf = runStarts(context.journal);
  const catalogs = await mapAtOnce(await store.catalogStates(), async ({ id, title, readRun, fault }) => {
    const states = await store.seriesStates(id);
    return {
      id,
      title,
      lastHarvest: await startOf(readRun),
      error: fault,
      lastChange: states.length === 0
        ? null
        : states.reduce((last, { changedAt }) => Math.max(last, changedAt), -Infinity),
      changes: states.length === 0 ? null : await write(encodeChanges(changeTimes(states))),
      publishers: tallyPublishers(id, states),
    };
  });
  const publishers = await write(encodePublishers(catalogs.flatMap(({ publishers }) => publishers)));
  const activity = await write(encodeActivityRoot(catalogs, publishers));
  const pointer = await readPointer(blobs);
  const switched = pointer?.activity !== activity;
  const older = (pointer?.kept ?? []).filter((name) => name !== activity);
  const kept = [activity, ...older].slice(0, ACTIVITIES_KEPT);
  if (switched) {
    const next: ActivityPointer = { format: ACTIVITY_FORMAT, activity, published_at: context.now(), kept };
    await blobs.write(ACTIVITY_POINTER, encodeJson(next));
  }
  await removeOthers(blobs, kept);
  return { activity, switched };
}

/** When runs began; null of one that the journal does not know. */
function runStarts(journal: Pick<Journal, "run">): (id: number) => Promise<number | null> {
  const starts = new Map<number, Promise<number | null>>();
  return (id) => {
    let start = starts.get(id);
    if (!start) starts.set(id, start = journal.run(id).then((run) => run?.startedAt ?? null));
    return start;
  };
}

async function readPointer(blobs: WriteBlobs): Promise<ActivityPointer | undefined> {
  const bytes = await blobs.read(ACTIVITY_POINTER);
  if (!bytes) return undefined;
  try {
    return decodeActivityPointer(bytes);
  } catch {
    // Another format, or no pointer at all, is published over from nothing.
    return undefined;
  }
}

/** Removes what no kept activity names, and pointers that a write that was cut off left beside. */
async function removeOthers(blobs: WriteBlobs, kept: readonly string[]): Promise<void> {
  const named = new Set<string>();
  for (const hash of kept) {
    const bytes = await blobs.read(activityName(hash));
    if (!bytes) continue;
    const { catalogs, publishers } = decodeActivityRoot(bytes);
    for (const one of [hash, publishers, ...catalogs.map(({ changes }) => changes)]) {
      if (one !== null) named.add(activityName(one));
    }
  }
  for (const name of await blobs.list("activity")) if (!named.has(name)) await blobs.remove(name);
  for (const name of await blobs.list("")) {
    if (name.startsWith(`${ACTIVITY_POINTER}.`)) await blobs.remove(name);
  }
}
