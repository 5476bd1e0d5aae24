// The three type checks. The whole tree sees Deno; core sees the language alone; what must also run at the edge
// sees the language and the web platform. A check follows imports, so it holds for all that the files reach.
// The narrow ones read the packages that the first one installed: they touch neither network nor lock file.

import { existsSync } from "node:fs";
import { builtinModules } from "node:module";
import config from "../deno.json" with { type: "json" };

const ROOT = `${import.meta.dirname}/..`;

const USAGE = `Uso: deno task check

Controla los tipos tres veces: todo el árbol; src/core, que no conoce ninguna plataforma; y lo que también
corre en el borde o en el navegador (src/api, src/pages, src/store/{segments,http,r2,s3}, src/web, edge), la operación
(src/operation, src/console) y las secuencias (src/etl), que no conocen Deno ni Node.

  -h, --help   muestra esta ayuda

Sale con 0 si todo está bien, con 1 si algo falló, con 2 si se usó mal.`;

/** To a file that does not exist: the lists of a platform's names say nothing of `node:` modules. */
const withoutNode = Object.fromEntries(
  builtinModules.map((name) => [`node:${name.replace(/^node:/, "")}`, "file:///node_is_not_portable.ts"]),
);

const CHECKS = [
  { title: "Todo el árbol", args: [], folders: [] },
  {
    title: "src/core, sin plataforma",
    args: narrow("core.json", withoutNode),
    folders: ["src/core"],
  },
  {
    title: "Lo portable, sin Deno ni Node",
    args: narrow("portable.json", { ...config.imports, ...withoutNode }),
    folders: [
      "src/api",
      "src/pages",
      "src/store/segments",
      "src/store/http",
      "src/store/r2",
      "src/store/s3",
      "src/operation",
      "src/console",
      "src/etl",
      "src/web",
      "edge",
    ],
  },
] as const;

function narrow(file: string, imports: Record<string, string>): string[] {
  const map = `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
  return ["--config", `scripts/check/${file}`, "--import-map", map, "--no-lock", "--node-modules-dir=manual"];
}

async function runCheck({ title, args, folders }: (typeof CHECKS)[number]): Promise<boolean> {
  const absent = folders.filter((folder) => !existsSync(`${ROOT}/${folder}`));
  const present = folders.filter((folder) => !absent.includes(folder));
  if (folders.length > 0 && present.length === 0) {
    console.log(`✗ ${title} (no existe ${absent.join()})`);
    return false;
  }
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...args, ...present],
    cwd: ROOT,
  }).output();
  console.log(`${success ? "✓" : "✗"} ${title}${absent.length > 0 ? ` (todavía sin ${absent.join()})` : ""}`);
  if (!success) {
    await Deno.stdout.write(stdout);
    await Deno.stdout.write(stderr);
  }
  return success;
}

const [argument] = Deno.args;
if (argument === "--help" || argument === "-h") {
  console.log(USAGE);
} else if (argument !== undefined) {
  console.error(`Opción desconocida "${argument}"\n\n${USAGE}`);
  Deno.exit(2);
} else {
  const failed: string[] = [];
  for (const check of CHECKS) if (!(await runCheck(check))) failed.push(check.title);
  if (failed.length > 0) {
    console.error(`Falló: ${failed.join("; ")}`);
    Deno.exit(1);
  }
}
