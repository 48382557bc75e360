import { Worker } from 'node:worker_threads';
import { fromErrorShape, VoxboxError } from '../foundation/index.ts';
import { type DocumentFile, documentLimits, type ReadDocument } from './document.ts';
import type { ReadingResult } from './reading-thread.ts';

const watchMs = 100;

/**
 * Reads a document in a thread of its own, with a limit on its time and memory.
 *
 * @throws VoxboxError `document_unreadable`, `document_too_large`, `aborted`
 */
export function readDocument(
  file: DocumentFile,
  {
    signal,
    growthBytes = documentLimits.growthBytes,
  }: { signal?: AbortSignal | undefined; growthBytes?: number } = {},
): Promise<ReadDocument> {
  if (file.bytes.length > documentLimits.bytes) {
    return Promise.reject(new VoxboxError('document_too_large', `${file.name} is larger than 20 MB`));
  }
  if (signal?.aborted) return Promise.reject(new VoxboxError('aborted', 'the document was withdrawn'));
  const thread = new Worker(new URL('./reading-thread.ts', import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: documentLimits.memoryMb },
    // what its packages complain about is nobody's business
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  const tooMuch = `${file.name} takes too much time or memory to read`;
  return new Promise<ReadDocument>((resolve, reject) => {
    const fail = (error: VoxboxError): void => {
      reject(error);
      void thread.terminate();
    };
    const late = setTimeout(
      () => fail(new VoxboxError('document_too_large', tooMuch)),
      documentLimits.readingMs,
    );
    const beforeBytes = process.memoryUsage.rss();
    const watch = setInterval(() => {
      const grown = process.memoryUsage.rss() - beforeBytes;
      if (grown > growthBytes) fail(new VoxboxError('document_too_large', tooMuch));
    }, watchMs);
    const abort = (): void => fail(new VoxboxError('aborted', 'the document was withdrawn'));
    signal?.addEventListener('abort', abort, { once: true });
    thread.once('message', (result: ReadingResult) => {
      if ('read' in result) resolve(result.read);
      else reject(fromErrorShape(result.error));
    });
    thread.once('error', (error) => {
      const full = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      fail(
        full
          ? new VoxboxError('document_too_large', tooMuch, { cause: error })
          : new VoxboxError('document_unreadable', `${file.name}: ${error.message}`, { cause: error }),
      );
    });
    thread.once('exit', () => {
      clearTimeout(late);
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      reject(new VoxboxError('document_unreadable', `${file.name} cannot be read`));
    });
  });
}
