import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DialogueEvent,
  type DialogueState,
  type Effect,
  type Facts,
  isTool,
  type Line,
  startState,
} from './dialogue.ts';
import { effectIn, facts, hour, openingAt, play, type Step, steps, toolChoice } from './fake-dialogues.ts';
import { fakePeople, fridayMorningMs } from './fake-practice.ts';
import { decide } from './policy.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

const done: Record<string, number> = {};

// What is looked at in every step of thousands of dialogues is asserted plainly: `expect` would be half of the time.

describe('whatever is said', () => {
  it('has an effect only after a clear yes to a read-back of exactly that effect', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        let readBack: Pick<Effect, 'kind' | 'request'> | null = null;
        play(events, world, (event, moves) => {
          for (const move of moves) {
            const effect = effectIn(move);
            // A message changes nothing but the owner's inbox: it is kept without being read back.
            const needsYes = effect && !(move.kind === 'submit' && move.request.kind === 'message');
            if (needsYes) {
              done[effect.kind] = (done[effect.kind] ?? 0) + 1;
              expect(
                event.kind === 'reading' && event.reading.clearYes && event.reading.confidence >= 0.6,
              ).toBe(true);
              expect(effect).toEqual(readBack);
              readBack = null;
            }
            if (move.kind === 'confirm') readBack = { kind: move.effect.kind, request: move.effect.request };
            else if (move.kind === 'ask') readBack = null;
          }
        });
      }),
      { numRuns: 5000 },
    );
    // The property would hold for a policy that does nothing.
    for (const kind of ['book', 'reschedule', 'cancel', 'submit'])
      expect(done[kind], kind).toBeGreaterThan(8);
  });

  it('claims success only for what the tool returned, and offers and reads back only what a tool found', () => {
    const claims: Partial<Record<Line['name'], DialogueEvent['kind']>> = {
      ...{ booked: 'booked', moved: 'rescheduled', cancelled: 'cancelled', submitted: 'submitted' },
      ...{ 'not-called': 'not-called', answer: 'answered' },
    };
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        const found = new Set<number>();
        const theirs = new Set<string>();
        play(events, world, (event, moves, state) => {
          if (event.kind === 'openings') for (const entry of event.openings) found.add(entry.startsAtMs);
          if (event.kind === 'appointments') for (const entry of event.appointments) theirs.add(entry.id);
          // What was booked or moved in this call is the caller's own.
          if (event.kind === 'booked' || event.kind === 'rescheduled') theirs.add(event.appointment.id);
          for (const move of moves) {
            if (move.kind === 'say') assert([undefined, event.kind].includes(claims[move.line.name]));
            if (move.kind === 'say' && move.line.name === 'appointment-is') {
              expect(theirs).toContain(move.line.appointment.id);
            }
            if (move.kind !== 'confirm') continue;
            const { kind, request } = move.effect;
            if (kind === 'book' || kind === 'reschedule') expect(found).toContain(request.startsAtMs);
            if (kind === 'cancel' || kind === 'reschedule') expect(theirs).toContain(request.appointmentId);
            if (kind === 'submit') expect([null, 1200, 2400, 3600]).toContain(request.totalMinor);
          }
          for (const offer of state.offers) assert(found.has(offer.startsAtMs));
        });
      }),
      { numRuns: 1500 },
    );
  });

  it('always makes a next move, with tools last and a question, a tool or the end in every answer', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        play(events, world, (event, moves) => {
          assert(moves.length > 0);
          const last = moves.at(-1);
          if (event.kind !== 'silence') {
            assert(last && (isTool(last) || ['ask', 'confirm', 'transfer', 'end'].includes(last.kind)));
          }
          const tools = moves.filter((move) => isTool(move) || move.kind === 'transfer');
          assert(tools.length <= 1);
          if (tools[0]) assert.equal(last, tools[0]);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('puts through only to the people of the list, after telling the caller whom, and offers a message after a failure', () => {
    let transfers = 0;
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        let told: string | null = null;
        play(events, world, (event, moves) => {
          for (const move of moves) {
            if (move.kind === 'say' && move.line.name === 'connecting') told = move.line.personId;
            if (move.kind !== 'transfer') continue;
            transfers++;
            expect(fakePeople.map(({ id }) => id)).toContain(move.targetId);
            expect(move.targetId).toBe(told);
          }
          if (event.kind === 'transfer-failed') {
            expect(moves[0]).toMatchObject({ kind: 'say', line: { name: 'not-connected', personId: told } });
          }
        });
      }),
      { numRuns: 1000 },
    );
    expect(transfers).toBeGreaterThan(20);
  });

  it('asks nobody to wait where there is nobody to be put through to', () => {
    const alone: Facts = { ...facts, snapshot: { ...facts.snapshot, people: [] } };
    const reading: Reading = { ...emptyReading, intent: { name: 'person', score: 1, margin: 1 } };
    const { moves } = decide(startState(facts.caller), { kind: 'reading', reading }, alone);
    expect(moves[0]).toEqual({ kind: 'say', line: { name: 'no-person' } });
    expect(moves.some((move) => move.kind === 'transfer')).toBe(false);
  });

  it('never uses one wording twice in a row for one question', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        let before = '';
        play(events, world, (_event, moves, state) => {
          const last = moves.at(-1);
          if (last?.kind !== 'ask' && last?.kind !== 'confirm') return;
          const now = `${state.asked.id} ${last.wording}`;
          assert.notEqual(now, before);
          before = now;
        });
      }),
      { numRuns: 500 },
    );
  });

  it('asks an unanswered question three times at most, then takes another way, and ends at last', () => {
    const noise = fc.constantFrom<Partial<Reading>>(
      { confidence: 0.3 },
      { remark: true },
      {},
      { intent: { name: 'abuse', score: 1, margin: 1 } },
      { intent: { name: 'small-talk', score: 1, margin: 1 } },
    );
    fc.assert(
      fc.property(
        steps,
        toolChoice,
        fc.array(noise, { minLength: 20, maxLength: 20 }),
        (events, world, noises) => {
          const silentTail = noises.map((part): Step => ({ reading: { ...emptyReading, ...part } }));
          let count = 0;
          let id = '';
          let n = 0;
          let ended = false;
          play([...events, ...silentTail], world, (event, moves, state) => {
            if (event.kind === 'reading' || event.kind === 'silence') n++;
            if (n <= events.length) return;
            if (moves.some((move) => move.kind === 'ask' || move.kind === 'confirm')) {
              count = state.asked.id === id ? count + 1 : 1;
              id = state.asked.id;
            }
            assert(count <= 3);
            ended = state.ended;
          });
          expect(ended).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads back anew after every correction, with the corrected value', () => {
    const values = fc.constantFrom<Partial<Reading>>(
      { name: { value: 'Bob', confidence: 0.9 } },
      { phone: { value: '+12125550199', confidence: 0.95 } },
      { service: { value: 'white', confidence: 1 } },
    );
    fc.assert(
      fc.property(values, fc.constantFrom<Reading['yesNo']>('yes', 'no', null), (change, yesNo) => {
        const start: DialogueState = {
          ...startState(facts.caller),
          booking: true,
          serviceId: 'clean',
          wish: {
            days: { from: '2026-11-23', to: '2026-11-23' },
            minute: 540,
            otherMinute: null,
            window: null,
            soonest: false,
          },
          chosen: openingAt(fridayMorningMs + 71 * hour),
          name: 'Sarah',
          phone: '+14155550132',
        };
        const asked = decide(
          start,
          {
            kind: 'reading',
            reading: { ...emptyReading, wantsBooking: true, intent: { name: 'book', score: 1, margin: 1 } },
          },
          facts,
        );
        const ready = asked.state.readBack
          ? asked
          : decide(
              { ...start, booking: false },
              { kind: 'reading', reading: { ...emptyReading, wantsBooking: true } },
              facts,
            );
        expect(ready.moves.at(-1)?.kind).toBe('confirm');
        let next = decide(
          ready.state,
          { kind: 'reading', reading: { ...emptyReading, ...change, yesNo } },
          facts,
        );
        if (next.moves.at(-1)?.kind === 'find-openings') {
          next = decide(
            next.state,
            { kind: 'openings', openings: [openingAt(fridayMorningMs + 71 * hour)] },
            facts,
          );
        }
        const last = next.moves.at(-1);
        if (last?.kind !== 'confirm') throw new Error(`expected a read-back but got ${last?.kind}`);
        if (last.effect.kind !== 'book') throw new Error('a booking is read back');
        const { serviceId, customerName, customerPhone } = last.effect.request;
        const values = [serviceId, customerName, customerPhone];
        expect(values).toContain(change.name?.value ?? change.phone?.value ?? change.service?.value);
      }),
    );
  });
});

it.each([
  ['do you do reflexology', true],
  ['who won the football game', null],
])('keeps the question what is offered, and nothing that has to do with no business: %s', (text, keep) => {
  const nothingKnown: Facts = { ...facts, snapshot: { ...facts.snapshot, knows: false } };
  const intent = { name: 'out-of-scope', score: 0.7, margin: 0.2 } as const;
  const reading: Reading = { ...emptyReading, text, intent, question: true };
  const { moves } = decide(startState(facts.caller), { kind: 'reading', reading }, nothingKnown);
  expect(moves.find(({ kind }) => kind === 'look-up') ?? null).toEqual(
    keep && { kind: 'look-up', request: { question: text, keep } },
  );
});
