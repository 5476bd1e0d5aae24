// What every commit must pass, in under a minute: format, lint, types and the tests that are not slow.
// Every stage runs though an earlier one failed, so that one look shows all there is to mend.

const USAGE = `Uso: deno task ok [--no-tests]

Controla formato, reglas de estilo, tipos y las pruebas rápidas.

      --no-tests   sin las pruebas
  -h, --help       muestra esta ayuda

Sale con 0 si todo está bien, con 1 si algo falló, con 2 si se usó mal.`;

const STAGES = [
  { title: "Formato", args: ["fmt", "--check"] },
  { title: "Reglas de estilo", args: ["lint", "--quiet"] },
  { title: "Tipos", args: ["run", "-A", "scripts/check.ts"] },
  { title: "Pruebas rápidas", args: ["run", "-A", "scripts/test.ts", "--fast"] },
];

const unknown = Deno.args.find((argument) => !["--no-tests", "--help", "-h"].includes(argument));
if (unknown !== undefined) {
  console.error(`Opción desconocida "${unknown}"\n\n${USAGE}`);
  Deno.exit(2);
}
if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}

const lines: string[] = [];
let failed = false;
for (const { title, args } of Deno.args.includes("--no-tests") ? STAGES.slice(0, -1) : STAGES) {
  console.log(`\n── ${title}`);
  const start = performance.now();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: `${import.meta.dirname}/..`,
    stdin: "null",
  }).spawn().status;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  lines.push(`${success ? "✓" : "✗"} ${title}: ${success ? "bien" : "con fallas"}, ${seconds} s`);
  failed ||= !success;
}
console.log(`\n${lines.join("\n")}`);
if (failed) Deno.exit(1);
