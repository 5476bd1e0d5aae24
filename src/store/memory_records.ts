// Records and the trail in plain maps, for tests and for programs that keep nothing.

import { Problem } from "../core/problem.ts";
import {
  CHANGED_MEANWHILE,
  type RecordKind,
  type Records,
  type Trail,
  type TrailEntry,
} from "../core/records.ts";

export function memoryRecords(): Records {
  /** By kind and id; values as JSON text. */
  let kept = new Map<string, { kind: RecordKind; id: string; version: number; text: string }>();
  const read = ({ id, version, text }: { id: string; version: number; text: string }) => ({
    id,
    version,
    value: JSON.parse(text),
  });
  return {
    record: (kind, id) => {
      const row = kept.get(JSON.stringify([kind, id]));
      return Promise.resolve(row && read(row));
    },
    records: (kind) =>
      Promise.resolve(
        [...kept.values()].filter((row) => row.kind === kind).sort((a, b) => inBytes(a.id, b.id)).map(read),
      ),
    write: (changes) =>
      Promise.try(() => {
        const next = new Map(kept);
        for (const { kind, id, version, value } of changes) {
          const key = JSON.stringify([kind, id]);
          if ((next.get(key)?.version ?? 0) !== version) throw new Problem("conflict", CHANGED_MEANWHILE);
          const text = JSON.stringify(value);
          if (text !== undefined) next.set(key, { kind, id, version: version + 1, text });
          else if (!next.delete(key)) throw new Problem("conflict", CHANGED_MEANWHILE);
        }
        kept = next;
      }),
  };
}

export function memoryTrail(): Trail {
  const kept: (Omit<TrailEntry, "entry"> & { readonly kind: string; readonly text: string })[] = [];
  return {
    append: (kind, subject, at, entry) =>
      Promise.try(() =>
        void kept.push({ id: kept.length + 1, kind, subject, at, text: JSON.stringify(entry) })
      ),
    entries: (kind, { subject, after, before, limit }) => {
      const found = kept.filter((row) =>
        row.kind === kind && (subject === undefined || row.subject === subject) &&
        row.id > (after ?? 0) && row.id < (before ?? Infinity)
      );
      if (after === undefined) found.reverse();
      return Promise.resolve(
        found.slice(0, limit).map(({ id, subject, at, text }) => ({
          id,
          subject,
          at,
          entry: JSON.parse(text),
        })),
      );
    },
  };
}

function inBytes(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}
