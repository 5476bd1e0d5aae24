// What the module series_publish refuses: each fault of a file with its line and column, and nothing written; and how it
// waits for another writer.

import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { withWriterLock } from "../../src/host/writer_lock.ts";
import { CONF, csv, field, INDEX, publishWorld } from "./publish_world.ts";

const { at, given, places, publish, read, stored, told, write } = publishWorld();

describe("series_publish refuses", () => {
  test.each<{ why: string; input: string; faults: string[] }>([
    {
      why: "a date that is none",
      input: "indice_tiempo,t_a,t_b\n2020-01-01,1,2\n\n2020-13-01,1,2\n",
      faults: [
        'línea 4, columna "indice_tiempo": La fila 2 tiene una fecha que no se entiende: "2020-13-01" (se espera AAAA-MM-DD)',
      ],
    },
    {
      why: "a file without the column of time",
      input: "fecha,t_a,t_b\n2020-01-01,1,2\n",
      faults: [
        'línea 1: La columna de tiempo "indice_tiempo" no está en el CSV (columnas: "fecha", "t_a", "t_b")',
      ],
    },
    {
      why: "a column that the metadata names and the file lacks",
      input: "indice_tiempo,t_a\n2020-01-01,1\n2020-02-01,2\n",
      faults: ['línea 1, columna "t_b": Campo t_b faltante en la distribución d.1'],
    },
    {
      why: "a row that has more cells than the header",
      input: 'indice_tiempo,t_a,"t_b"\n2020-01-01,1,2,3\n2020-02-01,1,2\n',
      faults: ["línea 2: La fila 1 tiene más celdas que el encabezado (3): revise separadores y comillas"],
    },
    {
      why: "a text among the numbers, after a row of two lines and a blank one",
      input: 'indice_tiempo,t_a,t_b,more\n2020-01-01,1,2,"x\n"\n\n2020-02-01,x,2,"x\n"\n',
      faults: [`línea 5, columna "t_a": 't_a' tiene valores no numericos: '1 x'`],
    },
    {
      why: "a text among the numbers",
      input: csv("1,2", "x,2", "3,4"),
      faults: [`línea 3, columna "t_a": 't_a' tiene valores no numericos: '1 x 3'`],
    },
    {
      why: "a month that is missing, and a series that is too short",
      input: "indice_tiempo,t_a,t_b\n2020-01-01,1,5\n2020-03-01,2,\n",
      faults: [
        'línea 1, columna "t_b": t_b tiene 1 valores, deberia tener 2 o mas',
        `línea 3, columna "indice_tiempo": Datos inconsistentes en la distribución d.1: Comienzo '2020-01-01 00:00:00' / ` +
        `Fin '2020-03-01 00:00:00' / Frecuencia 'R/P1M' / Fechas '3' / Valores '2'`,
      ],
    },
    { why: "an empty file", input: "", faults: ["línea 1: El archivo CSV está vacío"] },
  ])("$why, and writes nothing", async ({ input, faults }) => {
    given(csv("1,10", "2,20"));
    await publish();
    const position = () =>
      stored(async ({ store, journal }) => [
        (await store.changes(0)).position,
        (await journal.runs("harvest", 9)).length,
      ]);
    const before = await position();
    write("in.csv", input);
    await expect(publish()).rejects.toMatchObject({
      code: "invalid",
      message: faults.map((fault) => `${at("in.csv")}, ${fault}`).join("\n"),
    });
    expect(await position()).toEqual(before);
    expect((await read("a")).values).toEqual([[1, 2]]);
  });

  test("a file that is not there, is a folder, or is too large", async () => {
    given(csv("1,10", "2,20"));
    await expect(publish({ maxBytes: 10 })).rejects.toThrow("in.csv: tiene más de");
    fs.rmSync(at("in.csv"));
    await expect(publish()).rejects.toMatchObject({
      code: "not_found",
      message: `No existe el archivo "${at("in.csv")}"`,
    });
    fs.mkdirSync(at("in.csv"));
    await expect(publish()).rejects.toThrow("no es un archivo");
    expect(fs.existsSync(at("data"))).toBe(false);
  });

  test("an id that another catalog has, and keeps what was there", async () => {
    given(csv("1,10", "2,20"));
    await publish();
    write("conf.json", { ...CONF, catalog: { identifier: "other" } });
    await expect(publish()).rejects.toThrow("Hay field con id repetido: a");
    expect((await read("a")).values).toEqual([[1, 2]]);
    expect(await stored(({ records }) => records.records("fed_distribution"))).toHaveLength(1);
  });
});

describe("another writer", () => {
  test("is waited for", async () => {
    given(csv("1,10", "2,20"));
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const other = withWriterLock(places().dataDir, () => (begun.resolve(), gate.promise));
    await begun.promise;
    const publishing = publish();
    while (told().length === 0) await new Promise((wake) => setTimeout(wake, 5));
    expect(told()[0]).toContain(`Otro proceso (${Deno.hostname()}, proceso ${Deno.pid}) está escribiendo`);
    gate.resolve();
    await other;
    expect((await publishing).published).toBe(true);
  });

  test("is told of where it writes for too long", async () => {
    given(csv("1,10", "2,20"), { ...CONF, wait_seconds: 0 });
    await withWriterLock(places().dataDir, async () => {
      const problem = await publish().catch((error) => error);
      expect(problem).toBeInstanceOf(Problem);
      expect(problem).toMatchObject({
        code: "conflict",
        message: expect.stringMatching(
          /^Otro proceso \(.+, proceso \d+\) está escribiendo en .+ \(se esperó 0 s\)$/,
        ),
      });
    });
  });

  test("of two at once, each comes to its turn", async () => {
    given(csv("1,10", "2,20"));
    const distribution = { ...CONF.distribution, identifier: "d.2", field: [INDEX, field("y")] };
    write("two.json", { ...CONF, distribution });
    write("two.csv", "indice_tiempo,t_y\n2020-01-01,5\n2020-02-01,6\n");
    const second = publish({ input: "two.csv", conf: "two.json" });
    const ended = await Promise.all([publish(), second]);
    expect(ended.map(({ published }) => published)).toEqual([true, true]);
    expect((await read("a", "y")).values).toEqual([[1, 2], [5, 6]]);
  });
});
