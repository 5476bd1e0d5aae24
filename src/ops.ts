// The operation of a data folder: accounts, sessions and the API over them, for the server and for the commands.

import { createOps, OPS_PATH } from "./console/ops.ts";
import { OPERATIONS, type OperationsContext } from "./console/operations.ts";
import type { SourceSettings } from "./harvest_and_publish.ts";
import { openOperation, openStore, type Places } from "./open.ts";
import type { MailPlace } from "./open_mail.ts";
import { openNetwork } from "./open_network.ts";
import { type Accounts, createAccounts, type FixedAccount } from "./operation/accounts.ts";
import { createFirstAccount } from "./operation/first_account.ts";
import { createLogIn } from "./operation/log_in.ts";
import { createPasswordResets } from "./operation/password_resets.ts";
import { createPasswords } from "./operation/passwords.ts";
import { createSessions } from "./operation/sessions.ts";
import { type SynchronizerDesk, synchronizerDesk } from "./operation/synchronizers.ts";
import { createThrottle } from "./operation/throttle.ts";
import { reportPage, reportPolicy } from "./pages/report_page.tsx";
import { checkGatewayHere } from "./popularity.ts";
import { VERSION } from "./version.ts";
import { nextDue } from "./work/due_times.ts";

/** The environment keys of what operates. */
export const OPS_KEYS = ["CONSOLE_USERS", "TRUSTED_PROXIES", "TZ_SCHEDULE"] as const;

export type OpsSettings = SourceSettings & {
  readonly CONSOLE_USERS: readonly FixedAccount[];
  readonly TRUSTED_PROXIES: number;
  readonly TZ_SCHEDULE: string;
  readonly PUBLIC_URL?: string | undefined;
};

export type Ops = {
  /** Whether a request is for it. */
  takes(request: Request): boolean;
  answer(request: Request, address: string): Promise<Response>;
  /** A token for the first account; undefined where there is one. */
  inviteFirst(): Promise<string | undefined>;
};

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Accounts of the store and of the settings, for commands. */
export function openAccounts(
  places: Places,
  fixed: readonly FixedAccount[],
): { accounts: Accounts; trail: ReturnType<typeof openOperation>["trail"]; close(): void } {
  const { records, trail, close } = openOperation(places);
  return { accounts: createAccounts(records, createPasswords(randomBytes), fixed), trail, close };
}

/** The API of a server; `post` sends what it has to tell by mail. */
export async function openOps(
  places: Places,
  settings: OpsSettings,
  onError: (error: unknown, path: string) => void,
  { mail, envType }: MailPlace,
): Promise<Ops> {
  const { records, trail } = openOperation(places);
  const { CONSOLE_USERS, TRUSTED_PROXIES, PUBLIC_URL } = settings;
  const now = Date.now;
  const passwords = createPasswords(randomBytes);
  const accounts = createAccounts(records, passwords, CONSOLE_USERS);
  const throttle = createThrottle(now);
  const firstAccount = createFirstAccount({ records, accounts, now, randomBytes });
  const publicUrl = PUBLIC_URL === undefined ? {} : { publicUrl: PUBLIC_URL };
  let opened: ReturnType<typeof openStore> | undefined;
  const stored = () => opened ??= openStore(places);
  let network: OperationsContext["network"] | undefined;
  let synchronizers: SynchronizerDesk | undefined;
  const context: OperationsContext & Parameters<typeof createOps>[0] = {
    // As what operators keep: a server that nobody operates opens no store.
    get journal() {
      return stored().journal;
    },
    get synchronizers() {
      return synchronizers ??= synchronizerDesk(records, stored().journal, now);
    },
    get network() {
      return network ??= openNetwork(places, settings, stored());
    },
    get popularity() {
      const { store, records } = stored();
      return { store, records, checkGateway: checkGatewayHere };
    },
    records,
    nextDue: (synchronizer) => nextDue(synchronizer, settings.TZ_SCHEDULE, now()),
    envType,
    writePage: reportPage,
    pagePolicy: await reportPolicy(),
    accounts,
    sessions: createSessions({ records, accounts, now, randomBytes }),
    logIn: createLogIn({ accounts, passwords, throttle, now, randomBytes }),
    passwordResets: createPasswordResets({
      records,
      accounts,
      throttle,
      now,
      randomBytes,
      ...(mail && { mail }),
      ...publicUrl,
    }),
    firstAccount,
    trail,
    now,
    version: VERSION,
    trustedProxies: TRUSTED_PROXIES,
    ...publicUrl,
    onError,
  };
  const app = createOps(context, OPERATIONS);
  return {
    takes({ url }) {
      if (!url.includes(OPS_PATH)) return false;
      const { pathname } = new URL(url);
      return pathname === OPS_PATH || pathname.startsWith(`${OPS_PATH}/`);
    },
    answer: async (request, address) => await app.fetch(request, { address }),
    inviteFirst: () => firstAccount.invite(),
  };
}
