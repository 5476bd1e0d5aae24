// What a section of the console is made of: routes that answer a page, or do something and send the visitor on.

import type { Child } from "hono/jsx";
import type { Role } from "../../operation/roles.ts";
import type { Visit } from "./visit.ts";

/** Spanish, English. */
export type Words = readonly [string, string];

/** A page inside the frame. */
export type Shown = {
  readonly title: string;
  readonly body: Child;
  /** 200 unless told. */
  readonly status?: number;
  /** What stands above: pages that lead here. */
  readonly above?: readonly { readonly href: string; readonly text: string }[];
  /** Buttons beside the title. */
  readonly beside?: Child;
  /** Seconds after which a browser without scripts asks again. */
  readonly refresh?: number;
};

/** What was done, in words. */
export type Notice = {
  readonly told?: string;
  /** `wrong` where it could not be done. */
  readonly kind?: "good" | "wrong";
};

/** Something was done: the visitor goes on to a page that tells them. */
export type Sent = Notice & {
  /** An address from `/consola` on. */
  readonly to: string;
};

export type Route = {
  readonly method: "get" | "post";
  /** Under /consola, with Hono's parameters: `/nodos/:catalog`. */
  readonly path: string;
  /** The operation without which the page is of no use; refused where the role does not reach. */
  readonly needs?: string;
  readonly answer: (visit: Visit) => Promise<Shown | Sent | Response>;
  /** Where a POST goes back to when what it asked for was refused; without it an error page tells. */
  readonly back?: (visit: Visit) => string;
};

/** `own` is not in the navigation: it is reached from the visitor's name. */
export type Group = "start" | "network" | "contents" | "work" | "settings" | "accounts" | "own";

/** Headings of the navigation. */
export const GROUPS: Readonly<Record<Group, Words>> = {
  start: ["Inicio", "Start"],
  network: ["Red", "Network"],
  contents: ["Datos", "Data"],
  work: ["Trabajo", "Work"],
  settings: ["Ajustes", "Settings"],
  accounts: ["Cuentas", "Accounts"],
  own: ["Mi cuenta", "My account"],
};

export type Section = {
  /** Of its first page, under /consola. */
  readonly path: string;
  readonly title: Words;
  readonly group: Group;
  /** Least role that sees it in the navigation; what may be done the operations say. */
  readonly role: Role;
  readonly routes: readonly Route[];
};
