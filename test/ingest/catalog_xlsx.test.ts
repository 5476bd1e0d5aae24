// Catalog workbooks: three that publishers made, small ones written here cell by cell, and hostile files.
// Long because those are made here too, down to the zip, so that no library's habits decide what is tested.

import { describe, expect, test } from "vitest";
import { readCatalogXlsx } from "../../src/ingest/catalog_xlsx.ts";

type Entry = { readonly [key: string]: unknown };
type Distribution = Entry & { readonly field?: readonly Entry[] };
type Dataset = Entry & { readonly distribution: readonly Distribution[] };

const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const encoder = new TextEncoder();
const fixture = (path: string) => Deno.readFileSync(`${import.meta.dirname}/../fixtures/catalogs/${path}`);

/** A zip of deflated parts. Checksums and declared sizes are left zero: the reader believes neither. */
async function zipOf(parts: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>) {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  const put = (chunk: Uint8Array<ArrayBuffer>) => {
    chunks.push(chunk);
    at += chunk.length;
  };
  const record = (size: number, words: Record<number, number>, name = "") => {
    const view = new DataView(new ArrayBuffer(size));
    for (const [offset, value] of Object.entries(words)) view.setUint32(Number(offset), value, true);
    return new Uint8Array([...new Uint8Array(view.buffer), ...encoder.encode(name)]);
  };
  for (const [name, content] of Object.entries(parts)) {
    const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    directory.push(record(46, { 0: 0x02014b50, 10: 8, 20: packed.length, 28: name.length, 42: at }, name));
    put(record(30, { 0: 0x04034b50, 8: 8, 18: packed.length, 26: name.length }, name));
    put(packed);
  }
  const start = at;
  directory.forEach(put);
  put(record(22, { 0: 0x06054b50, 8: directory.length << 16, 10: directory.length, 16: start }));
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

type BookOptions = {
  readonly workbook?: string;
  readonly strings?: string;
  readonly styles?: string;
  /** Parts added, or put in the place of those of the book. */
  readonly parts?: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
};

/** A workbook with these sheets, each the XML of its rows. */
function bookOf(sheets: Readonly<Record<string, string>>, options: BookOptions = {}) {
  const names = Object.keys(sheets);
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`;
  return zipOf({
    "_rels/.rels": `<Relationships>${relation("r", "officeDocument", "/xl/workbook.xml")}</Relationships>`,
    "xl/workbook.xml": `<workbook>${options.workbook ?? ""}<sheets>${
      names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="s${i}"/>`).join("")
    }</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${relation("a", "sharedStrings", "sharedStrings.xml")}${
      relation("b", "styles", "../xl/styles.xml")
    }${
      names.map((_, i) => relation(`s${i}`, "worksheet", `worksheets/sheet${i}.xml`)).join("")
    }</Relationships>`,
    "xl/sharedStrings.xml": `<sst>${options.strings ?? ""}</sst>`,
    "xl/styles.xml": `<styleSheet>${options.styles ?? ""}</styleSheet>`,
    ...Object.fromEntries(names.map((name, i) => [
      `xl/worksheets/sheet${i}.xml`,
      `<worksheet><sheetData>${sheets[name]}</sheetData></worksheet>`,
    ])),
    ...options.parts,
  });
}

/** Rows of cells as XML; text becomes inline text, a blank is no cell. */
const rows = (...lines: readonly (readonly string[])[]) =>
  lines.map((cells, i) =>
    `<row r="${i + 1}">${
      cells.map((cell, column) => {
        const address = `${String.fromCharCode(65 + column)}${i + 1}`;
        if (cell.startsWith("<c")) return cell.replace("<c", `<c r="${address}"`);
        return cell === "" ? "" : `<c r="${address}" t="inlineStr"><is><t>${cell}</t></is></c>`;
      }).join("")
    }</row>`
  ).join("");

