/** @jsxImportSource hono/jsx */
// The steps of a run along its time: a bar for each attempt, and its times in words beside it.

import { type Attempt, type EtlRun, spanText, stateKind, stateText } from "./etl_words.tsx";
import type { Visit } from "./visit.ts";

/** Attempts that began are drawn; the others are only named. */
export function Waterfall(
  { visit, run, attempts }: {
    readonly visit: Visit;
    readonly run: EtlRun;
    readonly attempts: readonly Attempt[];
  },
) {
  const { say, now } = visit;
  const from = Date.parse(run.start ?? run.requested_at);
  const ends = attempts.map(({ start, end }) => end !== null ? Date.parse(end) : start !== null ? now : from);
  const to = Math.max(run.end !== null ? Date.parse(run.end) : now, ...ends, from + 1);
  const width = (since: number, until: number) =>
    `${(100 * Math.min(1, Math.max(0, (until - since) / (to - from)))).toFixed(2)}%`;
  const place = (at: number) => width(from, at);
  return (
    <section aria-labelledby="waterfall">
      <h2 id="waterfall">{say("Pasos en el tiempo", "Steps in time")}</h2>
      <ol class="waterfall">
        {attempts.map((attempt) => {
          const { status, step_id, attempt: number, queued_at } = attempt;
          const start = attempt.start === null ? undefined : Date.parse(attempt.start);
          const end = attempt.end === null ? now : Date.parse(attempt.end);
          const queued = queued_at === null ? start : Date.parse(queued_at);
          return (
            <li data-key={`w${attempt.id}`}>
              <span class="lane-name">
                {step_id}
                {number > 1 && <small>{` ${say("intento", "attempt")} ${number}`}</small>}
              </span>
              <svg class="lane" width="100%" height="16" aria-hidden="true" focusable="false">
                <line x1="0" x2="100%" y1="8" y2="8" class="lane-line" />
                {start !== undefined && queued !== undefined && queued < start && (
                  <rect x={place(queued)} width={width(queued, start)} y="6" height="4" class="lane-wait" />
                )}
                {start !== undefined && (
                  <rect
                    x={place(start)}
                    width={width(start, end)}
                    y="1"
                    height="14"
                    rx="3"
                    class={`lane-bar ${stateKind(status)}`}
                  />
                )}
              </svg>
              <span class="lane-time">
                {start === undefined
                  ? stateText(visit, status)
                  : `+${spanText(start - from)} · ${spanText(end - start)} · ${stateText(visit, status)}`}
              </span>
            </li>
          );
        })}
      </ol>
      <p class="quiet lane-scale">
        {say(
          `En todo: ${
            spanText(to - from)
          }. De cada paso: cuándo empezó desde el comienzo, cuánto duró y cómo está.`,
          `In all: ${spanText(to - from)}. Of each step: when it began, how long it took and how it is.`,
        )}
      </p>
    </section>
  );
}
