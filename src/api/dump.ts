// The downloads: `/dump/{file}` of all catalogs together, `/dump/{catalog}/{file}` of one. Files are handed on in
// pieces, whole or the part that was asked for, and come with the digest of their bytes.

import type { Hono } from "hono";
import { type DumpFile, dumpFile } from "../core/dump_files.ts";
import type { Dumps, StoredDump } from "../core/dumps.ts";
import { Problem } from "../core/problem.ts";
import {
  CACHE_CONTROL,
  cachingHeaders,
  CDN_CACHE_CONTROL,
  httpDate,
  isFresh,
  parseHttpDate,
} from "./caching.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";

type DumpContext = {
  readonly dumps?: Dumps;
  readonly onError?: (error: unknown, path: string) => void;
};

const ROOTS = ["/series/api/dump", "/api/dump"];

/** The contract's words for a file that was generated and cannot be read. */
const UNREADABLE = "Error en la lectura del archivo pedido";

/** Adds the routes; without `dumps` nothing was ever generated. */
export function dumpRoutes(app: Hono, { dumps, onError }: DumpContext): void {
  const answer = async (request: Request, path: string, catalogId: string | null, name: string) => {
    const file = dumpFile(name);
    try {
      const stored = file && await dumps?.find(catalogId, name);
      if (file && stored) return await answerFile(request.headers, file, stored);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      onError?.(error, path);
      return new Response(UNREADABLE, {
        status: 500,
        headers: {
          ...COMMON_HEADERS,
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "no-store",
        },
      });
    }
    const of = catalogId === null ? "" : ` del catálogo "${catalogId}"`;
    return problemJson(404, `No hay un archivo "${name}"${of}, o todavía no se generó`);
  };
  for (const root of ROOTS) {
    for (const end of ["", "/"]) {
      app.get(`${root}/:file${end}`, ({ req }) => answer(req.raw, req.path, null, req.param("file")));
      app.get(
        `${root}/:catalog/:file${end}`,
        ({ req }) => answer(req.raw, req.path, req.param("catalog"), req.param("file")),
      );
    }
  }
}

async function answerFile(
  request: Headers,
  { name, mediaType }: DumpFile,
  { bytes: size, sha256, generatedAt, read }: StoredDump,
): Promise<Response> {
  const digest = base64Of(sha256);
  const tag = `"${sha256}"`;
  const headers: Record<string, string> = {
    ...COMMON_HEADERS,
    "access-control-expose-headers":
      "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, Digest, ETag, Repr-Digest",
    ...cachingHeaders(tag, generatedAt),
    "cache-control": `${CACHE_CONTROL}, no-transform`,
    "cdn-cache-control": `${CDN_CACHE_CONTROL}, no-transform`,
    "accept-ranges": "bytes",
    "repr-digest": `sha-256=:${digest}:`,
    digest: `SHA-256=${digest}`,
  };
  if (!isExpected(request, tag, generatedAt)) {
    return problemJson(412, "El archivo ya es otro");
  }
  if (isFresh(request, tag, generatedAt)) return new Response(null, { status: 304, headers });
  const range = isSameFile(request.get("if-range"), tag, generatedAt)
    ? rangeOf(request.get("range"), size)
    : undefined;
  if (range === "unsatisfiable") {
    return problemJson(416, `El rango pedido no está en los ${size} bytes del archivo`, {
      "content-range": `bytes */${size}`,
      "accept-ranges": "bytes",
    });
  }
  const { from, to } = range ?? { from: 0, to: size };
  const body = await streamOf(read(from, to));
  return new Response(body, {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      "content-type": mediaType,
      "content-disposition": `attachment; filename="${name}"`,
      "content-length": String(to - from),
      ...(range && { "content-range": `bytes ${from}-${to - 1}/${size}` }),
    },
  });
}

/** Whether it is the file that the caller goes on with, where it says which: asked before all else (RFC 9110, 13.2.2). */
function isExpected(request: Headers, tag: string, generatedAt: number): boolean {
  const tags = request.get("if-match");
  if (tags !== null) return tags.split(",").some((text) => text.trim() === tag || text.trim() === "*");
  const at = parseHttpDate(request.get("if-unmodified-since") ?? "");
  return Number.isNaN(at) || at >= Math.floor(generatedAt / 1000) * 1000;
}

/** Whether a range goes with the caller's part: no condition, the strong tag or the very date. */
function isSameFile(condition: string | null, tag: string, generatedAt: number): boolean {
  return condition === null || condition.trim() === tag || condition.trim() === httpDate(generatedAt);
}

/**
 * The part that is asked for; undefined for the whole file, which is also the answer to several parts at once
 * and to what is no range (RFC 9110, 14.2).
 */
function rangeOf(
  header: string | null,
  size: number,
): { from: number; to: number } | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size };
  }
  const from = Number(first);
  const to = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < from) return undefined;
  return from >= size ? "unsatisfiable" : { from, to };
}

/**
 * Pieces as the body of an answer, asked for as they are sent.
 * Errors: those of the first piece, so that an answer about them can still be given.
 */
async function streamOf(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const iterator = pieces[Symbol.asyncIterator]();
  let next = await iterator.next();
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(next.value);
      next = await iterator.next();
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

function base64Of(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
}
