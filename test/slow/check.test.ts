// Shows that the narrow type checks of scripts/check.ts refuse what Deno itself would let pass.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScratchProject, type ScratchProject } from "../scratch_project.ts";

const GOOD = {
  "src/core/good.ts": `export const day = (time: number): number => new Date(time).getUTCDate();`,
  "src/api/good.ts": `import { Hono } from "hono";
    import { cors } from "hono/cors";
    import * as z from "zod";
    import { day } from "../core/good.ts";
    export const app = new Hono().use(cors()).get("/", (c) => c.json(z.number().parse(day(0)), 200));
    console.log(new URL("https://example.org"), new Response(), crypto.subtle);`,
  "src/pages/good.tsx": `export const Title = ({ text }: { text: string }) => <h1>{text}</h1>;`,
  "src/store/segments/good.ts": `export const bytes = new TextEncoder().encode("a");`,
};

const REFUSED = [
  { path: "src/core/cwd.ts", text: `export const a = Deno.cwd();`, fault: "Cannot find name 'Deno'" },
  { path: "src/core/log.ts", text: `console.log("a");`, fault: "Cannot find name 'console'" },
  { path: "src/core/get.ts", text: `await fetch("a"); export {};`, fault: "Cannot find name 'fetch'" },
  { path: "src/core/url.ts", text: `export const a = new URL("a:b");`, fault: "Cannot find name 'URL'" },
  { path: "src/api/cwd.ts", text: `export const a = Deno.cwd();`, fault: "Cannot find name 'Deno'" },
  {
    path: "src/api/files.ts",
    text: `import { readFileSync } from "node:fs"; readFileSync("a");`,
    fault: "Cannot find name 'node:fs'",
  },
  {
    path: "src/pages/argv.tsx",
    text: `import process from "node:process"; export const A = () => <p>{process.argv}</p>;`,
    fault: "Cannot find name 'node:process'",
  },
  {
    path: "src/store/segments/size.ts",
    text: `export const a = Buffer.from("a");`,
    fault: "Cannot find name 'Buffer'",
  },
  { path: "edge/env.ts", text: `export const a = process.env;`, fault: "Cannot find name 'process'" },
];

describe("check", () => {
  let good: ScratchProject;
  let bad: ScratchProject;
  beforeAll(async () => {
    good = await createScratchProject(GOOD);
    bad = await createScratchProject({
      ...GOOD,
      ...Object.fromEntries(REFUSED.map(({ path, text }) => [path, text])),
    });
  });
  afterAll(() => Promise.all([good?.remove(), bad?.remove()]));

  test("passes what keeps the promises", async () => {
    const { code, stdout } = await good.run("check.ts");
    expect(stdout).not.toContain("✗");
    expect(code).toBe(0);
  });

  test("refuses each name of a platform where it may not be", async () => {
    const { code, stdout, stderr } = await bad.run("check.ts");
    expect(code).toBe(1);
    expect(stdout).toContain("✓ Todo el árbol");
    expect(stderr).toContain("Falló: src/core, sin plataforma; Lo portable, sin Deno ni Node");
    const faults = stdout.split("\n\n");
    for (const { path, fault } of REFUSED) {
      expect(faults.filter((text) => text.includes(path)).join("\n"), path).toContain(fault);
    }
  });

  test("refuses an argument", async () => {
    const { code, stderr } = await good.run("check.ts", ["--nada"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Opción desconocida "--nada"`);
  });
});
