import { describe, expect, it } from 'vitest';
import { silentLog, VoxboxError } from '../foundation/index.ts';
import { professionOf } from '../store/index.ts';
import { playScript } from './fake-caller.ts';
import { fakeEmbed } from './fake-embedding.ts';
import { brightSmile, type FakeTools, fakeTools, fridayMorningMs, stoppedClock } from './fake-practice.ts';
import type { ProfileSnapshot } from './model.ts';
import { createReceptionist } from './receptionist.ts';
import { prepareIntentBank } from './understanding/intents.ts';

const line = '+13125550175';
const intentBank = await prepareIntentBank(fakeEmbed);

function practiceOf(profession: string): ProfileSnapshot {
  const { skills, playbook, services } = professionOf(profession);
  const listed = services.map((service, i) => ({ ...service, id: `${i}` }));
  return { ...brightSmile, skills, playbook, services: listed };
}

async function play(
  profession: string,
  script: string,
  options: {
    readonly number?: string | null;
    readonly failure?: VoxboxError;
    readonly taken?: readonly string[];
  } = {},
): Promise<FakeTools> {
  const { number = line, failure, taken = [] } = options;
  const snapshot = practiceOf(profession);
  const tools = fakeTools(snapshot, { taken });
  const receptionist = createReceptionist({
    snapshot,
    caller: { number, name: null, earlierCalls: 0 },
    tools: failure ? { ...tools, submit: () => Promise.reject(failure) } : tools,
    ...{ embed: fakeEmbed, clock: stoppedClock(fridayMorningMs), log: silentLog, intentBank },
  });
  expect(await playScript(receptionist, script)).toEqual([]);
  return tools;
}

describe('a question that is answered three times in vain', () => {
  it('is left out where its value can be done without, and the record says so', async () => {
    const { bookings } = await play(
      'mechanic',
      `caller: Oil change Monday at 10 please
       agent: make and model
       caller 0.5: Of Ford escape.
       agent: year
       caller 0.3: bla
       caller 0.3: bla
       caller 0.3: bla
       agent: name
       caller: Ivan Petrov
       caller: yes
       agent: make and model Ford Escape, for Ivan Petrov
       caller: yes
       agent: all set`,
    );
    expect(bookings).toMatchObject([
      { customerName: 'Ivan Petrov', details: { 'make and model': 'Ford Escape', year: 'not understood' } },
    ]);
  });

  it('leads to a message with all that was understood where the value is needed', async () => {
    const { bookings, submissions } = await play(
      'mechanic',
      `caller: Oil change Monday at 10 please
       caller 0.3: bla
       caller 0.3: bla
       caller 0.3: bla
       agent: written down what I understood, and somebody will call you back.*(goodbye|great day)
       ends`,
    );
    expect(bookings).toEqual([]);
    expect(submissions).toMatchObject([{ kind: 'message', customerPhone: line }]);
    expect(submissions[0]?.fields[0]?.value).toMatch(/call back.*oil change.*Monday, November 23rd at 10 AM/);
  });

  it('keeps what the caller came for when even the read-back is never answered', async () => {
    const { submissions } = await play(
      'mechanic',
      `caller: I need a tow
       caller: Market Street by the bridge
       caller: a Ford Escape
       caller: Ivan Petrov
       caller: yes
       agent: is that right
       caller 0.5: yes
       caller 0.5: yes
       caller 0.5: yes
       agent: written down
       ends`,
    );
    expect(submissions).toMatchObject([
      { kind: 'message', customerName: 'Ivan Petrov', customerPhone: line },
    ]);
    expect(submissions[0]?.fields[0]?.value).toMatch(/Tow request.*Market Street.*Ford Escape/);
  });

  it('takes a message without a name, and the number of the line where nobody says yes to it', async () => {
    const { submissions } = await play(
      'medical-clinic',
      `caller: Can I leave a message
       caller: Please call me with the results of my blood tests,
       agent: name
       caller 0.3: bla
       caller 0.3: bla
       caller 0.3: bla
       agent: number
       caller 0.3: bla
       caller 0.3: bla
       caller 0.3: bla
       agent: pass that on`,
    );
    expect(submissions).toMatchObject([{ kind: 'message', customerName: null, customerPhone: line }]);
    expect(submissions[0]?.fields[0]?.value).toBe('Please call me with the results of my blood tests');
  });

  it('asks for a number in parts and then on the keypad, and tells a caller without one to call again', async () => {
    const { submissions } = await play(
      'dentist',
      `caller: Cleaning on Tuesday at ten for Sarah Miller
       agent: phone
       caller 0.3: bla
       caller 0.3: bla
       agent: in parts.*area code
       caller 0.3: bla
       caller 0.3: bla
       agent: keypad
       caller 0.3: bla
       caller 0.3: bla
       agent: no number for you, so please call again
       ends`,
      { number: null },
    );
    expect(submissions).toMatchObject([{ customerName: 'Sarah Miller', customerPhone: null }]);
  });

  it('keeps the wish of somebody whose appointment was not found', async () => {
    const { submissions } = await play(
      'medical-clinic',
      `caller: I have a physical on Tuesday and need to reschedule
       caller: Stanley Brooks
       caller: Four, one o five. Five, five, a one, eight, two
       agent: can't find
       caller: Stanley Brooks
       caller: 410-555-0182
       agent: leave a message
       caller 0.3: bla
       caller 0.3: bla
       caller 0.3: bla
       agent: written down
       ends`,
    );
    expect(submissions[0]?.fields[0]?.value).toMatch(
      /to move an appointment, name: Stanley Brooks.*\+14105550182/,
    );
    expect(submissions).toMatchObject([{ customerName: 'Stanley Brooks', customerPhone: line }]);
  });

  it('keeps the wish of somebody who wants a time that is taken, and does not say that they were not understood', async () => {
    const insists = `caller: this is Sarah Miller, a cleaning on Tuesday at ten please
       agent: not free|isn't|don't have|taken|sorry
       caller: but I need Tuesday at ten
       caller: it has to be Tuesday at ten
       caller: Tuesday at ten please`;
    const taken = ['2026-11-24T10:00'];
    const { submissions, bookings } = await play(
      'dentist',
      `${insists}
       agent: I'm sorry, I don't have a time that suits you.*somebody will call you back
       ends`,
      { taken },
    );
    expect(bookings).toEqual([]);
    expect(submissions).toMatchObject([{ customerName: 'Sarah Miller', customerPhone: line }]);
    expect(submissions[0]?.fields[0]?.value).toMatch(/Tuesday/);
    const failure = new VoxboxError('disk_full', 'full');
    await play('dentist', `${insists}\nagent: ^(?!.*written down).*time that suits\nends`, {
      taken,
      failure,
    });
  });

  it('keeps nothing of a caller who said nothing of use, and claims nothing that could not be kept', async () => {
    const mumbling = `caller 0.2: bla
       caller 0.2: bla
       caller 0.2: bla
       agent: ^(?!.*written down).*trouble understanding
       ends`;
    expect((await play('dentist', mumbling)).submissions).toEqual([]);
    const wish = 'caller: I would like an appointment';
    expect((await play('dentist', `${wish}\n${mumbling}`)).submissions).toEqual([]);
    const failure = new VoxboxError('disk_full', 'full');
    await play('dentist', `caller: I would like a whitening\n${mumbling}`, { failure });
  });

  it('keeps what a caller wanted who has fallen silent', async () => {
    const { submissions } = await play(
      'dentist',
      `caller: Cleaning on Tuesday at ten for Sarah Miller
       silence: 1
       silence: 2
       silence: 3
       agent: ^I can't hear you
       ends`,
    );
    expect(submissions).toMatchObject([{ customerName: 'Sarah Miller', customerPhone: line }]);
    const nothing = `silence: 1
       silence: 2
       silence: 3
       ends`;
    expect((await play('dentist', nothing)).submissions).toEqual([]);
  });

  it('keeps nothing of a caller who refuses what was read back', async () => {
    const { submissions } = await play(
      'dentist',
      `caller: Cleaning on Tuesday at ten for Sarah Miller
       caller: yes
       caller: no
       agent: change
       caller: nothing, forget the whole thing
       agent: haven't booked anything`,
    );
    expect(submissions).toEqual([]);
  });

  it('says good-bye to a caller who has what they came for', async () => {
    await play(
      'dentist',
      `caller: Cleaning on Tuesday at ten for Sarah Miller
       caller: yes
       caller: yes
       agent: all set
       caller 0.2: bla
       caller 0.2: bla
       caller 0.2: bla
       agent: ^Thank you for calling
       ends`,
    );
  });
});

