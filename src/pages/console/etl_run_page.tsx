/** @jsxImportSource hono/jsx */
// deno-lint-ignore-file jsx-key -- rendered once as text: nothing is ever reconciled, and a key would be printed
// The page of one run of a sequence: why it ended as it did, its steps and their times, what changed, the log, and
// what an operator may do with it.

import type { Child } from "hono/jsx";
import { Changes } from "./etl_changes.tsx";
import { logHref, LogSection, readLog } from "./etl_log.tsx";
import { Waterfall } from "./etl_waterfall.tsx";
import {
  adviceOf,
  type Attempt,
  type EtlRun,
  type EtlRunDetail,
  EtlState,
  isEnding,
  isEtlUnderWay,
  spanText,
  tookText,
  triggerText,
  zonedText,
} from "./etl_words.tsx";
import { Button, Facts } from "./forms.tsx";
import { Moment } from "./frame.tsx";
import type { Route } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, type Visit } from "./visit.ts";

export const RUNS_LIST = consoleHref("/corridas");
export const etlRunHref = (id: number) => consoleHref("/corridas/:id", { id: String(id) });

/** Seconds between looks, without scripts and for ages. */
const LOOK_AGAIN_SECONDS = 5;
/** Later runs of the sequence among which those that take this one up are looked for. */
const LOOKED_AT = 200;

const needsWord = (run: EtlRun) => run.status !== "SUCCESS" && !isEtlUnderWay(run);

export const runPage: Route = {
  method: "get",
  path: "/corridas/:id",
  needs: "etl.runs.get",
  async answer(visit) {
    const { say, url } = visit;
    const run = await visit.ask<EtlRunDetail>("etl.runs.get", { params: { id: visit.params.id! } });
    const { attempts } = run;
    const isLive = isEtlUnderWay(run);
    const children = isLive ? [] : await childrenOf(visit, run);
    const shown = attemptToShow(attempts, url.searchParams.get("intento"));
    const log = shown && await readLog(visit, run.id, shown);
    const said = attempts.filter(({ log_lines, id }) => log_lines > 0 || id === shown?.id);
    return {
      title: `${run.name} #${run.id}`,
      above: [
        { href: RUNS_LIST, text: say("Corridas", "Runs") },
        { href: consoleHref("/secuencias/:name", { name: run.name }), text: run.name },
      ],
      beside: <Actions visit={visit} run={run} />,
      ...(isLive && log?.follows !== false && { refresh: LOOK_AGAIN_SECONDS }),
      body: (
        <div
          data-live={isLive ? "" : undefined}
          data-events={isLive ? eventsHref(run) : undefined}
          data-every={isLive ? String(LOOK_AGAIN_SECONDS) : undefined}
        >
          {needsWord(run) && <Explanation visit={visit} run={run} />}
          <RunFacts visit={visit} run={run} takenUpBy={children} />
          {attempts.length > 0 && <Waterfall visit={visit} run={run} attempts={attempts} />}
          {attempts.length > 0 && <Steps visit={visit} run={run} />}
          <Changes visit={visit} attempts={attempts} />
          {log && <LogSection visit={visit} runId={run.id} page={log} attempts={said} isLive={isLive} />}
        </div>
      ),
    };
  },
};

/** What happens with a run from what the page shows on. */
function eventsHref({ id, attempts }: EtlRunDetail): string {
  const lines = attempts.map(({ id, log_lines }) => `${id}:${log_lines}`).join();
  return `/api/ops/etl/runs/${id}/events?${new URLSearchParams({ after: `;${lines}` })}`;
}

async function childrenOf(visit: Visit, { id, name, requested_at }: EtlRun): Promise<readonly EtlRun[]> {
  const { runs } = await visit.ask<{ runs: EtlRun[] }>("etl.runs", {
    query: { name, from: requested_at, limit: LOOKED_AT },
  });
  return runs.filter(({ parent_run_id }) => parent_run_id === id);
}

/** The one that is asked for; else what runs, what failed, or what was last. */
function attemptToShow(attempts: readonly Attempt[], asked: string | null): Attempt | undefined {
  const began = attempts.filter(({ start }) => start !== null);
  return attempts.find(({ id }) => String(id) === asked) ??
    began.findLast(({ status }) => status === "STARTED") ??
    began.findLast(({ status }) => status === "FAILURE" || status === "CANCELLED") ?? began.at(-1);
}

