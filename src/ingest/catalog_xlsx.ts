// The official Excel template of a catalog, read into the shape of a data.json: bytes in, values out. Judging the
// metadata is data_json.ts's, as for a catalog published as JSON.
//
// Workbooks come from strangers, so the lower half reads them on a SAX parser alone: inflated bytes are counted
// as they come out, no part is read twice for one sheet, only columns with a header are kept. The libraries for
// whole books that were tried exhaust the memory on crafted files of a few kB.

import { decode, Parser } from "saxen";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";

export type CatalogXlsx = {
  /** Keys as in a data.json; every value is text or a list of texts, but `byteSize`. A blank cell has no key. */
  readonly catalog: JsonObject;
  /** Spanish sentences, without a final full stop, that name sheet and row of what was left out. */
  readonly warnings: readonly string[];
};

const SHEETS = ["catalog", "dataset", "distribution", "theme", "field"] as const;
type Sheet = (typeof SHEETS)[number];

/** Keys by their spelling in the profile, as headers come in any case. Other keys keep the header's own. */
const SPELLING = new Map(
  `identifier title description issued modified language license homepage rights spatial temporal version
  superThemeTaxonomy superTheme theme keyword tags accrualPeriodicity landingPage source accessLevel
  publisher_name publisher_mbox contactPoint_fn contactPoint_hasEmail dataset_identifier dataset_title
  distribution_identifier distribution_title accessURL downloadURL format mediaType byteSize fileName type
  scrapingFileURL scrapingFileSheet scrapingIdentifierCell scrapingDataStartCell scrapingFileSeparator
  scrapingFileEncoding scrapingFileTimeFormat scrapingFileTimeField scrapingFileIdsField scrapingFileValuesField
  id label units specialType specialTypeDetail`.split(/\s+/).map((key) => [key.toLowerCase(), key]),
);
const LISTS = ["language", "superTheme", "theme", "keyword", "tags"];
/** A field's title is a CSV column's, blanks at its ends included. */
const VERBATIM = ["title", "description"];
/** Keys whose values are other sheets' rows. */
const NESTED = ["dataset", "distribution", "field", "themeTaxonomy"];
const MAX_WARNINGS = 200;

/**
 * Reads a catalog workbook: sheets and headers in any case, the first row that is not blank is the header.
 * Shape: a distribution goes to the dataset it names, a field to the distribution of the dataset it names, by
 * identifier; where that is blank or unknown, the title decides if just one has it.
 * Errors: Problem "invalid", in Spanish, when it is no workbook, is broken, inflates to too much, lacks a sheet,
 * or does not describe one catalog. A row without parent and a cell with an error value are warnings.
 */
