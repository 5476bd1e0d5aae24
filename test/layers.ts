// The import rules of the program as a table, and the checker that holds files against it. Files come in as text,
// so the checker itself can be shown files that must be refused; layers.test.ts reads the real ones.
// What a platform's types allow (fetch in core, Buffer in api) is held by scripts/check.ts instead.

import { parseAst } from "vitest/node";

/** Path from the root of the project, and the text of the file. */
export type SourceFiles = ReadonlyMap<string, string>;

type FoundImport = {
  /** Undefined where it is computed. */
  readonly specifier: string | undefined;
  readonly typeOnly: boolean;
  readonly line: number;
};

type Layer = {
  /** Files and folders it may import besides its own folder. */
  readonly imports: readonly string[];
  /** Exceptions to `imports`. */
  readonly not?: readonly string[];
  /** What only `import type` may name. */
  readonly types?: readonly string[];
  readonly packages: readonly string[];
  /** Whether it may name `Deno`, `process` and `node:` modules. */
  readonly runtime: boolean;
};

/** For wiring: all but test/ and scripts/. */
const ANYTHING = ["src", "edge", "desktop", "deno.json"];

/** Every folder of the program has its row; `*` is one more folder or file, the first row that fits counts. */
const LAYERS: Readonly<Record<string, Layer>> = {
  "src/core": { imports: [], packages: [], runtime: false },
  "src/store/segments": { imports: ["src/core"], packages: [], runtime: false },
  // S3 is spoken over HTTP: what retries and reads ranges is one.
  "src/store/s3": {
    imports: ["src/core", "src/store/http"],
    types: ["src/store/segments/blobs.ts"],
    packages: ["aws4fetch"],
    runtime: false,
  },
  "src/store/redis": { imports: ["src/core"], packages: ["ioredis"], runtime: true },
  "src/store/r2": {
    imports: ["src/core", "src/store/http"],
    types: ["src/store/segments/blobs.ts"],
    packages: [],
    runtime: false,
  },
  "src/store/http": {
    imports: ["src/core"],
    types: ["src/store/segments/blobs.ts"],
    packages: [],
    runtime: false,
  },
  "src/store/opensearch": {
    imports: ["src/core"],
    packages: ["@opensearch-project/opensearch"],
    runtime: true,
  },
  "src/store/pg_boss": {
    imports: ["src/core"],
    types: ["src/etl/step_process.ts"],
    packages: ["pg-boss"],
    runtime: true,
  },
  "src/store/postgres": { imports: ["src/core"], packages: ["postgres"], runtime: true },
  "src/store/*": {
    imports: ["src/core"],
    types: ["src/store/segments/blobs.ts"],
    packages: [],
    runtime: true,
  },
  "src/ingest": {
    imports: ["src/core"],
    not: ["src/core/snapshot.ts"],
    packages: ["zod", "yaml", "saxen", "csv-parse"],
    runtime: false,
  },
  "src/host": {
    imports: ["src/core"],
    types: ["src/etl/step_process.ts", "src/ingest/source.ts"],
    packages: ["ipaddr.js", "nodemailer"],
    runtime: true,
  },
  "src/publish": { imports: ["src/core", "src/store/segments"], packages: [], runtime: false },
  "src/api": {
    imports: ["src/core", "src/pages"],
    not: ["src/core/canonical_store.ts", "src/core/journal.ts"],
    packages: ["hono", "zod", "@hono/zod-validator"],
    runtime: false,
  },
  // The platform comes in as functions.
  "src/etl": {
    imports: ["src/core", "src/ingest/json_fault.ts"],
    packages: ["croner", "zod"],
    runtime: false,
  },
  "src/prices": { imports: ["src/core"], packages: [], runtime: false },
  "src/work": { imports: ["src/core", "src/etl/pause.ts"], packages: ["croner"], runtime: false },
  "src/operation": {
    imports: [
      "src/core",
      "src/ingest/finding.ts",
      "src/ingest/integration_test.ts",
      "src/ingest/register.ts",
      "src/ingest/remedies.ts",
      "src/ingest/rules.ts",
    ],
    packages: ["zod"],
    runtime: false,
  },
  "src/console": {
    imports: ["src/core", "src/operation", "src/api/problems.ts", "src/etl/fires.ts", "src/etl/scheduler.ts"],
    types: ["src/etl/desk.ts"],
    packages: ["hono", "zod"],
    runtime: false,
  },
  // The one module that is no stranger to the store: it writes by the harvest's own way.
  "src/modules/series_publish": {
    imports: [
      "src/core",
      "src/modules",
      "src/config.ts",
      "src/feed_distribution.ts",
      "src/ingest/csv.ts",
      "src/ingest/data_json.ts",
      "src/ingest/distribution.ts",
      "src/ingest/rules.ts",
      "src/ingest/validate.ts",
      "src/places.ts",
    ],
    types: ["src/open.ts"],
    packages: [],
    runtime: true,
  },
  // A module is a program of its own: it knows the domain and how command lines are read.
  "src/modules": {
    imports: [
      "src/core",
      "src/command.ts",
      "src/config.ts",
      "src/host/read_source.ts",
      "src/ingest/json_fault.ts",
    ],
    types: ["src/ingest/source.ts"],
    packages: ["postgres"],
    runtime: true,
  },
  // A client of /api/ops inside the process: of the operations it knows no more than words and types.
  "src/pages/console": {
    imports: ["src/core", "src/pages", "src/operation/roles.ts"],
    packages: ["hono"],
    runtime: false,
  },
  "src/pages": { imports: ["src/core"], packages: ["hono"], runtime: false },
  "src/web": { imports: ["src/core"], packages: ["uplot"], runtime: false },
  "src/network": { imports: [], packages: [], runtime: false },
  "src/*.ts": { imports: ANYTHING, packages: ["*"], runtime: true },
  edge: { imports: ANYTHING, packages: ["*"], runtime: true },
  desktop: { imports: ANYTHING, packages: ["*"], runtime: true },
};

