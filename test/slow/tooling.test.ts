// Shows that scripts/test.ts cannot say that all is well when it is not: its last line and its exit code are
// what people and CI believe.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScratchProject, type ScratchProject } from "../scratch_project.ts";

const inTest = (body: string) => `import { beforeAll, describe, expect, test } from "vitest";\n${body}`;

const FILES = {
  "test/good/one.test.ts": inTest(`test("one", () => {}); test("two", () => {});`),
  "test/skip/one.test.ts": inTest(`test("runs", () => {}); test.skip("rests", () => {});`),
  "test/zone/one.test.ts": inTest(
    `test("leans on the clock", () => expect(new Date(0).getTimezoneOffset()).toBe(180));`,
  ),
  "test/slow/one.test.ts": inTest(
    `test("once", () => {}); test.runIf(Deno.env.get("CAUDAL_TEST_LONG"))("long", () => {});`,
  ),
  "test/bad/assertion.test.ts": inTest(`test("is wrong", () => expect(1).toBe(2));`),
  "test/bad/empty.test.ts": "",
  "test/bad/exit.test.ts": inTest(`test("leaves", () => Deno.exit(0));`),
  "test/bad/hook.test.ts": inTest(
    `describe("hook", () => { beforeAll(() => { throw 1; }); test("a", () => {}); });`,
  ),
  "test/bad/import.test.ts": `import "./missing.ts";`,
  "test/bad/only.test.ts": inTest(`test.only("only", () => {});`),
  "test/bad/stray.test.ts": inTest(
    `test("a", async () => { Promise.reject(new Error("stray")); await new Promise((done) => setTimeout(done, 20)); });`,
  ),
  "test/bad/syntax.test.ts": "const = ;",
};

describe("test", () => {
  let project: ScratchProject;
  beforeAll(async () => {
    project = await createScratchProject(FILES);
  });
  afterAll(() => project?.remove());

  test.each([
    { why: "both zones count", args: ["test/good"], code: 0, last: "4 passed, 0 failed" },
    { why: "a zone of one's own fails", args: ["test/zone"], code: 1, last: "1 passed, 1 failed" },
    { why: "slow tests run once", args: ["test/slow"], code: 0, last: "1 passed, 0 failed" },
    { why: "long tests get told", args: ["--long", "test/slow"], code: 0, last: "2 passed, 0 failed" },
    { why: "nothing ran: slow", args: ["--fast", "test/slow"], code: 1, last: "0 passed, 0 failed" },
    { why: "nothing ran: no such file", args: ["nada"], code: 1, last: "0 passed, 0 failed" },
    {
      why: "nothing ran: no such name",
      args: ["test/good", "-t", "nada"],
      code: 1,
      last: "0 passed, 0 failed",
    },
    { why: "a name picks", args: ["test/good", "--name", "two"], code: 0, last: "2 passed, 0 failed" },
    { why: "a skip is told", args: ["test/skip"], code: 0, last: "2 passed, 0 failed" },
    { why: "a skip fails in CI", args: ["test/skip"], env: { CI: "1" }, code: 1, last: "2 passed, 2 failed" },
  ])("ends $args with $last: $why", async ({ args, env, code, last }) => {
    const finished = await project.run("test.ts", args, env);
    expect(finished.stdout.trimEnd().split("\n").at(-1)).toBe(last);
    expect(finished.code).toBe(code);
  });

  test("counts each file that cannot pass, however it fails", async () => {
    const { code, stdout } = await project.run("test.ts", ["test/bad"]);
    expect(code).toBe(1);
    const listed = stdout.slice(stdout.indexOf("Fallas:"));
    for (const path of Object.keys(FILES).filter((path) => path.startsWith("test/bad/"))) {
      if (path !== "test/bad/stray.test.ts") expect(listed).toContain(path);
    }
    expect(listed).toContain("error fuera de las pruebas: stray");
  });

  test.each([
    { args: ["--nada"], reason: `Opción desconocida "--nada"` },
    { args: ["--name"], reason: `A "--name" le falta el texto` },
  ])("refuses $args with code 2", async ({ args, reason }) => {
    const { code, stderr } = await project.run("test.ts", args);
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
  });
});
