// Lines of a log from bytes of pipes: where they end, what is hidden, what is cut.

import { describe, expect, test } from "vitest";
import type { LogLine } from "../../src/core/etl/run.ts";
import { stepLog } from "../../src/host/step_log.ts";

const KIB = 1024;

type Chunk = string | Uint8Array | readonly number[];

/** Of standard output, unless another is asked for. */
async function logOf(
  chunks: readonly Chunk[],
  { secrets = [], maxBytes = 10 * KIB * KIB, stream = "stdout" }: {
    readonly secrets?: readonly string[];
    readonly maxBytes?: number;
    readonly stream?: "stdout" | "stderr";
  } = {},
) {
  const lines: LogLine[] = [];
  let isCut = false;
  const log = stepLog({
    secrets,
    maxBytes,
    now: () => 1_000,
    onLines: (more, cut) => {
      lines.push(...more);
      isCut = cut;
      return Promise.resolve();
    },
    onFailure: (fault) => {
      throw fault;
    },
  });
  for (const chunk of chunks) {
    log.add(stream, typeof chunk === "string" ? new TextEncoder().encode(chunk) : new Uint8Array(chunk));
    await log.room();
  }
  await log.close();
  return { lines, isCut, texts: lines.map(({ text }) => text), excerpt: log.excerpt() };
}

