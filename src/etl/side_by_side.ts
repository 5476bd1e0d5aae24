// Writing several things at a time, so that each does not wait for the disk of the one before.

export type SideBySide = {
  /**
   * When there is room for one more, and nothing of this key is under way.
   * Errors: the first of what was begun.
   */
  room(key: string): Promise<void>;
  begin(key: string, work: () => Promise<void>): void;
  /** When all that was begun has ended. Errors: the first of them. */
  ended(): Promise<void>;
};

export function sideBySide(most: number): SideBySide {
  const underway = new Map<string, Promise<void>>();
  const faults: unknown[] = [];
  const tell = () => {
    if (faults.length > 0) throw faults[0];
  };
  return {
    async room(key) {
      await underway.get(key);
      while (underway.size >= most) await Promise.race(underway.values());
      tell();
    },
    begin(key, work) {
      const done = work().catch((fault) => void faults.push(fault)).finally(() => underway.delete(key));
      underway.set(key, done);
    },
    async ended() {
      await Promise.all(underway.values());
      tell();
    },
  };
}
