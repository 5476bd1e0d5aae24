// Functions over numbers. Which ones answer an integer and which a double is OpenRefine's.

import { expects, type GrelFunction } from "./texts.ts";
import { GrelError, isArray, isNumber, type Value } from "./value.ts";

const LARGEST = 2n ** 63n - 1n;

/** A double as an integer of 64 bits; beyond them the nearest there is, and 0 for NaN. */
function integerOf(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return LARGEST;
  return value < -(2 ** 63) ? -LARGEST - 1n : BigInt(value);
}

const rounded = (name: string, round: (value: number) => number): GrelFunction => (args) => {
  const [value] = args;
  if (args.length !== 1 || value == null || !isNumber(value)) return expects(name, "un número");
  return typeof value === "bigint" ? value : integerOf(round(value));
};

const ofNumber = (name: string, answer: (value: number) => number): GrelFunction => (args) =>
  args.length === 1 && args[0] != null && isNumber(args[0])
    ? answer(Number(args[0]))
    : expects(name, "un número");

const ofTwoNumbers = (name: string, answer: (a: number, b: number) => Value): GrelFunction => (args) =>
  args.length === 2 && args.every((arg) => isNumber(arg))
    ? answer(Number(args[0]), Number(args[1]))
    : expects(name, "dos números");

export const NUMBER_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  // Halves go up, also below zero.
  round: rounded("round", (value) => Math.floor(value + 0.5)),
  floor: rounded("floor", Math.floor),
  ceil: rounded("ceil", Math.ceil),
  abs: ofNumber("abs", Math.abs),
  exp: ofNumber("exp", Math.exp),
  ln: ofNumber("ln", Math.log),
  log: ofNumber("log", Math.log10),
  mod: (args) => {
    const [a, b] = args;
    if (args.length !== 2 || a == null || b == null || !isNumber(a) || !isNumber(b)) {
      return expects("mod", "dos números");
    }
    const divisor = integerOf(Math.trunc(Number(b)));
    return divisor === 0n ? divisionByZero() : integerOf(Math.trunc(Number(a))) % divisor;
  },
  min: ofTwoNumbers("min", Math.min),
  max: ofTwoNumbers("max", Math.max),
  pow: ofTwoNumbers("pow", Math.pow),
  sum: ([list, ...more]) =>
    list != null && isArray(list) && more.length === 0
      ? list.reduce<number>((sum, item) => sum + (isNumber(item) ? Number(item) : 0), 0)
      : expects("sum", "una lista de números"),
};

export const divisionByZero = () => new GrelError("División por cero");
