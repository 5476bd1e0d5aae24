// Pages of sequences and runs over the whole operation API: who sees and may what, one history of all runs, logs by
// pages, why a run failed, and texts of strangers.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAILY, etlProjectFolder } from "../console/etl_world.ts";
import { type Browser, consoleWorld, formsOf, linksOf } from "./console_world.ts";

const HOSTILE = `<img src=x onerror="alert(1)">&'"</title><script>alert(2)</script>`;

let folder: string;
let world: Awaited<ReturnType<typeof consoleWorld>>;
let operator: Browser;
let viewer: Browser;
beforeAll(async () => {
  folder = await etlProjectFolder({
    "etl_sequences/odd.json": [{ module_name: "copy", input: HOSTILE }],
  });
  world = await consoleWorld({ etlFolder: folder });
  [operator, viewer] = [await world.browser("operator"), await world.browser("viewer")];
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const start = async (name: string): Promise<number> =>
  (await world.etl.desk.start(name, { by: "ana" })).run.id;

/** A run of `two` whose second step failed with these last words. */
async function failedRun(message: string): Promise<number> {
  const id = await start("two");
  await world.etl.end(await world.etl.begin(id));
  const attempt = await world.etl.begin(id);
  await world.etl.say(attempt, [message], "stderr");
  await world.etl.end(attempt, { status: "FAILURE", exitCode: 3, reason: "exit_code", message });
  await world.etl.close(id, "FAILURE");
  return id;
}

describe("roles", () => {
  test("viewer sees every page and finds nothing to press", async () => {
    const failed = await failedRun("no");
    const running = await start("two");
    await world.etl.begin(running);
    for (
      const at of [
        "corridas",
        `corridas/${failed}`,
        `corridas/${running}`,
        "secuencias",
        "secuencias/two",
        "horarios",
        "trabajadores",
      ]
    ) {
      const page = await viewer.visit(`/consola/${at}`);
      expect([at, page.status]).toEqual([at, 200]);
      const actions = formsOf(page.html).map(({ action }) => action);
      expect([at, actions]).toEqual([at, ["/consola/salir"]]);
      expect(linksOf(page.html).filter((href) => /todas|completar/.test(href))).toEqual([]);
    }
    for (const at of ["corridas/todas/cancelar", "secuencias/daily/completar"]) {
      expect([at, (await viewer.visit(`/consola/${at}`)).status]).toEqual([at, 403]);
    }
    await world.etl.close(running, "CANCELLED");
  });
});

describe("the history", () => {
  test("has all runs, of sequences and others, once each over all its pages", async () => {
    for (let i = 0; i < 70; i++) {
      const id = await start("fails");
      await world.etl.close(id, "SUCCESS");
    }
    for (let i = 0; i < 60; i++) {
      const run = await world.journal.startRun("harvest", Date.now() - i * 1_000);
      await world.journal.finishRun(run.id, "SUCCESS", Date.now(), null);
    }
    const seen: string[] = [];
    let at: string | undefined = "/consola/corridas?status=SUCCESS";
    let pages = 0;
    while (at !== undefined) {
      const page = await viewer.visit(at);
      const table = /<table[^]*<\/table>/.exec(page.html)![0];
      const rows = linksOf(table).filter((href) => /\/(corridas|tareas)\/\d+$/.test(href));
      expect(rows.length).toBeLessThanOrEqual(50);
      seen.push(...rows);
      [at] = linksOf(/<a [^>]*rel="next"[^>]*>/.exec(page.html)?.[0] ?? "");
      pages++;
    }
    const etl = (await world.etl.store.runs({ statuses: ["SUCCESS"], limit: 1_000 })).map(({ id }) =>
      `/consola/corridas/${id}`
    );
    const kinds = ["task", "synchronizer", "harvest", "publish", "dump", "report"] as const;
    const others = (await world.journal.history({ kinds, statuses: ["SUCCESS"], limit: 1_000 }))
      .map(({ id }) => `/consola/tareas/${id}`);
    expect(pages).toBe(Math.ceil((etl.length + others.length) / 50));
    expect(seen.filter((href) => href.includes("/corridas/"))).toEqual(etl);
    expect(seen.filter((href) => href.includes("/tareas/"))).toEqual(others);
  });

  test.each([
    ["kind=etl", /\/corridas\/\d+$/, /\/tareas\/\d+$/],
    ["kind=harvest", /\/tareas\/\d+$/, /\/corridas\/\d+$/],
    ["trigger=manual", /\/corridas\/\d+$/, /\/tareas\/\d+$/],
    ["name=fails", /\/corridas\/\d+$/, /\/tareas\/\d+$/],
  ])("is narrowed by %s", async (query, shown, hidden) => {
    const { html } = await viewer.visit(`/consola/corridas?${query}`);
    const links = linksOf(/<table[^]*<\/table>/.exec(html)![0]);
    expect(links.some((href) => shown.test(href))).toBe(true);
    expect(links.some((href) => hidden.test(href))).toBe(false);
  });

  test("is narrowed by days of Buenos Aires, the last one included", async () => {
    const at = Date.parse("2031-05-06T23:30:00-03:00");
    const { run } = (await world.etl.store.run(await start("two")))!;
    const draft = { name: "two", snapshot: run.snapshot, trigger: "manual", attempts: [] } as const;
    const { run: { id } } = await world.etl.store.addRun({ ...draft, requestedAt: at });
    const shows = async (from: string, to: string) =>
      (await viewer.visit(`/consola/corridas?from=${from}&to=${to}&kind=etl`)).html.includes(`#${id} ·`);
    expect(await shows("2031-05-06", "2031-05-06")).toBe(true);
    expect(await shows("2031-05-07", "2031-05-07")).toBe(false);
    await world.etl.close(id, "CANCELLED");
  });

  test("tells how many match before all are cancelled", async () => {
    const ids = [await start("daily"), await start("daily")];
    const page = await operator.visit("/consola/corridas/todas/cancelar?name=daily");
    expect(page.text).toContain("Coinciden 2 corridas sin terminar");
    const done = await operator.submit(page, "/consola/corridas/todas/cancelar?name=daily");
    expect(done.text).toContain("2 corridas se cancelan.");
    for (const id of ids) expect((await world.etl.store.run(id))!.run.cancelAskedBy).toBe("operator");
    for (const id of ids) await world.etl.close(id, "CANCELLED");
  });
});

describe("a run", () => {
  test("tells why it failed, what did not run, and what to do", async () => {
    const id = await failedRun('falta la columna "x"');
    const { text, html } = await operator.visit(`/consola/corridas/${id}`);
    expect(text).toContain("Por qué falló");
    expect(text).toMatch(/Falló el paso\s+2 \(copy\), código 3/);
    expect(text).toContain('falta la columna "x"');
    expect(text).toContain("Qué hacer:");
    expect(text).toContain("postgresql://ana:***@db.example/x");
    expect(html).not.toContain("s3cr3ta");
    const english = (await operator.visit(`/consola/corridas/${id}?lang=en`)).text;
    expect(english).toContain("Why it failed");
    await operator.visit("/consola?lang=es");
  });

  test("is taken up once, however often its form is sent; both lead to each other", async () => {
    const id = await failedRun("no");
    const page = await operator.visit(`/consola/corridas/${id}`);
    const first = await operator.submit(page, `/consola/corridas/${id}/retomar`);
    const again = await operator.submit(page, `/consola/corridas/${id}/retomar`);
    expect(again.path).toBe(first.path);
    expect(linksOf(first.html)).toContain(`/consola/corridas/${id}`);
    expect(linksOf((await operator.visit(`/consola/corridas/${id}`)).html)).toContain(first.path);
    expect(first.text).toContain("ya estaba hecho");
  });

  test("tells why it cannot be taken up, where it was asked", async () => {
    const id = await start("two");
    const page = await operator.visit(`/consola/corridas/${await failedRun("no")}`);
    const form = formsOf(page.html).find(({ action }) => action.endsWith("/retomar"))!;
    const csrf = form.fields.find(([name]) => name === "csrf")![1];
    const cookie = [...operator.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await world.request(`/consola/corridas/${id}/retomar`, {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrf }).toString(),
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/consola/corridas/${id}`]);
    const cookies = answer.headers.getSetCookie().map((one) => decodeURIComponent(one)).join();
    expect(cookies).toContain("aún no terminó");
    await world.etl.close(id, "CANCELLED");
  });

  test("shows the end of a long log, and older lines by pages", async () => {
    const id = await start("two");
    const attempt = await world.etl.begin(id);
    await world.etl.say(attempt, Array.from({ length: 1_200 }, (_, i) => `n${i}`));
    const linesAt = async (path: string) => {
      const page = await viewer.visit(path);
      const lines = [...page.html.matchAll(/data-line="(\d+)"[^]*?<code>([^<]*)<\/code>/g)];
      for (const [, line, text] of lines) expect(text).toBe(`n${line}`);
      return { page, from: Number(lines[0]![1]), count: lines.length };
    };
    const last = await linesAt(`/consola/corridas/${id}`);
    expect([last.from, last.count]).toEqual([700, 500]);
    expect(last.page.text).toContain("701–1200 de 1200");
    const older = linksOf(last.page.html).find((href) => href.includes("desde=200"))!;
    const middle = await linesAt(older.replace(/#.*/, ""));
    expect([middle.from, middle.count]).toEqual([200, 500]);
    const links = linksOf(middle.page.html);
    expect([links.some((href) => href.includes("desde=0")), links.some((href) => href.includes("desde=700"))])
      .toEqual([true, true]);
    await world.etl.close(id, "CANCELLED");
  });

  test("without scripts asks again by itself, unless it is told not to follow", async () => {
    const id = await start("two");
    await world.etl.say(await world.etl.begin(id), ["a"]);
    const refreshes = async (path: string) =>
      (await viewer.visit(path)).html.includes('http-equiv="refresh"');
    expect(await refreshes(`/consola/corridas/${id}`)).toBe(true);
    expect(await refreshes(`/consola/corridas/${id}?seguir=no`)).toBe(false);
    await world.etl.close(id, "CANCELLED");
    expect(await refreshes(`/consola/corridas/${id}`)).toBe(false);
  });

  test("tells what changed only of what a publication tells; the rest as JSON", async () => {
    const id = await start("two");
    const first = await world.etl.begin(id);
    await world.etl.end(first, { summary: { series: { new: HOSTILE }, changes: "x", values: {} } });
    const second = await world.etl.begin(id);
    await world.etl.end(second, {
      summary: {
        catalog: "smn",
        distribution: "1.1",
        run: 9,
        series: { new: 1, changed: 2, unchanged: 3 },
        values: { new: 4, changed: 5, removed: 6 },
        changes: [{
          id: "a/b",
          new: 4,
          changed: 0,
          removed: 0,
          samples: [{ period: "2026-07", before: null, after: 1234.5 }],
        }],
        changes_left_out: 7,
      },
    });
    await world.etl.close(id, "SUCCESS");
    const { html, text } = await viewer.visit(`/consola/corridas/${id}`);
    expect(html).not.toContain(HOSTILE);
    expect(text).toContain(
      "1 series nuevas, 2 cambiadas, 3 iguales. 4 valores nuevos, 5 cambiados, 6 quitados.",
    );
    expect(text).toContain("2026-07: sin valor → 1.234,5");
    expect(text).toContain("Y 7 series más");
    expect(linksOf(html)).toContain("/serie/a%2Fb");
    expect(linksOf(html)).toContain("/consola/tareas/9");
  });

  test.each(["999999", "x", "0", "..%2F1"])("%s is 404", async (id) => {
    expect((await viewer.visit(`/consola/corridas/${id}`)).status).toBe(404);
  });
});

describe("texts of strangers", () => {
  test("are text in every page", async () => {
    const id = await start("odd");
    const attempt = await world.etl.begin(id);
    await world.etl.say(attempt, [HOSTILE]);
    await world.etl.end(attempt, { status: "FAILURE", exitCode: 1, reason: "exit_code", message: HOSTILE });
    await world.etl.close(id, "FAILURE");
    const query = encodeURIComponent(HOSTILE);
    for (
      const at of [
        "corridas",
        `corridas?name=${query}`,
        `corridas/todas/cancelar?name=${query}`,
        `corridas/${id}`,
        "secuencias/odd",
        "trabajadores",
      ]
    ) {
      const { html, status } = await operator.visit(`/consola/${at}`);
      expect([at, status]).toEqual([at, 200]);
      expect([at, /<img src=x|<script>alert/.test(html)]).toEqual([at, false]);
    }
    expect((await operator.visit(`/consola/corridas/${id}`)).text).toContain(HOSTILE);
  });
});

describe("sequences and schedules", () => {
  test("faults are told by file, place and what to do, and lead to the sequence", async () => {
    const page = await viewer.visit("/consola/secuencias");
    expect(page.text).toMatch(/etl_sequences\/broken\.json\s+\/0\/module_name/);
    expect(page.text).toContain('¿Quiso decir "copy"?');
    expect(linksOf(page.html)).toContain("/consola/secuencias/broken");
    expect((await viewer.visit("/consola/secuencias/broken")).text).toContain(
      "Tiene errores: no se puede correr.",
    );
    expect((await viewer.visit("/consola/secuencias/nothing")).status).toBe(404);
  });

  test("a sequence whose file is gone still has its history", async () => {
    await Deno.writeTextFile(`${folder}/etl_sequences/short.json`, '[{"module_name":"copy"}]');
    const id = await start("short");
    await Deno.remove(`${folder}/etl_sequences/short.json`);
    const page = await viewer.visit("/consola/secuencias/short");
    expect([page.status, linksOf(page.html).includes(`/consola/corridas/${id}`)]).toEqual([200, true]);
    await world.etl.close(id, "CANCELLED");
  });

  test("schedules tell their next times where they are and in UTC, and who paused them", async () => {
    const { store } = world.etl;
    await store.keepSchedules(
      await world.etl.leased(),
      [{ name: "daily", schedule: DAILY, nextAt: null }],
      0,
    );
    const page = await operator.visit("/consola/horarios");
    expect(page.text.match(/03:00 \d{4}-\d\d-\d\d 06:00 UTC/g)).toHaveLength(3);
    const paused = await operator.submit(page, "/consola/horarios/pausar");
    expect(paused.text).toMatch(/en pausa\s+operator,/);
    expect(paused.text).toContain("ninguna mientras tanto");
    const back = await operator.submit(
      await operator.visit("/consola/secuencias/daily"),
      "/consola/horarios/reanudar",
    );
    expect([back.path, back.text.includes("El horario sigue.")]).toEqual(["/consola/secuencias/daily", true]);
  });

  test("past days are filled in, the last one included, and a day that is none is told at its field", async () => {
    const path = "/consola/secuencias/daily/completar";
    const page = await operator.visit(path);
    const wrong = await operator.submit(page, path, { from: "ayer", to: "2026-07-02" });
    expect([wrong.status, wrong.html.includes('id="f-from-fault"')]).toEqual([400, true]);
    const done = await operator.submit(page, path, { from: "2026-07-01", to: "2026-07-03" });
    expect(done.text).toContain("3 corridas pedidas; 0 ya estaban.");
  });
});

test("workers are told with the lease, its age, and the places in the queue", async () => {
  const now = world.now();
  await world.etl.store.beat({ id: "w9", host: HOSTILE, pid: 5, startedAt: now - 90_000, slots: 4 }, []);
  const { text } = await viewer.visit("/consola/trabajadores");
  expect(text).toContain("maquina:7:ab");
  expect(text).toMatch(/w9 .*0 de 4 hace 90 s hace 0 s/);
  // Of the past days that were filled in.
  expect(text).toMatch(/\d daily #\d+ completa días pasados, operator/);
  expect(world.faults).toEqual([]);
});
