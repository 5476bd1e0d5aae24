// Files kept in memory where they do not all fit.

import { afterEach, expect, test, vi } from "vitest";
import { keepFiles } from "../../src/store/http/kept_files.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a full memory takes a second, then one file, to find out whether there is place again", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const wholes: string[] = [];
  const { read } = keepFiles(async (name, range) => {
    if (range) return new Uint8Array(range.length);
    wholes.push(name);
    return await Promise.resolve(new Uint8Array(100));
  }, 150);
  const readTogether = async (...names: string[]) => {
    const parts = await Promise.all(names.map((name) => read(name, { offset: 10, length: 5 })));
    expect(parts).toEqual(names.map(() => new Uint8Array(5)));
  };
  await readTogether("a");
  await readTogether("b");
  await readTogether("c", "d", "a");
  expect(wholes).toEqual(["a", "b"]);

  vi.advanceTimersByTime(1_000);
  await readTogether("c", "d", "e", "a");
  expect(wholes).toEqual(["a", "b", "c"]);

  // Nobody reads "a" for a minute: another takes its place, and what has place is read whole at once.
  vi.advanceTimersByTime(60_000);
  await readTogether("d");
  await readTogether("a", "d");
  expect(wholes).toEqual(["a", "b", "c", "d", "a"]);
});
