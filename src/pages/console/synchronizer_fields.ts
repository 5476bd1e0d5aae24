// A synchronizer as a form: its days and time, and its stages by their numbers, so that they can be moved without
// scripts.

import { type Stage, type Weekday, WEEKDAYS } from "../../core/synchronizer.ts";
import { type Field, type Fieldset, namedBy, textOf } from "./fields.ts";
import { stageOptions, stageValue } from "./task_words.ts";
import type { Visit } from "./visit.ts";

const DAYS: Readonly<Record<Weekday, readonly [string, string]>> = {
  MON: ["lun", "Mon"],
  TUE: ["mar", "Tue"],
  WED: ["mié", "Wed"],
  THU: ["jue", "Thu"],
  FRI: ["vie", "Fri"],
  SAT: ["sáb", "Sat"],
  SUN: ["dom", "Sun"],
};

/** Days in words. */
export function daysText({ say }: Visit, days: readonly Weekday[]): string {
  if (days.length === 7) return say("todos los días", "every day");
  const workdays = WEEKDAYS.slice(0, 5);
  if (days.length === 5 && workdays.every((day) => days.includes(day))) {
    return say("lunes a viernes", "Monday to Friday");
  }
  return WEEKDAYS.filter((day) => days.includes(day)).map((day) => say(...DAYS[day])).join(", ");
}

/** Stages that can be added at once. */
const SPARE_STAGES = 3;

/** Fields of one. */
export function synchronizerFields(
  { say }: Visit,
  stages: readonly Stage[],
  isNew: boolean,
): readonly Fieldset[] {
  const options = [["", say("– ninguna –", "– none –")] as const, ...stageOptions(say, stages)];
  const rows = Array.from({ length: stages.length + SPARE_STAGES }, (_, i): readonly Field[] => [
    { name: `order_${i}`, label: say("Orden", "Order"), kind: "number", step: 1, required: true },
    { name: `stage_${i}`, label: say(`Etapa ${i + 1}`, `Stage ${i + 1}`), kind: "select", options },
  ]);
  return [
    {
      legend: say("Cuándo", "When"),
      fields: [
        ...(isNew ? [{ name: "name", label: say("Nombre", "Name"), required: true }] : []),
        {
          name: "days",
          label: say("Días", "Days"),
          kind: "choices",
          options: WEEKDAYS.map((day) => [day, say(...DAYS[day])] as const),
        },
        {
          name: "time",
          label: say("Hora", "Time"),
          hint: say("HH:MM, en la zona del servidor", "HH:MM, in the server's zone"),
          required: true,
        },
        {
          name: "paused",
          label: say("En pausa: no corre por sí solo", "Paused: it does not run by itself"),
          kind: "flag",
        },
      ],
    },
    {
      legend: say("Etapas, en su orden", "Stages, in their order"),
      hint: say(
        "Para moverlas cambie sus números; para quitar una elija «ninguna».",
        "Change their numbers to move them; choose “none” to take one out.",
      ),
      kind: "pairs",
      fields: rows.flat(),
    },
  ];
}

/** What the fields show of stages: their place and themselves. */
export const stageValues = (stages: readonly Stage[]) => {
  const shown: Record<string, string | number> = {};
  for (let i = 0; i < stages.length + SPARE_STAGES; i++) {
    shown[`order_${i}`] = i + 1;
    shown[`stage_${i}`] = stages[i] ? stageValue(stages[i]!) : "";
  }
  return shown;
};

/** The stages that a form tells, by their numbers. */
function stagesSent(form: FormData): unknown[] {
  const sent: { order: number; stage: unknown }[] = [];
  for (let i = 0; form.has(`stage_${i}`); i++) {
    const text = textOf(form, `stage_${i}`);
    if (text === "") continue;
    sent.push({ order: Number(textOf(form, `order_${i}`)) || 0, stage: namedBy(text) });
  }
  return sent.sort((a, b) => a.order - b.order).map(({ stage }) => stage);
}

/** What of a form makes a synchronizer. */
export function synchronizerBody({ form }: Visit, { days, time, paused }: Record<string, unknown>) {
  return { days, time, paused, stages: stagesSent(form) };
}
