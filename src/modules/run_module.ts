// What every module is as a program: `--input`, `--output`, `--conf` (or `--config`). Progress goes to standard error,
// the last line of standard output is a summary in JSON. Ends with 0; with 1 where the work failed or was interrupted;
// with 2 where arguments or configuration are wrong, so that trying again makes no sense.

import { runCommand, UsageProblem } from "../command.ts";
import { ConfigurationFault } from "./configuration.ts";

type Option = { readonly value: string; readonly description: string };
type OptionName = "input" | "output" | "conf";
type Asked = Readonly<Partial<Record<OptionName, string>>>;

export type Told = {
  readonly tell: (line: string) => void;
  /** Takes how to remove what is half done, for when the program is told to stop. */
  readonly onDiscard: (how: () => void) => void;
};

export type Module<Required extends OptionName> = {
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<OptionName, Option>>;
  /** Options without which there is nothing to do, in the order they are told of. */
  readonly required: readonly Required[];
  /** Does it; answers the summary. */
  readonly work: (asked: Asked & Readonly<Record<Required, string>>, told: Told) => Promise<unknown>;
};

/** Runs a module and ends the process. */
export async function runModule<Required extends OptionName>(
  { usage, summary, options, required, work }: Module<Required>,
): Promise<never> {
  let discard = () => {};
  // Windows knows the first alone.
  for (const signal of Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      discard();
      Deno.exit(1);
    });
  }
  await runCommand({
    usage,
    summary,
    options: {
      ...options,
      config: { value: options.conf.value, description: "Otro nombre de --conf" },
    },
    run: async ({ input, output, conf, config }) => {
      if (conf !== undefined && config !== undefined && conf !== config) {
        throw new UsageProblem(`--conf y --config dicen cosas distintas: "${conf}" y "${config}"`);
      }
      const asked: Asked = { input, output, conf: conf ?? config };
      for (const name of required) if (!asked[name]) throw new UsageProblem(`Falta --${name}`);
      try {
        const told: Told = {
          tell: (line) => console.error(line),
          onDiscard: (how) => discard = how,
        };
        console.log(JSON.stringify(await work(asked as Asked & Record<Required, string>, told)));
      } catch (error) {
        if (!(error instanceof ConfigurationFault)) throw error;
        console.error(`Error: ${error.message}`);
        Deno.exit(2);
      }
    },
  });
  Deno.exit(0);
}
