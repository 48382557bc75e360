import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path';
import type { FastifyReply } from 'fastify';
import { VoxboxError } from '../foundation/index.ts';

/**
 * Sends a recording, whole or the range asked for (RFC 9110 §14). Links are followed before the check, so
 * that neither `..` nor a link leads out of the data directory.
 *
 * @throws VoxboxError `not_found`
 */
export async function sendRecording(
  reply: FastifyReply,
  { dataDir, path }: { readonly dataDir: string; readonly path: string },
): Promise<FastifyReply> {
  const [root, file] = await Promise.all([
    realpath(dataDir),
    realpath(join(dataDir, path)).catch(() => null),
  ]);
  if (file === null) throw new VoxboxError('not_found', 'the recording is not on this box any more');
  const inside = relative(root, file);
  if (inside.startsWith('..') || isAbsolute(inside) || extname(file) !== '.wav') {
    throw new VoxboxError('not_found', 'the recording is not on this box any more');
  }
  // A recording is personal: no cache keeps it beyond the page.
  reply.header('cache-control', 'no-store').type('audio/wav');
  return reply.sendFile(basename(file), dirname(file), { cacheControl: false, dotfiles: 'allow' });
}