const TEMPLATE = {
  catalog: rows(["catalog_title"], ["Catálogo"]),
  dataset: rows(["dataset_identifier", "dataset_title"], ["1", "Uno"], ["2", "Dos"]),
  distribution: rows(
    ["dataset_identifier", "dataset_title", "distribution_identifier", "distribution_title"],
    ["1", "Uno", "1.1", "Serie"],
    ["2", "Dos", "2.1", "Serie"],
  ),
  theme: rows(["theme_id", "theme_label"]),
  field: rows(["dataset_identifier", "distribution_identifier", "field_title"]),
};
const LINKS = ["dataset_identifier", "dataset_title", "distribution_identifier", "distribution_title"];

async function read(sheets: Partial<typeof TEMPLATE>, options?: BookOptions) {
  const { catalog, warnings } = await readCatalogXlsx(await bookOf({ ...TEMPLATE, ...sheets }, options));
  return { catalog, warnings, datasets: catalog.dataset as unknown as readonly Dataset[] };
}

describe("readCatalogXlsx on publishers' workbooks", () => {
  // Counted as catalog-harvest.md 1.2 says: a field with an id and a numeric type that is not special.
  test.each([
    { path: "config/catalog.xlsx", counts: [1, 42, 0, 0], warned: 0, why: "formulas, dates as numbers" },
    { path: "lib/catalog.xlsx", counts: [107, 262, 26, 172], warned: 0, why: "the largest known" },
    {
      path: "validator/catalog.xlsx",
      counts: [1, 1, 1, 18],
      warned: 88,
      why: "fields of datasets not in it",
    },
  ])("readCatalogXlsx counts $path: $why", async ({ path, counts, warned }) => {
    const { catalog, warnings } = await readCatalogXlsx(fixture(path));
    const datasets = catalog.dataset as unknown as readonly Dataset[];
    const distributions = datasets.flatMap(({ distribution }) => distribution);
    const timeSeries = distributions.filter(({ field }) =>
      field?.some(({ specialType }) => specialType === "time_index")
    );
    const series = timeSeries.flatMap(({ field }) => field!).filter((field) =>
      !field.specialType && !field.specialTypeDetail && /^(number|integer)$/i.test(String(field.type)) &&
      field.id
    );
    expect([datasets.length, distributions.length, timeSeries.length, series.length]).toEqual(counts);
    expect(warnings).toHaveLength(warned);
  });

  test("readCatalogXlsx reads every level of config/catalog.xlsx as a data.json has it", async () => {
    const { catalog } = await readCatalogXlsx(fixture("config/catalog.xlsx"));
    const [dataset] = catalog.dataset as unknown as readonly Dataset[];
    expect(catalog).toMatchObject({
      issued: "2017-09-25",
      modified: "2019-10-02",
      language: ["SPA"],
      superThemeTaxonomy: "http://datos.gob.ar/superThemeTaxonomy.json",
      publisher: { mbox: "sspmicro@mecon.gov.ar" },
    });
    expect(catalog).not.toHaveProperty("homepage");
    expect(catalog.themeTaxonomy).toHaveLength(8);
    expect(dataset).toMatchObject({
      identifier: "01",
      superTheme: ["ECON"],
      theme: expect.arrayContaining(["produccion_actividad", "mercado_laboral"]),
      contactPoint: { hasEmail: "sspmicro@mecon.gov.ar" },
      accrualPeriodicity: "R/P3M",
    });
    expect(dataset!.distribution.map(({ identifier }) => identifier).slice(8, 11)).toEqual([
      "01.9",
      "01.10",
      "01.11",
    ]);
  });

  test("readCatalogXlsx finds the validator's distribution, and tells what has no dataset", async () => {
    const { catalog, warnings } = await readCatalogXlsx(fixture("validator/catalog.xlsx"));
    const [dataset] = catalog.dataset as unknown as readonly Dataset[];
    expect(dataset!.distribution.map(({ identifier }) => identifier)).toEqual([
      "221859a8-c51e-47c2-95ab-a8525bb2b55d",
    ]);
    expect(warnings[0]).toBe(
      'Hoja "field", fila 2 y 10 más: dataset "675f2ed9-d01a-43ee-9179-d021859ec045" no figura una sola vez en el libro',
    );
  });

  test("readCatalogXlsx keeps the blanks of a field's title, as its CSV has them", async () => {
    const { catalog } = await readCatalogXlsx(fixture("lib/catalog.xlsx"));
    const titles = (catalog.dataset as unknown as readonly Dataset[])
      .flatMap(({ distribution }) => distribution).flatMap(({ field }) => field ?? []).map(({ title }) =>
        title
      );
    expect(titles).toContain("produccion_en_miles_de_toneladas_eq_res_c/h\t");
  });
});

