// Days of Buenos Aires, as forms ask for them: `2026-07-09`.

import { buenosAiresDay, isoDate } from "../../core/time.ts";

/** Epoch ms of its beginning; NaN for what is no day. */
export const beginningOf = (day: string): number => Date.parse(`${day}T00:00:00-03:00`);

export const dayAt = (ms: number): string => isoDate(buenosAiresDay(ms));
