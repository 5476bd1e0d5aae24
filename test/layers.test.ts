// Holds the real files against the import rules of layers.ts, and the checker against files it must refuse.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cyclesOfImports, faultsOfImports, faultsOfShape, type SourceFiles } from "./layers.ts";

const ROOT = `${import.meta.dirname}/..`;

/** Text that comes from elsewhere or is recorded, not written by us. */
const NOT_OURS = ["test/fixtures", "test/golden"];

function readSources(folders: readonly string[]): SourceFiles {
  const files = new Map<string, string>();
  const read = (folder: string) => {
    if (NOT_OURS.includes(folder) || !existsSync(`${ROOT}/${folder}`)) return;
    for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (isDirectory) read(path);
      else if (/\.tsx?$/.test(name)) files.set(path, Deno.readTextFileSync(`${ROOT}/${path}`));
    }
  };
  folders.forEach(read);
  return files;
}

describe("the tree", () => {
  const program = readSources(["src", "edge", "desktop"]);

  test("is not read as empty", () => expect(program.size).toBeGreaterThan(0));
  test("imports only what its layer may", () => expect(faultsOfImports(program)).toEqual([]));
  test("has no cycle of imports", () => expect(cyclesOfImports(program)).toEqual([]));
  test("has files whose name and length tell what they are for", () =>
    expect(faultsOfShape(readSources(["src", "edge", "desktop", "scripts", "test"]))).toEqual([]));
});

const IMPORT_ROWS: readonly { why: string; path: string; text: string; fault?: string }[] = [
  { why: "core stands alone", path: "src/core/a.ts", text: `import "./b.ts"; import "../core/c.ts";` },
  {
    why: "core knows no store",
    path: "src/core/a.ts",
    text: `import "../store/memory.ts";`,
    fault: "src/store/memory.ts",
  },
  {
    why: "a type is a dependency",
    path: "src/core/a.ts",
    text: `import type { A } from "../api/a.ts";`,
    fault: "src/api/a.ts",
  },
  {
    why: "an inline type is one too",
    path: "src/core/a.ts",
    text: `let a: import("../api/a.ts").A;`,
    fault: "src/api/a.ts",
  },
  {
    why: "so is what passes through",
    path: "src/core/a.ts",
    text: `export * from "../api/a.ts";`,
    fault: "src/api/a.ts",
  },
  {
    why: "so is a passing type",
    path: "src/core/a.ts",
    text: `export type { A } from "../api/a.ts";`,
    fault: "src/api/a.ts",
  },
  {
    why: "so is a late import",
    path: "src/core/a.ts",
    text: `await import("../api/a.ts");`,
    fault: "src/api/a.ts",
  },
  {
    why: "so is the old form",
    path: "src/core/a.ts",
    text: `import a = require("../api/a.ts");`,
    fault: "src/api/a.ts",
  },
  {
    why: "in either quotes",
    path: "src/core/a.ts",
    text: "await import(`../api/a.ts`);",
    fault: "src/api/a.ts",
  },
  {
    why: "a computed import hides its target",
    path: "src/api/a.ts",
    text: `await import(name);`,
    fault: "what only running tells",
  },
  {
    why: "core has no package",
    path: "src/core/a.ts",
    text: `import * as z from "zod";`,
    fault: "package zod",
  },
  {
    why: "comments and texts import nothing",
    path: "src/core/a.ts",
    text: `// import "../api/a.ts"; Deno.cwd()\nconst a = 'from "../api/a.ts"';`,
  },
  {
    why: "fields may share a name",
    path: "src/core/a.ts",
    text: `a.process(); const b = { process: 1 }; type C = { Deno: 1 };`,
  },
  {
    why: "core has no runtime",
    path: "src/core/a.ts",
    text: `\nDeno.cwd();`,
    fault: "src/core/a.ts:2 names Deno",
  },
  { why: "nor its types", path: "src/core/a.ts", text: `let a: Deno.Command;`, fault: "names Deno" },
  {
    why: "nor by a detour",
    path: "src/core/a.ts",
    text: `globalThis.process; globalThis["Deno"];`,
    fault: "names process",
  },
  {
    why: "an engine has its driver",
    path: "src/store/sqlite/a.ts",
    text: `import "node:sqlite"; import "./b.ts"; import "../../core/a.ts"; Deno.pid;`,
  },
  {
    why: "engines are strangers",
    path: "src/store/sqlite/a.ts",
    text: `import "../memory.ts";`,
    fault: "src/store/memory.ts",
  },
  {
    why: "segments is no engine's",
    path: "src/store/sqlite/a.ts",
    text: `import "../segments/a.ts";`,
    fault: "src/store/segments/a.ts",
  },
  {
    why: "an engine's undeclared driver",
    path: "src/store/sqlite/a.ts",
    text: `import "better-sqlite3";`,
    fault: "package better-sqlite3",
  },
  {
    why: "segments run anywhere",
    path: "src/store/segments/a.ts",
    text: `import "node:fs";`,
    fault: "imports node:fs",
  },
  {
    why: "ingest parses",
    path: "src/ingest/a.ts",
    text: `import * as z from "zod"; import "yaml"; import "../core/a.ts";`,
  },
  {
    why: "ingest does not read what is published",
    path: "src/ingest/a.ts",
    text: `import "../core/snapshot.ts";`,
    fault: "src/core/snapshot.ts",
  },
  {
    why: "ingest gets its bytes as an argument",
    path: "src/ingest/a.ts",
    text: `import "../host/a.ts";`,
    fault: "src/host/a.ts",
  },
  {
    why: "host answers ingest's port",
    path: "src/host/a.ts",
    text: `import type { A } from "../ingest/source.ts"; import "node:net";`,
  },
  {
    why: "and takes no code from it",
    path: "src/host/a.ts",
    text: `import { type A } from "../ingest/source.ts";`,
    fault: `with "import type" alone`,
  },
  {
    why: "nor another file",
    path: "src/host/a.ts",
    text: `import type { A } from "../ingest/nodes.ts";`,
    fault: "src/ingest/nodes.ts",
  },
  {
    why: "publish writes segments",
    path: "src/publish/a.ts",
    text: `import "../store/segments/a.ts"; import "../core/a.ts";`,
  },
  {
    why: "to no engine",
    path: "src/publish/a.ts",
    text: `import "../store/sqlite/a.ts";`,
    fault: "src/store/sqlite/a.ts",
  },
  {
    why: "api answers",
    path: "src/api/a.ts",
    text: `import "hono/cors"; import "zod"; import "@hono/zod-validator"; import "../core/a.ts";`,
  },
  {
    why: "api has no truth to write",
    path: "src/api/a.ts",
    text: `import type { A } from "../core/canonical_store.ts";`,
    fault: "src/core/canonical_store.ts",
  },
  {
    why: "nor runs to follow",
    path: "src/api/a.ts",
    text: `import type { A } from "../core/journal.ts";`,
    fault: "src/core/journal.ts",
  },
  { why: "api parses no files", path: "src/api/a.ts", text: `import "yaml";`, fault: "package yaml" },
  {
    why: "api stores nothing",
    path: "src/api/a.ts",
    text: `import "../store/a/b.ts";`,
    fault: "src/store/a/b.ts",
  },
  {
    why: "pages are markup",
    path: "src/pages/a.tsx",
    text: `import type { FC } from "hono/jsx"; const a = <p>Deno {b}</p>;`,
  },
  { why: "pages validate nothing", path: "src/pages/a.tsx", text: `import "zod";`, fault: "package zod" },
  {
    why: "an entrypoint wires",
    path: "src/server.ts",
    text: `import "./host/a.ts"; import "zod"; import "node:fs"; Deno.exit();`,
  },
  {
    why: "no version beside the code",
    path: "src/server.ts",
    text: `import "npm:zod@4";`,
    fault: "by their name in deno.json",
  },
  {
    why: "scripts are imported by nobody",
    path: "src/server.ts",
    text: `import "../scripts/check.ts";`,
    fault: "scripts/check.ts",
  },
  {
    why: "nobody imports an entrypoint",
    path: "src/api/a.ts",
    text: `import "../open.ts";`,
    fault: "src/open.ts",
  },
  {
    why: "edge and desktop wire too",
    path: "edge/worker.ts",
    text: `import "../src/api/app.ts"; import "hono";`,
  },
  { why: "a folder without a row", path: "src/shared/a.ts", text: ``, fault: "no layer has this file" },
];

