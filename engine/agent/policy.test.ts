import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../foundation/index.ts';
import {
  type BookingRequest,
  type DialogueEvent,
  type DialogueState,
  type Facts,
  type Move,
  startState,
} from './dialogue.ts';
import { brightSmile, fridayMorningMs } from './fake-practice.ts';
import type { Opening } from './model.ts';
import { decide } from './policy.ts';
import type { IntentName } from './understanding/intents.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

const facts: Facts = {
  snapshot: brightSmile,
  caller: { number: '+12125550147', name: null, earlierCalls: 0 },
  nowMs: fridayMorningMs,
};

const hour = 3_600_000;
const openingAt = (startsAtMs: number): Opening => ({ startsAtMs, endsAtMs: startsAtMs + hour / 2 });
const intents: readonly IntentName[] = [
  'book',
  'hours',
  'price',
  'services',
  'address',
  'person',
  'change-appointment',
  'goodbye',
  'thanks',
  'repeat',
  'identity',
  'greeting',
  'small-talk',
  'out-of-scope',
  'abuse',
];
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: 2 });

const when = fc.record({
  days: maybe(
    fc.integer({ min: 0, max: 20 }).map((n) => {
      const day = DateTime.fromMillis(fridayMorningMs, { zone: brightSmile.timeZone })
        .plus({ days: n })
        .toFormat('yyyy-MM-dd');
      return { from: day, to: day };
    }),
  ),
  minute: maybe(fc.integer({ min: 16, max: 40 }).map((n) => n * 30)),
  otherMinute: fc.constant(null),
  window: maybe(fc.constant({ fromMinute: 720, toMinute: 1080 })),
  soonest: fc.boolean(),
  past: fc.boolean(),
  confidence: fc.constant(0.9),
});

const reading: fc.Arbitrary<Reading> = fc.record({
  text: fc.constant('words'),
  confidence: fc.constantFrom(0.2, 0.59, 0.7, 0.95, 0.95, 0.95),
  intent: maybe(
    fc.record({
      name: fc.constantFrom(...intents),
      score: fc.constantFrom(0.6, 1),
      margin: fc.constant(0.2),
    }),
  ),
  wantsBooking: fc.boolean(),
  yesNo: maybe(fc.constantFrom('yes', 'yes', 'yes', 'no', 'mixed')),
  choice: maybe(fc.constantFrom('first', 'second', 'third', 'any', 'earlier', 'later', 'other-day', 'none')),
  aspect: maybe(fc.constantFrom('service', 'when', 'name', 'phone')),
  correction: fc.boolean(),
  service: maybe(
    fc.record({ value: fc.constantFrom('clean', 'fill', 'white'), confidence: fc.constant(0.9) }),
  ),
  when: maybe(when),
  name: maybe(fc.record({ value: fc.constantFrom('Sarah', 'Bob'), confidence: fc.constant(0.9) })),
  phone: maybe(
    fc.record({ value: fc.constantFrom('+14155550132', '+12125550199'), confidence: fc.constant(0.9) }),
  ),
  digits: maybe(fc.constantFrom('415', '5550132', '12')),
  remark: fc.boolean(),
});

/** Readings as they come: mostly one thing at a time, which gets dialogues far. */
const simple: fc.Arbitrary<Reading> = reading.chain((full) =>
  fc
    .constantFrom<Partial<Reading>>(
      { yesNo: 'yes' },
      { yesNo: 'yes' },
      { yesNo: 'no' },
      { service: full.service },
      { when: full.when },
      { name: full.name },
      { phone: full.phone },
      { choice: full.choice },
      { intent: full.intent },
      { digits: full.digits },
      { aspect: full.aspect, yesNo: full.yesNo },
      full,
    )
    .map((part) => ({ ...emptyReading, ...part })),
);

type Step = { readonly reading: Reading } | { readonly silence: number };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: simple.map((value): Step => ({ reading: value })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }).map((silence): Step => ({ silence })) },
);
/** The way of a willing caller, which leads to a read-back unless something comes between. */
const willing: readonly Partial<Reading>[] = [
  { service: { value: 'clean', confidence: 1 } },
  {
    when: {
      days: null,
      minute: null,
      otherMinute: null,
      window: null,
      soonest: true,
      past: false,
      confidence: 1,
    },
  },
  { choice: 'first' },
  { name: { value: 'Sarah', confidence: 0.9 } },
  { phone: { value: '+14155550132', confidence: 0.95 } },
  { yesNo: 'yes' },
];
const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(fc.array(anyStep, { maxLength: 1 }), { minLength: 6, maxLength: 6 }),
    fc.array(anyStep, { maxLength: 20 }),
    fc.boolean(),
  )
  .map(([between, rest, detours]) => [
    ...willing.flatMap((part, i): Step[] => [
      ...(detours ? (between[i] ?? []) : []),
      { reading: { ...emptyReading, ...part } },
    ]),
    ...rest,
  ]);
