// Serves a folder of catalog fixtures where their downloadURLs say it is, and reads sources from there alone:
// what a fixture names on the network is not downloaded.

import { Problem } from "../../src/core/problem.ts";
import { createReadSource } from "../../src/host/read_source.ts";
import type { ReadSource } from "../../src/ingest/source.ts";

const PORT = 3456;
export const FIXTURE_ORIGIN = `http://localhost:${PORT}`;

/** Errors: a sentence for people when another program has the port. */
export function serveFixtures(folder: string): { close(): Promise<void> } {
  const answer = async (request: Request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    try {
      return new Response(await Deno.readFile(`${folder}${path}`));
    } catch {
      return new Response("Not found", { status: 404 });
    }
  };
  const servers: Deno.HttpServer[] = [];
  // "localhost" is either of these; where there is no IPv6, only the first.
  for (const hostname of ["127.0.0.1", "::1"]) {
    try {
      servers.push(Deno.serve({ hostname, port: PORT, onListen() {} }, answer));
    } catch (cause) {
      const busy = cause instanceof Deno.errors.AddrInUse;
      if (!busy && hostname === "::1") continue;
      for (const server of servers) void server.shutdown();
      if (!busy) throw cause;
      const why = "las direcciones de los catálogos apuntan a él";
      throw new Error(`El puerto ${PORT} está ocupado y ${why}: cierre el programa que lo usa`, { cause });
    }
  }
  return {
    async close() {
      for (const server of servers) await server.shutdown();
    },
  };
}

const readAny = createReadSource({ allowInternal: true, sleep: () => Promise.resolve() });

export const readFixture: ReadSource = (request) =>
  new URL(request.url).origin === FIXTURE_ORIGIN
    ? readAny(request)
    : Promise.reject(new Problem("unavailable", "No se descargan direcciones ajenas a los casos"));
