import { inflateRawSync } from 'node:zlib';

/** How the records of a ZIP file begin (APPNOTE 4.3). */
const signature = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 } as const;
const deflated = 8;

/**
 * How many bytes the entries unpack to: a few kilobytes may come to more than the memory holds. They are unpacked for
 * it, since what the file says of its sizes may not be so. Infinite where it is more than `most`.
 *
 * @throws RangeError, or as zlib does, for a file that is damaged
 */
export function unpackedBytes(zip: Buffer, most: number): number {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  expect(zip, end, signature.end);
  let at = zip.readUInt32LE(end + 16);
  let bytes = 0;
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(zip, at, signature.entry);
    const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const local = zip.readUInt32LE(at + 42);
    expect(zip, local, signature.local);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    bytes += method === deflated ? inflatedBytes(zip.subarray(from, from + packed), most - bytes) : packed;
    if (bytes > most) return Number.POSITIVE_INFINITY;
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return bytes;
}

function inflatedBytes(packed: Buffer, most: number): number {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) }).length;
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function expect(zip: Buffer, at: number, wanted: number): void {
  if (zip.readUInt32LE(at) !== wanted) throw new RangeError('a record of the ZIP file is missing');
}
