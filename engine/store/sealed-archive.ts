import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { VoxboxError } from '../foundation/index.ts';

/**
 * A file that only its passphrase opens: mark, salt and nonce, then AES-256-GCM (NIST SP 800-38D) over everything, then
 * the tag. The key is scrypt's (RFC 7914).
 */
const mark = Buffer.from('VOXBOX1\n');
const [saltBytes, nonceBytes, tagBytes] = [16, 12, 16];
const headBytes = mark.length + saltBytes + nonceBytes;
/** 64 MB of memory for each guess. */
const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

const keyOf = (passphrase: string, salt: Buffer): Promise<Buffer> =>
  promisify<string, Buffer, number, object, Buffer>(scrypt)(passphrase.normalize('NFC'), salt, 32, cost);

export async function* sealed(plain: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const [salt, nonce] = [randomBytes(saltBytes), randomBytes(nonceBytes)];
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce);
  yield Buffer.concat([mark, salt, nonce]);
  for await (const piece of plain) yield cipher.update(piece);
  yield Buffer.concat([cipher.final(), cipher.getAuthTag()]);
}

/**
 * What it held. Nothing of it may be believed before it came to its end.
 *
 * @throws VoxboxError `archive_unreadable`
 */
export async function* unsealed(path: string, passphrase: string): AsyncGenerator<Buffer> {
  const { head, tag, end } = await edgesOf(path);
  if (!head.subarray(0, mark.length).equals(mark)) {
    throw new VoxboxError('archive_unreadable', `${path} is no archive of a business`);
  }
  const salt = head.subarray(mark.length, mark.length + saltBytes);
  const decipher = createDecipheriv(
    'aes-256-gcm',
    await keyOf(passphrase, salt),
    head.subarray(-nonceBytes),
  ).setAuthTag(tag);
  if (end >= headBytes) {
    for await (const piece of createReadStream(path, { start: headBytes, end })) yield decipher.update(piece);
  }
  try {
    yield decipher.final();
  } catch (cause) {
    throw new VoxboxError('archive_unreadable', `${path}: another passphrase, or the file is damaged`, {
      cause,
    });
  }
}

async function edgesOf(path: string): Promise<{ head: Buffer; tag: Buffer; end: number }> {
  const file = await open(path).catch((cause: unknown) => {
    throw new VoxboxError('archive_unreadable', `${path} cannot be opened`, { cause });
  });
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(headBytes);
    const tag = Buffer.alloc(tagBytes);
    await file.read(head, 0, headBytes, 0);
    await file.read(tag, 0, tagBytes, Math.max(0, size - tagBytes));
    return { head, tag, end: size - tagBytes - 1 };
  } finally {
    await file.close();
  }
}
