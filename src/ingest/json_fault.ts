// Where a text stops being JSON. The engine's own parser tells the place of some faults only, and publishers of
// long catalogs need it of all.

type Expected = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end" | "nothing";

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Position of the first character that cannot stand there; the length of the text where it ends too early. */
export function jsonFaultAt(text: string): number {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const afterValue = (): Expected => open.length > 0 ? "comma or end" : "nothing";
  for (;;) {
    while (at < text.length && " \t\n\r".includes(text[at]!)) at++;
    if (at >= text.length) return text.length;
    const sign = text[at]!;
    if (expected === "colon") {
      if (sign !== ":") return at;
      at++;
      expected = "value";
    } else if (expected === "comma or end") {
      const inList = open.at(-1) === "[";
      if (sign === (inList ? "]" : "}")) {
        open.pop();
        expected = afterValue();
      } else if (sign === ",") expected = inList ? "value" : "key";
      else return at;
      at++;
    } else if (expected === "key" || expected === "key or }") {
      if (sign === "}" && expected === "key or }") {
        open.pop();
        at++;
        expected = afterValue();
      } else {
        const end = sign === '"' ? endOfString(text, at) : { fault: at };
        if ("fault" in end) return end.fault;
        at = end.after;
        expected = "colon";
      }
    } else if (expected === "nothing") return at;
    else if (sign === "]" && expected === "value or ]") {
      open.pop();
      at++;
      expected = afterValue();
    } else if (sign === "[" || sign === "{") {
      open.push(sign);
      at++;
      expected = sign === "[" ? "value or ]" : "key or }";
    } else if (sign === '"') {
      const end = endOfString(text, at);
      if ("fault" in end) return end.fault;
      at = end.after;
      expected = afterValue();
    } else {
      SCALAR.lastIndex = at;
      const scalar = SCALAR.exec(text)?.[0];
      if (scalar === undefined) {
        // A word or number that was cut with the file is a file that ends too early.
        return /^(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-)$/.test(text.slice(at, at + 5)) ? text.length : at;
      }
      at += scalar.length;
      expected = afterValue();
    }
  }
}

function endOfString(text: string, start: number): { readonly after: number } | { readonly fault: number } {
  for (let at = start + 1; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"') return { after: at + 1 };
    if (sign < " ") return { fault: at };
    if (sign !== "\\") continue;
    const escape = text[at + 1];
    if (escape === undefined) break;
    if (escape === "u") {
      const digits = text.slice(at + 2, at + 6);
      const wrong = digits.search(/[^0-9a-f]/i);
      if (wrong >= 0) return { fault: at + 2 + wrong };
      at += 5;
    } else if ('"\\/bfnrt'.includes(escape)) at++;
    else return { fault: at + 1 };
  }
  return { fault: text.length };
}
