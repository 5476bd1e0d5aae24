// The audit: what people changed, or tried to, through the API. Entries are only ever added to the trail, under the
// name of the account; secrets never get here.

import type { Trail } from "../core/records.ts";

/** How somebody came: `command` is one of this machine. */
export const HOWS = ["basic", "session", "anonymous", "command"] as const;

export type AuditEntry = {
  /** Id of the operation. */
  readonly operation: string;
  /** Empty of a command. */
  readonly address: string;
  readonly how: (typeof HOWS)[number];
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: unknown;
  readonly body?: unknown;
  /** HTTP status of the answer; 200 of a command that was done. */
  readonly status: number;
  /** What was answered to a refusal. */
  readonly problem?: string;
};

export type Audited = AuditEntry & {
  readonly id: number;
  readonly account: string;
  /** ISO time, UTC. */
  readonly at: string;
};

export async function appendAudit(
  trail: Trail,
  account: string,
  at: number,
  entry: AuditEntry,
): Promise<void> {
  await trail.append("audit", account, at, entry);
}

/** The newest first; `before` goes on from the last of the page before. */
export async function readAudit(
  trail: Trail,
  query: {
    readonly account?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  },
): Promise<{ readonly entries: Audited[]; readonly next?: number }> {
  const { account, before, limit } = query;
  const found = await trail.entries("audit", {
    limit: limit + 1,
    ...(account !== undefined && { subject: account }),
    ...(before !== undefined && { before }),
  });
  const page = found.slice(0, limit);
  return {
    entries: page.map(({ id, subject, at, entry }) => ({
      id,
      account: subject,
      at: new Date(at).toISOString(),
      ...(entry as AuditEntry),
    })),
    ...(found.length > limit && { next: page.at(-1)!.id }),
  };
}
