// The tasks that mail: the report of a harvest and the integration test, over a small network and a mailbox in memory.

import { describe, expect, test } from "vitest";
import { INDICATOR_NAMES } from "../../src/core/indicators.ts";
import type { MailMessage } from "../../src/core/mail.ts";
import { Problem } from "../../src/core/problem.ts";
import type { Records } from "../../src/core/records.ts";
import type { IntegrationReport } from "../../src/ingest/integration_test.ts";
import { createAccounts, REPORT_RECIPIENTS } from "../../src/operation/accounts.ts";
import {
  INTEGRATION_TEST_RECIPIENTS,
  integrationTestTask,
} from "../../src/operation/integration_test_task.ts";
import { createPasswords } from "../../src/operation/passwords.ts";
import { REPORT_FILES } from "../../src/operation/report_files.ts";
import { mailAsSet, type Mailing, mailingAsSet } from "../../src/operation/report_mails.ts";
import { reportTask } from "../../src/operation/report_task.ts";
import { listReports } from "../../src/operation/reports.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";
import { reportWorld } from "./report_world.ts";
import { randomBytes } from "./world.ts";

const SENDER = "series@datos.example";

/** ana hears of everything, bea of uno and tres; carla of uno too, but was disabled; dora has no address. */
async function mailing(records: Records, refuse: (message: MailMessage) => boolean = () => false) {
  const accounts = createAccounts(records, createPasswords(randomBytes, 2));
  const groups = [REPORT_RECIPIENTS, INTEGRATION_TEST_RECIPIENTS];
  await accounts.create({ name: "ana", role: "viewer", email: "ana@datos.example", groups });
  await accounts.create({ name: "bea", role: "viewer", email: "bea@uno.example" });
  const carla = await accounts.create({ name: "carla", role: "viewer", email: "carla@uno.example" });
  await accounts.change("carla", carla.version, { disabled: true });
  await accounts.create({ name: "dora", role: "viewer" });
  for (const [id, admins] of Object.entries({ uno: ["bea", "carla", "dora", "nadie"], tres: ["bea"] })) {
    await records.write([{ kind: "node_details", id, version: 0, value: { admins } }]);
  }
  const sent: MailMessage[] = [];
  const lines: string[] = [];
  const settings: Mailing = {
    accounts,
    sender: SENDER,
    envType: "prueba",
    mail: {
      send(message) {
        if (refuse(message)) return Promise.reject(new Problem("unavailable", "El servidor no atiende"));
        sent.push(message);
        return Promise.resolve();
      },
    },
  };
  return { settings, sent, lines, tell: (line: string) => Promise.resolve(void lines.push(line)) };
}

async function reportMailing(refuse?: (message: MailMessage) => boolean) {
  const world = await reportWorld();
  const { settings, ...rest } = await mailing(world.reporting.records, refuse);
  const writePage = (_: unknown, title: string) => Promise.resolve(`<page of ${title}>`);
  const context = { ...world.reporting, ...settings, writePage };
  return { ...world, ...rest, context };
}

/** Of the second harvest, two days after midnight UTC of 1 January. */
const START = "2026-01-02 21:00:00";

