import { describe, expect, it } from 'vitest';
import { brightSmile, nothingAsked } from '../fake-practice.ts';
import { asksAbout } from './cues.ts';
import { tokenise } from './tokens.ts';
import { recognise } from './understand.ts';

const read = (text: string) => recognise({ text, confidence: 0.95 }, brightSmile, nothingAsked);

describe('what a turn holds', () => {
  it.each([
    ["my tooth's been killing me since like Thursday", null],
    ['it has been hurting since last Monday night, can I come in on Tuesday', '2026-11-24'],
    ['I was there last Friday and need to come back on Monday', '2026-11-23'],
    ['next Friday', '2026-11-27'],
  ])('takes a day that is over for no wish: %s → %s', (text, day) => {
    expect(read(text).when?.days?.from ?? null).toBe(day);
  });

  it.each([
    ['a table for three the day after tomorrow', '2026-11-22', null],
    ['a table for three thirty tomorrow', '2026-11-21', 15 * 60 + 30],
    ['something for three tomorrow', '2026-11-21', 15 * 60],
  ])('takes so many people for no hour: %s', (text, day, minute) => {
    const { when } = read(text);
    expect([when?.days?.from, when?.minute]).toEqual([day, minute]);
  });

  it.each([
    ["I'm gonna be a bit late for my appointment", true],
    ['I want to complain about last week', true],
    ["it's the courier, I've three boxes of wine for you", true],
    ['I am calling about an unpaid invoice', true],
    ['I have a car for you to look at', false],
    ['I have a quick question for you', false],
    ['can I come in on Tuesday, it should be late afternoon', false],
    ['it could be late in the day', false],
    ["what's your refund policy", false],
    ['do I get my money back if I cancel', false],
  ])('leaves to people what only they can look into: %s → %s', (text, forStaff) => {
    expect(read(text).forStaff).toBe(forStaff);
  });

  it('hears "uh huh" as a yes, not as a request to say it again', () => {
    expect(read('uh huh')).toMatchObject({ clearYes: true, intent: null });
    expect(read('uh what').intent?.name).toBe('repeat');
  });

  it.each([
    ['what do you check in a home inspection', true],
    ['hi, I wanted to know what a deep cleaning covers', true],
    ['do I have to fast before a blood test', true],
    ['does a filling hurt', true],
    ['where can I park when I come in for my appointment', true],
    ['what times do you have for a cleaning', false],
    ['what about a cleaning', false],
    ['is there anything available for a filling', false],
    ['can I get a cleaning', false],
    ['do you do root canals', false],
  ])('knows what is asked from what is wanted: %s → %s', (text, asks) => {
    expect(asksAbout(tokenise(text))).toBe(asks);
  });

  it('takes a change that is a service for no change of anything', () => {
    const [service] = brightSmile.services;
    const services = ['oil change', 'tire rotation'].flatMap((name) =>
      service ? [{ ...service, id: name, name }] : [],
    );
    const garage = { ...brightSmile, services };
    const heard = { text: 'an oil change and a tire rotation', confidence: 0.95 };
    expect(recognise(heard, garage, nothingAsked)).toMatchObject({
      ...{ service: { value: 'oil change' }, also: 'tire rotation', change: null, correction: false },
    });
  });

  it.each([
    ["I've got my cleaning on Tuesday, can we push that to Thursday", '2026-11-24', '2026-11-26'],
    [
      'I have a filling appointment on Tuesday at ten but can I come on Wednesday at the same time',
      '2026-11-24',
      '2026-11-25',
    ],
  ])('hears an appointment moved in whatever words: %s', (text, from, to) => {
    const { intent, when, toWhen } = read(text);
    expect([intent?.name, when?.days?.from, toWhen?.days?.from]).toEqual(['change-appointment', from, to]);
  });

  it.each([
    "I've had a toothache since Monday, can I come in on Tuesday",
    'can I have a cleaning on Tuesday, no, Wednesday instead',
  ])('moves nothing for who has nothing booked: %s', (text) => {
    expect(read(text).intent?.name).not.toBe('change-appointment');
  });

  it.each([
    ["hi who's this", 'identity'],
    ["I just wanted to know if you're open tomorrow", 'hours'],
    ['I forgot when my filling is', 'change-appointment'],
    ['when is my wife coming in', 'private'],
    ["I've got two cleanings booked", 'change-appointment'],
  ])('hears what is asked for: %s → %s', (text, intent) => {
    expect(read(text).intent?.name).toBe(intent);
  });
});
