import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { ErrorCode } from '../foundation/index.ts';
import { playbookSchema, professionOf } from '../store/index.ts';
import {
  type DialogueEvent,
  type DialogueState,
  type Effect,
  type Facts,
  isTool,
  type Move,
  startState,
  type ToolMove,
} from './dialogue.ts';
import { brightSmile, fakePeople, fridayMorningMs } from './fake-practice.ts';
import type { FoundAppointment, HandBack, Opening } from './model.ts';
import { decide } from './policy.ts';
import { type IntentName, intentNames } from './understanding/intents.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

/** Fake: a practice that moves appointments, answers from documents, and sells from a menu. */
const restaurantToo: Facts['snapshot'] = {
  ...brightSmile,
  skills: [],
  knows: true,
  playbook: playbookSchema.parse({
    ...professionOf('general').playbook,
    skills: [
      ...professionOf('general').playbook.skills,
      {
        id: 'order',
        title: 'Order',
        kind: 'order',
        phrases: ['I would like to order'],
        slots: [
          { id: 'items', kind: 'items', label: 'items', ask: ['What would you like?'] },
          { id: 'gate', kind: 'text', label: 'gate code', ask: ['Is there a gate code?'], optional: true },
          { id: 'name', kind: 'name', label: 'name', ask: ['Your name?'] },
        ],
        confirm: true,
        done: 'Your order is in.',
      },
    ],
    emergencies: [
      { id: 'chest', cues: ['chest pain'], say: 'Please call {emergency}.', next: 'person' },
      { id: 'tooth', cues: ['knocked out tooth'], say: 'Keep it in milk.', next: 'message' },
    ],
    menu: [{ id: 'pizza', name: 'pizza', priceMinor: 1200, currency: 'USD' }],
  }),
};

export const facts: Facts = {
  snapshot: { ...restaurantToo, people: fakePeople },
  caller: { number: '+12125550147', name: null, earlierCalls: 0 },
  nowMs: fridayMorningMs,
};

export const hour = 3_600_000;
export const openingAt = (startsAtMs: number): Opening => ({ startsAtMs, endsAtMs: startsAtMs + hour / 2 });
// Changes of appointments are what most ways lead to.
const intents: readonly IntentName[] = [
  ...intentNames.filter((name) => name !== 'skill'),
  'change-appointment',
];
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: 2 });

const today = DateTime.fromMillis(fridayMorningMs, { zone: brightSmile.timeZone });
const days = Array.from({ length: 21 }, (_, n) => {
  const day = today.plus({ days: n }).toFormat('yyyy-MM-dd');
  return { from: day, to: day };
});

const when = fc.record({
  days: maybe(fc.constantFrom(...days)),
  minute: maybe(fc.integer({ min: 16, max: 40 }).map((n) => n * 30)),
  otherMinute: fc.constant(null),
  window: maybe(fc.constant({ fromMinute: 720, toMinute: 1080 })),
  soonest: fc.boolean(),
  past: fc.boolean(),
  confidence: fc.constant(0.9),
});

const onePizza: NonNullable<Reading['order']> = {
  add: [{ itemId: 'pizza', quantity: 1, options: [], note: null }],
  remove: [],
  set: [],
};

