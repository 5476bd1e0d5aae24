// Every setting of the environment, described once. Entrypoints pick what they need and parse it at start;
// nothing else reads the environment.

import * as z from "zod";
import { parseSender } from "./core/mail_address.ts";
import { Problem } from "./core/problem.ts";
import { LOG_LEVELS } from "./log.ts";
import { parseFixedAccounts } from "./operation/fixed_accounts.ts";
import { parseMarkets } from "./prices/markets.ts";

const integer = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "debe ser un número entero").transform(Number)
    .refine((value) => value >= least && value <= most, `debe estar entre ${least} y ${most}`);

const flag = z.string().transform((text) => text.toLowerCase())
  .refine((text) => ["true", "false", "1", "0", "yes", "no"].includes(text), "debe ser true o false")
  .transform((text) => ["true", "1", "yes"].includes(text));

/** A folder by its path, or a place that is known by its scheme. */
const isPlace = (text: string) =>
  !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^(file|s3|https?):\/\//i.test(text);

const hasNoPassword = (text: string) => !/^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(text);

/** Keys, defaults and descriptions (Spanish; the README's table is checked against them). */
export const Env = z.object({
  PORT: integer(0, 65_535).default(8000).describe("Puerto en que se escucha; 0 elige uno libre"),
  HOST: z.string().min(1).default("127.0.0.1").describe("Dirección en que se escucha; 0.0.0.0 para todas"),
  DATA_DIR: z.string().min(1).default("./.caudal").describe("Carpeta del almacén embebido y de lo publicado"),
  DATABASE_URL: z.string().refine(
    (text) => URL.canParse(text) && /^postgres(ql)?:\/\/[^\s/]+\/[^\s/?]+/.test(text),
    "debe ser postgres://usuario:clave@servidor:puerto/base",
  ).optional().describe(
    "PostgreSQL donde se guarda la verdad, también detrás de PgBouncer; sin él, SQLite en DATA_DIR",
  ),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" }).optional()
    .describe(
      "Dirección pública del servidor, para enlaces y OpenAPI; sin ella, la del pedido",
    ),
  SNAPSHOT_URL: z.string().min(1).refine(isPlace, "debe ser una carpeta, s3://bucket/prefijo o http(s)://…")
    .refine(hasNoPassword, "no admite usuario ni clave en la dirección").optional()
    .describe(
      "Dónde se publica: carpeta, s3://bucket/prefijo, o dirección http(s) que sólo se lee; sin ella, DATA_DIR/snapshots",
    ),
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" })
    .refine(hasNoPassword, "no admite usuario ni clave en la dirección").optional()
    .describe("Dirección del servicio compatible con S3 donde está el bucket de SNAPSHOT_URL"),
  S3_REGION: z.string().min(1).default("us-east-1").describe(
    "Región con que se firman los pedidos a ese servicio",
  ),
  S3_ACCESS_KEY: z.string().min(1).optional().describe("Clave de acceso a ese servicio"),
  S3_SECRET_KEY: z.string().min(1).optional().describe("Clave secreta con que se firman los pedidos"),
  REDIS_URL: z.string().regex(/^rediss?:\/\/\S+$/, "debe ser una dirección redis://… o rediss://…").optional()
    .describe("Redis que comparten los procesos que sirven; sin él, cada uno guarda lo suyo"),
  REDIS_HOST: z.string().min(1).optional().describe("Máquina de Redis, cuando no hay REDIS_URL"),
  REDIS_PORT: integer(1, 65_535).optional().describe(
    "Puerto de Redis, cuando no hay REDIS_URL; 6379 si falta",
  ),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("warn").describe(
    "Desde qué nivel se registran eventos: debug, info, warn, error",
  ),
  ALLOW_INTERNAL_SOURCES: flag.default(false).describe(
    "Permite leer fuentes de redes internas y de esta máquina por http(s): cosecha y validador",
  ),
  MAX_SOURCE_MB: integer(1, 2_000).default(100).describe("Tamaño máximo de un catálogo o CSV, en MB"),
  SOURCE_TIMEOUT_SECONDS: integer(1, 300).default(30).describe(
    "Segundos que se espera a una fuente que no responde o que deja de enviar",
  ),
  BODY_CACHE_MB: integer(0, 4_096).default(32).describe(
    "Memoria para respuestas ya armadas, en MB, y un cuarto más para sus formas comprimidas; 0 no guarda",
  ),
  SEGMENT_CACHE_MB: integer(0, 65_536).default(96).describe(
    "Memoria para archivos publicados que se leen seguido, en MB, y otro tanto para los precios; 0 no guarda",
  ),
  OPENSEARCH_URL: z.string().transform((text) => [...new Set(text.split(",").map((one) => one.trim()))])
    .pipe(
      z.array(
        z.url({ protocol: /^https?$/, error: "debe ser direcciones http o https, separadas por comas" }),
      ),
    )
    .optional().describe(
      "Nodos de OpenSearch, direcciones http(s) separadas por comas; sin ella, la búsqueda es la embebida",
    ),
  SEARCH_MIN_SCORE: z.string().regex(/^\d+(\.\d+)?$/, "debe ser un número desde 0").transform(Number).default(
    5,
  )
    .describe(
      "Puntaje mínimo de lo que encuentra un texto, salvo que los ajustes tengan otro; con menos de 1000 series no se aplica",
    ),
  CONSOLE_USERS: z.string().default("").transform((text, { issues }) => {
    const { accounts, faults } = parseFixedAccounts(text);
    // Without what was read: it may be a secret.
    for (const message of faults) issues.push({ code: "custom", message, input: undefined });
    return accounts;
  }).describe(
    'Cuentas de operación además de las del almacén: usuario:rol:hash, separadas por espacios (las escribe "console user … --print")',
  ),
  TRUSTED_PROXIES: integer(0, 10).default(0).describe(
    "Cuántos proxys propios hay delante: de ellos se cree desde dónde, a qué host y si por https llega cada pedido",
  ),
  SMTP_URL: z.string().regex(
    /^smtps?:\/\/[^\s/]+\/?$/,
    "debe ser smtp://usuario:clave@servidor:puerto o smtps://…",
  )
    .refine(URL.canParse, "debe ser smtp://usuario:clave@servidor:puerto o smtps://…").optional().describe(
      "Servidor de correo para informes y claves olvidadas; con clave exige TLS, salvo en esta máquina; sin él, no hay correo",
    ),
  DEFAULT_FROM_EMAIL: z.string().refine(
    (text) => parseSender(text) !== undefined,
    "debe ser una dirección de correo",
  )
    .optional().describe(
      "Remitente de los correos si los ajustes no tienen otro, dirección o Nombre <dirección>; recibe copia oculta de los informes; obligatorio con SMTP_URL",
    ),
  ENV_TYPE: z.string().max(40).regex(/^[^\p{Cc}]*$/u, "debe ser un renglón").default("").describe(
    "Etiqueta de la instalación en los asuntos de los informes, entre corchetes",
  ),
  TZ_SCHEDULE: z.string().refine(isTimeZone, "debe ser un huso horario, como America/Argentina/Buenos_Aires")
    .default("America/Argentina/Buenos_Aires").describe("Huso horario de los horarios del trabajo periódico"),
  ETL_DIR: z.string().min(1).default(".").describe("Carpeta de modules.json y etl_sequences/"),
  ETL_SLOTS: integer(1, 256).optional().describe(
    "Pasos de secuencias que este proceso corre a la vez; sin él, uno por núcleo",
  ),
  ETL_KEEP_DAYS: integer(1, 36_500).default(365).describe(
    "Días que se guardan las corridas terminadas y sus registros",
  ),
  ETL_GRACE_SECONDS: integer(0, 3_600).default(10).describe(
    "Segundos que se espera a los pasos en curso cuando se detiene el proceso",
  ),
  BUENBIT_URL: z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" })
    .default("https://be.buenbit.com/api/market/tickers/").describe("Dirección que responde con los precios"),
  PRICE_MARKETS: z.string().default("btcars=Bitcoin en pesos:ARS").superRefine((text, context) => {
    try {
      parseMarkets(text, 1);
    } catch (error) {
      context.addIssue((error as Problem).message);
    }
  }).describe(
    "Mercados que se consultan, par=Título:MONEDA separados por comas, o no; btcars es también el de Redis",
  ),
  PRICE_PERIOD_SECONDS: integer(1, 3_600).default(10).describe(
    "Cada cuántos segundos se consultan los precios, en múltiplos",
  ),
  PRICE_KEEP_DAYS: integer(1, 36_500).optional().describe(
    "Días que se guarda cada precio; después, uno por minuto y por hora; sin él, todos",
  ),
  HARVEST_USER_AGENT: z.string().min(1).default("Caudal/1 (+harvest)").describe(
    "User-Agent con que se piden catálogos y CSV",
  ),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export type EnvKey = keyof typeof Env.shape;

/**
 * Reads the picked keys.
 * Errors: Problem `invalid` that lists every bad value.
 */
export function readEnv<K extends EnvKey>(
  keys: readonly K[],
  environment: Record<string, string | undefined> = Deno.env.toObject(),
): Pick<z.infer<typeof Env>, K> {
  const picked = Object.fromEntries(
    keys.map((key) => [key, environment[key] === "" ? undefined : environment[key]]),
  );
  const schema = Env.pick(Object.fromEntries(keys.map((key) => [key, true])) as Record<EnvKey, true>);
  const parsed = schema.safeParse(picked);
  if (parsed.success) return parsed.data as Pick<z.infer<typeof Env>, K>;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  throw new Problem(
    "invalid",
    `Configuración inválida: ${issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    issues,
  );
}
