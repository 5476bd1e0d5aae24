// What only HTTP refuses: without an account, without the right, too large, out of range, too often. Everything else is a Problem.

import { type Issue, Problem } from "../core/problem.ts";

export class Refusal extends Problem {
  readonly status: 401 | 403 | 413 | 415 | 416 | 429;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: Refusal["status"],
    message: string,
    { headers = {}, issues = [] }: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly issues?: readonly Issue[];
    } = {},
  ) {
    super("invalid", message, issues);
    this.status = status;
    this.headers = headers;
  }
}
