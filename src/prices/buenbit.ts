// The market that prices are of: one address that answers with all its pairs.

import { Problem } from "../core/problem.ts";
import { type Found, readQuotes } from "./quotes.ts";
import { RestProblem } from "./rest_problem.ts";

export type FetchedText = {
  readonly status: number;
  /** What `Retry-After` asked for. */
  readonly retryAfterMs: number | null;
  readonly text: string;
};

/** Errors: Problem `unavailable` or `invalid` where there is no whole answer within the time. */
export type FetchText = (withinMs: number, signal: AbortSignal) => Promise<FetchedText>;

/**
 * Quotes of the pairs, in their order.
 * Errors: those of `fetchText`; RestProblem; Problem for any other answer than quotes.
 */
export async function askBuenbit(
  fetchText: FetchText,
  pairs: readonly string[],
  withinMs: number,
  signal: AbortSignal,
): Promise<Found[]> {
  const { status, retryAfterMs, text } = await fetchText(withinMs, signal);
  if (status === 429 || (status === 503 && retryAfterMs !== null)) {
    throw new RestProblem(`El mercado respondió ${status} y pide esperar`, retryAfterMs);
  }
  if (status < 200 || status > 299) throw new Problem("unavailable", `El mercado respondió ${status}`);
  return readQuotes(text, pairs);
}