export async function readCatalogXlsx(bytes: Uint8Array): Promise<CatalogXlsx> {
  const warnings: string[] = [];
  let unsaid = 0;
  const warn = (sentence: string) => warnings.length < MAX_WARNINGS ? warnings.push(sentence) : unsaid++;
  const sheets = await readSheets(bytes, SHEETS, warn);
  const rowsOf = (name: Sheet) =>
    sheets.get(name)!.map(({ number, cells }) => ({ number, entry: entryOf(name, cells) }));
  const catalogs = rowsOf("catalog");
  if (catalogs.length !== 1) {
    throw invalid(`La hoja "catalog" debe tener una sola fila de datos y tiene ${catalogs.length}`);
  }

  const orphans = new Map<string, number[]>();
  const leaveOut = (sheet: Sheet, row: number, parent: "dataset" | "distribution", entry: JsonObject) => {
    const name = textAt(entry[`${parent}_identifier`]) || textAt(entry[`${parent}_title`]);
    const key = `Hoja "${sheet}"|${parent} "${name}" no figura una sola vez en el libro`;
    orphans.get(key)?.push(row) ?? orphans.set(key, [row]);
  };
  const datasets = rowsOf("dataset").map(({ entry }) => ({ ...entry, distribution: [] as JsonObject[] }));
  const findDataset = finderOf(datasets, "dataset");
  for (const { number, entry } of rowsOf("distribution")) {
    const dataset = findDataset(entry);
    if (dataset !== undefined) dataset.distribution.push(entry);
    else leaveOut("distribution", number, "dataset", entry);
  }
  const finders = new Map(
    datasets.map((dataset) => [dataset, finderOf(dataset.distribution, "distribution")]),
  );
  for (const { number, entry } of rowsOf("field")) {
    const dataset = findDataset(entry);
    const distribution = dataset && finders.get(dataset)!(entry);
    if (distribution !== undefined) ((distribution.field ??= []) as JsonObject[]).push(entry);
    else leaveOut("field", number, dataset === undefined ? "dataset" : "distribution", entry);
  }
  for (const [key, [first, ...others]] of orphans) {
    warn(key.replace("|", `, fila ${first}${others.length > 0 ? ` y ${others.length} más` : ""}: `));
  }
  if (unsaid > 0) warnings.push(`Hay ${unsaid} avisos más`);
  const themeTaxonomy = rowsOf("theme").map(({ entry }) => entry);
  return { catalog: { ...catalogs[0]!.entry, themeTaxonomy, dataset: datasets }, warnings };
}

function entryOf(sheet: Sheet, cells: Row["cells"]): JsonObject {
  const entry: JsonObject = {};
  for (const [header, text] of cells) {
    const bare = header.toLowerCase().startsWith(`${sheet}_`) ? header.slice(sheet.length + 1) : header;
    const key = SPELLING.get(bare.toLowerCase()) ?? bare;
    if (NESTED.includes(key) || !/^[a-z][\w.-]*$/i.test(key)) continue;
    const [, group, part] = /^(publisher|contactPoint)_(.+)/.exec(key) ?? [];
    if (group !== undefined) entry[group] = { ...entry[group] as JsonObject, [part!]: text.trim() };
    else if (LISTS.includes(key)) entry[key] = text.split(",").map((item) => item.trim()).filter(Boolean);
    else if (key === "byteSize" && /^\d{1,15}$/.test(text.trim())) entry[key] = Number(text);
    else entry[key] = VERBATIM.includes(key) ? text : text.trim();
  }
  return entry;
}

/** Finds the parent that a row of a lower level means; undefined where that is none, or not one alone. */
function finderOf<Parent extends JsonObject>(parents: readonly Parent[], level: "dataset" | "distribution") {
  const byIdentifier = Map.groupBy(parents, ({ identifier }) => textAt(identifier));
  const byTitle = Map.groupBy(parents, ({ title }) => textAt(title));
  return (row: JsonObject): Parent | undefined => {
    const [identifier, title] = [textAt(row[`${level}_identifier`]), textAt(row[`${level}_title`])];
    const titled = title === "" ? [] : byTitle.get(title) ?? [];
    const found = (identifier === "" ? undefined : byIdentifier.get(identifier)) ?? titled;
    const [only, ...others] = found.length > 1 ? found.filter((parent) => titled.includes(parent)) : found;
    return others.length === 0 ? only : undefined;
  };
}

const textAt = (value: unknown): string => typeof value === "string" ? value.trim() : "";

// ---- Workbooks: any, as rows of text under the header of each column.

/** Of all parts read of one workbook together; those of the largest catalog known have 1.2 MB. */
const MAX_INFLATED_MB = 32;
const MAX_ROWS = 200_000;
const MAX_COLUMNS = 256;
/** A cell's 32,767 characters, each written as an entity of ten. The rest of a longer text is dropped. */
const MAX_TEXT = 327_670;
/** Deflate grows 1032-fold at most: no step puts out more than 17 MB before that is counted. */
const INFLATE_STEP_BYTES = 16 * 1024;

