import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { NewPassage, Source, SourceKind, TenantStore } from '../store/index.ts';
import { countWords, type DocumentFile, type DraftPassage, oneLine, type ReadDocument } from './document.ts';
import { passagesOf } from './passages.ts';
import { readDocument } from './reading.ts';
import { sentencesOfPassage } from './sentences.ts';
import { fetchPage, webAddress } from './web-page.ts';

export interface KnowledgeParts {
  readonly store: TenantStore;
  /** Unit-length vectors, 384 dimensions, one for each text. */
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal?: AbortSignal;
  /** Web pages of the house's own network may be read. Off unless the person at the box itself asks. */
  readonly allowPrivate?: boolean;
}

export type SourceInput =
  | { kind: 'file'; name: string; bytes: Uint8Array }
  | { kind: 'address'; url: string }
  | { kind: 'answer'; question: string; answer: string };

export interface IngestProgress {
  stage: 'reading' | 'embedding' | 'saving';
  done: number;
  total: number;
}

/** Another way of reading or splitting is another number: then the same document is indexed again. */
const readingVersion = 3;
const textsAtOnce = 8;
const hashedAtOnceBytes = 1_000_000;
const longest = { name: 200, question: 500, answer: 5_000 } as const;

/**
 * Reads a source, embeds its passages and puts them in the place of those that it had. Until the last moment
 * questions find the old ones; a failure leaves them. A source that has not changed stays as it is.
 *
 * @throws VoxboxError `document_unreadable`, `document_too_large`, `address_refused`, `address_unreachable`,
 *   `input_invalid`, `aborted`; and as the embedding fails
 */
export async function ingest(
  source: SourceInput,
  parts: KnowledgeParts,
  onProgress: (progress: IngestProgress) => void = () => {},
): Promise<Source> {
  const { store, ids } = parts;
  onProgress({ stage: 'reading', done: 0, total: 1 });
  const open = await opened(source, parts);
  const { kind, origin, fingerprint } = open;
  const known = store.sources.findByOrigin(kind, origin);
  if (known?.fingerprint === fingerprint) {
    onProgress({ stage: 'reading', done: 1, total: 1 });
    return settled(source, known, store);
  }
  const { title, words, passages } = await open.read();
  onProgress({ stage: 'reading', done: 1, total: 1 });
  const name = (kind === 'file' ? null : title) ?? open.name;
  const written = await embedded(withContext(passages, title ?? name), parts, onProgress);
  const id = known?.id ?? ids.uuid();
  const edition = store.passages.begin(id);
  try {
    await saved(edition, written, { parts, onProgress });
    if (known && !store.sources.find(known.id))
      throw new VoxboxError('aborted', 'the source was removed meanwhile');
    return settled(
      source,
      store.sources.publish({ id, kind, name, origin, fingerprint, words }, edition),
      store,
    );
  } finally {
    await store.passages.finish(edition);
  }
}

/** It and all its passages. @throws VoxboxError `not_found` */
export async function forget(sourceId: string, { store }: Pick<KnowledgeParts, 'store'>): Promise<void> {
  store.sources.remove(sourceId);
  await store.passages.tidy();
}

/**
 * What the vectors of a passage are made of: the whole, and each of its sentences where they are several. A row is
 * one sentence, without the names of its columns: they stand in every row of the table.
 */
function textsToEmbed({ kind, heading, text }: DraftPassage): string[] {
  const innermost = heading.split(' \u203a ').at(-1) ?? '';
  if (kind === 'row') return [under(heading, text), under(innermost, valuesOf(text))];
  const sentences = sentencesOfPassage({ kind, text });
  // a sentence says little without the headings it stands under
  return [
    under(heading, text),
    ...(sentences.length > 1 ? sentences.map((sentence) => under(heading, sentence)) : []),
  ];
}

/** Of a row, which reads `name: value; name: value`. */
const valuesOf = (row: string): string => row.replace(/(^|[.;] )[^.;:]{1,60}: /gu, '$1');

const under = (heading: string, text: string): string => (heading === '' ? text : `${heading}\n${text}`);

interface Opened {
  readonly kind: SourceKind;
  readonly name: string;
  readonly origin: string;
  readonly fingerprint: string;
  read(): Promise<ReadDocument>;
}