function Actions({ visit, run }: { readonly visit: Visit; readonly run: EtlRun }) {
  const { say } = visit;
  const href = (rest: string) => consoleHref(`/corridas/:id${rest}`, { id: String(run.id) });
  if (isEtlUnderWay(run)) {
    return visit.may("etl.runs.cancel")
      ? (
        <Button visit={visit} action={href("/cancelar")} kind="grave" disabled={isEnding(run)}>
          {isEnding(run) ? say("Cancelándose…", "Being cancelled…") : say("Cancelar", "Cancel")}
        </Button>
      )
      : null;
  }
  if (!visit.may("etl.runs.retry") || run.status === "SUCCESS") return null;
  // A form that is sent twice asks for one run.
  const key = `consola-${crypto.randomUUID()}`;
  return (
    <>
      {run.reason !== "validation" && (
        <Button visit={visit} action={href("/retomar")} kept={{ key }}>
          {say("Retomar desde lo que falta", "Take up what is missing")}
        </Button>
      )}
      <Button visit={visit} action={href("/retomar")} kept={{ key: `${key}-l`, latest: "true" }} kind="plain">
        {say("Retomar con los archivos de ahora", "Take up with the files of now")}
      </Button>
    </>
  );
}

function Explanation({ visit, run }: { readonly visit: Visit; readonly run: EtlRunDetail }) {
  const { say } = visit;
  const failed = run.attempts.filter(({ status }) => status === "FAILURE" || status === "CANCELLED");
  const last = failed.at(-1);
  const advice = adviceOf(last?.reason ?? run.reason);
  const isQuiet = run.status === "SKIPPED" || run.status === "MISSED";
  const title = run.status === "CANCELLED"
    ? say("Por qué terminó", "Why it ended")
    : isQuiet
    ? say("Por qué no corrió", "Why it did not run")
    : say("Por qué falló", "Why it failed");
  const how = last && [
    last.exit_code !== null && `${say("código", "code")} ${last.exit_code}`,
    last.signal !== null && `${say("señal", "signal")} ${last.signal}`,
  ].filter((part) => part !== false).join(", ");
  const skipped = run.attempts.filter(({ status }) => status === "SKIPPED").map(({ step_id }) => step_id);
  return (
    <section class={isQuiet ? "notice busy" : "notice wrong"} aria-labelledby="why">
      <h2 id="why">{title}</h2>
      {last && run.status !== "CANCELLED" && (
        <p>
          {`${say("Falló el paso", "The step that failed:")} `}
          <b>{last.step_id}</b>
          {` (${last.module_name})${how ? `, ${how}` : ""}. `}
          {advice && say(...advice.why)}
        </p>
      )}
      {(!last || run.status === "CANCELLED") && advice && <p>{say(...advice.why)}</p>}
      {run.status === "CANCELLED" && run.cancel_asked_by !== null && (
        <p>{`${say("La canceló", "Cancelled by")} ${run.cancel_asked_by}.`}</p>
      )}
      {run.message && (!last?.message || run.status === "CANCELLED") && (
        <p class="fault-text">{run.message}</p>
      )}
      {last?.message && (
        <pre class="excerpt" tabindex={0} aria-label={say("Sus últimas líneas", "Its last lines")}>
          {last.message}
        </pre>
      )}
      {skipped.length > 0 && <p>{`${say("No llegaron a correr:", "Did not run:")} ${skipped.join(", ")}.`}
      </p>}
      {advice && !isQuiet && (
        <p>
          <b>{say("Qué hacer:", "What to do:")}</b>
          {` ${say(...advice.next)}`}
        </p>
      )}
    </section>
  );
}

