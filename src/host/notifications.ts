// How people are told of a run that failed or recovered: a request to an address of theirs, or a program of theirs.
// Source: etl-scheduler 5.4.

import { spawn } from "node:child_process";
import process from "node:process";
import { Problem } from "../core/problem.ts";
import { addressGuard, guardedRequest, isHttp } from "./read_source.ts";

type Webhooks = { readonly allowInternal: boolean; readonly userAgent: string };

/**
 * Sends JSON by POST to an address, which does not redirect it.
 * Errors: Problem `invalid` for an address that must not be asked, `unavailable` where it was not taken.
 */
export function webhookSender({ allowInternal, userAgent }: Webhooks) {
  const guard = addressGuard(allowInternal);
  return async (address: string, letter: unknown, signal: AbortSignal): Promise<void> => {
    const url = new URL(address);
    if (!isHttp(url)) throw new Problem("invalid", `Un aviso va por http o https, no por "${url.protocol}"`);
    const body = JSON.stringify(letter);
    const status = await new Promise<number>((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "content-length": new TextEncoder().encode(body).length,
        "user-agent": userAgent,
      };
      const request = guardedRequest(url, { method: "POST", signal, headers }, guard);
      request.on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on("error", (cause) =>
        reject(
          cause instanceof Problem
            ? cause
            : new Problem("unavailable", `No se pudo avisar a ${url.host}: ${cause.message}`, [], { cause }),
        ));
      request.end(body);
    });
    if (status < 200 || status > 299) {
      throw new Problem("unavailable", `${url.host} respondió ${status} al aviso`);
    }
  };
}

/**
 * Runs a program with JSON on its standard input and a clean environment; what it writes is nobody's. Relative paths
 * count from `folder`.
 * Errors: Problem `unavailable` when it does not end with 0.
 */
export function runNotifier(env: Readonly<Record<string, string>>, folder: string) {
  return async (
    [program = "", ...args]: readonly string[],
    letter: unknown,
    signal: AbortSignal,
  ): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: folder,
        env,
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
      });
      const end = () => {
        try {
          process.kill(-child.pid!, "SIGKILL");
        } catch {
          // It has ended.
        }
      };
      signal.addEventListener("abort", end, { once: true });
      child.on(
        "error",
        (cause) =>
          reject(
            new Problem("unavailable", `No se pudo correr "${program}": ${cause.message}`, [], { cause }),
          ),
      );
      child.on("close", (code, killedBy) => {
        signal.removeEventListener("abort", end);
        if (code === 0) resolve();
        else reject(new Problem("unavailable", `"${program}" terminó con ${code ?? killedBy}`));
      });
      // One that does not read it may still do its work.
      child.stdin!.on("error", () => {});
      child.stdin!.end(JSON.stringify(letter));
    });
  };
}