const BANNED_NAMES = "utils common helpers manager handler service data info types constants index".split(
  " ",
);
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST = 400;

/** Every breach of the table in `files`, as sentences `path:line …`; empty when all is well. */
export function faultsOfImports(files: SourceFiles): string[] {
  return [...files].flatMap(([path, text]) => {
    const row = layerOf(path);
    if (row === undefined) {
      return [`${path}: no layer has this file: give its folder a row in test/layers.ts`];
    }
    const [home, layer] = row;
    const { imports, runtimeNames } = readSource(path, text);
    return [
      ...imports.flatMap((found) => {
        const fault = faultOfImport(path, home, layer, found);
        return fault === undefined ? [] : [`${path}:${found.line} ${fault}`];
      }),
      ...(layer.runtime
        ? []
        : runtimeNames.map(({ name, line }) => `${path}:${line} names ${name}: not in ${home}`)),
    ];
  });
}

/** Each cycle of imports once, as `a -> b -> a`. `import type` counts. */
export function cyclesOfImports(files: SourceFiles): string[] {
  const cycles: string[] = [];
  const trail: string[] = [];
  const done = new Set<string>();
  const follow = (path: string) => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" -> "));
    const text = files.get(path);
    if (start >= 0 || text === undefined || done.has(path)) return;
    trail.push(path);
    for (const { specifier } of readSource(path, text).imports) {
      if (specifier !== undefined && isRelative(specifier)) follow(resolvePath(path, specifier));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of files.keys()) follow(path);
  return cycles;
}

/** Names that say nothing, names in another case, and files that outgrew themselves without a word. */
export function faultsOfShape(files: SourceFiles): string[] {
  return [...files].flatMap(([path, text]) => {
    const faults: string[] = [];
    for (const part of path.split("/")) {
      const name = part.replace(/(\.test|\.d)?\.tsx?$/, "");
      if (BANNED_NAMES.includes(name)) faults.push(`${path}: "${name}" says nothing: name what it holds`);
      else if (!SNAKE_CASE.test(name)) faults.push(`${path}: "${name}" is not snake_case`);
    }
    const lines = text.trimEnd().split("\n").length;
    if (lines > LONGEST && !headerOf(text).includes("Long because")) {
      faults.push(`${path}: ${lines} lines: split it, or say "Long because …" in its header`);
    }
    return faults;
  });
}

