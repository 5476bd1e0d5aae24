// A ZIP file in memory, deflated by the platform: each entry once, no folders, no comments, sizes below 4 GB.
// The same entries make the same bytes: no time is written but the format's first day.

type Entry = {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

const FIRST_DAY = 0x0021;
const VERSION = 20;
const DEFLATED = 8;
const LOCAL_HEADER = 30;
const CENTRAL_HEADER = 46;
const END = 22;

/** Names are ASCII. */
export async function zip(entries: readonly Entry[]): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await Promise.all(entries.map(async ({ name, bytes }) => ({
    name: new TextEncoder().encode(name),
    size: bytes.length,
    crc: crc32(bytes),
    deflated: await deflate(bytes),
  })));
  const size = packed.reduce(
    (sum, { name, deflated }) => sum + LOCAL_HEADER + CENTRAL_HEADER + 2 * name.length + deflated.length,
    END,
  );
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  let at = 0;

  /** What both headers tell of an entry, and where they end. */
  const common = (from: number, { name, size, crc, deflated }: (typeof packed)[number]) => {
    view.setUint16(from, VERSION, true);
    view.setUint16(from + 4, DEFLATED, true);
    view.setUint16(from + 8, FIRST_DAY, true);
    view.setUint32(from + 10, crc, true);
    view.setUint32(from + 14, deflated.length, true);
    view.setUint32(from + 18, size, true);
    view.setUint16(from + 22, name.length, true);
  };
  const offsets = packed.map((entry) => {
    const offset = at;
    view.setUint32(at, 0x04034b50, true);
    common(at + 4, entry);
    file.set(entry.name, at + LOCAL_HEADER);
    file.set(entry.deflated, at + LOCAL_HEADER + entry.name.length);
    at += LOCAL_HEADER + entry.name.length + entry.deflated.length;
    return offset;
  });
  const central = at;
  packed.forEach((entry, i) => {
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 4, VERSION, true);
    common(at + 6, entry);
    view.setUint32(at + 42, offsets[i]!, true);
    file.set(entry.name, at + CENTRAL_HEADER);
    at += CENTRAL_HEADER + entry.name.length;
  });
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, packed.length, true);
  view.setUint16(at + 10, packed.length, true);
  view.setUint32(at + 12, at - central, true);
  view.setUint32(at + 16, central, true);
  return file;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
