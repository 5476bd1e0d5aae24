// The files that browsers are sent, really built.

import { expect, test } from "vitest";
import { buildAssets, builtAssets } from "../src/assets.ts";

const files = await buildAssets();
const text = (name: string) => new TextDecoder().decode(files.get(name)!.body);

test("there are the scripts of the pages of series and prices and of the console, and a style, small, each named by its hash", () => {
  expect([...files.keys()].sort()).toEqual(["console.js", "prices.js", "series.css", "series.js"]);
  for (const [name, { path, body }] of files) {
    expect(path).toMatch(new RegExp(`^/assets/${name.replace(".", "-[A-Z0-9]{8}\\.")}$`));
    expect(body.length).toBeLessThan(100_000);
  }
});

test("nothing in them runs text, writes styles into markup or names another origin", () => {
  for (const script of ["series.js", "prices.js", "console.js"]) {
    expect(text(script)).not.toMatch(
      /\beval\(|new Function|\.innerHTML\s*=|setAttribute\("style"|document\.write/,
    );
  }
  for (const name of files.keys()) {
    const origins = text(name).match(/\bhttps?:\/\/[^\s"')]+/g) ?? [];
    expect(origins.filter((origin) => origin !== "https://github.com/leeoniya/uPlot")).toEqual([]);
  }
});

test("the same sources make the same names", async () => {
  const again = await buildAssets();
  expect([...again.values()].map(({ path }) => path)).toEqual([...files.values()].map(({ path }) => path));
});

test("builtAssets builds once, at first use", async () => {
  const assets = builtAssets(() => {});
  const [first, second] = await Promise.all([assets.files(), assets.files()]);
  expect(first).toBe(second);
  expect(first.has("series.js")).toBe(true);
});

test("builtAssets has no files where the build fails, and tells of it once", async () => {
  const told: unknown[] = [];
  const fault = new Error("no builder here");
  const assets = builtAssets((error) => told.push(error), () => Promise.reject(fault));
  expect((await assets.files()).size).toBe(0);
  expect((await assets.files()).size).toBe(0);
  expect(told).toEqual([fault]);
});
