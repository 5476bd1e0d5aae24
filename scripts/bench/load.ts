// A load generator of its own process: keeps connections busy with requests from a list and counts answers. It
// does as little as it can, so that the server is what is measured.
//
//   deno run -A scripts/bench/load.ts PORT SECONDS CONNECTIONS FILE_OF_PATHS   →   one line of JSON

export type LoadResult = {
  requests: number;
  seconds: number;
  bytes: number;
  errors: number;
  p50: number;
  p99: number;
};

const encoder = new TextEncoder();
const LENGTH = encoder.encode("content-length:");
const END = [13, 10, 13, 10];

/** Position after the blank line that ends the headers, or -1. */
function headersEnd(bytes: Uint8Array, size: number): number {
  for (let at = bytes.indexOf(13); at >= 0 && at + 3 < size; at = bytes.indexOf(13, at + 1)) {
    if (END.every((byte, i) => bytes[at + i] === byte)) return at + 4;
  }
  return -1;
}

function contentLength(bytes: Uint8Array, end: number): number {
  for (let at = 0; at < end - LENGTH.length; at++) {
    if (LENGTH.every((byte, i) => (bytes[at + i]! | 0x20) === (byte | 0x20))) {
      let value = 0;
      for (let p = at + LENGTH.length; bytes[p] !== 13; p++) {
        if (bytes[p]! >= 48) value = value * 10 + bytes[p]! - 48;
      }
      return value;
    }
  }
  return 0;
}

if (import.meta.main) {
  const [port, seconds, connections, file] = Deno.args;
  const requests = Deno.readTextFileSync(file!).trim().split("\n").map((path) =>
    encoder.encode(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`)
  );
  const endsAt = performance.now() + Number(seconds) * 1000;
  const times: number[] = [];
  let bytes = 0, errors = 0, next = 0;

  const connection = async () => {
    using socket = await Deno.connect({ port: Number(port), hostname: "127.0.0.1" });
    const buffer = new Uint8Array(1024 * 1024);
    while (performance.now() < endsAt) {
      const begun = performance.now();
      await socket.write(requests[next++ % requests.length]!);
      let size = 0, bodyAt = -1, total = Infinity;
      while (size < total) {
        const read = await socket.read(buffer.subarray(size));
        if (read === null) throw new Error("the server closed the connection");
        size += read;
        if (bodyAt < 0 && (bodyAt = headersEnd(buffer, size)) >= 0) {
          total = bodyAt + contentLength(buffer, bodyAt);
        }
      }
      if (buffer[9] !== 50) errors++;
      bytes += total;
      times.push(performance.now() - begun);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: Number(connections) }, connection));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const result: LoadResult = {
    requests: times.length,
    seconds: (performance.now() - begun) / 1000,
    bytes,
    errors,
    p50: at(0.5),
    p99: at(0.99),
  };
  console.log(JSON.stringify(result));
}
