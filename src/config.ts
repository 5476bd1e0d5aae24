// Every setting of the environment, described once. Entrypoints pick what they need and parse it at start;
// nothing else reads the environment.

import * as z from "zod";
import { Problem } from "./core/problem.ts";
import { LOG_LEVELS } from "./log.ts";

const integer = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "debe ser un número entero").transform(Number)
    .refine((value) => value >= least && value <= most, `debe estar entre ${least} y ${most}`);

const flag = z.string().transform((text) => text.toLowerCase())
  .refine((text) => ["true", "false", "1", "0", "yes", "no"].includes(text), "debe ser true o false")
  .transform((text) => ["true", "1", "yes"].includes(text));

/** Keys, defaults and descriptions (Spanish; the README's table is checked against them). */
export const Env = z.object({
  PORT: integer(0, 65_535).default(8000).describe("Puerto en que se escucha; 0 elige uno libre"),
  HOST: z.string().min(1).default("127.0.0.1").describe("Dirección en que se escucha; 0.0.0.0 para todas"),
  DATA_DIR: z.string().min(1).default("./.caudal").describe("Carpeta del almacén embebido y de lo publicado"),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: "debe ser una dirección http o https" }).optional()
    .describe(
      "Dirección pública del servidor, para enlaces y OpenAPI; sin ella, la del pedido",
    ),
  SNAPSHOT_URL: z.string().min(1).optional().describe(
    "Carpeta donde se publica; sin ella, DATA_DIR/snapshots",
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
    "Memoria para respuestas ya armadas, en MB; 0 no guarda",
  ),
  SEGMENT_CACHE_MB: integer(0, 65_536).default(96).describe(
    "Memoria para archivos publicados que se leen seguido, en MB; 0 no guarda",
  ),
  SEARCH_MIN_SCORE: z.string().regex(/^\d+(\.\d+)?$/, "debe ser un número desde 0").transform(Number).default(
    5,
  )
    .describe("Puntaje mínimo de lo que encuentra un texto; con menos de 1000 series no se aplica"),
  HARVEST_USER_AGENT: z.string().min(1).default("Caudal/1 (+harvest)").describe(
    "User-Agent con que se piden catálogos y CSV",
  ),
});

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
