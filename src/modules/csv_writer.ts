// Writes a CSV file under a temporary name beside its place: RFC 4180 quoting for any delimiter, lines end in "\n".
// The file appears when `keep` is called, whole, or not at all.

import path from "node:path";
import { cellText, type CellValue } from "../core/grel/value.ts";

export const QUOTINGS = ["minimal", "all"] as const;
export type Quoting = typeof QUOTINGS[number];

/** Characters gathered before they are written. */
const BUFFER = 1 << 17;

export type CsvWriter = {
  row(cells: readonly CellValue[], slots: readonly number[]): void;
  header(names: readonly string[]): void;
  /** Writes what is left and closes the file. */
  close(): void;
  /** Gives the closed file its name, over what had it before. */
  keep(): void;
  /** Removes the file, closed or not; nothing where it was kept. */
  discard(): void;
};

/** Opens a writer whose file is to be `target`. */
export function createCsvWriter(target: string, delimiter: string, quoting: Quoting): CsvWriter {
  const temporary = temporaryName(target);
  const file = Deno.openSync(temporary, { write: true, createNew: true });
  const encoder = new TextEncoder();
  const special = new RegExp(`["\\n\\r${delimiter.replace(/[\\\]^-]/g, "\\$&")}]`);
  const all = quoting === "all";
  let text = "";
  let open = true;
  let there = true;

  // One place for all bytes: new ones each time would wait for the collector.
  const bytes = new Uint8Array(BUFFER);
  const flush = () => {
    while (text !== "") {
      const { read, written } = encoder.encodeInto(text, bytes);
      text = text.slice(read);
      for (let at = 0; at < written;) at += file.writeSync(bytes.subarray(at, written));
    }
  };
  const field = (value: string): string =>
    all || special.test(value) ? `"${value.includes('"') ? value.replaceAll('"', '""') : value}"` : value;
  const close = () => {
    if (!open) return;
    open = false;
    file.close();
  };

  return {
    header(names) {
      // A line without anything would be no row to many readers.
      text += names.length === 1 && names[0] === "" ? '""\n' : `${names.map(field).join(delimiter)}\n`;
    },
    row(cells, slots) {
      let line = "";
      for (let i = 0; i < slots.length; i++) {
        const value = cells[slots[i]!];
        if (i > 0) line += delimiter;
        if (value != null) line += field(typeof value === "string" ? value : cellText(value));
        else if (all) line += '""';
      }
      text += line === "" && slots.length === 1 ? '""\n' : `${line}\n`;
      if (text.length > BUFFER) flush();
    },
    close() {
      flush();
      file.syncDataSync();
      close();
    },
    keep() {
      Deno.renameSync(temporary, target);
      there = false;
    },
    discard() {
      close();
      if (there) Deno.removeSync(temporary);
      there = false;
    },
  };
}

/** Beside the file, so that giving it its name is one step; hidden, so that nobody takes it for a result. */
const temporaryName = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.${Deno.pid}.tmp`);