/** Each value of a reading, as it may come. */
const of = {
  text: fc.constant('words'),
  confidence: fc.constantFrom(0.2, 0.59, 0.7, 0.95, 0.95, 0.95),
  intent: maybe(
    fc.record({
      name: fc.constantFrom(...intents),
      score: fc.constantFrom(0.6, 1),
      margin: fc.constant(0.2),
    }),
  ),
  between: fc.constantFrom<Reading['between']>(null, null, [
    { name: 'book', skillId: null },
    { name: 'skill', skillId: 'message' },
  ]),
  wantsBooking: fc.boolean(),
  yesNo: maybe(fc.constantFrom('yes', 'yes', 'yes', 'no', 'mixed')),
  clearYes: fc.boolean(),
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
  stranger: fc.constantFrom(false, false, true),
  toWhen: maybe(when),
  hasNone: fc.constantFrom(false, false, true),
  skill: maybe(fc.record({ value: fc.constantFrom('message', 'order', 'none'), confidence: fc.constant(1) })),
  change: maybe(fc.constantFrom('reschedule', 'cancel', 'check')),
  emergency: fc.constantFrom(null, null, null, null, 'chest', 'tooth', 'stranger'),
  urgent: fc.constantFrom(false, false, true),
  also: fc.constantFrom(null, null, null, 'white'),
  dropped: fc.constantFrom(false, false, false, false, true),
  forStaff: fc.constantFrom(false, false, false, true),
  question: fc.boolean(),
  order: maybe(fc.constant(onePizza)),
  slots: fc.constantFrom<Reading['slots']>(
    {},
    {},
    { items: { change: onePizza } },
    { items: { change: { add: [], remove: ['pizza'], set: [] } } },
    { message: { value: 'call me', words: 'call me' } },
    { gate: { value: '12', words: '12' } },
  ),
};
const reading: fc.Arbitrary<Reading> = fc.record(of);

/** Readings as they come: mostly one thing at a time, which gets dialogues far. */
const simple: fc.Arbitrary<Reading> = fc
  .oneof<fc.MaybeWeightedArbitrary<Partial<Reading>>[]>(
    { weight: 3, arbitrary: fc.record({ yesNo: fc.constantFrom('yes', 'yes', 'no') }) },
    fc.record({ service: of.service }),
    fc.record({ between: of.between }),
    fc.record({ when: of.when }),
    fc.record({ name: of.name }),
    fc.record({ phone: of.phone }),
    fc.record({ choice: of.choice }),
    fc.record({ intent: of.intent }),
    fc.record({
      intent: fc.constant({ name: 'person', score: 1, margin: 1 }),
      person: of.person,
      wantsMessage: of.wantsMessage,
    }),
    fc.record({ text: of.text, intent: of.intent }),
    fc.record({ digits: of.digits }),
    fc.record({ skill: of.skill }),
    fc.record({ skill: of.skill, slots: of.slots }),
    fc.record({ slots: of.slots }),
    fc.record({
      intent: fc.constant({ name: 'change-appointment', score: 1, margin: 1 }),
      change: of.change,
    }),
    fc.record({ change: of.change }),
    fc.constant({ question: true, text: 'do you have parking' }),
    fc.record({ emergency: of.emergency }),
    fc.record({ dropped: of.dropped }),
    fc.record({ aspect: of.aspect, yesNo: of.yesNo }),
    reading,
  )
  .map((part) => ({ ...emptyReading, ...part, clearYes: part.yesNo === 'yes' && part.clearYes !== false }));

export type Step =
  | { readonly reading: Reading }
  | { readonly silence: number }
  | { readonly handedBack: HandBack };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: simple.map((value): Step => ({ reading: value })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }).map((silence): Step => ({ silence })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<HandBack>('given-back', 'left-alone')
      .map((handedBack): Step => ({ handedBack })),
  },
);
const soonest: Reading['when'] = {
  ...{ days: null, minute: null, otherMinute: null, window: null, soonest: true, past: false, confidence: 1 },
};
const known = {
  name: { name: { value: 'Sarah', confidence: 0.9 } },
  phone: { phone: { value: '+14155550132', confidence: 0.95 } },
  yes: { yesNo: 'yes', clearYes: true },
} satisfies Record<string, Partial<Reading>>;
const wants = (change: Reading['change']): Partial<Reading> => ({
  intent: { name: 'change-appointment', score: 1, margin: 1 },
  change,
});