describe("stepLog", () => {
  test.for<{ why: string; chunks: readonly Chunk[]; texts: readonly string[] }>([
    { why: "a line each", chunks: ["a\nb\n"], texts: ["a", "b"] },
    { why: "empty lines are lines", chunks: ["\n\na\n"], texts: ["", "", "a"] },
    { why: "a last line without its end", chunks: ["a\nb"], texts: ["a", "b"] },
    { why: "nothing is no line", chunks: [], texts: [] },
    { why: "chunks end anywhere", chunks: ["a", "b\nc", "", "d\n"], texts: ["ab", "cd"] },
    { why: "a letter between chunks", chunks: [[0xc3], [0xb1, 10]], texts: ["ñ"] },
    { why: "invalid UTF-8", chunks: [[0x61, 0xff, 0x62, 10]], texts: ["a\ufffdb"] },
    {
      why: "half a letter at the end of a line",
      chunks: [[0x61, 0xc3, 10, 0xb1, 10]],
      texts: ["a\ufffd", "\ufffd"],
    },
    { why: "the character 0", chunks: ["a\0b\n"], texts: ["a\ufffdb"] },
    { why: "lines of DOS", chunks: ["a\r\nb\r", "\n"], texts: ["a", "b"] },
    { why: "a bar of progress", chunks: ["10 %\r20 %\r100 %\nlisto\n"], texts: ["100 %", "listo"] },
    { why: "a bar across chunks", chunks: ["10 %\r", "20 %", "\r30 %"], texts: ["30 %"] },
    { why: "a return alone erases nothing", chunks: ["a\r\r\n", "b\r"], texts: ["a", "b"] },
    { why: "a mark of byte order is text", chunks: [[0xef, 0xbb, 0xbf, 0x61, 10]], texts: ["\ufeffa"] },
  ])("makes lines of chunks: $why", async ({ chunks, texts }) => {
    expect((await logOf(chunks)).texts).toEqual(texts);
  });

  test("keeps 64 KiB of a line, and says that it is cut", async () => {
    const most = "x".repeat(64 * KIB);
    const { texts } = await logOf([`${most}\n`, most, most, `${most}\n`, "fin\n"]);
    expect(texts).toEqual([most, `${most} … [línea de ${3 * 64 * KIB} bytes, cortada]`, "fin"]);
  });

  test("cuts between letters, not in them", async () => {
    // Two bytes each, after one: the last would end a byte behind the cut.
    const { texts } = await logOf([`x${"ñ".repeat(64 * KIB)}\n`]);
    expect(texts[0]!.split(" ")[0]).toBe(`x${"ñ".repeat(32 * KIB - 1)}`);
  });

  test.for([
    { why: "alone", secrets: ["galileo"], line: "clave galileo.", text: "clave ***." },
    { why: "each time", secrets: ["ab"], line: "abcabab", text: "***c******" },
    {
      why: "the longest first",
      secrets: ["clave", "clave-larga"],
      line: "clave-larga clave",
      text: "*** ***",
    },
    { why: "signs of expressions", secrets: ["a.b*("], line: "a.b*( axb", text: "*** axb" },
    { why: "as in an address", secrets: ["a/b@c"], line: "https://x/?k=a%2Fb%40c", text: "https://x/?k=***" },
    { why: "as in JSON", secrets: ['di"go\\'], line: '{"k":"di\\"go\\\\"}', text: '{"k":"***"}' },
    {
      why: "lines of one with several",
      secrets: ["abcd\nefgh\nij"],
      line: "abcd ij efgh",
      text: "*** ij ***",
    },
    { why: "none", secrets: [""], line: "abc", text: "abc" },
    { why: "in addresses", secrets: [], line: "a postgres://u:p@h/b c", text: "a postgres://u:***@h/b c" },
  ])("hides secrets: $why", async ({ secrets, line, text }) => {
    expect((await logOf([`${line}\n`], { secrets })).texts).toEqual([text]);
  });

  test("hides a secret that chunks, or the cut, divide", async () => {
    const secrets = ["galileo-galilei"];
    const most = "x".repeat(64 * KIB - 5);
    const { texts } = await logOf(["a gali", "leo-galilei b\n", `${most}galileo-galilei y\n`], { secrets });
    expect(texts).toEqual(["a *** b", `${most}*** … [línea de ${64 * KIB - 5 + 17} bytes, cortada]`]);
  });

  test("hides no less where many secrets come before the cut", async () => {
    const secret = "galileo-galilei!";
    const { texts } = await logOf([`${secret.repeat(8 * KIB)}\n`], { secrets: [secret] });
    // 16 bytes each: 4,096 of them begin in 64 KiB.
    expect(texts[0]!.split(" ")[0]).toBe("***".repeat(4 * KIB));
  });

  test("hides the password of an address that the cut divides", async () => {
    const most = "x".repeat(64 * KIB - 30);
    const { texts } = await logOf([`${most} postgresql://ana:${"c".repeat(100)}@base/x\n`]);
    expect(texts[0]!.replace(most, "")).toMatch(/^ postgresql:\/\/ana:\*\*\* … \[/);
  });

  test("keeps whole lines up to its size, then one that says so; the last of standard error go on", async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `línea ${i}\n`);
    // 10 bytes each up to the tenth: nine letters, one of them of two bytes, and the newline makes 10.
    const { texts, isCut, excerpt } = await logOf(lines, { maxBytes: 35, stream: "stderr" });
    expect(texts).toEqual(["línea 0", "línea 1", "línea 2", expect.stringContaining("Registro cortado")]);
    expect(isCut).toBe(true);
    expect(excerpt.split("\n")).toEqual(Array.from({ length: 20 }, (_, i) => `línea ${i + 80}`));
  });

  test("tells no half of a secret among the last lines of much", async () => {
    const secret = "galileo";
    const chunks = Array.from({ length: 3 }, () => `${"y".repeat(40 * KIB)}${secret}`);
    const { excerpt } = await logOf(["z\n", "z\n", "z\n", ...chunks, "\nfin\n"], {
      maxBytes: 3,
      stream: "stderr",
      secrets: [secret],
    });
    expect(excerpt).toMatch(/fin$/);
    expect(excerpt).not.toMatch(/gal|leo/);
  });

  test("hands on one batch at a time, and has the pipes wait meanwhile", async () => {
    const release: (() => void)[] = [];
    let atOnce = 0;
    const batches: number[] = [];
    const log = stepLog({
      secrets: [],
      maxBytes: 1e9,
      now: () => 0,
      onLines: async (lines) => {
        expect(++atOnce).toBe(1);
        batches.push(lines.length);
        await new Promise<void>((resolve) => release.push(resolve));
        atOnce--;
      },
      onFailure: () => {},
    });
    const line = new TextEncoder().encode(`${"x".repeat(64 * KIB)}\n`);
    log.add("stdout", line);
    log.add("stdout", line);
    let hasRoom = false;
    const room = log.room().then(() => hasRoom = true);
    await new Promise((wake) => setTimeout(wake, 20));
    expect([hasRoom, batches]).toEqual([false, [1]]);
    release[0]!();
    await new Promise((wake) => setTimeout(wake, 20));
    expect(batches).toEqual([1, 1]);
    release[1]!();
    await room;
    await log.close();
    expect(atOnce).toBe(0);
  });
});
