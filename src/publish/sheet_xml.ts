// The XML of a workbook, as much of it as typed tables need. Cells carry no address, only rows do: they follow
// one another, so what is the same in all rows of a series is one text.
// Source: ECMA-376, SpreadsheetML.

import { type ColumnKind, type ColumnName, DUMP_COLUMNS } from "../core/dump_tables.ts";
import { inertText } from "../core/spreadsheet_text.ts";
import { type EpochDay, epochDay, isoDate } from "../core/time.ts";

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** Characters a cell may have. */
const LONGEST_TEXT = 32_767;
/** Style of the header row and of dates in `STYLES`. */
const [BOLD, DATE] = [1, 2];

/** The first day a spreadsheet can date, and that from which it counts like everybody else. */
const FIRST_DAY = epochDay(1900, 1, 1);
const AFTER_PHANTOM = epochDay(1900, 3, 1);
const SERIAL_OF_1970 = 25_569;

export const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" ` +
  'formatCode="yyyy-mm-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill ' +
  'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">' +
  '<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf ' +
  'numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

export const ROOT_RELATIONS =
  `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" ` +
  `Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

export function contentTypes(sheets: number): string {
  const parts = [
    ["/xl/workbook.xml", "sheet.main"],
    ["/xl/styles.xml", "styles"],
    ["/xl/sharedStrings.xml", "sharedStrings"],
    ...Array.from({ length: sheets }, (_, i) => [`/${sheetPath(i)}`, "worksheet"]),
  ].map(([path, type]) => `<Override PartName="${path}" ContentType="${TYPE}.${type}+xml"/>`);
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ` +
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ' +
    `ContentType="application/xml"/>${parts.join("")}</Types>`;
}

export const sheetPath = (i: number) => `xl/worksheets/sheet${i + 1}.xml`;

export function workbook(names: readonly string[]): string {
  const sheets = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join("")}</sheets></workbook>`;
}

export function workbookRelations(sheets: number): string {
  const targets = [
    ...Array.from({ length: sheets }, (_, i) => ["worksheet", `worksheets/sheet${i + 1}.xml`]),
    ["styles", "styles.xml"],
    ["sharedStrings", "sharedStrings.xml"],
  ];
  const relations = targets.map(([type, target], i) =>
    `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relations.join("")}</Relationships>`;
}

export const STRINGS_START = `${XML}<sst xmlns="${MAIN}">`;
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
  const widths = columns.map((name, i) =>
    `<col min="${i + 1}" max="${i + 1}" width="${WIDTHS[DUMP_COLUMNS[name].kind]}" customWidth="1"/>`
  );
  const header = columns.map((name) => `<c s="${BOLD}" t="inlineStr"><is><t>${name}</t></is></c>`);
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" ` +
    'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths.join("")}</cols><sheetData><row r="1">${header.join("")}</row>`;
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

/** A date; as text where it is older than a spreadsheet's first day. */
export function dateCell(day: EpochDay): string {
  if (day < FIRST_DAY) return textCell(isoDate(day));
  // Spreadsheets believe that 1900 had a 29 February.
  const serial = day + SERIAL_OF_1970 - (day < AFTER_PHANTOM ? 1 : 0);
  return `<c s="${DATE}"><v>${serial}</v></c>`;
}

function textElement(text: string): string {
  const inert = inertText(text);
  const cut = inert.length <= LONGEST_TEXT
    ? inert
    : inert.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, "");
  const space = /^\s|\s$|[\t\r\n]/.test(cut) ? ' xml:space="preserve"' : "";
  return `<t${space}>${escaped(cut)}</t>`;
}

/** Characters that XML cannot hold, and halves of pairs. */
const UNFIT =
  // deno-lint-ignore no-control-regex -- they are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#13;",
};

function escaped(text: string): string {
  return text.replace(UNFIT, "\ufffd").replace(/[&<>\r]/g, (sign) => ESCAPES[sign]!);
}
