// The configuration of the module series_publish: every fault at its file and JSON pointer.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { ConfigurationFault } from "../../src/modules/configuration.ts";
import { readPublishConfiguration } from "../../src/modules/series_publish/configuration.ts";
import { CONF, field, INDEX, publishWorld } from "./publish_world.ts";

const { at, write } = publishWorld();

describe("the configuration", () => {
  const { catalog, dataset, distribution } = CONF;
  const fields = (...field: unknown[]) => ({
    ...CONF,
    distribution: { ...distribution, field } as JsonObject,
  });
  const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

  test.each<{ why: string; conf: string | object; faults: string[] }>([
    {
      why: "no JSON",
      conf: '{\n "catalog": }',
      faults: ["conf.json, línea 2, columna 13: no es JSON válido"],
    },
    { why: "a list", conf: [], faults: ["conf.json: debe ser un objeto"] },
    {
      why: "a key that does not exist",
      conf: { ...CONF, "a/b": 1 },
      faults: [
        "conf.json, /a~1b: no existe la clave (se admiten catalog, dataset, distribution, wait_seconds)",
      ],
    },
    {
      why: "an entry that is missing",
      conf: { catalog, distribution },
      faults: [
        'conf.json, /dataset: falta; el archivo lleva "catalog", "dataset" y "distribution" como en un data.json, o bien ' +
        '"data_json" y "distribution_id"',
      ],
    },
    {
      why: "no identifiers at all",
      conf: { catalog: {}, dataset: {}, distribution: { field: [INDEX] } },
      faults: ["catalog", "dataset", "distribution"].map((key) =>
        `conf.json, /${key}/identifier: falta el identificador`
      ),
    },
    {
      why: "no index of time",
      conf: fields(field("a")),
      faults: [
        'conf.json, /distribution/field: debe ser la lista de campos, con el de la fecha marcado con "specialType": "time_index"',
      ],
    },
    {
      why: "fields without title or id",
      conf: fields(INDEX, { id: "a", description: "A" }, 7, { title: "b", description: "B" }),
      faults: [
        "conf.json, /distribution/field/1/title: falta el título de la columna",
        "conf.json, /distribution/field/2: debe ser un objeto",
        "conf.json, /distribution/field/3/id: falta el identificador de la serie",
      ],
    },
    {
      why: "a frequency that is not published",
      conf: fields({ ...INDEX, specialTypeDetail: "R/P1W" }, field("a")),
      faults: [
        'conf.json, /distribution/field/0/specialTypeDetail: La frecuencia "R/P1W" del índice de tiempo no se admite: ' +
        "debe ser R/P1Y, R/P6M, R/P3M, R/P1M o R/P1D",
      ],
    },
    {
      why: "metadata that a harvest refuses, all of it",
      conf: fields(INDEX, field("a b"), { id: "c", title: "t_c" }, { ...field("c"), title: "t_d" }),
      faults: [
        `conf.json, /distribution/field/1: 'a b' usa caracteres invalidos (' '). Validos: '${ID_CHARACTERS}'`,
        "conf.json, /distribution/field/3: Hay field con id repetido: c",
        "conf.json, /distribution/field/2: Existen fields sin descripción en la distribución d.1",
      ],
    },
    {
      why: "a time that is none",
      conf: { ...CONF, wait_seconds: -1 },
      faults: ["conf.json, /wait_seconds: debe ser un entero de 0 a 3600"],
    },
  ])("refuses $why", async ({ conf, faults }) => {
    write("conf.json", conf);
    const problem = await readPublishConfiguration(at("conf.json")).catch((error) => error);
    expect(problem).toBeInstanceOf(ConfigurationFault);
    expect(problem.message.replaceAll(`${at("")}/`, "").split("\n")).toEqual(faults);
  });

  test.each<{ why: string; conf: object; fault: string }>([
    {
      why: "no such distribution",
      conf: { distribution_id: "9" },
      fault: '"data.json" no tiene una distribución "9"',
    },
    {
      why: "several of that id",
      conf: { distribution_id: "1" },
      fault: '"data.json" tiene varias distribuciones "1": indique "dataset_id"',
    },
    { why: "no id", conf: {}, fault: "conf.json, /distribution_id: debe ser un texto" },
    {
      why: "keys of both forms",
      conf: { distribution_id: "1", catalog },
      fault: "/catalog: no existe la clave",
    },
    {
      why: "faults of the entry, told in its own file",
      conf: { distribution_id: "1", dataset_id: "e" },
      fault: "data.json, /dataset/1/distribution/0/field: debe ser la lista de campos",
    },
    {
      why: "no file",
      conf: { distribution_id: "1", data_json: "none.json" },
      fault: 'No se pudo leer el archivo de configuración "none.json"',
    },
  ])("refuses a reference to a data.json with $why", async ({ conf, fault }) => {
    const one = { ...distribution, identifier: "1" };
    write("data.json", {
      ...catalog,
      dataset: [{ ...dataset, distribution: [one] }, {
        identifier: "e",
        distribution: [{ identifier: "1" }],
      }],
    });
    write("conf.json", { data_json: "data.json", ...conf });
    const problem = await readPublishConfiguration(at("conf.json")).catch((error) => error);
    expect(problem).toBeInstanceOf(ConfigurationFault);
    expect(problem.message.replaceAll(`${at("")}/`, "")).toContain(fault);
  });

  test("that refers to an entry is as the entry itself", async () => {
    const themes = { themeTaxonomy: [{ id: "t", label: "Tema" }] };
    const themed = { ...dataset, theme: ["t"] };
    write("data.json", { ...catalog, ...themes, dataset: [{ ...themed, distribution: [distribution] }] });
    write("ref.json", { data_json: "data.json", distribution_id: "d.1" });
    write("conf.json", { catalog: { ...catalog, ...themes }, dataset: themed, distribution });
    const [referred, inline] = await Promise.all(
      ["ref.json", "conf.json"].map((name) => readPublishConfiguration(at(name))),
    );
    expect(referred).toEqual(inline);
    expect(referred!.fed.dataset.themes).toEqual([{ id: "t", label: "Tema" }]);
  });
});
