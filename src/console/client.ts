// Who is at the other end: address and scheme of a request, also behind proxies of our own.

export type Client = {
  readonly address: string;
  /** Whether the browser came by https. */
  readonly secure: boolean;
};

/** What the server knows of a connection beside its request. */
export type Connection = { readonly address?: string };

/**
 * `trustedProxies` is how many proxies of ours stand in front, each of which adds whom it hears to X-Forwarded-For;
 * what stands before theirs anybody may have written.
 */
export function clientOf(
  request: Request,
  { address = "" }: Connection,
  { trustedProxies = 0, publicUrl }: {
    readonly trustedProxies?: number | undefined;
    readonly publicUrl?: string | undefined;
  },
): Client {
  const last = (name: string) => (request.headers.get(name) ?? "").split(",").at(-1)!.trim();
  const heard = (request.headers.get("x-forwarded-for") ?? "").split(",").map((one) => one.trim())
    .filter((one) => one !== "");
  const forwarded = trustedProxies > 0 ? heard.at(-Math.min(trustedProxies, heard.length)) : undefined;
  const secure = request.url.startsWith("https:") || publicUrl?.startsWith("https:") === true ||
    (trustedProxies > 0 && last("x-forwarded-proto") === "https");
  return { address: network(forwarded ?? address), secure };
}

/** An IPv6 network is one customer, so its addresses are one. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined
    ? left
    : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return address === "::1" ? address : `${groups.slice(0, 4).join(":")}::/64`;
}
