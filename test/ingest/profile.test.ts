// The metadata profile: a catalog without any fault, and every rule broken in it alone, with code and place. The
// verdicts on the fixtures are those of the replaced library. Long because every rule has its rows.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { parseDataJson } from "../../src/ingest/data_json.ts";
import { FINDING_CODES, type FindingCode, type Place } from "../../src/ingest/finding.ts";
import { profileFindings } from "../../src/ingest/profile.ts";
import { extensionFits, extensionOf } from "../../src/ingest/profile_values.ts";

/** Every key of the profile, well filled. */
const goodCatalog = () => ({
  title: "Datos de prueba",
  description: "Un catálogo sin faltas",
  publisher: { name: "Ministerio", mbox: "datos@ministerio.gob.ar" },
  superThemeTaxonomy: "http://datos.gob.ar/superThemeTaxonomy.json",
  issued: "2016-04-14",
  modified: "2016-04-19T19:48:05.433640-03:00",
  language: ["spa"],
  themeTaxonomy: [
    { id: "compras", label: "Compras", description: "Compras realizadas" },
    { id: "precios", label: "Precios", description: "Índices de precios" },
  ],
  license: "Creative Commons Attribution 4.0",
  homepage: "http://datos.gob.ar",
  rights: "Los de la licencia",
  spatial: "ARG",
  identifier: "prueba",
  dataset: [{
    identifier: "1",
    title: "Contrataciones",
    description: "Sistema de contrataciones",
    publisher: { name: "Oficina", mbox: " oficina@ministerio.gob.ar " },
    superTheme: ["ECON", "gove"],
    accrualPeriodicity: "R/P0.5M",
    issued: "2016-04-14T19:48:05",
    contactPoint: { fn: "Mesa de ayuda", hasEmail: "ayuda@ministerio.gob.ar" },
    theme: ["compras"],
    keyword: ["Información Económica al Día", "bienes_2.0-x"],
    modified: "2016-04-19T19:48:05Z",
    temporal: "2015-01-01/2015-12-31",
    license: "Creative Commons Attribution 4.0",
    language: ["spa"],
    spatial: ["ARG", "URY"],
    landingPage: "http://datos.gob.ar/dataset/1",
    source: "Ministerio",
    distribution: [{
      identifier: "1.1",
      title: "Convocatorias",
      accessURL: "http://datos.gob.ar/dataset/1/archivo/1.1",
      downloadURL: "https://datos.gob.ar/descarga/convocatorias.csv?v=2.1",
      issued: "2016-04-14",
      description: "Convocatorias del año",
      format: "CSV",
      license: "Creative Commons Attribution 4.0",
      modified: "2016-04-19",
      mediaType: "text/csv",
      byteSize: 5120,
      rights: "Los de la licencia",
      fileName: "convocatorias-2015.csv",
      type: "file",
      field: [
        { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: "R/P1M" },
        { title: "monto", type: "number", description: "Monto adjudicado", id: "compras_monto" },
      ],
    }],
  }],
});

// deno-lint-ignore no-explicit-any
type Loose = any;

/** The parts of a catalog that rows change. */
function partsOf(catalog: Loose) {
  const dataset = catalog.dataset[0];
  return { catalog, dataset, distribution: dataset.distribution[0], fields: dataset.distribution[0].field };
}

const IN_DATASET = { datasetId: "1" };
const IN_DISTRIBUTION = { ...IN_DATASET, distributionId: "1.1" };
const IN_FIELD = { ...IN_DISTRIBUTION, field: "monto", fieldId: "compras_monto" };
const DISTRIBUTION = "/dataset/0/distribution/0";
const FIELD = `${DISTRIBUTION}/field/1`;

type Row = {
  readonly why: string;
  readonly change: (parts: ReturnType<typeof partsOf>) => unknown;
  readonly code: FindingCode;
  readonly place: Place;
  /** Words of the sentence. */
  readonly says?: string;
};

