// A password from the keyboard, unseen, or from whatever standard input is; never from the arguments of a command,
// which every process of the machine can read.

import { Problem } from "../core/problem.ts";

const ENTER = /[\r\n]/;
const END_OF_INPUT = "\u0004";
const INTERRUPT = "\u0003";
const ERASE = ["\u007f", "\b"];

/**
 * Asks twice on a terminal; else takes the first line.
 * Errors: Problem `invalid` where both are not the same or nothing was given.
 */
export async function readPassword(question: string): Promise<string> {
  const password = Deno.stdin.isTerminal() ? await askTwice(question) : await firstLine();
  if (password === "") throw new Problem("invalid", "Falta la clave");
  return password;
}

async function askTwice(question: string): Promise<string> {
  const once = await ask(question);
  if (once !== await ask("Otra vez, para confirmar: ")) {
    throw new Problem("invalid", "Las dos claves no son iguales");
  }
  return once;
}

/** Questions go to standard error: standard output is for results. */
async function ask(question: string): Promise<string> {
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(256);
  const typed: string[] = [];
  Deno.stdin.setRaw(true);
  try {
    write(question);
    for (;;) {
      const read = await Deno.stdin.read(chunk);
      if (read === null) return typed.join("");
      for (const key of decoder.decode(chunk.subarray(0, read), { stream: true })) {
        if (ENTER.test(key) || key === END_OF_INPUT) return typed.join("");
        if (key === INTERRUPT) throw new Problem("invalid", "Interrumpido");
        if (ERASE.includes(key)) typed.pop();
        else typed.push(key);
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
    write("\n");
  }
}

async function firstLine(): Promise<string> {
  const text = await new Response(Deno.stdin.readable).text();
  return text.split(/\r?\n/, 1)[0]!;
}
