// Arithmetic and comparison, with OpenRefine's rules: integers stay integers, a text joins anything but null, and
// what has no answer is null rather than an error.

import type { Compiled } from "./compiled.ts";
import type { Operator } from "./syntax.ts";
import { divisionByZero } from "./numbers.ts";
import { GrelDate, isError, isNumber, type Value, valueText } from "./value.ts";

/** Of an operator over its two sides; an error on either side is the answer. */
export function operate(op: Operator, left: Compiled, right: Compiled): Compiled {
  const apply = OPERATIONS[op];
  return (place, locals) => {
    const a = left(place, locals);
    if (isError(a)) return a;
    const b = right(place, locals);
    return isError(b) ? b : apply(a, b);
  };
}

const wrap = (value: bigint) => BigInt.asIntN(64, value);

function arithmetic(
  integers: (a: bigint, b: bigint) => Value,
  doubles: (a: number, b: number) => number,
): (a: Value, b: Value) => Value {
  return (a, b) => {
    if (typeof a === "bigint" && typeof b === "bigint") return integers(a, b);
    return isNumber(a) && isNumber(b) ? doubles(Number(a), Number(b)) : null;
  };
}

const add = arithmetic((a, b) => wrap(a + b), (a, b) => a + b);

function sum(a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  return typeof a === "string" || typeof b === "string" ? valueText(a) + valueText(b) : add(a, b);
}

function divide(a: bigint, b: bigint): Value {
  if (b !== 0n) return wrap(a / b);
  return a === 0n ? NaN : a > 0n ? Infinity : -Infinity;
}

const collator = new Intl.Collator("en");

/** Order of two values; undefined where they have none. Texts go by the alphabet: á stands between a and b. */
function order(a: Value, b: Value): number | undefined {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : NaN;
  if (typeof a === "string" && typeof b === "string") {
    return a === b || a.normalize() === b.normalize() ? 0 : collator.compare(a, b) || (a < b ? -1 : 1);
  }
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof GrelDate && b instanceof GrelDate) return a.at - b.at;
  return undefined;
}

const ordered = (holds: (order: number) => boolean) => (a: Value, b: Value): Value => {
  const found = order(a, b);
  return found === undefined ? null : holds(found);
};

function equal(a: Value, b: Value): boolean {
  const found = order(a, b);
  return found === undefined ? a === b : found === 0;
}

const OPERATIONS: Readonly<Record<Operator, (a: Value, b: Value) => Value>> = {
  "+": sum,
  "-": arithmetic((a, b) => wrap(a - b), (a, b) => a - b),
  "*": arithmetic((a, b) => wrap(a * b), (a, b) => a * b),
  "/": arithmetic(divide, (a, b) => a / b),
  "%": arithmetic((a, b) => b === 0n ? divisionByZero() : a % b, (a, b) => a % b),
  "<": ordered((found) => found < 0),
  "<=": ordered((found) => found <= 0),
  ">": ordered((found) => found > 0),
  ">=": ordered((found) => found >= 0),
  "==": equal,
  "!=": (a, b) => !equal(a, b),
};
