import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** No answer, no connection, or a stall: the hub as a whole is taken for unreachable. */
export class HubUnreachable extends Error {}

/** The connection was lost although bytes had come: what arrived is kept for the next attempt. */
export class HubInterrupted extends Error {}

/** Time until the first answer of the hub. */
const connectTimeoutMs = 5_000;
/** Time without a byte after which a running download counts as broken off. */
const stallTimeoutMs = 20_000;

/**
 * Fetches `url` into `target`, going on where an earlier attempt stopped (RFC 9110 §14.2, Range).
 *
 * @param onBytes told the total number of bytes that are in `target`
 */
export async function download(options: {
  readonly url: string;
  readonly target: string;
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const have = (await stat(options.target).catch(() => null))?.size ?? 0;
  const timeout = new AbortController();
  let timer = setTimeout(() => timeout.abort(), connectTimeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    const response = await fetch(options.url, {
      signal,
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
    }).catch((cause) => {
      options.signal?.throwIfAborted();
      throw new HubUnreachable(`no answer from ${new URL(options.url).host}`, { cause });
    });
    if (response.status === 416) {
      // what lies here is longer than the file: start over
      await response.body?.cancel();
      await rm(options.target, { force: true });
      throw new Error('the partial file did not fit');
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    const resumed = response.status === 206;
    let bytes = resumed ? have : 0;
    const counted = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const piece of source) {
        clearTimeout(timer);
        timer = setTimeout(() => timeout.abort(), stallTimeoutMs);
        bytes += piece.byteLength;
        options.onBytes(bytes);
        yield piece;
      }
    };
    const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream<Uint8Array>);
    await pipeline(body, counted, createWriteStream(options.target, { flags: resumed ? 'a' : 'w' }), {
      signal,
    }).catch((cause) => {
      options.signal?.throwIfAborted();
      if ((cause as NodeJS.ErrnoException)?.code === 'ENOSPC') throw cause;
      throw new HubInterrupted('the download broke off', { cause });
    });
  } finally {
    clearTimeout(timer);
  }
}