describe("readCatalogXlsx on cells", () => {
  const STYLES = `<numFmts><numFmt numFmtId="164" formatCode="00"/><numFmt numFmtId="165" formatCode="0.00"/>
    <numFmt numFmtId="166" formatCode="d &quot;de&quot; mmmm"/><numFmt numFmtId="167" formatCode="[Red]0&quot; días&quot;"/>
    <numFmt numFmtId="168" formatCode="[$-2C0A]d\\ mmmm\\ yyyy;@"/></numFmts>
    <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${
    [164, 165, 166, 167, 168, 14, 22].map((id) => `<xf numFmtId="${id}"/>`).join("")
  }</cellXfs>`;
  const STRINGS =
    `<si><t>a &amp; b</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">co</t></r>
    <rPh sb="0" eb="1"><t>fono</t></rPh></si><si><t>l1_x000D_</t></si><si><t><![CDATA[<c>]]>d</t></si>`;

  test.each([
    { why: "identifiers that Excel took for numbers", cell: "<c><v>125.1</v></c>", text: "125.1" },
    { why: "no decimals added", cell: "<c><v>1</v></c>", text: "1" },
    { why: "17 digits stored, 15 shown", cell: "<c><v>1.1000000000000001</v></c>", text: "1.1" },
    { why: "as computed", cell: "<c><v>0.30000000000000004</v></c>", text: "0.3" },
    { why: "zeros of the format", cell: `<c s="1"><v>1</v></c>`, text: "01" },
    { why: "decimals of the format", cell: `<c s="2"><v>125.1</v></c>`, text: "125.10" },
    { why: "no format rounds", cell: `<c s="1"><v>1.5</v></c>`, text: "1.5" },
    { why: "a date", cell: `<c s="6"><v>43003</v></c>`, text: "2017-09-25" },
    { why: "a date, by words", cell: `<c s="3"><v>43003</v></c>`, text: "2017-09-25" },
    { why: "a date, by locale", cell: `<c s="5"><v>43003</v></c>`, text: "2017-09-25" },
    { why: "a date and time", cell: `<c s="7"><v>43003.520833333336</v></c>`, text: "2017-09-25T12:30:00" },
    { why: "before Excel's 29 February 1900", cell: `<c s="6"><v>59</v></c>`, text: "1900-02-28" },
    { why: "the day after it", cell: `<c s="6"><v>61</v></c>`, text: "1900-03-01" },
    { why: "no date that far", cell: `<c s="6"><v>1E300</v></c>`, text: "1e+300" },
    { why: "letters in quotes make no date", cell: `<c s="4"><v>7</v></c>`, text: "7" },
    { why: "a shared text", cell: `<c t="s"><v>0</v></c>`, text: "a & b" },
    { why: "text in several fonts", cell: `<c t="s"><v>1</v></c>`, text: "rico" },
    { why: "a control character", cell: `<c t="s"><v>2</v></c>`, text: "l1\r" },
    { why: "literal text", cell: `<c t="s"><v>3</v></c>`, text: "<c>d" },
    { why: "a shared text that is not there", cell: `<c t="s"><v>9</v></c>`, text: undefined },
    {
      why: "inline text in several fonts",
      cell: `<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>`,
      text: "ab",
    },
    { why: "the last result of a formula", cell: `<c t="str"><f>A1&amp;"x"</f><v>ok</v></c>`, text: "ok" },
    { why: "a number from a formula", cell: `<c><f>1+1</f><v>2</v></c>`, text: "2" },
    { why: "a formula never computed", cell: `<c><f>1+1</f></c>`, text: undefined },
    { why: "true", cell: `<c t="b"><v>1</v></c>`, text: "true" },
    { why: "an empty cell with a style", cell: `<c s="6"/>`, text: undefined },
    { why: "blanks", cell: `<c t="inlineStr"><is><t> \n</t></is></c>`, text: undefined },
  ])("readCatalogXlsx shows $cell as $text: $why", async ({ cell, text }) => {
    const catalog = rows(["catalog_title", "catalog_x"], ["Catálogo", cell], ["<c s='6'/>", ""]);
    const read = await readCatalogXlsx(
      await bookOf({ ...TEMPLATE, catalog: catalog.replace("catalog_x", "catalog_description") }, {
        styles: STYLES,
        strings: STRINGS,
      }),
    );
    expect(read.catalog.description).toBe(text);
    expect(read.warnings).toEqual([]);
  });

  test("readCatalogXlsx counts days from 1904 where the book does", async () => {
    const catalog = rows(["catalog_title", "catalog_issued"], ["Catálogo", `<c s="6"><v>41541</v></c>`]);
    const { catalog: { issued } } = await read({ catalog }, {
      styles: STYLES,
      workbook: `<workbookPr date1904="1"/>`,
    });
    expect(issued).toBe("2017-09-25");
  });

  test("readCatalogXlsx leaves out a cell with an error, and tells where", async () => {
    const catalog = rows(["catalog_title", "catalog_issued"], ["Catálogo", `<c t="e"><v>#N/A</v></c>`]);
    const answer = await read({ catalog });
    expect(answer.catalog).not.toHaveProperty("issued");
    expect(answer.warnings).toEqual(['Hoja "catalog", fila 2: "catalog_issued" tiene el error #N/A']);
  });

  test("readCatalogXlsx places cells and rows that do not say where they are", async () => {
    const bare = (text: string) => text.replaceAll(/ r="[A-Z]*\d+"/g, "");
    const { datasets } = await read({ dataset: bare(TEMPLATE.dataset) });
    expect(datasets.map(({ identifier, title }) => [identifier, title])).toEqual([["1", "Uno"], [
      "2",
      "Dos",
    ]]);
  });

  test("readCatalogXlsx reads elements with a prefix", async () => {
    const prefixed = (xml: string) => xml.replaceAll(/<(\/?)(\w)/g, "<$1x:$2");
    const { datasets } = await read({ dataset: prefixed(TEMPLATE.dataset) });
    expect(datasets).toHaveLength(2);
  });
});

