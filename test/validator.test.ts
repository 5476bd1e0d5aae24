// The validator in its thread: it judges, and the time limit ends it whatever it is doing, while this thread goes
// on. The servers are real and on loopback, which this validator may read.

import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { validateInThread } from "../src/validator.ts";

const MB = 1024 * 1024;
const settings = { allowInternal: true, maxSourceBytes: 20 * MB, userAgent: "test" };
const field = [
  { title: "t", specialType: "time_index", specialTypeDetail: "R/P1D" },
  { title: "c0", id: "c0", description: "C" },
];
const catalogOf = (downloadURL: string) =>
  JSON.stringify({
    dataset: [{ identifier: "d", distribution: [{ identifier: "1.1", downloadURL, field }] }],
  });

/** Takes seconds: every cell is a text that is not even UTF-8. */
function slowCsv(): Uint8Array {
  const columns = 90;
  const head = new TextEncoder().encode(`t${Array.from({ length: columns }, (_, i) => `,c${i}`).join("")}\n`);
  const row = [...new TextEncoder().encode("2000-01-01"), ...Array(columns).fill([0x2c, 0xe9]).flat(), 0x0a];
  const bytes = new Uint8Array(head.length + row.length * 54_000);
  bytes.set(head);
  for (let at = head.length; at < bytes.length; at += row.length) bytes.set(row, at);
  return bytes;
}

describe("validateInThread", () => {
  let origin: string;
  const agents: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    agents.push(request.headers["user-agent"]);
    if (request.url === "/good.json") response.end(catalogOf("good.csv"));
    else if (request.url === "/slow.json") response.end(catalogOf("slow.csv"));
    else if (request.url === "/good.csv") response.end("t,c0\n2000-01-01,1\n2000-01-02,x\n");
    else if (request.url === "/slow.csv") response.end(slowCsv());
    // Nothing else is ever answered.
  });
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("judges as asked, under the name it is given", async () => {
    const validate = validateInThread(settings);
    const detail = await validate({ catalogUrl: `${origin}/good.json`, distributionId: "1.1" });
    expect(detail).toEqual(["'c0' tiene valores no numericos: '1 x'"]);
    expect(agents).toEqual(["test", "test"]);
  });

  test("refuses loopback unless told, and files always", async () => {
    const strict = validateInThread({ ...settings, allowInternal: false });
    const inside = await strict({ catalogUrl: `${origin}/good.json`, distributionId: "1.1" });
    expect(inside).toEqual([expect.stringMatching(/red interna y está prohibida$/)]);
    const file = await validateInThread(settings)({ catalogUrl: import.meta.url, distributionId: "1.1" });
    expect(file).toEqual([expect.stringContaining('Solo se leen direcciones http y https, no "file:"')]);
  });

  test("reads no more than it may", async () => {
    const small = validateInThread({ ...settings, maxSourceBytes: 20 });
    const detail = await small({ catalogUrl: `${origin}/good.json`, distributionId: "1.1" });
    expect(detail).toEqual([expect.stringContaining("supera el límite de 20 bytes")]);
  });

  test.each([
    { why: "a server that is silent", path: "/silent.json" },
    { why: "a file that takes long to read", path: "/slow.json" },
  ])("ends in time: $why", async ({ path }) => {
    const start = performance.now();
    const detail = await validateInThread(settings, 0.6)({
      catalogUrl: `${origin}${path}`,
      distributionId: "1.1",
    });
    expect(detail).toEqual(["La validación no terminó en 0.6 s"]);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
