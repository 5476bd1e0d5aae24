// The server as people run it, asked as browsers and programs ask: encodings, their tags, and what stays plain.

import zlib from "node:zlib";
import { expect, test } from "vitest";
import { startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { rawGet } from "../edge/raw_get.ts";
import { startCommand } from "./process.ts";

const GIVEN = {
  series: [{
    id: "c_1",
    title: "c_1",
    frequency: "R/P1Y",
    observations: Array.from({ length: 200 }, (_, i): [string, number] => [`${1800 + i}-01-01`, i]),
  }],
} as unknown as Given;
const SERIES = "/series/api/series/?ids=c_1&limit=200";

test("serve compresses what it reads out, knows each form by its tag, and leaves the console alone", async () => {
  const instance = await startInstance(Date.now, (store) => loadGiven(store, GIVEN, 18_000));
  const dataDir = await Deno.makeTempDir({ prefix: "caudal_compression_" });
  try {
    await using server = startCommand("serve", ["--port", "0", "--data", dataDir], {
      SNAPSHOT_URL: instance.published,
    });
    const base = await server.printed(/sirve en (http:\S+)/);
    const plain = await rawGet(`${base}${SERIES}`);
    expect(JSON.parse(new TextDecoder().decode(plain.body)).data).toHaveLength(200);
    expect(plain.headers["server-timing"]).toMatch(/^app;dur=\d+(\.\d)?$/);
    for (
      const [encoding, decode] of [["br", zlib.brotliDecompressSync], ["gzip", zlib.gunzipSync]] as const
    ) {
      const encoded = await rawGet(`${base}${SERIES}`, { "accept-encoding": encoding });
      expect(encoded.headers["content-encoding"]).toBe(encoding);
      expect(decode(encoded.body)).toEqual(plain.body);
      const again = await rawGet(`${base}${SERIES}`, {
        "accept-encoding": encoding,
        "if-none-match": encoded.headers.etag!,
      });
      expect([again.status, again.headers.etag]).toEqual([304, encoded.headers.etag]);
      const console = await rawGet(`${base}/consola/`, { "accept-encoding": encoding });
      expect(console.headers["content-encoding"]).toBeUndefined();
    }
  } finally {
    await instance.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});
