import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadConfig, silentLog, systemClock, systemIds } from '../../../engine/foundation/index.ts';
import { type InferenceHost, startInference } from '../../../engine/inference/index.ts';
import { ingest, type KnowledgeParts } from '../../../engine/knowledge/index.ts';
import { type Box, openBox } from '../../../engine/store/index.ts';
import { repositoryRoot } from '../../caller/engine-process.ts';

export interface Question {
  readonly question: string;
  /** Path from the root of the repository. */
  readonly document: string;
  /** What the right passage of it holds. */
  readonly phrase: string;
}

interface QuestionSet {
  readonly answerable: readonly Question[];
  /** Nothing in the documents answers them. */
  readonly unanswerable: readonly string[];
}

/** Those that weights and tables are made by, and those that are only ever measured. */
export type SetName = 'questions' | 'held-out';

export function questionSet(name: SetName): QuestionSet {
  const path = join(repositoryRoot, 'test', 'evals', 'retrieval', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as QuestionSet;
}

export interface Library extends Pick<KnowledgeParts, 'store' | 'embed' | 'clock' | 'ids'> {
  readonly box: Box;
  /** Path of the document that a source was made from. */
  documentOf(sourceName: string): string | null;
  /** Another business, that knows this one document only. Closed with the library. */
  withOnly(document: string): Promise<Library>;
  close(): Promise<void>;
}

/** A business of its own that knows every document which the questions are about, with the real model. */
export async function openLibrary(): Promise<Library> {
  const inference = await startInference({
    modelsDir: loadConfig().modelsDir,
    log: silentLog,
    uses: ['embedding'],
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-knowledge-'));
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  const close = async (): Promise<void> => {
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
    await inference.stop();
  };
  try {
    const open = async (documents: readonly string[], name: string): Promise<Library> => {
      const { id } = box.tenants.create({ name, timeZone: 'UTC' });
      const parts = {
        store: box.tenant(id),
        embed: embedWith(inference),
        clock: systemClock,
        ids: systemIds,
      };
      for (const document of documents) {
        const bytes = readFileSync(join(repositoryRoot, document));
        await ingest({ kind: 'file', name: basename(document), bytes }, parts);
      }
      const documentOf = (source: string) => documents.find((one) => basename(one) === source) ?? null;
      return {
        ...parts,
        box,
        documentOf,
        close,
        withOnly: (document) => open([document], basename(document)),
      };
    };
    return await open(
      [...new Set(questionSet('questions').answerable.map(({ document }) => document))],
      'Reader',
    );
  } catch (error) {
    await close();
    throw error;
  }
}

export const embedWith =
  (inference: InferenceHost): KnowledgeParts['embed'] =>
  (texts) =>
    inference.embed(texts, { priority: 'live', timeoutMs: 60_000 });
