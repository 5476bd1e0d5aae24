// Compression of files that are downloaded, by the machine's own zlib: the web platform's streams take ten times
// as long and give no piece that can be put into two files.

import zlib from "node:zlib";

/** From here on files get a tenth smaller and take three times as long (measured on dumps). */
const LEVEL = 3;

/** What `publish` asks of a compressor. */
export const compression = {
  deflate: (raw: Uint8Array): Uint8Array =>
    zlib.deflateRawSync(raw, { level: LEVEL, finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  gzip: (raw: Uint8Array): Uint8Array => zlib.gzipSync(raw, { level: LEVEL }),
  crc32: (raw: Uint8Array, before: number): number => zlib.crc32(raw, before),
};
