// What operators do with the generated files of this machine, out of its settings.

import type { DumpDesk } from "./core/dumps.ts";
import { openBlobs, type Places } from "./open.ts";
import { openPublishedBlobs } from "./open_blobs.ts";
import { listDumps, removeDumps } from "./publish/dump_list.ts";
import { withWriter } from "./writer.ts";

/** Removing is for the only writer. */
export const openDumpDesk = (places: Places): DumpDesk => ({
  list: () => listDumps(openPublishedBlobs(places)),
  remove: (keys) => withWriter(places, ({ confirm }) => removeDumps(openBlobs(places), keys, confirm)),
});
