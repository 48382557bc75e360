import { DateTime } from 'luxon';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLog, VoxboxError } from '../foundation/index.ts';
import { playScript } from './fake-caller.ts';
import { conversations } from './fake-conversations.ts';
import { fakeEmbed } from './fake-embedding.ts';
import { mishearings } from './fake-mishearings.ts';
import {
  brightSmile,
  type FakeTools,
  fakePeople,
  fakeTools,
  fridayMorningMs,
  stoppedClock,
} from './fake-practice.ts';
import type { ProfileSnapshot, Receptionist, Saying } from './model.ts';
import { fixedPhrases } from './phrasing/phrase.ts';
import type { Phrase } from './phrasing/small-talk.ts';
import { createReceptionist, type ReceptionistOptions } from './receptionist.ts';
import { type IntentBank, prepareIntentBank } from './understanding/intents.ts';

let intentBank: IntentBank;
beforeAll(async () => {
  intentBank = await prepareIntentBank(fakeEmbed);
});

const receptionistWith = (
  tools: FakeTools,
  options: { number?: string | null } & Pick<ReceptionistOptions, 'phrase' | 'readAhead'> = {},
): Receptionist =>
  createReceptionist({
    snapshot: brightSmile,
    caller: { number: options.number ?? null, name: null, earlierCalls: 0 },
    tools,
    embed: fakeEmbed,
    phrase: options.phrase,
    readAhead: options.readAhead,
    clock: stoppedClock(fridayMorningMs),
    log: silentLog,
    intentBank,
  });

const all = async (sayings: AsyncIterable<Saying>): Promise<Saying[]> => {
  const heard: Saying[] = [];
  for await (const saying of sayings) heard.push(saying);
  return heard;
};
const words = (sayings: readonly Saying[]): string =>
  sayings.map((saying) => (saying.kind === 'say' ? saying.text : '<end>')).join(' ');
const say = (receptionist: Receptionist, text: string): Promise<Saying[]> =>
  all(receptionist.reply({ text, confidence: 0.95 }));

describe.each([
  { anticipates: false, how: 'as they come' },
  { anticipates: true, how: 'each turn foreseen before it is over' },
])('scripted conversations, $how', (options) => {
  it.each([...conversations, ...mishearings].map((entry) => [entry.title, entry] as const))(
    '%s',
    async (_title, entry) => {
      const tools = fakeTools(brightSmile, entry);
      const receptionist = receptionistWith(tools, { number: entry.number });
      const wrong = await playScript(receptionist, entry.script, options);
      expect(wrong).toEqual([]);
      const booked = tools.bookings.map((booking) => [
        booking.serviceId,
        DateTime.fromMillis(booking.startsAtMs, { zone: brightSmile.timeZone }).toFormat(
          "yyyy-MM-dd'T'HH:mm",
        ),
        booking.customerName,
        booking.customerPhone,
      ]);
      expect(booked).toEqual(entry.books);
    },
  );
});

const ready = async (receptionist: Receptionist): Promise<void> => {
  await say(receptionist, 'This is Sarah Miller, a cleaning on Tuesday at ten, my number is 415-555-0132');
};

describe('anticipation', () => {
  const { signal } = new AbortController();

  it('changes nothing, and books nothing', async () => {
    const tools = fakeTools(brightSmile);
    const receptionist = receptionistWith(tools, { number: '+14155550132' });
    await say(receptionist, 'This is Sarah Miller, I would like a cleaning on Tuesday at ten');
    await say(receptionist, 'Yes');
    const before = JSON.stringify(receptionist.slots());
    for (const text of ['Yes that is right', 'Actually Thursday', 'goodbye', 'A filling on Friday at nine']) {
      await receptionist.anticipate?.({ text, confidence: 0.9 }, signal);
    }
    expect(tools.bookings).toEqual([]);
    expect(JSON.stringify(receptionist.slots())).toBe(before);
    await say(receptionist, 'Yes that is right');
    expect(tools.bookings).toHaveLength(1);
  });

  it('looks openings up once for the words that turn out to be the turn', async () => {
    let lookups = 0;
    const tools = fakeTools(brightSmile);
    const counted: FakeTools = {
      ...tools,
      findOpenings(request) {
        lookups++;
        return tools.findOpenings(request);
      },
    };
    const receptionist = receptionistWith(counted);
    const text = 'I would like a cleaning on Tuesday at ten';
    const foreseen = await receptionist.anticipate?.({ text, confidence: 0.9 }, signal);
    expect(foreseen?.length).toBeGreaterThan(0);
    expect(words(await say(receptionist, text))).toContain(foreseen?.at(-1) ?? '?');
    expect(lookups).toBe(1);
    await receptionist.anticipate?.({ text: 'On Wednesday at', confidence: 0.9 }, signal);
    await say(receptionist, 'On Thursday at nine');
    expect(lookups).toBe(3);
  });
});

