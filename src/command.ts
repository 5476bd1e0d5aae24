// What every command line of Caudal shares: options from one table, help, exit codes (0 done, 1 failed, 2 wrong
// usage) and errors as one clear line.

import { parseArgs } from "node:util";
import { Problem } from "./core/problem.ts";

export type Option = {
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string;
  readonly many?: true;
  readonly description: string;
};

export type Command<O extends Record<string, Option>> = {
  /** As typed: `deno task harvest`. */
  readonly usage: string;
  readonly summary: string;
  /** What may stand beside the options, a line of the help each: `user NOMBRE ROL`. Without it nothing may. */
  readonly forms?: readonly string[];
  readonly options: O;
  readonly run: (options: Options<O>, operands: readonly string[]) => Promise<void>;
};

type Options<O extends Record<string, Option>> = {
  readonly [K in keyof O]?: O[K] extends { value: string; many: true } ? string[]
    : O[K] extends { value: string } ? string
    : boolean;
};

/** Wrong usage: exit code 2, with a pointer to the help. */
export class UsageProblem extends Problem {
  constructor(message: string) {
    super("invalid", message);
  }
}

export function helpText(
  { usage, summary, forms = [""], options }: Pick<
    Command<Record<string, Option>>,
    "usage" | "summary" | "forms" | "options"
  >,
): string {
  const rows = Object.entries({ ...options, help: { description: "Muestra esta ayuda" } as Option }).map(
    ([name, { value, many, description }]): [string, string] => [
      `  --${name}${value ? ` ${value}` : ""}${many ? " …" : ""}`,
      description,
    ],
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    summary,
    "",
    ...forms.map((form, i) => `${i === 0 ? "Uso:" : "    "} ${usage}${form && ` ${form}`} [opciones]`),
    "",
    "Opciones:",
    ...rows.map(([a, b]) => a.padEnd(width) + b),
  ]
    .join("\n");
}

/** Parses, runs and exits. */
export async function runCommand<O extends Record<string, Option>>(
  command: Command<O>,
  args: readonly string[] = Deno.args,
): Promise<void> {
  try {
    if (args.includes("--help") || args.includes("-h")) return console.log(helpText(command));
    const { options, operands } = parseOptions(command, args);
    await command.run(options, operands);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`Error: ${error.message}`);
    if (error instanceof UsageProblem) {
      console.error(`Vea la ayuda: ${command.usage} --help`);
      Deno.exit(2);
    }
    Deno.exit(1);
  }
}

function parseOptions<O extends Record<string, Option>>(
  command: Command<O>,
  args: readonly string[],
): { options: Options<O>; operands: string[] } {
  const config = Object.fromEntries(
    Object.entries(command.options).map(([name, { value, many }]) => [name, {
      type: value ? "string" as const : "boolean" as const,
      multiple: many ?? false,
    }]),
  );
  try {
    const allowPositionals = command.forms !== undefined;
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      strict: true,
      allowPositionals,
    });
    return { options: values as Options<O>, operands: positionals };
  } catch (error) {
    const message = (error as Error).message;
    const name = /'(-[^']*)'|'([^']*)'/.exec(message);
    throw new UsageProblem(`Opción inválida${name ? ` "${name[1] ?? name[2]}"` : ""}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  switch ((error as { code?: string }).code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return "no existe";
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      return "le falta el valor, o lleva uno que no admite";
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return "no se admiten argumentos sueltos";
    default:
      return (error as Error).message;
  }
}
