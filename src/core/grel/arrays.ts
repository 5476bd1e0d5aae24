// Functions over lists, over anything, and between truth values.

import { expects, type GrelFunction, isText, place } from "./texts.ts";
import {
  FieldedValue,
  GrelDate,
  GrelError,
  isArray,
  isNumber,
  JsonFields,
  type Value,
  valueText,
} from "./value.ts";

/** What makes two values the same item of a list: their kind and their text. */
const identity = (value: Value): string =>
  `${typeof value === "object" && value !== null ? value.constructor.name : typeof value}:${
    valueText(value)
  }`;

/** Order of two values of one kind; undefined where they have none. */
export function compareValues(a: Value, b: Value): number | undefined {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (isText(a) && isText(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof GrelDate && b instanceof GrelDate) return a.at - b.at;
  return undefined;
}

const sort: GrelFunction = ([list, ...more]) => {
  if (list == null || !isArray(list) || more.length > 0) return expects("sort", "una lista");
  const present = list.filter((item) => item !== null);
  const blanks = list.filter((item) => item === null);
  if (present.some((item) => compareValues(present[0]!, item) === undefined)) {
    return new GrelError("sort no puede ordenar valores de distinta clase");
  }
  return [...present.toSorted((a, b) => compareValues(a, b)!), ...blanks];
};

const uniques: GrelFunction = ([list, ...more]) => {
  if (list == null || !isArray(list) || more.length > 0) return expects("uniques", "una lista");
  const firsts = new Map<string, Value>();
  for (const item of list) if (!firsts.has(identity(item))) firsts.set(identity(item), item);
  return [...firsts.values()];
};

const get: GrelFunction = (args) => {
  const [subject, from, to] = args;
  if (args.length < 2 || args.length > 3 || subject == null || from == null) return null;
  if (isText(from)) return fieldOf(subject, from);
  if (!isNumber(from) || (to != null && !isNumber(to))) return null;
  const whole = isArray(subject) ? subject : valueText(subject);
  const start = place(from, whole.length);
  if (to == null) return start < whole.length ? whole[start]! : new GrelError(`No hay posición ${from}`);
  const end = Math.max(start, place(to, whole.length));
  return end > start || !isArray(subject) ? whole.slice(start, end) : null;
};

/** `.name` of a value; null where it has none. */
export function fieldOf(value: Value, name: string): Value {
  if (value instanceof FieldedValue) return value.of.field(name);
  return value instanceof JsonFields ? value.fields.get(name) ?? null : null;
}

export function typeName(value: Value): string {
  if (value === null) return "undefined";
  if (isNumber(value)) return "number";
  if (isArray(value)) return "array";
  if (value instanceof GrelDate) return "date";
  if (value instanceof FieldedValue) return value.of.typeName;
  return typeof value;
}

const logic = (name: string, answer: (values: readonly boolean[]) => boolean): GrelFunction => (args) =>
  args.length >= 2 && args.every((arg) => typeof arg === "boolean")
    ? answer(args as readonly boolean[])
    : expects(name, "dos o más valores lógicos");

export const ARRAY_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  get,
  length: (args) => {
    const [of] = args;
    if (args.length !== 1 || of == null) return expects("length", "un texto o una lista");
    return BigInt(isArray(of) ? of.length : of instanceof JsonFields ? of.fields.size : valueText(of).length);
  },
  join: (args) => {
    const [list, separator] = args;
    if (args.length !== 2 || list == null || !isArray(list) || !isText(separator)) {
      return expects("join", "una lista y un texto");
    }
    return list.filter((item) => item !== null).map(valueText).join(separator);
  },
  reverse: ([list]) => list != null && isArray(list) ? list.toReversed() : expects("reverse", "una lista"),
  sort,
  uniques,
  inArray: (args) => {
    const [list, wanted] = args;
    if (args.length !== 2 || !isText(wanted)) return expects("inArray", "una lista y un texto");
    return list != null && isArray(list) ? list.includes(wanted) : expects("inArray", "una lista y un texto");
  },
  coalesce: (args) =>
    args.length < 2 ? expects("coalesce", "dos o más valores") : args.find((arg) => arg !== null) ?? null,
  type: (args) => args.length === 1 ? typeName(args[0]!) : expects("type", "un valor"),
  hasField: ([of, name]) =>
    of != null && isText(name)
      ? of instanceof JsonFields ? of.fields.has(name) : fieldOf(of, name) !== null
      : expects("hasField", "un objeto y un nombre"),
  and: logic("and", (values) => values.every(Boolean)),
  or: logic("or", (values) => values.some(Boolean)),
  xor: logic("xor", (values) => values.filter(Boolean).length % 2 === 1),
  not: (args) =>
    args.length === 1 && typeof args[0] === "boolean" ? !args[0] : expects("not", "un valor lógico"),
};
