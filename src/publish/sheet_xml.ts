// The XML of a dump's sheets, as much of it as typed tables need. Cells carry no address, only rows do: they follow
// one another, so what is the same in all rows of a series is one text.
// Source: ECMA-376, SpreadsheetML.

import { type ColumnKind, type ColumnName, DUMP_COLUMNS } from "../core/dump_tables.ts";
import {
  DAY_STYLE,
  HEADER_STYLE,
  serialDay,
  sheetLook,
  SPREADSHEET,
  textElement,
  XML_START,
} from "../core/spreadsheet_xml.ts";
import { type EpochDay, isoDate } from "../core/time.ts";

export const STRINGS_START = `${XML_START}<sst xmlns="${SPREADSHEET}">`;
export const STRINGS_END = "</sst>";

export const sharedString = (text: string) => `<si>${textElement(text)}</si>`;

/** Wide enough that dates are not shown as ####. */
const WIDTHS: Readonly<Record<ColumnKind, number>> = {
  text: 24,
  date: 12,
  integer: 12,
  number: 14,
  boolean: 12,
};

/** Everything before the first row of data: the header stays in sight. */
export function sheetStart(columns: readonly ColumnName[]): string {
  const header = columns.map((name) => `<c s="${HEADER_STYLE}" t="inlineStr"><is><t>${name}</t></is></c>`);
  return `${XML_START}<worksheet xmlns="${SPREADSHEET}">` +
    sheetLook(columns.map((name) => WIDTHS[DUMP_COLUMNS[name].kind])) +
    `<sheetData><row r="1">${header.join("")}</row>`;
}

export const SHEET_END = "</sheetData></worksheet>";

export const rowStart = (number: number) => `<row r="${number}">`;
export const ROW_END = "</row>";
const EMPTY = "<c/>";

export const numberCell = (value: number) => Number.isFinite(value) ? `<c><v>${value}</v></c>` : EMPTY;
export const booleanCell = (value: boolean) => `<c t="b"><v>${value ? 1 : 0}</v></c>`;
export const sharedCell = (index: number) => `<c t="s"><v>${index}</v></c>`;

export function textCell(text: string): string {
  return text === "" ? EMPTY : `<c t="inlineStr"><is>${textElement(text)}</is></c>`;
}

export const emptyCell = () => EMPTY;

/** A date; as text where spreadsheets cannot hold it. */
export function dateCell(day: EpochDay): string {
  const serial = serialDay(day);
  return serial === undefined ? textCell(isoDate(day)) : `<c s="${DAY_STYLE}"><v>${serial}</v></c>`;
}
