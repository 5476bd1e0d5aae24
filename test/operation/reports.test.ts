// Reports of harvests over a small network: indicators counted by hand, files line by line, what is kept.

import { beforeAll, describe, expect, test } from "vitest";
import { INDICATOR_NAMES, type Indicators } from "../../src/core/indicators.ts";
import { globalIndicators } from "../../src/core/indexing_report.ts";
import { REPORT_FILES } from "../../src/operation/report_files.ts";
import { listReports, makeReport, readReport, readReportFile } from "../../src/operation/reports.ts";
import { catalogText, csvText, csvUrl, field } from "../ingest/harvest_world.ts";
import { NIGHT, reportedWorld, reportWorld } from "./report_world.ts";

let world: Awaited<ReturnType<typeof reportedWorld>>;
beforeAll(async () => {
  world = await reportedWorld();
});
const indicatorsOf = (catalogId: string) =>
  world.made.report.nodes.find((node) => node.catalogId === catalogId)!.indicators;

/** Of the second harvest: uno, dos. */
const FIGURES: Readonly<Record<keyof Indicators, readonly [uno: number, dos: number]>> = {
  // The catalog has federable datasets: as a new one it would not count.
  catalogos_nuevos_cant: [0, 0],
  catalogos_actualizados_cant: [1, 1],
  catalogos_no_actualizados_cant: [0, 0],
  catalogos_cant: [1, 1],
  catalogos_error_cant: [1, 0],
  // A B P are federable, C N O are not.
  datasets_nuevos_cant: [1, 0], // C
  datasets_actualizados_cant: [1, 1], // A
  datasets_no_actualizados_cant: [1, 0], // B
  datasets_indexables_discontinuados_cant: [1, 0], // P
  datasets_indexables_cant: [3, 1],
  datasets_no_indexables_anteriores_cant: [1, 0], // N
  datasets_no_indexables_discontinuados_cant: [1, 0], // O
  datasets_no_indexables_cant: [3, 0],
  datasets_disponibles_cant: [4, 1], // A B C N
  datasets_cant: [5, 1], // all but C were indexed once
  datasets_error_cant: [1, 0], // B
  distribuciones_nuevas_cant: [1, 0], // C.1
  distribuciones_actualizadas_cant: [1, 1], // A.1
  distribuciones_no_actualizadas_cant: [1, 0], // B.1
  distribuciones_indexables_discontinuadas_cant: [2, 0], // A.2 P.1
  distribuciones_indexables_cant: [4, 1],
  distribuciones_no_indexables_anteriores_cant: [1, 0],
  distribuciones_no_indexables_discontinuadas_cant: [1, 0],
  distribuciones_no_indexables_cant: [3, 0],
  distribuciones_disponibles_cant: [4, 1], // A.1 B.1 C.1 N.1
  distribuciones_cant: [6, 1],
  distribuciones_error_cant: [1, 0],
  series_nuevas_cant: [1, 0], // c1
  series_actualizadas_cant: [1, 1], // a1
  series_no_actualizadas_cant: [3, 0], // a2 b1 b2
  series_indexables_discontinuadas_cant: [2, 0], // a3 p1
  series_indexables_cant: [6, 1],
  series_no_indexables_anteriores_cant: [1, 0], // n1
  series_no_indexables_discontinuadas_cant: [1, 0], // o1
  series_no_indexables_cant: [3, 0],
  series_disponibles_cant: [5, 1], // a1 a2 b1 c1 n1: b2 says that it is text
  field_cant: [8, 1], // a1 a2 a3 b1 b2 n1 o1 p1
  series_error_cant: [2, 0], // b1 b2, and not the index of B.1
  observaciones_nuevas_cant: [1, 0],
  observaciones_cambiadas_cant: [1, 0],
  observaciones_quitadas_cant: [0, 1],
  observaciones_cant: [25, 2], // seven series of three and a1 of four; d1 has two left
};

