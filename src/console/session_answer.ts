// How open sessions are told, to their owner and to administrators.

import * as z from "zod";
import type { Session } from "../operation/sessions.ts";

export const SESSIONS_ANSWER = z.object({
  sessions: z.array(z.object({
    id: z.string(),
    begun_at: z.iso.datetime(),
    seen_at: z.iso.datetime().describe("Último uso, al minuto"),
    address: z.string(),
    current: z.boolean().describe("Si es la de este pedido"),
  })),
});

/** `current` is the id of the one that asks. */
export function sessionsAnswer(
  sessions: readonly Session[],
  current?: string,
): z.infer<typeof SESSIONS_ANSWER> {
  return {
    sessions: sessions.map(({ id, begunAt, seenAt, address }) => ({
      id,
      begun_at: new Date(begunAt).toISOString(),
      seen_at: new Date(seenAt).toISOString(),
      address,
      current: id === current,
    })),
  };
}
