import type { KnowledgeParts } from './ingest.ts';
import { stemOf } from './words.ts';

const size = 384;

/** Fake: a bag of words hashed into 384 places. It knows no meaning, only shared words. */
export const fakeEmbed: KnowledgeParts['embed'] = async (texts) =>
  texts.map((text) => {
    const vector = new Float32Array(size);
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
      let hash = 7;
      for (const letter of stemOf(word)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
      const place = hash % size;
      vector[place] = (vector[place] ?? 0) + (hash % 2 === 0 ? 1 : -1);
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
