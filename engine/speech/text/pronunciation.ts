import type { Pronunciation } from '../../store/index.ts';

/**
 * Makes the function that writes words the way a tenant's dictionary says them. Whole words, whatever their
 * case; the longest entry first ("Dr. Lee-Park" before "Lee"), the earlier one among equals. The text is read
 * once, so that what an entry puts in is never changed by another one.
 */
export function createPronouncer(entries: readonly Pronunciation[]): (text: string) => string {
  const known = entries
    .map(({ word, spoken }) => ({ word: word.normalize('NFC').trim(), spoken: spoken.trim() }))
    .filter(({ word }) => /[\p{L}\p{N}]/u.test(word))
    .sort((a, b) => b.word.length - a.word.length);
  if (known.length === 0) return (text) => text;
  // A group for each entry: lower case alone does not tell which one has matched (ſ and s, for example).
  const words = known.map(({ word }) => `(${patternOf(word)})`).join('|');
  const pattern = new RegExp(`${before}(?:${words})${after}`, 'giu');
  return (text) =>
    text.normalize('NFC').replace(pattern, (whole, ...groups: (string | number | undefined)[]) => {
      const entry = known[groups.findIndex((group) => group !== undefined)];
      return entry ? entry.spoken : whole;
    });
}

const letter = '[\\p{L}\\p{M}\\p{N}]';
/** Inside a word an apostrophe belongs to it ("don't"), except before the s of a possessive ("Siobhan's"). */
const before = `(?<!${letter})(?<!${letter}['’])`;
const after = `(?!${letter})(?!['’](?!s(?!${letter}))${letter})`;

const patternOf = (word: string): string =>
  word
    .split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/['’]/g, "['’]"))
    .join('\\s+');
