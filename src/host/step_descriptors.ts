// Descriptors that this process was started with, by a shell or a supervisor, would go on to every process it starts.
// Those that it opens itself never do.

import fs from "node:fs";

/** `FIOCLEX` of Linux: sets the close-on-exec flag, and takes no third argument. */
const FIOCLEX = 0x5451n;
const C_LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** Keeps them from processes that begin from now on. Where there is no C library to ask, or no Linux: nothing. */
export function keepDescriptors(): void {
  if (Deno.build.os !== "linux") return;
  for (const library of C_LIBRARIES) {
    try {
      const c = Deno.dlopen(library, { ioctl: { parameters: ["i32", "u64"], result: "i32" } });
      for (const name of fs.readdirSync("/proc/self/fd")) {
        if (Number(name) > 2) c.symbols.ioctl(Number(name), FIOCLEX);
      }
      return c.close();
    } catch { /* another one */ }
  }
}
