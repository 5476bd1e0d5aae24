// The configuration of the module: where its CSV belongs, as in a data.json. Either the entries themselves, or which
// entry of a data.json it is. What of the metadata a harvest would refuse is told here already, by its place.

import path from "node:path";
import { declaredFrequency, type DistributionReading, isTimeIndex, timeIndexOf } from "../../core/catalog.ts";
import type { FedDistribution } from "../../core/fed_distribution.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { identifierOf, readCatalog } from "../../ingest/data_json.ts";
import { frequencyFault } from "../../ingest/distribution.ts";
import { DEFAULT_LIMITS, findBrokenRules } from "../../ingest/rules.ts";
import { ConfigurationFault, readConfigurationFile } from "../configuration.ts";

export type PublishConfiguration = {
  readonly fed: FedDistribution;
  /** How long another process may go on writing before this gives up. */
  readonly waitSeconds: number;
};

const INLINE_KEYS = ["catalog", "dataset", "distribution", "wait_seconds"];
const REFERENCE_KEYS = ["data_json", "catalog_id", "dataset_id", "distribution_id", "wait_seconds"];
/** As long as a harvest of a large network takes. */
const DEFAULT_WAIT_SECONDS = 300;
const MOST_WAIT_SECONDS = 3_600;

/** The three entries of a distribution, and where each stands. */
type Entries = Record<"catalog" | "dataset" | "distribution", { readonly json: JsonObject; at: Place }>;
type Place = { readonly file: string; readonly pointer: string };

/** Reads the configuration. Errors: ConfigurationFault with every fault, each at its file and JSON pointer. */
export async function readPublishConfiguration(file: string): Promise<PublishConfiguration> {
  const json = await readConfigurationFile(file);
  if (!isJsonObject(json)) throw new ConfigurationFault(`${file}: debe ser un objeto`);
  const isReference = json.data_json !== undefined;
  refuseOthers(file, json, isReference ? REFERENCE_KEYS : INLINE_KEYS);
  const waitSeconds = waitOf(file, json);
  const entries = isReference ? await referred(file, json) : inline(file, json);
  const catalogId = isReference && json.catalog_id !== undefined
    ? text(file, json, "catalog_id")
    : identifierOf(entries.catalog.json.identifier);
  return { fed: fedOf(entries, catalogId), waitSeconds };
}

function refuseOthers(file: string, json: JsonObject, allowed: readonly string[]): void {
  const faults = Object.keys(json).filter((key) => !allowed.includes(key)).map((key) =>
    `${told({ file, pointer: pointerTo("", key) })}: no existe la clave (se admiten ${allowed.join(", ")})`
  );
  throwAny(faults);
}

function waitOf(file: string, json: JsonObject): number {
  const value = json.wait_seconds ?? DEFAULT_WAIT_SECONDS;
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_WAIT_SECONDS) {
    return Number(value);
  }
  throw new ConfigurationFault(`${file}, /wait_seconds: debe ser un entero de 0 a ${MOST_WAIT_SECONDS}`);
}

function inline(file: string, json: JsonObject): Entries {
  const entry = (key: "catalog" | "dataset" | "distribution") => {
    const value = json[key], at = { file, pointer: `/${key}` };
    if (isJsonObject(value)) return { json: value, at };
    const reason = value === undefined ? "falta" : "debe ser un objeto";
    throw new ConfigurationFault(
      `${
        told(at)
      }: ${reason}; el archivo lleva "catalog", "dataset" y "distribution" como en un data.json, o bien ` +
        `"data_json" y "distribution_id"`,
    );
  };
  return { catalog: entry("catalog"), dataset: entry("dataset"), distribution: entry("distribution") };
}

