// What a report says to people: what to mend first, in order, whatever publishers call their things.

import { describe, expect, test } from "vitest";
import { INDICATOR_NAMES, type Indicators } from "../../src/core/indicators.ts";
import {
  type IndexingReport,
  localMoment,
  type MendableFault,
  type NodeIndexing,
  reportSubject,
} from "../../src/core/indexing_report.ts";
import { countText, globalLetter, letterText, nodeLetter } from "../../src/core/report_letter.ts";

const zeros = Object.fromEntries(INDICATOR_NAMES.map((name) => [name, 0])) as Indicators;

const node = (catalogId: string, more: Partial<NodeIndexing> = {}): NodeIndexing => ({
  catalogId,
  title: "",
  url: `https://${catalogId}.example/data.json`,
  indicators: zeros,
  faults: [],
  warnings: [],
  ...more,
});

const fault = (more: Partial<MendableFault> = {}): MendableFault => ({
  level: "distribution",
  catalogId: "c",
  datasetId: "1",
  distributionId: "1.1",
  datasetTitle: "Precios",
  distributionTitle: "Precios por mes",
  url: "https://c.example/1.1.csv",
  errors: ["HTTP 404"],
  advice: [{ heading: "Archivos que no se pueden descargar", remedy: "Revise la dirección" }],
  isEarlier: false,
  ...more,
});

const report = (...nodes: NodeIndexing[]): IndexingReport => ({
  run: 7,
  startedAt: Date.UTC(2026, 6, 9, 3, 15, 4),
  finishedAt: Date.UTC(2026, 6, 9, 3, 41),
  nodes,
  warnings: [],
  queries: null,
});

describe("localMoment", () => {
  test.each([
    [Date.UTC(2026, 6, 9, 3, 15, 4), "2026-07-09 00:15:04"],
    [Date.UTC(2026, 6, 9, 2, 59, 59), "2026-07-08 23:59:59"],
    [Date.UTC(2026, 0, 1, 0, 0, 0), "2025-12-31 21:00:00"],
  ])("%d is %s in Buenos Aires", (at, expected) => {
    expect(localMoment(at)).toBe(expected);
  });
});

describe("reportSubject", () => {
  test.each([
    ["", undefined, "Validación de series de tiempo: 2026-07-09 00:15:04"],
    ["prod", undefined, "[prod] Validación de series de tiempo: 2026-07-09 00:15:04"],
    ["prod", "sspm", "[prod] Validación de series de tiempo sspm: 2026-07-09 00:15:04"],
  ])("of %j and %j is %s", (envType, catalogId, expected) => {
    expect(reportSubject(report(), envType, catalogId)).toBe(expected);
  });
});

test.each([[0, "0"], [999, "999"], [1_000, "1.000"], [2_689_759, "2.689.759"]])(
  "countText of %d is %s",
  (count, text) => {
    expect(countText(count)).toBe(text);
  },
);

