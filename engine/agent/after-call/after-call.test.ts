import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Appointment, ExtractionField, Submission } from '../../store/index.ts';
import { playbookSchema } from '../../store/index.ts';
import type { CallRecord } from './call-record.ts';
import { costOf } from './cost.ts';
import { extract, isTold } from './extraction.ts';
import { revenueOf } from './revenue.ts';
import { summaryOf } from './summary.ts';
import { saysOnly, worded } from './wording.ts';

const startMs = Date.UTC(2026, 10, 27, 17);
const caller = '+14155550132';

type Line = readonly ['agent' | 'caller' | 'staff', string];

function record(
  given: Partial<CallRecord> & { readonly lines?: readonly Line[]; readonly fields?: ExtractionField[] },
): CallRecord {
  const { lines = [], fields = [], ...rest } = given;
  return {
    call: {
      ...{
        id: 'c',
        sipCallId: 's',
        direction: 'inbound',
        callerNumber: caller,
        calledNumber: '+15555550100',
      },
      ...{
        callerName: null,
        state: 'ended',
        outcome: 'answered',
        startedAtMs: startMs,
        answeredAtMs: startMs,
      },
      ...{ endedAtMs: startMs + 60_000, recording: null, practice: false, quality: null },
    },
    turns: lines.map(([speaker, text], i) => ({
      ...{ id: `t${i}`, callId: 'c', position: i, speaker, text, interrupted: false, latency: null },
      ...{ startedAtMs: startMs + i * 1000, endedAtMs: startMs + i * 1000 + 900 },
      confidence: speaker === 'caller' ? 0.9 : null,
    })),
    ...{ understood: [], booked: [], cancelled: [], moved: [], submissions: [] },
    services: [
      { id: 's', name: 'cleaning', aliases: [], durationMinutes: 30, priceMinor: 12_000, currency: 'USD' },
      { id: 'f', name: 'filling', aliases: [], durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
      { id: 'e', name: 'eye test', aliases: [], durationMinutes: 60, priceMinor: 4_000, currency: 'GBP' },
    ],
    playbook: playbookSchema.parse({ extraction: fields }),
    ...{ timeZone: 'America/New_York', language: 'en-US' },
    ...rest,
  };
}

const appointment = (fields: Partial<Appointment> = {}): Appointment => ({
  ...{ id: 'a', serviceId: 's', serviceName: 'cleaning', staffId: 'm', staffName: 'Dr. One' },
  ...{
    startsAtMs: Date.UTC(2026, 11, 1, 15),
    endsAtMs: Date.UTC(2026, 11, 1, 16),
    customerName: 'Sarah Miller',
  },
  ...{ customerPhone: caller, status: 'booked', callId: 'c', createdAtMs: startMs },
  ...{
    blockedFromMs: 0,
    blockedToMs: 0,
    customerEmail: null,
    details: {},
    changedAtMs: startMs,
    revision: 0,
  },
  ...fields,
});

const submission = (fields: Partial<Submission> = {}): Submission => ({
  ...{
    id: 'm',
    skill: 'message',
    kind: 'message',
    title: 'Message',
    callId: 'c',
    customerName: 'Sarah Miller',
  },
  ...{
    customerPhone: caller,
    urgent: false,
    totalMinor: null,
    currency: null,
    status: 'open',
    assignee: null,
    note: null,
    createdAtMs: startMs,
  },
  fields: [{ id: 'message', label: 'message', value: 'The invoice is wrong.' }],
  ...fields,
});

describe('the summary', () => {
  it.each([
    [{ lines: [] }, '(415) 555-0132 called and said nothing.'],
    [
      { lines: [['caller', 'When do you open?']] as const, understood: [{ skill: 'hours', slots: {} }] },
      '(415) 555-0132 called about the opening hours. Nothing was booked or left.',
    ],
    [
      { booked: [appointment()] },
      'Sarah Miller from (415) 555-0132 called to book a cleaning. Booked: cleaning with Dr. One on Tuesday, December 1st at 10 AM.',
    ],
    [
      {
        booked: [appointment()],
        cancelled: [
          appointment({ id: 'b', status: 'cancelled', startsAtMs: Date.UTC(2026, 10, 30, 15), callId: null }),
        ],
        understood: [{ skill: 'reschedule', slots: { name: 'Sarah Miller' } }],
      },
      'Sarah Miller from (415) 555-0132 called to move an appointment. Moved: cleaning from Monday, November 30th at 10 AM to Tuesday, December 1st at 10 AM.',
    ],
    [
      { cancelled: [appointment({ status: 'cancelled' })], understood: [{ skill: 'cancel', slots: {} }] },
      'Sarah Miller from (415) 555-0132 called to cancel an appointment. Cancelled: cleaning with Dr. One on Tuesday, December 1st at 10 AM.',
    ],
    [
      { moved: [{ appointment: appointment({ callId: 'earlier' }), fromMs: Date.UTC(2026, 10, 30, 15) }] },
      'Sarah Miller from (415) 555-0132 called to move an appointment. Moved: cleaning from Monday, November 30th at 10 AM to Tuesday, December 1st at 10 AM.',
    ],
    [
      { submissions: [submission({ urgent: true })] },
      'Sarah Miller from (415) 555-0132 called to leave a message. Left a message (urgent): “The invoice is wrong.” They wait to hear back.',
    ],
    [
      {
        submissions: [
          submission({
            ...{ kind: 'order', skill: 'order', title: 'Order', totalMinor: 2450, currency: 'USD' },
            fields: [{ id: 'items', label: 'Items', value: 'two pizzas' }],
          }),
        ],
      },
      'Sarah Miller from (415) 555-0132 called. Ordered: items two pizzas, in all $24.50.',
    ],
    [
      {
        lines: [
          ['caller', 'A cleaning please'],
          ['agent', 'Sure. What day works for you?'],
        ] as const,
        understood: [{ skill: 'book', slots: { service: 'cleaning' } }],
      },
      '(415) 555-0132 called to book a cleaning. Nothing was settled; still open: “What day works for you?”',
    ],
  ] satisfies readonly [Parameters<typeof record>[0], string][])('%# says what happened', (given, text) => {
    expect(summaryOf(record(given))).toBe(text);
  });

  it('says only what the record holds, whatever was said', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const lines = texts.map((text): Line => ['caller', text]);
        expect(summaryOf(record({ lines }))).toMatch(/^\(415\) 555-0132 called/);
      }),
    );
  });
});

