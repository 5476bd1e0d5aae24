// The search part of the benchmark: a synthetic catalogue of titles whose words are shared as in real ones, each
// engine asked the same queries, against a linear scan of the same titles in the same run.

import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Popularity } from "../../src/core/hits.ts";
import { fold } from "../../src/core/search_text.ts";
import type { Search, SearchDocument, SearchQuery } from "../../src/core/search.ts";
import { DEFAULT_SYNONYMS, readSynonyms } from "../../src/core/synonyms.ts";
import { sha256 } from "../../src/host/hash.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import {
  encodeJson,
  FORMAT,
  type Manifest,
  manifestName,
  searchName,
} from "../../src/store/segments/format.ts";
import { popularityOf } from "../../src/store/segments/popularities.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { encodeSearchPart } from "../../src/store/segments/search_part.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import type { Tell } from "./figure.ts";
import { randomNumbers } from "./network.ts";
import { benchedCluster } from "./search_cluster.ts";

const words = (text: string) => text.split(",");

const MEASURES = words(
  "Exportaciones de,Importaciones de,Producción de,Ventas de,Consumo aparente de,Precio promedio de,Stock de,Superficie sembrada de,Superficie cosechada de,Índice de precios de,Índice de volumen físico de,Empleo registrado en,Salario promedio en,Recaudación de impuestos sobre,Créditos otorgados a,Deuda externa de,Inversión bruta en,Costo laboral en,Utilización de la capacidad instalada en,Valor agregado bruto de",
);
const SUBJECTS = words(
  "soja,trigo,maíz,girasol,cebada,sorgo,arroz,algodón,carne vacuna,carne aviar,carne porcina,leche,vino,azúcar,yerba mate,té,tabaco,limones,manzanas,peras,petróleo,gas natural,naftas,gasoil,energía eléctrica,biodiesel,bioetanol,carbón,litio,oro,plata,cobre,acero,aluminio,cemento,vidrio,papel,madera,plásticos,caucho,textiles,calzado,indumentaria,juguetes,muebles,automotores,motocicletas,maquinaria agrícola,tractores,electrodomésticos,computadoras,teléfonos,software,medicamentos,agroquímicos,fertilizantes,alimentos,bebidas,productos lácteos,aceites vegetales,harinas,pescado,mariscos,miel,lana,cueros,la construcción,el comercio minorista,el comercio mayorista,la hotelería,el transporte de carga,el transporte de pasajeros,la pesca,la minería,la educación,la salud,los servicios financieros,los seguros,las telecomunicaciones,la administración pública",
);
const PLACES = words(
  "Buenos Aires,Catamarca,Chaco,Chubut,Córdoba,Corrientes,Entre Ríos,Formosa,Jujuy,La Pampa,La Rioja,Mendoza,Misiones,Neuquén,Río Negro,Salta,San Juan,San Luis,Santa Cruz,Santa Fe,Santiago del Estero,Tierra del Fuego,Tucumán,Ciudad Autónoma de Buenos Aires,Total nacional,Región Pampeana,Región Patagónica,NOA,NEA,Cuyo,Brasil,Chile,Uruguay,Paraguay,Bolivia,Perú,China,Estados Unidos,Unión Europea,Resto del mundo",
);
const QUALIFIERS = words(
  "en millones de pesos,en millones de dólares,en toneladas,desestacionalizado,tendencia ciclo,variación interanual,a precios constantes,a precios corrientes,por habitante,acumulado del año,base 2004,base 1993,sector privado,sector público",
);
const SOURCES = words(
  "INDEC,Banco Central de la República Argentina,Ministerio de Economía,Ministerio de Agroindustria,Secretaría de Energía,Dirección General de Estadística,Instituto Nacional de Vitivinicultura,AFIP,ANSES,Superintendencia de Seguros",
);
const FREQUENCIES = words("R/P1M,R/P1M,R/P3M,R/P1Y,R/P1D");

const SERIES_PER_DATASET = 27;
const DATASETS_PER_CATALOG = 15;

