// The schedules of a sequence as they are written: times by croner, zones of IANA.
// Source: etl-scheduler 5.1 and 5.3.

import { Cron } from "croner";
import { type Misfire, MISFIRES, type Schedule } from "../core/etl/sequence.ts";
import type { Place } from "./validate_json.ts";

const SCHEDULE_KEYS = ["cron", "timezone", "misfire", "misfireGraceSeconds"] as const;
const DEFAULT_MISFIRE: Misfire = "run_once";
const LONGEST_GRACE_SECONDS = 366 * 24 * 3600;
/** What never comes from here on never comes: five or six fields know no year. */
const ANY_TIME = new Date(Date.UTC(2024, 0, 1));

const scheduleKey = (cron: string, timezone: string): string => `${cron} ${timezone}`;

/** The schedules that are right; faults are noted. */
export function readSchedules(place: Place): Schedule[] {
  const schedules: Schedule[] = [];
  for (const entry of place.items("una lista de horarios")) {
    const schedule = readSchedule(entry);
    if (schedule === undefined) continue;
    if (schedules.some(({ key }) => key === schedule.key)) {
      entry.error(`Se repite el horario "${schedule.key}"`, "Quite uno de los dos");
    } else schedules.push(schedule);
  }
  return schedules;
}

function readSchedule(entry: Place): Schedule | undefined {
  if (!entry.isObject(SCHEDULE_KEYS)) return;
  const timezone = zoneOf(entry.key("timezone"));
  const cron = cronOf(entry.key("cron"));
  const misfire = entry.key("misfire").choice(MISFIRES) ?? DEFAULT_MISFIRE;
  const grace = entry.key("misfireGraceSeconds").number(0, LONGEST_GRACE_SECONDS);
  if (cron === undefined || timezone === undefined) return;
  return {
    key: scheduleKey(cron, timezone),
    cron,
    timezone,
    misfire,
    ...(grace !== undefined && { misfireGraceSeconds: grace }),
  };
}

function zoneOf(place: Place): string | undefined {
  if (place.isAbsent) return "UTC";
  const zone = place.filledText("el nombre de una zona");
  if (zone === undefined) return;
  try {
    // Offsets are known to the platform too, but are no zones.
    if (/^[a-z]/i.test(zone)) {
      new Intl.DateTimeFormat("en", { timeZone: zone });
      return zone;
    }
  } catch {
    // Told below.
  }
  return place.error(
    `No existe la zona "${zone}"`,
    "Use el nombre de IANA, como America/Argentina/Buenos_Aires",
  );
}

function cronOf(place: Place): string | undefined {
  if (place.isAbsent) {
    return place.error(
      'Falta "cron"',
      'Escriba minuto, hora, día, mes y día de la semana, como "30 6 * * *"',
    );
  }
  const text = place.filledText();
  if (text === undefined) return;
  const fields = text.trim().split(/\s+/);
  const cron = fields.join(" ");
  if (fields.length !== 5 && fields.length !== 6) {
    return place.error(
      `"${text}" no es un cron: tiene ${fields.length} campos`,
      "Lleva minuto, hora, día, mes y día de la semana; con seis, los segundos van primero",
    );
  }
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: "UTC", paused: true, mode: "5-or-6-parts" }).nextRun(ANY_TIME);
  } catch (error) {
    return place.error(`"${text}" no es un cron`, reasonOf(error));
  }
  return next === null
    ? place.error(`"${text}" no ocurre nunca`, "Mire el día y el mes: el 30 de febrero no existe")
    : cron;
}

const FIELDS: Readonly<Record<string, string>> = {
  second: "los segundos",
  minute: "los minutos",
  hour: "la hora",
  day: "el día",
  month: "el mes",
  dayOfWeek: "el día de la semana",
};

function reasonOf(error: unknown): string {
  const found = /Invalid value for (\w+): (.+)$/.exec(error instanceof Error ? error.message : "");
  const field = FIELDS[found?.[1] ?? ""];
  return field === undefined
    ? "Cada campo lleva un número, un rango 1-5, una lista 1,3, un paso */10 o *"
    : `Corrija ${field}: "${found![2]}" no vale`;
}
