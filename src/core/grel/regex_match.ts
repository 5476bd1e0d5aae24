// The bounded matcher: backtracking like Java's, but with a count of steps, so that no pattern and no cell can hold
// a run for ever. It is the slower of the two and is used where the engine's own could take too long or would answer
// differently (see pattern.ts).

import { Problem } from "../problem.ts";
import type { Regex, RegexNode } from "./regex_tree.ts";

/** Goes on at a position; false where nothing further fits. State is as before whenever it answers false. */
type Step = (at: number) => boolean;

export type Captures = readonly (readonly [start: number, end: number] | undefined)[];

/** Steps for a text whatever its length, and more for each of its characters. */
const STEPS = 2_000_000;
const STEPS_PER_CHARACTER = 50;

const LINE_END = /[\n\r\u0085\u2028\u2029]/;
const WORD = /[\p{L}\p{Nd}_]/u;

/**
 * A matcher of `regex`: `run(text, from, toEnd)` tries at `from` alone.
 * Errors: Problem `unavailable` once a text has cost too many steps; `begin` sets the count anew.
 */
export function boundedMatcher(regex: Regex): {
  begin(text: string): void;
  run(from: number, toEnd: boolean): Captures | undefined;
} {
  let text = "";
  let steps = 0;
  let wholeOnly = false;
  let endAt = 0;
  const starts: number[] = [];
  let captures: (readonly [number, number] | undefined)[] = [];

  const spend = () => {
    if (--steps < 0) throw tooSlow();
  };
  const codeAt = (at: number) => text.codePointAt(at) ?? -1;

  const compile = (node: RegexNode, next: Step): Step => {
    switch (node.kind) {
      case "set": {
        const has = setTest(node.source);
        return (at) => {
          spend();
          const code = codeAt(at);
          return code >= 0 && has(code) && next(at + (code > 0xffff ? 2 : 1));
        };
      }
      case "sequence":
        return node.items.reduceRight<Step>((after, item) => compile(item, after), next);
      case "choice": {
        const options = node.options.map((option) => compile(option, next));
        return (at) => {
          spend();
          return options.some((option) => option(at));
        };
      }
      case "capture": {
        const { group } = node;
        const close: Step = (at) => {
          const before = captures[group];
          captures[group] = [starts[group]!, at];
          if (next(at)) return true;
          captures[group] = before;
          return false;
        };
        const inner = compile(node.of, close);
        return (at) => {
          const before = starts[group];
          starts[group] = at;
          if (inner(at)) return true;
          if (before !== undefined) starts[group] = before;
          return false;
        };
      }
      case "atomic":
      case "look":
        return compileApart(node, next);
      case "repeat":
        return node.of.kind === "set"
          ? compileSetRepeat(setTest(node.of.source), node, next)
          : compileRepeat(node, next);
      case "back": {
        const { group, ignoreCase } = node;
        return (at) => {
          spend();
          const found = captures[group];
          if (found === undefined) return false;
          const wanted = text.slice(...found);
          const there = text.slice(at, at + wanted.length);
          const same = there === wanted || (ignoreCase && there.toLowerCase() === wanted.toLowerCase());
          return same && next(at + wanted.length);
        };
      }
      case "place": {
        const holds = PLACE_TESTS[node.place];
        return (at) => holds(text, at) && next(at);
      }
    }
  };

  /** What is matched by itself and not gone back into: `(?>…)`, `(?=…)`, `(?<!…)`. */
  const compileApart = (node: RegexNode & { kind: "atomic" | "look" }, next: Step): Step => {
    let apartEnd = 0;
    let mustEndAt = -1;
    const inner = compile(node.of, (at) => {
      if (mustEndAt >= 0 && at !== mustEndAt) return false;
      apartEnd = at;
      return true;
    });
    if (node.kind === "atomic") {
      return (at) => {
        const before = [...captures];
        if (inner(at) && next(apartEnd)) return true;
        captures = before;
        return false;
      };
    }
    const found: Step = node.behind
      ? (at) => {
        const outer = mustEndAt;
        mustEndAt = at;
        let from = at;
        while (from >= 0 && !inner(from)) from--;
        mustEndAt = outer;
        return from >= 0;
      }
      : inner;
    return (at) => {
      const before = [...captures];
      if (found(at) !== node.negative) {
        if (node.negative) captures = before;
        if (next(at)) return true;
      }
      captures = before;
      return false;
    };
  };

  const compileSetRepeat = (
    has: (code: number) => boolean,
    { min, max, lazy }: RegexNode & { kind: "repeat" },
    next: Step,
  ): Step => {
    const width = (at: number) => {
      spend();
      const code = codeAt(at);
      return code < 0 || !has(code) ? 0 : code > 0xffff ? 2 : 1;
    };
    if (lazy) {
      return (start) => {
        let at = start;
        for (let count = 0;; count++) {
          if (count >= min && next(at)) return true;
          if (count === max) return false;
          const step = width(at);
          if (step === 0) return false;
          at += step;
        }
      };
    }
    return (start) => {
      let at = start, count = 0;
      for (let step; count < max && (step = width(at)) > 0; count++) at += step;
      for (; count >= min; count--) {
        if (next(at)) return true;
        spend();
        at -= at >= 2 && (codeAt(at - 2) > 0xffff) ? 2 : 1;
      }
      return false;
    };
  };

  const compileRepeat = ({ of, min, max, lazy }: RegexNode & { kind: "repeat" }, next: Step): Step => {
    let count = 0;
    let began = -1;
    // A round that took nothing ends the loop: another would take nothing either.
    const body = compile(of, (at) => at === began && count >= min ? next(at) : loop(at));
    const again: Step = (at) => {
      if (count >= max) return false;
      const before = [count, began] as const;
      count++;
      began = at;
      if (body(at)) return true;
      [count, began] = before;
      return false;
    };
    const loop: Step = (at) => {
      spend();
      if (count < min) return again(at);
      return lazy ? next(at) || again(at) : again(at) || next(at);
    };
    return (at) => {
      const before = [count, began] as const;
      [count, began] = [0, -1];
      if (loop(at)) return true;
      [count, began] = before;
      return false;
    };
  };

  const start = compile(regex.tree, (at) => {
    if (wholeOnly && at !== text.length) return false;
    endAt = at;
    return true;
  });

  return {
    begin(of) {
      text = of;
      steps = STEPS + STEPS_PER_CHARACTER * of.length;
    },
    run(from, toEnd) {
      wholeOnly = toEnd;
      captures = new Array(regex.groups + 1).fill(undefined);
      try {
        if (!start(from)) return undefined;
      } catch (error) {
        // Rounds of a group nest: a text of a hundred thousand of them does not fit in the stack.
        if (error instanceof RangeError) throw tooSlow();
        throw error;
      }
      captures[0] = [from, endAt];
      return captures;
    },
  };
}