describe("readCatalogXlsx on the template", () => {
  test("readCatalogXlsx takes sheets and headers in any case, below blank rows, and spells keys as the profile", async () => {
    const { catalog: _, ...others } = TEMPLATE;
    const headers =
      "CATALOG_TITLE Catalog_Publisher_Name catalog_publisher_MBOX catalog_supertheMetaxonomy catalog_otraClave";
    const sheet = rows([], headers.split(" "), [], ["Catálogo", "Org", "a@b.ar", "http://x", " otra "]);
    const { catalog } = await readCatalogXlsx(await bookOf({ ...others, " CATALOG": sheet }));
    expect(catalog).toMatchObject({
      title: "Catálogo",
      publisher: { name: "Org", mbox: "a@b.ar" },
      superThemeTaxonomy: "http://x",
      otraClave: "otra",
    });
  });

  test.each([
    { why: "blanks around items", text: " ECON , AGRI,", list: ["ECON", "AGRI"] },
    { why: "one", text: "ECON", list: ["ECON"] },
    { why: "a number", text: "<c><v>7</v></c>", list: ["7"] },
  ])("readCatalogXlsx splits the list $text: $why", async ({ text, list }) => {
    const keys = ["superTheme", "theme", "keyword", "tags", "language"];
    const dataset = rows(keys.map((key) => `dataset_${key}`), keys.map(() => text));
    const { datasets } = await read({ dataset });
    expect(keys.map((key) => datasets[0]![key])).toEqual(keys.map(() => list));
  });

  test("readCatalogXlsx gives byteSize as a number, and only that", async () => {
    const distribution = rows(
      ["dataset_identifier", "distribution_title", "distribution_byteSize"],
      ["1", "<c><v>2019</v></c>", "<c><v>1024</v></c>"],
      ["1", "Serie", "1 MB"],
    );
    const { datasets } = await read({ distribution });
    expect(datasets[0]!.distribution.map(({ title, byteSize }) => [title, byteSize])).toEqual([
      ["2019", 1024],
      ["Serie", "1 MB"],
    ]);
  });

  test("readCatalogXlsx lets no header take the place of a level, or of a prototype", async () => {
    const dataset = rows(
      ["dataset_identifier", "dataset_distribution", "dataset___proto__", "dataset_"],
      ["1", "x", "x", "x"],
    );
    const { datasets } = await read({ dataset });
    expect(datasets).toEqual([{
      identifier: "1",
      distribution: [expect.objectContaining({ identifier: "1.1" })],
    }]);
  });

  test("readCatalogXlsx leaves a distribution without fields without the key", async () => {
    const { datasets } = await read({});
    expect(datasets[0]!.distribution[0]).toEqual({
      dataset_identifier: "1",
      dataset_title: "Uno",
      identifier: "1.1",
      title: "Serie",
    });
  });

  test.each([
    { why: "by identifiers", row: ["1", "", "1.1", ""], found: "1 1.1" },
    { why: "by titles", row: ["", "Dos", "", "Serie"], found: "2 2.1" },
    { why: "the identifier decides", row: ["1", "Dos", "1.1", "Otra"], found: "1 1.1" },
    { why: "a title for an unknown identifier", row: ["9", "Dos", "9.9", "Serie"], found: "2 2.1" },
    { why: "blanks around", row: [" 1 ", "", "1.1 ", ""], found: "1 1.1" },
    { why: "numbers and texts alike", row: ["<c><v>1</v></c>", "", "<c><v>1.1</v></c>", ""], found: "1 1.1" },
    { why: "no such dataset", row: ["9", "Nueve", "1.1", ""], fault: 'fila 2: dataset "9"' },
    { why: "no such distribution", row: ["1", "", "2.1", ""], fault: 'fila 2: distribution "2.1"' },
    { why: "no dataset named", row: ["", "", "1.1", ""], fault: 'fila 2: dataset ""' },
  ])("readCatalogXlsx links a field: $why", async ({ row, found, fault }) => {
    const { datasets, warnings } = await read({ field: rows([...LINKS, "field_title"], [...row, "x"]) });
    const places = datasets.flatMap(({ identifier, distribution }) =>
      distribution.filter(({ field }) => field?.length === 1).map((one) => `${identifier} ${one.identifier}`)
    );
    expect(places).toEqual(found === undefined ? [] : [found]);
    expect(warnings).toEqual(
      fault === undefined ? [] : [`Hoja "field", ${fault} no figura una sola vez en el libro`],
    );
  });

  test("readCatalogXlsx tells two datasets of one identifier apart by title, or not at all", async () => {
    const dataset = rows(["dataset_identifier", "dataset_title"], ["1", "Uno"], ["1", "Dos"]);
    const distribution = rows(["dataset_identifier", "dataset_title"], ["1", "Dos"], ["1", "Tres"], [
      "1",
      "",
    ]);
    const { datasets, warnings } = await read({ dataset, distribution });
    expect(datasets.map(({ distribution }) => distribution.length)).toEqual([0, 1]);
    expect(warnings).toEqual([
      'Hoja "distribution", fila 3 y 1 más: dataset "1" no figura una sola vez en el libro',
    ]);
  });

  test("readCatalogXlsx says at most 200 warnings, and how many more there are", async () => {
    const field = rows(LINKS, ...Array.from({ length: 205 }, (_, i) => [`sin-${i}`]));
    const { warnings } = await read({ field });
    expect(warnings).toHaveLength(201);
    expect(warnings.at(-1)).toBe("Hay 5 avisos más");
  });
});

