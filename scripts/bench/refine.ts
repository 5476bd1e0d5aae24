// The data_refine part of the benchmark: rows per second of the sample's history over a large file, against a plain
// pass of csv-parse and csv-stringify over the same file in the same run. Run by itself it is that pass.
//
//   deno run -A scripts/bench/refine.ts IN OUT

import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { stringify } from "csv-stringify";
import { median, type Tell } from "./figure.ts";
import { runScript } from "./process.ts";

/** By turns with the baseline, as others may keep the machine busy for a while. */
const ROUNDS = 3;
const MEGABYTES = 64;
const COLUMNS =
  "clase,estado,expediente,id,id_organismo,id_unidad_operativa,modalidad,objeto,organismo,procedimiento,rubros,unidad_operativa";

/** What the sample of the original does, and what needs more of a row. */
const HISTORIES = {
  "dos columnas a mayúsculas": [upper("objeto"), upper("id_unidad_operativa")],
  "fechas, números, reemplazos y una columna nueva": [
    transform("expediente", "value.replace(/EX-(\\d+)\\/(\\d{4})/, '$2-$1')"),
    transform("id", "value.toNumber() * 2"),
    {
      op: "core/column-addition",
      baseColumnName: "organismo",
      expression: "value.fingerprint() + '-' + cells.id.value",
      newColumnName: "clave",
      columnInsertIndex: 0,
      onError: "set-to-blank",
    },
    { op: "core/column-removal", columnName: "rubros" },
  ],
};

function transform(columnName: string, expression: string) {
  return { op: "core/text-transform", columnName, expression, onError: "keep-original" };
}

function upper(columnName: string) {
  return transform(columnName, "value.toUppercase()");
}

/** Measures the module in a folder of its own under `folder`. */
export async function benchRefine(folder: string, tell: Tell): Promise<void> {
  const at = (...parts: string[]) => path.join(folder, "refine", ...parts);
  for (const name of ["in", "out", "conf/filters"]) fs.mkdirSync(at(name), { recursive: true });
  const rows = writeSample(at("in/t.csv"));
  fs.writeFileSync(at("conf/conf.json"), "{}");
  for (const [name, history] of Object.entries(HISTORIES)) {
    fs.writeFileSync(at("conf/filters/t.json"), JSON.stringify(history));
    const ratios: number[] = [], rates: number[] = [], peaks: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const plain = await runScript("scripts/bench/refine.ts", [at("in/t.csv"), at("plain.csv")]);
      const { seconds, peak } = await runScript("src/modules/data_refine/program.ts", [
        ...["--input", at("in"), "--output", at("out"), "--conf", at("conf")],
      ]);
      ratios.push(seconds / plain.seconds);
      rates.push(rows / seconds);
      peaks.push(peak);
    }
    tell({
      name: `data_refine, ${name}`,
      value: median(ratios),
      unit: "de referencia",
      baseline: `(${median(rates).toFixed(0)} filas/s)`,
      aim: "≤ 3",
    });
    tell({ name: "  memoria máxima", value: Math.max(...peaks), unit: "MB", aim: "< 200 MB" });
  }
  fs.rmSync(at(), { recursive: true });
}

function writeSample(file: string): number {
  const out = fs.openSync(file, "w");
  fs.writeSync(out, `${COLUMNS}\n`);
  let rows = 0;
  for (let size = 0; size < MEGABYTES * 1024 * 1024;) {
    let text = "";
    for (let i = 0; i < 5000; i++, rows++) {
      const rubros = rows % 5 === 0 ? '"Informática; Papelería, ""varios"""' : "Limpieza";
      text += `Única,En curso,EX-${rows}/2015,${rows},0302,uo-${
        rows % 97
      }a,Orden abierta,servicio de limpieza ${rows % 1013},Organismo Ñandú ${
        rows % 31
      },Contratación Directa,${rubros},Dirección de Compras\n`;
    }
    size += fs.writeSync(out, text);
  }
  fs.closeSync(out);
  return rows;
}

if (import.meta.main) {
  const [from, to] = Deno.args;
  await pipeline(
    fs.createReadStream(from!),
    parse(),
    stringify({ delimiter: ";" }),
    fs.createWriteStream(to!),
  );
}