describe('a wording by a model', () => {
  const facts =
    'Sarah Miller called to book a cleaning. Booked: cleaning with Dr. One on Tuesday, December 1st at 10 AM.';

  it.each([
    ['Sarah Miller has a cleaning with Dr. One on Tuesday, December 1st at 10 AM.', true],
    ['She booked a cleaning: Sarah Miller sees Dr. One on Tuesday, December 1st at 10 AM.', true],
    ['Sarah Miller booked a cleaning on Wednesday, December 1st at 10 AM.', false],
    ['Sarah Miller booked a cleaning on Tuesday, December 1st at 11 AM.', false],
    ['Sarah Miller cancelled the cleaning on Tuesday, December 1st at 10 AM.', false],
    ['Sarah Miller did not book the cleaning on Tuesday, December 1st at 10 AM.', false],
    ['Sarah Miller and John booked on Tuesday, December 1st at 10 AM.', false],
    ['Sarah Miller booked a cleaning with Dr. One for Tuesday.', false],
    ['Sarah Miller booked for two on Tuesday, December 1st at 10 AM.', false],
  ])('%j is true to the facts: %s', (wording, isTrue) => {
    expect(saysOnly(wording, facts)).toBe(isTrue);
  });

  it('is used where it is true, and only there', async () => {
    const good = 'On Tuesday, December 1st at 10 AM Sarah Miller has a cleaning with Dr. One.';
    expect(await worded(facts, async () => good)).toEqual({ text: good, by: 'model' });
    for (const bad of ['', 'Booked on Friday.', 'x'.repeat(700)]) {
      expect(await worded(facts, async () => bad)).toEqual({ text: facts, by: 'code' });
    }
    const broken = () => Promise.reject(new Error('no model'));
    expect(await worded(facts, broken)).toEqual({ text: facts, by: 'code' });
    expect(await worded(facts, null)).toEqual({ text: facts, by: 'code' });
  });
});

describe('revenue', () => {
  it('is what was booked and ordered, less what was cancelled, by currency', () => {
    const order = submission({ kind: 'order', totalMinor: 2450, currency: 'USD' });
    const gone = appointment({ id: 'g', serviceId: 'f', status: 'cancelled', callId: 'earlier' });
    const own = appointment({ id: 'o', serviceId: 'f', status: 'cancelled' });
    const booked = [appointment(), appointment({ id: 'x', serviceId: 'e' })];
    expect(revenueOf(record({ booked, submissions: [order] }))).toEqual([
      { amountMinor: 14_450, currency: 'USD' },
      { amountMinor: 4_000, currency: 'GBP' },
    ]);
    expect(revenueOf(record({ cancelled: [gone, own] }))).toEqual([
      { amountMinor: -21_000, currency: 'USD' },
    ]);
    expect(revenueOf(record({ booked: [appointment({ serviceId: 'none' })] }))).toEqual([]);
    expect(revenueOf(record({ submissions: [submission({ kind: 'lead' })] }))).toEqual([]);
  });
});

