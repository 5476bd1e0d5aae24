// Other people's readers: packages of PyPI in a folder of their own, and scripts that answer JSON.

import path from "node:path";

export type Python = {
  /** Runs a script with arguments; answers what it prints, read as JSON. */
  run<T>(script: string, ...args: readonly string[]): Promise<T>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Installs packages, each as `name==version`; whoever asks for it disposes of it. */
export async function pythonWith(packages: readonly string[]): Promise<Python> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_python_" });
  try {
    const pip = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-warn-script-location",
    ];
    await output("python3", [...pip, "--root-user-action=ignore", "--target", folder, ...packages], {});
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return {
    async run(script, ...args) {
      const file = path.join(folder, `${crypto.randomUUID()}.py`);
      await Deno.writeTextFile(file, script);
      return JSON.parse(await output("python3", [file, ...args], { PYTHONPATH: folder, PYTHONUTF8: "1" }));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function output(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
