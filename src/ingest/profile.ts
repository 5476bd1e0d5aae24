// Holds a catalog against the metadata profile 1.1: the keys of profile_keys.ts, and what holds between them. The
// harvest does not: a catalog that breaks the profile is harvested all the same, and its publisher is told.

import { hasTimeIndex } from "../core/catalog.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { distributionIdOf, identifierOf } from "./data_json.ts";
import { type Finding, finding, type Place } from "./finding.ts";
import { type Key, PROFILE, type ProfileLevel } from "./profile_keys.ts";
import { extensionFits, extensionOf, list, object, shown } from "./profile_values.ts";

/** Nouns with their article, as the sentences need them. */
const NOUNS: Record<ProfileLevel, string> = {
  catalog: "el catálogo",
  theme: "el tema",
  dataset: "el dataset",
  distribution: "la distribución",
  field: "el campo",
};

/** An entity about to be judged. */
type Entity = {
  readonly level: ProfileLevel;
  readonly value: JsonObject;
  readonly pointer: string;
  /** How it is called, with its article. */
  readonly name: string;
  readonly place: Place;
};

export type ProfileOptions = {
  /** A catalog read from disk may name files by relative addresses; they are to be completed before it is published. */
  readonly local?: boolean;
};

/** What of a catalog is not as the profile says, in the order of the catalog. Never throws, whatever it is. */
export function profileFindings(catalog: JsonObject, { local = false }: ProfileOptions = {}): Finding[] {
  const found: Finding[] = [];
  const judge = (entity: Entity) => judgeKeys(found, entity, PROFILE[entity.level], local);
  const root: Entity = { level: "catalog", value: catalog, pointer: "", name: NOUNS.catalog, place: {} };
  judge(root);
  const themes = childrenOf(found, root, "themeTaxonomy", "theme", ({ id }) => identifierOf(id));
  for (const theme of themes) judge(theme);
  found.push(...repeatedThemes(themes));
  const themeIds = themes.length > 0 ? new Set(themes.map(({ value }) => value.id)) : undefined;

  for (const dataset of childrenOf(found, root, "dataset", "dataset", nameOf)) {
    judge(dataset);
    if (themeIds) found.push(...unknownThemes(dataset, themeIds));
    const datasetId = identifierOf(dataset.value.identifier);
    const named = (value: JsonObject, position: number) => distributionIdOf(value, datasetId, position);
    for (const distribution of childrenOf(found, dataset, "distribution", "distribution", named)) {
      judge(distribution);
      found.push(...extensionFaults(distribution));
      const isTimeSeries = hasTimeIndex(distribution.value);
      for (const field of childrenOf(found, distribution, "field", "field", nameOf)) {
        judgeKeys(found, field, fieldKeys(field.value), local);
        if (isTimeSeries) found.push(...withoutId(field));
      }
    }
  }
  return found;
}

const nameOf = ({ identifier, title }: JsonObject): string => identifierOf(identifier) || identifierOf(title);

/** The entities of a list; what is none of them is told once. */
function childrenOf(
  found: Finding[],
  parent: Entity,
  key: string,
  level: ProfileLevel,
  nameOf: (value: JsonObject, position: number) => string,
): Entity[] {
  const items = parent.value[key];
  if (!Array.isArray(items)) return [];
  const strange = items.flatMap((value, position) => isJsonObject(value) ? [] : [position]);
  if (strange.length > 0) {
    const [first, ...others] = strange as [number, ...number[]];
    const fault = object(items[first]!)!;
    const more = others.length === 0 ? "" : ` (y ${others.length} más de "${key}")`;
    const message = `${capital(`${NOUNS[level]} ${first + 1}`)} ${of(parent.name)} ${fault.says}${more}`;
    const pointer = `${parent.pointer}/${key}/${first}`;
    found.push(finding(fault.code, message, fault.remedy, { ...parent.place, pointer }));
  }
  return items.flatMap((value, position): Entity[] => {
    if (!isJsonObject(value)) return [];
    const pointer = `${parent.pointer}/${key}/${position}`;
    const name = nameOf(value, position);
    return [{
      level,
      value,
      pointer,
      name: name === "" ? `${NOUNS[level]} ${position + 1}` : `${NOUNS[level]} "${clipped(name)}"`,
      place: { ...parent.place, ...placeOf(level, value, name), pointer },
    }];
  });
}

function placeOf(level: ProfileLevel, value: JsonObject, name: string): Place {
  if (level === "dataset") return { datasetId: identifierOf(value.identifier) || name };
  if (level === "distribution") return { distributionId: name };
  if (level !== "field") return {};
  const id = identifierOf(value.id);
  return { ...(name !== "" && { field: name }), ...(id !== "" && { fieldId: id }) };
}

