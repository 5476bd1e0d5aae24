// What the files of a dump say of the world of `dump_world.ts`, written out by hand from the contract
// (series-api 8, catalog-harvest 5 and 9). Dates are text; null is empty; formats that write something else for it
// say so in their tests.

type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

/** Days between two dates: those since the period of a last value ended. */
const days = (from: string, to = "2020-07-10") => (Date.parse(to) - Date.parse(from)) / 86_400_000;

const FULL =
  "catalogo_id,dataset_id,distribucion_id,serie_id,indice_tiempo,indice_tiempo_frecuencia,valor,serie_titulo,serie_unidades,serie_descripcion,distribucion_descripcion,dataset_tema,dataset_responsable,dataset_fuente,dataset_titulo";
const VALUES = "catalogo_id,dataset_id,distribucion_id,serie_id,indice_tiempo,valor,indice_tiempo_frecuencia";
const METADATA =
  "catalogo_id,dataset_id,distribucion_id,serie_id,indice_tiempo_frecuencia,serie_titulo,serie_unidades,serie_descripcion,distribucion_titulo,distribucion_descripcion,distribucion_url_descarga,dataset_responsable,dataset_fuente,dataset_titulo,dataset_descripcion,dataset_tema,serie_indice_inicio,serie_indice_final,serie_valores_cant,serie_dias_no_cubiertos,serie_actualizada,serie_valor_ultimo,serie_valor_anterior,serie_var_pct_anterior,serie_discontinuada,consultas_total,consultas_30_dias,consultas_90_dias,consultas_180_dias";
const SOURCES = "dataset_fuente,series_cant,valores_cant,fecha_primer_valor,fecha_ultimo_valor";

/** Columns of each package, copied from the contract. */
export const COLUMNS = {
  full: FULL.split(","),
  values: VALUES.split(","),
  metadata: METADATA.split(","),
  sources: SOURCES.split(","),
  bare: ["serie_id", "indice_tiempo", "valor"],
} as const;

/** What all rows of a series have in common, and its dates and values, in the order of the value rows. */
type Described = {
  readonly ids: readonly [catalog: string, dataset: string, distribution: string, series: string];
  readonly frequency: string;
  readonly texts: readonly [title: string, units: string, description: string];
  readonly distribution: readonly [title: string, description: string, url: string];
  readonly dataset: readonly [
    publisher: string,
    source: string,
    title: string,
    description: string,
    themes: string,
  ];
  readonly rows: readonly (readonly [date: string, value: number | null])[];
  /** From `serie_valores_cant` on. */
  readonly told: readonly Cell[];
};

const DIEZ = ["Oficina 10", "INDEC", "Diez", "El diez", "Precios,Empleo"] as const;
const NUEVE = ["Oficina 9", "BCRA", "Nueve", "", ""] as const;
const MESES = ["Meses", "De a un mes", "https://example.org/m.csv"] as const;
const TRIMESTRES = ["Trimestres", "", ""] as const;
const NO_HITS = [0, 0, 0, 0];

