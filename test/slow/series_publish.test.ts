// The module series_publish as the scheduler runs it: from the real raw files to what a running server answers, beside
// harvests and other runs of itself, and killed.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { openPublished } from "../../src/open.ts";
import { copyFolder, type Published, readPublished, readStored, snapshotsFolder } from "./data_folder.ts";
import { addressOf, LONG, runCommand, runWell, sleep, startCommand } from "./process.ts";

const PROGRAM = "modules/series_publish/program";
const ROOT = `${import.meta.dirname}/../..`;
const KILLS = LONG ? 60 : 5;

/** What a publish may take until every reader sees it. */
const SEEN_WITHIN_MS = 2_000;

/** Each distribution that the shipped sequences publish, and the publisher's own file of it. */
const SHIPPED = [
  { raw: "smn-temperaturas", name: "smn_temperaturas_maximas", catalog: "smn", file: "temperaturas-maximas" },
  { raw: "smn-temperaturas", name: "smn_temperaturas_minimas", catalog: "smn", file: "temperaturas-minimas" },
  ...["girasol", "maiz", "soja", "trigo"].map((crop) => ({
    raw: "magyp-cultivos-latin1",
    name: `magyp_cultivo_${crop}`,
    catalog: "magyp",
    file: `cultivo-${crop}`,
  })),
];

let folder: string;
const at = (name: string) => path.join(folder, name);
const conf = (name: string) => `${ROOT}/etl_sequences/conf/publish_${name}.json`;
const args = (name: string) => ["--input", at(`${name}.csv`), "--conf", conf(name)];
const publish = (data: string, name: string) => runWell(PROGRAM, args(name), { DATA_DIR: at(data) });
const summaryOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-publish-"));
  for (const { raw, name } of SHIPPED) {
    await runWell("modules/csv_pivot/program", [
      ...["--input", `${ROOT}/etl_sequences/raw/${raw}.csv`, "--output", at(`${name}.csv`)],
      ...["--conf", `${ROOT}/etl_sequences/conf/${name}.json`],
    ]);
  }
  await runWell("harvest", ["--data", at("harvested")]);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Ids, first days and values of the publisher's own file, as its data.json links them: what readers must get. */
function publishersSeries(catalog: string, file: string) {
  const dataJson = JSON.parse(fs.readFileSync(`${ROOT}/src/network/${catalog}/data.json`, "utf8"));
  const [distribution] = dataJson.dataset.flatMap((dataset: { distribution: { downloadURL: string }[] }) =>
    dataset.distribution.filter(({ downloadURL }) => downloadURL === `${file}.csv`)
  );
  const [header, ...rows] = fs.readFileSync(`${ROOT}/src/network/${catalog}/${file}.csv`, "utf8").trimEnd()
    .split("\n").map((line) => line.split(","));
  return distribution.field.slice(1).map(({ id, title }: { id: string; title: string }) => {
    const column = header!.indexOf(title);
    const filled = rows.map((row) => row[column] !== "");
    const span = rows.slice(filled.indexOf(true), filled.lastIndexOf(true) + 1);
    return { id, values: span.map((row) => row[column] === "" ? null : Number(row[column])) };
  });
}

const idsOf = (catalog: string, file: string): string[] =>
  publishersSeries(catalog, file).map(({ id }: { id: string }) => id);

