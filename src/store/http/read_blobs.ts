// Published files read over HTTP: whole, by range, or piece by piece. A range that the place does not know of is
// cut out of the whole.

import { Problem } from "../../core/problem.ts";
import type { PieceBlobs, Range, ReadBlobs } from "../segments/blobs.ts";
import { type Answer, type Ask, BrokenOff, unavailable } from "./requests.ts";

export type ReadOptions = {
  readonly ask: Ask;
  /** What the place is called in faults. */
  readonly place: string;
  readonly urlOf: (name: string) => string;
  /** What a file is asked for with. */
  readonly headersOf?: (name: string) => Readonly<Record<string, string>>;
  /**
   * What an answer without the file means: nothing where there is no such file.
   * Errors: Problem `unavailable` for anything else.
   */
  readonly absent: (answer: Answer, name: string) => Promise<undefined>;
  /** Whether these are the bytes of a whole file; another answer is asked for where they are not. */
  readonly isIntact?: (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<boolean>;
  /** Told of the tag of a file that was read whole; null where there is none. */
  readonly onTag?: (name: string, tag: string | null) => void;
};

/** How often a transfer is taken up again without a byte in between. */
const RESUMES = 3;

export function readBlobs(options: ReadOptions): ReadBlobs & PieceBlobs {
  const { ask, place, urlOf, headersOf, absent, isIntact, onTag } = options;
  const get = (name: string, range?: Range) => ({
    method: "GET" as const,
    url: urlOf(name),
    headers: { ...headersOf?.(name), ...(range && { range: rangeText(range) }) },
  });

  /** The rest of a part, as far as one transfer brings it; `took` is told of each piece before it is handed on. */
  async function* transfer(name: string, rest: Range, took: (bytes: number) => void) {
    const answer = await ask(get(name, rest), (answer) => Promise.resolve(answer));
    if (answer.status !== 206 && answer.status !== 200) {
      await absent(answer, name);
      throw notWhole(place, name);
    }
    requirePart(answer, rest);
    let before = answer.status === 206 ? 0 : rest.offset;
    let left = rest.length;
    for await (const piece of answer.pieces()) {
      const skipped = Math.min(before, piece.length);
      before -= skipped;
      const wanted = piece.subarray(skipped, skipped + left);
      if (wanted.length === 0) continue;
      left -= wanted.length;
      took(wanted.length);
      yield wanted;
      if (left === 0) return;
    }
    throw notWhole(place, name);
  }

  return {
    async read(name, range) {
      if (range?.length === 0) return new Uint8Array();
      return await ask(get(name, range), async (answer) => {
        const { status } = answer;
        if (status === 416) {
          await answer.cancel();
          return undefined;
        }
        if (status !== 200 && status !== 206) {
          await absent(answer, name);
          if (!range) onTag?.(name, null);
          return undefined;
        }
        if (range) requirePart(answer, range);
        const bytes = await answer.bytes();
        if (!range) {
          // An error that says it is none, a page in place of a file, a file that is cut off: later it may be whole.
          if (isIntact && !await isIntact(name, bytes)) throw new BrokenOff(`manda otros bytes de "${name}"`);
          onTag?.(name, answer.headers.get("etag"));
          return bytes;
        }
        const part = status === 206 ? bytes : bytes.subarray(range.offset, range.offset + range.length);
        return part.length === range.length ? part : undefined;
      });
    },

    async *pieces(name, { offset, length }) {
      let at = offset;
      for (let stops = 0; at < offset + length;) {
        const begun = at;
        try {
          yield* transfer(name, { offset: at, length: offset + length - at }, (bytes) => at += bytes);
        } catch (error) {
          if (!(error instanceof BrokenOff)) throw error;
          stops = at > begun ? 0 : stops + 1;
          if (stops === RESUMES) throw unavailable(place, error);
        }
      }
    },
  };
}

/** Errors: `BrokenOff` where the answer says that it is another part. */
function requirePart({ status, headers }: Answer, { offset }: Range): void {
  const [, from] = /^bytes (\d+)-/i.exec(headers.get("content-range") ?? "") ?? [];
  if (status === 206 && from !== undefined && Number(from) !== offset) {
    throw new BrokenOff("manda otra parte");
  }
}

const rangeText = ({ offset, length }: Range) => `bytes=${offset}-${offset + length - 1}`;

const notWhole = (place: string, name: string) =>
  new Problem("unavailable", `No se puede leer "${name}" de ${place}: no está, o no está entero`);
