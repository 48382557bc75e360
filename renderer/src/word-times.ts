/** A stretch of a recording. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A word of a turn, and where it is in the recording. */
export interface TimedWord extends Span {
  /** Characters of the text. */
  readonly from: number;
  readonly to: number;
}

interface Word extends Pick<TimedWord, 'from' | 'to'> {
  /** How long it takes to say, beside others. */
  readonly weight: number;
  /** A mark follows, at which people pause. */
  readonly closes: boolean;
}

/** Words that are said without a pause, and those before them. */
interface Run extends Span {
  readonly first: number;
  readonly end: number;
  readonly before: Run | null;
}

interface Laid {
  readonly cost: number;
  readonly last: Run | null;
}

/** A figure is read as a word. */
const figureLetters = 5;
/** The last sound before a mark is drawn out. */
const closingLetters = 3;
/** The record knows a turn's beginning and end so well. */
const slackMs = 250;
/** Nobody speaks faster: the rest of the turn is not in the recording. */
const leastMsALetter = 25;
/** What makes one way to lay the words worse than another. They were found by `npm run bench -- --only word-times`. */
const costs = {
  /** Words that take longer or shorter than what they are laid on: milliseconds of both, by the square of what is off. */
  misfitMs: 60,
  pauseAtMark: -3,
  pauseElsewhere: 3,
  /** A pause within a run of words, by its square: so long is as bad as a third of `pauseElsewhere`. */
  pauseInsideMs: 200,
  longestInsideMs: 500,
  /** A sound without words, by its length. */
  wordlessAMs: 0.05,
};

/**
 * Words of a turn along the stretches in which its side of the recording is heard: each run of words lies on one, or on
 * some that short gaps part, so that pauses fall between words, at marks before elsewhere. Within a run a word has a share
 * of the time by its length; so it has of the whole turn where nothing is heard.
 */
export function wordTimes(text: string, turn: Span, voiced: readonly Span[] = []): readonly TimedWord[] {
  const words = wordsOf(text);
  const heard = voiced
    .filter(({ fromMs, toMs }) => fromMs < turn.toMs && toMs > turn.fromMs)
    .map(({ fromMs, toMs }) => ({
      fromMs: Math.max(fromMs, turn.fromMs - slackMs),
      toMs: Math.min(toMs, turn.toMs + slackMs),
    }));
  const runs: Run[] = [];
  for (let run = lastRun(words, heard); run; run = run.before) runs.unshift(run);
  if (runs.length === 0) return shared(words, turn);
  return runs.flatMap((run) => shared(words.slice(run.first, run.end), run));
}

/** The best way to lay all words on what is heard; null where they are not in it. */
function lastRun(words: readonly Word[], heard: readonly Span[]): Run | null {
  const letters = [0];
  for (const { weight } of words) letters.push((letters.at(-1) ?? 0) + weight);
  const allLetters = letters.at(-1) ?? 0;
  const msALetter = heard.reduce((sum, span) => sum + lengthOf(span), 0) / allLetters;
  if (!(msALetter >= leastMsALetter)) return null;

  const unlaid: Laid = { cost: Number.POSITIVE_INFINITY, last: null };
  /** By stretches and words that are done with. */
  const done: Laid[][] = [words.map(() => unlaid)];
  done[0]?.unshift({ cost: 0, last: null });
  for (const [i, { toMs }] of heard.entries()) {
    const wordless = costs.wordlessAMs * lengthOf(heard[i] ?? { fromMs: 0, toMs: 0 });
    const now = (done[i] ?? []).map(({ cost, last }) => ({ cost: cost + wordless, last }));
    for (const { fromMs, stretches, cost } of joined(heard, i)) {
      const span = { fromMs, toMs };
      for (const [first, before] of (done[i + 1 - stretches] ?? []).entries()) {
        if (before.cost === Number.POSITIVE_INFINITY) continue;
        for (let end = first + 1; end <= words.length; end++) {
          const saidMs = ((letters[end] ?? 0) - (letters[first] ?? 0)) * msALetter;
          const all = before.cost + cost + misfit(saidMs, lengthOf(span)) + pauseAfter(words, end);
          if (all < (now[end]?.cost ?? 0))
            now[end] = { cost: all, last: { ...span, first, end, before: before.last } };
          // It only gets worse.
          if (saidMs > 2 * lengthOf(span) + 1000) break;
        }
      }
    }
    done.push(now);
  }
  return done.at(-1)?.at(-1)?.last ?? null;
}

/** Stretches that end with the one at `last` and may be one: alone, with the one before it, and so on. */
function* joined(heard: readonly Span[], last: number) {
  let cost = 0;
  for (let i = last; i >= 0; i--) {
    const { fromMs = 0, toMs = 0 } = heard[i] ?? {};
    const gapMs = i === last ? 0 : (heard[i + 1]?.fromMs ?? 0) - toMs;
    if (gapMs > costs.longestInsideMs) return;
    cost += (gapMs / costs.pauseInsideMs) ** 2;
    yield { fromMs, stretches: last - i + 1, cost };
  }
}

const misfit = (saidMs: number, heardMs: number): number =>
  (saidMs - heardMs) ** 2 / (costs.misfitMs * (saidMs + heardMs));

function pauseAfter(words: readonly Word[], end: number): number {
  if (end === words.length) return 0;
  return words[end - 1]?.closes ? costs.pauseAtMark : costs.pauseElsewhere;
}

function shared(words: readonly Word[], span: Span): readonly TimedWord[] {
  const letters = words.reduce((sum, { weight }) => sum + weight, 0);
  const msALetter = letters === 0 ? 0 : lengthOf(span) / letters;
  let atMs = span.fromMs;
  return words.map(({ from, to, weight }) => {
    const fromMs = atMs;
    atMs += weight * msALetter;
    return { from, to, fromMs, toMs: atMs };
  });
}

const lengthOf = ({ fromMs, toMs }: Span): number => Math.max(0, toMs - fromMs);

function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => {
    const closes = /[.,;:!?…]["'”’)]*$/.test(word);
    const letters = word.match(/\p{L}/gu)?.length ?? 0;
    const figures = word.match(/\p{N}/gu)?.length ?? 0;
    // Between two words a little time goes by as well.
    const weight = letters + figures * figureLetters + (closes ? closingLetters : 0) + 1;
    return { from: index, to: index + word.length, weight, closes };
  });
}

/** Chosen words that follow each other are one piece of the text. */
export function chosenTexts(text: string, chosen: ReadonlySet<number>): readonly string[] {
  const pieces: { from: number; to: number }[] = [];
  for (const [i, { from, to }] of wordsOf(text).entries()) {
    if (!chosen.has(i)) continue;
    const last = pieces.at(-1);
    if (last && chosen.has(i - 1)) last.to = to;
    else pieces.push({ from, to });
  }
  return pieces.map(({ from, to }) => text.slice(from, to));
}
