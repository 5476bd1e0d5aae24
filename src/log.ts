// The program's log: JSON lines on standard error, one event each, named noun.verbed. src/README.md lists them.

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Log = (level: LogLevel, event: string, fields?: Record<string, unknown>) => void;

/** Writes events of `least` and above. */
export function createLog(least: LogLevel): Log {
  return (level, event, fields) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    console.error(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields }));
  };
}

/** A fault as fields: its message, its causes, and its stack where it is a bug's. */
export function faultFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { error: error.message, ...(cause && { cause }), stack: error.stack };
}
