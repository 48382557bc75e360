import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isTransferOver,
  type TransferEffect,
  type TransferEvent,
  type TransferState,
  transferBegins,
  transferStep,
} from './transfer-order.ts';

/** Plays events from the beginning. */
function play(
  events: readonly TransferEvent[],
  announces: boolean,
): { state: TransferState; effects: TransferEffect[] } {
  let { state } = transferBegins;
  const effects: TransferEffect[] = [...transferBegins.effects];
  for (const event of events) {
    const step = transferStep(state, event, { announces });
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const said = { kind: 'agent-quiet' } as const;
const answered = { kind: 'answered' } as const;
const briefed = { kind: 'briefed' } as const;

const anyEvent: fc.Arbitrary<TransferEvent> = fc.oneof(
  fc.constantFrom<TransferEvent>(
    said,
    { kind: 'announced' },
    answered,
    briefed,
    { kind: 'accepted' },
    { kind: 'declined' },
    { kind: 'caller-left' },
  ),
  fc
    .constantFrom('busy', 'no-answer', 'unavailable')
    .map((why): TransferEvent => ({ kind: 'not-answered', why })),
);
/** The way of a transfer that goes well, with anything in between: reaches every state. */
const events = fc
  .tuple(
    fc.array(fc.array(anyEvent, { maxLength: 1 }), { minLength: 6, maxLength: 6 }),
    fc.array(anyEvent, { maxLength: 5 }),
  )
  .map(([between, rest]): TransferEvent[] => [
    ...[said, { kind: 'announced' } as const, answered, briefed, { kind: 'accepted' } as const].flatMap(
      (event, i): TransferEvent[] => [...(between[i] ?? []), event],
    ),
    ...rest,
  ]);

describe('the order of an attended transfer', () => {
  it('goes from the end of the sentence over music, ringing and briefing to the bridge', () => {
    expect(play([said, answered, briefed, { kind: 'accepted' }], false)).toEqual({
      state: 'connected',
      effects: ['pause-agent', 'hold-caller', 'ring', 'brief', 'await-decision', 'release-caller', 'bridge'],
    });
  });

  it('tells the caller first where the agent has not', () => {
    expect(play([said], true).effects).toEqual(['pause-agent', 'announce']);
    expect(play([said, { kind: 'announced' }], true).effects).toEqual([
      'pause-agent',
      'announce',
      'hold-caller',
      'ring',
    ]);
  });

  it.each([
    ['nobody answers', [said, { kind: 'not-answered', why: 'no-answer' }], 'no-answer'],
    ['the person is busy', [said, { kind: 'not-answered', why: 'busy' }], 'busy'],
    ['the person declines', [said, answered, briefed, { kind: 'declined' }], 'declined'],
    ['the person hangs up during the briefing', [said, answered, { kind: 'declined' }], 'declined'],
  ] as const)('gives the caller back to the agent when %s', (_, played, why) => {
    const { state, effects } = play(played, false);
    expect(state).toBe('returned');
    expect(effects.slice(-2)).toEqual(['release-caller', 'resume-agent']);
    const last = played.at(-1);
    const before = play(played.slice(0, -1), false).state;
    expect(last && transferStep(before, last, { announces: false }).why).toBe(why);
  });

  it('never touches the caller before the sentence is over, and ends each in one way only', () => {
    const seen = new Set<TransferState>();
    fc.assert(
      fc.property(events, fc.boolean(), (list, announces) => {
        const { state, effects } = play(list, announces);
        seen.add(state);
        const spoken = list.findIndex((event) => event.kind === 'agent-quiet');
        const early = play(list.slice(0, Math.max(0, spoken)), announces);
        expect(
          early.effects.filter((effect) => effect !== 'pause-agent' && effect !== 'drop-person'),
        ).toEqual([]);
        const count = (name: TransferEffect) => effects.filter((effect) => effect === name).length;
        for (const once of ['ring', 'bridge', 'resume-agent', 'drop-person', 'release-caller'] as const) {
          expect(count(once)).toBeLessThanOrEqual(1);
        }
        expect(count('bridge') + count('resume-agent') + (state === 'cancelled' ? 1 : 0)).toBe(
          isTransferOver(state) ? 1 : 0,
        );
        if (count('brief') === 1 && isTransferOver(state))
          expect(count('bridge') + count('drop-person')).toBe(1);
        if (count('bridge') === 1)
          expect(effects.indexOf('bridge')).toBeGreaterThan(effects.indexOf('brief'));
      }),
      { numRuns: 2000 },
    );
    // The property would hold for a table that never moves.
    expect([...seen].sort()).toEqual(expect.arrayContaining(['cancelled', 'connected', 'returned']));
  });
});
