// The text of an expression as a tree, each node with the place where it begins. Wrong texts are refused with that
// place; OpenRefine itself reads as far as it understands and drops the rest, which does something else than was
// written, so here the rest is refused as well.

export type Node =
  | { readonly kind: "literal"; readonly at: number; readonly value: string | bigint | number | null }
  | { readonly kind: "regex"; readonly at: number; readonly source: string; readonly ignoreCase: boolean }
  | { readonly kind: "variable"; readonly at: number; readonly name: string }
  | { readonly kind: "field"; readonly at: number; readonly of: Node; readonly name: string }
  | {
    readonly kind: "call";
    readonly at: number;
    readonly name: string;
    readonly args: readonly Node[];
    readonly method: boolean;
  }
  | { readonly kind: "array"; readonly at: number; readonly items: readonly Node[] }
  | {
    readonly kind: "operator";
    readonly at: number;
    readonly op: Operator;
    readonly left: Node;
    readonly right: Node;
  };

export const OPERATORS = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!="] as const;
export type Operator = typeof OPERATORS[number];

/** What is wrong with an expression, and where: `at` counts characters from 0. */
export class SyntaxFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = "SyntaxFault";
    this.at = at;
  }
}

/** Levels of the tree: deeper than any formula people write, and less than the engine's stack holds. */
const DEEPEST = 500;
const LONGEST = 100_000;

type Token = {
  readonly kind: "string" | "regex" | "integer" | "double" | "name" | "sign" | "end";
  readonly at: number;
  readonly text: string;
  readonly ignoreCase?: boolean;
};

/** Parses an expression without its `grel:` prefix. Errors: SyntaxFault. */
export function parseExpression(source: string): Node {
  if (source.length > LONGEST) {
    throw new SyntaxFault(`La expresión tiene más de ${LONGEST} caracteres`, LONGEST);
  }
  return new Parser(source).whole();
}

class Parser {
  readonly #source: string;
  #at = 0;
  #token: Token;
  #depth = 0;
  readonly #levels = new WeakMap<Node, number>();

  constructor(source: string) {
    this.#source = source;
    this.#token = this.#scan(true);
  }

  whole(): Node {
    if (this.#isEnd()) throw new SyntaxFault("La expresión está vacía", 0);
    const node = this.#expression();
    if (!this.#isEnd()) throw this.#unexpected("el fin de la expresión");
    return node;
  }

  #expression(): Node {
    if (++this.#depth > DEEPEST) throw tooDeep(this.#token.at);
    const node = this.#binary(0);
    this.#depth--;
    return node;
  }

  #binary(level: number): Node {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#path();
    let left = this.#binary(level + 1);
    while (this.#token.kind === "sign" && operators.includes(this.#token.text)) {
      const { at, text } = this.#token;
      this.#next(true);
      const right = this.#binary(level + 1);
      left = this.#over({ kind: "operator", at, op: text as Operator, left, right }, [left, right]);
    }
    return left;
  }

  #path(): Node {
    let node = this.#start();
    for (;;) {
      if (this.#isSign(".")) {
        this.#next(false);
        const { at, text, kind } = this.#token;
        if (kind !== "name") throw this.#unexpected("un nombre después del punto");
        this.#next(false);
        const args = this.#isSign("(") ? [node, ...this.#list(")")] : undefined;
        node = args
          ? this.#over({ kind: "call", at, name: text, args, method: true }, args)
          : this.#over({ kind: "field", at, of: node, name: text }, [node]);
      } else if (this.#isSign("[")) {
        const { at } = this.#token;
        const args = [node, ...this.#list("]")];
        node = this.#over({ kind: "call", at, name: "get", args, method: true }, args);
      } else return node;
    }
  }

  #start(): Node {
    const { kind, at, text, ignoreCase } = this.#token;
    switch (kind) {
      case "string":
        this.#next(false);
        return { kind: "literal", at, value: text };
      case "integer":
      case "double":
        this.#next(false);
        return {
          kind: "literal",
          at,
          value: kind === "integer" ? BigInt.asIntN(64, BigInt(text)) : Number(text),
        };
      case "regex":
        this.#next(false);
        return { kind: "regex", at, source: text, ignoreCase: ignoreCase ?? false };
      case "name":
        this.#next(false);
        if (this.#isSign("(")) {
          const args = this.#list(")");
          return this.#over({ kind: "call", at, name: text, args, method: false }, args);
        }
        return text === "null" ? { kind: "literal", at, value: null } : { kind: "variable", at, name: text };
      case "sign":
        if (text === "(") return this.#grouped();
        if (text === "[") {
          const items = this.#list("]");
          return this.#over({ kind: "array", at, items }, items);
        }
        if (text === "-") return this.#negative(at);
    }
    throw this.#unexpected("un valor");
  }