const toolChoice = fc.infiniteStream(
  fc.record({
    openings: fc.integer({ min: 0, max: 4 }),
    failure: fc.option(
      fc.constantFrom<ErrorCode>('opening_taken', 'outside_hours', 'disk_full', 'inference_unavailable'),
      { nil: null, freq: 4 },
    ),
  }),
);

/** Plays events through the policy with a fake world; `check` sees every event with its moves. */
function play(
  events: readonly Step[],
  world: Stream,
  check: (event: DialogueEvent, moves: readonly Move[], state: DialogueState) => void,
): void {
  let state = startState(facts.caller);
  const known = [...Array(12).keys()].map((n) => openingAt(fridayMorningMs + (71 + n * 2) * hour));
  const run = (event: DialogueEvent): void => {
    const decision = decide(state, event, facts);
    state = decision.state;
    check(event, decision.moves, state);
    const tool = decision.moves.at(-1);
    const { openings, failure } = world.next().value ?? { openings: 1, failure: null };
    if (tool?.kind === 'find-openings') {
      const { request } = tool;
      const found = known.filter(
        (entry) => entry.startsAtMs >= request.fromMs && entry.startsAtMs < request.toMs,
      );
      run(
        failure === 'disk_full'
          ? { kind: 'tool-failed', code: failure }
          : { kind: 'openings', openings: found.slice(0, openings) },
      );
    } else if (tool?.kind === 'book') {
      const { request } = tool;
      run(
        failure
          ? { kind: 'tool-failed', code: failure }
          : {
              kind: 'booked',
              appointment: {
                id: 'a',
                serviceName: request.serviceId,
                staffName: 'x',
                ...openingAt(request.startsAtMs),
              },
            },
      );
    }
  };
  for (const event of events) {
    run(
      'reading' in event
        ? { kind: 'reading', reading: event.reading }
        : { kind: 'silence', times: event.silence },
    );
  }
}
type Stream = fc.Stream<{ readonly openings: number; readonly failure: ErrorCode | null }>;

let bookings = 0;

describe('whatever is said', () => {
  it('books only after a clear yes to a read-back of exactly the booked values', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        let readBack: BookingRequest | null = null;
        play(events, world, (event, moves) => {
          for (const move of moves) {
            if (move.kind === 'book') {
              bookings++;
              expect(
                event.kind === 'reading' && event.reading.yesNo === 'yes' && event.reading.confidence >= 0.6,
              ).toBe(true);
              expect(move.request).toEqual(readBack);
              readBack = null;
            }
            if (move.kind === 'confirm') readBack = move.booking;
            else if (move.kind === 'ask') readBack = null;
          }
        });
      }),
      { numRuns: 1500 },
    );
    // The property would hold for a policy that never books.
    expect(bookings).toBeGreaterThan(20);
  });

  it('claims success only for what the tool returned, and offers and reads back only what a tool found', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        const found = new Set<number>();
        play(events, world, (event, moves, state) => {
          if (event.kind === 'openings') for (const entry of event.openings) found.add(entry.startsAtMs);
          for (const move of moves) {
            const claims = move.kind === 'say' && move.line.name === 'booked';
            if (claims) expect(event.kind).toBe('booked');
            if (move.kind === 'confirm') expect(found).toContain(move.booking.startsAtMs);
          }
          for (const offer of state.offers) expect(found).toContain(offer.startsAtMs);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('always makes a next move, with tools last and a question, a tool or the end in every answer', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        play(events, world, (event, moves) => {
          expect(moves.length).toBeGreaterThan(0);
          const last = moves.at(-1);
          if (event.kind !== 'silence')
            expect(['ask', 'confirm', 'find-openings', 'book', 'end']).toContain(last?.kind);
          const tools = moves.filter((move) => move.kind === 'find-openings' || move.kind === 'book');
          expect(tools.length).toBeLessThanOrEqual(1);
          if (tools[0]) expect(last).toBe(tools[0]);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('never uses one wording twice in a row for one question', () => {
    fc.assert(
      fc.property(steps, toolChoice, (events, world) => {
        let before = '';
        play(events, world, (_event, moves, state) => {
          const last = moves.at(-1);
          if (last?.kind !== 'ask' && last?.kind !== 'confirm') return;
          const now = `${state.asked.id} ${last.wording}`;
          expect(now).not.toBe(before);
          before = now;
        });
      }),
      { numRuns: 500 },
    );
  });

  it('asks an unanswered question three times at most, then offers the keypad or ends', () => {
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
        fc.array(noise, { minLength: 7, maxLength: 7 }),
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
            expect(count).toBeLessThanOrEqual(3);
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
        const values = [last.booking.serviceId, last.booking.customerName, last.booking.customerPhone];
        expect(values).toContain(change.name?.value ?? change.phone?.value ?? change.service?.value);
      }),
    );
  });
});
