// A project in a temporary folder, with this one's configuration and scripts and with files of a test's own:
// so a test sees what a script says of a tree that is wrong, without making this one wrong.

import { dirname } from "node:path";

const ROOT = `${import.meta.dirname}/..`;

export type ScratchProject = {
  run(script: string, args?: readonly string[], env?: Record<string, string>): Promise<Finished>;
  remove(): Promise<void>;
};

type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Packages are linked in on the first run, from what the lock file names. */
export async function createScratchProject(files: Readonly<Record<string, string>>): Promise<ScratchProject> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_scratch_" });
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  };
  for (const path of ["deno.json", "deno.lock", "vitest.config.ts"]) {
    await write(path, await Deno.readTextFile(`${ROOT}/${path}`));
  }
  const checks = [...Deno.readDirSync(`${ROOT}/scripts/check`)].map(({ name }) => `check/${name}`);
  for (const name of ["check.ts", "ok.ts", "test.ts", "test_reporter.ts", ...checks]) {
    await write(`scripts/${name}`, await Deno.readTextFile(`${ROOT}/scripts/${name}`));
  }
  for (const [path, text] of Object.entries(files)) await write(path, text);

  return {
    async run(script, args = [], env = {}) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", `scripts/${script}`, ...args],
        cwd: folder,
        clearEnv: true,
        env: { ...outerEnv(), NO_COLOR: "1", ...env },
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Without what the outer run of the tests put there. */
function outerEnv(): Record<string, string> {
  const own = /^(CI|TZ|NODE_ENV|TEST|DEV|PROD|MODE|SSR|BASE_URL|VITEST.*|CAUDAL_.*)$/;
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([key]) => !own.test(key)));
}
