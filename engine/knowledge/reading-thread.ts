import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorShape, toErrorShape } from '../foundation/index.ts';
import type { DocumentFile, ReadDocument } from './document.ts';
import { readFile } from './formats/index.ts';

export type ReadingResult = { readonly read: ReadDocument } | { readonly error: ErrorShape };

/** A thread of its own for one document: a large one takes seconds, a bad one is ended with its thread. */
async function answer(): Promise<ReadingResult> {
  try {
    return { read: await readFile(workerData as DocumentFile) };
  } catch (error) {
    // Readers fail in their own ways, and all of them mean the same.
    return { error: toErrorShape(error, 'document_unreadable') };
  }
}

parentPort?.postMessage(await answer());