describe("from the raw files", () => {
  test("an empty store serves the publishers' values, each within 2 s", async () => {
    const data = at("empty");
    fs.mkdirSync(data);
    await using server = startCommand("serve", ["--port", "0", "--data", data]);
    const url = await addressOf(server);
    for (const { name, catalog, file } of SHIPPED) {
      const theirs = publishersSeries(catalog, file);
      const { snapshot, series } = summaryOf(await publish("empty", name));
      const publishedAt = performance.now();
      expect(series).toEqual({ new: theirs.length, changed: 0, unchanged: 0 });
      const served = async () => (await (await fetch(`${url}/readyz`)).json()).snapshot;
      while (await served() !== snapshot && performance.now() < publishedAt + SEEN_WITHIN_MS) await sleep(50);
      expect(await served()).toBe(snapshot);

      const current = (await openPublished({ dataDir: data }, 0).current())!;
      const records = await current.series(theirs.map(({ id }: { id: string }) => id));
      const ours = records.map((record) =>
        record && {
          id: record.id,
          values: Array.from(record.observations.values, (value) => Number.isNaN(value) ? null : value),
        }
      );
      for (const [i, one] of theirs.entries()) expect(ours[i]).toEqual(one);
    }
    const answer = await fetch(`${url}/series/api/series/?ids=smn_tmax_saez&last=1&format=csv`);
    expect(answer.status).toBe(200);
    const [header, ...rows] = fs.readFileSync(`${ROOT}/src/network/smn/temperaturas-maximas.csv`, "utf8")
      .trimEnd()
      .split("\n").map((line) => line.split(","));
    const last = rows.findLast((row) => row[header!.indexOf("temperatura_maxima_saez")] !== "")!;
    const [date, value] = (await answer.text()).trimEnd().split("\n").at(-1)!.trim().split(",");
    expect([date, Number(value)]).toEqual([
      last[0],
      Number(last[header!.indexOf("temperatura_maxima_saez")]),
    ]);
  });

  test("a harvested store gets no version, and keeps its snapshot", async () => {
    await copyFolder(at("harvested"), at("again"));
    const before = await readPublished(snapshotsFolder(at("again")), []);
    for (const { name } of SHIPPED) {
      const { series, snapshot, published } = summaryOf(await publish("again", name));
      expect(series).toMatchObject({ new: 0, changed: 0 });
      expect([snapshot, published]).toEqual([before!.name, false]);
    }
    await runWell("harvest", ["--data", at("again")]);
    expect((await readPublished(snapshotsFolder(at("again")), []))!.name).toBe(before!.name);
    const { versions } = readStored(at("again"));
    expect([...versions.values()].filter(({ length }) => length !== 1)).toEqual([]);
  });
});

describe("beside others", () => {
  test("runs of six distributions at once all end well, as one after the other", async () => {
    const ended = await Promise.all(
      SHIPPED.map(({ name }) => runCommand(PROGRAM, args(name), { DATA_DIR: at("at_once") })),
    );
    expect(ended.map(({ code, stderr }) => code === 0 ? "" : stderr)).toEqual(SHIPPED.map(() => ""));
    for (const { name } of SHIPPED) await publish("in_turn", name);
    const ids = SHIPPED.flatMap(({ catalog, file }) => idsOf(catalog, file));
    const [one, other] = await Promise.all(
      ["at_once", "in_turn"].map((data) => readPublished(snapshotsFolder(at(data)), ids)),
    );
    expect(one!.series.size).toBe(ids.length);
    expect(one!.series).toEqual(other!.series);
  });

  test("a harvest is waited for, and told of with its process where it takes too long", async () => {
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    await using source = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
      asked.resolve();
      await gate.promise;
      return new Response(JSON.stringify({ title: "Otro", dataset: [] }));
    });
    const data = at("busy");
    await using harvest = startCommand(
      "harvest",
      ["--catalog", `other=http://127.0.0.1:${source.addr.port}/data.json`, "--data", data],
      { ALLOW_INTERNAL_SOURCES: "true" },
    );
    await asked.promise;
    const { name } = SHIPPED[0]!;
    const [refused, waiting] = [1, 600].map((seconds) => {
      const reference = { ...JSON.parse(fs.readFileSync(conf(name), "utf8")), wait_seconds: seconds };
      const file = at(`wait_${seconds}.json`);
      reference.data_json = path.resolve(path.dirname(conf(name)), reference.data_json);
      reference.data_json = path.relative(folder, reference.data_json);
      fs.writeFileSync(file, JSON.stringify(reference));
      return runCommand(PROGRAM, ["--input", at(`${name}.csv`), "--conf", file], { DATA_DIR: data });
    });
    const { code, stdout, stderr } = await refused!;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      `Error: Otro proceso (${Deno.hostname()}, proceso ${harvest.pid}) está escribiendo en "${data}" ` +
        `(ya está corriendo una indexación): espere a que termine (se esperó 1 s)`,
    );
    gate.resolve();
    expect((await harvest.finished).code).toBe(0);
    expect(summaryOf(await waiting!)).toMatchObject({ series: { new: 120 }, published: true });
  });
});

