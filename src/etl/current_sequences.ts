// The sequences that are in force: as their files say, or as they last said when a file is wrong now. The last valid
// versions are kept, so that a restart finds them again.

import type { SequenceSnapshot } from "../core/etl/sequence.ts";

export type SequenceFiles = {
  /** Another text whenever a file may have changed. */
  stamp(): Promise<string>;
  read(): Promise<{
    /** Of every sequence that has a file, however wrong. */
    readonly names: ReadonlySet<string>;
    /** Those without an error, by name. */
    readonly snapshots: ReadonlyMap<string, SequenceSnapshot>;
  }>;
};

export type KeptSequences = {
  load(): Promise<ReadonlyMap<string, SequenceSnapshot>>;
  save(name: string, snapshot: SequenceSnapshot): Promise<void>;
  forget(name: string): Promise<void>;
};

export type CurrentSequences = {
  /** Reads again what may have changed; answers whether anything has since it last did so. */
  refresh(): Promise<boolean>;
  get(name: string): SequenceSnapshot | undefined;
  all(): Iterable<SequenceSnapshot>;
};

export function currentSequences(files: SequenceFiles, kept: KeptSequences): CurrentSequences {
  let current: Map<string, SequenceSnapshot> | undefined;
  let readAt: string | undefined;
  /** Outlives a reading that fails half way. */
  let hasChanged = true;

  return {
    async refresh() {
      current ??= new Map(await kept.load());
      const stamp = await files.stamp();
      if (stamp !== readAt) {
        const { names, snapshots } = await files.read();
        for (const [name, snapshot] of snapshots) {
          if (JSON.stringify(current.get(name)) === JSON.stringify(snapshot)) continue;
          await kept.save(name, snapshot);
          current.set(name, snapshot);
          hasChanged = true;
        }
        for (const name of [...current.keys()]) {
          if (names.has(name)) continue;
          await kept.forget(name);
          current.delete(name);
          hasChanged = true;
        }
        readAt = stamp;
      }
      const answer = hasChanged;
      hasChanged = false;
      return answer;
    },
    get: (name) => current?.get(name),
    all: () => current?.values() ?? [],
  };
}
