import type { SensitiveKind, TranscriptTurn } from '../../store/index.ts';
import { digitRuns } from './digits.ts';
import { type Redacted, redact } from './redaction.ts';
import { markerOf, wordsOf } from './words.ts';

type Turn = Pick<TranscriptTurn, 'id' | 'speaker' | 'text'>;

export interface RedactedTurn {
  readonly id: string;
  readonly text: string;
  readonly kinds: readonly SensitiveKind[];
}

/** How many turns one number may be told in. */
const longestChain = 8;

/**
 * Redacts a conversation: a question tells what its answer is, and a number that is told in pieces, with an
 * "mm-hm" or a read-back between them, is one number.
 *
 * @returns the turns in which something was found
 */
export function redactTurns(
  turns: readonly Turn[],
  kinds: readonly SensitiveKind[],
): readonly RedactedTurn[] {
  const work = redacting(turns, kinds);
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

/** The same, for who has more to do: `pause` is waited for between turns. */
export async function redactTurnsGently(
  turns: readonly Turn[],
  kinds: readonly SensitiveKind[],
  pause: () => Promise<void>,
): Promise<readonly RedactedTurn[]> {
  const work = redacting(turns, kinds);
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    await pause();
  }
}

/** Stops between turns. */
function* redacting(
  turns: readonly Turn[],
  kinds: readonly SensitiveKind[],
): Generator<void, readonly RedactedTurn[]> {
  const texts = turns.map((turn) => turn.text);
  const found = turns.map(() => new Set<SensitiveKind>());
  const take = (i: number, redacted: Redacted): void => {
    texts[i] = redacted.text;
    for (const { kind } of redacted.found) found[i]?.add(kind);
  };
  for (const chain of chains(turns)) {
    const first = chain[0] ?? 0;
    for (const [i, redacted] of redactedChain({ texts, chain, asked: askedBefore(turns, first) }, kinds)) {
      take(i, redacted);
    }
    yield;
  }
  for (const i of turns.keys()) {
    take(i, redact(texts[i] ?? '', kinds, { asked: askedBefore(turns, i) }));
    yield;
  }
  return turns.flatMap((turn, i) => {
    const said = found[i] ?? new Set();
    return said.size === 0 ? [] : [{ id: turn.id, text: texts[i] ?? '', kinds: [...said] }];
  });
}

/** What the other side said before a turn. */
function askedBefore(turns: readonly Turn[], i: number): string {
  const speaker = turns[i]?.speaker;
  const before = turns.slice(Math.max(0, i - 2), i).findLast((turn) => turn.speaker !== speaker);
  return before?.text ?? '';
}

/** Turns of one side that carry a number on: the first ends with figures, each further one begins with some. */
function chains(turns: readonly Turn[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const speaker of ['caller', 'agent', 'staff'] as const) {
    let chain: number[] = [];
    const settle = (): void => {
      if (chain.length > 1) found.push(chain);
      chain = [];
    };
    for (const [i, turn] of turns.entries()) {
      if (turn.speaker !== speaker) continue;
      const words = wordsOf(turn.text);
      const runs = digitRuns(words);
      const begins = (runs[0]?.from ?? words.length) <= 1 && runs.length > 0;
      if (!begins || chain.length >= longestChain) settle();
      if ((runs.at(-1)?.to ?? -2) >= words.length - 1) chain.push(i);
      else if (begins && chain.length > 0) {
        chain.push(i);
        settle();
      } else settle();
    }
    settle();
  }
  return found;
}

/** The words of the chain as one text; what was found is brought back into its turns. */
function redactedChain(
  { texts, chain, asked }: { texts: readonly string[]; chain: readonly number[]; asked: string },
  kinds: readonly SensitiveKind[],
): ReadonlyMap<number, Redacted> {
  const numbers = kinds.filter((kind) => kind !== 'secret' && kind !== 'birth-date' && kind !== 'health');
  let joined = '';
  const places: { readonly i: number; readonly from: number; readonly to: number }[] = [];
  for (const i of chain) {
    const text = texts[i] ?? '';
    joined += joined === '' ? '' : ' ';
    places.push({ i, from: joined.length, to: joined.length + text.length });
    joined += text;
  }
  const { found } = redact(joined, numbers, { asked });
  const across = found.filter(
    ({ from, to }) => !places.some((place) => place.from <= from && to <= place.to),
  );
  const changed = new Map<number, Redacted>();
  for (const { i, from, to } of places) {
    const own = across.filter((one) => one.from < to && one.to > from);
    if (own.length === 0) continue;
    const cut = own.map((one) => ({
      kind: one.kind,
      from: Math.max(one.from, from) - from,
      to: Math.min(one.to, to) - from,
    }));
    changed.set(i, cutOut(texts[i] ?? '', cut));
  }
  return changed;
}

function cutOut(text: string, found: Redacted['found']): Redacted {
  let written = '';
  let at = 0;
  for (const { kind, from, to } of found) {
    written += text.slice(at, from) + markerOf(kind);
    at = to;
  }
  return { text: written + text.slice(at), found };
}
