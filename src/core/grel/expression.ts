// An expression made ready to run: names and columns are checked once, against the columns there are at its place of
// the history, and the tree becomes functions. A row then costs calls and no look-ups by name.

import { ARRAY_FUNCTIONS, fieldOf } from "./arrays.ts";
import { CONTROLS } from "./controls.ts";
import type { Compiled, Control, Place } from "./compiled.ts";
import { dateFunctions } from "./dates.ts";
import { ESCAPE_FUNCTIONS } from "./escapes.ts";
import { HASH_FUNCTIONS } from "./hashes.ts";
import { KEY_FUNCTIONS } from "./keys.ts";
import { NUMBER_FUNCTIONS } from "./numbers.ts";
import { operate } from "./operators.ts";
import { compilePattern } from "./pattern.ts";
import { RegexFault } from "./regex_sets.ts";
import { cellsView, cellView, rowView } from "./views.ts";
import { SPLIT_FUNCTIONS } from "./splits.ts";
import { type Node, parseExpression, SyntaxFault } from "./syntax.ts";
import { type GrelFunction, TEXT_FUNCTIONS } from "./texts.ts";
import { choiceKey, isError, PatternValue, type Value } from "./value.ts";

/** What is known of the table where an expression stands. */
export type Scope = {
  /** Names in order, and the slot of each cell in a row. */
  readonly columns: ReadonlyMap<string, number>;
  /** Whether a column that is not there may still come to be: its name depends on data that was not read yet. */
  readonly mayExist?: (name: string) => boolean;
  /** The column an expression is based on; "" for none. */
  readonly columnName: string;
  readonly now: number;
  /** How often each value of an expression over a column occurs in the table; absent where nobody counts. */
  readonly counts?: CountsOf;
};

export type CountsOf = (expression: string, columnName: string) => ReadonlyMap<string, number>;

export type Expression = {
  readonly evaluate: (place: Place) => Value;
  readonly usesRecord: boolean;
};

/** Known to OpenRefine and refused here, with the reason. */
const REFUSED: Readonly<Record<string, string>> = {
  cross: "busca en otro proyecto de OpenRefine, que aquí no existe",
  detectLanguage: "necesita un modelo de idiomas que no se incluye",
  random: "daría otro resultado en cada corrida",
  randomNumber: "daría otro resultado en cada corrida",
  parseHtml: "no se admite analizar HTML",
  parseXml: "no se admite analizar XML",
  select: "no se admite analizar HTML ni XML",
  reinterpret: "el texto ya se leyó con la codificación de la configuración",
};
/** Known to OpenRefine, and not written here. */
const MISSING = new Set(
  ("acos asin atan atan2 combin cos cosh decode degrees encode even fact factn gcd htmlAttr htmlText innerHtml innerXml " +
    "lcm levenshteinDistance multinomial ngram normalize odd ownText parent parseUri phonetic quotient radians range " +
    "reduce replaceEach scriptText sin sinh tan tanh timeSinceUnixEpochToDate unicodeType wholeText xmlAttr xmlText zip")
    .split(" "),
);
const REFUSED_LANGUAGES = ["jython", "clojure", "py", "python"];

/**
 * Compiles an expression, `grel:` before it or not.
 * Errors: SyntaxFault, in Spanish, with the place in the text as it was given.
 */
export function compileExpression(text: string, scope: Scope): Expression {
  const language = /^\s*([a-zA-Z]+):/.exec(text);
  const name = language?.[1]?.toLowerCase();
  if (name !== undefined && REFUSED_LANGUAGES.includes(name)) {
    throw new SyntaxFault(`El lenguaje "${name}" no se admite, sólo GREL`, 0);
  }
  const skipped = name === "grel" || name === "gel" ? language![0].length : 0;
  try {
    return new Compiler(scope).whole(parseExpression(text.slice(skipped)));
  } catch (error) {
    if (error instanceof SyntaxFault) throw new SyntaxFault(error.message, error.at + skipped);
    throw error;
  }
}

