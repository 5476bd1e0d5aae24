// Case folders: what is in one, told by its content, and how each kind is run.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isJsonObject } from "../../src/core/json.ts";
import { type ExpectedCatalog, judgeCatalog } from "./catalog_fixtures.ts";
import { serveFixtures } from "./fixture_server.ts";
import { knownDifferenceFaults } from "./known_differences.ts";
import { type PriceFile, runPriceCases } from "./price_cases.ts";
import {
  type CaseFile,
  type CaseResult,
  faultDifference,
  type FileResult,
  runCases,
  type Target,
} from "./series_cases.ts";

const ROOT = resolve(import.meta.dirname!, "../..");

/** The project's own copies. */
export const OWN_SERIES_CASES = `${ROOT}/test/golden/series-api`;
export const OWN_CATALOGS = `${ROOT}/test/fixtures/catalogs`;
export const OWN_PRICES = `${ROOT}/test/conformance/prices`;

export type Suite =
  | { readonly kind: "series"; readonly files: readonly CaseFile[] }
  | { readonly kind: "catalogs"; readonly folder: string; readonly expected: Record<string, ExpectedCatalog> }
  | { readonly kind: "prices"; readonly files: readonly PriceFile[] }
  /** Known, and run by a later issue. */
  | { readonly kind: "siirays"; readonly cases: number };

/** What a folder holds; undefined when it is none of the known kinds. */
export function readSuite(folder: string): Suite | undefined {
  const files = [...Deno.readDirSync(folder)]
    .filter(({ name, isDirectory }) => !isDirectory && name.endsWith(".json"))
    .map(({ name }) => ({ name, content: readJson(`${folder}/${name}`) }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const expected = files.find(({ name }) => name === "expected.json")?.content;
  if (isJsonObject(expected)) {
    const { epsas, fecha_de_referencia, casos } = expected;
    if (epsas ?? fecha_de_referencia ?? casos) {
      return { kind: "siirays", cases: Object.keys(epsas ?? casos ?? {}).length };
    }
    const named = Object.keys(expected);
    if (named.some((name) => existsSync(`${folder}/${name}`))) {
      return { kind: "catalogs", folder, expected: expected as Record<string, ExpectedCatalog> };
    }
  }
  const isCase = (value: unknown) =>
    isJsonObject(value) && typeof value.request === "string" && "expect" in value;
  const caseFiles = files.filter(({ content }) =>
    Array.isArray(content) && content.length > 0 && content.every(isCase)
  );
  if (caseFiles.length > 0) {
    return {
      kind: "series",
      files: caseFiles.map(({ name, content }) => ({
        title: name,
        folder,
        cases: content as CaseFile["cases"],
      })),
    };
  }
  const prices = files.flatMap(({ name, content }) =>
    isJsonObject(content) && "suite" in content && Array.isArray(content.cases)
      ? [{ title: name, cases: content.cases as unknown as PriceFile["cases"] }]
      : []
  );
  return prices.length > 0 ? { kind: "prices", files: prices } : undefined;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch {
    // Some fixtures are no JSON on purpose.
    return undefined;
  }
}

/** Runs what `only` selects, telling each file as it ends. Catalogs always run in instances of their own. */
export async function* runSuite(suite: Suite, target: Target, only: string): AsyncGenerator<FileResult> {
  if (suite.kind === "series") {
    for (const file of suite.files) {
      const result = await runCases(file, target, only);
      if (result.results.length + result.notBuilt > 0) yield result;
    }
  } else if (suite.kind === "catalogs") {
    const names = Object.keys(suite.expected).filter((name) => name.includes(only));
    if (names.length === 0) return;
    const server = serveFixtures(suite.folder);
    try {
      for (const name of names) yield { title: name, results: [await runCatalog(suite, name)], notBuilt: 0 };
    } finally {
      await server.close();
    }
  } else if (suite.kind === "prices") {
    for (const file of suite.files) {
      const result = await runPriceCases(file, {
        only,
        ...(target.url !== undefined && { url: target.url }),
        ...(target.prices && { start: target.prices }),
      });
      if (result.results.length > 0) yield result;
    }
  } else yield { title: suite.kind, results: [], notBuilt: suite.cases };
}

/** One catalog; in our own copies every deviation of the replaced system must be a known one. */
export async function runCatalog(
  { folder, expected }: Extract<Suite, { kind: "catalogs" }>,
  name: string,
): Promise<CaseResult> {
  try {
    const { differences, deviations } = await judgeCatalog(folder, name, expected[name]!);
    const isOwn = Deno.realPathSync(folder) === Deno.realPathSync(OWN_CATALOGS);
    const unknown = isOwn ? knownDifferenceFaults(name, deviations) : [];
    return { name, differences: [...differences, ...unknown] };
  } catch (error) {
    return { name, differences: faultDifference(error) };
  }
}
