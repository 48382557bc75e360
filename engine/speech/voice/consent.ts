/** The sentence that a speaker reads aloud before their voice may be copied. */
export const consentSentence = (speaker: string, business: string): string =>
  `My name is ${speaker}. I agree that ${business} makes a copy of my voice, and uses it to answer telephone calls.`;

/** Words that must be heard, in this order: without them nothing was agreed to. */
const needed = ['agree', 'copy', 'my', 'voice', 'calls'];
/** Words that turn it into its opposite. */
const denials = /\b(?:not|don't|dont|never|disagree|refuse|no longer|cannot|can't|wont|won't)\b/;
/** Share of the sentence's words that must be heard; the rest may be misheard, names above all. */
const heardShare = 0.7;

export type ConsentTrouble = 'nothing-heard' | 'denied' | 'other-words';

/** Whether what was recognised is the sentence that was to be read; null where it is. */
export function consentTrouble(sentence: string, heard: string): ConsentTrouble | null {
  const said = wordsOf(heard);
  if (said.length === 0) return 'nothing-heard';
  if (denials.test(said.join(' '))) return 'denied';
  const wanted = wordsOf(sentence);
  const isComplete = commonWords(needed, said) === needed.length;
  // Much more than the sentence may say something else beside it.
  const isClose =
    commonWords(wanted, said) >= wanted.length * heardShare && said.length <= wanted.length * 1.5;
  return isComplete && isClose ? null : 'other-words';
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .split(' ')
    .filter(Boolean);

/** Length of the longest sequence of words that both have in the same order. */
function commonWords(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const word of one) {
    const next = [0];
    for (const [i, said] of other.entries()) {
      next.push(word === said ? (row[i] ?? 0) + 1 : Math.max(row[i + 1] ?? 0, next[i] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