function RunFacts(
  { visit, run, takenUpBy }: {
    readonly visit: Visit;
    readonly run: EtlRun;
    readonly takenUpBy: readonly EtlRun[];
  },
) {
  const { say, language } = visit;
  const { start, end, scheduled_at } = run;
  const zone = run.schedule?.split(" ").at(-1) ?? "UTC";
  const lateMs = start !== null && scheduled_at !== null
    ? Date.parse(start) - Date.parse(scheduled_at)
    : null;
  const link = (id: number): Child => <a href={etlRunHref(id)}>{`#${id}`}</a>;
  return (
    <Facts
      rows={[
        [say("Estado", "State"), <EtlState visit={visit} status={run.status} isEnding={isEnding(run)} />],
        [say("Cómo empezó", "How it came to be"), triggerText(visit, run)],
        [say("Pedida", "Asked for"), <Moment at={run.requested_at} language={language} />],
        scheduled_at !== null && [
          say("Era para", "It was for"),
          `${zonedText(visit, scheduled_at, zone)} (${zone})${
            lateMs === null
              ? ""
              : say(`, empezó ${spanText(lateMs)} después`, `, began ${spanText(lateMs)} later`)
          }`,
        ],
        [say("Empezó", "Began"), <Moment at={start} language={language} />],
        [say("Terminó", "Ended"), <Moment at={end} language={language} />],
        start !== null && [say("Duró", "Took"), tookText(visit, start, end)],
        run.parent_run_id !== null && [say("Retoma la", "Takes up"), link(run.parent_run_id)],
        takenUpBy.length > 0 && [
          say("La retoman", "Taken up by"),
          <>{takenUpBy.toReversed().map(({ id }) => <>{link(id)}{" "}</>)}</>,
        ],
      ]}
    />
  );
}

function Steps({ visit, run }: { readonly visit: Visit; readonly run: EtlRunDetail }) {
  const { say } = visit;
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say("Pasos e intentos", "Steps and attempts")}</h2>
      <List
        visit={visit}
        caption={say("Pasos e intentos", "Steps and attempts")}
        rows={run.attempts}
        keyOf={({ id }) => `a${id}`}
        empty=""
        columns={[
          {
            title: say("Paso", "Step"),
            cell: ({ step_id, module_name, attempt }) => (
              <>
                <span class="step-name">{step_id}</span>
                <small>
                  {`${module_name}${attempt > 1 ? `, ${say("intento", "attempt")} ${attempt}` : ""}`}
                </small>
              </>
            ),
          },
          { title: say("Estado", "State"), cell: ({ status }) => <EtlState visit={visit} status={status} /> },
          {
            title: say("Duró", "Took"),
            cell: ({ start, end }) => <span class="one-line">{tookText(visit, start, end)}</span>,
          },
          { title: say("Cómo terminó", "How it ended"), cell: (one) => endText(visit, one) },
          {
            title: say("Recibió", "Was given"),
            cell: (one) => <Given visit={visit} attempt={one} />,
          },
          {
            title: say("Registro", "Log"),
            cell: ({ id, log_lines }) =>
              log_lines === 0 ? "–" : (
                <a href={logHref(run.id, id)}>
                  {`${log_lines} ${log_lines === 1 ? say("renglón", "line") : say("renglones", "lines")}`}
                </a>
              ),
          },
        ]}
      />
    </section>
  );
}

function endText(visit: Visit, { status, exit_code, signal, not_before, worker }: Attempt): string {
  const { say } = visit;
  if (status === "STARTED") return worker === null ? "" : `${say("en", "at")} ${worker}`;
  if (status === "RETRYING" && not_before !== null) {
    return `${say("no antes de", "not before")} ${
      zonedText(visit, not_before, "America/Argentina/Buenos_Aires")
    }`;
  }
  if (signal !== null) return `${say("señal", "signal")} ${signal}`;
  return exit_code === null ? "–" : `${say("código", "code")} ${exit_code}`;
}

/** What the original's panels told: input, output, conf; and where it ran. */
function Given({ visit, attempt }: { readonly visit: Visit; readonly attempt: Attempt }) {
  const { say } = visit;
  const { input, output, conf, host, pid, peak_memory_bytes } = attempt;
  return (
    <details data-key={`given-${attempt.id}`}>
      <summary>{say("Ver", "See")}</summary>
      <Facts
        rows={[
          ["input", input],
          ["output", output],
          ["conf", conf],
          host !== null && [say("Equipo", "Machine"), `${host}${pid === null ? "" : `, pid ${pid}`}`],
          peak_memory_bytes !== null && [
            say("Memoria", "Memory"),
            `${(peak_memory_bytes / 1024 / 1024).toFixed(1)} MB`,
          ],
        ]}
      />
    </details>
  );
}
