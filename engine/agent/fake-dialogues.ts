import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { ErrorCode } from '../foundation/index.ts';
import { type DialogueEvent, type DialogueState, type Facts, type Move, startState } from './dialogue.ts';
import { brightSmile, fakePeople, fridayMorningMs } from './fake-practice.ts';
import type { Opening } from './model.ts';
import { decide } from './policy.ts';
import type { IntentName } from './understanding/intents.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

export const facts: Facts = {
  snapshot: { ...brightSmile, people: fakePeople },
  caller: { number: '+12125550147', name: null, earlierCalls: 0 },
  nowMs: fridayMorningMs,
};

export const hour = 3_600_000;
export const openingAt = (startsAtMs: number): Opening => ({ startsAtMs, endsAtMs: startsAtMs + hour / 2 });
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
  person: maybe(
    fc.record({ value: fc.constantFrom('lee', 'desk', 'stranger'), confidence: fc.constant(0.9) }),
  ),
  wantsMessage: fc.constantFrom(false, false, true),
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
      {
        intent: { name: 'person', score: 1, margin: 1 },
        person: full.person,
        wantsMessage: full.wantsMessage,
      },
      { text: full.text, intent: full.intent },
      { digits: full.digits },
      { aspect: full.aspect, yesNo: full.yesNo },
      full,
    )
    .map((part) => ({ ...emptyReading, ...part })),
);

export type Step = { readonly reading: Reading } | { readonly silence: number };
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
export const steps: fc.Arbitrary<Step[]> = fc
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
export const toolChoice = fc.infiniteStream(
  fc.record({
    openings: fc.integer({ min: 0, max: 4 }),
    failure: fc.option(
      fc.constantFrom<ErrorCode>('opening_taken', 'outside_hours', 'disk_full', 'inference_unavailable'),
      { nil: null, freq: 4 },
    ),
  }),
);

/** Plays events through the policy with a fake world; `check` sees every event with its moves. */
export function play(
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
    } else if (tool?.kind === 'transfer') {
      // One that succeeds takes the caller away: only a failed one is heard of.
      run({ kind: 'transfer-failed', why: failure === null ? 'no-answer' : 'busy' });
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