class Compiler {
  readonly #scope: Scope;
  readonly #functions: Readonly<Record<string, GrelFunction>>;
  readonly #locals = new Map<string, number>();
  #slots = 0;
  #usesRecord = false;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#functions = functionsAt(scope.now);
  }

  whole(tree: Node): Expression {
    const run = this.#node(tree);
    const locals: Value[] = new Array(this.#slots).fill(null);
    return { evaluate: (place) => run(place, locals), usesRecord: this.#usesRecord };
  }

  #node(node: Node): Compiled {
    switch (node.kind) {
      case "literal": {
        const { value } = node;
        return () => value;
      }
      case "regex":
        return this.#regex(node.source, node.ignoreCase, node.at);
      case "variable":
        return this.#variable(node.name, node.at);
      case "array":
        return this.#array(node.items.map((item) => this.#node(item)));
      case "operator":
        return operate(node.op, this.#node(node.left), this.#node(node.right));
      case "field":
        return this.#cellValue(node) ?? this.#field(node.of, node.name, node.at);
      case "call":
        return this.#call(node);
    }
  }

  #regex(source: string, ignoreCase: boolean, at: number): Compiled {
    try {
      const value = new PatternValue(compilePattern(source, { ignoreCase }));
      return () => value;
    } catch (error) {
      if (error instanceof RegexFault) throw new SyntaxFault(`La expresión regular ${error.message}`, at);
      throw error;
    }
  }

  #variable(name: string, at: number): Compiled {
    const { columns } = this.#scope;
    const slot = this.#locals.get(name);
    if (slot !== undefined) return (_, locals) => locals[slot]!;
    switch (name) {
      case "value":
        return (place) => place.value;
      case "true":
        return () => true;
      case "false":
        return () => false;
      case "PI":
        return () => Math.PI;
      case "rowIndex":
        return (place) => BigInt(place.rowIndex);
      case "columnName": {
        const { columnName } = this.#scope;
        return () => columnName;
      }
      case "cell":
        return (place) => place.value === null ? null : cellView(place.value);
      case "cells":
        return (place) => cellsView(place.cells, columns);
      case "row":
        return (place) => rowView(place, columns);
    }
    throw new SyntaxFault(`No existe la variable "${name}"`, at);
  }

  /** `cells.x.value`, `row.cells["x"].value` and `cell.value`, without objects in between. */
  #cellValue(node: Node): Compiled | undefined {
    if (node.kind !== "field" || node.name !== "value") return undefined;
    if (isVariable(node.of, "cell") && !this.#locals.has("cell")) return (place) => place.value;
    const column = this.#namedColumn(node.of);
    if (column === undefined) return undefined;
    const slot = this.#slotOf(column.name, column.at);
    return slot === undefined ? () => null : (place) => place.cells[slot] ?? null;
  }

  /** The column that `cells.x` or `cells["x"]` names. */
  #namedColumn(node: Node): { readonly name: string; readonly at: number } | undefined {
    if (node.kind === "field" && this.#isCells(node.of)) return { name: node.name, at: node.at };
    if (
      node.kind !== "call" || node.name !== "get" || node.args.length !== 2 || !this.#isCells(node.args[0]!)
    ) return;
    const name = node.args[1]!;
    return name.kind === "literal" && typeof name.value === "string"
      ? { name: name.value, at: name.at }
      : undefined;
  }

  #isCells(node: Node): boolean {
    if (isVariable(node, "cells")) return !this.#locals.has("cells");
    return node.kind === "field" && node.name === "cells" && isVariable(node.of, "row") &&
      !this.#locals.has("row");
  }

  #slotOf(name: string, at: number): number | undefined {
    const slot = this.#scope.columns.get(name);
    if (slot === undefined && this.#scope.mayExist?.(name) !== true) {
      throw new SyntaxFault(`No hay columna "${name}" en este punto de la historia`, at);
    }
    return slot;
  }

  #field(of: Node, name: string, at: number): Compiled {
    const column = this.#namedColumn({ kind: "field", at, of, name });
    if (column !== undefined) {
      const slot = this.#slotOf(column.name, column.at);
      return (place) => {
        const value = slot === undefined ? null : place.cells[slot] ?? null;
        return value === null ? null : cellView(value);
      };
    }
    if (isVariable(of, "row") && name === "record") this.#usesRecord = true;
    const inner = this.#node(of);
    return (place, locals) => {
      const value = inner(place, locals);
      return isError(value) ? value : fieldOf(value, name);
    };
  }

  #array(items: readonly Compiled[]): Compiled {
    return (place, locals) => {
      const values: Value[] = [];
      for (const item of items) {
        const value = item(place, locals);
        if (isError(value)) return value;
        values.push(value);
      }
      return values;
    };
  }

  #call(node: Node & { kind: "call" }): Compiled {
    const { name, args, method, at } = node;
    const control = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
    if (control !== undefined && !method) return this.#control(name, control, args, at);
    const column = this.#namedColumn(node);
    if (column !== undefined) {
      return this.#field({ kind: "variable", at, name: "cells" }, column.name, column.at);
    }
    if (Object.hasOwn(REFUSED, name)) {
      throw new SyntaxFault(`La función "${name}" no se admite: ${REFUSED[name]}`, at);
    }
    if (MISSING.has(name)) {
      throw new SyntaxFault(`La función "${name}" de OpenRefine no se admite todavía`, at);
    }
    if (name === "PI" && args.length === 0) return () => Math.PI;
    if (name === "facetCount") return this.#facetCount(args, at);
    const call = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (call === undefined) {
      throw new SyntaxFault(
        control === undefined
          ? `No existe la función "${name}"${nearest(name, this.#functions)}`
          : `"${name}" se escribe ${control.usage}, no después de un punto`,
        at,
      );
    }
    return called(call, args.map((arg) => this.#node(arg)));
  }

  #facetCount(args: readonly Node[], at: number): Compiled {
    const { counts } = this.#scope;
    if (counts === undefined) {
      throw new SyntaxFault('"facetCount" no puede contar dentro de otro "facetCount"', at);
    }
    const [choice, text, column] = args;
    if (args.length !== 3 || !isTextLiteral(text) || !isTextLiteral(column)) {
      throw new SyntaxFault('"facetCount" se escribe facetCount(valor, "expresión", "columna")', at);
    }
    this.#slotOf(column.value, column.at);
    const counted = counts(text.value, column.value);
    return called(([value]) => BigInt(counted.get(choiceKey(value!)) ?? 0), [
      this.#node(choice!),
    ]);
  }

  #control(name: string, control: Control, args: readonly Node[], at: number): Compiled {
    if (args.length !== control.arity) throw new SyntaxFault(`"${name}" se escribe ${control.usage}`, at);
    const bound = control.names.map((position) => {
      const arg = args[position]!;
      if (arg.kind !== "variable") throw new SyntaxFault(`"${name}" se escribe ${control.usage}`, arg.at);
      return arg.name;
    });
    // What comes before the last name is evaluated outside, what follows sees the names.
    const inner = control.names.length === 0 ? Infinity : Math.max(...control.names);
    const before = new Map(this.#locals);
    const slots = bound.map(() => this.#slots++);
    const compiled: Compiled[] = args.map((arg, i) =>
      i < inner && !control.names.includes(i) ? this.#node(arg) : NOTHING
    );
    bound.forEach((local, i) => this.#locals.set(local, slots[i]!));
    args.forEach((arg, i) => {
      if (i > inner) compiled[i] = this.#node(arg);
    });
    this.#locals.clear();
    for (const [local, slot] of before) this.#locals.set(local, slot);
    return control.make(compiled, slots);
  }
}

const NOTHING: Compiled = () => null;

const isTextLiteral = (node: Node | undefined): node is Node & { kind: "literal"; value: string } =>
  node?.kind === "literal" && typeof node.value === "string";

const isVariable = (node: Node, name: string): boolean => node.kind === "variable" && node.name === name;

/** A function over its arguments; the first of them that is an error is the answer. */
function called(call: GrelFunction, args: readonly Compiled[]): Compiled {
  const [first] = args;
  if (args.length === 1 && first !== undefined) {
    return (place, locals) => {
      const value = first(place, locals);
      return isError(value) ? value : call([value]);
    };
  }
  return (place, locals) => {
    const values: Value[] = new Array(args.length);
    for (let i = 0; i < args.length; i++) {
      const value = args[i]!(place, locals);
      if (isError(value)) return value;
      values[i] = value;
    }
    return call(values);
  };
}

let known: { readonly now: number; readonly functions: Readonly<Record<string, GrelFunction>> } | undefined;

/** One table a clock, as expressions of a history share it. */
function functionsAt(now: number): Readonly<Record<string, GrelFunction>> {
  if (known?.now !== now) {
    known = {
      now,
      functions: {
        ...TEXT_FUNCTIONS,
        ...SPLIT_FUNCTIONS,
        ...ARRAY_FUNCTIONS,
        ...NUMBER_FUNCTIONS,
        ...KEY_FUNCTIONS,
        ...HASH_FUNCTIONS,
        ...ESCAPE_FUNCTIONS,
        ...dateFunctions(now),
      },
    };
  }
  return known.functions;
}

/** A hint for names in another case or with a letter too many. */
function nearest(name: string, functions: Readonly<Record<string, GrelFunction>>): string {
  const names = [...Object.keys(functions), ...Object.keys(CONTROLS)];
  const lower = name.toLowerCase();
  const found = names.find((one) => one.toLowerCase() === lower) ??
    names.find((one) =>
      lower.length > 3 && (one.toLowerCase().startsWith(lower) || lower.startsWith(one.toLowerCase()))
    );
  return found === undefined ? "" : `; ¿quiso decir "${found}"?`;
}
