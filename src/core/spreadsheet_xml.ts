// What all workbooks have in common: the parts around their sheets, styles of cells, and texts and days as
// spreadsheets hold them. How cells follow one another is each writer's: answers fit in memory, dumps do not.
// Source: ECMA-376, SpreadsheetML.

import { inertText } from "./spreadsheet_text.ts";
import { type EpochDay, epochDay } from "./time.ts";

export const XML_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** Cells of the header row and cells of dates, as positions in `STYLES`. */
export const [HEADER_STYLE, DAY_STYLE] = [1, 2];

export const STYLES = `${XML_START}<styleSheet xmlns="${SPREADSHEET}"><numFmts count="1"><numFmt ` +
  'numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name ' +
  'val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>' +
  '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs ' +
  'count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">' +
  '<alignment vertical="top" wrapText="1"/></xf>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/** A workbook's sheets in order, and whether it has a part of shared strings. */
export type WorkbookParts = { readonly sheets: readonly string[]; readonly sharedStrings?: boolean };

/** Path of a sheet by its position, below `xl/`. */
const sheetTarget = (i: number) => `worksheets/sheet${i + 1}.xml`;
export const sheetPath = (i: number) => `xl/${sheetTarget(i)}`;
export const STRINGS_PATH = "xl/sharedStrings.xml";

/** Everything of a workbook but its sheets and shared strings: path and text. */
export function partsAround(
  { sheets, sharedStrings = false }: WorkbookParts,
): [path: string, text: string][] {
  const others: [target: string, relation: string, type: string][] = [
    ...sheets.map((_, i): [string, string, string] => [sheetTarget(i), "worksheet", "worksheet"]),
    ["styles.xml", "styles", "styles"],
    ...(sharedStrings
      ? [["sharedStrings.xml", "sharedStrings", "sharedStrings"] as [string, string, string]]
      : []),
  ];
  const types = [["workbook.xml", "", "sheet.main"], ...others].map(([target, , type]) =>
    `<Override PartName="/xl/${target}" ContentType="${TYPE}.${type}+xml"/>`
  );
  const named = sheets.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  return [
    [
      "[Content_Types].xml",
      `${XML_START}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ` +
      'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Default Extension="xml" ContentType="application/xml"/>${types.join("")}</Types>`,
    ],
    ["_rels/.rels", relations([["xl/workbook.xml", "officeDocument"]])],
    [
      "xl/workbook.xml",
      `${XML_START}<workbook xmlns="${SPREADSHEET}" xmlns:r="${OFFICE}"><sheets>${named.join("")}</sheets>` +
      "</workbook>",
    ],
    ["xl/_rels/workbook.xml.rels", relations(others)],
    ["xl/styles.xml", STYLES],
  ];
}

function relations(targets: readonly (readonly [target: string, relation: string, ...unknown[]])[]): string {
  const all = targets.map(([target, relation], i) =>
    `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${relation}" Target="${target}"/>`
  );
  return `${XML_START}<Relationships xmlns="${PACKAGE}/relationships">${all.join("")}</Relationships>`;
}

/** What comes before the rows of a sheet: the header stays in sight, columns are so many characters wide. */
export function sheetLook(widths: readonly number[], isSelected = false): string {
  const columns = widths.map((width, i) =>
    `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`
  );
  return `<sheetViews><sheetView${isSelected ? ' tabSelected="1"' : ""} workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${columns.join("")}</cols>`;
}

/** Spreadsheets count days from here, but for the first two months of 1900, where they disagree. */
const DAY_ZERO = epochDay(1899, 12, 30);
const FIRST_DAY = epochDay(1900, 3, 1);

/** A day as spreadsheets count it; undefined for one that they cannot hold or do not agree on. */
export function serialDay(day: EpochDay): number | undefined {
  return day < FIRST_DAY ? undefined : day - DAY_ZERO;
}

/** Characters that a cell may have. */
const LONGEST = 32_767;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** A text as the element that cells and shared strings hold: no formula, cut, whole in XML. */
export function textElement(text: string): string {
  const kept = inertText(text).slice(0, LONGEST).toWellFormed()
    // deno-lint-ignore no-control-regex -- what XML cannot carry
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    // Spreadsheets read _x0041_ as the sign of that number.
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_")
    .replace(/[&<>\r]/g, (sign) => ENTITIES[sign]!);
  return /^\s|\s$|[\t\n]/.test(kept) ? `<t xml:space="preserve">${kept}</t>` : `<t>${kept}</t>`;
}
