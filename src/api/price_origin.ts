// Where the links of the price list begin: the configured address first, else the host that was asked. What proxies
// say of it counts where they are ours.

import { originOf } from "./origin.ts";

export type OriginContext = {
  readonly publicUrl?: string;
  /** Proxies of ours in front; 0 believes nobody. */
  readonly trustedProxies?: number;
};

const HOST = /^[a-z0-9.-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i;

export function priceOrigin(
  { url, headers }: Request,
  { publicUrl, trustedProxies = 0 }: OriginContext,
): string {
  const origin = originOf(url, publicUrl);
  if (publicUrl !== undefined) return origin;
  const { protocol, host: readHost } = new URL(origin);
  // As it was asked: reading an address drops the usual port and capital letters.
  const named = headers.get("host");
  const askedHost = named !== null && HOST.test(named) ? named : readHost;
  if (trustedProxies === 0) return `${protocol}//${askedHost}`;
  // Each proxy adds what it heard: what stands before the word of ours anybody may have written.
  const heard = (name: string) => {
    const words = (headers.get(name) ?? "").split(",").map((word) => word.trim()).filter((word) =>
      word !== ""
    );
    return words.at(-Math.min(trustedProxies, words.length));
  };
  const scheme = heard("x-forwarded-proto");
  const host = heard("x-forwarded-host");
  return `${scheme === "https" || scheme === "http" ? scheme : protocol.slice(0, -1)}://${
    host !== undefined && HOST.test(host) ? host : askedHost
  }`;
}
