// Gaps of a zone's clock that end on another day than they begin: Nuuk's last hour of a Saturday in March, the whole
// day that Apia left out when it crossed the date line.

/** Wall-clock times are epoch ms as if the clock were UTC's. */
type Gap = {
  /** The first time that does not exist, and the first that does again. */
  readonly from: number;
  readonly to: number;
  /** The instant at which the clock jumps, epoch ms. */
  readonly at: number;
};

const DAY_MS = 86_400_000;
const zones = new Map<string, { readonly clock: Intl.DateTimeFormat; readonly years: Map<number, Gap[]> }>();

/** Those with `after` < at < `before`, ascending. */
export function gapsOverMidnight(timezone: string, after: number, before: number): Gap[] {
  const gaps: Gap[] = [];
  const lastYear = new Date(before).getUTCFullYear();
  for (let year = new Date(after).getUTCFullYear(); year <= lastYear; year++) {
    gaps.push(...gapsOfYear(timezone, year).filter(({ at }) => after < at && at < before));
  }
  return gaps;
}

function gapsOfYear(timezone: string, year: number): Gap[] {
  const { clock, years } = zoneOf(timezone);
  const found = years.get(year);
  if (found) return found;
  const gaps: Gap[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  for (let day = Date.UTC(year, 0, 1), offset = offsetAt(clock, day); day < end; day += DAY_MS) {
    const later = offsetAt(clock, day + DAY_MS);
    if (later > offset) {
      const at = firstInstant(clock, offset, day, day + DAY_MS);
      const gap = { from: at + offset, to: at + later, at };
      if (Math.floor(gap.from / DAY_MS) !== Math.floor(gap.to / DAY_MS)) gaps.push(gap);
    }
    offset = later;
  }
  years.set(year, gaps);
  return gaps;
}

/** The first whole second with another offset. */
function firstInstant(clock: Intl.DateTimeFormat, offset: number, from: number, to: number): number {
  let before = from / 1_000;
  let since = to / 1_000;
  while (since - before > 1) {
    const middle = Math.floor((before + since) / 2);
    if (offsetAt(clock, middle * 1_000) === offset) before = middle;
    else since = middle;
  }
  return since * 1_000;
}

function offsetAt(clock: Intl.DateTimeFormat, at: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(at)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - at;
}

function zoneOf(timezone: string) {
  const found = zones.get(timezone);
  if (found) return found;
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const zone = { clock, years: new Map<number, Gap[]>() };
  zones.set(timezone, zone);
  return zone;
}