describe("readCatalogXlsx on what is no catalog", () => {
  const NOT = "El archivo no es un libro de Excel";
  const zeros = (megabytes: number) => new Uint8Array(megabytes * 1024 * 1024);
  const missing = (...names: (keyof typeof TEMPLATE)[]) =>
    bookOf(Object.fromEntries(Object.entries(TEMPLATE).filter(([name]) => !names.includes(name as "field"))));
  const part = (path: string, content: string | Uint8Array<ArrayBuffer>) =>
    bookOf(TEMPLATE, { parts: { [path]: content } });

  test.each([
    { why: "nothing", bytes: () => new Uint8Array(), fault: NOT },
    { why: "a web page", bytes: () => encoder.encode("<html>".repeat(99)), fault: NOT },
    { why: "an old .xls", bytes: () => encoder.encode("\xD0\xCF\x11\xE0".repeat(99)), fault: NOT },
    { why: "the first half", bytes: () => fixture("lib/catalog.xlsx").subarray(0, 80_000), fault: NOT },
    { why: "the second half", bytes: () => fixture("lib/catalog.xlsx").subarray(80_000), fault: "dañado" },
    {
      why: "a zip of something else",
      bytes: () => zipOf({ "a.txt": "hola" }),
      fault: "sin libro de trabajo",
    },
    { why: "an empty zip", bytes: () => zipOf({}), fault: "sin libro de trabajo" },
    {
      why: "no such book",
      bytes: () => zipOf({ "_rels/.rels": `<a><Relationship Type="/officeDocument" Target="x"/></a>` }),
      fault: "sin libro",
    },
    {
      why: "a sheet less",
      bytes: () => missing("distribution"),
      fault: 'faltan en el libro: "distribution"',
    },
    {
      why: "two sheets less",
      bytes: () => missing("theme", "field"),
      fault: 'faltan en el libro: "theme", "field"',
    },
    {
      why: "a sheet without its part",
      bytes: () => part("xl/_rels/workbook.xml.rels", "<a/>"),
      fault: 'falta el contenido de la hoja "catalog"',
    },
    {
      why: "XML cut short",
      bytes: () => part("xl/worksheets/sheet4.xml", "<worksheet><sheetData><row>"),
      fault: '"xl/worksheets/sheet4.xml" no es XML válido',
    },
    {
      why: "no catalog",
      bytes: () => bookOf({ ...TEMPLATE, catalog: rows(["catalog_title"]) }),
      fault: "una sola fila de datos y tiene 0",
    },
    {
      why: "two catalogs",
      bytes: () => bookOf({ ...TEMPLATE, catalog: rows(["catalog_title"], ["a"], ["b"]) }),
      fault: "una sola fila de datos y tiene 2",
    },
    {
      why: "a zip bomb among texts",
      bytes: () => part("xl/sharedStrings.xml", zeros(200)),
      fault: "más de 32 MB",
    },
    {
      why: "a zip bomb among the first parts",
      bytes: () => part("_rels/.rels", zeros(200)),
      fault: "más de 32 MB",
    },
    {
      why: "a bomb of many rows",
      bytes: () =>
        part(
          "xl/worksheets/sheet4.xml",
          `<a>${rows(["x"])}${"<row><c><v>1</v></c></row>".repeat(200_001)}</a>`,
        ),
      fault: 'hoja "field" tiene más de 200000 filas',
    },
  ])("readCatalogXlsx refuses $why", async ({ bytes, fault }) => {
    await expect(readCatalogXlsx(await bytes())).rejects.toMatchObject({
      name: "Problem",
      code: "invalid",
      message: expect.stringContaining(fault),
    });
  });

  test("readCatalogXlsx refuses every damaged byte it notices, and never breaks on one", async () => {
    const whole = await bookOf(TEMPLATE);
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = whole.slice();
      damaged[at]! ^= 0xff;
      const outcome = await readCatalogXlsx(damaged).then(() => "read", (error) => error.name);
      expect(outcome, `byte ${at}`).toMatch(/^(read|Problem)$/);
    }
  });

  test.each([
    {
      why: "a cell in the last corner makes no grid",
      sheet: `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`,
    },
    {
      why: "texts longer than Excel's",
      sheet: `<row><c t="str"><v>${"&amp;".repeat(400_000)}</v></c></row>`,
    },
    { why: "a million styled blanks", sheet: `<row>${`<c s="1"/>`.repeat(1_000_000)}</row>` },
  ])("readCatalogXlsx reads past excess: $why", async ({ sheet }) => {
    const { warnings } = await read({ theme: `${rows(["theme_id"])}${sheet}` });
    expect(warnings).toEqual([]);
  });

  test("readCatalogXlsx reads no part that is no sheet's, however large", async () => {
    await expect(part("xl/media/image1.png", zeros(200)).then(readCatalogXlsx)).resolves.toMatchObject({
      warnings: [],
    });
  });
});
