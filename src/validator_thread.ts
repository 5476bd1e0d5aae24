// The thread of validator.ts: judges the one request that it is sent.

import { createReadSource } from "./host/read_source.ts";
import { createValidate } from "./ingest/validate.ts";
import type { ValidatorOrder, ValidatorReply } from "./validator.ts";

/** A quarter of the harvest's: a file of 20 MB has fewer. */
const MAX_CELLS = 5_000_000;

const thread = globalThis as unknown as {
  addEventListener(event: "message", listen: (message: MessageEvent<ValidatorOrder>) => void): void;
  postMessage(reply: ValidatorReply): void;
};

thread.addEventListener("message", async ({ data: { request, settings } }) => {
  const { allowInternal, maxSourceBytes, userAgent } = settings;
  const readSource = createReadSource({
    allowInternal,
    userAgent,
    forStrangers: true,
    // Someone waits: there is no time for what the harvest tries.
    firstByteMs: 10_000,
    idleMs: 10_000,
    totalMs: 25_000,
    attempts: 2,
  });
  const validate = createValidate({ readSource, maxSourceBytes, maxCells: MAX_CELLS });
  try {
    thread.postMessage({ sentences: await validate(request) });
  } catch (error) {
    thread.postMessage({ error: error instanceof Error ? error.stack ?? error.message : String(error) });
  }
});
