import { describe, expect, test } from "vitest";
import { askBuenbit, type FetchedText } from "../../src/prices/buenbit.ts";
import { RestProblem } from "../../src/prices/rest_problem.ts";

const ask = (answer: FetchedText) =>
  askBuenbit(() => Promise.resolve(answer), ["btcars"], 1_000, new AbortController().signal);
const GOOD = `{"object": {"btcars": {"selling_price": "1.50"}}}`;

describe("askBuenbit", () => {
  test.each([200, 201])("has the quotes of a %i", async (status) => {
    expect(await ask({ status, retryAfterMs: null, text: GOOD })).toEqual([
      { price: "1.50", purchasePrice: null, openPrice: null },
    ]);
  });

  test.each([
    [429, 7_000, 7_000, "too many requests, for as long as it says"],
    [429, null, null, "too many requests"],
    [503, 60_000, 60_000, "a server that says when it will be back"],
  ])("rests after %i with %s ms: %s ms (%s)", async (status, retryAfterMs, restMs, _why) => {
    const fault = await ask({ status, retryAfterMs, text: GOOD }).catch((error) => error);
    expect(fault).toBeInstanceOf(RestProblem);
    expect(fault.restMs).toBe(restMs);
  });

  test.each([503, 500, 404, 304])("may try %i again at once", async (status) => {
    const fault = await ask({ status, retryAfterMs: null, text: GOOD }).catch((error) => error);
    expect(fault).not.toBeInstanceOf(RestProblem);
    expect(fault).toMatchObject({ code: "unavailable", message: `El mercado respondió ${status}` });
  });
});
