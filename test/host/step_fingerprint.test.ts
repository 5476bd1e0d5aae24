// What tells that an output changed, and what does not.

import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fingerprintOf, sameFingerprint } from "../../src/host/step_fingerprint.ts";
import { removeOldRunFolders, removeRunFolder, runFolder } from "../../src/host/step_folder.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal_fingerprint_"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

describe("fingerprintOf", () => {
  test("tells of a file its size, time and digest", async () => {
    fs.writeFileSync(at("a.csv"), "a,b\n");
    fs.utimesSync(at("a.csv"), 5, 1_000);
    expect(await fingerprintOf(at("a.csv"))).toEqual({
      path: at("a.csv"),
      size: 4,
      mtimeMs: 1_000_000,
      sha256: digest("a,b\n"),
    });
  });

  test("tells of a folder how much is in it, whatever the order it is read in", async () => {
    for (const name of ["b", "a"]) {
      fs.mkdirSync(at(name));
      fs.writeFileSync(path.join(at(name), "x"), name.repeat(3));
      fs.utimesSync(path.join(at(name), "x"), 5, name === "a" ? 2_000 : 1_000);
    }
    const entries = [["a", "folder"], ["a/x", "file", digest("aaa")], ["b", "folder"], [
      "b/x",
      "file",
      digest("bbb"),
    ]];
    expect(await fingerprintOf(folder)).toEqual({
      path: folder,
      files: 2,
      size: 6,
      mtimeMs: 2_000_000,
      sha256: digest(entries.map((entry) => JSON.stringify(entry)).join("")),
    });
  });

  test("is null for what is neither, without opening it", async () => {
    expect(await fingerprintOf(at("no_hay"))).toBeNull();
    expect(await fingerprintOf("/dev/zero")).toBeNull();
  });

  test("follows no link out of a folder, nor one in a circle", async () => {
    fs.symlinkSync("/dev/zero", at("cero"));
    fs.symlinkSync(folder, at("círculo"));
    expect(await fingerprintOf(folder)).toMatchObject({ files: 0, size: 0 });
  });
});

describe("sameFingerprint", () => {
  const change = (what: () => void) => async () => {
    fs.writeFileSync(at("a"), "uno");
    fs.writeFileSync(at("b"), "dos");
    const before = await fingerprintOf(folder);
    what();
    return sameFingerprint(before, await fingerprintOf(folder));
  };
  test.for([
    { why: "nothing", what: () => {}, same: true },
    { why: "touched", what: () => fs.utimesSync(at("a"), 1, 1), same: true },
    { why: "other bytes of the same size", what: () => fs.writeFileSync(at("a"), "UNO"), same: false },
    { why: "renamed", what: () => fs.renameSync(at("a"), at("c")), same: false },
    { why: "one more", what: () => fs.writeFileSync(at("c"), ""), same: false },
    { why: "one less", what: () => fs.rmSync(at("a")), same: false },
    {
      why: "swapped",
      what: () => {
        fs.writeFileSync(at("a"), "dos");
        fs.writeFileSync(at("b"), "uno");
      },
      same: false,
    },
    { why: "gone", what: () => fs.rmSync(folder, { recursive: true }), same: false },
  ])("$why", async ({ what, same }) => {
    expect(await change(what)()).toBe(same);
  });

  test("is never so for what could not be read", () => {
    expect(sameFingerprint(null, null)).toBe(false);
  });
});

describe("runFolder", () => {
  test("is the owner's alone, the same for each step, and goes with all that is in it", async () => {
    const { workDir, temporaryDir } = await runFolder(folder, 7);
    expect(fs.statSync(workDir).mode & 0o777).toBe(0o700);
    expect(path.dirname(temporaryDir)).toBe(workDir);
    fs.mkdirSync(path.join(workDir, "cerrada"));
    fs.writeFileSync(path.join(workDir, "cerrada", "x"), "x");
    fs.chmodSync(path.join(workDir, "cerrada"), 0o500);
    expect(await runFolder(folder, 7)).toEqual({ workDir, temporaryDir });
    expect(fs.existsSync(path.join(workDir, "cerrada", "x"))).toBe(true);
    await removeRunFolder(folder, 7);
    await removeRunFolder(folder, 7);
    expect(fs.existsSync(workDir)).toBe(false);
  });

  test("is removed after its days, unless its run goes on", async () => {
    const now = Date.UTC(2026, 0, 10);
    const days = async (id: number, ago: number) => {
      const seconds = now / 1000 - ago * 86_400;
      fs.utimesSync((await runFolder(folder, id)).workDir, seconds, seconds);
    };
    await days(1, 8);
    await days(2, 6);
    await days(3, 8);
    const removed = await removeOldRunFolders(folder, { days: 7, now, active: new Set([3]) });
    expect(removed).toBe(1);
    expect(fs.readdirSync(path.join(folder, "etl", "runs")).sort()).toEqual(["2", "3"]);
  });

  test("is nothing to remove where no run was", async () => {
    expect(await removeOldRunFolders(folder, { days: 0, now: 0, active: new Set() })).toBe(0);
  });
});
