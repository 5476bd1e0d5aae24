// Accounts of those who operate: who they are, what they may, how they are reached. They live in the records; those
// of CONSOLE_USERS are added to them and change only with it.

import { Problem } from "../core/problem.ts";
import type { KeptRecord, RecordChange, Records } from "../core/records.ts";
import { checkPassword, type Passwords } from "./passwords.ts";
import type { Role } from "./roles.ts";

export type Account = {
  readonly name: string;
  readonly role: Role;
  readonly email?: string;
  readonly groups: readonly string[];
  /** May not log in, nor go on with what it has open. */
  readonly disabled: boolean;
  /** Absent until a password is set. */
  readonly passwordHash?: string;
  /** `environment`: of CONSOLE_USERS. */
  readonly source: "database" | "environment";
  /** What a change must name; 0 of the environment's. */
  readonly version: number;
};

/** An account of CONSOLE_USERS. */
export type FixedAccount = { readonly name: string; readonly role: Role; readonly passwordHash: string };

export type NewAccount = {
  readonly name: string;
  readonly role: Role;
  readonly email?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Without it the account waits for a password reset. */
  readonly password?: string | undefined;
};

export type AccountChange = {
  readonly role?: Role | undefined;
  /** Null for none. */
  readonly email?: string | null | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
  readonly password?: string | undefined;
};

export type Accounts = {
  account(name: string): Promise<Account | undefined>;
  /** All, by name. */
  all(): Promise<Account[]>;
  /** Addresses of those of a group that are not disabled. */
  emailsOf(group: string): Promise<string[]>;
  /**
   * Errors: Problem `invalid` for a name, address, group or password that cannot be; `conflict` where the name is taken.
   */
  create(account: NewAccount, also?: readonly RecordChange[]): Promise<Account>;
  /**
   * `also` is written with it, all or nothing.
   * Errors: Problem as `create`; `not_found`; `conflict` for an account of CONSOLE_USERS, for one that is no longer of
   * `version`, and where no administrator would be left.
   */
  change(
    name: string,
    version: number,
    change: AccountChange,
    also?: readonly RecordChange[],
  ): Promise<Account>;
};

/** Groups that the program knows; operators may name others. */
export const REPORT_RECIPIENTS = "read_datajson_recipients";

/** A name: what stands in a URL, a log line and CONSOLE_USERS as it is. */
export const NAME_RULE = {
  pattern: /^[a-z0-9][a-z0-9._-]{1,39}$/,
  text:
    "de 2 a 40 letras minúsculas sin acento, números, puntos, guiones o guiones bajos, y empieza con letra o número",
};
const EMAIL = /^[^\s@,;:<>()"\\]{1,64}@[^\s@,;:<>()"\\]{1,255}$/;
const GROUP = /^[a-z][a-z0-9_]{0,59}$/;

type Stored = Omit<Account, "name" | "source" | "version">;

