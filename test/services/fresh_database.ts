// Databases of a test's own on the PostgreSQL that the tests share, by both ways to it.

import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { service } from "../services.ts";

export type FreshDatabase = {
  readonly name: string;
  /** Addresses: the server itself, and PgBouncer in transaction mode before it. */
  readonly direct: string;
  readonly pooled: string;
  /** One statement by a client that is not the program's. */
  ask(statement: string): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
};

/** An empty one. */
export async function freshDatabase(options = ""): Promise<FreshDatabase> {
  const [server, pooler] = await Promise.all([service("postgres"), service("pgbouncer")]);
  const name = `caudal_test_${randomUUID().slice(0, 8)}`;
  await askOnce(server.url, `CREATE DATABASE ${name} ${options}`);
  const direct = addressOf(server.url, name);
  return {
    name,
    direct,
    pooled: addressOf(pooler.url, name),
    ask: (statement) => askOnce(direct, statement),
    drop: async () => {
      await askOnce(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

export function addressOf(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = database;
  return address.href;
}

export async function askOnce(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
  try {
    return await sql.unsafe(statement).simple();
  } finally {
    await sql.end({ timeout: 1 });
  }
}