/** Series as documents, the same for the same number. */
function documents(count: number): SearchDocument[] {
  const random = randomNumbers(count);
  // Some words are much more frequent than others.
  const pick = <T>(list: readonly T[]): T => list[Math.floor(list.length * random() ** 1.7)]!;
  let dataset: SearchDocument["dataset"];
  return Array.from({ length: count }, (_, n) => {
    const number = Math.floor(n / SERIES_PER_DATASET);
    if (n % SERIES_PER_DATASET === 0) {
      const subject = pick(SUBJECTS);
      dataset = {
        title: `${pick(MEASURES)} ${subject}`,
        description: `Estadísticas de ${subject} por jurisdicción, ${pick(QUALIFIERS)}. Cuadro ${number}`,
        source: pick(SOURCES),
        publisherName: `Dirección Nacional de ${subject}`,
        theme: pick(SUBJECTS.slice(0, 12)),
      };
    }
    const catalog = Math.floor(number / DATASETS_PER_CATALOG);
    const text = `${pick(MEASURES)} ${pick(SUBJECTS)}, ${pick(QUALIFIERS)}. ${pick(PLACES)}`;
    return {
      id: `${catalog}.${number}_${fold(text).replace(/[^a-z]+/g, "_").slice(0, 24)}_${n}`,
      title: fold(text).replace(/[^a-z]+/g, "_").slice(0, 40),
      description: text,
      units: pick(QUALIFIERS),
      frequency: FREQUENCIES[number % FREQUENCIES.length]!,
      start: `19${50 + (number % 50)}-01-01`,
      end: `20${10 + (number % 10)}-12-01`,
      catalogId: `catalogo_${catalog}`,
      dataset,
    };
  });
}

/** A few series are asked for often, most of them hardly ever. */
function popularity(all: readonly SearchDocument[]): Popularity {
  const random = randomNumbers(11);
  const series = all.map(({ id }) => {
    const days90 = Math.floor(random() ** 8 * 5_000);
    return { seriesId: id, hits: { total: days90, days30: days90, days90, days180: days90 } };
  });
  return popularityOf("bench", 0, series);
}

const ask = (text: string, over: Partial<SearchQuery> = {}): SearchQuery => ({
  text,
  filters: {},
  sortBy: "relevance",
  descending: true,
  start: 0,
  limit: 10,
  facets: false,
  minScore: 5,
  ...over,
});

/** Texts of one and of two words, rare and frequent. */
const ONE = words(
  "soja,exportaciones,tucumán,IPC,desempleo,litio,producción,mendoza,salario,bioetanol,índices,maquinarias",
);
const TWO = words(
  "exportaciones soja,producción trigo,salario minería,gas natural,precios leche,empleo construcción,vino mendoza,deuda externa,importaciones china,carne vacuna,tipo cambio,energia electrica",
);
/** As people write them, with words that are in most series. */
const PHRASES = words(
  "producto interno bruto de estados unidos,precio promedio de la soja en toneladas,exportaciones de carne vacuna a china,superficie sembrada de maíz de la provincia de buenos aires",
);

const KINDS: readonly { name: string; queries: readonly SearchQuery[] }[] = [
  { name: "una palabra", queries: ONE.map((text) => ask(text)) },
  { name: "dos palabras", queries: TWO.map((text) => ask(text)) },
  { name: "una frase", queries: PHRASES.map((text) => ask(text)) },
  {
    name: "con filtros",
    queries: TWO.map((text) =>
      ask(text, { filters: { dataset_source: ["INDEC", "AFIP"], units: ["en toneladas", "base 2004"] } })
    ),
  },
  { name: "con recuentos", queries: TWO.map((text) => ask(text, { facets: true })) },
  {
    name: "todas, por popularidad y con recuentos",
    queries: ONE.map(() => {
      const { text: _, ...all } = ask("", { facets: true, sortBy: "hits_90_days" });
      return all;
    }),
  },
  {
    name: "con errores de tipeo",
    queries: words("exportasiones,produccoin,bioetanl,mendosa").map((text) => ask(text)),
  },
];
const ROUNDS = 25;

