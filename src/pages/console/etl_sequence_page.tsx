/** @jsxImportSource hono/jsx */
// One sequence: what is wrong with its files, its steps as they would run, its times and its history.

import { etlRunHref, RUNS_LIST } from "./etl_run_page.tsx";
import { ScheduleList } from "./etl_schedules_section.tsx";
import {
  type EtlRun,
  type EtlSchedule,
  EtlState,
  isEnding,
  type SequenceFault,
  spanText,
  tookText,
  triggerText,
} from "./etl_words.tsx";
import { Button, Facts, LinkButton } from "./forms.tsx";
import { Badge, Moment } from "./frame.tsx";
import type { Route } from "./route.ts";
import { List } from "./tables.tsx";
import { consoleHref, Refused, type Visit } from "./visit.ts";

export type Sequence = {
  readonly name: string;
  readonly enabled: boolean;
  readonly overlap: string;
  readonly concurrency_group: string | null;
  readonly plan: readonly {
    readonly step: string;
    readonly module: string;
    readonly argv: readonly string[];
    readonly cwd: string;
    readonly environment: readonly string[];
    readonly timeout_seconds: number;
    readonly limits: Readonly<Record<string, number>>;
  }[];
  readonly schedules: readonly EtlSchedule[];
};

export const SEQUENCES_LIST = consoleHref("/secuencias");
export const sequenceHref = (name: string, rest = "") => consoleHref(`/secuencias/:name${rest}`, { name });

export function Faults(
  { visit, faults }: { readonly visit: Visit; readonly faults: readonly SequenceFault[] },
) {
  const { say } = visit;
  return (
    <List
      visit={visit}
      caption={say("Qué anda mal", "What is wrong")}
      rows={faults}
      empty=""
      columns={[
        {
          title: say("Archivo y lugar", "File and place"),
          cell: ({ file, pointer }) => (
            <>
              <FaultFile file={file} isHere={visit.params.name !== undefined} />
              {pointer !== "" && (
                <small>
                  <code>{pointer}</code>
                </small>
              )}
            </>
          ),
        },
        {
          title: say("Gravedad", "Severity"),
          cell: ({ severity }) =>
            severity === "error"
              ? <Badge kind="wrong">{say("error", "error")}</Badge>
              : <Badge kind="busy">{say("duda", "warning")}</Badge>,
        },
        { title: say("Qué pasa", "What it is"), cell: ({ message }) => message },
        { title: say("Qué hacer", "What to do"), cell: ({ hint }) => hint || "–" },
      ]}
    />
  );
}

/** Leads to the sequence of the file, where it is one, from pages other than its own. */
function FaultFile({ file, isHere }: { readonly file: string; readonly isHere: boolean }) {
  const name = /^etl_sequences\/([^/]+)\.json$/.exec(file)?.[1];
  if (name === undefined || isHere) return <code>{file}</code>;
  return (
    <a href={sequenceHref(name)}>
      <code>{file}</code>
    </a>
  );
}

export function StartButton(
  { visit, name, kind }: { readonly visit: Visit; readonly name: string; readonly kind?: "plain" },
) {
  return (
    <Button
      visit={visit}
      action={sequenceHref(name, "/correr")}
      kept={{ key: `consola-${crypto.randomUUID()}` }}
      {...(kind && { kind })}
    >
      {visit.say("Correr ahora", "Run now")}
    </Button>
  );
}

type Faulty = { readonly faults: readonly SequenceFault[] };

