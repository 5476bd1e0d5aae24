// Controls: what decides which of its arguments is evaluated, how often, and with which names bound. They alone see
// errors of their arguments, so `isError` and `forNonBlank` can answer about them.

import type { Compiled, Control } from "./compiled.ts";
import { numberOf } from "./texts.ts";
import {
  GrelError,
  hasData,
  isArray,
  isError,
  isNumber,
  JsonFields,
  type Value,
  valueText,
} from "./value.ts";

/** A test of one argument. */
const test = (usage: string, holds: (value: Value) => Value): Control => ({
  arity: 1,
  names: [],
  usage,
  make: ([of]) => (place, locals) => holds(of!(place, locals)),
});

/** Items of a list, or the values of a JSON object. */
const itemsOf = (value: Value): readonly Value[] | undefined =>
  isArray(value) ? value : value instanceof JsonFields ? [...value.fields.values()] : undefined;

/** Goes through a list with the first name bound to each item, and the index bound where it has a name. */
const loop = (
  usage: string,
  name: string,
  withIndex: boolean,
  collect: (items: readonly Value[], each: (item: Value, index: number) => Value) => Value,
): Control => ({
  arity: withIndex ? 4 : 3,
  names: withIndex ? [1, 2] : [1],
  usage,
  make: (args, slots) => {
    const list = args[0]!;
    const body = args[withIndex ? 3 : 2]!;
    const itemSlot = slots[withIndex ? 1 : 0]!;
    const indexSlot = withIndex ? slots[0] : undefined;
    return (place, locals) => {
      const value = list(place, locals);
      if (isError(value)) return value;
      const items = itemsOf(value);
      if (items === undefined) return new GrelError(`${name} espera una lista`);
      return collect(items, (item, index) => {
        locals[itemSlot] = item;
        if (indexSlot !== undefined) locals[indexSlot] = BigInt(index);
        return body(place, locals);
      });
    };
  },
});

/** Rounds that `forRange` may take: a mistyped bound must not fill the memory. */
const MOST_ROUNDS = 1_000_000;

const forRange = (args: readonly Compiled[], [slot]: readonly number[]): Compiled => (place, locals) => {
  const bounds = args.slice(0, 3).map((arg) => arg(place, locals));
  const fault = bounds.find(isError);
  if (fault !== undefined) return fault;
  const [from, to, step] = bounds as [Value, Value, Value];
  if (!isNumber(from) || !isNumber(to) || !isNumber(step) || Number(step) === 0) {
    return new GrelError("forRange espera tres números y un paso que no sea 0");
  }
  if ((Number(to) - Number(from)) / Number(step) > MOST_ROUNDS) {
    return new GrelError(`forRange no da más de ${MOST_ROUNDS} vueltas`);
  }
  const exact = typeof from === "bigint" && typeof to === "bigint" && typeof step === "bigint";
  const results: Value[] = [];
  for (let at: bigint | number = from; step > 0 ? at < to : at > to;) {
    locals[slot!] = at;
    results.push(args[4]!(place, locals));
    at = exact ? (at as bigint) + (step as bigint) : Number(at) + Number(step);
  }
  return results;
};

export const CONTROLS: Readonly<Record<string, Control>> = {
  if: {
    arity: 3,
    names: [],
    usage: "if(condición, entonces, si no)",
    make: ([condition, then, otherwise]) => (place, locals) => {
      const value = condition!(place, locals);
      if (isError(value)) return value;
      return (value === true ? then! : otherwise!)(place, locals);
    },
  },
  with: {
    arity: 3,
    names: [1],
    usage: "with(valor, nombre, expresión)",
    make: ([value, , body], [slot]) => (place, locals) => {
      locals[slot!] = value!(place, locals);
      return body!(place, locals);
    },
  },
  forEach: loop("forEach(lista, nombre, expresión)", "forEach", false, (items, each) => items.map(each)),
  forEachIndex: loop(
    "forEachIndex(lista, índice, nombre, expresión)",
    "forEachIndex",
    true,
    (items, each) => items.map(each),
  ),
  filter: loop(
    "filter(lista, nombre, condición)",
    "filter",
    false,
    (items, each) => items.filter((item, index) => each(item, index) === true),
  ),
  forNonBlank: {
    arity: 4,
    names: [1],
    usage: "forNonBlank(valor, nombre, expresión, si está vacío)",
    make: ([value, , body, otherwise], [slot]) => (place, locals) => {
      const of = value!(place, locals);
      if (!hasData(of)) return otherwise!(place, locals);
      locals[slot!] = of;
      return body!(place, locals);
    },
  },
  forRange: {
    arity: 5,
    names: [3],
    usage: "forRange(desde, hasta, paso, nombre, expresión)",
    make: forRange,
  },
  isBlank: test("isBlank(valor)", (value) => !hasData(value)),
  isNonBlank: test("isNonBlank(valor)", hasData),
  isNull: test("isNull(valor)", (value) => value === null),
  isNotNull: test("isNotNull(valor)", (value) => value !== null),
  isEmptyString: test("isEmptyString(valor)", (value) => value === ""),
  isError: test("isError(valor)", isError),
  // Texts count where they are whole numbers, as in OpenRefine.
  isNumeric: test("isNumeric(valor)", (value) =>
    isNumber(value) || typeof numberOf(valueText(value)) === "bigint"),
};
