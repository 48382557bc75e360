import type { DraftPassage } from './document.ts';

/** A full stop after these ends no sentence. */
const abbreviations =
  /(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Ave|Rd|Blvd|No|Nos|Inc|Ltd|Co|vs|approx|Jr|Sr|e\.g|i\.e|a\.m|p\.m|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)|\b\p{Lu})\.\s*$/u;

const longestWords = 120;

/** Sentences of a text in order, without the space between them; nothing is left out. */
export function sentencesOf(text: string): string[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  return text
    .split('\n')
    .flatMap((line) => {
      const sentences: string[] = [];
      let open = '';
      for (const { segment } of segmenter.segment(line)) {
        open += segment;
        if (abbreviations.test(open) && /\.\s*$/.test(segment)) continue;
        sentences.push(open);
        open = '';
      }
      return [...sentences, open];
    })
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/**
 * What can be said of a passage by itself. The vectors are stored in this order: another way of splitting is
 * another `readingVersion`.
 */
export const sentencesOfPassage = ({ kind, text }: Pick<DraftPassage, 'kind' | 'text'>): string[] =>
  kind === 'row' ? [text] : sentencesOf(text);

/** A sentence too long for a passage, in pieces that end at a pause where there is one. */
export function piecesOf(sentence: string): string[] {
  const words = sentence.split(/\s+/u);
  const pieces: string[] = [];
  for (let from = 0; from < words.length; ) {
    let to = Math.min(words.length, from + longestWords);
    if (to < words.length) {
      const pause = words.slice(from, to).findLastIndex((word) => /[;:,)\u2013\u2014]$/u.test(word));
      if (pause >= longestWords / 2) to = from + pause + 1;
    }
    pieces.push(words.slice(from, to).join(' '));
    from = to;
  }
  return pieces;
}
