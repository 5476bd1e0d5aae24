// The steps of a sequence in an order in which each comes after those it needs, with the steps of included sequences
// in their places.
//
//   a ─▶ include x ─▶ b       a ─▶ x/1 ─▶ x/2 ─▶ b      first ones of x need what x needs, b needs the last ones of x

import { NO_RETRIES, type Retries, type Step } from "../core/etl/sequence.ts";
import type { SequenceDraft, StepDraft } from "./sequence_file.ts";
import type { Place } from "./validate_json.ts";
import { nearestName } from "./validate_spelling.ts";

/** More are no work of people but inclusions of inclusions that multiply. */
const MOST_STEPS = 1000;
const MOST_CYCLES = 20;

/** A step and where it is written. */
export type PlacedStep = { readonly step: Step; readonly place: Place };

type Defaults = { readonly retries: Retries | undefined; readonly timeoutSeconds: number | undefined };
type OrderedStep = { readonly draft: StepDraft; readonly needs: readonly string[] };

/** Notes needs that no step has, and those that go round. */
export function checkNeeds({ steps }: SequenceDraft): void {
  const ids = new Set(steps.map(({ id }) => id));
  for (const { needs } of steps) {
    const seen = new Set<string>();
    for (const place of needs ?? []) {
      const id = place.filledText("el id de un paso");
      if (place.isAbsent) place.error("Debe ser el id de un paso", "Hay null");
      if (id === undefined) continue;
      if (!ids.has(id)) {
        const nearest = nearestName(id, ids);
        place.error(
          `No hay un paso con el id "${id}"`,
          nearest === undefined
            ? `Los pasos son: ${[...ids].slice(0, 20).join(", ")}`
            : `¿Quiso decir "${nearest}"?`,
        );
      } else if (seen.has(id)) place.error(`Se repite "${id}"`, "Quite uno de los dos");
      seen.add(id);
    }
  }
  // Repeated ids are a fault of their own: who needs whom is not known then.
  if (ids.size < steps.length) return;
  const byId = new Map(withNeeds(steps).map((step) => [step.draft.id, step]));
  for (const cycle of cyclesOf(byId.keys(), (id) => byId.get(id)!.needs)) {
    const { place, needs } = byId.get(cycle[0]!)!.draft;
    (needs === undefined ? place : place.key("needs")).error(
      `Los pasos se necesitan en círculo: ${cycle.join(" -> ")}`,
      "Quite uno de esos needs",
    );
  }
}

/** Notes at the steps what they include that is not there, or goes round; whether what they include can be put in. */
export function checkIncludes(
  draft: SequenceDraft,
  names: ReadonlySet<string>,
  draftOf: (name: string) => SequenceDraft | undefined,
): boolean {
  for (const { place, include } of includesOf(draft)) {
    if (names.has(include)) continue;
    const nearest = nearestName(include, names);
    place.error(
      `No existe la secuencia "${include}"`,
      nearest === undefined ? "Corrija el nombre: sin carpeta y sin .json" : `¿Quiso decir "${nearest}"?`,
    );
  }
  const cycle = cyclesOf([draft.name], (name) => {
    const found = name === draft.name ? draft : draftOf(name);
    return found === undefined ? [] : includesOf(found).map(({ include }) => include);
  }).find((cycle) => cycle[0] === draft.name);
  if (cycle !== undefined) {
    includesOf(draft).find(({ include }) => include === cycle[1])!.place.error(
      `Las secuencias se incluyen en círculo: ${cycle.join(" -> ")}`,
      "Quite una de esas inclusiones",
    );
    return false;
  }
  if (countSteps(draft, draftOf, new Map()) <= MOST_STEPS) return true;
  draft.steps[0]!.place.error(
    `Con las secuencias incluidas son más de ${MOST_STEPS} pasos`,
    "Divida la secuencia",
  );
  return false;
}

export function includesOf({ steps }: SequenceDraft): { readonly place: Place; readonly include: string }[] {
  return steps.flatMap(({ does, place }) =>
    does !== undefined && "include" in does ? [{ place: place.key("include"), include: does.include }] : []
  );
}