const missing = (
  level: "catalog" | "dataset" | "distribution",
  keys: string,
  code: FindingCode,
  place: Place,
  pointer: string,
): Row[] =>
  keys.split(" ").map((key) => ({
    why: `${level} without ${key}`,
    change: (parts) => delete parts[level][key],
    code,
    place: { ...place, pointer: `${pointer}/${key}` },
    says: `Falta "${key}" en `,
  }));

const REQUIRED: Row[] = [
  ...missing("catalog", "title description publisher superThemeTaxonomy", "profile.missing", {}, ""),
  ...missing(
    "dataset",
    "title description publisher superTheme accrualPeriodicity issued",
    "profile.missing",
    IN_DATASET,
    "/dataset/0",
  ),
  ...missing(
    "distribution",
    "title accessURL downloadURL issued",
    "profile.missing",
    IN_DISTRIBUTION,
    DISTRIBUTION,
  ),
];

const RECOMMENDED: Row[] = [
  ...missing("catalog", "issued modified language license homepage", "profile.recommended", {}, ""),
  ...missing("catalog", "themeTaxonomy", "profile.recommended", {}, ""),
  ...missing(
    "dataset",
    "contactPoint theme keyword modified temporal license",
    "profile.recommended",
    IN_DATASET,
    "/dataset/0",
  ),
  ...missing(
    "distribution",
    "description format license modified",
    "profile.recommended",
    IN_DISTRIBUTION,
    DISTRIBUTION,
  ),
];

