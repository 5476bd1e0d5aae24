// A source that asks to be left alone: the one fault that is not tried again at once.

import { Problem } from "../core/problem.ts";

export class RestProblem extends Problem {
  /** Null where it did not say for how long. */
  readonly restMs: number | null;

  constructor(message: string, restMs: number | null) {
    super("unavailable", message);
    this.restMs = restMs;
  }
}
