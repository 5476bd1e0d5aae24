// The files of a project on a real disk.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectFiles } from "../../src/core/etl/project_files.ts";
import { etlProject } from "../../src/host/etl_project.ts";

let root: string;
let files: ProjectFiles;
let now: number;
const write = (file: string, content: string | Uint8Array, mode = 0o644) => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), content, { mode });
};

beforeEach(() => {
  now = 60_000;
  root = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-project-"));
  files = etlProject(root, "/usr/bin::relative:/bin", () => now);
  write("modules.json", "{}");
  write("etl_sequences/a.json", "[]");
  write("run.sh", "#!/bin/sh\n", 0o755);
});
afterEach(() => fs.rmSync(root, { recursive: true }));

test("etlProject looks commands up where the running deno is, then in the absolute folders of PATH", () => {
  expect(files.commandFolders).toEqual([path.dirname(Deno.execPath()), "/usr/bin", "/bin"]);
});

test("etlProject tells what there is", async () => {
  for (
    const [file, kind] of [
      ["modules.json", "file"],
      ["etl_sequences/", "folder"],
      ["/dev/null", "other"],
      ["none", undefined],
      ["modules.json/x", undefined],
      ["a\0b", undefined],
      ["x".repeat(5_000), undefined],
    ] as const
  ) expect(await files.kind(file)).toBe(kind);
  expect(await files.isExecutable("run.sh")).toBe(true);
  expect(await files.isExecutable("modules.json")).toBe(false);
  // A folder may be entered, not run.
  expect(await files.isExecutable("etl_sequences")).toBe(false);
  expect(files.resolve("./a/../b")).toBe(path.join(root, "b"));
  expect(await files.list("etl_sequences")).toEqual(["a.json"]);
  expect(await files.list("none")).toEqual([]);
});

describe("readText", () => {
  test("gives the text", async () => expect(await files.readText("etl_sequences/a.json")).toBe("[]"));

  test.each<{ why: string; make: () => void; says: string }>([
    { why: "nothing", make: () => {}, says: "no existe" },
    { why: "a folder", make: () => fs.mkdirSync(path.join(root, "x")), says: "no es un archivo" },
    { why: "other bytes", make: () => write("x", new Uint8Array([0x61, 0xf1])), says: "no es texto UTF-8" },
    {
      why: "too much",
      make: () => write("x", new Uint8Array(5 * 1024 * 1024 + 1)),
      says: "tiene más de 5 MB",
    },
  ])("refuses $why", async ({ make, says }) => {
    make();
    await expect(files.readText("x")).rejects.toMatchObject({ name: "Problem", message: says });
  });
});

test("stamp changes with each file that counts, with no other, and every half minute", async () => {
  const stamps = [await files.stamp()];
  const after = async (change: () => void) => {
    change();
    stamps.push(await files.stamp());
  };
  await after(() => write("modules.json", "{ }"));
  await after(() => write("etl_sequences/b.json", "[]"));
  await after(() => fs.utimesSync(path.join(root, "etl_sequences/b.json"), 1, 1));
  await after(() => fs.rmSync(path.join(root, "etl_sequences/a.json")));
  await after(() => fs.rmSync(path.join(root, "modules.json")));
  expect(new Set(stamps).size).toBe(6);
  write("etl_sequences/conf/x.json", "{}");
  write("etl_sequences/b.txt", "");
  write("other.json", "");
  now = 89_999;
  expect(await files.stamp()).toBe(stamps.at(-1));
  now = 90_000;
  expect(await files.stamp()).not.toBe(stamps.at(-1));
});
