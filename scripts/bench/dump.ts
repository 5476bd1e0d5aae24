// The dump part of the benchmark: the real task over a harvested data folder, a format at a time and all together,
// each with its time and its peak memory, against a plain write of the rows of the full package in the same run.
// Run by itself it is that baseline, a process of its own as well: the same rows read from the same store and
// written to one CSV file with nothing but the language, neither quoted, packed, summed nor cut by catalogs.
//
//   deno run -A scripts/bench/dump.ts DATA FILE

import fs from "node:fs";
import path from "node:path";
import type { DumpSeries } from "../../src/core/canonical_store.ts";
import { DUMP_FORMATS } from "../../src/core/dump_files.ts";
import { type DistributionFacts, distributionFacts, seriesFacts } from "../../src/core/dump_rows.ts";
import { DUMP_TABLES, valueColumns } from "../../src/core/dump_tables.ts";
import { labels } from "../../src/core/label.ts";
import { pythonNumber } from "../../src/core/number_text.ts";
import { openStore } from "../../src/open.ts";
import { median, type Tell } from "./figure.ts";
import { runScript, taskFlags } from "./process.ts";

/** What is held against an aim is measured more than once, by turns with the baseline. */
const ROUNDS = 3;

/** Measures the dump of the store in `data`, which has `count` series. */
export async function benchDump(data: string, count: number, tell: Tell): Promise<void> {
  const aimed = count === 40_000;
  const plain: number[] = [];
  const csv: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await plainSeconds(data));
    csv.push(await runDump(data, "csv"));
  }
  const reference = median(plain);
  tell({
    name: `referencia: las filas de ${count} series a un CSV sin comprimir`,
    value: reference,
    unit: "s",
  });
  const tellRun = (
    name: string,
    { seconds, peak }: Run,
    ratio: number,
    aims: { ratio?: string; peak?: string },
  ) => {
    tell({
      name: `volcado de ${count} series, ${name}`,
      value: ratio,
      unit: "de referencia",
      baseline: `(${seconds.toFixed(1)} s)`,
      ...(aims.ratio && { aim: aims.ratio }),
    });
    tell({ name: "  memoria máxima", value: peak, unit: "MB", ...(aims.peak && { aim: aims.peak }) });
  };
  tellRun(
    "csv",
    { seconds: median(csv.map(({ seconds }) => seconds)), peak: Math.max(...csv.map(({ peak }) => peak)) },
    // Each against the write just before it: others may keep the machine busy for a while.
    median(csv.map(({ seconds }, round) => seconds / plain[round]!)),
    aimed ? { ratio: "≤ 2" } : {},
  );
  for (const format of DUMP_FORMATS.filter((format) => format !== "csv")) {
    const run = await runDump(data, format);
    tellRun(format, run, run.seconds / reference, {});
  }
  const all = await runDump(data, DUMP_FORMATS.join(","));
  tellRun("todos los formatos", all, all.seconds / reference, aimed ? { peak: "< 300 MB" } : {});
}

type Run = { readonly seconds: number; readonly peak: number };

const runDump = (data: string, formats: string): Promise<Run> =>
  runScript("src/dump.ts", ["--data", data, "--format", formats, "--json"], taskFlags("dump"));

async function plainSeconds(data: string): Promise<number> {
  const file = path.join(data, "plain.csv");
  const { seconds } = await runScript("scripts/bench/dump.ts", [data, file]);
  fs.rmSync(file);
  return seconds;
}

/** Writes the rows of the full package, a series at a time. */
async function writePlain(dataDir: string, file: string): Promise<void> {
  const { store } = openStore({ dataDir });
  const out = fs.openSync(file, "w");
  fs.writeSync(out, `${DUMP_TABLES.full.join(",")}\r\n`);
  const byCatalog = Map.groupBy(await store.availableDistributions(), ({ catalogId }) => catalogId);
  for (const [catalogId, keys] of byCatalog) {
    const { distributions } = await store.publishableContext(catalogId);
    for (const key of keys) {
      const above = distributionFacts(
        key,
        distributions.find(({ datasetId, distributionId }) =>
          datasetId === key.datasetId && distributionId === key.distributionId
        )!,
      );
      for (const series of await store.dumpSeries(key)) fs.writeSync(out, rowsOf(above, series));
    }
  }
  fs.closeSync(out);
  await store.close();
}

const { before, between, after } = valueColumns("full");

function rowsOf(above: DistributionFacts, series: DumpSeries): string {
  const { frequency, start, values } = series.observations;
  const facts = seriesFacts(above, series, 0);
  const [first, middle, last] = [before, between, after].map((names) =>
    names.map((name) => facts[name]).join(",")
  );
  const dates = labels(frequency, start, values.length);
  let rows = "";
  values.forEach((value, i) => {
    rows += `${first},${dates[i]},${middle},${pythonNumber(value)},${last}\r\n`;
  });
  return rows;
}

if (import.meta.main) await writePlain(Deno.args[0]!, Deno.args[1]!);
