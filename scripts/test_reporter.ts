// What a person reads while vitest runs: a line for each test file, and below it what failed and where.
// At the end it leaves the counts in the file that CAUDAL_TEST_OUTCOME names, for test.ts, which sums them.

import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/** One run of vitest in counts. A file that did not load, a failed hook and a stray error count as one test. */
export type TestOutcome = {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
};

type Failure = { readonly name: string; readonly errors: readonly SerializedError[] };

const LINES_OF_DIFF = 60;

export default class TestReporter implements Reporter {
  #root = Deno.cwd();

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onUserConsoleLog({ content }: { readonly content: string }): void {
    console.log(indent(content.trimEnd(), "  │ "));
  }

  onTestModuleEnd(module: TestModule): void {
    const failures = failuresIn(module);
    const tests = [...module.children.allTests()].filter((test) => test.result().state !== "skipped").length;
    const counts = `${tests} ${tests === 1 ? "prueba" : "pruebas"}`;
    const failed = failures.length === 0 ? "" : `, ${failures.length} con fallas`;
    const milliseconds = Math.round(module.diagnostic().duration);
    console.log(`${failed ? "✗" : "✓"} ${module.relativeModuleId}  ${counts}${failed}, ${milliseconds} ms`);
    for (const failure of failures) this.#printFailure(failure);
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    const stray: Failure[] = strayErrors.map((error) => ({
      name: `error fuera de las pruebas: ${firstLine(error.message)}`,
      errors: [error],
    }));
    for (const failure of stray) this.#printFailure(failure);
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const outcome: TestOutcome = {
      passed: tests.filter((test) => test.result().state === "passed").length,
      failures: [...modules.flatMap(failuresIn), ...stray].map((failure) => failure.name),
      skipped: tests.filter((test) => test.result().state === "skipped").map(nameOf),
    };
    const path = Deno.env.get("CAUDAL_TEST_OUTCOME");
    if (path !== undefined) writeFileSync(path, JSON.stringify(outcome));
  }

  #printFailure({ name, errors }: Failure): void {
    console.log(`    ✗ ${name}`);
    for (const error of errors) console.log(indent(this.#describe(error), "      "));
  }

  #describe(error: SerializedError): string {
    const lines = [`${error.name ?? "Error"}: ${error.message}`];
    if (typeof error.diff === "string") lines.push(shorten(error.diff));
    lines.push(...this.#placesOf(error));
    if (error.cause !== undefined) lines.push(`Causa: ${this.#describe(error.cause)}`);
    const text = lines.join("\n");
    return Deno.env.has("NO_COLOR") ? stripVTControlCharacters(text) : text;
  }

  /** Stray errors come with their stack as text alone. */
  #placesOf({ stacks, stack }: SerializedError): string[] {
    const isOwn = (place: string) => place.includes(this.#root) && !place.includes("/node_modules/");
    const places = stacks?.filter(({ file }) => isOwn(file))
      .map(({ file, line, column }) => `en ${relative(this.#root, file)}:${line}:${column}`);
    return (places ?? stack?.split("\n").slice(1).filter(isOwn).map((line) => line.trim()) ?? []).slice(0, 5);
  }
}

function failuresIn(module: TestModule): Failure[] {
  const failures: Failure[] = [];
  const own = (name: string, errors: readonly SerializedError[]) => {
    if (errors.length > 0) failures.push({ name, errors });
  };
  own(module.relativeModuleId, module.errors());
  for (const suite of module.children.allSuites()) own(nameOf(suite), suite.errors());
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === "failed") failures.push({ name: nameOf(test), errors: result.errors });
    if (result.state === "pending") failures.push({ name: `${nameOf(test)} (no terminó)`, errors: [] });
  }
  if (failures.length === 0) {
    const state = module.state();
    const fault = state === "pending" || state === "queued"
      ? "no terminó"
      : module.children.size === 0
      ? "no tiene pruebas"
      : undefined;
    if (fault !== undefined) failures.push({ name: `${module.relativeModuleId} (${fault})`, errors: [] });
  }
  return failures;
}

function nameOf(task: TestCase | TestSuite): string {
  return `${task.module.relativeModuleId} > ${task.fullName}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function shorten(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= LINES_OF_DIFF) return text;
  return [...lines.slice(0, LINES_OF_DIFF), `… (${lines.length - LINES_OF_DIFF} líneas más)`].join("\n");
}

function indent(text: string, margin: string): string {
  return text.split("\n").map((line) => margin + line).join("\n");
}