describe("reportTask", () => {
  test("mails all to the group, and of each node to its administrators", async () => {
    const { context, sent, tell } = await reportMailing();
    const done = await reportTask(context)({}, tell);
    expect(sent.map(({ to, bcc, subject }) => [to, bcc, subject])).toEqual([
      [["ana@datos.example"], [SENDER], `[prueba] Validación de series de tiempo: ${START}`],
      [["bea@uno.example"], [SENDER], `[prueba] Validación de series de tiempo tres: ${START}`],
      [["bea@uno.example"], [SENDER], `[prueba] Validación de series de tiempo uno: ${START}`],
    ]);
    expect(done).toMatchObject({ mails: 3, harvest: 2 });
    expect(sent[0]!.html).toBe(`<page of [prueba] Validación de series de tiempo: ${START}>`);
  });

  test("attaches the files: all of them to all, their own to a node's", async () => {
    const { context, sent, tell } = await reportMailing();
    await reportTask(context)({}, tell);
    const attached = ({ attachments }: MailMessage, name: string) =>
      new TextDecoder().decode(attachments!.find(({ filename }) => filename === name)!.content);
    for (const mail of sent) {
      expect(mail.attachments!.map(({ filename }) => filename)).toEqual([...REPORT_FILES]);
    }
    const ids = (mail: MailMessage) =>
      attached(mail, "catalogs.csv").trim().split("\n").slice(1).map((row) => row.split(",")[0]);
    expect(sent.map(ids)).toEqual([["dos", "tres", "uno"], ["tres"], ["uno"]]);
    expect(attached(sent[0]!, "errors.log").split("\n\n")).toHaveLength(2);
    expect(attached(sent[2]!, "errors.log")).toMatch(/^Excepción en distrbución B\.1 del catálogo uno: /);
  });

  test("tells its log of nodes without figures and of those whom nobody hears of", async () => {
    const { context, lines, tell } = await reportMailing();
    await reportTask(context)({}, tell);
    expect(lines).toEqual([
      "tres: sin indicadores, porque su catálogo no se pudo leer",
      "Se envió el informe global a ana@datos.example",
      "Nadie recibe el informe de dos: ninguna cuenta tiene dirección de correo",
      "Se envió el informe de tres a bea@uno.example",
      "Se envió el informe de uno a bea@uno.example",
    ]);
  });

  test("of one node mails that one alone", async () => {
    const { context, sent, tell } = await reportMailing();
    await reportTask(context)({ node: "uno" }, tell);
    expect(sent.map(({ subject }) => subject)).toEqual([
      `[prueba] Validación de series de tiempo uno: ${START}`,
    ]);
  });

  test("has no mail of its own for a catalog that could never be read", async () => {
    const { context, sent, tell, store, run, nodes } = await reportMailing();
    const never = { catalogId: "nunca", url: "http://nunca.example/data.json" };
    await store.saveNodes([never]);
    await context.records.write([{
      kind: "node_details",
      id: "nunca",
      version: 0,
      value: { admins: ["bea"] },
    }]);
    await run([...nodes, never]);
    await reportTask(context)({}, tell);
    expect(sent.map(({ subject }) => /tiempo ?(\w*)/.exec(subject)![1])).toEqual(["", "tres", "uno"]);
    expect(sent[0]!.text).toContain("http://nunca.example/data.json");
  });

  test("sends nothing twice to a sender who is among those that receive it", async () => {
    const { context, sent, tell } = await reportMailing();
    await reportTask({ ...context, sender: "ana@datos.example" })({ node: "uno" }, tell);
    await reportTask({ ...context, sender: "bea@uno.example" })({ node: "uno" }, tell);
    expect(sent.map(({ bcc }) => bcc)).toEqual([["ana@datos.example"], []]);
  });

  test("keeps the report, and sends the other mails, where one cannot be sent", async () => {
    const { context, sent, tell, journal } = await reportMailing(({ subject }) => subject.includes(" tres:"));
    await expect(reportTask(context)({}, tell)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /^El informe \d+ quedó hecho, pero no se envió el informe de tres: El servidor no atiende$/,
      ),
    });
    expect(sent).toHaveLength(2);
    expect(await listReports(journal, 5)).toHaveLength(1);
  });

  test("gives up a mail server after three mails", async () => {
    let asked = 0;
    const { context, tell } = await reportMailing(() => ++asked > 0);
    await context.records.write([{
      kind: "node_details",
      id: "dos",
      version: 0,
      value: { admins: ["bea"] },
    }]);
    await expect(reportTask(context)({}, tell)).rejects.toThrow(/informe de uno: no se intentó$/);
    expect(asked).toBe(3);
  });

  test("without mail keeps the report and says so", async () => {
    const { context, lines, tell, journal } = await reportMailing();
    const { mail: _, ...silent } = context;
    expect(await reportTask(silent)({}, tell)).toMatchObject({ mails: 0 });
    expect(lines).toContain("No hay correo configurado: el informe queda en la consola");
    const [kept] = await listReports(journal, 5);
    expect(Object.keys(kept!.report.nodes[0]!.indicators!).sort()).toEqual([...INDICATOR_NAMES].sort());
  });

  test("lets bugs fly", async () => {
    const { context, tell } = await reportMailing();
    const writePage = () => Promise.reject(new TypeError("bug"));
    await expect(reportTask({ ...context, writePage })({}, tell)).rejects.toThrow(TypeError);
  });
});

describe("mailingAsSet", () => {
  const settle = async (mail?: { from: string | null; reports: boolean }) => {
    const world = await reportMailing();
    const { records } = world.reporting;
    if (mail) await records.write([{ kind: "setting", id: "mail", version: 0, value: mail }]);
    return { ...world, context: await mailingAsSet(world.context, records) };
  };

  test.each([
    { why: "before operators say anything", mail: undefined, from: undefined, copy: SENDER },
    {
      why: "with the sender of the environment",
      mail: { from: null, reports: true },
      from: undefined,
      copy: SENDER,
    },
    {
      why: "with a sender of theirs",
      mail: { from: "Datos <datos@otra.example>", reports: true },
      from: "Datos <datos@otra.example>",
      copy: "datos@otra.example",
    },
  ])("sends reports $why, who gets a copy", async ({ mail, from, copy }) => {
    const { context, sent, tell } = await settle(mail);
    await reportTask(context)({}, tell);
    expect(sent.length).toBeGreaterThan(0);
    for (const message of sent) expect([message.from, message.bcc]).toEqual([from, [copy]]);
  });

  test("keeps reports in where operators say so, and the report is made all the same", async () => {
    const { context, sent, lines, tell, journal } = await settle({ from: null, reports: false });
    await reportTask(context)({}, tell);
    expect(sent).toEqual([]);
    expect(lines).toContain(
      "Los ajustes no dejan salir informes por correo: el informe queda en la consola",
    );
    expect(await listReports(journal, 9)).toHaveLength(1);
  });

  test("mailAsSet writes from whom operators say at that moment, whatever becomes of reports", async () => {
    const records = memoryRecords();
    await records.write([{ kind: "setting", id: "mail", version: 0, value: { from: null, reports: false } }]);
    const told: (string | undefined)[] = [];
    const own = mailAsSet({ send: ({ from }) => Promise.resolve(void told.push(from)) }, records);
    const message = { to: ["ana@datos.example"], subject: "s", text: "t" };
    await own.send(message);
    await records.write([{
      kind: "setting",
      id: "mail",
      version: 1,
      value: { from: "a@b.example", reports: false },
    }]);
    await own.send(message);
    expect(told).toEqual([undefined, "a@b.example"]);
  });
});