type Row = { /** As Excel counts, from 1. */ readonly number: number; readonly cells: Map<string, string> };
type Part = { readonly method: number; readonly bytes: Uint8Array };
type Book = { readonly parts: ReadonlyMap<string, Part>; bytesLeft: number };
/** `digits` are always shown: `00`, `0.000`. */
type Format = { readonly isDate: boolean; readonly digits?: string };
type Attributes = Readonly<Record<string, string | undefined>>;
/** `text` is what stands before a closing tag, since the tag before it. */
type Handlers = {
  readonly open: (element: string, attributes: Attributes) => void;
  readonly close?: (element: string, text: string) => void;
};

const NOT_A_WORKBOOK = "El archivo no es un libro de Excel (.xlsx)";
const invalid = (message: string, cause?: unknown) => new Problem("invalid", message, [], { cause });

/** The rows of the sheets so named, in any case. Rows without text are skipped; the first one with text is the header. */
async function readSheets<Name extends string>(
  bytes: Uint8Array,
  names: readonly Name[],
  warn: (sentence: string) => void,
): Promise<Map<Name, Row[]>> {
  const book: Book = { parts: partsOf(bytes), bytesLeft: MAX_INFLATED_MB * 1024 * 1024 };
  const workbook = (await readRelations(book, "")).find(({ kind }) => kind === "officeDocument")?.path;
  if (workbook === undefined || !book.parts.has(workbook)) {
    throw invalid(`${NOT_A_WORKBOOK}: es un zip sin libro de trabajo`);
  }
  const relations = await readRelations(book, workbook);
  const paths = new Map<Name, string | undefined>();
  let since1904 = false;
  await readXml(book, workbook, {
    open(element, attributes) {
      if (element === "workbookPr") since1904 = /^(1|true)$/.test(attributes.date1904 ?? "");
      const sheet = element === "sheet" ? decode(attributes.name ?? "").trim().toLowerCase() : undefined;
      const name = names.find((name) => name === sheet);
      if (name === undefined || paths.has(name)) return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(":id"))?.[1];
      paths.set(name, relations.find((relation) => relation.id === id)?.path);
    },
  });
  const missing = names.filter((name) => !paths.has(name));
  if (missing.length > 0) throw invalid(`Hojas que faltan en el libro: "${missing.join('", "')}"`);
  const pathOf = (kind: string) => relations.find((relation) => relation.kind === kind)?.path;
  const strings = await readStrings(book, pathOf("sharedStrings"));
  const formats = await readFormats(book, pathOf("styles"));
  const show = (stored: string, style: number) => shownText(stored, formats[style], since1904);
  const sheets = new Map<Name, Row[]>();
  for (const [name, path] of paths) {
    if (!book.parts.has(path ?? "")) {
      throw invalid(`El libro está dañado: falta el contenido de la hoja "${name}"`);
    }
    sheets.set(name, await readRows(book, path, { sheet: name, strings, show, warn }));
  }
  return sheets;
}