  /** Counts the levels below a node: long chains nest as much as parentheses do. */
  #over(node: Node, children: readonly Node[]): Node {
    const level = 1 + Math.max(0, ...children.map((child) => this.#levels.get(child) ?? 1));
    if (level > DEEPEST) throw tooDeep(node.at);
    this.#levels.set(node, level);
    return node;
  }

  #grouped(): Node {
    this.#next(true);
    const node = this.#expression();
    if (!this.#isSign(")")) throw this.#unexpected('")"');
    this.#next(false);
    return node;
  }

  #negative(at: number): Node {
    this.#next(true);
    const { kind, text } = this.#token;
    if (kind !== "integer" && kind !== "double") throw this.#unexpected("un número después del signo menos");
    this.#next(false);
    return {
      kind: "literal",
      at,
      value: kind === "integer" ? BigInt.asIntN(64, -BigInt(text)) : -Number(text),
    };
  }

  #list(closing: string): Node[] {
    this.#next(true);
    const items: Node[] = [];
    while (!this.#isSign(closing)) {
      items.push(this.#expression());
      if (this.#isSign(",")) this.#next(true);
      else if (!this.#isSign(closing)) throw this.#unexpected(`"," o "${closing}"`);
    }
    this.#next(false);
    return items;
  }

  #isEnd(): boolean {
    return this.#token.kind === "end";
  }

  #isSign(text: string): boolean {
    return this.#token.kind === "sign" && this.#token.text === text;
  }

  #next(regexPossible: boolean): void {
    this.#token = this.#scan(regexPossible);
  }

  #unexpected(wanted: string): SyntaxFault {
    const { kind, text, at } = this.#token;
    return new SyntaxFault(
      kind === "end" ? `Falta ${wanted} al final` : `Se esperaba ${wanted} y está ${JSON.stringify(text)}`,
      at,
    );
  }

  /** The next token; a slash begins a regular expression where a value may stand, and divides elsewhere. */
  #scan(regexPossible: boolean): Token {
    const source = this.#source;
    SPACE.lastIndex = this.#at;
    SPACE.test(source);
    const at = SPACE.lastIndex;
    const sign = source[at];
    if (sign === undefined) return { kind: "end", at, text: "" };
    if (sign === '"' || sign === "'") return this.#string(at, sign);
    if (sign === "/" && regexPossible) return this.#regex(at);
    for (const [kind, pattern] of PLAIN) {
      pattern.lastIndex = at;
      const text = pattern.exec(source)?.[0];
      if (text === undefined) continue;
      this.#at = at + text.length;
      return { kind, at, text };
    }
    throw new SyntaxFault(
      `No se entiende el signo ${JSON.stringify(String.fromCodePoint(source.codePointAt(at)!))}`,
      at,
    );
  }

  #string(at: number, quote: string): Token {
    let text = "";
    for (let i = at + 1; i < this.#source.length; i++) {
      const sign = this.#source[i]!;
      if (sign === quote) {
        this.#at = i + 1;
        return { kind: "string", at, text };
      }
      if (sign !== "\\") text += sign;
      else {
        const escaped = this.#source[++i] ?? "";
        text += ESCAPES[escaped] ?? escaped;
      }
    }
    throw new SyntaxFault("El texto entre comillas no se cierra", at);
  }

  #regex(at: number): Token {
    let i = at + 1;
    while (i < this.#source.length && this.#source[i] !== "/") i += this.#source[i] === "\\" ? 2 : 1;
    if (i >= this.#source.length) throw new SyntaxFault("La expresión regular no se cierra", at);
    const ignoreCase = this.#source[i + 1] === "i";
    this.#at = i + (ignoreCase ? 2 : 1);
    return { kind: "regex", at, text: this.#source.slice(at + 1, i), ignoreCase };
  }
}

const tooDeep = (at: number) => new SyntaxFault(`La expresión tiene más de ${DEEPEST} niveles`, at);

const LEVELS: readonly (readonly string[])[] = [
  ["<", "<=", ">", ">=", "==", "!="],
  ["+", "-"],
  ["*", "/", "%"],
];
const SPACE = /\s*/y;
const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r" };
const PLAIN: readonly (readonly [Token["kind"], RegExp])[] = [
  ["double", /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+\.(?![\p{L}_])/uy],
  ["integer", /\d+/y],
  ["name", /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ["sign", /<=|>=|==|!=|[-+*/%.()[\],<>]/y],
];
