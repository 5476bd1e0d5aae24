// `facetCount` asks how often a value occurs in the whole table. An operation that uses it is measured first: a pass
// counts, and the operation is made again with the counts at hand.

import type { CountsOf } from "../grel/expression.ts";
import { choiceKey, isArray } from "../grel/value.ts";
import {
  isMeasured,
  type Operation,
  OperationFault,
  type Row,
  slotOf,
  type Step,
  tooManyRows,
} from "./operation.ts";
import { expressionAt, newPlace } from "./selection.ts";

/** The operation with counts for its expressions, where they ask for any. */
export function counting(operation: Operation): Operation {
  return (around) => {
    const asked = new Map<string, { readonly text: string; readonly column: string }>();
    const keyOf = (text: string, column: string) => JSON.stringify([text, column]);
    const asking: CountsOf = (text, column) => {
      asked.set(keyOf(text, column), { text, column });
      return new Map();
    };
    const first = operation({ ...around, counts: asking });
    if (asked.size === 0) return first;
    if (isMeasured(first)) {
      throw new OperationFault(
        '"facetCount" no se admite en una operación cuyas columnas dependen de los datos',
      );
    }
    const counters = [...asked].map(([key, { text, column }]) => {
      const slot = slotOf(around.layout, column);
      const { evaluate, usesRecord } = expressionAt(around, column, text, "expresión de facetCount");
      if (usesRecord) throw new OperationFault('"facetCount" no cuenta sobre registros');
      return { key, slot, evaluate, counts: new Map<string, number>() };
    });
    return {
      after: first.after,
      measure() {
        const place = newPlace();
        let index = 0;
        return {
          see({ cells, starred, flagged }: Row) {
            Object.assign(place, { cells, starred, flagged, rowIndex: index++ });
            for (const { slot, evaluate, counts } of counters) {
              place.value = cells[slot] ?? null;
              const value = evaluate(place);
              for (const one of isArray(value) ? value : [value]) {
                const key = choiceKey(one);
                counts.set(key, (counts.get(key) ?? 0) + 1);
              }
              if (counts.size > around.maxRows) throw tooManyRows(around.maxRows);
            }
          },
          done() {
            const found = new Map(counters.map(({ key, counts }) => [key, counts]));
            return operation({
              ...around,
              counts: (text, column) => found.get(keyOf(text, column))!,
            }) as Step;
          },
        };
      },
    };
  };
}
