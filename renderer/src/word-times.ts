/** A word of a turn, and where it is in the recording. */
export interface TimedWord {
  /** Characters of the text. */
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Words of a turn along its stretch of time. The record knows when a turn begins and ends, not each word: a word gets a
 * share of the time by its length, which follows speech well enough to read along.
 */
export function wordTimes(
  text: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly TimedWord[] {
  const words = [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({
    from: index,
    to: index + word.length,
  }));
  const letters = words.reduce((sum, { from, to }) => sum + weight(to - from), 0);
  const perLetterMs = letters === 0 ? 0 : Math.max(0, toMs - fromMs) / letters;
  let atMs = fromMs;
  return words.map(({ from, to }) => {
    const startMs = atMs;
    atMs += weight(to - from) * perLetterMs;
    return { from, to, fromMs: startMs, toMs: atMs };
  });
}

/** Between two words a little time goes by as well. */
const weight = (letters: number): number => letters + 1;

/** Chosen words that follow each other are one piece of the text. */
export function chosenTexts(
  text: string,
  words: readonly Pick<TimedWord, 'from' | 'to'>[],
  chosen: ReadonlySet<number>,
): readonly string[] {
  const pieces: { from: number; to: number }[] = [];
  for (const [i, word] of words.entries()) {
    if (!chosen.has(i)) continue;
    const last = pieces.at(-1);
    if (last && chosen.has(i - 1)) last.to = word.to;
    else pieces.push({ from: word.from, to: word.to });
  }
  return pieces.map(({ from, to }) => text.slice(from, to));
}