async function readRows(book: Book, path: string | undefined, { sheet, strings, show, warn }: {
  readonly sheet: string;
  readonly strings: readonly string[];
  readonly show: (stored: string, style: number) => string;
  readonly warn: (sentence: string) => void;
}): Promise<Row[]> {
  const rows: Row[] = [];
  let headers: Map<number, string> | undefined;
  let [number, column, stored] = [0, -1, ""];
  let cell: Attributes = {};
  let texts = new Map<number, string>();

  const textOf = ({ t: type = "n", s: style = "0" }: Attributes) => {
    if (type === "s") return strings[Number(stored)] ?? "";
    if (type === "b") return /^(1|true)$/.test(stored) ? "true" : "false";
    return type === "n" ? show(stored, Number(style)) : unescaped(stored);
  };
  const endCell = () => {
    if (column >= MAX_COLUMNS || headers?.has(column) === false) return;
    if (cell.t === "e") {
      const header = headers?.get(column) ?? "encabezado";
      return warn(`Hoja "${sheet}", fila ${number}: "${header}" tiene el error ${stored}`);
    }
    const text = textOf(cell);
    if (text.trim() !== "") texts.set(column, text);
  };
  const endRow = () => {
    if (texts.size === 0) return;
    if (headers === undefined) {
      return void (headers = new Map(Array.from(texts, ([at, text]) => [at, text.trim()])));
    }
    if (rows.length === MAX_ROWS) throw invalid(`La hoja "${sheet}" tiene más de ${MAX_ROWS} filas`);
    rows.push({ number, cells: new Map(Array.from(texts, ([at, text]) => [headers!.get(at)!, text])) });
  };
  await readXml(book, path, {
    open(element, attributes) {
      if (element === "row") {
        number = Number(attributes.r ?? number + 1);
        [column, texts] = [-1, new Map()];
      } else if (element === "c") {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r);
        [cell, stored] = [attributes, ""];
      }
    },
    close(element, text) {
      if (element === "v" || element === "t") stored += text;
      else if (element === "c") endCell();
      else if (element === "row") endRow();
    },
  });
  return rows;
}

async function readStrings(book: Book, path: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  let [string, isPhonetic] = ["", false];
  await readXml(book, path, {
    open(element) {
      if (element === "si") string = "";
      else if (element === "rPh") isPhonetic = true;
    },
    close(element, text) {
      if (element === "t" && !isPhonetic) string += text;
      else if (element === "rPh") isPhonetic = false;
      else if (element === "si") strings.push(unescaped(string));
    },
  });
  return strings;
}

/** The number format of each cell style. */
async function readFormats(book: Book, path: string | undefined): Promise<Format[]> {
  const codes = new Map<string, string>();
  const formats: Format[] = [];
  let isOfCells = false;
  await readXml(book, path, {
    open(element, { numFmtId = "0", formatCode = "" }) {
      if (element === "cellXfs") isOfCells = true;
      else if (element === "numFmt") codes.set(numFmtId, decode(formatCode.slice(0, 1000)));
      else if (element === "xf" && isOfCells) formats.push(formatOf(Number(numFmtId), codes.get(numFmtId)));
    },
    close: (element) => void (isOfCells &&= element !== "cellXfs"),
  });
  return formats;
}

function formatOf(id: number, code: string | undefined): Format {
  // Without a code, the ids of ECMA-376 18.8.30 that are dates or times, in Asian locales too.
  if (code === undefined) {
    return {
      isDate: (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 58 && id !== 49),
    };
  }
  const [shown = ""] = code.replace(/"[^"]*"|\\.|\[[^\]]*\]|[_*]./g, "").split(";");
  const digits = /^0{1,15}(\.0{1,15})?$/.exec(shown)?.[0];
  return { isDate: /[ymdhs]/i.test(shown) && !/general/i.test(shown), digits };
}

/** A stored number as its reader sees it: a date, with the zeros its format asks for, or plain. Never rounded. */
function shownText(stored: string, format: Format | undefined, since1904: boolean): string {
  const number = Number(stored);
  if (stored.trim() === "" || Number.isNaN(number)) return stored;
  if (format?.isDate && number >= 1 && number < 2_958_466) return isoText(number, since1904);
  const decimals = format?.digits?.split(".")[1]?.length ?? 0;
  const padded = number.toFixed(decimals).padStart(format?.digits?.length ?? 0, "0");
  return format?.digits !== undefined && number >= 0 && Number(padded) === number
    ? padded
    : String(Number(number.toPrecision(15)));
}

function isoText(serial: number, since1904: boolean): string {
  // Excel has a 29 February 1900, serial 60, that never was.
  const epoch = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const text = new Date(epoch + Math.round(serial * 86_400) * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19);
}