describe("integrationTestTask", () => {
  const mismatch = {
    seriesId: "a1",
    errorPercent: 12.5,
    apiUrl: "http://api.example/series/api/series/?ids=a1",
    distributionUrl: "http://files.example/A.1.csv",
  };
  const report = (more: Partial<IntegrationReport> = {}): IntegrationReport => ({
    series: 8,
    fed: 0,
    skipped: [],
    mismatches: [],
    unfinished: 0,
    ...more,
  });

  async function testing(given: IntegrationReport | Problem, hasDump = true) {
    const { settings, sent, lines, tell } = await mailing(memoryRecords());
    const asked: (string | undefined)[] = [];
    const context = {
      ...settings,
      hasDump: () => Promise.resolve(hasDump),
      compare(node?: string) {
        asked.push(node);
        return given instanceof Problem ? Promise.reject(given) : Promise.resolve(given);
      },
    };
    return { context, sent, lines, asked, tell };
  }

  test("mails what differs, with the file", async () => {
    const { context, sent, tell, asked } = await testing(report({ mismatches: [mismatch] }));
    expect(await integrationTestTask(context)({ node: "uno" }, tell)).toEqual({
      series: 8,
      fed: 0,
      mismatches: 1,
      skipped: 0,
      mails: 1,
    });
    expect(asked).toEqual(["uno"]);
    expect(sent).toMatchObject([{
      to: ["ana@datos.example"],
      bcc: [SENDER],
      subject: "[prueba] API Series de Tiempo: Test de integración",
      text: expect.stringMatching(
        /^Errores en los datos de las series detectados\. Ver el archivo adjunto\n/,
      ),
    }]);
    expect(sent[0]!.attachments!.map(({ filename }) => filename)).toEqual(["errors.csv"]);
    expect(new TextDecoder().decode(sent[0]!.attachments![0]!.content)).toBe(
      "serie_id,error_pct,api_url,distribution_url\r\n" +
        "a1,12.50,http://api.example/series/api/series/?ids=a1,http://files.example/A.1.csv\r\n",
    );
  });

  test("mails nothing where all agree, and tells why series were skipped", async () => {
    const skipped = ["b", "c"].map((seriesId) => ({ seriesId, reason: "HTTP 404" }));
    const { context, sent, lines, tell } = await testing(report({ skipped, fed: 3 }));
    await integrationTestTask(context)({}, tell);
    expect(sent).toEqual([]);
    expect(lines).toEqual([
      "Series: 8; distintas de su archivo: 0; salteadas: 2",
      "Sin comparar, porque esta instalación trae sus archivos: 3",
      "Salteadas 2, como b: HTTP 404",
    ]);
  });

  test("mails what differs of a comparison that the time was too short for, and fails", async () => {
    const { context, sent, tell } = await testing(report({ mismatches: [mismatch], unfinished: 5 }));
    await expect(integrationTestTask(context)({}, tell)).rejects.toMatchObject({
      code: "unavailable",
      message: "La comparación no terminó a tiempo: faltaron 5 series",
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]!.text).toContain(
      "De 3 series comparadas con el archivo de su publicador, 1 no coinciden.",
    );
  });

  test("ends without asking the API where there is no dump yet", async () => {
    const { context, lines, asked, tell } = await testing(report(), false);
    await integrationTestTask(context)({}, tell);
    expect(asked).toEqual([]);
    expect(lines).toEqual(["Todavía no hay un dump de metadatos: no hay con qué comparar"]);
  });

  test("is Problem unavailable where the API does not answer, or the mail cannot be sent", async () => {
    const lost = await testing(new Problem("unavailable", "no responde"));
    await expect(integrationTestTask(lost.context)({}, lost.tell)).rejects.toMatchObject({
      message: "no responde",
    });
    const { context, tell } = await testing(report({ mismatches: [mismatch] }));
    const mail = { send: () => Promise.reject(new Problem("unavailable", "no atiende")) };
    await expect(integrationTestTask({ ...context, mail })({}, tell)).rejects.toMatchObject({
      code: "unavailable",
      message: "La comparación terminó, pero no se envió el aviso: no atiende",
    });
  });
});
