// The script of the dummy modules as the scheduler runs it.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgram } from "./process.ts";

const PROGRAM = path.resolve(import.meta.dirname!, "../../src/modules/dummy/copy_file.sh");
const CONTENT = "a;b\n\0ñ";

let folder: string;
const at = (name: string) => path.join(folder, name);
const run = (...args: string[]) => startProgram(PROGRAM, args, { ETL_MODULE: "dummy_loader" }).finished;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal dummy-"));
  fs.writeFileSync(at("in"), CONTENT);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("copy_file.sh", () => {
  test.each(["--conf", "--config"])("copies the input, with %s", async (flag) => {
    const { code, stdout } = await run("--input", at("in"), "--output", at(flag), flag, "None");
    expect(code).toBe(0);
    expect(stdout).toContain("dummy_loader: ");
    expect(fs.readFileSync(at(flag), "utf8")).toBe(CONTENT);
  });

  test("takes options with an equals sign", async () => {
    const { code } = await run(`--input=${at("in")}`, `--output=${at("equals")}`, "--conf=x");
    expect(code).toBe(0);
    expect(fs.readFileSync(at("equals"), "utf8")).toBe(CONTENT);
  });

  test.each([
    { why: "the steps of the original's dummy", args: ["--input", "/dev/null", "--output", "/dev/null"] },
    { why: "no input", args: ["--output", "/dev/null", "--conf", "/dev/null"] },
    { why: "no options", args: [] },
  ])("ends well with $why", async ({ args }) => {
    expect((await run(...args)).code).toBe(0);
  });

  test.each([
    { why: "an input that is not there", code: 1, args: () => ["--input", at("none"), "--output", at("o")] },
    { why: "a folder that is not there", code: 1, args: () => ["--input", at("in"), "--output", at("x/o")] },
    { why: "an option without its value", code: 2, args: () => ["--input"] },
    { why: "an unknown option", code: 2, args: () => ["--inptu", "x"] },
    { why: "a loose argument", code: 2, args: () => [at("in"), at("o")] },
    { why: "the input as output", code: 2, args: () => ["--input", at("in"), "--output", `${folder}/./in`] },
  ])("fails on $why", async ({ code, args }) => {
    const finished = await run(...args());
    expect(finished.code).toBe(code);
    expect(finished.stderr).not.toBe("");
    expect(fs.readFileSync(at("in"), "utf8")).toBe(CONTENT);
  });
});
