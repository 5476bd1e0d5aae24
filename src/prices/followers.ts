// Work that follows the ticks beside the polling: whatever is asked for while it runs is done once more after it, and
// its failures are told once until it succeeds again. The polling never waits for it.

export type Follower = {
  /** There is something new. */
  poke(): void;
  /** When nothing is under way and nothing is asked for. */
  idle(): Promise<void>;
};

export function follower(
  work: () => Promise<unknown>,
  onFailing: (error: unknown) => void,
): Follower {
  let running: Promise<void> | undefined;
  let asked = false;
  let isFailing = false;
  const run = async () => {
    while (asked) {
      asked = false;
      try {
        await work();
        isFailing = false;
      } catch (error) {
        if (!isFailing) onFailing(error);
        isFailing = true;
      }
    }
    running = undefined;
  };
  return {
    poke() {
      asked = true;
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