/** Accounts over `records`, and `fixed` ones. */
export function createAccounts(
  records: Records,
  passwords: Passwords,
  fixed: readonly FixedAccount[] = [],
): Accounts {
  const fixedAccounts = new Map(fixed.map((account) => [account.name, fixedAccount(account)]));

  async function account(name: string): Promise<Account | undefined> {
    const ours = fixedAccounts.get(name);
    if (ours) return ours;
    const kept = await records.record("account", name);
    return kept && accountOf(kept);
  }

  async function all(): Promise<Account[]> {
    const kept = (await records.records("account")).map(accountOf);
    return [...kept.filter(({ name }) => !fixedAccounts.has(name)), ...fixedAccounts.values()]
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /**
   * The change that keeps an administrator beside `name`: one of them is written anew, so that of two who take
   * each other's role at once only one can.
   */
  async function witness(name: string): Promise<RecordChange[]> {
    const other = (await all()).find((one) => one.name !== name && isAdmin(one));
    if (!other) {
      throw new Problem(
        "conflict",
        `"${name}" es la única cuenta de administración que puede entrar: nombre otra antes`,
      );
    }
    return other.source === "environment" ? [] : [recordOf(other)];
  }

  return {
    account,
    all,
    async emailsOf(group) {
      const members = (await all()).filter(({ groups, disabled }) => !disabled && groups.includes(group));
      return [...new Set(members.flatMap(({ email }) => email ?? []))];
    },
    async create({ name, role, email, groups = [], password }, also = []) {
      checkName(name);
      if (await account(name)) throw new Problem("conflict", `Ya hay una cuenta "${name}"`);
      const created: Account = {
        name,
        role,
        ...(email !== undefined && { email: checkedEmail(email) }),
        groups: checkedGroups(groups),
        disabled: false,
        ...(password !== undefined && { passwordHash: await hashOf(passwords, password, name) }),
        source: "database",
        version: 0,
      };
      await records.write([recordOf(created), ...also]);
      return { ...created, version: 1 };
    },
    async change(name, version, { role, email, groups, disabled, password }, also = []) {
      const before = await account(name);
      if (!before) throw new Problem("not_found", `No hay una cuenta "${name}"`);
      if (before.source === "environment") {
        throw new Problem(
          "conflict",
          `La cuenta "${name}" viene de CONSOLE_USERS y sólo se cambia ahí: edite esa variable y reinicie el servidor`,
        );
      }
      const { email: emailBefore, ...rest } = before;
      const emailAfter = email === undefined ? emailBefore : email === null ? undefined : checkedEmail(email);
      const after: Account = {
        ...rest,
        ...(role !== undefined && { role }),
        ...(emailAfter !== undefined && { email: emailAfter }),
        ...(groups !== undefined && { groups: checkedGroups(groups) }),
        ...(disabled !== undefined && { disabled }),
        ...(password !== undefined && { passwordHash: await hashOf(passwords, password, name) }),
        version,
      };
      const kept = isAdmin(before) && !isAdmin(after) ? await witness(name) : [];
      await records.write([recordOf(after), ...kept, ...also]);
      return { ...after, version: version + 1 };
    },
  };
}

/** Whether it can log in and rule. */
function isAdmin({ role, disabled, passwordHash }: Account): boolean {
  return role === "admin" && !disabled && passwordHash !== undefined;
}

/** Errors: Problem `invalid` for a name that cannot be. */
export function checkName(name: string): void {
  if (!NAME_RULE.pattern.test(name)) {
    const message = `"${name}" no puede ser el nombre de una cuenta: debe tener ${NAME_RULE.text}`;
    throw new Problem("invalid", message, [{ path: "/name", message: `debe tener ${NAME_RULE.text}` }]);
  }
}

function checkedEmail(email: string): string {
  if (EMAIL.test(email)) return email;
  const message = "no es una dirección de correo";
  throw new Problem("invalid", `"${email}" ${message}`, [{ path: "/email", message }]);
}

function checkedGroups(groups: readonly string[]): string[] {
  const wrong = groups.findIndex((group) => !GROUP.test(group));
  if (wrong < 0) return [...new Set(groups)].sort();
  const message =
    "debe tener hasta 60 letras minúsculas sin acento, números o guiones bajos, y empezar con letra";
  throw new Problem("invalid", `"${groups[wrong]}" no puede ser el nombre de un grupo: ${message}`, [{
    path: `/groups/${wrong}`,
    message,
  }]);
}

async function hashOf(passwords: Passwords, password: string, name: string): Promise<string> {
  checkPassword(password, name);
  return await passwords.hash(password);
}

function fixedAccount({ name, role, passwordHash }: FixedAccount): Account {
  return { name, role, passwordHash, groups: [], disabled: false, source: "environment", version: 0 };
}

function accountOf({ id, version, value }: KeptRecord): Account {
  return { name: id, ...(value as Stored), source: "database", version };
}

function recordOf({ name, source: _, version, ...stored }: Account): RecordChange {
  return { kind: "account", id: name, version, value: stored satisfies Stored };
}