describe('what was asked for', () => {
  it('is put down as it is said where only numbers have commas', async () => {
    const { bookings } = await play(
      'home-inspector',
      `caller: I need a home inspection Monday at 9
       caller: 1,420 sycamore drive.
       agent: square feet
       caller: About 2,200
       caller: Tim Vaughn
       caller: yes
       caller: yes
       agent: all set`,
    );
    expect(bookings).toMatchObject([{ details: { address: '1420 sycamore drive', 'square feet': '2200' } }]);
  });
});

describe('a text that was taken down wrongly', () => {
  it.each([
    'No, the medicine is lisinopril, ten milligrams.',
    'The medicine should be lisinopril, ten milligrams.',
  ])('is put right at the read-back by naming it: %s', async (correction) => {
    const { submissions } = await play(
      'medical-clinic',
      `caller: I need a refill on my blood pressure pills
         agent: which medicine
         caller: This inopilotan milligrams
         caller: the Walgreens on Pratt Street
         caller: Edith Monroe
         caller: yes
         agent: is that right
         caller: ${correction}
         agent: lisinopril, ten milligrams
         caller: yes
         agent: clinic checks it`,
    );
    expect(submissions).toMatchObject([{ kind: 'request', customerName: 'Edith Monroe' }]);
    expect(submissions[0]?.fields[0]?.value).toBe('lisinopril, ten milligrams');
  });

  it('is asked for again where it is named only', async () => {
    await play(
      'medical-clinic',
      `caller: I need a refill on my blood pressure pills
       caller: lisinopril
       caller: the Walgreens on Pratt Street
       caller: Edith Monroe
       caller: yes
       agent: is that right
       caller: No, the medicine is wrong
       agent: which medicine.*|name on the label.*`,
    );
  });
});
