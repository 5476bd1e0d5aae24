// Replays case folders through HTTP and ends with `N passed, N failed`. What a case means and how answers are
// compared is in test/conformance, which the tests share.

import { existsSync } from "node:fs";
import { differenceLines } from "../test/conformance/compare.ts";
import { edgeTarget } from "../test/conformance/edge_target.ts";
import { DEFAULT_SEARCH, SEARCH_ENGINES, type SearchEngine } from "../test/conformance/engines.ts";
import { type FileResult, serverTarget, urlTarget } from "../test/conformance/series_cases.ts";
import {
  OWN_CATALOGS,
  OWN_PRICES,
  OWN_SERIES_CASES,
  readSuite,
  runSuite,
} from "../test/conformance/suites.ts";

const USAGE =
  `Uso: deno task conformance [--target server|edge|URL] [--search sqlite|segments|opensearch] [--cases CARPETA …] [--only TEXTO]

Repite casos de conformidad por HTTP, cada uno contra una instancia nueva con sus datos, y termina con la
línea "N passed, N failed".

      --target     server (por omisión): instancias propias; edge: lo mismo, servido por un workerd real; o la
                   dirección http(s) de un servidor que ya tiene los datos: no se carga nada. Los catálogos, que
                   se cosechan, sólo corren con server
      --search     qué motor de búsqueda usan las instancias propias: sqlite (por omisión), segments, el
                   índice de la propia instantánea, u opensearch, que se arranca si no corre
      --cases      carpetas con casos; su contenido dice de qué clase son: casos de la API de series,
                   catálogos (con expected.json), precios o SIIRAyS. Por omisión, las copias propias:
                   test/golden/series-api, test/fixtures/catalogs y test/conformance/prices
      --only       solo los casos cuyo nombre, pedido, archivo o catálogo contiene TEXTO
  -h, --help       muestra esta ayuda

Las instancias propias usan los motores que nombren DATABASE_URL, OPENSEARCH_URL y REDIS_URL, con bases, índices y
claves de cada una; sin ellas, los embebidos. Los catálogos se sirven en el puerto 3456, que debe estar libre.
Sale con 0 si todo pasó, con 1 si algo falló o no corrió ningún caso, con 2 si se usó mal.`;

type Options = {
  readonly target: string;
  readonly search: SearchEngine;
  readonly folders: readonly string[];
  readonly only: string;
};

function parseOptions(args: readonly string[]): Options {
  const folders: string[] = [];
  let target = "server";
  let search: string = DEFAULT_SEARCH;
  let only = "";
  for (let at = 0; at < args.length; at++) {
    const [option = "", attached] = args[at]!.split(/=(.*)/s);
    const values = attached !== undefined ? [attached] : [];
    const atMost = option === "--cases"
      ? Infinity
      : ["--target", "--search", "--only"].includes(option)
      ? 1
      : 0;
    if (atMost === 0) refuse(`Opción desconocida "${args[at]}"`);
    while (attached === undefined && values.length < atMost && args[at + 1]?.startsWith("-") === false) {
      values.push(args[++at]!);
    }
    if (values.length === 0 || values.includes("")) refuse(`A "${option}" le falta el valor`);
    if (option === "--cases") folders.push(...values);
    else if (option === "--target") target = values[0]!;
    else if (option === "--search") search = values[0]!;
    else only = values[0]!;
  }
  if (target !== "server" && target !== "edge" && !/^https?:\/\/./.test(target)) {
    refuse(`--target debe ser "server", "edge" o una dirección http(s), no "${target}"`);
  }
  if (!(SEARCH_ENGINES as readonly string[]).includes(search)) {
    refuse(`--search debe ser ${SEARCH_ENGINES.join(", ")}, no "${search}"`);
  }
  const absent = folders.find((folder) => !existsSync(folder) || !Deno.statSync(folder).isDirectory);
  if (absent !== undefined) refuse(`No existe la carpeta "${absent}"`);
  return {
    target,
    search: search as SearchEngine,
    folders: folders.length > 0 ? folders : [OWN_SERIES_CASES, OWN_CATALOGS, OWN_PRICES],
    only,
  };
}

function refuse(reason: string): never {
  console.error(`${reason}\n\n${USAGE}`);
  Deno.exit(2);
}

const count = (n: number) => `${n} ${n === 1 ? "caso" : "casos"}`;

function printFile({ title, results, notBuilt }: FileResult): void {
  const failed = results.filter(({ differences }) => differences.length > 0);
  const parts = [
    ...(results.length > 0 ? [count(results.length)] : []),
    ...(failed.length > 0 ? [failed.length === 1 ? "1 falla" : `${failed.length} fallan`] : []),
    ...(notBuilt > 0 ? [`no construido todavía: ${count(notBuilt)}`] : []),
  ];
  console.log(`${failed.length > 0 ? "✗" : results.length > 0 ? "✓" : "–"} ${title}  ${parts.join(", ")}`);
  for (const { name, differences } of failed) {
    if (name !== title) console.log(`    ✗ ${name}`);
    for (const line of differenceLines(differences)) console.log(`      ${line}`);
  }
}

if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}
const { target: targetName, search, folders, only } = parseOptions(Deno.args);
const suites = folders.map((folder) => {
  const suite = readSuite(folder.replace(/\/+$/, ""));
  return suite ?? refuse(`No se reconocen casos en la carpeta "${folder}"`);
});

const target = targetName === "server"
  ? serverTarget(Date.now, search)
  : targetName === "edge"
  ? edgeTarget()
  : urlTarget(targetName);
let passed = 0, failed = 0, notBuilt = 0;
try {
  for (const [at, suite] of suites.entries()) {
    console.log(`${at === 0 ? "" : "\n"}${folders[at]}`);
    if (suite.kind === "catalogs" && targetName !== "server") {
      console.log(`– omitidos con --target ${targetName}: ${Object.keys(suite.expected).length} catálogos`);
      continue;
    }
    try {
      for await (const file of runSuite(suite, target, only)) {
        printFile(file);
        const failures = file.results.filter(({ differences }) => differences.length > 0).length;
        passed += file.results.length - failures;
        failed += failures;
        notBuilt += file.notBuilt;
      }
    } catch (error) {
      console.log(`✗ ${error instanceof Error ? error.message : error}`);
      failed++;
    }
  }
} finally {
  await target.close();
}
const idle = passed + failed + notBuilt === 0;
if (notBuilt > 0) console.log(`\nno construido todavía: ${count(notBuilt)}`);
if (idle) console.log("\nNo corrió ningún caso");
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || idle) Deno.exit(1);