describe("makeReport", () => {
  test("knows an indicator for each of the table", () => {
    expect([...INDICATOR_NAMES].sort()).toEqual(Object.keys(FIGURES).sort());
  });

  test.each(Object.entries(FIGURES))("counts %s as %j", (name, [uno, dos]) => {
    const of = name as keyof Indicators;
    expect([indicatorsOf("uno")?.[of], indicatorsOf("dos")?.[of]]).toEqual([uno, dos]);
    expect(globalIndicators(world.made.report)[of]).toBe(uno + dos);
  });

  test("has no indicators of a catalog that could not be read, and tells why", () => {
    const tres = world.made.report.nodes[1]!;
    expect(tres).toMatchObject({ catalogId: "tres", indicators: null });
    expect(tres.faults).toMatchObject([{ level: "catalog", errors: ["HTTP 404"], isEarlier: false }]);
    expect(tres.faults[0]!.advice[0]!.remedy).toMatch(/^Revise que la dirección/);
  });

  test("tells of each fault its place and how to mend it", () => {
    const uno = world.made.report.nodes[2]!;
    expect(uno.faults).toEqual([{
      level: "distribution",
      catalogId: "uno",
      datasetId: "B",
      distributionId: "B.1",
      datasetTitle: "Dataset B",
      distributionTitle: "",
      url: csvUrl("B.1"),
      errors: ["'b2' tiene valores no numericos: '1 n/d 3'"],
      advice: [{
        heading: "Valores que no son números",
        remedy:
          "Escriba los números con punto decimal y sin separador de miles, y deje vacía la celda sin dato",
      }],
      isEarlier: false,
    }]);
  });

  test("tells of the last harvest that read values, not of one of metadata alone", async () => {
    const { run, nodes, reporting, runs } = await reportWorld();
    await run(nodes, { onlyMetadata: true });
    expect((await makeReport(reporting)).report.run).toBe(runs[1]);
  });

  test("counts queries of the day before, in Buenos Aires, where somebody does", async () => {
    expect(world.made.report.queries).toBeNull();
    const asked: number[] = [];
    const queriesOn = (day: number) => {
      asked.push(day);
      return Promise.resolve(1_234);
    };
    const { report } = await makeReport({ ...world.reporting, queriesOn });
    expect(report.queries).toEqual({ day: "2026-07-08", count: 1_234 });
    expect(asked).toEqual([Date.UTC(2026, 6, 8) / 86_400_000]);
  });

  test("tells nothing but of the node that is asked for", async () => {
    const { report } = await makeReport(world.reporting, "dos");
    expect(report.nodes.map(({ catalogId }) => catalogId)).toEqual(["dos"]);
    await expect(makeReport(world.reporting, "nada")).rejects.toMatchObject({ code: "conflict" });
  });

  test("is Problem conflict before the first harvest", async () => {
    const empty = await reportWorld();
    const journal = { ...empty.journal, runs: () => Promise.resolve([]) };
    await expect(makeReport({ ...empty.reporting, journal })).rejects.toMatchObject({ code: "conflict" });
  });

  test("tells of the widest harvest since the last report, not of a distribution read again by hand", async () => {
    const { run, runs, reporting, nodes } = await reportWorld();
    await run([nodes[2]!], { only: { catalogId: "uno", datasetId: "A", distributionId: "A.1" } });
    expect((await makeReport(reporting)).report.run).toBe(runs[1]);
    const again = await run([nodes[2]!], {
      only: { catalogId: "uno", datasetId: "A", distributionId: "A.1" },
    });
    expect((await makeReport(reporting)).report.run).toBe(again.run);
  });

  test("goes on telling of what was refused by a reading before", async () => {
    const { run, reporting, nodes, files } = await reportWorld();
    files.delete(nodes[2]!.url);
    await run(nodes);
    const { report } = await makeReport(reporting);
    const { faults, indicators } = report.nodes[2]!;
    expect(indicators).toBeNull();
    expect(faults.map(({ level, isEarlier, errors }) => [level, isEarlier, errors[0]])).toEqual([
      ["catalog", false, "HTTP 404"],
      ["distribution", true, "'b2' tiene valores no numericos: '1 n/d 3'"],
    ]);
  });

  test("takes the nodes of the harvest where the store has none of its own", async () => {
    const { reporting, store } = await reportWorld();
    const bundled = { ...store, nodes: () => Promise.resolve([]) };
    const { report } = await makeReport({ ...reporting, store: bundled });
    expect(report.nodes.map(({ catalogId }) => catalogId)).toEqual(["dos", "tres", "uno"]);
  });
});

const HEADER = "identifier,title,description,actualizado,indexable,discontinuado,error,error_mensaje";
const NUMERIC = "'b2' tiene valores no numericos: '1 n/d 3'";

