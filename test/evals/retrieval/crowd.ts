import { sentencesOfPassage } from '../../../engine/knowledge/sentences.ts';
import type { NewPassage } from '../../../engine/store/index.ts';
import type { Library } from './set.ts';

const atOnce = 100;

/**
 * Fills the library up with passages that are like those of its documents: sentences of several of them mixed, and
 * vectors near theirs. Real ones would take a quarter of an hour to embed.
 */
export async function crowd(library: Library, total: number): Promise<void> {
  const { store, embed, ids } = library;
  const real = store.sources.list().flatMap(({ id }) => store.passages.ofSource(id));
  const sentences = real.flatMap(({ text }) => text.split(/(?<=[.!?])\s+/u));
  const vectors: Float32Array[] = [];
  for (let at = 0; at < real.length; at += atOnce / 5) {
    const batch = real.slice(at, at + atOnce / 5);
    vectors.push(...(await embed(batch.map(({ heading, text }) => `${heading} ${text}`.slice(0, 200)))));
  }
  const random = generator(7);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const id = ids.uuid();
  const edition = store.passages.begin(id);
  for (let made = real.length; made < total; made += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, total - made) }, (): NewPassage => {
      const words: string[] = [];
      while (words.length < 80) words.push(...(pick(sentences) ?? 'word').split(' '));
      const vector = near(pick(vectors) ?? new Float32Array(384).fill(1), random);
      const text = words.slice(0, 110).join(' ');
      return {
        kind: 'prose',
        heading: pick(real)?.heading ?? '',
        text,
        vector,
        sentences: sentencesOfPassage({ kind: 'prose', text }).map(() => near(vector, random)),
      };
    });
    await store.passages.write(edition, batch);
  }
  const name = 'crowd.txt';
  store.sources.publish({ id, kind: 'file', name, origin: name, fingerprint: name, words: 0 }, edition);
  await store.passages.finish(edition);
}

/** Another unit vector, with a cosine of about 0.7. */
function near(vector: Float32Array, random: () => number): Float32Array {
  const moved = vector.map((value) => value + (random() + random() + random() - 1.5) * 0.1);
  const length = Math.hypot(...moved) || 1;
  return moved.map((value) => value / length);
}

/** Mulberry32: the same passages at every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
