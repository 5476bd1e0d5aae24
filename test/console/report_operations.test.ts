// The rows of reports over HTTP: the list, one as JSON, its page and its files.

import { beforeAll, describe, expect, test } from "vitest";
import { REPORT_OPERATIONS } from "../../src/console/report_operations.ts";
import { REPORT_FILES } from "../../src/operation/report_files.ts";
import { readReportFile } from "../../src/operation/reports.ts";
import { reportPage, reportPolicy } from "../../src/pages/report_page.tsx";
import { reportedWorld } from "../operation/report_world.ts";
import { opsApp } from "./ops_app.ts";

async function reportApp() {
  const world = await reportedWorld({ uno: { title: "<b>Uno</b>" } });
  const { journal, reporting } = world;
  const context = {
    journal,
    records: reporting.records,
    envType: "prueba",
    writePage: reportPage,
    pagePolicy: await reportPolicy(),
  };
  // The records of the accounts are those of the reports too.
  const app = await opsApp(REPORT_OPERATIONS, context, { overRecords: () => reporting.records });
  return { ...world, ...app, path: `/reports/${world.made.id}` };
}

let app: Awaited<ReturnType<typeof reportApp>>;
beforeAll(async () => {
  app = await reportApp();
});
const get = (path: string) => app.ask("GET", path, { as: "viewer" });

describe("/api/ops/reports", () => {
  test("lists reports with their figures", async () => {
    const { reports } = await (await get("/reports")).json();
    expect(reports).toMatchObject([{
      id: app.made.id,
      harvest_run: app.runs[1],
      made_at: "2026-07-09T03:30:00.000Z",
      node: null,
      nodes: 3,
      faults: 2,
      queries_yesterday: null,
      indicators: { series_indexables_cant: 7, observaciones_cant: 27 },
    }]);
  });

  test("answers one, with all its nodes", async () => {
    const report = await (await get(app.path)).json();
    expect(report.nodes.map(({ catalog_id }: { catalog_id: string }) => catalog_id)).toEqual([
      "dos",
      "tres",
      "uno",
    ]);
    expect(report.nodes[1].indicators).toBeNull();
    expect(report.nodes[2].faults).toEqual([{
      level: "distribution",
      dataset_id: "B",
      distribution_id: "B.1",
      dataset_title: "Dataset B",
      distribution_title: "",
      url: "http://files.example/B.1.csv",
      errors: [{
        text: "'b2' tiene valores no numericos: '1 n/d 3'",
        heading: "Valores que no son números",
        remedy:
          "Escriba los números con punto decimal y sin separador de miles, y deje vacía la celda sin dato",
      }],
      earlier: false,
    }]);
    expect(await (await get(`${app.path}/nodes/uno`)).json()).toEqual(report.nodes[2]);
  });

  test.each([
    { node: undefined, title: "[prueba] Validación de series de tiempo: 2026-01-02 21:00:00" },
    { node: "uno", title: "[prueba] Validación de series de tiempo uno: 2026-01-02 21:00:00" },
  ])("answers the page of $node, which runs and loads nothing", async ({ node, title }) => {
    const response = await get(`${app.path}/page${node === undefined ? "" : `?node=${node}`}`);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toBe(await reportPolicy());
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const page = await response.text();
    expect(page).toContain(`<title>${title}</title>`);
    expect(page).toContain("&lt;b&gt;Uno&lt;/b&gt;");
    expect(page).not.toContain("<b>Uno</b>");
  });

  test.each(REPORT_FILES)("answers %s as a file", async (name) => {
    const response = await get(`${app.path}/files/${name}?node=uno`);
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(await response.text()).toBe(await readReportFile(app.reporting, String(app.made.id), name, "uno"));
  });

  test.each([
    "/reports/0",
    "/reports/x",
    "/reports/0/page",
    "{report}/page?node=nada",
    "{report}/nodes/nada",
    "{report}/files/otro.csv",
    "{report}/files/series.csv?node=nada",
  ])("is 404 for %s", async (path) => {
    expect((await get(path.replace("{report}", app.path))).status).toBe(404);
  });

  test("is nothing for strangers", async () => {
    for (const path of ["/reports", app.path, `${app.path}/page`, `${app.path}/files/series.csv`]) {
      expect((await app.ask("GET", path)).status).toBe(401);
    }
  });
});
