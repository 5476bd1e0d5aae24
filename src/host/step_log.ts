// What a step says, as lines of its log.
//
//   pipe ─▶ chunks ─▶ lines ─▶ masked, counted ─▶ batches ─▶ onLines
//
// Whoever reads a pipe waits for `room` before the next chunk: while a batch is being kept, at most one more fills up,
// so that a program that says more than can be kept waits, and none of it piles up here.

import type { LogLine } from "../core/etl/run.ts";
import { type Mask, maskOf } from "./step_mask.ts";

const LINE_BYTES = 64 * 1024;
const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 250;
/** Of memory, what a line takes besides its text. */
const LINE_OVERHEAD = 64;
const EXCERPT_LINES = 20;
const EXCERPT_LINE_LENGTH = 1000;

const NEWLINE = 10, RETURN = 13;

export type StepLog = {
  /** Takes a chunk in, whose memory is the caller's again. */
  add(stream: "stdout" | "stderr", chunk: Uint8Array): void;
  /** A line of the program itself; always kept. */
  say(text: string): void;
  /** Resolves when the next chunk may come. */
  room(): Promise<void>;
  /** Last lines without a newline count too; resolves when all is kept. */
  close(): Promise<void>;
  /** Last lines of standard error, masked. */
  excerpt(): string;
  mask(text: string): string;
};

export type StepLogOptions = {
  readonly secrets: readonly string[];
  /** Of all texts of both streams that are kept. */
  readonly maxBytes: number;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onLines: (lines: readonly LogLine[], isCut: boolean) => Promise<void>;
  /** `onLines` threw: nothing more is kept. */
  readonly onFailure: (fault: unknown) => void;
};

export function stepLog({ secrets, maxBytes, now, onLines, onFailure }: StepLogOptions): StepLog {
  const mask = maskOf(secrets);
  const batches = batchesOf(onLines, onFailure);
  const encoder = new TextEncoder();
  const excerpt: string[] = [];
  let keptBytes = 0;
  let isCut = false;
  /** Of standard error the last lines are told even when no more are kept. */
  const tail = tailOf(LINE_BYTES);

  const keep = (line: LogLine) => {
    if (isCut) return;
    const bytes = encoder.encode(line.text).length;
    keptBytes += bytes + 1;
    if (keptBytes <= maxBytes) return batches.add(line, bytes);
    isCut = true;
    batches.cut();
    const size = Math.round(maxBytes / 1024 / 1024);
    say(`Registro cortado en ${size} MB: el paso sigue, lo demás que escriba no se guarda`);
  };
  const say = (text: string) => batches.add({ at: now(), stream: "caudal", text: mask(text) }, text.length);

  const lines = {
    stdout: lineSplitter(mask, (text) => keep({ at: now(), stream: "stdout", text })),
    stderr: lineSplitter(mask, (text) => {
      excerpt.push(text.slice(0, EXCERPT_LINE_LENGTH));
      if (excerpt.length > EXCERPT_LINES) excerpt.shift();
      keep({ at: now(), stream: "stderr", text });
    }),
  };

  return {
    add(stream, chunk) {
      if (!isCut) lines[stream].add(chunk);
      else if (stream === "stderr") tail.add(chunk);
    },
    say,
    room: batches.room,
    close() {
      const { bytes, isTorn } = tail.read();
      if (isTorn) lines.stderr.forget();
      lines.stderr.add(bytes);
      lines.stdout.end();
      lines.stderr.end();
      return batches.close();
    },
    mask,
    excerpt: () => excerpt.join("\n").trimEnd(),
  };
}

/**
 * Lines of bytes as text: invalid UTF-8 and the character 0 become U+FFFD; of what a carriage return writes over
 * only the last is left, as on a terminal; what is longer than a line may be is cut, and says so.
 */
function lineSplitter(mask: Mask, take: (text: string) => void) {
  // A secret that begins before the cut has to be seen whole.
  const held = new Uint8Array(LINE_BYTES + mask.longest);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let length = 0;
  let total = 0;
  let isReturned = false;

  const append = (bytes: Uint8Array) => {
    if (isReturned) length = total = 0;
    isReturned = false;
    const fits = bytes.subarray(0, held.length - length);
    held.set(fits, length);
    length += fits.length;
    total += bytes.length;
  };
  /** `part` has no newline in it. */
  const addPart = (part: Uint8Array) => {
    let rest = part;
    for (let at = rest.indexOf(RETURN); at >= 0; at = rest.indexOf(RETURN)) {
      if (at > 0) append(rest.subarray(0, at));
      isReturned = true;
      rest = rest.subarray(at + 1);
    }
    if (rest.length > 0) append(rest);
  };
  /** What it holds has nothing to do with what comes. */
  const forget = () => {
    length = total = 0;
    isReturned = false;
  };
  const endLine = () => {
    const text = decoder.decode(held.subarray(0, length)).replaceAll("\0", "\ufffd");
    const isWhole = total <= LINE_BYTES;
    const shown = isWhole ? mask(text) : mask(text, unitsOf(text, LINE_BYTES));
    take(isWhole ? shown : `${shown} … [línea de ${total} bytes, cortada]`);
    forget();
  };
  return {
    add(chunk: Uint8Array) {
      let rest = chunk;
      for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
        addPart(rest.subarray(0, at));
        endLine();
        rest = rest.subarray(at + 1);
      }
      addPart(rest);
    },
    end() {
      if (total > 0) endLine();
    },
    forget,
  };
}

/** The last chunks, at least so many bytes if there were; from the first newline on where others came before. */
function tailOf(leastBytes: number) {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let isTorn = false;
  return {
    add(chunk: Uint8Array) {
      chunks.push(chunk.slice());
      size += chunk.length;
      while (size - chunks[0]!.length >= leastBytes) {
        size -= chunks.shift()!.length;
        isTorn = true;
      }
    },
    read() {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      chunks = [];
      // Half a line could be half a secret.
      const newline = bytes.indexOf(NEWLINE);
      return { bytes: !isTorn ? bytes : bytes.subarray(newline < 0 ? size : newline + 1), isTorn };
    },
  };
}

/** How many UTF-16 units of a text take no more than so many bytes. */
const unitsOf = (text: string, bytes: number) =>
  new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read;

function batchesOf(onLines: StepLogOptions["onLines"], onFailure: StepLogOptions["onFailure"]) {
  let waiting: LogLine[] = [];
  let waitingBytes = 0;
  let isCut = false;
  let hasFailed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Resolves when nothing is being sent. */
  let sending: Promise<void> | undefined;

  const send = async () => {
    while (waiting.length > 0 && !hasFailed) {
      clearTimeout(timer);
      timer = undefined;
      const lines = waiting;
      waiting = [];
      waitingBytes = 0;
      try {
        await onLines(lines, isCut);
      } catch (fault) {
        hasFailed = true;
        waiting = [];
        onFailure(fault);
      }
    }
    sending = undefined;
  };
  const flush = () => waiting.length === 0 ? sending : sending ??= send();
  return {
    add(line: LogLine, bytes: number) {
      if (hasFailed) return;
      waiting.push(line);
      waitingBytes += bytes + LINE_OVERHEAD;
      if (waitingBytes >= BATCH_BYTES) flush();
      else timer ??= setTimeout(flush, BATCH_MS);
    },
    cut() {
      isCut = true;
    },
    async room() {
      while (sending !== undefined && waitingBytes >= BATCH_BYTES) await sending;
    },
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}