describe('what may have been said instead', () => {
  const hear = async (receptionist: Receptionist, text: string, ...alternatives: string[]): Promise<string> =>
    words(await all(receptionist.reply({ text, confidence: 0.95, alternatives })));

  it('answers the question where the words themselves mean nothing, and agrees to nothing', async () => {
    const tools = fakeTools(brightSmile);
    const receptionist = receptionistWith(tools, { number: '+14155550132' });
    expect(await hear(receptionist, 'I would like an appointment')).toMatch(/come in for/);
    expect(await hear(receptionist, 'a feeling of sorts', 'hmm', 'a filling')).toMatch(/day/);
    expect(await hear(receptionist, 'what are your hours', 'Monday at ten')).toMatch(/open Monday.*\?$/);
    await say(receptionist, 'Tuesday at ten');
    await say(receptionist, 'Sarah Miller');
    expect(await hear(receptionist, 'the essence', 'yes', 'no')).toMatch(/^Let me read that back/);
    expect(await hear(receptionist, 'the essence', 'yes', 'no')).toMatch(/correct\?$/);
    expect(tools.bookings).toEqual([]);
    await say(receptionist, 'yes');
    expect(tools.bookings).toHaveLength(1);
  });
});

describe('handing over', () => {
  const handOver = async (given: Partial<ProfileSnapshot>): Promise<Saying[]> => {
    const snapshot = { ...brightSmile, people: [], ...given };
    const options = { caller: { number: null, name: null, earlierCalls: 0 }, tools: fakeTools(snapshot) };
    const receptionist = createReceptionist({
      ...{ snapshot, ...options, embed: fakeEmbed, clock: stoppedClock(fridayMorningMs), log: silentLog },
      intentBank,
    });
    return all(receptionist.handOver?.() ?? receptionist.silence(3));
  };

  it('puts through to the first person, else takes a message, else ends', async () => {
    expect((await handOver({ people: fakePeople, recorded: true })).at(-1)).toEqual({
      kind: 'transfer',
      targetId: 'desk',
    });
    expect((await handOver({ recorded: true })).at(-1)).toEqual({ kind: 'record-message' });
    expect((await handOver({})).at(-1)).toEqual({ kind: 'end-call', failed: true });
  });
});

