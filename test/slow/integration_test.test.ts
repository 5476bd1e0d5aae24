// `deno task integration_test` as people run it, against a server of a port of this machine that answers for an API and
// for its publishers.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCommand } from "./process.ts";

const DUMP = "/datos/series/api/dump/series-tiempo-metadatos.csv";
const COLUMNS = "catalogo_id,serie_id,serie_titulo,distribucion_url_descarga,serie_discontinuada";
const INTERNAL = { ALLOW_INTERNAL_SOURCES: "true" };

let folder: string;
let server: Deno.HttpServer<Deno.NetAddr>;
let base: string;
let files: string;
/** Answers by path; series by their ids. */
const answers = new Map<string, string>();

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_integration_" });
  server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    const text = answers.get(searchParams.get("ids") ?? pathname);
    return text === undefined ? new Response("no", { status: 404 }) : new Response(text);
  });
  base = `http://127.0.0.1:${server.addr.port}/datos`;
  files = `http://localhost:${server.addr.port}`;
  answers.set(
    DUMP,
    [COLUMNS, `c,a,ta,${files}/d.csv,False`, `c,b,tb,${files}/d.csv,False`, `x,z,tz,${files}/no.csv,False`]
      .join(
        "\n",
      ),
  );
  answers.set("/d.csv", "indice_tiempo,ta,tb\n2020-01-01,1,2\n2021-01-01,1,2\n");
  answers.set("a", "indice_tiempo,ta\n2020-01-01,1\n2021-01-01,7\n");
  answers.set("b", "indice_tiempo,tb\n2020-01-01,2\n2021-01-01,2\n");
});
afterAll(async () => {
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
});

const run = async (args: readonly string[], env: Record<string, string> = INTERNAL) => {
  await using running = startCommand("integration_test", args, env);
  const { code, stdout, stderr } = await running.finished;
  return { code, stdout, stderr };
};
// Half of the two dates differ.
const errors = () =>
  "serie_id,error_pct,api_url,distribution_url\r\n" +
  `a,50.00,${base}/series/api/series/?ids=a&last=1000&format=csv,${files}/d.csv\r\n`;

describe("integration_test", () => {
  test("writes the series that differ, and ends with 1", async () => {
    expect(await run([`${base}/`])).toEqual({
      code: 1,
      stdout: errors(),
      stderr: "Salteada z: El servidor respondió 404 (Not Found)\n" +
        "Series: 3; distintas de su archivo: 1; salteadas: 1\n",
    });
  });

  test("writes them to a file, of one catalog", async () => {
    const file = path.join(folder, "errors.csv");
    expect(await run([base, file, "--catalog", "c"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "Series: 2; distintas de su archivo: 1; salteadas: 0\n",
    });
    expect(await Deno.readTextFile(file)).toBe(errors());
    expect(await run([base, file, "--catalog", "x"])).toMatchObject({ code: 0 });
    expect(await Deno.readTextFile(file)).toBe("serie_id,error_pct,api_url,distribution_url\r\n");
  });

  test("asks the API wherever it is, and publishers as a harvest does", async () => {
    const { code, stderr } = await run([base], {});
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Salteada a: La dirección apunta a una red interna/);
    expect(stderr).toContain("Series: 3; distintas de su archivo: 0; salteadas: 3\n");
  });

  test.each([
    { why: "no address", args: [], code: 2, says: "Error: Falta la dirección del servidor" },
    { why: "a path", args: ["datos"], code: 2, says: 'Error: "datos" no es una dirección http o https' },
    {
      why: "no time",
      args: ["http://a.example", "--timeout", "0"],
      code: 2,
      says: "Error: --timeout espera segundos",
    },
    { why: "too much", args: ["http://a.example", "b", "c"], code: 2, says: 'Error: Sobra "c"' },
  ])("ends with $code: $why", async ({ args, code, says }) => {
    const ended = await run(args);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(says);
  });

  test("ends with 1 where there is no API", async () => {
    const { code, stderr } = await run([`${base}/no`]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "Error: El servidor respondió 404 (Not Found)\n" });
  });
});