describe("nodeLetter", () => {
  test("says that there is nothing to mend", () => {
    const letter = nodeLetter(report(node("c")), node("c"));
    expect(letter.verdict).toMatchObject({ isGood: true, text: "No hay nada que corregir." });
    expect(letter.toMend).toEqual([]);
  });

  test.each([
    [1, "Hay algo que corregir en 1 lugar."],
    [2, "Hay algo que corregir en 2 lugares."],
  ])("counts %d places to mend", (count, text) => {
    const one = node("c", { faults: Array.from({ length: count }, () => fault()) });
    expect(nodeLetter(report(one), one).verdict).toMatchObject({ isGood: false, text });
  });

  test("tells of a catalog that could not be read, without figures", () => {
    const one = node("c", { indicators: null, faults: [fault({ level: "catalog" })] });
    const letter = nodeLetter(report(one), one);
    expect(letter.verdict.text).toBe("El catálogo no se pudo leer.");
    expect(letter.indicators).toBeUndefined();
    expect(letter.toMend[0]!.faults[0]!.place).toBe("El catálogo");
  });

  test("tells the place of each fault, its error and its remedy, before any figure", () => {
    const one = node("c", { title: "Ministerio", faults: [fault()] });
    const text = letterText(nodeLetter(report(one), one));
    expect(text).toContain([
      "* Distribución 1.1 «Precios por mes»",
      "  Dataset: 1 «Precios»",
      "  Archivo: https://c.example/1.1.csv",
      "  ✗ Archivos que no se pueden descargar",
      "    HTTP 404",
      "    → Revise la dirección",
    ].join("\n"));
    expect(text.indexOf("HTTP 404")).toBeLessThan(text.indexOf("RESUMEN"));
    expect(text).toContain("Catálogo: Ministerio (c)");
    expect(text).toContain("Cosecha: de 2026-07-09 00:15 a 2026-07-09 00:41, hora de Buenos Aires");
  });

  test("shortens a sentence that goes on and on, and says where the rest is", () => {
    const long = `'a' tiene valores no numericos: '${"n/d ".repeat(1_000)}'`;
    const one = node("c", { faults: [fault({ errors: [long] })] });
    const { sentences } = nodeLetter(report(one), one).toMend[0]!.faults[0]!;
    expect(sentences[0]!.text).toBe(`${long.slice(0, 600)}… (sigue en errors.log)`);
  });

  test("has the block of catalogs, which the global letter leaves out", () => {
    const one = node("c");
    expect(nodeLetter(report(one), one).indicators!.columns).toHaveLength(5);
    expect(globalLetter(report(one)).indicators!.columns).toHaveLength(4);
  });

  test("tells of datasets, series, observations and queries", () => {
    const one = node("c", {
      indicators: {
        ...zeros,
        datasets_disponibles_cant: 4,
        datasets_cant: 3,
        series_disponibles_cant: 1_200,
        field_cant: 1_100,
        observaciones_nuevas_cant: 5,
        observaciones_cambiadas_cant: 2,
        observaciones_quitadas_cant: 1,
        observaciones_cant: 9_000,
      },
    });
    const told = { ...report(one), queries: { day: "2026-07-08", count: 48_210 } };
    expect(nodeLetter(told, one).summary).toEqual([
      { term: "Datasets con series de tiempo", meaning: "4 en el catálogo, 3 en la API" },
      { term: "Series", meaning: "1.200 en el catálogo, 1.100 en la API" },
      { term: "Observaciones", meaning: "nuevas 5, cambiadas 2, quitadas 1; en la API 9.000" },
      { term: "Consultas a la API el 2026-07-08", meaning: "48.210" },
    ]);
  });
});

describe("globalLetter", () => {
  test("adds up the nodes that have figures, and names those that have none", () => {
    const nodes = [
      node("a", { indicators: { ...zeros, field_cant: 3 } }),
      node("b", { indicators: { ...zeros, field_cant: 4 }, faults: [fault()], warnings: ["b: ojo"] }),
      node("c", { indicators: null, faults: [fault({ level: "catalog" })] }),
    ];
    const letter = globalLetter({ ...report(...nodes), warnings: ["el registro"] });
    expect(letter.verdict.text).toBe("2 de 3 catálogos tienen algo que corregir.");
    expect(letter.toMend.map(({ catalog }) => catalog)).toEqual(["b", "c"]);
    expect(letter.toLookAt).toEqual(["el registro", "b: ojo"]);
    expect(letter.summary[1]).toEqual({ term: "Series", meaning: "0 en el catálogo, 7 en la API" });
    expect(letter.summary.at(-1)).toEqual({
      term: "Sin indicadores, porque no se pudieron leer",
      meaning: "c",
    });
    expect(letter.nodes!.rows.map(({ cells }) => cells)).toEqual([
      ["a", "0", "3", "0"],
      ["b", "1", "4", "0"],
      ["c", "1", "—", "—"],
    ]);
  });
});
