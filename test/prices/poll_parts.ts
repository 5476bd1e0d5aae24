// A poller's surroundings for tests: real time and no failing is heard of, unless a test says otherwise.

import { pause } from "../../src/etl/pause.ts";
import type { PollParts } from "../../src/prices/poller.ts";

export function pollParts(
  parts: Pick<PollParts, "store" | "markets" | "ask"> & Partial<PollParts>,
): PollParts {
  return {
    now: Date.now,
    random: () => 0.5,
    pause,
    isSure: () => true,
    onPolled: () => {},
    onFailing: () => {},
    onRecovered: () => {},
    onError: (error) => {
      throw error;
    },
    ...parts,
  };
}