/** Ways of willing callers, which lead to a read-back unless something comes between. */
const willing: readonly (readonly Partial<Reading>[])[] = [
  [
    { service: { value: 'clean', confidence: 1 } },
    { when: soonest },
    { choice: 'first' },
    known.name,
    known.phone,
    known.yes,
  ],
  [wants('reschedule'), known.name, known.phone, { when: soonest }, { choice: 'first' }, known.yes],
  [wants('cancel'), known.name, known.phone, known.yes],
  [
    { skill: { value: 'order', confidence: 1 } },
    { slots: { items: { change: onePizza } } },
    { yesNo: 'no' },
    known.name,
    known.yes,
  ],
  [
    { skill: { value: 'message', confidence: 1 } },
    { text: 'call me', slots: { message: { value: 'call me', words: 'call me' } } },
    known.name,
    known.yes,
  ],
];
export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.constantFrom(...willing),
    fc.array(fc.array(anyStep, { maxLength: 1 }), { minLength: 6, maxLength: 6 }),
    fc.array(anyStep, { maxLength: 20 }),
    fc.boolean(),
  )
  .map(([way, between, rest, detours]) => [
    ...way.flatMap((part, i): Step[] => [
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
  const openAt = [...Array(12).keys()].map((n) => openingAt(fridayMorningMs + (71 + n * 2) * hour));
  const run = (event: DialogueEvent): void => {
    const decision = decide(state, event, facts);
    state = decision.state;
    check(event, decision.moves, state);
    const last = decision.moves.at(-1);
    const now = world.next().value ?? { openings: 1, failure: null };
    if (last?.kind === 'transfer') {
      // One that succeeds takes the caller away: only a failed one is heard of.
      run({ kind: 'transfer-failed', why: now.failure === null ? 'no-answer' : 'busy' });
    } else if (last && isTool(last)) run(answerOf(last, openAt, now));
  };
  for (const step of events) {
    if ('reading' in step) run({ kind: 'reading', reading: step.reading });
    else if ('silence' in step) run({ kind: 'silence', times: step.silence });
    else run({ kind: 'handed-back', how: step.handedBack });
  }
}
type Stream = fc.Stream<{ readonly openings: number; readonly failure: ErrorCode | null }>;

/** Fake world: what a tool brings. */
function answerOf(
  tool: ToolMove,
  openAt: readonly Opening[],
  { openings, failure }: { readonly openings: number; readonly failure: ErrorCode | null },
): DialogueEvent {
  if (failure && (failure === 'disk_full' || tool.kind !== 'find-openings'))
    return { kind: 'tool-failed', code: failure };
  const appointmentAt = (startsAtMs: number): FoundAppointment => ({
    ...{ id: `found ${startsAtMs}`, serviceId: 'clean', serviceName: 'cleaning', staffName: 'x' },
    ...openingAt(startsAtMs),
  });
  switch (tool.kind) {
    case 'find-openings': {
      const { fromMs, toMs } = tool.request;
      const found = openAt.filter(({ startsAtMs }) => startsAtMs >= fromMs && startsAtMs < toMs);
      return { kind: 'openings', openings: found.slice(0, openings) };
    }
    case 'find-appointments':
      return {
        kind: 'appointments',
        appointments: openAt.slice(0, openings).map(({ startsAtMs }) => appointmentAt(startsAtMs)),
      };
    case 'look-up':
      return { kind: 'answered', answer: openings === 0 ? null : { text: 'Yes.', passageIds: ['p'] } };
    case 'book':
      return { kind: 'booked', appointment: appointmentAt(tool.request.startsAtMs) };
    case 'reschedule':
      return { kind: 'rescheduled', appointment: appointmentAt(tool.request.startsAtMs) };
    case 'cancel':
      return { kind: 'cancelled', appointment: appointmentAt(fridayMorningMs) };
    case 'submit':
      return { kind: 'submitted' };
    case 'do-not-call':
      return { kind: 'not-called' };
  }
}

/** The effect that a tool move has; null where it only looks. */
export const effectIn = (move: Move): Pick<Effect, 'kind' | 'request'> | null =>
  move.kind === 'book' || move.kind === 'reschedule' || move.kind === 'cancel' || move.kind === 'submit'
    ? { kind: move.kind, request: move.request }
    : null;