describe('tools', () => {
  it('bridges a slow tool with a filler and says the result after it', async () => {
    const receptionist = receptionistWith(fakeTools(brightSmile, { delayMs: 700 }));
    const heard = await say(receptionist, 'A cleaning on Monday at nine');
    expect(words(heard)).toMatch(/(one moment|let me check).*name/i);
  });

  it('says the spoken line of a failure and claims no booking', async () => {
    const failure = new VoxboxError('disk_full', 'no space');
    const receptionist = receptionistWith(fakeTools(brightSmile, { failure }));
    await ready(receptionist);
    const heard = words(await say(receptionist, 'yes'));
    expect(heard).toContain("I can't save that right now");
    expect(heard).not.toMatch(/all set|see you on/i);
  });

  it('tells of a booking on the next turn when the caller talked over the waiting', async () => {
    const tools = fakeTools(brightSmile, { delayMs: 30 });
    const receptionist = receptionistWith(tools);
    await ready(receptionist);
    const abort = new AbortController();
    const first = receptionist.reply({ text: 'yes', confidence: 0.9 }, abort.signal)[Symbol.asyncIterator]();
    const waiting = first.next();
    await new Promise((resolve) => setTimeout(resolve, 15));
    abort.abort();
    await waiting;
    await first.return?.(undefined);
    const heard = words(await say(receptionist, 'hello?'));
    expect(tools.bookings).toHaveLength(1);
    expect(heard).toMatch(/we'll see you on Tuesday/);
  });

  it('books once when yes is said twice', async () => {
    const tools = fakeTools(brightSmile);
    const receptionist = receptionistWith(tools);
    await ready(receptionist);
    await say(receptionist, 'yes');
    await say(receptionist, 'yes');
    expect(tools.bookings).toHaveLength(1);
  });
});

describe('what the line and the screen are told', () => {
  it('expects what was asked for, and shows the slots in words', async () => {
    const receptionist = receptionistWith(fakeTools(brightSmile));
    expect([receptionist.expecting(), receptionist.slots()]).toEqual(['open', null]);
    await say(receptionist, 'I need an appointment');
    expect(receptionist.expecting()).toBe('choice');
    await say(receptionist, 'cleaning');
    expect(receptionist.expecting()).toBe('date-time');
    await say(receptionist, 'tuesday at ten');
    expect(receptionist.expecting()).toBe('name');
    await say(receptionist, 'Sarah Miller');
    expect(receptionist.expecting()).toBe('digits');
    await say(receptionist, '415-555-0132');
    expect(receptionist.expecting()).toBe('yes-no');
    expect(receptionist.slots()).toEqual({
      skill: 'book',
      slots: {
        service: 'Check-up and cleaning',
        when: 'Tuesday, November 24th at 10 AM',
        name: 'Sarah Miller',
        phone: '(415) 555-0132',
      },
    });
    await say(receptionist, 'yes');
    await say(receptionist, 'no thanks');
    expect(receptionist.expecting()).toBe('nothing');
  });

  it('flags as fixed only clauses that are among the fixed phrases', async () => {
    const known = new Set(fixedPhrases(brightSmile));
    for (const entry of [...conversations, ...mishearings]) {
      const receptionist = receptionistWith(fakeTools(brightSmile, entry), { number: entry.number });
      for (const line of entry.script.split('\n')) {
        const text = /^\s*caller[ \d.]*:(.*)$/.exec(line)?.[1];
        if (text === undefined) continue;
        for (const saying of await say(receptionist, text)) {
          if (saying.kind === 'say' && saying.fixed) expect(known).toContain(saying.text);
        }
      }
    }
  });
});

describe('small talk', () => {
  const phraseOf =
    (text: string): Phrase =>
    async () =>
      text;

  it('uses the model for a harmless sentence and asks the pending question again', async () => {
    const receptionist = receptionistWith(fakeTools(brightSmile), {
      phrase: phraseOf('Doing well, thanks for asking!'),
    });
    await say(receptionist, 'I want a cleaning');
    expect(words(await say(receptionist, 'How are you today?'))).toMatch(
      /^Doing well, thanks for asking! .*\?$/,
    );
  });

  it.each([
    'You are booked for 10 AM.',
    'It is free today!',
    'Why? Where? When?',
    'We will call you back',
    '',
  ])('does not repeat "%s"', async (text) => {
    const receptionist = receptionistWith(fakeTools(brightSmile), { phrase: phraseOf(text) });
    const heard = words(await say(receptionist, 'How are you today?'));
    if (text !== '') expect(heard).not.toContain(text);
    expect(heard).toMatch(/right one|outside/);
  });

  it('tells the model the last five to ten exchanges, which it could read before', async () => {
    const told: string[][] = [];
    const listed = (messages: Parameters<Phrase>[0]['messages']): string[] =>
      messages.map(({ role, content }) => `${role}: ${content}`);
    let ahead: string[] = [];
    const receptionist = receptionistWith(fakeTools(brightSmile), {
      phrase: async ({ messages }) => {
        told.push(listed(messages));
        return 'How nice.';
      },
      readAhead: (prefix) => {
        ahead = listed(prefix);
      },
    });
    await say(receptionist, 'How are you today?');
    for (let n = 0; n < 12; n++) await say(receptionist, 'What are your hours?');
    const read = ahead;
    await say(receptionist, 'How are you today?');
    const [first, last] = told;
    expect(first?.slice(1)).toEqual(['user: How are you today?']);
    expect(last).toEqual([...read, 'user: How are you today?']);
    expect(last?.[0]).toBe(first?.[0]);
    const exchanges = last?.slice(1, -1) ?? [];
    expect(exchanges.length / 2).toBeGreaterThanOrEqual(5);
    expect(exchanges.length / 2).toBeLessThanOrEqual(10);
    expect(exchanges.slice(0, 2)).toEqual([
      'user: What are your hours?',
      expect.stringMatching(/^assistant: We're open/),
    ]);
  });

  it('does not wait for a model that hangs', async () => {
    const receptionist = receptionistWith(fakeTools(brightSmile), { phrase: () => new Promise(() => {}) });
    const startedMs = performance.now();
    expect(words(await say(receptionist, 'Tell me a joke'))).toMatch(/right one|outside/);
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });
});