test(`killed at any moment, ${KILLS} times, readers have what was before or after, and the next run ends it`, async () => {
  const { name, catalog, file } = SHIPPED[0]!;
  const ids = idsOf(catalog, file);
  const read = (data: string) => readPublished(snapshotsFolder(at(data)), ids);
  const before = (await read("harvested"))!;
  // One degree more on every day of the first station.
  const shifted = fs.readFileSync(at(`${name}.csv`), "utf8").replace(
    /^(\d{4}-\d\d-\d\d,)(-?\d+(?:\.\d+)?),/gm,
    (_, date, value) => `${date}${(Number(value) + 1).toFixed(1)},`,
  );
  fs.writeFileSync(at("shifted.csv"), shifted);
  const shift = ["--input", at("shifted.csv"), "--conf", conf(name)];
  await copyFolder(at("harvested"), at("whole"));
  const begun = performance.now();
  expect(summaryOf(await runWell(PROGRAM, shift, { DATA_DIR: at("whole") }))).toMatchObject({
    series: { new: 0, changed: 1, unchanged: 119 },
  });
  const ms = performance.now() - begun;
  const after = (await read("whole"))!;
  const random = randomNumbers(KILLS);
  const seen: (Published | undefined)[] = [];
  for (let i = 0; i < KILLS; i++) {
    const data = `killed_${i}`;
    await copyFolder(at("harvested"), at(data));
    await using run = startCommand(PROGRAM, shift, { DATA_DIR: at(data) });
    await sleep(random() * ms);
    run.kill("SIGKILL");
    await run.finished;
    const found = await read(data);
    expect(found).toEqual(found?.name === before.name ? before : after);
    seen.push(found);
    await runWell(PROGRAM, shift, { DATA_DIR: at(data) });
    expect(await read(data)).toEqual(after);
    const { integrity, versions } = readStored(at(data));
    expect(integrity).toBe("ok");
    expect(versions).toEqual(readStored(at("whole")).versions);
    fs.rmSync(at(data), { recursive: true });
  }
  expect(seen.filter((one) => one?.name === before.name).length).toBeGreaterThan(0);
});

describe("arguments", () => {
  beforeAll(() => {
    fs.writeFileSync(at("wrong.json"), JSON.stringify({ catalog: {}, dataset: {}, distribution: {} }));
    fs.writeFileSync(at("bad.csv"), "indice_tiempo,temperatura_maxima_saez\nayer,1\n");
  });
  const name = SHIPPED[0]!.name;

  test.each<{ why: string; args: () => string[]; code: number; stderr?: string }>([
    { why: "--conf", args: () => args(name), code: 0 },
    {
      why: "--config and --output",
      args: () => ["--input", at(`${name}.csv`), `--config=${conf(name)}`, "--output", at("summary.json")],
      code: 0,
    },
    { why: "no input", args: () => ["--conf", conf(name)], code: 2, stderr: "Falta --input" },
    { why: "no configuration", args: () => ["--input", at(`${name}.csv`)], code: 2, stderr: "Falta --conf" },
    {
      why: "a configuration that is wrong",
      args: () => ["--input", at(`${name}.csv`), "--conf", at("wrong.json")],
      code: 2,
      stderr: "wrong.json, /dataset/identifier: falta el identificador",
    },
    {
      why: "an input that is not there",
      args: () => ["--input", at("none.csv"), "--conf", conf(name)],
      code: 1,
      stderr: "No existe el archivo",
    },
    {
      why: "bad content",
      args: () => ["--input", at("bad.csv"), "--conf", conf(name)],
      code: 1,
      stderr:
        'bad.csv, línea 2, columna "indice_tiempo": La fila 1 tiene una fecha que no se entiende: "ayer"',
    },
  ])("$why: ends with $code", async ({ args, code, stderr = "" }) => {
    const finished = await runCommand(PROGRAM, args(), { DATA_DIR: at("arguments") });
    expect(finished.stderr).toContain(stderr);
    expect(finished.stderr).not.toContain("at file:");
    expect(finished.code).toBe(code);
    if (code !== 0) return expect(finished.stdout).toBe("");
    expect(summaryOf(finished)).toMatchObject({ catalog: "smn", dataset: "1", distribution: "1.1" });
  });

  test("--help tells them all", async () => {
    const { code, stdout } = await runCommand(PROGRAM, ["--help"]);
    expect(code).toBe(0);
    for (const option of ["--input", "--output", "--conf", "--config", "--help"]) {
      expect(stdout).toContain(option);
    }
  });
});