/** The time index explains itself. */
function fieldKeys({ specialType }: JsonObject): readonly Key[] {
  return specialType === "time_index"
    ? PROFILE.field.filter(({ key }) => key !== "description")
    : PROFILE.field;
}

function judgeKeys(found: Finding[], entity: Entity, keys: readonly Key[], local: boolean): void {
  for (const { key, need, check, meaning, inside } of keys) {
    const value = entity.value[key];
    const pointer = `${entity.pointer}/${key}`;
    const tell = (code: Finding["code"], message: string, remedy: string, at = "") =>
      found.push(finding(code, message, remedy, { ...entity.place, pointer: pointer + at }));
    const whole = `"${key}" ${of(entity.name)}`;
    if (value === undefined || isBlank(value)) {
      const message = value === undefined
        ? `Falta "${key}" en ${entity.name}`
        : `${whole} está sin contenido`;
      if (need === "recommended") {
        tell("profile.recommended", message, `Conviene completar "${key}": ${meaning}`);
      } else if (need === "required" && value === undefined) {
        tell("profile.missing", message, `Agregue "${key}": ${meaning}`);
      } else if (need === "required" && !(check === list && Array.isArray(value))) {
        tell("profile.blank", message, `Complete "${key}": ${meaning}`);
      }
      continue;
    }
    const fault = check(value);
    if (fault?.code === "profile.uri" && local && key === "downloadURL" && isRelative(value)) {
      const remedy = "Sirve mientras el catálogo se lee del disco; complétela antes de publicarlo: https://…";
      tell("profile.relative_uri", `${whole} es relativa: ${shown(value)}`, remedy);
    } else if (fault) tell(fault.code, `${whole} ${fault.says}`, fault.remedy, fault.at);
    else if (inside && isJsonObject(value)) {
      judgeKeys(found, { ...entity, value, pointer, name: whole }, inside, local);
    }
  }
}

function isBlank(value: Json): boolean {
  return value === null || (typeof value === "string" && value.trim() === "") ||
    (Array.isArray(value) && value.length === 0);
}

const isRelative = (value: Json): boolean =>
  typeof value === "string" && !/^[a-z][a-z0-9+.-]*:/i.test(value.trim());

/** One finding an id, however often it is there: at its second place. */
function repeatedThemes(themes: readonly Entity[]): Finding[] {
  const times = new Map<Json, number>();
  return themes.flatMap(({ value: { id }, place, pointer }) => {
    if (id === undefined || isBlank(id)) return [];
    const time = (times.get(id) ?? 0) + 1;
    times.set(id, time);
    if (time !== 2) return [];
    const message = `El id ${shown(id)} está en más de un tema de la taxonomía`;
    const remedy = "Deje cada id en un solo tema: los datasets no pueden decir cuál de los dos quieren";
    return [finding("profile.repeated_theme", message, remedy, { ...place, pointer: `${pointer}/id` })];
  });
}

function unknownThemes(
  { value, name, place, pointer }: Entity,
  known: ReadonlySet<Json | undefined>,
): Finding[] {
  const named = Array.isArray(value.theme) ? value.theme : [];
  return named.flatMap((id, position) => {
    if (typeof id !== "string" || isBlank(id) || known.has(id)) return [];
    const message = `${capital(name)} nombra el tema ${shown(id)}, que no está en themeTaxonomy`;
    const remedy = "Agréguelo a themeTaxonomy, o use uno de sus ids";
    const at = `${pointer}/theme/${position}`;
    return [finding("profile.unknown_theme", message, remedy, { ...place, pointer: at })];
  });
}

function extensionFaults({ value, name, place, pointer }: Entity): Finding[] {
  const { format } = value;
  if (typeof format !== "string" || isBlank(format)) return [];
  return ["downloadURL", "fileName"].flatMap((key) => {
    const address = value[key];
    if (typeof address !== "string" || extensionFits(format, address)) return [];
    const message = `"format" ${of(name)} es ${shown(format)} y "${key}" termina en ".${
      extensionOf(address)
    }"`;
    const remedy = `Corrija "format" o "${key}": deben nombrar el mismo formato`;
    return [finding("profile.extension", message, remedy, { ...place, pointer: `${pointer}/${key}` })];
  });
}

function withoutId({ value, name, place, pointer }: Entity): Finding[] {
  if (value.specialType === "time_index" || identifierOf(value.id) !== "") return [];
  const remedy =
    'Agregue "id": el identificador público de la serie, de 7 a 40 caracteres, que no cambie nunca';
  const message = `${capital(name)} no tiene "id": no se publica como serie`;
  return [finding("series.without_id", message, remedy, { ...place, pointer: `${pointer}/id` })];
}

const capital = (words: string) => words[0]!.toUpperCase() + words.slice(1);
const of = (name: string) => name.startsWith("el ") ? `del ${name.slice(3)}` : `de ${name}`;
const clipped = (name: string) => name.length > 100 ? `${name.slice(0, 100)}…` : name;
