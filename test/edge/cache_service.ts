// What stands for a data centre's cache behind workerd's Cache API: it asks with `only-if-cached` and puts whole
// answers, written as HTTP.

export type CacheService = {
  readonly url: string;
  readonly kept: ReadonlyMap<string, string>;
  close(): Promise<void>;
};

/** The end of the first line, of the headers, and the body of an answer written as HTTP. */
function readAnswer(bytes: Uint8Array): { headers: Headers; body: Uint8Array<ArrayBuffer> } {
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  const headers = new Headers();
  for (const line of text.slice(0, end).split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { headers, body: new Uint8Array(bytes.subarray(end + 4)) };
}

/** Keeps everything for ever. */
export function startCacheService(): CacheService {
  const answers = new Map<string, { headers: Headers; body: Uint8Array<ArrayBuffer> }>();
  const kept = new Map<string, string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method === "PUT") {
      const answer = readAnswer(new Uint8Array(await request.arrayBuffer()));
      answers.set(request.url, answer);
      kept.set(decodeURIComponent(request.url), answer.headers.get("cache-control") ?? "");
      return new Response(null, { status: 204 });
    }
    const found = answers.get(request.url);
    if (!found) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
    const headers = new Headers(found.headers);
    headers.set("cf-cache-status", "HIT");
    headers.delete("transfer-encoding");
    return new Response(found.body, { headers });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, kept, close: () => server.shutdown() };
}