/** Files of uno, by the table of its entities. */
const UNO: Readonly<Record<(typeof REPORT_FILES)[number], string>> = {
  "catalogs.csv": `${HEADER}\nuno,Catálogo Uno,,True,True,False,True,${NUMERIC}\n`,
  "datasets.csv": [
    HEADER,
    "A,Dataset A,,True,True,False,False,",
    `B,Dataset B,,False,True,False,True,${NUMERIC}`,
    "C,Dataset C,,True,False,False,False,",
    "N,Dataset N,,False,False,False,False,",
    "O,Dataset O,,False,False,True,False,",
    "P,Dataset P,,False,True,True,False,",
    "",
  ].join("\n"),
  "distributions.csv": [
    HEADER,
    "A.1,,,True,True,False,False,",
    "A.2,,,False,True,True,False,",
    `B.1,,,False,True,False,True,${NUMERIC}`,
    "C.1,,,True,False,False,False,",
    "N.1,,,False,False,False,False,",
    "O.1,,,False,False,True,False,",
    "P.1,,,False,True,True,False,",
    "",
  ].join("\n"),
  "series.csv": [
    HEADER,
    "a1,a1,Serie a1,True,True,False,False,",
    "a2,a2,Serie a2,False,True,False,False,",
    "a3,a3,Serie a3,False,True,True,False,",
    // Refused with its distribution, though nothing is wrong with it.
    "b1,b1,Serie b1,False,True,False,True,",
    `b2,b2,Serie b2,False,True,False,True,${NUMERIC}`,
    "c1,c1,Serie c1,True,False,False,False,",
    "n1,n1,Serie n1,False,False,False,False,",
    "o1,o1,Serie o1,False,False,True,False,",
    "p1,p1,Serie p1,False,True,True,False,",
    "",
  ].join("\n"),
  "errors.log": `Excepción en distrbución B.1 del catálogo uno: ${NUMERIC} [${csvUrl("B.1")}]`,
};

describe("files of a report", () => {
  const file = (name: (typeof REPORT_FILES)[number], node?: string) =>
    readReportFile(world.reporting, String(world.made.id), name, node);

  test.each(REPORT_FILES)("%s of a node has its own entities alone", async (name) => {
    expect(await file(name, "uno")).toBe(UNO[name]);
  });

  test("of all nodes are the nodes' one after the other", async () => {
    expect(await file("datasets.csv")).toBe([
      HEADER,
      "D,Dataset D,,True,True,False,False,",
      "T,Dataset T,,False,True,False,False,",
      ...UNO["datasets.csv"].split("\n").slice(1),
    ].join("\n"));
    expect(await file("errors.log")).toBe(
      "Error en la lectura del catálogo tres: HTTP 404 [http://tres.example/data.json]\n\n" +
        UNO["errors.log"],
    );
  });

  test("compute nothing in a spreadsheet, whatever a publisher writes", async () => {
    const { made } = await reportedWorld({ uno: { title: '=HYPERLINK("x")', description: "+1, a" } });
    const [, row] = made.files.get("uno")!["catalogs.csv"].split("\n");
    expect(row).toBe(`uno,"'=HYPERLINK(""x"")","'+1, a",True,True,False,True,${NUMERIC}`);
  });

  test("are kept of the last ten reports", async () => {
    const { reporting } = await reportWorld();
    const first = await makeReport(reporting);
    for (let i = 0; i < 9; i++) await makeReport(reporting);
    expect(await readReportFile(reporting, String(first.id), "series.csv", "dos")).toMatch(/^identifier,/);
    await makeReport(reporting);
    await expect(readReportFile(reporting, String(first.id), "series.csv", "dos")).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await reporting.records.records("report_files")).toHaveLength(30);
    expect((await readReport(reporting.journal, String(first.id))).report).toEqual(first.report);
  });
});

describe("readReport", () => {
  test("answers what was made, and lists it", async () => {
    const { reporting, made } = await reportedWorld();
    const { id, madeAt, report } = made;
    expect(await readReport(reporting.journal, String(id))).toEqual({ id, madeAt, report });
    expect(madeAt).toBe(NIGHT);
    const later = await makeReport(reporting, "uno");
    expect((await listReports(reporting.journal, 5)).map(({ id, node }) => [id, node])).toEqual([
      [later.id, "uno"],
      [id, undefined],
    ]);
  });

  test.each(["0", "x", "1e1", "99999999999999999"])("is Problem not_found for %j", async (id) => {
    await expect(readReport(world.journal, id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("is Problem not_found for a run of another kind, and for a report that did not end", async () => {
    const { reporting, runs, journal } = await reportWorld();
    await expect(readReport(journal, String(runs[0]))).rejects.toMatchObject({ code: "not_found" });
    const { id } = await journal.startRun("report", NIGHT);
    await expect(readReport(journal, String(id))).rejects.toMatchObject({ code: "not_found" });
    expect(await listReports(reporting.journal, 5)).toEqual([]);
  });
});

test("a series that was renamed in its file is one series", async () => {
  const { run, serve, reporting, nodes } = await reportWorld();
  serve("dos", catalogText({ D: { "D.1": [field("d1", { title: "otra" })] } }), {
    "D.1": csvText({ otra: [1, 2] }),
  });
  await run(nodes);
  const { files, report } = await makeReport(reporting);
  expect(files.get("dos")!["series.csv"]).toBe(`${HEADER}\nd1,otra,Serie d1,True,True,False,False,\n`);
  expect(report.nodes[0]!.indicators).toMatchObject({ series_indexables_cant: 1, field_cant: 1 });
});
