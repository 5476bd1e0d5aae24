// Reads figures as Prometheus does, by the grammar of its text format 0.0.4: what it would not take is an error.

export type Metric = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?/;
const VALUE = /^ (NaN|[+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;
/** What of a family's types may stand after its name. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [""],
  gauge: [""],
  summary: ["_sum", "_count"],
};

export function readExposition(text: string): Metric[] {
  if (!text.endsWith("\n")) throw new Error("The last line has no end");
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let family = "";
  return text.slice(0, -1).split("\n").flatMap((line): Metric[] => {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === "TYPE") {
      if (types.has(name)) throw new Error(`Twice a type: ${name}`);
      if (!(rest in SUFFIXES)) throw new Error(`No type: ${rest}`);
      types.set(name, rest);
      family = name;
    }
    if (kind !== undefined) return [];
    const metric = NAME.exec(line)?.[0];
    const isOfFamily = SUFFIXES[types.get(family) ?? ""]?.some((suffix) => family + suffix === metric);
    if (metric === undefined || !isOfFamily) throw new Error(`Outside of its family: ${line}`);
    let left = line.slice(metric.length);
    const labels: Record<string, string> = {};
    if (left.startsWith("{")) {
      left = left.slice(1);
      for (let found = LABEL.exec(left); found; found = LABEL.exec(left)) {
        const [whole, label, value] = found;
        if (label! in labels) throw new Error(`Twice a label: ${line}`);
        labels[label!] = value!.replace(/\\(.)/g, (_, sign) => sign === "n" ? "\n" : sign);
        left = left.slice(whole.length);
      }
      if (!left.startsWith("}")) throw new Error(`Labels: ${line}`);
      left = left.slice(1);
    }
    const value = VALUE.exec(left)?.[1];
    if (value === undefined) throw new Error(`No value: ${line}`);
    const key = `${metric} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(key)) throw new Error(`Twice: ${line}`);
    seen.add(key);
    return [{ name: metric, labels, value: Number(value.replace("Inf", "Infinity")) }];
  });
}
