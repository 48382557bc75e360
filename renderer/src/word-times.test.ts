import { describe, expect, it } from 'vitest';
import { chosenTexts, type Span, type TimedWord, wordTimes } from './word-times.ts';

const begins = (words: readonly TimedWord[]) => words.map(({ fromMs }) => Math.round(fromMs));

describe('words of a turn', () => {
  const text = 'A longer word.';

  it('share its time by their length, without a gap, where nothing is heard', () => {
    const words = wordTimes(text, { fromMs: 1000, toMs: 2800 });
    expect(words.map(({ from, to }) => text.slice(from, to))).toEqual(['A', 'longer', 'word.']);
    expect(begins(words)).toEqual([1000, 1212, 1953]);
    expect(words.at(-1)?.toMs).toBeCloseTo(2800);
    expect(wordTimes('Yes', { fromMs: 5, toMs: 4 })).toEqual([{ from: 0, to: 3, fromMs: 5, toMs: 5 }]);
    expect(wordTimes('', { fromMs: 0, toMs: 9 })).toEqual([]);
  });

  it('lie where their side is heard, with the pauses between them', () => {
    const voiced = [
      { fromMs: 200, toMs: 700 },
      { fromMs: 1200, toMs: 2500 },
      { fromMs: 4000, toMs: 5300 },
      { fromMs: 9000, toMs: 9900 },
    ];
    const words = wordTimes('I need a cleaning. On Tuesday at ten.', { fromMs: 1250, toMs: 5200 }, voiced);
    expect([begins(words)[0], begins(words)[4]]).toEqual([1200, 4000]);
    expect(words[3]?.toMs).toBeCloseTo(2500);
    expect(words.at(-1)?.toMs).toBeCloseTo(5300);
  });

  it('are parted at a mark before elsewhere, and not where only lips close', () => {
    const parted = [
      { fromMs: 0, toMs: 900 },
      { fromMs: 1600, toMs: 2500 },
    ];
    const at = (said: string) => wordTimes(said, { fromMs: 0, toMs: 2500 }, parted);
    expect(at('Yes sure, I would like that.')[2]?.fromMs).toBe(1600);
    expect(at('Yes sure I, would like that.')[3]?.fromMs).toBe(1600);
    const closed = [
      { fromMs: 0, toMs: 500 },
      { fromMs: 640, toMs: 1100 },
    ];
    expect(wordTimes('Appointment', { fromMs: 0, toMs: 1100 }, closed)).toMatchObject([
      { fromMs: 0, toMs: 1100 },
    ]);
  });

  it('are given the turn as it stands where most of it is not in the recording', () => {
    const said = 'All of this was said while the recording stood still.';
    const heard = [{ fromMs: 0, toMs: 200 }];
    expect(wordTimes(said, { fromMs: 0, toMs: 4000 }, heard)).toEqual(
      wordTimes(said, { fromMs: 0, toMs: 4000 }),
    );
  });

  it('are found in a long turn with pauses anywhere, most of them within 200 ms', () => {
    const { text: said, turn, voiced, truth } = spoken(seeded(3), 60);
    const off = wordTimes(said, turn, voiced).map(({ fromMs }, i) => Math.abs(fromMs - (truth[i] ?? 0)));
    const byLength = wordTimes(said, turn).map(({ fromMs }, i) => Math.abs(fromMs - (truth[i] ?? 0)));
    const well = (errors: readonly number[]) => errors.filter((error) => error <= 200).length / errors.length;
    expect(well(byLength)).toBeLessThan(0.5);
    expect(well(off)).toBeGreaterThan(0.85);
  });
});

describe('words that are chosen', () => {
  it('are one piece where they stand side by side', () => {
    expect(chosenTexts('A longer word.', new Set([0, 1]))).toEqual(['A longer']);
    expect(chosenTexts('A longer word.', new Set([0, 2]))).toEqual(['A', 'word.']);
  });
});

/** The same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Synthetic: words of any length, each said up to a quarter faster or slower than its length; one in six closes before a pause. */
function spoken(random: () => number, count: number) {
  const words: string[] = [];
  const truth: number[] = [];
  const voiced: Span[] = [];
  let atMs = 5000;
  let sinceMs = atMs;
  for (let i = 0; i < count; i++) {
    const letters = 1 + Math.floor(random() * 8);
    const pauses = i === count - 1 || random() < 1 / 6;
    // A pause comes at a mark, which draws the word out, or where somebody thinks.
    const closes = pauses && random() < 0.7;
    words.push('x'.repeat(letters) + (closes ? '.' : ''));
    truth.push(atMs);
    atMs += (letters + (closes ? 4 : 1)) * 60 * (0.75 + random() * 0.5);
    if (!pauses) continue;
    voiced.push({ fromMs: sinceMs, toMs: atMs });
    atMs += 300 + random() * 1200;
    sinceMs = atMs;
  }
  return { text: words.join(' '), turn: { fromMs: 5000, toMs: voiced.at(-1)?.toMs ?? 0 }, voiced, truth };
}
