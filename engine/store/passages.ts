import { setImmediate as nextTurn } from 'node:timers/promises';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';

/** Prose of a document, a row of a table with its headings, or the answer to the question in its heading. */
export type PassageKind = 'prose' | 'row' | 'answer';

export interface Passage {
  readonly id: number;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly kind: PassageKind;
  /** Headings that it stands under, the outermost first, with › between; may be empty. */
  readonly heading: string;
  readonly text: string;
}

export interface NewPassage extends Pick<Passage, 'kind' | 'heading' | 'text'> {
  /** Unit length, 384 dimensions. */
  readonly vector: Float32Array;
  /** The same of each of its sentences, in order, or of a row's values; none where it is one sentence. */
  readonly sentences: readonly Float32Array[];
}

/** How near a vector is to a passage. */
export interface Nearness {
  readonly id: number;
  readonly cosine: number;
  /** To each of its sentences, in order, or to a row's values; to the passage itself where it is one sentence. */
  readonly sentences: readonly number[];
}

export interface Passages {
  /** Begins a set of passages that nobody finds until a source is published with it. */
  begin(sourceId: string): number;
  /** Appended in order, a few at a time so that calls are not held up. @throws `aborted` by the signal */
  write(edition: number, passages: readonly NewPassage[], signal?: AbortSignal): Promise<void>;
  /** The edition was published, or is given up: what no source names goes. */
  finish(edition: number): Promise<void>;
  /** Takes what no source names any more, and nobody is writing. */
  tidy(): Promise<void>;
  /** Of one source, in the document's order. */
  ofSource(sourceId: string): Passage[];
  get(ids: readonly number[]): Passage[];
  /** Nearest by meaning, best first, with their cosine. */
  nearest(vector: Float32Array, limit: number): { id: number; cosine: number }[];
  nearnessTo(vector: Float32Array, ids: readonly number[]): Nearness[];
  /** Best by words, best first; any of them may occur. */
  byWords(words: readonly string[], limit: number): { id: number; rank: number }[];
  /** How many passages hold a word in whatever ending, unpublished ones too; counted no further than `most`. */
  holding(word: string, most: number): number;
  /** How many passages can be found. */
  count(): number;
}

export interface PassageRows extends Passages {
  countOf(edition: number): number;
}

const dimensions = 384;
/** How many are compared exactly after the search by bits. */
const candidates = 128;
/** Counting a word takes about as long as finding it. */
const countsKept = 10_000;
/** What one transaction writes or deletes: a few milliseconds. */
const rowsAtOnce = 2;

const columns = `passages.id, sources.id as sourceId, sources.name as sourceName, passages.kind, heading, text`;
const visible = 'edition in (select edition from sources)';

export function passageRows(database: Database): PassageRows {
  const counts = new Map<string, number>();
  const search = searches(database, counts);
  const writing = new Set<number>();
  const begin = database.prepare<{ id: number }>('insert into editions (source_id) values (?) returning id');
  const insert = database.prepare<{ id: number }>(
    `insert into passages (edition, position, kind, heading, text)
     values (:edition, (select count(*) from passages where edition = :edition), :kind, :heading, :text)
     returning id`,
  );
  const insertCode = database.prepare(
    'insert into passage_codes (passage_id, edition, code) values (?, ?, ?)',
  );
  const insertVector = database.prepare('insert into passage_vectors (passage_id, vector) values (?, ?)');
  const insertSentences = database.prepare(
    'insert into sentence_vectors (passage_id, vectors) values (?, ?)',
  );
  const countOf = database.prepare<{ count: number }>(
    'select count(*) as count from passages where edition = ?',
  );
  const orphans = database.prepare<{ id: number }>(
    'select id from editions where id not in (select edition from sources)',
  );
  const removeSome = database.prepare(
    'delete from passages where id in (select id from passages where edition = ? limit ?)',
  );
  const removeEdition = database.prepare('delete from editions where id = ?');
  const tidy = async (): Promise<void> => {
    for (const { id } of orphans.all()) {
      if (writing.has(id)) continue;
      while (removeSome.run(id, rowsAtOnce) > 0) await nextTurn();
      removeEdition.run(id);
      counts.clear();
    }
  };
  return {
    ...search,
    begin(sourceId) {
      const id = begin.get(sourceId)?.id ?? 0;
      writing.add(id);
      return id;
    },
    async write(edition, passages, signal) {
      for (let at = 0; at < passages.length; at += rowsAtOnce) {
        await nextTurn();
        if (signal?.aborted) throw new VoxboxError('aborted', 'the document was withdrawn');
        counts.clear();
        database.transaction(() => {
          for (const { vector, sentences, ...passage } of passages.slice(at, at + rowsAtOnce)) {
            const id = insert.get({ edition, ...passage })?.id;
            insertCode.run(id, edition, bitsOf(vector));
            insertVector.run(id, bytesOf(vector));
            if (sentences.length > 0) insertSentences.run(id, Buffer.concat(sentences.map(bytesOf)));
          }
        });
      }
    },
    async finish(edition) {
      writing.delete(edition);
      await tidy();
    },
    tidy,
    countOf: (edition) => countOf.get(edition)?.count ?? 0,
  };
}

