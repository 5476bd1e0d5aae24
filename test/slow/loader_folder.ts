// A folder for tests of db_loader: configurations and files of its own, and the module as a process over them.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Finished, type Running, startCommand } from "./process.ts";

export const LOADER_FIXTURES = new URL("../fixtures/etl/", import.meta.url).pathname;

export type LoaderFolder = {
  at(...parts: string[]): string;
  /** Writes files into a new folder of input, which it answers. */
  input(files: Readonly<Record<string, string | Uint8Array>>): string;
  /** Table `t` of the columns `name: type`, and other keys. Answers the file. */
  conf(columns: Readonly<Record<string, string>>, keys?: object): string;
  start(input: string, output: string, conf: string): Running;
  load(input: string, output: string, conf: string): Promise<Finished>;
  remove(): void;
};

export function loaderFolder(): LoaderFolder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-loader-"));
  let count = 0;
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const start = (input: string, output: string, conf: string) =>
    startCommand("modules/db_loader/program", ["--input", input, "--output", output, "--conf", conf]);
  return {
    at,
    input(files) {
      const place = at(`in${++count}`);
      fs.mkdirSync(place);
      for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(place, name), content);
      return place;
    },
    conf(columns, keys = {}) {
      const file = at(`conf${++count}.json`);
      const list = Object.entries(columns).map(([name, type]) => ({ name, type }));
      fs.writeFileSync(file, JSON.stringify({ ...keys, table_desc: [{ name: "t", columns: list }] }));
      return file;
    },
    start,
    async load(input, output, conf) {
      await using running = start(input, output, conf);
      return await running.finished;
    },
    remove: () => fs.rmSync(folder, { recursive: true }),
  };
}

/** What the last line of standard output says. */
export const summaryOf = ({ stdout }: Finished): unknown => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

/** `a,b` with `rows` rows: 0 to rows - 1, and some text. */
export function largeCsv(rows: number): string {
  const text = "dato ".repeat(10);
  let csv = "a,b\n";
  for (let i = 0; i < rows; i++) csv += `${i},${text}\n`;
  return csv;
}

export const REPLACE = { create_all: true, clear_all_tables_before_insert: true };

/** A value of each type, as a file has it; the first row typical, the second all NULL. */
export const ALL_TYPES = {
  columns: {
    s: "String(5)",
    x: "UnicodeText(2)",
    i: "Integer",
    l: "BigInteger",
    f: "Float",
    b: "Boolean",
    d: "Date",
    h: "Time",
    m: "DateTime",
  },
  csv: "s;x;i;l;f;b;d;h;m\n" +
    '"ñandú";"tab\t""x"" \\N\nb";-3;9223372036854775807;-0,25;Sí;31/01/2024;7:05;31/01/2024\n' +
    ";;;;;;;;\n",
  keys: {
    ...REPLACE,
    delimiter: ";",
    decimal: ",",
    date_formats: ["%d/%m/%Y", "%H:%M"],
    null_values: [""],
  },
  text: 'tab\t"x" \\N\nb',
};
