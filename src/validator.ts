// The validator that a server offers to strangers: each request is judged in a thread of its own, which ends with
// it. A crafted file keeps neither the server's other requests waiting nor its memory.

import { type Validate, VALIDATION, type ValidationRequest } from "./core/validate.ts";

export type ValidatorSettings = {
  readonly allowInternal: boolean;
  readonly maxSourceBytes: number;
  readonly userAgent: string;
};

/** What the thread is told, and what it tells. */
export type ValidatorOrder = { readonly request: ValidationRequest; readonly settings: ValidatorSettings };
export type ValidatorReply =
  | { readonly sentences: readonly string[] }
  /** A bug, for the log alone. */
  | { readonly error: string };

/** Judges within `seconds`; whatever is still under way then is ended. */
export function validateInThread(
  settings: ValidatorSettings,
  seconds: number = VALIDATION.seconds,
): Validate {
  return async (request) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const thread = new Worker(new URL("./validator_thread.ts", import.meta.url), { type: "module" });
    const timer = setTimeout(() => resolve([`La validación no terminó en ${seconds} s`]), seconds * 1000);
    thread.addEventListener("message", ({ data }: MessageEvent<ValidatorReply>) => {
      if ("sentences" in data) resolve(data.sentences);
      else reject(new Error(data.error));
    });
    thread.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    });
    thread.postMessage({ request, settings } satisfies ValidatorOrder);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      thread.terminate();
    }
  };
}