async function opened(source: SourceInput, { signal, allowPrivate }: KnowledgeParts): Promise<Opened> {
  if (source.kind === 'answer') return ownersAnswer(source);
  if (source.kind === 'file') {
    const name = oneLine(source.name).slice(0, longest.name);
    if (name === '') throw new VoxboxError('input_invalid', 'name: a file needs a name');
    return fromFile({ name, bytes: source.bytes }, { kind: 'file', origin: name, signal });
  }
  const origin = webAddress(source.url).href;
  const page = await fetchPage(origin, { allowPrivate, signal });
  return fromFile(page, { kind: 'address', origin, signal });
}

const fromFile = async (
  file: DocumentFile,
  { kind, origin, signal }: { kind: SourceKind; origin: string; signal?: AbortSignal },
): Promise<Opened> => ({
  ...{ kind, origin, name: file.name, fingerprint: await fingerprintOf(file.bytes) },
  read: () => readDocument(file, { signal }),
});

async function ownersAnswer({ question, answer }: SourceInput & { kind: 'answer' }): Promise<Opened> {
  const asked = oneLine(question);
  const text = answer.trim();
  for (const [name, value] of Object.entries({ question: asked, answer: text })) {
    const most = longest[name === 'question' ? 'question' : 'answer'];
    if (value === '' || value.length > most) {
      throw new VoxboxError('input_invalid', `${name}: must have 1 to ${most} characters`);
    }
  }
  const headings = [asked.endsWith('?') ? asked : `${asked}?`];
  const passages = passagesOf([{ kind: 'answer', headings, text }]);
  return {
    ...{
      kind: 'answer',
      name: asked,
      origin: asked.toLowerCase(),
      fingerprint: await fingerprintOf(Buffer.from(`${asked}\n${text}`)),
    },
    read: async () => ({ title: null, words: countWords(text), passages }),
  };
}

/** Some of a large file at a time: calls are signalled on the same loop. */
async function fingerprintOf(content: Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(`${readingVersion}\n`);
  for (let at = 0; at < content.length; at += hashedAtOnceBytes) {
    hash.update(content.subarray(at, at + hashedAtOnceBytes));
    await nextTurn();
  }
  return hash.digest('hex');
}

/** What stands under no heading stands under the document's name. */
function withContext(passages: readonly DraftPassage[], name: string): DraftPassage[] {
  const heading = name.replace(/\.[a-z]{2,5}$/i, '').replace(/[-_]+/g, ' ');
  return passages.map((passage) => (passage.heading === '' ? { ...passage, heading } : passage));
}

async function embedded(
  passages: readonly DraftPassage[],
  { embed, signal }: KnowledgeParts,
  onProgress: (progress: IngestProgress) => void,
): Promise<NewPassage[]> {
  const total = passages.length;
  const done: NewPassage[] = [];
  while (done.length < total) {
    onProgress({ stage: 'embedding', done: done.length, total });
    const batch = passages.slice(done.length, done.length + textsAtOnce);
    const texts = batch.map(textsToEmbed);
    const vectors = await embeddedInTurn(texts.flat(), { embed, signal });
    for (const [i, passage] of batch.entries()) {
      const [vector, ...sentences] = vectors.splice(0, texts[i]?.length);
      if (!vector) throw new VoxboxError('inference_failed', 'a passage was not embedded');
      done.push({ ...passage, vector, sentences });
    }
  }
  onProgress({ stage: 'embedding', done: total, total });
  return done;
}

/** A few at a time: what is asked in a call goes between. */
async function embeddedInTurn(
  texts: readonly string[],
  { embed, signal }: Pick<KnowledgeParts, 'embed' | 'signal'>,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  while (vectors.length < texts.length) {
    if (signal?.aborted) throw new VoxboxError('aborted', 'the document was withdrawn');
    await nextTurn();
    const batch = texts.slice(vectors.length, vectors.length + textsAtOnce);
    const made = await embed(batch);
    if (made.length !== batch.length) {
      throw new VoxboxError('inference_failed', 'a passage was not embedded');
    }
    vectors.push(...made);
  }
  return vectors;
}

async function saved(
  edition: number,
  passages: readonly NewPassage[],
  { parts, onProgress }: { parts: KnowledgeParts; onProgress: (progress: IngestProgress) => void },
): Promise<void> {
  const { store, signal } = parts;
  const total = passages.length;
  for (let done = 0; done < total; done += textsAtOnce) {
    onProgress({ stage: 'saving', done, total });
    await store.passages.write(edition, passages.slice(done, done + textsAtOnce), signal);
  }
  onProgress({ stage: 'saving', done: total, total });
}

/** What waited for this answer waits no longer. */
function settled(input: SourceInput, source: Source, store: TenantStore): Source {
  if (input.kind === 'answer') store.unanswered.answered(input.question, source.id);
  return source;
}
