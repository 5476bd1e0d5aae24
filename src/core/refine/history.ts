// A history of OpenRefine, read, checked against the columns of a file, and run over its rows.

import { Problem, type ProblemCode } from "../problem.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { CellValue } from "../grel/value.ts";
import { OPERATIONS, refusalOf } from "./catalogue.ts";
import { counting } from "./counting.ts";
import {
  type Emit,
  isMeasured,
  type Layout,
  type MeasuredStep,
  type Operation,
  OperationFault,
  type Stage,
  type Step,
} from "./operation.ts";
import { Parameters } from "./parameters.ts";

/** What is wrong with a history: which operation (0 is the first), its name, and the reason. */
export class HistoryFault extends Problem {
  readonly index: number | undefined;
  readonly op: string | undefined;

  /** `invalid` where the history is wrong, `unavailable` where the rows are more than it can hold. */
  constructor(
    reason: string,
    index?: number,
    op?: string,
    { code = "invalid", cause }: { readonly code?: ProblemCode; readonly cause?: unknown } = {},
  ) {
    super(
      code,
      index === undefined ? reason : `Operación ${index}${op === undefined ? "" : ` (${op})`}: ${reason}`,
      [],
      { cause },
    );
    this.index = index;
    this.op = op;
  }
}

type NamedOperation = { readonly op: string; readonly operation: Operation };
export type History = readonly NamedOperation[];

/** Reads a history out of its JSON. Errors: HistoryFault. */
export function readHistory(json: Json): History {
  if (!Array.isArray(json)) throw new HistoryFault("La historia debe ser una lista de operaciones");
  return json.map((item, index) => {
    if (!isJsonObject(item)) throw new HistoryFault("no es un objeto", index);
    const { op } = item;
    if (typeof op !== "string") throw new HistoryFault('le falta "op"', index);
    const name = op.replace(/^core\//, "");
    const read = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (read === undefined) {
      const reason = refusalOf(name);
      throw new HistoryFault(
        reason !== undefined
          ? `no se admite: ${reason}`
          : name.includes("/")
          ? "es de una extensión de OpenRefine, que aquí no existe"
          : "no se conoce la operación",
        index,
        op,
      );
    }
    return { op, operation: placed(index, op, () => counting(read(new Parameters(item)))) };
  });
}

/** Runs with the place of the operation put to its faults. */
function placed<T>(index: number, op: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw faultAt(index, op, error, "invalid");
  }
}

/** A fault with its place; what is no fault of the history is given back as it is. */
function faultAt(index: number, op: string, error: unknown, code: ProblemCode): unknown {
  const isFault = error instanceof OperationFault ||
    (error instanceof Problem && !(error instanceof HistoryFault));
  return isFault ? new HistoryFault(error.message, index, op, { code, cause: error }) : error;
}

export type RunOptions = { readonly now: number; readonly maxRows: number };

/** Steps over known columns up to the first that must be measured, and what is known of the rest. */
type Plan = {
  readonly steps: readonly Step[];
  readonly measured: { readonly index: number; readonly step: MeasuredStep } | undefined;
  readonly layout: Layout;
};

function plan(
  history: History,
  columns: readonly string[],
  options: RunOptions,
  known: ReadonlyMap<number, Step> = new Map(),
): Plan {
  const steps: Step[] = [];
  let measured: Plan["measured"];
  let layout: Layout = { columns: new Map(columns.map((name, slot) => [name, slot])), width: columns.length };
  for (const [index, { op, operation }] of history.entries()) {
    const step = known.get(index) ?? placed(index, op, () => operation({ layout, ...options }));
    if (isMeasured(step)) measured ??= { index, step };
    else if (measured === undefined) steps.push(step);
    layout = step.after;
  }
  return { steps, measured, layout };
}

/** Checks a history against the columns of a table, without any row. Errors: HistoryFault. */
export function checkHistory(history: History, columns: readonly string[], options: RunOptions): void {
  plan(history, columns, options);
}

/** Gives every row of a table, from the first, each time it is called. */
export type RowSource = (push: (cells: CellValue[]) => void) => Promise<void>;

/** A table on its way out: its columns are known before its first row. */
export type RowSink = {
  begin(columns: readonly string[]): void;
  /** `slots` of the row's cells are its columns, in order. */
  row(cells: readonly CellValue[], slots: readonly number[]): void;
};

/**
 * Runs a history over a table. The source is read once more for each operation whose columns depend on the data.
 * Errors: HistoryFault, before the first row where it can be.
 */
export async function runHistory(
  history: History,
  columns: readonly string[],
  source: RowSource,
  sink: RowSink,
  options: RunOptions,
): Promise<{ readonly rowsIn: number; readonly rowsOut: number; readonly passes: number }> {
  const known = new Map<number, Step>();
  let passes = 1;
  let now = plan(history, columns, options);
  while (now.measured !== undefined) {
    const { index, step } = now.measured;
    const measuring = step.measure();
    const { push } = located(index, history[index]!.op, { push: measuring.see });
    await runStages(history, now.steps, source, push);
    known.set(index, placed(index, history[index]!.op, () => measuring.done()));
    passes++;
    now = plan(history, columns, options, known);
  }
  const slots = [...now.layout.columns.values()];
  sink.begin([...now.layout.columns.keys()]);
  let rowsOut = 0;
  const rowsIn = await runStages(history, now.steps, source, ({ cells }) => {
    rowsOut++;
    sink.row(cells, slots);
  });
  return { rowsIn, rowsOut, passes };
}

async function runStages(
  history: History,
  steps: readonly Step[],
  source: RowSource,
  last: Emit,
): Promise<number> {
  const stages: Stage[] = [];
  let emit = last;
  for (let index = steps.length - 1; index >= 0; index--) {
    const stage = steps[index]!.stage(emit);
    if (stage.push === emit) continue;
    const safe = located(index, history[index]!.op, stage);
    stages.unshift(safe);
    emit = safe.push;
  }
  const first = emit;
  let rows = 0;
  await source((cells) => {
    rows++;
    first({ cells, starred: false, flagged: false });
  });
  for (const stage of stages) stage.end?.();
  return rows;
}

/** A stage whose faults tell their operation. */
function located(index: number, op: string, stage: Stage): Stage {
  return {
    push(row) {
      try {
        stage.push(row);
      } catch (error) {
        throw faultAt(index, op, error, "unavailable");
      }
    },
    end() {
      try {
        stage.end?.();
      } catch (error) {
        throw faultAt(index, op, error, "unavailable");
      }
    },
  };
}
