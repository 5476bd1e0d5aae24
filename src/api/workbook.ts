// Writes an XLSX workbook: sheets of typed cells under a bold header that stays in sight. What it shall say is
// the caller's; this knows the format (ECMA-376) and no library, because the edge has room for none.

import { inertText } from "../core/spreadsheet_text.ts";
import { type EpochDay, epochDay, isoDate } from "../core/time.ts";
import { zip } from "./zip.ts";

/** Null is an empty cell, and so is a number that is none. */
export type Cell = string | number | boolean | null | { readonly day: EpochDay };

export type Sheet = {
  readonly name: string;
  /** Of the columns, in characters. */
  readonly widths: readonly number[];
  readonly header: readonly string[];
  readonly rows: Iterable<readonly Cell[]>;
};

/** Spreadsheets count days from here, but for the first two months of 1900, where they disagree. */
const DAY_ZERO = epochDay(1899, 12, 30);
const FIRST_DAY = epochDay(1900, 3, 1);
/** Characters of a cell. */
const LONGEST = 32_767;
/** Positions in the formats of cells below. */
const [HEADER, DAY] = [1, 2];

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1">` +
  `<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>` +
  `<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
  `<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
  `<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
  `<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
  `<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">` +
  `<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
  `<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">` +
  `<alignment vertical="top" wrapText="1"/></xf>` +
  `<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
  `<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

/** The bytes of a workbook; the same sheets make the same bytes. */
export function writeWorkbook(sheets: readonly Sheet[]): Promise<Uint8Array<ArrayBuffer>> {
  const parts = sheets.map((_, i) => `worksheets/sheet${i + 1}.xml`);
  const type = (part: string, kind: string) =>
    `<Override PartName="/xl/${part}" ContentType="${TYPES}.${kind}+xml"/>`;
  const relation = (id: number, kind: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${RELATIONS}/${kind}" Target="${target}"/>`;
  const relations = (text: string) =>
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">${text}</Relationships>`;
  const files: Record<string, string> = {
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types">` +
      `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      type("workbook.xml", "sheet.main") + type("styles.xml", "styles") +
      parts.map((part) => type(part, "worksheet")).join("") + `</Types>`,
    "_rels/.rels": relations(relation(1, "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>` +
      sheets.map(({ name }, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("") +
      `</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      parts.map((part, i) => relation(i + 1, "worksheet", part)).join("") +
        relation(parts.length + 1, "styles", "styles.xml"),
    ),
    "xl/styles.xml": STYLES,
  };
  sheets.forEach((sheet, i) => files[`xl/${parts[i]}`] = sheetXml(sheet, i === 0));
  const utf8 = new TextEncoder();
  return zip(Object.entries(files).map(([name, text]) => ({ name, bytes: utf8.encode(text) })));
}

function sheetXml({ widths, header, rows }: Sheet, selected: boolean): string {
  const columns = header.map((_, i) => columnName(i));
  const texts = [rowXml(header, 1, columns, HEADER)];
  for (const row of rows) texts.push(rowXml(row, texts.length + 1, columns));
  const cols = widths.map((width, i) =>
    `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`
  );
  return `${XML}<worksheet xmlns="${MAIN}"><dimension ref="A1:${columns.at(-1)}${texts.length}"/>` +
    `<sheetViews><sheetView${selected ? ' tabSelected="1"' : ""} workbookViewId="0">` +
    `<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols>${cols.join("")}</cols><sheetData>${texts.join("")}</sheetData></worksheet>`;
}

/** A, B, … Z, AA, … */
function columnName(column: number): string {
  const letter = String.fromCharCode(65 + column % 26);
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}

function rowXml(cells: readonly Cell[], row: number, columns: readonly string[], style?: number): string {
  let text = `<row r="${row}">`;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    const at = `<c r="${columns[i]}${row}"`;
    if (typeof cell === "number") {
      if (Number.isFinite(cell)) text += `${at}><v>${cell}</v></c>`;
    } else if (typeof cell === "string") text += textCell(at, cell, style);
    else if (typeof cell === "boolean") text += `${at} t="b"><v>${cell ? 1 : 0}</v></c>`;
    else if (cell !== null) {
      text += cell.day < FIRST_DAY
        ? textCell(at, isoDate(cell.day))
        : `${at} s="${DAY}"><v>${cell.day - DAY_ZERO}</v></c>`;
    }
  }
  return `${text}</row>`;
}

function textCell(at: string, text: string, style?: number): string {
  if (text === "") return "";
  const styled = style === undefined ? at : `${at} s="${style}"`;
  return `${styled} t="inlineStr"><is><t xml:space="preserve">${escaped(inertText(text))}</t></is></c>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** Text of an element; what XML cannot carry becomes the replacement character. */
function escaped(text: string): string {
  return text.slice(0, LONGEST).toWellFormed()
    // deno-lint-ignore no-control-regex -- these are the ones
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
    // Spreadsheets read _x0041_ as the sign of that number.
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_")
    .replace(/[&<>\r]/g, (sign) => ENTITIES[sign]!);
}