const ROWS: Row[] = [
  ...REQUIRED,
  ...RECOMMENDED,
  {
    why: "catalog without list of datasets",
    change: ({ catalog }) => delete catalog.dataset,
    code: "profile.missing",
    place: { pointer: "/dataset" },
  },
  {
    why: "dataset without identifier",
    change: ({ dataset }) => delete dataset.identifier,
    code: "profile.missing",
    place: { datasetId: "Contrataciones", pointer: "/dataset/0/identifier" },
    says: 'Falta "identifier" en el dataset "Contrataciones"',
  },
  {
    why: "dataset without list of distributions",
    change: ({ dataset }) => delete dataset.distribution,
    code: "profile.missing",
    place: { ...IN_DATASET, pointer: "/dataset/0/distribution" },
  },
  {
    why: "distribution without identifier gets one for its place",
    change: ({ distribution }) => delete distribution.identifier,
    code: "profile.missing",
    place: { ...IN_DATASET, distributionId: "1_0", pointer: `${DISTRIBUTION}/identifier` },
  },
  {
    why: "publisher without name",
    change: ({ catalog }) => delete catalog.publisher.name,
    code: "profile.missing",
    place: { pointer: "/publisher/name" },
    says: 'Falta "name" en "publisher" del catálogo',
  },
  {
    why: "publisher without mbox: required by the guide, not by the schema",
    change: ({ catalog }) => delete catalog.publisher.mbox,
    code: "profile.recommended",
    place: { pointer: "/publisher/mbox" },
  },
  {
    why: "publisher of a dataset without name",
    change: ({ dataset }) => delete dataset.publisher.name,
    code: "profile.missing",
    place: { ...IN_DATASET, pointer: "/dataset/0/publisher/name" },
  },
  {
    why: "contact without e-mail",
    change: ({ dataset }) => dataset.contactPoint.hasEmail = null,
    code: "profile.recommended",
    place: { ...IN_DATASET, pointer: "/dataset/0/contactPoint/hasEmail" },
  },
  {
    why: "theme without label",
    change: ({ catalog }) => delete catalog.themeTaxonomy[0].label,
    code: "profile.recommended",
    place: { pointer: "/themeTaxonomy/0/label" },
    says: 'en el tema "compras"',
  },
  {
    why: "field without description",
    change: ({ fields }) => delete fields[1].description,
    code: "profile.recommended",
    place: { ...IN_FIELD, pointer: `${FIELD}/description` },
  },
  {
    why: "required text of blanks",
    change: ({ catalog }) => catalog.title = "  ",
    code: "profile.blank",
    place: { pointer: "/title" },
  },
  {
    why: "required value that is null",
    change: ({ dataset }) => dataset.description = null,
    code: "profile.blank",
    place: { ...IN_DATASET, pointer: "/dataset/0/description" },
  },
  {
    why: "required list that is null",
    change: ({ dataset }) => dataset.distribution = null,
    code: "profile.blank",
    place: { ...IN_DATASET, pointer: "/dataset/0/distribution" },
  },
  {
    why: "no global theme",
    change: ({ dataset }) => dataset.superTheme = [],
    code: "profile.blank",
    place: { ...IN_DATASET, pointer: "/dataset/0/superTheme" },
  },
  {
    why: "number for text",
    change: ({ catalog }) => catalog.rights = 789,
    code: "profile.type",
    place: { pointer: "/rights" },
    says: '"rights" del catálogo debe ser un texto entre comillas y es 789',
  },
  {
    why: "text for integer",
    change: ({ distribution }) => distribution.byteSize = "5120",
    code: "profile.type",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/byteSize` },
  },
  {
    why: "fraction for integer",
    change: ({ distribution }) => distribution.byteSize = 51.2,
    code: "profile.type",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/byteSize` },
  },
  {
    why: "object for list",
    change: ({ catalog }) => catalog.dataset = { title: "x" },
    code: "profile.type",
    place: { pointer: "/dataset" },
    says: "debe ser una lista entre corchetes y es un objeto",
  },
  {
    why: "text for object",
    change: ({ catalog }) => catalog.publisher = "Ministerio",
    code: "profile.type",
    place: { pointer: "/publisher" },
  },
  {
    why: "text for list of texts",
    change: ({ catalog }) => catalog.language = "spa",
    code: "profile.type",
    place: { pointer: "/language" },
  },
  {
    why: "number among texts",
    change: ({ catalog }) => catalog.language = ["spa", 1],
    code: "profile.type",
    place: { pointer: "/language/1" },
  },
  {
    why: "text among datasets",
    change: ({ catalog }) => catalog.dataset.push("x"),
    code: "profile.type",
    place: { pointer: "/dataset/1" },
    says: "El dataset 2 del catálogo debe ser un objeto",
  },
  {
    why: "many strange fields are told once",
    change: ({ fields }) => fields.push("[", "{", "}"),
    code: "profile.type",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/field/2` },
    says: '(y 2 más de "field")',
  },
  {
    why: "blank among languages",
    change: ({ catalog }) => catalog.language = ["spa", ""],
    code: "profile.blank_item",
    place: { pointer: "/language/1" },
  },
  ...["2016/04/14", "2016-02-30", "14-04-2016", "2016", "2016-04-14 10:00", "2016-04-14T25:00:00"].map((
    date,
  ): Row => ({
    why: `${date} for a date`,
    change: ({ distribution }) => distribution.modified = date,
    code: "profile.date",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/modified` },
    says: `"modified" de la distribución "1.1" no es una fecha: "${date}"`,
  })),
  ...["2015", "2015-01-01/", "2015-01-01/2015-13-01", "2015-01-01/2015-12-31/x"].map((temporal): Row => ({
    why: `${temporal} for a period`,
    change: ({ dataset }) => dataset.temporal = temporal,
    code: "profile.temporal",
    place: { ...IN_DATASET, pointer: "/dataset/0/temporal" },
  })),
  ...["datosATmodernizacion.gob.ar", "a@b", "a b@c.ar", "a@b.ar, c@d.ar"].map((mbox): Row => ({
    why: `${mbox} for an e-mail`,
    change: ({ dataset }) => dataset.publisher.mbox = mbox,
    code: "profile.email",
    place: { ...IN_DATASET, pointer: "/dataset/0/publisher/mbox" },
  })),
  {
    why: "blanks around the e-mail of a catalog",
    change: ({ catalog }) => catalog.publisher.mbox = " datos@ministerio.gob.ar",
    code: "profile.email",
    place: { pointer: "/publisher/mbox" },
  },
  ...["datos.gob.ar", "/archivo.csv", "http://", "www.a.ar/b"].map((uri): Row => ({
    why: `${uri} for an address`,
    change: ({ distribution }) => distribution.accessURL = uri,
    code: "profile.uri",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/accessURL` },
  })),
  {
    why: "relative address of the file in a catalog of the network",
    change: ({ distribution }) => distribution.downloadURL = "convocatorias.csv",
    code: "profile.uri",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/downloadURL` },
  },
  ...["Econ", "ECONOMIA", "econ "].map((theme): Row => ({
    why: `${theme} for a global theme`,
    change: ({ dataset }) => dataset.superTheme = ["AGRI", theme],
    code: "profile.super_theme",
    place: { ...IN_DATASET, pointer: "/dataset/0/superTheme/1" },
  })),
  ...["RP1Y", "R/P1", "R/PY", "R/PT1D", "mensual", "Eventual"].map((accrual): Row => ({
    why: `${accrual} for a periodicity`,
    change: ({ dataset }) => dataset.accrualPeriodicity = accrual,
    code: "profile.periodicity",
    place: { ...IN_DATASET, pointer: "/dataset/0/accrualPeriodicity" },
  })),
  ...["a,b", "¿qué?", "a/b"].map((keyword): Row => ({
    why: `${keyword} for a keyword`,
    change: ({ dataset }) => dataset.keyword = ["bienes", keyword],
    code: "profile.keyword",
    place: { ...IN_DATASET, pointer: "/dataset/0/keyword/1" },
  })),
  {
    why: "file name with ñ",
    change: ({ distribution }) => distribution.fileName = "año.csv",
    code: "profile.file_name",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/fileName` },
  },
  {
    why: "title of a dataset of 101 characters",
    change: ({ dataset }) => dataset.title = "ñ".repeat(101),
    code: "profile.dataset_title",
    place: { ...IN_DATASET, pointer: "/dataset/0/title" },
  },
  {
    why: "title of a field of 61 characters",
    change: ({ fields }) => fields[1].title = "a".repeat(61),
    code: "profile.field_title",
    place: { ...IN_FIELD, field: "a".repeat(61), pointer: `${FIELD}/title` },
  },
  {
    why: "theme that is there three times is told once",
    change: ({ catalog }) => catalog.themeTaxonomy.push(catalog.themeTaxonomy[0], catalog.themeTaxonomy[0]),
    code: "profile.repeated_theme",
    place: { pointer: "/themeTaxonomy/2/id" },
    says: 'El id "compras" está en más de un tema',
  },
  {
    why: "address of another format",
    change: ({ distribution }) => distribution.downloadURL = "https://datos.gob.ar/a.pdf",
    code: "profile.extension",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/downloadURL` },
    says: '"format" de la distribución "1.1" es "CSV" y "downloadURL" termina en ".pdf"',
  },
  {
    why: "file name of another format",
    change: ({ distribution }) => distribution.fileName = "a.xls",
    code: "profile.extension",
    place: { ...IN_DISTRIBUTION, pointer: `${DISTRIBUTION}/fileName` },
  },
  {
    why: "theme that no taxonomy has",
    change: ({ dataset }) => dataset.theme = ["compras", "salud"],
    code: "profile.unknown_theme",
    place: { ...IN_DATASET, pointer: "/dataset/0/theme/1" },
  },
  {
    why: "series without id",
    change: ({ fields }) => fields[1].id = " ",
    code: "series.without_id",
    place: { ...IN_DISTRIBUTION, field: "monto", pointer: `${FIELD}/id` },
  },
];