/** Zero-based: 0 for "A7", 26 for "AA7". */
function columnOf(address: string): number {
  const letters = /^[A-Z]{1,3}/.exec(address)?.[0] ?? "";
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Control characters are written as `_x000D_`. */
function unescaped(text: string): string {
  return text.slice(0, MAX_TEXT).replace(
    /_x([0-9A-F]{4})_/gi,
    (_, code) => String.fromCharCode(parseInt(code, 16)),
  );
}

async function readRelations(book: Book, path: string) {
  const relations: { readonly id?: string; readonly kind?: string; readonly path?: string }[] = [];
  await readXml(book, path.replace(/[^/]*$/, "_rels/$&.rels"), {
    open(element, { Id, Type, Target }) {
      if (element !== "Relationship") return;
      const target = URL.parse(decode(Target ?? ""), `part:/${path}`)?.pathname.slice(1).toLowerCase();
      relations.push({ id: Id, kind: Type?.replace(/^.*\//, ""), path: target });
    },
  });
  return relations;
}

/** Names elements without their prefix. A part that is not there has no elements. */
async function readXml(book: Book, path: string | undefined, { open, close }: Handlers): Promise<void> {
  const part = book.parts.get(path ?? "");
  if (part === undefined) return;
  const bare = (name: string) => name.slice(name.indexOf(":") + 1);
  let text = "";
  new Parser()
    .on("openTag", (name: string, attributes: () => Attributes) => {
      text = "";
      open(bare(name), attributes());
    })
    .on("text", (encoded: string) => text += decode(encoded.slice(0, MAX_TEXT)))
    .on("cdata", (plain: string) => text += plain)
    .on("closeTag", (name: string) => {
      close?.(bare(name), text);
      text = "";
    })
    .on("error", (cause: Error) => {
      throw invalid(`El libro está dañado: "${path}" no es XML válido`, cause);
    })
    .parse(await inflatedText(book, part));
}

async function inflatedText(book: Book, { method, bytes }: Part): Promise<string> {
  if (method !== 0 && method !== 8) throw invalid("El libro está comprimido de un modo que no se admite");
  const stored = ReadableStream.from(stepsOf(bytes));
  const inflated = method === 0 ? stored : stored.pipeThrough(new DecompressionStream("deflate-raw"));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const chunk of inflated) {
      book.bytesLeft -= chunk.length;
      if (book.bytesLeft < 0) throw invalid(`El libro ocupa descomprimido más de ${MAX_INFLATED_MB} MB`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof Problem ? cause : invalid("El libro está dañado: no se puede descomprimir", cause);
  }
  return await new Blob(chunks).text();
}

function* stepsOf(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += INFLATE_STEP_BYTES) {
    yield new Uint8Array(bytes.subarray(at, at + INFLATE_STEP_BYTES));
  }
}

/** What the central directory of a zip lists, by name in lower case. The sizes it declares are not believed. */
function partsOf(bytes: Uint8Array): Map<string, Part> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => view.getUint16(at, true);
  const long = (at: number) => view.getUint32(at, true);
  const first = Math.max(0, bytes.length - 22 - 0xffff);
  let end = bytes.length - 22;
  while (end >= first && long(end) !== 0x06054b50) end--;
  if (end < first) throw invalid(NOT_A_WORKBOOK);
  const parts = new Map<string, Part>();
  try {
    let at = long(end + 16);
    for (let left = word(end + 10); left > 0; left--) {
      if (long(at) !== 0x02014b50) throw new RangeError("no entry");
      const [size, nameSize, header] = [long(at + 20), word(at + 28), long(at + 42)];
      const start = header + 30 + word(header + 26) + word(header + 28);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameSize));
      parts.set(name.toLowerCase(), { method: word(at + 10), bytes: bytes.subarray(start, start + size) });
      at += 46 + nameSize + word(at + 30) + word(at + 32);
    }
  } catch (cause) {
    if (cause instanceof RangeError) throw invalid(`${NOT_A_WORKBOOK}: el zip está dañado`, cause);
    throw cause;
  }
  return parts;
}
