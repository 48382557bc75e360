import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** ASCII. */
  readonly name: string;
  /** May end early where its source fails: the archive then ends with the failure. */
  readonly bytes: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const [localMark, afterMark, centralMark, endMark] = [0x04034b50, 0x08074b50, 0x02014b50, 0x06054b50];
/** Sizes follow the bytes (bit 3), names are UTF-8 (bit 11). */
const entryFlags = 0x0808;
const neededVersion = 20;
/** 1980-01-01, the first day that the format knows: what is inside has its own times. */
const firstDay = 0x21;

/**
 * A ZIP archive as it is written, without compression: a recording would not get smaller by much, and nothing of it has
 * to be held in memory. PKWARE APPNOTE 6.3, up to 4 GiB in all.
 */
export async function* zipOf(entries: readonly ZipEntry[]): AsyncGenerator<Buffer> {
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const named = Buffer.from(name);
    const start = at;
    const opening = Buffer.concat([record(30, localMark, localFields(named.length)), named]);
    yield opening;
    let size = 0;
    let sum = 0;
    for await (const piece of bytes) {
      sum = crc32(piece, sum);
      size += piece.length;
      yield piece;
    }
    yield record(16, afterMark, [
      [4, 4, sum],
      [8, 4, size],
      [12, 4, size],
    ]);
    at += opening.length + size + 16;
    central.push(Buffer.concat([record(46, centralMark, centralFields({ named, sum, size, start })), named]));
  }
  const directory = Buffer.concat(central);
  yield directory;
  yield record(22, endMark, [
    [8, 2, entries.length],
    [10, 2, entries.length],
    [12, 4, directory.length],
    [16, 4, at],
  ]);
}

/** Offset, bytes, value. */
type Field = readonly [at: number, bytes: 2 | 4, value: number];

function record(length: number, mark: number, fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(mark, 0);
  for (const [at, size, value] of fields) bytes.writeUIntLE(value, at, size);
  return bytes;
}

const localFields = (nameBytes: number): readonly Field[] => [
  [4, 2, neededVersion],
  [6, 2, entryFlags],
  [12, 2, firstDay],
  [26, 2, nameBytes],
];

const centralFields = (entry: {
  readonly named: Buffer;
  readonly sum: number;
  readonly size: number;
  readonly start: number;
}): readonly Field[] => [
  [4, 2, neededVersion],
  [6, 2, neededVersion],
  [8, 2, entryFlags],
  [14, 2, firstDay],
  [16, 4, entry.sum],
  [20, 4, entry.size],
  [24, 4, entry.size],
  [28, 2, entry.named.length],
  [42, 4, entry.start],
];