function searches(database: Database, counts: Map<string, number>) {
  const ofSource = database.prepare<Passage>(
    `select ${columns} from passages join sources using (edition) where sources.id = ? order by position`,
  );
  const get = database.prepare<Passage>(
    `select ${columns} from json_each(?) as wanted cross join passages on passages.id = wanted.value
       join sources using (edition) order by wanted.key`,
  );
  const near = database.prepare<{ id: number; vector: Buffer }>(
    `with near as materialized (
       select passage_id from passage_codes where ${visible}
       order by vec_distance_hamming(vec_bit(code), vec_bit(?)) limit ?)
     select passage_id as id, vector from near cross join passage_vectors using (passage_id)`,
  );
  // Looking every match up in its table would take longer than the search: the best are, twice as many as
  // wanted, as a source that is being replaced is there twice.
  const byWords = database.prepare<{ id: number; rank: number }>(
    `with best as materialized (
       select rowid as id, rank from passage_words
       where passage_words match ? and rank match 'bm25(2.0, 1.0)' order by rank limit ?)
     select best.id, best.rank from best cross join passages on passages.id = best.id
     where ${visible} order by best.rank limit ?`,
  );
  const nearness = database.prepare<{ id: number; vector: Buffer; sentences: Buffer | null }>(
    `select passage_id as id, vector, vectors as sentences from json_each(?) as wanted
       cross join passage_vectors on passage_id = wanted.value left join sentence_vectors using (passage_id)`,
  );
  const holding = database.prepare<{ count: number }>(
    `select count(*) as count from (select 1 from passage_words where passage_words match ? limit ?)`,
  );
  const count = database.prepare<{ count: number }>('select sum(passages) as count from sources');
  return {
    ofSource: (sourceId: string) => ofSource.all(sourceId),
    get: (ids: readonly number[]) => get.all(JSON.stringify(ids)),
    nearest: (vector: Float32Array, limit: number) =>
      near
        .all(bitsOf(vector), Math.max(candidates, limit))
        .map((row) => ({ id: row.id, cosine: cosine(vector, row.vector, 0) }))
        .sort((one, other) => other.cosine - one.cosine || one.id - other.id)
        .slice(0, limit),
    nearnessTo: (vector: Float32Array, ids: readonly number[]): Nearness[] =>
      nearness.all(JSON.stringify(ids)).map((row) => {
        const whole = cosine(vector, row.vector, 0);
        const { length } = row.sentences ?? [];
        const sentences = Array.from({ length: length / dimensions }, (_, i) =>
          cosine(vector, row.sentences ?? row.vector, i * dimensions),
        );
        return { id: row.id, cosine: whole, sentences: sentences.length === 0 ? [whole] : sentences };
      }),
    byWords: (words: readonly string[], limit: number) =>
      words.length === 0 ? [] : byWords.all(words.map(quoted).join(' OR '), 2 * limit, limit),
    holding(word: string, most: number): number {
      const key = `${most} ${word}`;
      const known = counts.get(key);
      if (known !== undefined) return known;
      const count = holding.get(quoted(word), most)?.count ?? 0;
      if (counts.size >= countsKept) counts.clear();
      counts.set(key, count);
      return count;
    },
    count: () => count.get()?.count ?? 0,
  };
}

/** A word as FTS5 takes it, whatever is in it. */
const quoted = (word: string): string => `"${word.replaceAll('"', '""')}"`;

/** One bit a dimension: whether it is above zero. */
function bitsOf(vector: Float32Array): Buffer {
  const bits = Buffer.alloc(48);
  for (const [i, value] of vector.entries()) {
    if (value > 0) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return bits;
}

/** One signed byte a dimension; the largest becomes 127. */
function bytesOf(vector: Float32Array): Buffer {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return Buffer.from(Int8Array.from(vector, (value) => Math.round((value / largest) * 127)).buffer);
}

/** Of a unit vector and the one that is stored at a place. */
function cosine(vector: Float32Array, stored: Buffer, at: number): number {
  const bytes = new Int8Array(stored.buffer, stored.byteOffset + at, dimensions);
  let dot = 0;
  let square = 0;
  for (let i = 0; i < dimensions; i += 1) {
    const value = bytes[i] ?? 0;
    dot += (vector[i] ?? 0) * value;
    square += value * value;
  }
  return square === 0 ? 0 : dot / Math.sqrt(square);
}
