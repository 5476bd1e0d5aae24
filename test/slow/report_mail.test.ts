// A report as it reaches people: through a real mail server, and opened in a real browser, wide and on a telephone.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPORT_OPERATIONS } from "../../src/console/report_operations.ts";
import { smtpMail } from "../../src/host/mail.ts";
import { createAccounts, REPORT_RECIPIENTS } from "../../src/operation/accounts.ts";
import { createPasswords } from "../../src/operation/passwords.ts";
import { REPORT_FILES } from "../../src/operation/report_files.ts";
import { reportTask } from "../../src/operation/report_task.ts";
import { listReports, readReportFile } from "../../src/operation/reports.ts";
import { reportPage, reportPolicy } from "../../src/pages/report_page.tsx";
import { opsApp, ORIGIN } from "../console/ops_app.ts";
import { mailServer, type Received } from "../host/smtp_server.ts";
import { reportWorld } from "../operation/report_world.ts";
import { randomBytes } from "../operation/world.ts";
import { startChromium } from "./chromium.ts";

const SENDER = "series@datos.example";
const TITLE = "Catálogo con un nombre larguísimo_sin_espacios_".repeat(6);

async function mailedReport() {
  const { reporting, journal } = await reportWorld({ uno: { title: TITLE } });
  const { records } = reporting;
  const accounts = createAccounts(records, createPasswords(randomBytes, 2));
  await accounts.create({
    name: "ana",
    role: "viewer",
    email: "ana@datos.example",
    groups: [REPORT_RECIPIENTS],
  });
  const server = await mailServer();
  try {
    const mail = smtpMail({ url: `smtp://127.0.0.1:${server.port}`, from: `Series <${SENDER}>` });
    const task = reportTask({
      ...reporting,
      accounts,
      mail,
      sender: SENDER,
      envType: "prueba",
      writePage: reportPage,
    });
    await task({}, () => Promise.resolve());
  } finally {
    await server.close();
  }
  const context = {
    journal,
    records,
    envType: "prueba",
    writePage: reportPage,
    pagePolicy: await reportPolicy(),
  };
  const app = await opsApp(REPORT_OPERATIONS, context);
  const [report] = await listReports(journal, 1);
  return { reporting, received: server.received, app, id: String(report!.id) };
}

let mailed: Awaited<ReturnType<typeof mailedReport>>;
let browser: Browser;
beforeAll(async () => {
  mailed = await mailedReport();
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe("a report by mail", () => {
  test("arrives with its texts and its files, byte by byte", async () => {
    const [{ email, to }] = mailed.received as [Received];
    expect(to).toEqual(["ana@datos.example", SENDER]);
    expect(email.to!.map(({ address }) => address)).toEqual(["ana@datos.example"]);
    expect(email.subject).toBe("[prueba] Validación de series de tiempo: 2026-01-02 21:00:00");
    expect(email.text).toContain("2 de 3 catálogos tienen algo que corregir.");
    expect(email.attachments.map(({ filename }) => filename)).toEqual([...REPORT_FILES]);
    for (const { filename, content } of email.attachments) {
      const kept = await readReportFile(
        mailed.reporting,
        mailed.id,
        filename as (typeof REPORT_FILES)[number],
      );
      expect(new TextDecoder().decode(content as ArrayBuffer)).toBe(kept);
    }
  });

  test.each([1_200, 390, 320])("is read at a width of %d without turning to the side", async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.setContent(mailed.received[0]!.email.html!);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(asked).toEqual([]);
    // What is to be mended comes before any figure.
    expect(await page.locator("h2").allTextContents()).toEqual([
      "Qué hay que corregir",
      "Resumen",
      "Por catálogo",
      "Indicadores",
      "Qué quiere decir",
      "Archivos",
    ]);
    const size = "parseFloat(getComputedStyle(document.querySelector('.remedy')).fontSize)";
    expect(await page.evaluate(size)).toBeGreaterThanOrEqual(16);
    await page.close();
  });
});

test("the page of a report has its style where the policy is in force", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.route("**/*", async (route) => {
    const { pathname } = new URL(route.request().url());
    const answer = await mailed.app.ask("GET", pathname.replace("/api/ops", ""), { as: "viewer" });
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    });
  });
  await page.goto(`${ORIGIN}/api/ops/reports/${mailed.id}/page`);
  const edge = "getComputedStyle(document.querySelector('.verdict')).borderLeftColor";
  expect(await page.evaluate(edge)).toBe("rgb(179, 38, 30)");
  expect(complaints).toEqual([]);
  await page.close();
});
