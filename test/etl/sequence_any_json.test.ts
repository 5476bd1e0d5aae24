// Whatever JSON the files hold, reading never throws: it ends with faults that say something, or with a sequence whose
// steps come after those they need.

import { describe, expect, test } from "vitest";
import { readProject, readSequence } from "../../src/etl/sequence_project.ts";
import { CHECKS, MODULES } from "./fault_cases.ts";
import { memoryProject } from "./memory_project.ts";

describe("files that are as large as they may be", () => {
  // Some of these would be millions of faults, or cycles.
  test.each<{ why: string; sequence: string }>([
    { why: "steps that are none", sequence: `[${Array(1_000_000).fill(1).join()}]` },
    { why: "unknown keys", sequence: `[{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":1`).join()}}]` },
    { why: "nothing but brackets", sequence: "[".repeat(2_000_000) },
    { why: "lists in lists", sequence: "[".repeat(100_000) + "]".repeat(100_000) },
    {
      why: "steps that all need each other",
      sequence: JSON.stringify(
        Array.from({ length: 500 }, () => ({
          module_name: "ok",
          needs: Array.from({ length: 500 }, (_, i) => `${i + 1}`),
        })),
      ),
    },
  ])("$why", async ({ sequence }) => {
    const files = memoryProject({ "modules.json": MODULES, "etl_sequences/s.json": sequence });
    const { faults, invalid } = await readProject(files, CHECKS);
    expect([...invalid]).toEqual(["s"]);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThan(100);
  });
});

describe("whatever JSON the files hold, reading ends with faults or a sequence", () => {
  /** Numbers in [0, 1) from a seed: the same every time. */
  function randomFrom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
  }
  const KEYS = [
    "module_name",
    "input",
    "output",
    "conf",
    "config",
    "id",
    "needs",
    "when",
    "retries",
    "timeoutSeconds",
    "continueOnError",
    "include",
    "steps",
    "schedule",
    "overlap",
    "enabled",
    "concurrencyGroup",
    "onFailure",
    "onRecovery",
    "cron",
    "timezone",
    "misfire",
    "max",
    "onExitCodes",
    "webhook",
    "mail",
    "command",
    "cmd",
    "env",
    "secrets",
    "settings",
    "cwd",
    "nice",
    "__proto__",
    "constructor",
    "toString",
    "s",
    "t",
    "ok",
    "",
  ];
  const TEXTS = [
    "ok",
    "s",
    "t",
    "1",
    "2",
    "a/b",
    "",
    "None",
    "../x",
    "* * * * *",
    "UTC",
    "true",
    "\0",
    "__proto__",
  ];

  test.each([1, 2, 3, 4])("seed %i", async (seed) => {
    const random = randomFrom(seed);
    const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const value = (depth: number): unknown => {
      const kind = random();
      if (depth > 0 && kind < 0.45) {
        const keys = Array.from({ length: Math.floor(random() * 6) }, () => one(KEYS));
        return `{${keys.map((key) => `${JSON.stringify(key)}:${value(depth - 1)}`).join()}}`;
      }
      if (depth > 0 && kind < 0.7) {
        return `[${Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1)).join()}]`;
      }
      return one([
        JSON.stringify(one(TEXTS)),
        JSON.stringify(one(TEXTS)),
        "null",
        "true",
        "1",
        "-1e9",
        "2.5",
      ]);
    };
    /** Steps that may be right, with ids, needs and inclusions that fit or not. */
    const steps = (): string =>
      JSON.stringify(
        Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({
          ...(random() < 0.2 ? { include: one(["s", "t", "u"]) } : { module_name: "ok" }),
          ...(random() < 0.5 && { id: one(["a", "b", "c", "2"]) }),
          ...(random() < 0.3 && { needs: random() < 0.3 ? [] : [one(["a", "b", "1", "2", "3"])] }),
        })),
      );
    let valid = 0;
    for (let i = 0; i < 1_500; i++) {
      const text = (depth: number) => {
        const json = String(value(depth));
        return random() < 0.03 ? json.slice(0, -1) : json;
      };
      const files = memoryProject({
        "modules.json": random() < 0.5 ? text(3) : MODULES,
        "etl_sequences/s.json": one([
          text(4),
          steps(),
          `[{"module_name":"ok","needs":${text(2)}},${value(2)}]`,
        ]),
        "etl_sequences/t.json": random() < 0.5 ? text(4) : steps(),
        "etl_sequences/u.json": steps(),
      });
      const { sequences, invalid, faults } = await readProject(files, CHECKS);
      valid += sequences.size;
      expect(sequences.size + invalid.size).toBe(3);
      for (const name of invalid) {
        const own = await readSequence(files, CHECKS, name);
        expect(own.faults.some(({ severity }) => severity === "error")).toBe(true);
      }
      for (const { message, hint, file, pointer } of faults) {
        expect([message, hint, file].includes("")).toBe(false);
        expect(pointer === "" || pointer.startsWith("/")).toBe(true);
      }
      for (const { steps } of sequences.values()) {
        const done = new Set<string>();
        for (const { id, needs } of steps) {
          expect(needs.every((need) => done.has(need))).toBe(true);
          done.add(id);
        }
        expect(done.size).toBe(steps.length);
      }
    }
    // Neither is all wrong nor all right.
    expect(valid).toBeGreaterThan(100);
    expect(valid).toBeLessThan(4_000);
  });
});