const tooSlow = () =>
  new Problem("unavailable", "La expresión regular necesita demasiados pasos para este texto: simplifíquela");

const PLACE_TESTS = {
  start: (_: string, at: number) => at === 0,
  end: (text: string, at: number) => at === text.length,
  finalEnd: (text: string, at: number) => /^(?:\r\n|[\n\r\u0085\u2028\u2029])?$/.test(text.slice(at, at + 3)),
  lineStart: (text: string, at: number) =>
    at === 0 ||
    (at < text.length && LINE_END.test(text[at - 1]!) && !(text[at - 1] === "\r" && text[at] === "\n")),
  lineEnd: (text: string, at: number) =>
    at === text.length || (LINE_END.test(text[at]!) && !(text[at] === "\n" && text[at - 1] === "\r")),
  word: (text: string, at: number) => isWord(text, at - 1) !== isWord(text, at),
  notWord: (text: string, at: number) => isWord(text, at - 1) === isWord(text, at),
};

const isWord = (text: string, at: number): boolean => WORD.test(text[at] ?? "");

/** Whether a code is in a set; those of ASCII are looked up. */
function setTest(source: string): (code: number) => boolean {
  const pattern = new RegExp(`^${source}$`, "v");
  const ascii = Uint8Array.from(
    { length: 128 },
    (_, code) => pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
  return (code) => code < 128 ? ascii[code] === 1 : pattern.test(String.fromCodePoint(code));
}
