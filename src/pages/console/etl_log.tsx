/** @jsxImportSource hono/jsx */
// The log of an attempt: numbered lines with their time and stream, by pages; the last one grows as it is told.

import type { Attempt } from "./etl_words.tsx";
import { consoleHref, type Visit } from "./visit.ts";

type Line = { readonly line: number; readonly at: string; readonly stream: string; readonly text: string };

/** Lines of a page. */
const PAGE_LINES = 500;

export type LogPage = {
  readonly attempt: Attempt;
  readonly lines: readonly Line[];
  readonly from: number;
  readonly total: number;
  /** Whether it shows the end, and grows. */
  readonly isEnd: boolean;
  readonly follows: boolean;
};

/** The page that the address names: `intento`, `desde`, `seguir=no`. */
export async function readLog(visit: Visit, runId: number, attempt: Attempt): Promise<LogPage> {
  const search = visit.url.searchParams;
  const asked = search.get("desde");
  const isEnd = asked === null || !/^\d{1,12}$/.test(asked);
  const from = isEnd ? Math.max(0, attempt.log_lines - PAGE_LINES) : Number(asked);
  const { lines, total } = await visit.ask<{ lines: Line[]; total: number }>("etl.runs.log", {
    params: { id: String(runId), attempt: String(attempt.id) },
    query: { from },
  });
  // What came in between is of the next look.
  const shown = lines.slice(0, isEnd ? undefined : PAGE_LINES);
  return { attempt, lines: shown, from, total, isEnd, follows: search.get("seguir") !== "no" };
}

/** The page of a run at the log of one of its attempts. */
export const logHref = (
  runId: number,
  attemptId: number,
  place: { readonly desde?: number; readonly seguir?: "no" } = {},
) => `${consoleHref("/corridas/:id", { id: String(runId) }, { intento: attemptId, ...place })}#registro`;

const STREAM_WORDS: Readonly<Record<string, string>> = { stdout: "out", stderr: "err", caudal: "caudal" };

export function LogSection(
  { visit, runId, page, attempts, isLive }: {
    readonly visit: Visit;
    readonly runId: number;
    readonly page: LogPage;
    readonly attempts: readonly Attempt[];
    readonly isLive: boolean;
  },
) {
  const { say } = visit;
  const { attempt, lines, from, total, isEnd, follows } = page;
  const time = new Intl.DateTimeFormat("es-AR", {
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  });
  const href = (query?: Parameters<typeof logHref>[2]) => logHref(runId, attempt.id, query);
  const last = from + lines.length;
  return (
    <section aria-labelledby="registro">
      <h2 id="registro">
        {`${say("Registro del paso", "Log of step")} ${attempt.step_id}`}
        {attempt.attempt > 1 && `, ${say("intento", "attempt")} ${attempt.attempt}`}
      </h2>
      {attempts.length > 1 && (
        <nav class="places" aria-label={say("Registros", "Logs")}>
          {attempts.map((one) => (
            <a
              href={logHref(runId, one.id)}
              {...(one.id === attempt.id && { "aria-current": "true" as const })}
            >
              {`${one.step_id}${one.attempt > 1 ? ` (${one.attempt})` : ""} · ${one.log_lines}`}
            </a>
          ))}
        </nav>
      )}
      {total === 0
        ? (
          <p class="quiet">
            {isLive
              ? say("Todavía no dijo nada.", "It has said nothing yet.")
              : say("No dijo nada.", "It said nothing.")}
          </p>
        )
        : (
          <ol
            class="lines"
            tabindex={0}
            aria-label={say("Renglones del registro", "Lines of the log")}
            data-attempt={String(attempt.id)}
            data-grows={isEnd ? "" : undefined}
            data-follow={isEnd && isLive && follows ? "" : undefined}
          >
            {lines.map(({ line, at, stream, text }) => (
              <li class={stream} data-line={String(line)}>
                <span class="line-number">{String(line + 1)}</span>
                <time datetime={at}>{time.format(Date.parse(at))}</time>
                <b class="stream">{STREAM_WORDS[stream] ?? stream}</b>
                <code>{text}</code>
              </li>
            ))}
          </ol>
        )}
      {attempt.log_cut && (
        <p class="quiet">
          {say(
            "Dijo más de lo que se guarda: hasta maxOutputMB.",
            "It said more than is kept: up to maxOutputMB.",
          )}
        </p>
      )}
      <nav class="places" aria-label={say("Partes del registro", "Parts of the log")}>
        {total > 0 && (
          <span class="quiet">{`${from + 1}–${last} ${say("de", "of")} ${Math.max(total, last)}`}</span>
        )}
        {from > 0 && (
          <a href={href({ desde: Math.max(0, from - PAGE_LINES) })} rel="prev">
            {say("← Anteriores", "← Older")}
          </a>
        )}
        {!isEnd && last < total && (
          <a href={href({ desde: last })} rel="next">{say("Siguientes →", "Newer →")}</a>
        )}
        {!isEnd && <a href={href()}>{say("Los últimos", "The last ones")}</a>}
        {isEnd && isLive && (follows
          ? <a href={href({ seguir: "no" })}>{say("Dejar de seguir", "Stop following")}</a>
          : <a href={href()}>{say("Seguir lo que diga", "Follow what it says")}</a>)}
      </nav>
    </section>
  );
}