function layerOf(path: string): [home: string, layer: Layer] | undefined {
  for (const [pattern, layer] of Object.entries(LAYERS)) {
    const home = new RegExp(`^${pattern.replaceAll(".", "\\.").replace("*", "[^/]+")}(?=/|$)`).exec(path)
      ?.[0];
    if (home !== undefined) return [home, layer];
  }
}

function faultOfImport(path: string, home: string, layer: Layer, found: FoundImport): string | undefined {
  const { specifier, typeOnly } = found;
  if (specifier === undefined) return layer.runtime ? undefined : "imports what only running tells";
  if (isRelative(specifier)) {
    const target = resolvePath(path, specifier);
    if (isWithin(target, [home])) return;
    if (isWithin(target, layer.imports) && !isWithin(target, layer.not ?? [])) return;
    if (isWithin(target, layer.types ?? [])) {
      return typeOnly ? undefined : `imports ${target}: ${home} may do so with "import type" alone`;
    }
    return `imports ${target}: not in ${home}`;
  }
  if (specifier.startsWith("node:")) {
    return layer.runtime ? undefined : `imports ${specifier}: not in ${home}`;
  }
  if (/^[a-z]+:|^\/|^#/.test(specifier)) {
    return `imports ${specifier}: packages go by their name in deno.json`;
  }
  const packageName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (!layer.packages.includes(packageName) && !layer.packages.includes("*")) {
    return `imports the package ${packageName}: not in ${home}`;
  }
}

type Node = { readonly type: string; readonly start: number; readonly [field: string]: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value;

/** Reads the syntax tree, so that neither comments nor texts count. */
function readSource(path: string, text: string) {
  const imports: FoundImport[] = [];
  const runtimeNames: { name: string; line: number }[] = [];
  const lineOf = (node: Node) => text.slice(0, node.start).split("\n").length;

  const visit = (node: Node, parent: Node | undefined, field: string) => {
    const source = sourceOf(node);
    if (source !== undefined) {
      const typeOnly = node.importKind === "type" || node.exportKind === "type" ||
        node.type === "TSImportType";
      imports.push({ specifier: literalText(source), typeOnly, line: lineOf(node) });
    }
    const name = runtimeNameOf(node, parent, field);
    if (name !== undefined) runtimeNames.push({ name, line: lineOf(node) });
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node, key);
    }
  };
  visit(parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path) as unknown as Node, undefined, "");
  return { imports, runtimeNames };
}

/** What an import, export-from, dynamic import, import type or `import x = require()` names. */
function sourceOf({ type, source, expression }: Node): Node | undefined {
  const found = type === "TSExternalModuleReference" ? expression : source;
  return /^(Import|Export|TSImportType|TSExternalModuleReference)/.test(type) && isNode(found)
    ? found
    : undefined;
}

function literalText({ value, quasis }: Node): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(quasis) || quasis.length !== 1) return;
  return quasis[0].value.cooked;
}

/** A use of the global, not a field that happens to have its name. */
function runtimeNameOf(node: Node, parent: Node | undefined, field: string): string | undefined {
  const name = node.type === "Identifier" ? node.name : node.type === "Literal" ? node.value : undefined;
  if (name !== "Deno" && name !== "process") return;
  const object = field === "property" && isNode(parent?.object) ? parent.object.name : undefined;
  const isField = (field === "property" || field === "key") && parent?.computed !== true;
  return object === "globalThis" || (node.type === "Identifier" && !isField) ? name : undefined;
}

function headerOf(text: string): string {
  return /^(#!.*\n)?\s*((\/\/.*\n\s*|\/\*[^]*?\*\/\s*)*)/.exec(text)?.[2] ?? "";
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

function resolvePath(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}
