// `deno task console`: the accounts of those who operate, from the machine itself.

import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import { Problem } from "./core/problem.ts";
import { readPassword } from "./host/read_password.ts";
import { openAccounts, randomBytes } from "./ops.ts";
import type { Account, AccountChange, Accounts } from "./operation/accounts.ts";
import { checkName } from "./operation/accounts.ts";
import { appendAudit } from "./operation/audit.ts";
import { fixedAccountText } from "./operation/fixed_accounts.ts";
import { checkPassword, createPasswords } from "./operation/passwords.ts";
import { type Role, ROLES } from "./operation/roles.ts";
import { PLACE_KEYS, placesOf } from "./places.ts";

const FORMS = {
  user: "user NOMBRE ROL",
  users: "users",
  password: "password NOMBRE",
  disable: "disable NOMBRE",
  enable: "enable NOMBRE",
} as const;

type Form = keyof typeof FORMS;

await runCommand({
  usage: "deno task console",
  summary: `Crea, muestra y cambia las cuentas de quienes operan. Roles: ${ROLES.join(", ")}.\n` +
    "La clave se pide en la terminal o se lee de la entrada estándar, nunca de los argumentos.",
  forms: Object.values(FORMS),
  options: {
    email: { value: "CORREO", description: "Con user: su correo, para avisos y para recuperar la clave" },
    print: { description: "Con user: sólo escribe la cuenta como va en CONSOLE_USERS, sin crearla" },
    json: { description: "Con users: escribe las cuentas como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async ({ email, print, json, data }, operands) => {
    const { form, name, role } = readOperands(operands);
    if (form !== "user" && (email !== undefined || print)) {
      throw new UsageProblem("--email y --print van sólo con user");
    }
    if (form !== "users" && json) throw new UsageProblem("--json va sólo con users");
    if (form === "user") checkName(name);
    if (print) {
      const passwordHash = await createPasswords(randomBytes).hash(await newPassword(name));
      return console.log(fixedAccountText({ name, role, passwordHash }));
    }

    const env = readEnv([...PLACE_KEYS, "CONSOLE_USERS"]);
    const { accounts, trail, close } = openAccounts(placesOf(env, data), env.CONSOLE_USERS);
    const note = (operation: string) =>
      appendAudit(trail, "-", Date.now(), {
        operation,
        address: "",
        how: "command",
        params: { name },
        status: 200,
      });
    const change = async (change: AccountChange) => {
      const { version } = await existing(accounts, name);
      await accounts.change(name, version, change);
      await note("accounts.change");
    };
    try {
      switch (form) {
        case "users":
          return showAccounts(await accounts.all(), json ?? false);
        case "user":
          if (await accounts.account(name)) {
            throw new Problem(
              "conflict",
              `Ya hay una cuenta "${name}": "console password" le cambia la clave`,
            );
          }
          await accounts.create({ name, role, email, password: await newPassword(name) });
          await note("accounts.create");
          return console.log(`Cuenta "${name}" creada, con rol ${role}`);
        case "password":
          await existing(accounts, name);
          await change({ password: await newPassword(name) });
          return console.log(`La cuenta "${name}" tiene otra clave; sus sesiones se cerraron`);
        case "disable":
          await change({ disabled: true });
          return console.log(`Cuenta "${name}" deshabilitada`);
        case "enable":
          await change({ disabled: false });
          return console.log(`Cuenta "${name}" habilitada`);
      }
    } finally {
      close();
    }
  },
});

/** `name` and `role` are empty where the form takes none. */
function readOperands([given = "", ...rest]: readonly string[]): { form: Form; name: string; role: Role } {
  if (!Object.hasOwn(FORMS, given)) {
    throw new UsageProblem(
      given === ""
        ? `Falta qué hacer: ${Object.keys(FORMS).join(", ")}`
        : `"${given}" no es nada que se pueda hacer`,
    );
  }
  const form = given as Form;
  const [name = "", role = ""] = rest;
  if (rest.length !== FORMS[form].split(" ").length - 1) {
    throw new UsageProblem(`Se espera "${FORMS[form]}"`);
  }
  if (form === "user" && !(ROLES as readonly string[]).includes(role)) {
    throw new UsageProblem(`"${role}" no es un rol: los que hay son ${ROLES.join(", ")}`);
  }
  return { form, name, role: role as Role };
}

async function newPassword(name: string): Promise<string> {
  const password = await readPassword(`Clave para "${name}": `);
  checkPassword(password, name);
  return password;
}

async function existing(accounts: Accounts, name: string): Promise<Account> {
  const account = await accounts.account(name);
  if (!account) throw new Problem("not_found", `No hay una cuenta "${name}"`);
  return account;
}

function showAccounts(accounts: readonly Account[], json: boolean): void {
  const shown = accounts.map(({ passwordHash, version: _, ...account }) => ({
    ...account,
    hasPassword: passwordHash !== undefined,
  }));
  if (json) return console.log(JSON.stringify(shown, null, 2));
  if (shown.length === 0) return console.log("No hay ninguna cuenta");
  for (const { name, role, email, groups, disabled, hasPassword, source } of shown) {
    const notes = [
      email,
      groups.length > 0 && `grupos ${groups.join(", ")}`,
      disabled && "deshabilitada",
      !hasPassword && "sin clave",
      source === "environment" && "de CONSOLE_USERS",
    ];
    console.log([name, role, ...notes].filter(Boolean).join(" · "));
  }
}