/** Publishes the documents' search files into `folder` and measures the engines. */
export async function benchSearch(folder: string, count: number, tell: Tell): Promise<void> {
  const all = documents(count);
  const blobs = folderBlobs(path.join(folder, "busqueda"));
  const synonyms = readSynonyms(DEFAULT_SYNONYMS);
  const files: Record<string, string> = {};
  let raw = 0, zipped = 0;
  const wrote = performance.now();
  for (const [id, of] of Map.groupBy(all, ({ catalogId }) => catalogId!)) {
    const bytes = encodeSearchPart(of, synonyms);
    raw += bytes.length;
    zipped += gzipSync(bytes).length;
    files[id] = sha256(bytes);
    await blobs.write(searchName(files[id]), bytes);
  }
  tell({
    name: `índice de ${count} series: escritura`,
    value: (performance.now() - wrote) / 1000,
    unit: "s",
  });
  tell({ name: "  tamaño", value: raw / 1e6, unit: "MB" });
  tell({ name: "  tamaño con gzip", value: zipped / 1e6, unit: "MB", aim: "< 4 MB" });
  const empty = { count: 0, shards: [] };
  const manifest: Manifest = {
    format: FORMAT,
    series: empty,
    contexts: empty,
    catalogs: [],
    percentage_units: [],
    search: { analysis: 1, synonyms: DEFAULT_SYNONYMS, catalog_aliases: {}, files },
  };
  const snapshot = sha256(encodeJson(manifest));
  await blobs.write(manifestName(snapshot), encodeJson(manifest));

  const titles = all.map(({ description, dataset }) => fold(`${description} ${dataset.title}`));
  const scan = percentiles(TWO, (text) => {
    const asked = fold(text).split(" ");
    return titles.filter((title) => asked.some((word) => title.includes(word))).length;
  });
  tell({ name: "referencia: recorrer los títulos con includes, p50", value: scan.p50, unit: "ms" });

  const sqlite = sqliteSearches(path.join(folder, "busqueda-sqlite"), searchIndexReader(blobs));
  const cluster = await benchedCluster(blobs);
  const inCluster = async () => {
    await cluster!.build(snapshot);
    return await cluster!.searches.of(snapshot);
  };
  const engines = [
    { engine: "segmentos", what: "", open: () => openSearches(blobs).of(snapshot) },
    { engine: "SQLite", what: " (escritura incluida)", open: () => sqlite.of(snapshot) },
    ...(cluster ? [{ engine: "OpenSearch", what: " (escritura incluida)", open: inCluster }] : []),
  ];
  const searches: Search[] = [];
  for (const { engine, what, open } of engines) {
    const begun = performance.now();
    searches.push(await open());
    tell({
      name: `búsqueda ${engine}${what}: primera apertura`,
      value: performance.now() - begun,
      unit: "ms",
    });
  }
  const file = path.join(folder, "busqueda-sqlite", `${snapshot}.sqlite`);
  tell({ name: "  archivo de SQLite", value: fs.statSync(file).size / 1e6, unit: "MB" });
  if (cluster) {
    tell({ name: "  índice de OpenSearch, sin réplica", value: await cluster.size() / 1e6, unit: "MB" });
  }
  const hits = popularity(all);
  for (const { name, queries } of KINDS) {
    for (const [i, { engine }] of engines.entries()) {
      const { p50, p99, found } = await timed(searches[i]!, queries, hits);
      tell({
        name: `búsqueda ${engine}, ${name}: p50`,
        value: p50,
        unit: "ms",
        baseline: `(p99 ${p99.toFixed(2)} ms, ${
          (p50 / scan.p50).toFixed(3)
        } de recorrer, ${found} resultados)`,
        ...(engine !== "OpenSearch" && { aim: "< 5 ms" }),
      });
    }
  }
  await cluster?.close();
  sqlite.close();
  blobs.close();
}

async function timed(search: Search, queries: readonly SearchQuery[], hits: Popularity) {
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const query of queries) {
      const begun = performance.now();
      const { count } = await search.find(query, hits);
      // The first round is a warm-up.
      if (round > 0) times.push(performance.now() - begun);
      else found += count;
    }
  }
  return { ...shares(times), found };
}

function percentiles<T>(items: readonly T[], work: (item: T) => unknown) {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const item of items) {
      const begun = performance.now();
      work(item);
      times.push(performance.now() - begun);
    }
  }
  return shares(times);
}

function shares(times: number[]) {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { p50: at(0.5), p99: at(0.99) };
}
