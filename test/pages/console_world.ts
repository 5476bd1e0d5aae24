// The console over nothing but memory, with all operations behind it: three catalogs that were harvested and reported
// on, an account of each role, and a browser that keeps cookies and fills in forms.

import { createOps, OPS_PATH } from "../../src/console/ops.ts";
import { OPERATIONS, type OperationsContext } from "../../src/console/operations.ts";
import type { ListedDump } from "../../src/core/dumps.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Network } from "../../src/operation/network.ts";
import { type Role, ROLES } from "../../src/operation/roles.ts";
import { synchronizerDesk } from "../../src/operation/synchronizers.ts";
import { createConsole } from "../../src/pages/console/console.tsx";
import { reportPage, reportPolicy } from "../../src/pages/report_page.tsx";
import { memoryTrail } from "../../src/store/memory_records.ts";
import { nextDue } from "../../src/work/due_times.ts";
import { etlDesk } from "../console/etl_world.ts";
import { basic, PASSWORD_OF } from "../console/ops_app.ts";
import { REFRESHED } from "../operation/network_world.ts";
import { reportedWorld } from "../operation/report_world.ts";
import { operationWorld, type WorldSettings } from "../operation/world.ts";

export { basic, PASSWORD_OF };

export const ORIGIN = "http://consola.test";

const ROOT = `${import.meta.dirname}/../..`;

type Settings = WorldSettings & {
  /** Whether no account is there. */
  readonly empty?: boolean;
  /** What the catalog "uno" says of itself. */
  readonly uno?: JsonObject;
  /** Project of sequences; this one's unless told. */
  readonly etlFolder?: string;
  /** In front of the operations. */
  readonly overOps?: (request: Request) => Response | undefined;
};

export async function consoleWorld(
  { empty = false, uno = {}, etlFolder = ROOT, overOps = () => undefined, ...settings }: Settings = {},
) {
  const reported = await reportedWorld({ uno });
  const { store, journal, reporting, made } = reported;
  const { records } = reporting;
  const world = operationWorld({ ...settings, overRecords: () => records });
  const { now, accounts } = world;
  const trail = memoryTrail();
  const faults: unknown[] = [];
  /** Operations that were asked for, as `get /api/ops/nodes`. */
  const asked = new Set<string>();
  const network: Network = {
    store,
    records,
    now,
    refresh: () => Promise.resolve(REFRESHED),
    exclusively: (work) => work(),
  };
  /** Generated files, until they are removed. */
  let dumps: readonly ListedDump[] = [{
    catalogId: null,
    name: "series-tiempo-csv.zip",
    bytes: 3_000_000,
    sha256: "ab",
    generatedAt: now(),
  }];
  const ofEtl = etlDesk(etlFolder, now);
  const context: OperationsContext & Parameters<typeof createOps>[0] = {
    ...world,
    trail,
    journal,
    network,
    synchronizers: synchronizerDesk(records, journal, now),
    popularity: { store, records, checkGateway: () => Promise.resolve(true) },
    nextDue: (synchronizer) => nextDue(synchronizer, "America/Argentina/Buenos_Aires", now()),
    dumps: {
      list: () => Promise.resolve(dumps),
      remove: (files) => {
        dumps = dumps.filter((dump) => !files.some(({ name }) => name === dump.name));
        return Promise.resolve();
      },
    },
    etl: ofEtl.desk,
    envType: "",
    writePage: reportPage,
    pagePolicy: await reportPolicy(),
    version: "1.2.3",
    onError: (error) => void faults.push(error),
  };
  if (!empty) {
    for (const role of ROLES) await accounts.create({ name: role, role, password: PASSWORD_OF[role] });
  }
  const ops = createOps(context, OPERATIONS);
  const app = createConsole({
    ops: async (request, address) => {
      asked.add(`${request.method.toLowerCase()} ${new URL(request.url).pathname}`);
      return overOps(request) ?? await ops.fetch(request, { address });
    },
    opsPath: OPS_PATH,
    operations: OPERATIONS,
    now,
    version: "1.2.3",
    onError: (error) => void faults.push(error),
  });
  const request = async (path: string, init: RequestInit = {}) =>
    await app.request(ORIGIN + path, init, { address: "192.0.2.1" });

  /** A browser, logged in where a role is told. */
  async function browser(role?: Role): Promise<Browser> {
    const opened = openBrowser(request);
    if (role) {
      const page = await opened.visit("/consola/entrar");
      const start = await opened.submit(page, "/consola/entrar", { name: role, password: PASSWORD_OF[role] });
      if (start.status !== 200 || start.path !== "/consola") throw new Error(`No session: ${start.html}`);
    }
    return opened;
  }

  return {
    ...world,
    records,
    trail,
    store,
    journal,
    made,
    runs: reported.runs,
    ops,
    request,
    browser,
    faults,
    asked,
    /** The desk of sequences, and the hands of their scheduler and worker. */
    etl: ofEtl,
  };
}

