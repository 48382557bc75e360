import type { Embed } from './understanding/intents.ts';

const size = 384;

/** Fake: a bag of words hashed into 384 places. It knows no meaning, only shared words. */
export const fakeEmbed: Embed = async (texts) =>
  texts.map((text) => {
    const vector = new Float32Array(size);
    for (const word of text.toLowerCase().match(/[a-z']+/g) ?? []) {
      let hash = 7;
      for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003;
      const place = hash % size;
      vector[place] = (vector[place] ?? 0) + 1;
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
