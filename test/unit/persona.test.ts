import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { classify, Persona, type Question } from '../caller/persona.ts';
import { nextTuesdayAtTen, ordinalWords, timesIn } from '../caller/spoken-time.ts';

const zone = 'America/New_York';
const when = DateTime.fromISO('2026-11-24T10:00', { zone });
const caller = () =>
  new Persona({ firstName: 'Sarah', lastName: 'Miller', service: 'cleaning', phone: '4155550132', when });
const words = (heard: string, persona = caller()) => {
  const reaction = persona.react(heard);
  return reaction.kind === 'say' ? reaction.text : reaction.kind;
};

describe('what the agent asks', () => {
  it.each<[string, Question | null]>([
    ['Thank you for calling Bright Smile Dental, this is Emma. How can I help you today?', 'service'],
    ["Sure, I can help with that. What's your name, please?", 'name'],
    ['Thanks, Sarah. What day and time would you like?', 'date-time'],
    ['Okay, Tuesday. What time works for you?', 'date-time'],
    ['And what is the best phone number to reach you?', 'phone'],
    ['That is a cleaning on Tuesday, November 24th at 10 a.m. for Sarah Miller. Is that right?', 'confirm'],
    ['You are booked for Tuesday at 10 a.m. Is there anything else I can help you with?', 'anything-else'],
    ['Could you spell your last name for me?', 'spell'],
    ['I have 9.30 a.m. or 11 a.m. Would either of those work?', 'offer'],
    ['One moment, let me check.', 'patience'],
    ["Sorry, I didn't catch that.", 'not-heard'],
    ['Thank you for calling. Goodbye.', 'goodbye'],
    ['Blue cheese.', null],
  ])('%s', (heard, question) => {
    expect(classify(heard)).toBe(question);
  });
});

describe('how the caller answers', () => {
  it('goes from the greeting to the end', () => {
    const persona = caller();
    expect(words('Bright Smile Dental, how can I help you?', persona)).toBe(
      "Hi, I'd like to book a cleaning, please.",
    );
    expect(words('May I have your name?', persona)).toBe('My name is Sarah Miller.');
    expect(words('What day and time would you like?', persona)).toBe(
      'Tuesday, November twenty-fourth at ten A M, please.',
    );
    expect(words('What phone number can I reach you at?', persona)).toBe(
      'My number is four one five, five five five, zero one three two.',
    );
    expect(words('Anything else?', persona)).toContain('that is all');
    expect(words('Goodbye.', persona)).toBe('hang-up');
    expect(persona.agreedAtMs).toBe(when.toMillis());
  });

  it('says no to a wrong time or number, yes to the right ones', () => {
    expect(words('Cleaning on Tuesday, November 24th at 10 a.m., 415-555-0132. Is that correct?')).toMatch(
      /^Yes/,
    );
    expect(words('Cleaning on Tuesday, November 24th at 10.00 a.m. Is that correct?')).toMatch(/^Yes/);
    expect(words('Cleaning on Wednesday, November 25th at 10 a.m. Is that correct?')).toMatch(
      /^No, I'd like Tuesday/,
    );
    expect(words('Your number is 415-555-0133. Is that correct?')).toMatch(/^No, my number/);
  });

  it('takes the first opening that is offered and expects that one', () => {
    const persona = caller();
    expect(words('That time is taken. I have 9.30 a.m. or 11 a.m. Would either work?', persona)).toBe(
      'Yes, Tuesday, November twenty-fourth at nine thirty A M, please.',
    );
    expect(persona.agreedAtMs).toBe(when.set({ hour: 9, minute: 30 }).toMillis());
  });

  it('makes out an offer that the line has worn down', () => {
    const persona = caller();
    const heard = "I'm sorry. we're closed on Sunday. How about Monday? November thirtieth at ten at M.";
    expect(words(heard, persona)).toBe('Yes, Monday, November thirtieth at ten A M, please.');
    const back =
      'Check up and cleaning on Monday, November thirty, at that ten a a m. for Miller, phone number, ending in 0132, is that right?';
    expect(words(back, persona)).toBe("Yes, that's right.");
    expect(words(back.replace('Monday', 'Friday'), persona)).toMatch(/^No/);
  });

  it('takes the time that is read back when the offer could not be made out', () => {
    const persona = caller();
    expect(words("We're closed then. How about another day?", persona)).toBe('Yes, the first one please.');
    expect(words('Cleaning on Monday, November thirty at that tenant-m. Is that right?', persona)).toMatch(
      /^Yes/,
    );
    expect(persona.agreedAtMs).toBe(DateTime.fromISO('2026-11-30T10:00', { zone }).toMillis());
  });

  it('says the name when asked to say or spell it, and spells when asked once more', () => {
    const persona = caller();
    const asked = 'Could you say your first and last name for me, or spell it?';
    expect(words(asked, persona)).toBe('My name is Sarah Miller.');
    expect(words(asked, persona)).toContain('S, A, R, A, H');
  });

  it('keeps to its wish when that is among the offers', () => {
    const persona = caller();
    words('I have Tuesday, November 24th at 9 a.m. or 10 a.m. Which one would you like?', persona);
    expect(persona.agreedAtMs).toBe(when.toMillis());
  });

  it('asks again when it did not understand, and repeats when the agent did not', () => {
    const persona = caller();
    expect(words('Hmm.', persona)).toBe('wait');
    words('How can I help you?', persona);
    const nudge = persona.nudge();
    expect(nudge.kind === 'say' && nudge.text).toContain('say that again');
    words('Your name, please?', persona);
    expect(words("Sorry, I didn't catch that.", persona)).toBe('My name is Sarah Miller.');
  });
});

describe('times in words', () => {
  it('finds the Tuesday of next week on every day of this one', () => {
    for (let day = 16; day <= 22; day += 1) {
      const now = DateTime.fromISO(`2026-11-${day}T23:30`, { zone });
      expect(nextTuesdayAtTen(now.toMillis(), zone).toISO()).toBe('2026-11-24T10:00:00.000-05:00');
    }
  });

  it('reads what a recogniser writes', () => {
    const read = (text: string) => timesIn(text, when).map((time) => time.toFormat('MM-dd HH:mm'));
    expect(read('at 10.30 a.m.')).toEqual(['11-24 10:30']);
    expect(read("ten thirty or two o'clock")).toEqual(['11-24 10:30', '11-24 14:00']);
    expect(read('Wednesday, November 25th at 1.30 p.m.')).toEqual(['11-25 13:30']);
    expect(read("we're closed on Sunday. How about Monday? November thirty at that tenant M..")).toEqual([
      '11-30 10:00',
    ]);
    expect(read('Monday, November thirty at that tenant, and for Sarah Miller')).toEqual(['11-30 10:00']);
    expect(read('Monday, November thirty, at that ten a a m. for Miller')).toEqual(['11-30 10:00']);
    expect(read('How about Monday? December seventh at ten o M..')).toEqual(['12-07 10:00']);
    expect(read("Monday, December seventh, at ten o'm., for Sarah Miller")).toEqual(['12-07 10:00']);
    expect(read('no time at all')).toEqual([]);
  });

  it('writes ordinals', () => {
    expect([1, 12, 20, 21, 30, 31].map(ordinalWords)).toEqual([
      'first',
      'twelfth',
      'twentieth',
      'twenty-first',
      'thirtieth',
      'thirty-first',
    ]); // prettier-ignore
  });
});