/** A page as a browser has it. */
export type Page = {
  readonly status: number;
  /** Where redirects led. */
  readonly path: string;
  readonly html: string;
  /** As it is read: without tags. */
  readonly text: string;
  readonly headers: Headers;
};

/** What goes into a field; a list for several boxes, null to send none. */
type Filling = Readonly<Record<string, string | readonly string[] | Blob | null>>;

export type Browser = ReturnType<typeof openBrowser>;

function openBrowser(request: (path: string, init?: RequestInit) => Promise<Response>) {
  const jar = new Map<string, string>();

  async function send(path: string, init: RequestInit = {}): Promise<Page> {
    const headers = {
      ...init.headers,
      ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") }),
    };
    const answer = await request(path, { ...init, headers });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (/max-age=0/i.test(cookie)) jar.delete(name!);
      else jar.set(name!, value!);
    }
    const location = answer.headers.get("location");
    if (answer.status === 303 && location !== null) return await send(location);
    const html = await answer.text();
    return { status: answer.status, path, html, text: textOf(html), headers: answer.headers };
  }

  return {
    jar,
    visit: (path: string) => send(path),
    /** Sends the page's form of that address, as it is but for `filling`. */
    async submit(page: Page, action: string, filling: Filling = {}, button?: string): Promise<Page> {
      const form = formsOf(page.html).find((one) => one.action === action);
      if (!form) {
        throw new Error(
          `${page.path} has no form for ${action}: ${formsOf(page.html).map(({ action }) => action)}`,
        );
      }
      const data = new FormData();
      for (const [name, value] of form.fields) if (!(name in filling)) data.append(name, value);
      for (const [name, value] of Object.entries(filling)) {
        const values = value === null ? [] : Array.isArray(value) ? value : [value];
        for (const one of values) data.append(name, one as string);
      }
      if (button !== undefined) data.append("action", button);
      if (form.isMultipart) return await send(action, { method: "POST", body: data });
      return await send(action, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: ORIGIN,
          "sec-fetch-site": "same-origin",
        },
        body: new URLSearchParams([...data].map(([name, value]) => [name, String(value)])).toString(),
      });
    },
  };
}

export type Form = {
  readonly action: string;
  readonly isMultipart: boolean;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

/** The forms of a page that change something, with what they would send as they are. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].flatMap(([, head = "", inside = ""]) => {
    if (attribute(head, "method") !== "post") return [];
    const fields: [string, string][] = [];
    for (const [, tag] of inside.matchAll(/<input\b([^>]*)>/g)) {
      const name = attribute(tag!, "name");
      const type = attribute(tag!, "type") ?? "text";
      const isSent = type !== "file" && (type !== "checkbox" || /\schecked/.test(tag!));
      if (name !== undefined && isSent) fields.push([name, attribute(tag!, "value") ?? ""]);
    }
    for (const [, tag, options = ""] of inside.matchAll(/<select\b([^>]*)>([^]*?)<\/select>/g)) {
      const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, option]) => option!);
      const chosen = all.find((option) => /\sselected/.test(option)) ?? all[0];
      fields.push([attribute(tag!, "name")!, attribute(chosen ?? "", "value") ?? ""]);
    }
    for (const [, tag, text = ""] of inside.matchAll(/<textarea\b([^>]*)>([^]*?)<\/textarea>/g)) {
      fields.push([attribute(tag!, "name")!, unescaped(text)]);
    }
    return [{
      action: attribute(head, "action")!,
      isMultipart: attribute(head, "enctype") === "multipart/form-data",
      fields,
    }];
  });
}

/** Addresses that a page links to. */
export const linksOf = (html: string): string[] =>
  [...html.matchAll(/<a\b([^>]*)>/g)].flatMap(([, tag]) => attribute(tag!, "href") ?? []);

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(` ${tag}`)?.[1];
  return found === undefined ? undefined : unescaped(found);
}

const textOf = (html: string) => unescaped(html.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ");

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll(
    "&gt;",
    ">",
  )
    .replaceAll("&amp;", "&");
}