/** The entry of a data.json, whose path counts from the configuration, wherever the module is started from. */
async function referred(file: string, json: JsonObject): Promise<Entries> {
  const id = text(file, json, "distribution_id");
  const datasetId = json.dataset_id === undefined ? undefined : text(file, json, "dataset_id");
  const source = path.join(path.dirname(file), text(file, json, "data_json"));
  const catalog = await readConfigurationFile(source);
  if (!isJsonObject(catalog) || !Array.isArray(catalog.dataset)) {
    throw new ConfigurationFault(`${source}, /dataset: no es un data.json, que lleva una lista de datasets`);
  }
  const found = catalog.dataset.flatMap((dataset, i) => {
    if (!isJsonObject(dataset) || !Array.isArray(dataset.distribution)) return [];
    if (datasetId !== undefined && identifierOf(dataset.identifier) !== datasetId) return [];
    return dataset.distribution.flatMap((distribution, j): Entries[] => {
      if (!isJsonObject(distribution) || identifierOf(distribution.identifier) !== id) return [];
      const pointer = `/dataset/${i}`;
      return [{
        catalog: { json: catalog, at: { file: source, pointer: "" } },
        dataset: { json: dataset, at: { file: source, pointer } },
        distribution: { json: distribution, at: { file: source, pointer: `${pointer}/distribution/${j}` } },
      }];
    });
  });
  const [entries, another] = found;
  const at = told({ file, pointer: "/distribution_id" });
  if (!entries) throw new ConfigurationFault(`${at}: "${source}" no tiene una distribución "${id}"`);
  if (another) {
    throw new ConfigurationFault(
      `${at}: "${source}" tiene varias distribuciones "${id}": indique "dataset_id"`,
    );
  }
  return entries;
}

/** Errors: ConfigurationFault that tells all that a harvest would refuse, whatever the file. */
function fedOf({ catalog, dataset, distribution }: Entries, catalogId: string): FedDistribution {
  const faults: string[] = [];
  const identifier = (entry: Entries["dataset"]) => {
    const id = identifierOf(entry.json.identifier);
    if (id === "") faults.push(`${told(entry.at, "/identifier")}: falta el identificador`);
    return id;
  };
  if (catalogId === "") faults.push(`${told(catalog.at, "/identifier")}: falta el identificador`);
  const datasetId = identifier(dataset);
  identifier(distribution);
  const { field } = distribution.json;
  if (!Array.isArray(field) || !field.some((one) => isJsonObject(one) && isTimeIndex(one))) {
    faults.push(
      `${told(distribution.at, "/field")}: debe ser la lista de campos, con el de la fecha marcado con ` +
        `"specialType": "time_index"`,
    );
  } else faults.push(...field.flatMap((one, i) => fieldFaults(one, distribution.at, i)));
  throwAny(faults);

  const { reading } = readCatalog({
    ...catalog.json,
    dataset: [{ ...dataset.json, distribution: [distribution.json] }],
  });
  const [read] = reading.distributions;
  throwAny(metadataFaults(read!, distribution.at));
  return {
    catalogId,
    metadata: reading.metadata,
    dataset: reading.datasets.find(({ id }) => id === datasetId)!,
    distribution: read!,
  };
}

function fieldFaults(field: Json, at: Place, i: number): string[] {
  const place = (key: string) => told(at, `/field/${i}${key}`);
  if (!isJsonObject(field)) return [`${place("")}: debe ser un objeto`];
  const faults: string[] = [];
  if (typeof field.title !== "string" || field.title === "") {
    faults.push(`${place("/title")}: falta el título de la columna`);
  }
  if (!isTimeIndex(field) && identifierOf(field.id) === "") {
    faults.push(`${place("/id")}: falta el identificador de la serie`);
  }
  return faults;
}

/** What the rules of a harvest say of the metadata alone, which no limit of operators moves. */
function metadataFaults({ id, fields }: DistributionReading, at: Place): string[] {
  const frequency = declaredFrequency(fields);
  const index = timeIndexOf(fields)!;
  const candidate = { distributionId: id, fields, takenIds: new Set<string>() };
  return [
    ...(frequency === undefined
      ? [`${told(at, `/field/${fields.indexOf(index)}/specialTypeDetail`)}: ${frequencyFault(index)}`]
      : []),
    ...findBrokenRules(candidate, DEFAULT_LIMITS).map(({ text, field }) =>
      `${told(at, field === undefined ? "" : `/field/${field}`)}: ${text}`
    ),
  ];
}

function text(file: string, json: JsonObject, key: string): string {
  const value = identifierOf(json[key]);
  if (value === "") throw new ConfigurationFault(`${file}, /${key}: debe ser un texto`);
  return value;
}

const pointerTo = (pointer: string, key: string) =>
  `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

const told = ({ file, pointer }: Place, more = "") => `${file}, ${pointer}${more}`;

function throwAny(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigurationFault(faults.join("\n"));
}