export const sequencePage: Route = {
  method: "get",
  path: "/secuencias/:name",
  needs: "etl.sequence",
  async answer(visit) {
    const { say } = visit;
    const name = visit.params.name!;
    const { runs } = await visit.ask<{ runs: EtlRun[] }>("etl.runs", { query: { name, limit: 20 } });
    const faults = await faultsOf(visit, name, runs.length > 0);
    const isUsable = !faults.some(({ severity }) => severity === "error");
    const sequence = isUsable ? await visit.ask<Sequence>("etl.sequence", { params: { name } }) : undefined;
    return {
      title: name,
      above: [{ href: SEQUENCES_LIST, text: say("Secuencias", "Sequences") }],
      beside: (
        <>
          {visit.may("etl.runs.start") && sequence && <StartButton visit={visit} name={name} />}
          {visit.may("etl.backfill") && sequence !== undefined && sequence.schedules.length > 0 && (
            <LinkButton href={sequenceHref(name, "/completar")} kind="plain">
              {say("Completar días pasados", "Fill in past days")}
            </LinkButton>
          )}
        </>
      ),
      body: (
        <>
          {!isUsable && (
            <p class="notice wrong">
              {say(
                "Tiene errores: no se puede correr. Sus horarios siguen con la última versión que estuvo bien.",
                "It has errors: it cannot run. Its schedules go on with the last version that was in order.",
              )}
            </p>
          )}
          {faults.length > 0 && <Faults visit={visit} faults={faults} />}
          {sequence && <Plan visit={visit} sequence={sequence} />}
          {sequence !== undefined && sequence.schedules.length > 0 && (
            <section aria-labelledby="times">
              <h2 id="times">{say("Horarios", "Schedules")}</h2>
              <ScheduleList visit={visit} schedules={sequence.schedules} back={sequenceHref(name)} />
            </section>
          )}
          <section aria-labelledby="past">
            <h2 id="past">{say("Últimas corridas", "Last runs")}</h2>
            <List
              visit={visit}
              caption={say("Últimas corridas", "Last runs")}
              rows={runs}
              empty={say("Todavía no corrió.", "It has not run yet.")}
              columns={[
                { title: say("Corrida", "Run"), cell: ({ id }) => <a href={etlRunHref(id)}>{`#${id}`}</a> },
                {
                  title: say("Estado", "State"),
                  cell: (run) => <EtlState visit={visit} status={run.status} isEnding={isEnding(run)} />,
                },
                {
                  title: say("Pedida", "Asked for"),
                  cell: ({ requested_at }) => <Moment at={requested_at} language={visit.language} />,
                },
                {
                  title: say("Duró", "Took"),
                  cell: ({ start, end }) => tookText(visit, start, end),
                },
                { title: say("Cómo empezó", "How it came to be"), cell: (run) => triggerText(visit, run) },
              ]}
            />
            {runs.length > 0 && (
              <p>
                <a href={`${RUNS_LIST}?${new URLSearchParams({ name, kind: "etl" })}`}>
                  {say("Toda su historia", "All its history")}
                </a>
              </p>
            )}
          </section>
        </>
      ),
    };
  },
};

/** A sequence whose file is gone still has its runs. Errors: Refused 404 for one that never was. */
async function faultsOf(visit: Visit, name: string, hasRuns: boolean): Promise<readonly SequenceFault[]> {
  try {
    return (await visit.ask<Faulty>("etl.validate", { query: { name } })).faults;
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404 && hasRuns)) throw error;
    return [{
      severity: "error",
      file: `etl_sequences/${name}.json`,
      pointer: "",
      message: error.message,
      hint: "",
    }];
  }
}

function Plan({ visit, sequence }: { readonly visit: Visit; readonly sequence: Sequence }) {
  const { say } = visit;
  const { overlap, concurrency_group, enabled, plan } = sequence;
  const overlaps: Readonly<Record<string, readonly [string, string]>> = {
    skip: ["no corre", "it does not run"],
    queue: ["espera su turno, una sola", "it waits its turn, one alone"],
    cancel_previous: ["cancela la anterior", "it cancels the one before"],
    allow: ["corren juntas", "they run together"],
  };
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">{say("Pasos, como se correrían", "Steps, as they would run")}</h2>
      <Facts
        rows={[
          [
            say("Si otra está en curso", "While another is under way"),
            say(...overlaps[overlap] ?? [overlap, overlap]),
          ],
          concurrency_group !== null && [say("Grupo", "Group"), concurrency_group],
          !enabled && [say("Horarios", "Schedules"), say("apagados en el archivo", "off in the file")],
        ]}
      />
      <List
        visit={visit}
        caption={say("Pasos", "Steps")}
        rows={plan}
        empty=""
        columns={[
          {
            title: say("Paso", "Step"),
            cell: ({ step, module }) => (
              <>
                <span class="step-name">{step}</span>
                <small>{module}</small>
              </>
            ),
          },
          { title: say("Comando", "Command"), cell: ({ argv }) => <code>{argv.join(" ")}</code> },
          {
            title: say("Tiempo máximo", "Longest time"),
            cell: ({ timeout_seconds }) => spanText(timeout_seconds * 1000),
          },
          {
            title: say("Más", "More"),
            cell: ({ step, cwd, environment, limits }) => (
              <details data-key={`plan-${step}`}>
                <summary>{say("Ver", "See")}</summary>
                <Facts
                  rows={[
                    [say("Carpeta", "Folder"), cwd],
                    [say("Entorno", "Environment"), environment.join(", ")],
                    [
                      say("Límites", "Limits"),
                      Object.entries(limits).map((pair) => pair.join(" ")).join(", "),
                    ],
                  ]}
                />
              </details>
            ),
          },
        ]}
      />
    </section>
  );
}
