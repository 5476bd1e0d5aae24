// A real browser: Debian's Chromium, installed where it is missing, driven by playwright-core.

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Starts it; whoever does closes it. */
export async function startChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    await apt("update", "--quiet");
    await apt("install", "--yes", "--quiet", "--no-install-recommends", "chromium");
  }
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

async function apt(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`apt-get ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
