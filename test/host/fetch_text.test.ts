import { afterEach, describe, expect, test } from "vitest";
import { textFetcher } from "../../src/host/fetch_text.ts";
import { type MarketStub, quoting, startMarketStub, type StubAnswer } from "../prices/market_stub.ts";

let stub: MarketStub | undefined;
afterEach(async () => {
  await stub?.close();
  stub = undefined;
});

const NEVER = new AbortController().signal;

function fetching(answers: StubAnswer[], change: Partial<Parameters<typeof textFetcher>[0]> = {}) {
  stub = startMarketStub(...answers);
  return textFetcher({
    url: stub.url,
    allowInternal: true,
    userAgent: "test",
    connectMs: 2_000,
    maxBytes: 1_000,
    ...change,
  });
}

describe("textFetcher", () => {
  test("brings status and text, and says what it wants as the original did", async () => {
    const fetch = fetching([{ status: 503, text: "ñandú" }]);
    expect(await fetch(5_000, NEVER)).toEqual({ status: 503, retryAfterMs: null, text: "ñandú" });
    expect(stub!.asked).toEqual([{ path: "/api/market/tickers/", contentType: "application/json" }]);
  });

  test.each([
    ["7", 7_000, "seconds"],
    ["soon", null, "no time"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0, "a date that is over"],
  ])("reads Retry-After %s: %s (%s)", async (header, ms, _why) => {
    const fetch = fetching([{ status: 429, text: "", headers: { "retry-after": header } }]);
    expect((await fetch(5_000, NEVER)).retryAfterMs).toBe(ms);
  });

  test("follows redirects, but not for ever", async () => {
    const away = { status: 301, text: "", headers: { location: "/elsewhere" } };
    const fetch = fetching([away, away, quoting({})]);
    expect((await fetch(5_000, NEVER)).status).toBe(200);
    expect(stub!.asked.map(({ path }) => path)).toEqual([
      "/api/market/tickers/",
      "/elsewhere",
      "/elsewhere",
    ]);
    stub!.answer(away);
    await expect(fetch(5_000, NEVER)).rejects.toMatchObject({
      code: "unavailable",
      // Readers of the status see it: the path may hold a key.
      message: `${new URL(stub!.url).host} redirige más de 3 veces`,
    });
  });

  test("gives up on a server that never answers", async () => {
    const fetch = fetching([{ hang: true }]);
    await expect(fetch(300, NEVER)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ no respondió en 0\.3 s$/),
    });
  });

  test("ends when it is told to", async () => {
    const fetch = fetching([{ hang: true }]);
    const end = new AbortController();
    const answer = fetch(60_000, end.signal);
    end.abort();
    await expect(answer).rejects.toMatchObject({ code: "unavailable" });
  });

  test("refuses an answer that is too large", async () => {
    const fetch = fetching([{ status: 200, text: "x".repeat(1_001) }]);
    await expect(fetch(5_000, NEVER)).rejects.toMatchObject({ code: "unavailable" });
    stub!.answer({ status: 200, text: "x".repeat(1_000) });
    expect((await fetch(5_000, NEVER)).text).toHaveLength(1_000);
  });

  test("asks no address inside unless it is allowed, and no other scheme", async () => {
    const inside = fetching([quoting({})], { allowInternal: false });
    await expect(inside(5_000, NEVER)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("ALLOW_INTERNAL_SOURCES"),
    });
    const { port } = new URL(stub!.url);
    const byName = textFetcher({
      url: `http://localhost:${port}/`,
      allowInternal: false,
      userAgent: "",
      connectMs: 2_000,
      maxBytes: 9,
    });
    await expect(byName(5_000, NEVER)).rejects.toMatchObject({ code: "invalid" });
    expect(stub!.asked).toEqual([]);
    stub!.answer({ status: 302, text: "", headers: { location: "file:///etc/passwd" } });
    const open = textFetcher({
      url: stub!.url,
      allowInternal: true,
      userAgent: "t",
      connectMs: 2_000,
      maxBytes: 9,
    });
    await expect(open(5_000, NEVER)).rejects.toMatchObject({ code: "invalid" });
  });

  test("tells a port where nobody listens", async () => {
    const fetch = fetching([quoting({})]);
    await stub!.close();
    stub = undefined;
    await expect(fetch(5_000, NEVER)).rejects.toMatchObject({ code: "unavailable" });
  });
});
