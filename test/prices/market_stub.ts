// A stub of the market's API: a real server on this machine that answers as it is told.

export type StubAnswer =
  | {
    readonly status: number;
    readonly json?: unknown;
    readonly text?: string;
    readonly headers?: Record<string, string>;
  }
  | { readonly hang: true };

export type MarketStub = {
  readonly url: string;
  /** Paths and content types that were asked for, in order. */
  readonly asked: { readonly path: string; readonly contentType: string | null }[];
  /** What the next requests get; the last one goes on. */
  answer(...answers: StubAnswer[]): void;
  close(): Promise<void>;
};

export const quoting = (pairs: Record<string, unknown>): StubAnswer => ({
  status: 200,
  json: {
    object: Object.fromEntries(
      Object.entries(pairs).map(([pair, selling_price]) => [pair, {
        currency: "ars",
        purchase_price: "82781100.0",
        selling_price,
        open_price: "83439260.1161559577375675",
        market_identifier: pair,
      }]),
    ),
  },
});

export function startMarketStub(...first: StubAnswer[]): MarketStub {
  let answers = first;
  const asked: MarketStub["asked"] = [];
  const end = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: end.signal },
    (request) => {
      asked.push({ path: new URL(request.url).pathname, contentType: request.headers.get("content-type") });
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if ("hang" in answer) return new Promise<Response>(() => {});
      const { status, json, text = JSON.stringify(json), headers = {} } = answer;
      return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/api/market/tickers/`,
    asked,
    answer: (...next) => void (answers = next),
    close: async () => {
      end.abort();
      await server.finished;
    },
  };
}