describe('cost', () => {
  const lines: readonly Line[] = [
    ['agent', 'Hello.'],
    ['caller', 'Hi there'],
    ['agent', 'x'.repeat(100)],
  ];
  const local = { provider: 'local', model: null, baseUrl: null } as const;

  it('of the box alone is nothing', () => {
    const cost = costOf(record({ lines }), { stt: local, tts: local, llm: local });
    expect(cost.totalMicroUsd).toBe(0);
    expect(cost.parts.map(({ use, amount, unit }) => [use, amount, unit])).toEqual([
      ['stt', 60, 'seconds'],
      ['tts', 106, 'characters'],
      ['llm', 629, 'tokens'],
    ]);
  });

  it('of services is by their list prices; what has no price is told as such', () => {
    const cost = costOf(record({ lines }), {
      stt: { ...local, provider: 'deepgram' },
      tts: { ...local, provider: 'cartesia' },
      llm: { ...local, provider: 'openai', baseUrl: 'http://192.0.2.1' },
    });
    expect(cost.parts.map(({ microUsd }) => microUsd)).toEqual([60 * 128, 106 * 39, null]);
    expect(cost.totalMicroUsd).toBe(60 * 128 + 106 * 39);
  });
});

describe('extraction', () => {
  const field = (id: string, kind: ExtractionField['kind'], choices: string[] = []): ExtractionField => ({
    ...{ id, kind, choices, label: id.replaceAll('-', ' '), description: id.replaceAll('-', ' ') },
  });

  it.each([
    [
      field('guests', 'number'),
      [
        ['agent', 'How many guests?'],
        ['caller', 'We are six'],
      ],
      '6',
    ],
    [field('guests', 'number'), [['caller', 'A table for six guests please']], '6'],
    [field('phone', 'phone'), [['caller', "it's 415 555 2671"]], '+14155552671'],
    [field('email', 'email'), [['caller', 'joe at example dot com']], 'joe@example.com'],
    [
      field('name', 'name'),
      [
        ['agent', 'Your name?'],
        ['caller', 'This is Joe Brown'],
      ],
      'Joe Brown',
    ],
    [field('budget', 'money'), [['caller', 'about 500 dollars']], '500 dollars'],
    [field('size', 'choice', ['small', 'large']), [['caller', 'the large one']], 'large'],
    [field('size', 'choice', ['small', 'large']), [['caller', 'small or large?']], null],
    [
      field('pets', 'yes-no'),
      [
        ['agent', 'Do you have pets?'],
        ['caller', 'No, I do not'],
      ],
      'no',
    ],
    [
      field('pets', 'yes-no'),
      [
        ['agent', 'Shall I book it?'],
        ['caller', 'Yes'],
      ],
      null,
    ],
    [field('date', 'date-time'), [['caller', 'next Tuesday at 3 pm']], '2026-12-01T20:00:00.000Z'],
    [
      field('symptoms', 'text'),
      [
        ['agent', 'What symptoms do you have?'],
        ['caller', 'My back hurts'],
      ],
      'My back hurts',
    ],
    [field('symptoms', 'text'), [['caller', 'My back hurts']], null],
    [
      field('symptoms', 'text'),
      [
        ['staff', 'What symptoms do you have?'],
        ['caller', 'My back hurts'],
        ['staff', 'Mine hurts as well'],
      ],
      'My back hurts',
    ],
    [field('date', 'date-time'), [['staff', 'next Tuesday at 3 pm']], null],
    [field('guests', 'number'), [['caller', 'hello']], null],
  ] as readonly [ExtractionField, readonly Line[], string | null][])(
    '%# reads %o',
    async (one, lines, value) => {
      const [found] = await extract(record({ lines, fields: [one] }));
      expect(found?.value ?? null).toBe(value);
      if (found) expect(found.source).toBe('recogniser');
    },
  );

  it('goes by the record before the words', async () => {
    const fields = [field('when', 'date-time'), field('items', 'text'), field('party', 'text')];
    const found = await extract(
      record({
        ...{ fields, lines: [['caller', 'tomorrow at nine am']], booked: [appointment()] },
        submissions: [submission({ fields: [{ id: 'items', label: 'Items', value: 'two pizzas' }] })],
        understood: [{ skill: 'book', slots: { party: 'four' } }],
      }),
    );
    expect(found).toEqual([
      { id: 'when', label: 'when', value: '2026-12-01T15:00:00.000Z', confidence: 0.97, source: 'slot' },
      { id: 'items', label: 'items', value: 'two pizzas', confidence: 0.97, source: 'slot' },
      { id: 'party', label: 'party', value: 'four', confidence: 0.9, source: 'slot' },
    ]);
  });

  it('takes of a model only what the caller said', async () => {
    const fields = [field('car', 'text'), field('fault', 'text'), field('colour', 'choice', ['red'])];
    const lines: readonly Line[] = [
      ['agent', 'Is it a Ford?'],
      ['caller', 'My Honda Civic makes a noise'],
    ];
    const found = await extract(record({ lines, fields }), {
      complete: async (request) => {
        expect(request.fields.map(({ id }) => id)).toEqual(['car', 'fault', 'colour']);
        return { car: 'Honda Civic', fault: 'broken gearbox', colour: 'blue' };
      },
    });
    expect(found).toEqual([
      { id: 'car', label: 'car', value: 'Honda Civic', confidence: 0.6, source: 'model' },
    ]);
    expect(isTold('Ford', record({ lines }).turns)).toBe(false);
  });
});
