// Runs every test under two far time zones and ends with `N passed, N failed`, the line that people and CI read.
// The zones find what leans on the machine's clock; test/slow/ and test/services/ run under the first alone.
// Vitest finds and runs the tests; test_reporter.ts tells how they go. Services that tests started
// (test/services.ts) are taken down at the end, however it comes.

import { existsSync } from "node:fs";
import config from "../deno.json" with { type: "json" };
import type { TestOutcome } from "./test_reporter.ts";

const ZONES = ["Pacific/Kiritimati", "America/Argentina/Buenos_Aires"] as const;
const ROOT = `${import.meta.dirname}/..`;
const RUNS = `${ROOT}/.caudal/test`;
/** Longest wait for Vitest to end once it was interrupted. */
const LEAVE_AFTER_MS = 5_000;

const USAGE = `Uso: deno task test [opciones] [filtro …]

Corre las pruebas en dos husos horarios lejanos (${ZONES.join(" y ")}) y
termina con la línea "N passed, N failed", que suma los dos.

  filtro             parte de la ruta de un archivo de pruebas (core, api/params …); sin filtros, todos
  -t, --name TEXTO   solo las pruebas cuyo nombre contiene TEXTO
      --fast         sin las de test/slow/ ni test/services/, y en el primer huso solo
      --long         con las cantidades y los tamaños completos
  -h, --help         muestra esta ayuda

Sale con 0 si todo pasó, con 1 si algo falló, no cargó o no corrió ninguna prueba, con 2 si se usó mal.
Con la variable CI, una prueba omitida cuenta como falla.`;

type Options = {
  readonly filters: readonly string[];
  readonly name: string | undefined;
  readonly fast: boolean;
  readonly long: boolean;
};

function parseOptions(args: readonly string[]): Options {
  const filters: string[] = [];
  let name: string | undefined;
  let fast = false;
  let long = false;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (argument === "--fast") fast = true;
    else if (argument === "--long") long = true;
    else if (argument === "-t" || argument === "--name") {
      name = args[++at];
      if (name === undefined) refuse(`A "${argument}" le falta el texto`);
    } else if (argument.startsWith("-")) refuse(`Opción desconocida "${argument}"`);
    else filters.push(argument);
  }
  return { filters, name, fast, long };
}

function refuse(reason: string): never {
  console.error(`${reason}\n\n${USAGE}`);
  Deno.exit(2);
}

type Group = "fast" | "slow";

/**
 * What a group leaves out, and how many files of it run at a time: slow tests wait for other processes. Fast ones leave
 * nothing behind in their process, so a worker takes one file after the other.
 */
const GROUPS: Readonly<Record<Group, readonly string[]>> = {
  fast: ["--exclude=test/slow/**", "--exclude=test/services/**", "--maxWorkers=3", "--no-isolate"],
  slow: ["--exclude=test/*.test.ts", "--exclude=test/!(slow|services)/**", "--maxWorkers=3"],
};

/** Runs a zone's tests, one group after the other. */
async function runZone(zone: string, groups: readonly Group[], options: Options): Promise<TestOutcome> {
  let whole: TestOutcome = { passed: 0, failures: [], skipped: [] };
  for (const group of groups) {
    if (interruption !== undefined) break;
    const { passed, failures, skipped } = await runVitest(zone, group, options);
    whole = {
      passed: whole.passed + passed,
      failures: [...whole.failures, ...failures],
      skipped: [...whole.skipped, ...skipped],
    };
  }
  return whole;
}

async function runVitest(zone: string, group: Group, options: Options): Promise<TestOutcome> {
  const outcomePath = await Deno.makeTempFile({ prefix: "caudal_test_", suffix: ".json" });
  const args = ["run", "--passWithNoTests", "--allowOnly=false", "--reporter=./scripts/test_reporter.ts"];
  if (options.name !== undefined) args.push(`--testNamePattern=${options.name}`);
  args.push(...GROUPS[group]);
  const env: Record<string, string> = {
    TZ: zone,
    CAUDAL_TEST_OUTCOME: outcomePath,
    CAUDAL_TEST_RUN: `${RUNS}/${Deno.pid}`,
  };
  if (options.long) env.CAUDAL_TEST_LONG = "1";
  if (!Deno.stdout.isTerminal()) env.NO_COLOR = "1";

  vitest = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", config.imports.vitest, ...args, ...options.filters],
    cwd: ROOT,
    env,
    stdin: "null",
  }).spawn();
  const { success, code } = await vitest.status;
  vitest = undefined;
  const written = await Deno.readTextFile(outcomePath);
  await Deno.remove(outcomePath);

  const outcome: TestOutcome = written === ""
    ? { passed: 0, failures: [], skipped: [] }
    : JSON.parse(written);
  const unexplained = written === "" || (!success && outcome.failures.length === 0);
  return unexplained
    ? { ...outcome, failures: [...outcome.failures, `vitest terminó con código ${code}`] }
    : outcome;
}

/** Of this run and of runs that were killed; the code that does it is read only where a test started any. */
async function endServices(): Promise<void> {
  if (!existsSync(RUNS)) return;
  const { endDeadRuns, endRun, runFolder } = await import("./services/test_runs.ts");
  await endDeadRuns();
  await endRun(runFolder(Deno.pid));
}

let vitest: Deno.ChildProcess | undefined;
let interruption: "SIGINT" | "SIGTERM" | undefined;

function interrupt(signal: "SIGINT" | "SIGTERM"): void {
  interruption = signal;
  const child = vitest;
  child?.kill(signal);
  setTimeout(() => child !== undefined && child === vitest && child.kill("SIGKILL"), LEAVE_AFTER_MS);
}

function printNames(title: string, namesByZone: readonly (readonly string[])[]): void {
  const names = new Set(namesByZone.flat());
  if (names.size === 0) return;
  console.log(`\n${title}:`);
  for (const name of names) {
    const zones = ZONES.filter((_, at) => namesByZone[at]?.includes(name));
    console.log(`  ${name}${zones.length === ZONES.length ? "" : ` (con TZ=${zones.join()})`}`);
  }
}

if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}
const options = parseOptions(Deno.args);
const outcomes: TestOutcome[] = [];
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => interrupt(signal));
try {
  for (const [at, zone] of ZONES.entries()) {
    if (interruption !== undefined || (at > 0 && options.fast)) break;
    console.log(`${at === 0 ? "" : "\n"}Pruebas con TZ=${zone}`);
    outcomes.push(await runZone(zone, at === 0 && !options.fast ? ["fast", "slow"] : ["fast"], options));
  }
} finally {
  await endServices();
}
if (interruption !== undefined) Deno.exit(interruption === "SIGINT" ? 130 : 143);

// Vitest calls skipped what a name left out, so with a name no skip says anything.
const skips = options.name === undefined ? outcomes.map(({ skipped }) => skipped) : [];
const skipsFail = Deno.env.has("CI");
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failures.length, 0) +
  (skipsFail ? skips.flat().length : 0);
const unfiltered = options.name === undefined && options.filters.length === 0;
const isIdle = ({ passed, failures }: TestOutcome) => passed + failures.length === 0;
const idle = unfiltered ? outcomes.some(isIdle) : outcomes.every(isIdle);

printNames(
  skipsFail ? "Omitidas, que aquí cuentan como fallas" : "Omitidas (en CI cuentan como fallas)",
  skips,
);
printNames("Fallas", outcomes.map(({ failures }) => failures));
if (idle) console.log("\nNo corrió ninguna prueba");
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || idle) Deno.exit(1);
