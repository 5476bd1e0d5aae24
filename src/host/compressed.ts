// Answers in the encoding that their readers take: Brotli, else gzip, once each. An encoded answer has a strong tag
// of its own, so that no cache takes one form for the other; what was encoded is kept, bounded in bytes.

import zlib from "node:zlib";

export type Answer = (request: Request) => Response | Promise<Response>;

type Bytes = Uint8Array<ArrayBuffer>;

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;

/** Runs one of zlib's compressors beside this thread. */
function done(compress: (callback: zlib.CompressCallback) => void): Promise<Bytes> {
  return new Promise((resolve, reject) =>
    compress((error, bytes) => error ? reject(error) : resolve(bytes as Bytes))
  );
}

/** The best first. From these levels on time grows faster than size falls. */
const ENCODERS = {
  br: (bytes: Bytes) =>
    done((callback) =>
      zlib.brotliCompress(bytes, {
        params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }, callback)
    ),
  gzip: (bytes: Bytes) => done((callback) => zlib.gzip(bytes, { level: 6 }, callback)),
} as const;
type Encoding = keyof typeof ENCODERS;

/** Smaller bodies fit a packet as they are. */
const LEAST_BYTES = 1_000;

/** Texts of Accept-Encoding whose meaning is remembered: browsers send few. */
const REMEMBERED = 256;

/** Streams of events have no end to wait for. */
const COMPRESSIBLE =
  /^(text\/(?!event-stream)|application\/(json|[a-z.]+\+json|javascript|xml)|image\/svg\+xml)/;

/**
 * Encodes what `answer` answers where that helps; ranges, streams of files (`no-transform`) and what is encoded
 * already pass as they are. `keepBytes` of encoded bodies with a tag stay in memory.
 */
export function compressed(answer: Answer, keepBytes: number): Answer {
  const kept = keptBodies(keepBytes);
  const meanings = new Map<string, Encoding | undefined>();

  function encodingOf(header: string | null): Encoding | undefined {
    if (header === null) return undefined;
    if (meanings.has(header)) return meanings.get(header);
    if (meanings.size >= REMEMBERED) meanings.clear();
    const encoding = preferredEncoding(header);
    meanings.set(header, encoding);
    return encoding;
  }

  async function encoded(request: Request, response: Response, encoding: Encoding): Promise<Response> {
    const { headers, status } = response;
    const tag = headers.get("etag");
    const toVariant = () => {
      headers.set("content-encoding", encoding);
      headers.delete("content-length");
      if (tag) headers.set("etag", variantTag(tag, encoding));
    };
    if (request.method === "HEAD") {
      if (Number(headers.get("content-length")) >= LEAST_BYTES) toVariant();
      return response;
    }
    const key = tag && `${encoding} ${tag} ${request.url}`;
    const known = key ? kept.get(key) : undefined;
    if (known) {
      toVariant();
      return new Response(known, { status, headers });
    }
    const plain = new Uint8Array(await response.arrayBuffer());
    if (plain.length < LEAST_BYTES) return new Response(plain, { status, headers });
    const body = await ENCODERS[encoding](plain);
    if (key) kept.set(key, body);
    toVariant();
    return new Response(body, { status, headers });
  }

  return async (request) => {
    const encoding = encodingOf(request.headers.get("accept-encoding"));
    const asked = encoding && request.headers.get("if-none-match");
    const suffix = `-${encoding}"`;
    const { method, url } = request;
    if (asked?.includes(suffix) && (method === "GET" || method === "HEAD")) {
      const headers = new Headers(request.headers);
      headers.set("if-none-match", asked.replaceAll(suffix, '"'));
      const response = await answer(new Request(url, { method, headers }));
      const tag = response.status === 304 && response.headers.get("etag");
      if (tag) response.headers.set("etag", variantTag(tag, encoding!));
      return await finish(request, response, encoding);
    }
    return await finish(request, await answer(request), encoding);
  };

  function finish(
    request: Request,
    response: Response,
    encoding: Encoding | undefined,
  ): Response | Promise<Response> {
    const { headers, status } = response;
    // What it would be of is not told; it has no other form where nobody may make one.
    if (status === 304 && !isFinal(headers)) headers.append("vary", "Accept-Encoding");
    if (!isCompressible(response)) return response;
    headers.append("vary", "Accept-Encoding");
    return encoding ? encoded(request, response, encoding) : response;
  }
}

/** The best encoding that a text of Accept-Encoding admits; undefined for none. */
export function preferredEncoding(header: string): Encoding | undefined {
  const weights = new Map(
    header.toLowerCase().split(",").map((part) => {
      const [name = "", ...params] = part.split(";").map((text) => text.trim());
      const weight = params.find((param) => param.startsWith("q="));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  const weightOf = (name: Encoding) => weights.get(name) ?? weights.get("*") ?? 0;
  const [best] = (Object.keys(ENCODERS) as Encoding[]).filter((name) => weightOf(name) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a));
  return best;
}

function isCompressible({ status, headers }: Response): boolean {
  // Whether there is a body is not asked: looking at it makes a stream of it, which takes as long as all the rest.
  return status !== 304 && status !== 206 && status !== 204 &&
    COMPRESSIBLE.test(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding") && !isFinal(headers);
}

const isFinal = (headers: Headers) => headers.get("cache-control")?.includes("no-transform") ?? false;

const variantTag = (tag: string, encoding: Encoding) => tag.replace(/"$/, `-${encoding}"`);

/** The most recently used bodies, up to a bound. */
function keptBodies(maxBytes: number) {
  const bodies = new Map<string, Bytes>();
  const cost = (key: string, body: Bytes) => key.length + body.length + 200;
  let bytes = 0;
  return {
    get(key: string): Bytes | undefined {
      const body = bodies.get(key);
      if (body) {
        bodies.delete(key);
        bodies.set(key, body);
      }
      return body;
    },
    set(key: string, body: Bytes): void {
      // One huge answer must not push out all others.
      if (bodies.has(key) || cost(key, body) > maxBytes / 8) return;
      bodies.set(key, body);
      bytes += cost(key, body);
      for (const [oldest, old] of bodies) {
        if (bytes <= maxBytes) break;
        bodies.delete(oldest);
        bytes -= cost(oldest, old);
      }
    },
  };
}
