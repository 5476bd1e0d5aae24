// Progress of long work: one line that is rewritten on a terminal, a plain line now and then elsewhere.

const PLAIN_EVERY_MS = 2_000;

export type ProgressLine = {
  /** Shows the state of the work. */
  show(text: string): void;
  /** Ends the line; what is printed next begins on its own. */
  end(): void;
};

/** Writes on standard error, so that `--json` on standard output stays clean. */
export function progressLine(): ProgressLine {
  const terminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  let shown = "";
  let plainAt = Date.now();
  return {
    show(text) {
      if (text === shown) return;
      if (terminal) Deno.stderr.writeSync(encoder.encode(`\r${text}\x1b[K`));
      else if (Date.now() - plainAt >= PLAIN_EVERY_MS) {
        plainAt = Date.now();
        console.error(text);
      } else return;
      shown = text;
    },
    end() {
      if (terminal && shown !== "") Deno.stderr.writeSync(encoder.encode("\n"));
      shown = "";
    },
  };
}