describe("profileFindings", () => {
  test("has nothing to say of a good catalog", () => {
    expect(profileFindings(goodCatalog())).toEqual([]);
  });

  test.each(ROWS)("tells $code: $why", ({ change, code, place, says = "" }) => {
    const catalog = goodCatalog();
    change(partsOf(catalog));
    const found = profileFindings(catalog);
    expect(found.map(({ code, place }) => ({ code, place }))).toEqual([{ code, place }]);
    const [{ level, message, remedy }] = found as [typeof found[0]];
    expect(level).toBe(FINDING_CODES[code][0]);
    expect(message).toContain(says);
    for (const sentence of [message, remedy]) expect(sentence).toMatch(/^(\p{Lu}|").{8,}[^.]$/su);
  });

  test("has a row for each of its codes", () => {
    const own = Object.keys(FINDING_CODES).filter((code) => code.startsWith("profile."));
    const relative = "profile.relative_uri";
    expect(own.filter((code) => code !== relative && !ROWS.some((row) => row.code === code))).toEqual([]);
  });

  test("only recommends to complete the relative address of a catalog on disk", () => {
    const catalog = goodCatalog();
    partsOf(catalog).distribution.downloadURL = "convocatorias.csv";
    const found = profileFindings(catalog, { local: true });
    expect(found.map(({ code, level }) => [code, level])).toEqual([[
      "profile.relative_uri",
      "recommendation",
    ]]);
  });

  const GOOD: { why: string; change: Row["change"] }[] = [
    {
      why: "no optional key",
      change: ({ catalog, dataset, distribution }) => {
        for (const key of ["rights", "spatial", "identifier"]) delete catalog[key];
        for (const key of ["language", "spatial", "landingPage", "source"]) delete dataset[key];
        for (
          const key of ["mediaType", "byteSize", "rights", "fileName", "type", "field"]
        ) delete distribution[key];
      },
    },
    {
      why: "optional keys blank",
      change: ({ catalog, dataset, distribution }) => {
        Object.assign(catalog, { rights: "", spatial: null, identifier: "" });
        Object.assign(dataset, { landingPage: "", source: null, language: null });
        Object.assign(distribution, { mediaType: "", byteSize: null, fileName: "" });
      },
    },
    { why: "no dataset", change: ({ catalog }) => catalog.dataset = [] },
    { why: "no distribution", change: ({ dataset }) => dataset.distribution = [] },
    {
      why: "identifiers that are numbers",
      change: ({ catalog, dataset, distribution }) => {
        catalog.identifier = 1;
        dataset.identifier = 1;
        distribution.identifier = 1.1;
      },
    },
    { why: "one date for a period", change: ({ dataset }) => dataset.temporal = "2015-01-01" },
    {
      why: "times in a period",
      change: ({ dataset }) => dataset.temporal = "2015-01-01T00:00:00Z/2015-12-31",
    },
    { why: "every hour", change: ({ dataset }) => dataset.accrualPeriodicity = "R/PT1H" },
    { why: "now and then", change: ({ dataset }) => dataset.accrualPeriodicity = "eventual" },
    { why: "a title of 100", change: ({ dataset }) => dataset.title = "ñ".repeat(100) },
    { why: "unknown keys", change: ({ catalog, dataset }) => catalog.otra = dataset.otra = { x: [1] } },
    {
      why: "one URL twice",
      change: ({ dataset, distribution }) =>
        dataset.distribution.push({ ...distribution, identifier: "1.2" }),
    },
  ];
  test.each(GOOD)("has nothing to say of $why", ({ change }) => {
    const catalog = goodCatalog();
    change(partsOf(catalog));
    expect(profileFindings(catalog)).toEqual([]);
  });

  const STRANGE: JsonObject[] = [
    {},
    { dataset: null },
    { dataset: [null, 1, [], {}] },
    { dataset: [{ distribution: [null, { field: [null, {}] }, { field: {} }] }] },
    { themeTaxonomy: {}, dataset: "x" },
    {
      themeTaxonomy: [null, { id: null }, { id: [] }],
      publisher: [],
      dataset: [{ theme: 1, superTheme: {} }],
    },
  ];
  test.each(STRANGE)("never throws: %j", (catalog) => {
    expect(profileFindings(catalog).length).toBeGreaterThan(0);
  });
});

describe("extensionFits", () => {
  test.each([
    { format: "CSV", address: "http://a.ar/b.csv", fits: true, why: "same" },
    { format: ".csv ", address: "b.CSV", fits: true, why: "dot, blank and case" },
    { format: "CSV", address: "http://a.ar/b", fits: true, why: "no extension" },
    { format: "CSV", address: "http://a.ar", fits: true, why: "a host is no file" },
    { format: "CSV", address: "http://a.ar/d.e/f", fits: true, why: "a dot in a folder" },
    { format: "CSV", address: "http://a.ar/b?f=x.pdf", fits: true, why: "a dot in a query" },
    { format: "CSV", address: "http://a.ar/b.zip", fits: true, why: "exempt: zip" },
    { format: "CSV", address: "http://a.ar/b.php", fits: true, why: "exempt: php" },
    { format: "CSV", address: "http://a.ar/b.aspx", fits: true, why: "exempt: aspx" },
    { format: "CSV", address: "a.b.puntos", fits: false, why: "the last extension counts" },
    { format: "text/csv", address: "a.csv", fits: true, why: "media type" },
    { format: "text/csv", address: "a.pdf", fits: false, why: "another media type" },
    { format: "application/vnd.ms-excel", address: "a.xlsx", fits: false, why: "the newer Excel" },
    { format: "application/x-own", address: "a.own", fits: true, why: "a media type nobody knows" },
    { format: "JPEG", address: "a.jpg", fits: true, why: "two spellings" },
  ])("$format and $address: $fits, $why", ({ format, address, fits }) => {
    expect(extensionFits(format, address)).toBe(fits);
  });

  test("extensionOf finds none in a hidden file", () => {
    expect(extensionOf("http://a.ar/.htaccess")).toBe("");
  });
});

describe("the fixtures", () => {
  const FOLDER = `${import.meta.dirname}/../fixtures/catalogs`;
  type Verdict = { status?: "OK" | "ERROR"; errors?: string[] };
  const expected: Record<string, Verdict> = JSON.parse(readFileSync(`${FOLDER}/expected.json`, "utf8"));
  const rows = Object.entries(expected).filter(([name]) => name.startsWith("profile/"))
    .map(([name, { status = "ERROR", errors = [] }]) => ({ name, status, count: errors.length }));
  /** Why the number of errors is another. */
  const OTHER_COUNTS: Record<string, { count: number; why: string }> = {
    "profile/several_assorted_errors.json": {
      count: 13,
      why: "the library tells the blank keyword twice, for two schemas",
    },
    "profile/invalid_dataset_type.json": { count: 1, why: "the library throws" },
    "profile/missing_catalog_dataset.json": { count: 1, why: "the library throws" },
  };
  const errorsOf = (name: string) =>
    profileFindings(parseDataJson(readFileSync(`${FOLDER}/${name}`))).filter(({ level }) =>
      level === "error"
    );

  test.each(rows)("$name gets $status with $count errors", ({ name, status, count }) => {
    const errors = errorsOf(name);
    expect(errors.length > 0 ? "ERROR" : "OK").toBe(status);
    expect(errors.length).toBe(OTHER_COUNTS[name]?.count ?? count);
  });

  test("are all expected, but one that is only read", () => {
    const files = readdirSync(`${FOLDER}/profile`).filter((name) => name.endsWith(".json"));
    const unexpected = files.filter((name) => !Object.hasOwn(expected, `profile/${name}`));
    expect(unexpected).toEqual(["catalogo-series-tiempo.json"]);
    expect(errorsOf("profile/catalogo-series-tiempo.json")).toEqual([]);
  });
});
