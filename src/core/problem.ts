// The one error of the program: a fault that has a name, a sentence for its reader and, where several
// things are wrong at once, all of them. Surfaces (HTTP, terminal, report) decide how it is shown.

/** Why something could not be done. `api/problems.ts` holds the HTTP status of each. */
export type ProblemCode = "invalid" | "not_found" | "conflict" | "unavailable";

/** One thing that is wrong; series API texts keep their exact wording here. */
export type Issue = {
  /** Sentence for the reader, without a final full stop. */
  readonly message: string;
  /** Where: a parameter, a file, a JSON pointer, a line. */
  readonly path?: string;
};

/**
 * A fault that is part of the program's contract. Anything else that is thrown is a bug and keeps flying.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly issues: readonly Issue[];

  constructor(
    code: ProblemCode,
    message: string,
    issues: readonly Issue[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "Problem";
    this.code = code;
    this.issues = issues;
  }
}
