// A publisher's web server with any number of small catalogs, good or spoiled: what it answers can be changed
// between two harvests while every address stays.

import { deflateRawSync } from "node:zlib";
import { sleep } from "./process.ts";

export type Answer = string | Uint8Array<ArrayBuffer> | ((request: Request) => Response | Promise<Response>);

/** What is behind the two addresses of a node. */
export type Pages = { readonly catalog: Answer; readonly csv: Answer };

export type Publisher = {
  readonly origin: string;
  catalogUrl(id: string): string;
  csvUrl(id: string): string;
  put(id: string, pages: Partial<Pages>): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export function startPublisher(): Publisher {
  const pages = new Map<string, Answer>();
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen() {} },
    (request) => {
      const answer = pages.get(new URL(request.url).pathname);
      if (answer === undefined) return new Response("No está", { status: 404 });
      return typeof answer === "function" ? answer(request) : new Response(answer);
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    catalogUrl: (id) => `${origin}/${id}/data.json`,
    csvUrl: (id) => `${origin}/${id}/datos.csv`,
    put(id, { catalog, csv }) {
      if (catalog !== undefined) pages.set(`/${id}/data.json`, catalog);
      if (csv !== undefined) pages.set(`/${id}/datos.csv`, csv);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  };
}

export const seriesIds = (id: string): string[] => [`${id}.uno`, `${id}.dos`];

/** The catalog of a node: one dataset, one distribution of two monthly series. */
export function catalogOf(id: string) {
  const [one, two] = seriesIds(id);
  const number = (title: string, id: string) => ({
    title,
    id,
    type: "number",
    description: `Indicador ${title}`,
  });
  return {
    title: `Catálogo ${id}`,
    dataset: [{
      identifier: "1",
      title: "Conjunto",
      distribution: [{
        identifier: "1.1",
        title: "Valores",
        downloadURL: "datos.csv",
        field: [
          { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: "R/P1M" },
          number("uno", one!),
          number("dos", two!),
        ],
      }],
    }],
  };
}

/** Its CSV: a year from `first` on, counting up, the second column tenfold. */
export function csvOf(first: number): string {
  const rows = Array.from(
    { length: 12 },
    (_, i) => `2020-${String(i + 1).padStart(2, "0")}-01,${first + i},${(first + i) * 10}`,
  );
  return ["indice_tiempo,uno,dos", ...rows].join("\n") + "\n";
}

export const goodPages = (id: string, first: number): Pages => ({
  catalog: JSON.stringify(catalogOf(id)),
  csv: csvOf(first),
});

/** Bytes of a body that were asked for, and how long until the reader hung up. */
export type Pulled = { bytes: number; ms: number };

/** A CSV that never ends; `length` is what its header says of it. */
export function endless(pulled: Pulled, length?: number): Answer {
  const chunk = new TextEncoder().encode("2020-01-01,1,2\n".repeat(4_000));
  return () => {
    const begun = performance.now();
    const body = new ReadableStream({
      pull(controller) {
        pulled.bytes += chunk.length;
        controller.enqueue(chunk);
      },
      cancel() {
        pulled.ms = performance.now() - begun;
      },
    });
    return new Response(body, { headers: length === undefined ? {} : { "content-length": `${length}` } });
  };
}

/** A good CSV, one byte a second. */
export function dripping(text: string): Answer {
  return () => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    let closed = false;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          if (at > 0) await sleep(1_000);
          if (!closed) controller.enqueue(bytes.subarray(at, ++at));
        },
        cancel: () => void (closed = true),
      }),
    );
  };
}

/** A zip of one part that inflates to `mb` MB of zeros. Sizes and checksum are left zero. */
export function zipBomb(name: string, mb: number): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(new Uint8Array(mb * 1024 * 1024));
  const text = new TextEncoder().encode(name);
  const record = (size: number, longs: Readonly<Record<number, number>>) => {
    const view = new DataView(new ArrayBuffer(size));
    for (const [offset, value] of Object.entries(longs)) view.setUint32(Number(offset), value, true);
    return new Uint8Array(view.buffer);
  };
  const local = record(30, { 0: 0x04034b50, 8: 8, 18: packed.length, 26: text.length });
  const start = local.length + text.length + packed.length;
  const parts = [
    ...[local, text, packed],
    ...[record(46, { 0: 0x02014b50, 10: 8, 20: packed.length, 28: text.length }), text],
    record(22, { 0: 0x06054b50, 8: 1 << 16, 10: 1, 16: start }),
  ];
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
