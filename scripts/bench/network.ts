// A synthetic network of any size, the same for the same size: catalogs, distributions and series in the
// proportions of the real one (27 series a distribution, 15 distributions a catalog), written as files.

import fs from "node:fs";
import path from "node:path";
import { isoDate } from "../../src/core/time.ts";
import { firstDay, FREQUENCY, type Frequency } from "../../src/core/frequency.ts";

export type NetworkSize = { readonly series: number; readonly values: number };

const SERIES_PER_DISTRIBUTION = 27;
const DISTRIBUTIONS_PER_CATALOG = 15;
const FREQUENCIES: readonly Frequency[] = ["month", "month", "quarter", "year", "day"];
const STARTS: Record<string, number> = { month: 1950 * 12, quarter: 1950 * 4, year: 1700, day: 0 };

/** Small deterministic generator (mulberry32): numbers of [0, 1). */
export function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Writes the network below `folder`; answers its register file and the ids of its series. */
export function writeNetwork(
  folder: string,
  { series, values }: NetworkSize,
): { register: string; ids: string[] } {
  const random = randomNumbers(series);
  const rows = Math.round(values / series);
  const ids: string[] = [];
  const register: string[] = [];
  for (let catalog = 0; ids.length < series; catalog++) {
    const catalogFolder = path.join(folder, `cat${catalog}`);
    fs.mkdirSync(catalogFolder, { recursive: true });
    const datasets: unknown[] = [];
    for (let d = 0; d < DISTRIBUTIONS_PER_CATALOG && ids.length < series; d++) {
      const width = Math.min(SERIES_PER_DISTRIBUTION, series - ids.length);
      const frequency = FREQUENCIES[(catalog + d) % FREQUENCIES.length]!;
      const titles = Array.from({ length: width }, (_, i) => `serie_${d}_${i}`);
      const own = titles.map((_, i) => `bench_${catalog}.${d}_${i}`);
      ids.push(...own);
      fs.writeFileSync(path.join(catalogFolder, `${d}.csv`), csvOf(titles, frequency, rows, random));
      datasets.push(datasetOf(catalog, d, frequency, titles, own));
    }
    const title = `Catálogo sintético ${catalog}`;
    const json = {
      title,
      description: title,
      identifier: `cat${catalog}`,
      publisher: { name: "Banco" },
      dataset: datasets,
    };
    fs.writeFileSync(path.join(catalogFolder, "data.json"), JSON.stringify(json));
    register.push(`cat${catalog}:\n  url: cat${catalog}/data.json\n  formato: json\n  federado: true\n`);
  }
  const registerFile = path.join(folder, "index.yaml");
  fs.writeFileSync(registerFile, register.join(""));
  return { register: registerFile, ids };
}

function csvOf(titles: readonly string[], frequency: Frequency, rows: number, random: () => number): string {
  const lines = [["indice_tiempo", ...titles].join(",")];
  const levels = titles.map(() => 50 + random() * 1000);
  for (let row = 0; row < rows; row++) {
    const period = STARTS[frequency]! + row;
    levels.forEach((level, i) => levels[i] = Math.max(1, level + random() * 4 - 1.9));
    lines.push([isoDate(firstDay(frequency, period)), ...levels.map((level) => level.toFixed(3))].join(","));
  }
  return lines.join("\n") + "\n";
}

function datasetOf(
  catalog: number,
  d: number,
  frequency: Frequency,
  titles: readonly string[],
  ids: readonly string[],
) {
  const name = `Conjunto ${d} del catálogo ${catalog}`;
  return {
    identifier: `${d}`,
    title: name,
    description: `${name}, con indicadores de actividad, precios y comercio`,
    publisher: { name: "Dirección de Estadística" },
    source: "Instituto Nacional",
    theme: ["precios"],
    issued: "2020-01-01",
    distribution: [{
      identifier: `${d}.1`,
      title: `${name}. Valores`,
      downloadURL: `${d}.csv`,
      issued: "2020-01-01",
      field: [
        {
          title: "indice_tiempo",
          type: "date",
          specialType: "time_index",
          specialTypeDetail: FREQUENCY[frequency].iso,
        },
        ...titles.map((title, i) => ({
          title,
          id: ids[i],
          type: "number",
          units: "Millones de pesos",
          description: `Indicador ${i} del conjunto ${d} del catálogo ${catalog}`,
        })),
      ],
    }],
  };
}