describe("faultsOfImports", () => {
  test.each(IMPORT_ROWS)("tells $path: $why", ({ path, text, fault }) => {
    const faults = faultsOfImports(new Map([[path, text]]));
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults[0]).toContain(fault);
  });
});

describe("cyclesOfImports", () => {
  test("names the way round once, types included", () => {
    const files = new Map([
      ["src/core/a.ts", `import "./b.ts"; import "./b.ts"; import "zod";`],
      ["src/core/b.ts", `import type { C } from "./deep/c.ts";`],
      ["src/core/deep/c.ts", `export { a } from "../a.ts";`],
      ["src/core/apart.ts", `import "./a.ts";`],
    ]);
    expect(cyclesOfImports(files)).toEqual([
      "src/core/a.ts -> src/core/b.ts -> src/core/deep/c.ts -> src/core/a.ts",
    ]);
  });
  test("lets two ways to one file be", () => {
    const files = new Map([
      ["src/a.ts", `import "./b.ts"; import "./c.ts";`],
      ["src/b.ts", `import "./c.ts";`],
      ["src/c.ts", ``],
    ]);
    expect(cyclesOfImports(files)).toEqual([]);
  });
});

describe("faultsOfShape", () => {
  const long = (header: string) => `${header}\n${"a();\n".repeat(400)}`;

  test.each([
    { path: "src/core/data_json.ts", text: "", fault: undefined },
    { path: "test/core/collapse.test.ts", text: "", fault: undefined },
    { path: "src/core/utils.ts", text: "", fault: `"utils" says nothing` },
    { path: "test/core/types.test.ts", text: "", fault: `"types" says nothing` },
    { path: "src/helpers/collapse.ts", text: "", fault: `"helpers" says nothing` },
    { path: "src/pages/seriesList.tsx", text: "", fault: "not snake_case" },
    { path: "src/pages/series-list.tsx", text: "", fault: "not snake_case" },
    { path: "src/core/short.ts", text: "a();\n".repeat(400), fault: undefined },
    { path: "src/core/long.ts", text: long("// Why it is."), fault: "401 lines" },
    {
      path: "src/core/long.ts",
      text: long("// Why it is.\n// Long because it is a table."),
      fault: undefined,
    },
    { path: "src/core/long.ts", text: long("a(); // Long because: not in the header."), fault: "401 lines" },
  ])("tells $path: $fault", ({ path, text, fault }) => {
    const faults = faultsOfShape(new Map([[path, text]]));
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults[0]).toContain(fault);
  });
});
