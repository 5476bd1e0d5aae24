// Which of the names there are somebody may have meant.

/** The nearest name by changes of a letter, if it is near enough to be meant. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const asked = name.slice(0, 100).toLowerCase();
  const most = Math.max(1, Math.floor(asked.length / 3));
  let nearest: string | undefined;
  let least = most + 1;
  for (const one of names) {
    if (Math.abs(one.length - asked.length) >= least) continue;
    const found = distance(asked, one.toLowerCase());
    if (found < least) [nearest, least] = [one, found];
  }
  return nearest;
}

/** Letters put in, taken out, changed, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
      }
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
