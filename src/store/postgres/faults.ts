// What makes PostgreSQL fail through no fault of the program, by its codes or, where a pooler stands between, by its
// words. Messages name the host and the database, never the password.

import { Problem } from "../../core/problem.ts";

/** How an address is named to people: host, port and database. */
export type Place = { readonly server: string; readonly database: string };

/** Asked in order. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [
    /^28|password authentication failed|no such user|SASL|auth failed/,
    "no admite a ese usuario con esa contraseña",
  ],
  [/^3D000|database ".*" does not exist|no such database/, "esa base de datos no existe"],
  [/^ECONNREFUSED/, "nadie responde en esa dirección"],
  [/^(ENOTFOUND|EAI_)/, "no se encuentra ese servidor"],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/, "no responde"],
  [/^57P/, "se está apagando o iniciando"],
  [/^53300|too many|no more connections/, "no admite más conexiones"],
  [/^53100|^58030/, "el disco está lleno o falla"],
  [/^53/, "le faltan recursos"],
  [/^25006/, "es sólo de lectura"],
  [/^42501/, "el usuario no tiene permiso"],
  [/^55P03/, "otro proceso tiene tomado lo que hay que escribir"],
  [/^40/, "demasiados procesos escriben lo mismo a la vez"],
  [/^57014/, "interrumpió la consulta"],
  [/^XX00[12]/, "sus archivos están dañados"],
  [/^(CONNECTION_|ECONNRESET|EPIPE|25P03|08)/, "se perdió la conexión"],
];

type Fault = { readonly code?: unknown; readonly message?: unknown };

/** Transactions in each other's way: the same again may succeed. */
export function isCollision(error: unknown): boolean {
  return /^(40001|40P01|23P01|23503|23505)$/.test(String((error as Fault)?.code));
}

/** The fault as Problem `unavailable`; a bug stays what it is. */
export function problemOf(error: unknown, { server, database }: Place): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const { code, message } = error as Fault;
  const told = `${code ?? ""} ${message}`;
  const reason = FAULTS.find(([words]) => words.test(told))?.[1];
  if (reason === undefined) return error;
  return new Problem("unavailable", `No se puede usar la base "${database}" en ${server}: ${reason}`, [], {
    cause: error,
  });
}

/**
 * Names a `postgres://` address.
 * Errors: Problem `invalid`, without the address, which holds a password.
 */
export function placeOf(url: string): Place {
  const parsed = URL.parse(url);
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.pathname.length < 2) {
    throw new Problem("invalid", "DATABASE_URL debe ser postgres://usuario:clave@servidor:puerto/base");
  }
  return { server: `${parsed.hostname}:${parsed.port || 5432}`, database: parsed.pathname.slice(1) };
}
