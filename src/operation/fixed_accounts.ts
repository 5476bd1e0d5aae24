// CONSOLE_USERS: accounts that come with the settings, `user:role:hash` each, separated by blanks. What is wrong is
// told by its position alone: any of its parts may be a secret in the wrong place.

import { type FixedAccount, NAME_RULE } from "./accounts.ts";
import { isPasswordHash } from "./passwords.ts";
import { type Role, ROLES } from "./roles.ts";

/** The accounts of the text, and a Spanish sentence for each fault. */
export function parseFixedAccounts(text: string): { accounts: FixedAccount[]; faults: string[] } {
  const accounts: FixedAccount[] = [];
  const faults: string[] = [];
  const entries = text.split(/\s+/).filter((entry) => entry !== "");
  for (const [i, entry] of entries.entries()) {
    const [name = "", role = "", passwordHash = "", ...rest] = entry.split(":");
    const fault = passwordHash === "" || rest.length > 0
      ? "debe ser usuario:rol:hash"
      : !NAME_RULE.pattern.test(name)
      ? `el usuario debe tener ${NAME_RULE.text}`
      : !(ROLES as readonly string[]).includes(role)
      ? `el rol debe ser ${ROLES.join(", ")}`
      : !isPasswordHash(passwordHash)
      ? 'el hash debe ser el que escribe "deno task console user NOMBRE ROL --print"'
      : accounts.some((account) => account.name === name)
      ? "repite un usuario"
      : undefined;
    if (fault === undefined) accounts.push({ name, role: role as Role, passwordHash });
    else faults.push(`la cuenta ${i + 1} de ${entries.length}: ${fault}`);
  }
  return { accounts, faults };
}

/** The entry of an account. */
export function fixedAccountText({ name, role, passwordHash }: FixedAccount): string {
  return `${name}:${role}:${passwordHash}`;
}
