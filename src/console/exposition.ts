// Figures as Prometheus reads them: the text format 0.0.4. Source:
// https://prometheus.io/docs/instrumenting/exposition_formats/

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Sample = {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** After the name of the family: `_sum` and `_count` of a summary. */
  readonly suffix?: "_sum" | "_count";
};

export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "summary";
  /** One by labels; a family without any is left out. */
  readonly samples: readonly Sample[];
};

/** Ends with a newline. */
export function exposition(families: readonly Family[]): string {
  return families.filter(({ samples }) => samples.length > 0).map(({ name, help, type, samples }) =>
    [
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels = {}, value, suffix = "" }) =>
        `${name}${suffix}${labelsText(labels)} ${valueText(value)}`
      ),
    ].map((line) => `${line}\n`).join("")
  ).join("");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`
  );
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}

function valueText(value: number): string {
  return value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
}