export const SERIES: readonly Described[] = [
  {
    ids: ["dos", "1", "1.1", "d"],
    frequency: "R/P1D",
    texts: ["t_d", "", "Serie d"],
    distribution: ["Distribución 1.1", "", ""],
    dataset: ["", "INDEC", "Dataset 1", "", ""],
    rows: [["2020-02-28", 1e21], ["2020-02-29", null], ["2020-03-01", 1e-7]],
    told: [3, days("2020-03-02"), false, 1e-7, null, null, false, ...NO_HITS],
  },
  {
    ids: ["dos", "2", "2.1", "sin"],
    frequency: "R/P1M",
    texts: ["t_sin", "", "Serie sin"],
    distribution: ["Distribución 2.1", "", ""],
    dataset: ["", "", "Dataset 2", "", ""],
    rows: [["2020-01-01", 4]],
    told: [1, days("2020-02-01"), false, 4, null, null, false, ...NO_HITS],
  },
  {
    ids: ["uno", "10", "10.1", "z"],
    frequency: "R/P1M",
    texts: ["Zeta", "Pesos", 'La "zeta", con coma'],
    distribution: MESES,
    dataset: DIEZ,
    rows: [["2020-01-01", 1.5], ["2020-02-01", null], ["2020-03-01", -3]],
    // 100 days are not fewer than three periods of 30.
    told: [3, 100, false, -3, null, null, false, 7, 1, 2, 4],
  },
  {
    ids: ["uno", "10", "10.1", "a"],
    frequency: "R/P1M",
    texts: ["A", "", "Serie a"],
    distribution: MESES,
    dataset: DIEZ,
    rows: [["2020-02-01", 0.1]],
    told: [1, days("2020-03-01"), false, 0.1, null, null, false, ...NO_HITS],
  },
  {
    ids: ["uno", "10", "10.2", "y"],
    frequency: "R/P1Y",
    texts: ["t_y", "", "Serie y"],
    distribution: ["Años", "", "https://example.org/y.csv"],
    dataset: DIEZ,
    rows: [["1899-01-01", 5], ["1900-01-01", 6]],
    told: [2, days("1901-01-01"), false, 6, 5, 6 / 5 - 1, false, ...NO_HITS],
  },
  {
    ids: ["uno", "9", "9.1", "q"],
    frequency: "R/P3M",
    texts: ["t_q", "", "Serie q"],
    distribution: TRIMESTRES,
    dataset: NUEVE,
    rows: [["2019-10-01", 10], ["2020-01-01", 20]],
    // 100 days are fewer than two periods of 90.
    told: [2, 100, true, 20, 10, 1, false, ...NO_HITS],
  },
  {
    ids: ["uno", "9", "9.1", "q_old"],
    frequency: "R/P3M",
    texts: ["t_q_old", "", "Serie q_old"],
    distribution: TRIMESTRES,
    dataset: NUEVE,
    rows: [["1990-01-01", 1], ["1990-04-01", 2]],
    told: [2, days("1990-07-01"), false, 2, 1, 1, true, ...NO_HITS],
  },
  {
    ids: ["uno", "9", "9.2", "s"],
    frequency: "R/P6M",
    texts: ["t_s", "", "Serie s"],
    distribution: ["Semestres", "De a seis meses", ""],
    dataset: NUEVE,
    rows: [["2020-01-01", 7], ["2020-07-01", 8.25]],
    told: [2, days("2021-01-01"), true, 8.25, 7, 8.25 / 7 - 1, false, ...NO_HITS],
  },
];

/** Series of a catalog, or (null) of all. */
export const seriesOfCatalog = (catalogId: string | null) =>
  SERIES.filter(({ ids }) => catalogId === null || ids[0] === catalogId);

export const valueRows = (all: readonly Described[]): Row[] =>
  all.flatMap(({ ids, frequency, rows }) => rows.map(([date, value]) => [...ids, date, value, frequency]));

export const bareRows = (all: readonly Described[]): Row[] =>
  all.flatMap(({ ids, rows }) => rows.map(([date, value]) => [ids[3], date, value]));

export const fullRows = (all: readonly Described[]): Row[] =>
  all.flatMap(({ ids, frequency, texts, distribution, dataset, rows }) => {
    const [publisher, source, title, , themes] = dataset;
    return rows.map(([date, value]) => [
      ...[...ids, date, frequency, value, ...texts, distribution[1]],
      ...[themes, publisher, source, title],
    ]);
  });

/** By catalog, dataset, distribution and series: in the world only "a" comes before "z". */
export function metadataRows(all: readonly Described[]): Row[] {
  const sorted = [...all];
  const z = sorted.findIndex(({ ids }) => ids[3] === "z");
  if (z >= 0) [sorted[z], sorted[z + 1]] = [sorted[z + 1]!, sorted[z]!];
  return sorted.map(({ ids, frequency, texts, distribution, dataset, rows, told }) => [
    ...[...ids, frequency, ...texts, ...distribution, ...dataset],
    ...[rows[0]![0], rows.at(-1)![0], ...told],
  ]);
}

/** Of each catalog and (null) of all. "INDEC" has z, a and y of "uno", and d of "dos". */
export function sourceRows(catalogId: string | null): Row[] {
  if (catalogId === "dos") return [["INDEC", 1, 3, "2020-02-28", "2020-03-01"]];
  const bcra = ["BCRA", 3, 2 + 2 + 2, "1990-01-01", "2020-07-01"];
  if (catalogId === "uno") return [bcra, ["INDEC", 3, 3 + 1 + 2, "1899-01-01", "2020-03-01"]];
  return [["INDEC", 4, 3 + 1 + 2 + 3, "1899-01-01", "2020-03-01"], bcra];
}
