// A request as its bytes are told: with the `Host` and the path of the case, neither followed nor corrected.

import { request } from "node:http";

export type RawAnswer = { readonly status: number; readonly headers: Headers; readonly body: string };

export function askRaw(
  base: string,
  { method, path, headers }: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (answer) => {
      const parts: Uint8Array[] = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const got = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) got.set(name, String(value));
        resolve({
          status: answer.statusCode!,
          headers: got,
          body: new TextDecoder().decode(Uint8Array.from(parts.flatMap((part) => [...part]))),
        });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}
