import type { GrammarState } from './grammar.ts';

/** A text of the grammar, and how well it fits to what was heard. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  /** Natural logarithm of its probability by the sound alone, its end included. */
  readonly logProbability: number;
  /** The same with what the grammar adds: how common a name is. */
  readonly score: number;
}

/** What comes next behind one text. */
export interface NextTokens {
  /** Natural logarithm of a token's probability. */
  readonly of: (token: number) => number;
  /** The most probable one. */
  readonly best: number;
}

/**
 * One step of a decoder for several texts at once.
 *
 * @param from which of the texts of the last step each goes on with; [-1] at the start
 * @param tokens the last token of each
 * @returns what comes next, for each text
 */
export type BatchStep = (
  from: readonly number[],
  tokens: readonly number[],
) => Promise<readonly NextTokens[]>;

interface Beam extends Hypothesis {
  readonly state: GrammarState;
}

interface Grown {
  readonly i: number;
  readonly token: number;
  readonly state: GrammarState;
  readonly score: number;
  readonly logProbability: number;
}

const grownBy = (
  { tokens, logProbability, score }: Hypothesis,
  gained: number,
  bonus: number,
): Hypothesis => ({
  ...{ tokens, logProbability: logProbability + gained, score: score + gained + bonus },
});

/** So many texts are followed side by side, and those that are less probable than the best by more are not. */
const early = { width: 10, within: 12 } as const;
/** From this token on much is known: a long number or a spelt name would take seconds with as many. */
const lateFrom = 8;
const late = { width: 6, within: 10 } as const;
/** A finished text ends the search for all that are less probable by more than this. */
const worthFinishing = 3;

/** The texts of a grammar that fit best, the best first (beam search, Lowerre 1976). */
export async function searchBeam(
  step: BatchStep,
  {
    grammar,
    start,
    end,
    least = 0,
    limit,
    signal,
  }: {
    readonly grammar: GrammarState;
    /** Tokens before the first and after the last. */
    readonly start: number;
    readonly end: number;
    /** Fewest and most tokens that a text may have. */
    readonly least?: number;
    readonly limit: number;
    readonly signal: AbortSignal;
  },
): Promise<readonly Hypothesis[]> {
  const found: Hypothesis[] = [];
  let beams: readonly Beam[] = [{ tokens: [], logProbability: 0, score: 0, state: grammar }];
  let from: readonly number[] = [-1];
  for (let length = 0; length <= limit && beams.length > 0; length += 1) {
    signal.throwIfAborted();
    const next = await step(
      from,
      beams.map(({ tokens }) => tokens.at(-1) ?? start),
    );
    const { width, within } = length < lateFrom ? early : late;
    const grown: Grown[] = [];
    let best = Number.NEGATIVE_INFINITY;
    for (const [i, beam] of beams.entries()) {
      const after = next[i];
      if (!after) continue;
      const { steps, free, end: endBonus } = beam.state.arcs();
      if (endBonus !== null && length >= least) found.push(grownBy(beam, after.of(end), endBonus));
      const freely = free && after.best !== end ? [{ token: after.best, state: free, bonus: 0 }] : [];
      for (const { token, state, bonus } of [...freely, ...steps]) {
        const gained = after.of(token);
        const score = beam.score + gained + bonus;
        best = Math.max(best, score);
        // most of thousands of names begin otherwise than what was heard
        if (score < best - within) continue;
        grown.push({ i, token, state, score, logProbability: beam.logProbability + gained });
      }
    }
    const bestFound = Math.max(...found.map(({ score }) => score), Number.NEGATIVE_INFINITY);
    const kept = grown
      .filter(({ score }) => score >= best - within && score >= bestFound - worthFinishing)
      .toSorted((one, other) => other.score - one.score)
      .slice(0, width);
    beams = kept.map(({ i, token, state, logProbability, score }) => ({
      ...{ tokens: [...(beams[i]?.tokens ?? []), token], state, logProbability, score },
    }));
    from = kept.map(({ i }) => i);
  }
  return found.toSorted((one, other) => other.score - one.score);
}
