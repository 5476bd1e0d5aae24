// Attachments of a node's report: tables of its catalog, datasets, distributions and series, and the log of faults.
// Those of the global report are the nodes' one after the other.

import { faultText, type Level, LEVELS, type ReportedFault } from "../core/report.ts";
import type { ReportedEntities, ReportedEntity } from "../core/reported_entities.ts";
import { inertText } from "../core/spreadsheet_text.ts";
import { csvText } from "./csv_rows.ts";

export const REPORT_FILES = [...LEVELS.map((level) => `${level}.csv` as const), "errors.log"] as const;
export type ReportFileName = (typeof REPORT_FILES)[number];
export type ReportFiles = Readonly<Record<ReportFileName, string>>;

export const isReportFile = (name: string): name is ReportFileName =>
  (REPORT_FILES as readonly string[]).includes(name);

export const contentTypeOf = (name: ReportFileName) =>
  name === "errors.log" ? "text/plain; charset=utf-8" : "text/csv; charset=utf-8";

const COLUMNS = "identifier,title,description,actualizado,indexable,discontinuado,error,error_mensaje".split(
  ",",
);
const HEADER = csvText([COLUMNS]);
const BETWEEN_MESSAGES = "\n\n";

/** As tables of the replaced system write it. */
const flag = (is: boolean) => is ? "True" : "False";

const rowOf = (entity: ReportedEntity): string[] => [
  ...[entity.id, entity.title, entity.description].map(inertText),
  flag(entity.isUpdated && entity.isPresent),
  flag(entity.isFederable),
  flag(!entity.isPresent),
  flag(entity.isFailed),
  inertText(entity.message),
];

/** The files of one node. */
export function reportFiles(entities: ReportedEntities, faults: readonly ReportedFault[]): ReportFiles {
  const table = (level: Level) => HEADER + csvText(entities[level].map(rowOf));
  const tables = LEVELS.map((level) => [`${level}.csv`, table(level)]);
  return Object.fromEntries([...tables, ["errors.log", faults.map(faultText).join(BETWEEN_MESSAGES)]]);
}

/** The files of all nodes, in their order. */
export function joinReportFiles(nodes: readonly ReportFiles[]): ReportFiles {
  const tables = LEVELS.map((level) => {
    const name = `${level}.csv` as const;
    return [name, HEADER + nodes.map((files) => files[name].slice(HEADER.length)).join("")];
  });
  const logs = nodes.map((files) => files["errors.log"]).filter((log) => log !== "");
  return Object.fromEntries([...tables, ["errors.log", logs.join(BETWEEN_MESSAGES)]]);
}
