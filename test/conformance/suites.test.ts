// What the command takes a folder for, and how it ends.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OWN_CATALOGS, OWN_PRICES, OWN_SERIES_CASES, readSuite } from "./suites.ts";

const FOLDERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  prices: {
    "list.json": {
      suite: "prices/list",
      cases: [{
        id: "p",
        title: "wrong",
        given: { ticks: [] },
        request: { method: "GET", path: "/api/ticker-list/", headers: { Host: "x.test" } },
        expect: [{ status: 200, json: { count: 5 } }],
      }],
    },
  },
  siirays: { "expected.json": { epsas: { 1: {}, 2: {}, 3: {} } } },
  other: { "expected.json": { "nowhere/a.json": {} }, "list.json": [{ name: "no request" }] },
  wrong: {
    "wrong.json": [{
      name: "w",
      kind: "error",
      given: { ref: "empty.json" },
      request: "GET /series?ids=x",
      expect: { status: 200 },
    }],
    "empty.json": { series: [] },
  },
};

let root: string;
beforeAll(async () => {
  root = await Deno.makeTempDir({ prefix: "caudal_suites_" });
  for (const [folder, files] of Object.entries(FOLDERS)) {
    await Deno.mkdir(`${root}/${folder}`);
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${folder}/${name}`, JSON.stringify(content));
    }
  }
});
afterAll(() => Deno.remove(root, { recursive: true }));

describe("readSuite", () => {
  test("knows our own copies", () => {
    expect(readSuite(OWN_SERIES_CASES)?.kind).toBe("series");
    expect(readSuite(OWN_CATALOGS)?.kind).toBe("catalogs");
    expect(readSuite(OWN_PRICES)?.kind).toBe("prices");
  });
  test("knows what a later issue runs, and counts it", () => {
    expect(readSuite(`${root}/siirays`)).toEqual({ kind: "siirays", cases: 3 });
  });
  test("does not know the rest", () => expect(readSuite(`${root}/other`)).toBeUndefined());
});

describe("conformance", () => {
  const run = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${import.meta.dirname}/../../scripts/conformance.ts`, ...args],
    }).output();
    const text = new TextDecoder().decode(stdout);
    return { code, lines: text.trimEnd().split("\n"), text: text + new TextDecoder().decode(stderr) };
  };

  test.each([
    { args: ["--help"], code: 0, text: "Uso: deno task conformance" },
    { args: ["--nada"], code: 2, text: 'Opción desconocida "--nada"' },
    { args: ["suelto"], code: 2, text: 'Opción desconocida "suelto"' },
    { args: ["--only"], code: 2, text: 'A "--only" le falta el valor' },
    { args: ["--cases", "--only", "x"], code: 2, text: 'A "--cases" le falta el valor' },
    { args: ["--target", "no_such"], code: 2, text: '--target debe ser "server"' },
    { args: ["--cases", "/no/such"], code: 2, text: 'No existe la carpeta "/no/such"' },
  ])("ends with $code at $args", async ({ args, code, text }) => {
    const ended = await run(args);
    expect(ended.text).toContain(text);
    expect(ended.code).toBe(code);
  });

  test("tells failures and what is not built, and counts on its last line", async () => {
    const ended = await run(["--cases", `${root}/wrong`, `${root}/prices`, `${root}/siirays`]);
    expect(ended.text).toContain("status: se esperaba 200, llegó 400");
    expect(ended.text).toContain('json: se esperaba {"count":5}, llegó {"count":0');
    expect(ended.text).toContain("no construido todavía: 3 casos");
    expect(ended.lines.at(-1)).toBe("0 passed, 2 failed");
    expect(ended.code).toBe(1);
  });

  test("takes a run without cases for a failure", async () => {
    const ended = await run(["--cases", `${root}/wrong`, "--only", "nada así"]);
    expect(ended.lines.at(-1)).toBe("0 passed, 0 failed");
    expect(ended.code).toBe(1);
  });
});
