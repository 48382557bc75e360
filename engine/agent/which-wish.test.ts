import { describe, expect, it } from 'vitest';
import { type Decision, type DialogueState, startState } from './dialogue.ts';
import { facts } from './fake-dialogues.ts';
import { brightSmile, nothingAsked } from './fake-practice.ts';
import { phraseMove } from './phrasing/phrase.ts';
import { decide } from './policy.ts';
import type { IntentBank } from './understanding/intents.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';
import { type UnderstandingContext, understand } from './understanding/understand.ts';

const hear = (state: DialogueState, part: Partial<Reading>): Decision =>
  decide(state, { kind: 'reading', reading: { ...emptyReading, ...part } }, facts);

const between: Reading['between'] = [
  { name: 'book', skillId: null },
  { name: 'change-appointment', skillId: null },
];
const asked = (): Decision => hear(startState(facts.caller), { text: 'it is about my visit', between });

describe('two wishes that are equally near', () => {
  it('are put side by side in one question', () => {
    const { state, moves } = asked();
    const [ask] = moves;
    if (ask?.kind !== 'ask') throw new Error(`expected a question but got ${ask?.kind}`);
    expect(phraseMove(ask, { ...facts, state, turn: 1 })).toMatchObject([
      { text: 'Would you like to book an appointment, or to change an appointment?' },
    ]);
  });

  it.each<[string, Partial<Reading>, string]>([
    [
      'the one that is named',
      { intent: { name: 'change-appointment', score: 1, margin: 1 } },
      'which-change',
    ],
    ['what is to be changed', { change: 'cancel' }, 'appointment-name'],
    ['the second', { choice: 'second' }, 'which-change'],
    ['the first', { choice: 'first' }, 'service'],
    ['the likelier one where the answer says nothing', {}, 'service'],
    ['the likelier one where it is hardly heard', { confidence: 0.2, yesNo: 'no' }, 'service'],
    ['neither', { yesNo: 'no' }, 'how-can-i-help'],
  ])('become %s', (_what, answer, question) => {
    expect(hear(asked().state, answer).state.pending).toBe(question);
  });

  it('give way to something else that is clear', () => {
    const { moves } = hear(asked().state, { intent: { name: 'goodbye', score: 1, margin: 1 } });
    expect(moves.at(-1)?.kind).toBe('end');
  });

  it('are not asked about where a value settles it, or where one of them is not on offer', () => {
    const start = startState(facts.caller);
    const service = { value: 'clean', confidence: 0.9 };
    expect(hear(start, { between, service }).state.pending).not.toBe('which-wish');
    const unknown: Reading['between'] = [
      { name: 'book', skillId: null },
      { name: 'skill', skillId: 'towing' },
    ];
    expect(hear(start, { between: unknown }).state.pending).not.toBe('which-wish');
  });
});

describe('the reading of what is near to two wishes', () => {
  const vector = (...values: number[]): Float32Array => new Float32Array([...values, 0, 0].slice(0, 3));
  const bank: IntentBank = {
    examples: [
      { intent: 'book', vector: vector(1, 0) },
      { intent: 'change-appointment', vector: vector(0, 1) },
    ],
  };
  const context: UnderstandingContext = { ...nothingAsked, nowMs: facts.nowMs };
  const read = (
    said: Float32Array,
    expecting: UnderstandingContext['expecting'] = 'open',
  ): Promise<Reading> =>
    understand(
      { text: 'it is about that visit of ours', confidence: 0.9 },
      {
        ...{ snapshot: brightSmile, bank, own: { services: [], examples: [] } },
        embed: async () => [said],
      },
      { ...context, expecting },
    );

  it('names both where neither is clear, the nearer one first', async () => {
    const { intent, between: found } = await read(vector(0.52, 0.55, 0.65));
    expect(intent).toBeNull();
    expect(found?.map(({ name }) => name)).toEqual(['change-appointment', 'book']);
  });

  it('names none where one is clear, where both are far, or where an answer is waited for', async () => {
    expect(await read(vector(0.6, 0.45, 0.66))).toMatchObject({ intent: { name: 'book' }, between: null });
    expect(await read(vector(0.3, 0.3, 0.9))).toMatchObject({ intent: null, between: null });
    expect(await read(vector(0.52, 0.55, 0.65), 'yes-no')).toMatchObject({ between: null });
  });
});
