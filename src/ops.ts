// The operation of a data folder: accounts, sessions, the API over them and the console over that, for the server and
// for the commands.

import process from "node:process";
import type { Assets } from "./api/assets.ts";
import { answerMetrics, type ProcessFigures } from "./console/metrics.ts";
import { createOps, OPS_PATH } from "./console/ops.ts";
import { OPERATIONS, type OperationsContext } from "./console/operations.ts";
import type { SourceSettings } from "./harvest_and_publish.ts";
import { openOperation, openStore, type Places } from "./open.ts";
import { openDumpDesk } from "./open_dumps.ts";
import type { MailPlace } from "./open_mail.ts";
import { openEtlDesk } from "./open_etl.ts";
import { openNetwork } from "./open_network.ts";
import { type Accounts, createAccounts, type FixedAccount } from "./operation/accounts.ts";
import { createFirstAccount } from "./operation/first_account.ts";
import { createLogIn } from "./operation/log_in.ts";
import { createPasswordResets } from "./operation/password_resets.ts";
import { createPasswords } from "./operation/passwords.ts";
import { mailAsSet } from "./operation/report_mails.ts";
import { createSessions } from "./operation/sessions.ts";
import { type SynchronizerDesk, synchronizerDesk } from "./operation/synchronizers.ts";
import { createThrottle } from "./operation/throttle.ts";
import { CONSOLE_PATH, createConsole } from "./pages/console/console.tsx";
import { reportPage, reportPolicy } from "./pages/report_page.tsx";
import { checkGatewayHere } from "./popularity.ts";
import { VERSION } from "./version.ts";
import { nextDue } from "./work/due_times.ts";

/** The environment keys of what operates. */
export const OPS_KEYS = ["CONSOLE_USERS", "TRUSTED_PROXIES", "TZ_SCHEDULE", "ETL_DIR"] as const;

export type OpsSettings = SourceSettings & {
  readonly CONSOLE_USERS: readonly FixedAccount[];
  readonly TRUSTED_PROXIES: number;
  readonly TZ_SCHEDULE: string;
  readonly ETL_DIR: string;
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
): Pick<ReturnType<typeof openOperation>, "records" | "trail" | "close"> & { accounts: Accounts } {
  const { records, trail, close } = openOperation(places);
  return { records, accounts: createAccounts(records, createPasswords(randomBytes), fixed), trail, close };
}

/**
 * The API of a server and the console over it; what they have to tell goes by mail. `closing` aborts when the server
 * stops: nobody is told of anything after that.
 */
export async function openOps(
  places: Places,
  settings: OpsSettings,
  onError: (error: unknown, path: string) => void,
  { mail, envType }: MailPlace,
  assets: Assets,
  closing: AbortSignal,
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
  let etl: OperationsContext["etl"] | undefined;
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
    dumps: openDumpDesk(places),
    get etl() {
      return etl ??= openEtlDesk(places, settings);
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
      ...(mail && { mail: mailAsSet(mail, records) }),
      ...publicUrl,
    }),
    firstAccount,
    trail,
    now,
    version: VERSION,
    trustedProxies: TRUSTED_PROXIES,
    ...publicUrl,
    closing,
    onError,
  };
  const app = createOps(context, OPERATIONS);
  const ops = async (request: Request, address: string) => await app.fetch(request, { address });
  const consoleApp = createConsole({
    ops,
    opsPath: OPS_PATH,
    operations: OPERATIONS,
    files: assets.files,
    now,
    version: VERSION,
    onError,
  });
  async function metrics(request: Request): Promise<Response> {
    try {
      return await answerMetrics(request, {
        journal: context.journal,
        etl: context.etl,
        now,
        version: VERSION,
        ownFigures,
      });
    } catch (error) {
      onError(error, METRICS_PATH);
      return new Response(null, { status: 503, headers: { "retry-after": "5" } });
    }
  }
  return {
    takes: ({ url }) =>
      [OPS_PATH, CONSOLE_PATH, STATUS_PATH, METRICS_PATH].some((path) => isUnder(url, path)),
    answer: async (request, address) => {
      if (isUnder(request.url, METRICS_PATH)) return await metrics(request);
      if (isUnder(request.url, OPS_PATH)) return await ops(request, address);
      if (!isUnder(request.url, STATUS_PATH)) return await consoleApp.fetch(request, { address });
      return await ops(new Request(new URL(STATUS_OPERATION, request.url), request), address);
    },
    inviteFirst: () => firstAccount.invite(),
  };
}

/** For Prometheus. */
const METRICS_PATH = "/metrics";
const STARTED_AT = Date.now();

function ownFigures(): ProcessFigures {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: rss,
    heapBytes: heapUsed,
    cpuSeconds: (user + system) / 1e6,
    startedAt: STARTED_AT,
  };
}

/** Where those who watched the replaced scheduler asked, and who answers. */
const STATUS_PATH = "/getstatus";
const STATUS_OPERATION = `${OPS_PATH}/etl/getstatus`;

function isUnder(url: string, path: string): boolean {
  if (!url.includes(path)) return false;
  const { pathname } = new URL(url);
  return pathname === path || pathname.startsWith(`${path}/`);
}
