// Removing what nobody needs any more, whoever else changes or removes it meanwhile.

import { Problem } from "../core/problem.ts";
import type { RecordKind, Records } from "../core/records.ts";

export async function removeRecord(records: Records, kind: RecordKind, id: string): Promise<void> {
  for (;;) {
    const kept = await records.record(kind, id);
    if (!kept) return;
    try {
      return await records.write([{ kind, id, version: kept.version }]);
    } catch (error) {
      if (!(error instanceof Problem && error.code === "conflict")) throw error;
    }
  }
}