/** The steps of a sequence whose inclusions do not go round. Those that do nothing, by a fault, are left out. */
export function flatten(
  draft: SequenceDraft,
  draftOf: (name: string) => SequenceDraft | undefined,
  defaults: Defaults = { retries: undefined, timeoutSeconds: undefined },
): PlacedStep[] {
  const flat: PlacedStep[] = [];
  /** Steps that stand for one that is needed. */
  const ends = new Map<string, readonly string[]>();
  for (const { draft: { id, does, place, when, ...own }, needs: needed } of inOrder(draft.steps)) {
    const needs = [...new Set(needed.flatMap((need) => ends.get(need) ?? []))];
    const policy = {
      retries: own.retries ?? draft.retries ?? defaults.retries,
      timeoutSeconds: own.timeoutSeconds ?? defaults.timeoutSeconds,
    };
    const included = does !== undefined && "include" in does ? draftOf(does.include) : undefined;
    if (included !== undefined) {
      const inner = flatten(included, draftOf, policy).map(({ step, place }) => ({
        place,
        step: {
          ...step,
          id: `${id}/${step.id}`,
          ...(step.needs.length > 0
            ? { needs: step.needs.map((need) => `${id}/${need}`) }
            : { needs, when: when ?? step.when }),
        },
      }));
      const isNeeded = new Set(inner.flatMap(({ step }) => step.needs));
      ends.set(id, inner.map(({ step }) => step.id).filter((id) => !isNeeded.has(id)));
      flat.push(...inner);
      continue;
    }
    if (does === undefined || "include" in does) {
      ends.set(id, needs);
      continue;
    }
    const { module, input, output, conf, continueOnError } = does;
    flat.push({
      place,
      step: {
        id,
        module,
        ...(input !== undefined && { input }),
        ...(output !== undefined && { output }),
        ...(conf !== undefined && { conf }),
        needs,
        when: when ?? "success",
        continueOnError,
        retries: policy.retries ?? NO_RETRIES,
        ...(policy.timeoutSeconds !== undefined && { timeoutSeconds: policy.timeoutSeconds }),
      },
    });
    ends.set(id, [id]);
  }
  return flat;
}

function withNeeds(steps: readonly StepDraft[]): OrderedStep[] {
  const ids = new Set(steps.map(({ id }) => id));
  return steps.map((draft, i) => ({
    draft,
    needs: draft.needs === undefined
      ? steps.slice(Math.max(0, i - 1), i).map(({ id }) => id)
      : draft.needs.map(({ value }) => value).filter((id): id is string => ids.has(id as string)),
  }));
}

/** As they are written where that is possible; else a step goes right after the last it needs. */
function inOrder(steps: readonly StepDraft[]): OrderedStep[] {
  const waiting = withNeeds(steps);
  const ordered: OrderedStep[] = [];
  const done = new Set<string>();
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ needs }) => needs.every((id) => done.has(id)));
    const [step] = waiting.splice(next, 1);
    ordered.push(step!);
    done.add(step!.draft.id);
  }
  return ordered;
}

/** Each cycle that a walk finds, once, as a path that ends where it began; not all where there are very many. */
function cyclesOf(names: Iterable<string>, next: (name: string) => readonly string[]): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const root of names) {
    if (done.has(root)) continue;
    // A stack of its own: a long chain is no reason to fail.
    const trail: { readonly name: string; readonly rest: string[] }[] = [{
      name: root,
      rest: [...next(root)],
    }];
    const isOnTrail = new Set([root]);
    while (trail.length > 0) {
      const name = trail.at(-1)!.rest.pop();
      if (name === undefined) {
        const left = trail.pop()!.name;
        isOnTrail.delete(left);
        done.add(left);
      } else if (isOnTrail.has(name)) {
        const start = trail.findIndex((step) => step.name === name);
        cycles.push([...trail.slice(start).map((step) => step.name), name]);
        if (cycles.length === MOST_CYCLES) return cycles;
      } else if (!done.has(name)) {
        isOnTrail.add(name);
        trail.push({ name, rest: next(name).toReversed() });
      }
    }
  }
  return cycles;
}

/** Without cycles. */
function countSteps(
  draft: SequenceDraft,
  draftOf: (name: string) => SequenceDraft | undefined,
  known: Map<string, number>,
): number {
  const before = known.get(draft.name);
  if (before !== undefined) return before;
  // Also what a cycle elsewhere comes back to.
  known.set(draft.name, 1);
  let count = 0;
  for (const { does } of draft.steps) {
    const included = does !== undefined && "include" in does ? draftOf(does.include) : undefined;
    count += included === undefined ? 1 : countSteps(included, draftOf, known);
  }
  known.set(draft.name, count);
  return count;
}
