import { beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { playScript } from './fake-caller.ts';
import { facts } from './fake-dialogues.ts';
import { fakeEmbed } from './fake-embedding.ts';
import { type FakeTools, fakeTools, fridayMorningMs, stoppedClock } from './fake-practice.ts';
import { createReceptionist } from './receptionist.ts';
import { type IntentBank, prepareIntentBank } from './understanding/intents.ts';

let intentBank: IntentBank;
beforeAll(async () => {
  intentBank = await prepareIntentBank(fakeEmbed);
});

const { snapshot } = facts;
const play = async (script: string, there: Parameters<typeof fakeTools>[1] = {}): Promise<FakeTools> => {
  const tools = fakeTools(snapshot, there);
  const receptionist = createReceptionist({
    ...{ snapshot, tools, embed: fakeEmbed, intentBank },
    caller: { number: '+14155550132', name: null, earlierCalls: 0 },
    ...{ clock: stoppedClock(fridayMorningMs), log: silentLog },
  });
  expect(await playScript(receptionist, script)).toEqual([]);
  return tools;
};
const booked = `
  caller: this is Sarah Miller, a cleaning on Tuesday at ten please
  agent: calling from
  caller: yes
  agent: is that right
  caller: yes
  agent: all set.*anything else`;

describe('what callers come up with', () => {
  it.each([
    [
      'moves',
      'hold on, actually can you do Thursday at two instead',
      'move your check-up and cleaning on Tuesday, November 24th at 10 AM to Thursday, November 26th at 2 PM',
    ],
    ['moves by the hour', 'actually make it eleven', 'to Tuesday, November 24th at 11 AM'],
    ['cancels', 'oh sorry can you cancel that', 'cancel your check-up and cleaning on Tuesday'],
  ])('%s what was booked a moment ago without another proof', async (_what, said, expected) => {
    await play(`${booked}
      caller: ${said}
      agent: ${expected}.*right`);
  });

  it('moves what was only asked after, by its own words', async () => {
    const day = Date.parse('2026-11-25T14:00-05:00');
    const theirs = {
      id: 'a',
      serviceId: 'fill',
      serviceName: 'Filling',
      startsAtMs: day,
      endsAtMs: day,
      staffName: '',
    };
    await play(
      `caller: when is my appointment
      agent: what name
      caller: Nora Quinn
      agent: phone number
      caller: 415 555 0132
      agent: your filling on Wednesday, November 25th at 2 PM.*anything else
      caller: actually can you make it four the same day
      agent: move your filling.*to Wednesday, November 25th at 4 PM`,
      { appointments: [theirs] },
    );
  });

  it('takes another appointment for another one', async () => {
    await play(`${booked}
      caller: I also need to cancel my appointment on Friday
      agent: what name`);
    await play(`${booked}
      caller: actually I also want a filling on Thursday at two
      agent: a filling on Thursday`);
  });

  it('books two services that were named in one breath, one after the other', async () => {
    const { bookings } = await play(`
      caller: this is Sarah Miller, can I get a cleaning and also a whitening on Tuesday at ten
      agent: calling from
      caller: yes
      agent: a check-up and cleaning on Tuesday
      caller: yes
      agent: all set.*and you wanted a whitening.*what day
      caller: the same day at eleven
      agent: a whitening on Tuesday, November 24th at 11 AM
      caller: yes
      agent: all set.*anything else`);
    expect(bookings.map(({ serviceId }) => serviceId)).toEqual(['clean', 'white']);
  });

  it('books one where the other is taken back', async () => {
    await play(`
      caller: I want a cleaning, no wait, a filling and not a cleaning
      agent: (?!.*and you wanted)`);
  });

  it.each([
    "I'm just calling to see if my results are back yet",
    'I have a missed call from this number',
    'did you guys get my email about the crown',
    'I was there at eight and nobody showed up',
    'you overcharged me and I want my money back',
    "hi I'm running late for my appointment",
    'is the house on Maple still available',
    'you charged me twice on my card last month',
  ])('takes a message of what only people can look into: %s', async (said) => {
    const { submissions } = await play(`
      caller: ${said}
      agent: our team has to look into.*message
      caller: yes please
      agent: name
      caller: Sarah Miller
      agent: calling from
      caller: yes`);
    expect(submissions[0]?.fields).toMatchObject([{ value: said }]);
  });

  it('hears a wish behind the no to a message', async () => {
    await play(`
      caller: did you get my email
      agent: leave a message
      caller: no I want a cleaning on Monday at ten
      agent: your name`);
  });

  it('takes an order that is put as a question', async () => {
    await play(`
      caller: can I have two pizzas
      agent: gate code`);
  });

  it('looks later where an offer is too early, and not at the hours', async () => {
    await play(`
      caller: a whitening on Monday
      agent: 9 AM, or 11 AM
      caller: that's too early for me
      agent: (?!.*open).*PM`);
  });

  it('says again what it asked when a value of it is asked for', async () => {
    await play(`
      caller: this is Sarah Miller, a cleaning on Tuesday at ten please
      agent: calling from
      caller: yes
      agent: tuesday
      caller: sorry what time was that again
      agent: (?!.*information).*10 AM`);
  });

  it('gives a booking up for a call back', async () => {
    await play(`
      caller: I'd like to book an appointment
      agent: come in for
      caller: I don't want an appointment I want to leave a message
      agent: pass on|message`);
  });

  it('tells how long something takes in the middle of its booking', async () => {
    await play(`
      caller: a filling on Monday at ten
      agent: name
      caller: wait how long does that take
      agent: a filling takes about an hour\\. What name`);
  });

  it.each([
    "something came up and I'm not gonna be able to make it Wednesday",
    "I can't make my appointment",
    'I have a booking with you, could you take that off',
  ])('hears that an appointment is to be cancelled: %s', async (said) => {
    await play(`
      caller: ${said}
      agent: name`);
  });

  it('books for somebody who cannot come earlier', async () => {
    await play(`
      caller: I can't make it before four, do you have something for a cleaning on Monday after four
      agent: november 23rd`);
  });

  it('scolds nobody who scolds themselves', async () => {
    await play(`
      caller: I feel so stupid I need a cleaning
      agent: (?!.*trouble).*what day`);
    await play(`
      caller: you are a stupid machine
      agent: trouble|my best`);
  });

  it('answers what a service is like before it books it', async () => {
    const { bookings } = await play(
      `caller: what do you check in a cleaning
      agent: all your teeth.*do for you
      caller: alright, let's do Tuesday at ten
      agent: name
      caller: Sarah Miller
      agent: calling from
      caller: yes
      agent: a check-up and cleaning on Tuesday
      caller: yes`,
      { answers: { 'what do you check in a cleaning': 'We look at all your teeth.' } },
    );
    expect(bookings).toMatchObject([{ serviceId: 'clean' }]);
  });

  it('takes another day while it books, in the words of one who moves an appointment', async () => {
    await play(`
      caller: a cleaning on Tuesday at ten please
      agent: name
      caller: oh could we do Wednesday instead
      agent: name
      caller: Sarah Miller
      agent: calling from
      caller: yes
      agent: Wednesday, November 25th at 10 AM
      caller: no, move it to Thursday
      agent: Thursday, November 26th at 10 AM`);
  });

  it('hears the old time and the new one of who has an appointment', async () => {
    await play(
      `caller: I've got my cleaning on Monday at nine but could we do Tuesday after three instead
      agent: name
      caller: Sarah Miller
      agent: phone number
      caller: 415 555 0132
      agent: Monday, November 23rd at 9 AM.*Tuesday, November 24th at 3 PM`,
      {
        appointments: [
          {
            ...{ id: 'a', serviceId: 'clean', serviceName: 'Cleaning', staffName: '' },
            startsAtMs: Date.parse('2026-11-23T09:00-05:00'),
            endsAtMs: Date.parse('2026-11-23T09:30-05:00'),
          },
        ],
      },
    );
  });

  it('tells the prices of both that were asked for', async () => {
    await play(`
      caller: how much is a cleaning and a whitening
      agent: cleaning is \\$120\\. A whitening is \\$350`);
  });

  it('takes the number of the line with the name', async () => {
    await play(`
      caller: a cleaning on Tuesday at ten please
      agent: name
      caller: it's Sheila Marks and you can use the number I'm calling from
      agent: for Sheila Marks.*ending in 0 1 3 2`);
  });

  it('asks for the name of who comes, where another one has booked', async () => {
    const { bookings } = await play(`${booked}
      caller: and could you put my husband in for a cleaning on Tuesday at eleven
      agent: name
      caller: Tom Miller
      agent: 11 AM.*for Tom Miller
      caller: yes`);
    expect(bookings.map(({ customerName }) => customerName)).toEqual(['Sarah Miller', 'Tom Miller']);
  });

  it.each([
    ["that's my cell", 'ending in 0 1 3 2'],
    ['same number', 'ending in 0 1 3 2'],
    ['I would rather you call my work', 'phone number'],
  ])('knows whether the number of the line is meant: %s', async (said, expected) => {
    await play(`
      caller: this is Sarah Miller, a cleaning on Tuesday at ten please
      agent: calling from
      caller: ${said}
      agent: ${expected}`);
  });

  it('books for who lets a message be, in words that might agree to one', async () => {
    await play(`
      caller: does a filling hurt
      agent: leave a message
      caller: okay let's do Tuesday at ten
      agent: name
      caller: Sarah Miller
      agent: calling from
      caller: yes
      agent: a filling on Tuesday, November 24th at 10 AM`);
  });

  it('tells what a dish costs to who asks whether there is one, and takes no order yet', async () => {
    const { submissions } = await play(`
      caller: do you guys do pizza
      agent: the pizza is \\$12.*do for you`);
    expect(submissions).toEqual([]);
  });
});
