import { describe, expect, it } from 'vitest';
import { professionOf } from '../../store/index.ts';
import { readCases } from '../case.ts';
import { Questions } from './asked.ts';
import { LineCaller } from './line-caller.ts';

const callerOf = (profession: string, yaml: string): LineCaller => {
  const [rehearsed] = readCases('test.yaml', yaml);
  if (!rehearsed) throw new Error('the case cannot be read');
  const { playbook } = professionOf(profession);
  return new LineCaller(rehearsed, { timeZone: 'America/New_York', language: 'en-US', playbook });
};

const cleaning = (changes = ''): LineCaller =>
  callerOf(
    'dentist',
    `
- id: cleaning
  title: Books a cleaning
  profession: dentist
  say: [I'd like a cleaning on Tuesday at 10]
  answers: { name: this is Sarah Miller, line-number: "yes", read-back: "yes"${changes} }
  expect:
    appointments:
      - { service: check-up and cleaning, at: 2026-11-24T10:00, name: Sarah Miller, phone: "+14155550132" }
`,
  );

const readBack = (name = 'Sarah Miller', when = 'Tuesday, November 24th at 10 AM', end = '0 1 3 2'): string =>
  `Let me read that back. A check-up and cleaning on ${when}, for ${name}, phone number ending in ${end}. Is that right?`;
const said = (caller: LineCaller, heard: string): string => {
  const turn = caller.hear(heard);
  return turn.kind === 'says' ? turn.text : `(${turn.kind})`;
};

describe('the caller of a case on the line', () => {
  it('answers what is asked, and waits while nothing is', () => {
    const caller = cleaning();
    expect(said(caller, 'Thank you for calling. How can I help you today?')).toBe(
      "I'd like a cleaning on Tuesday at 10.",
    );
    expect(said(caller, 'One moment, please.')).toBe('(listens)');
    expect(said(caller, 'One moment, please. Great. Can I get your name, please?')).toBe(
      'This is Sarah Miller.',
    );
    expect(said(caller, "Okay. Can I use the number you're calling from?")).toBe('Yes.');
    expect(said(caller, readBack())).toBe('Yes.');
    expect(said(caller, "You're all set. Is there anything else I can help you with?")).toBe(
      "No, that's all. Thank you, goodbye.",
    );
    expect(said(caller, 'Thank you for calling. Goodbye!')).toBe('(listens)');
    expect(caller.isLeaving).toBe(true);
  });

  it('says what was not understood again in fewer words, spells, and spells in the alphabet', () => {
    const caller = cleaning();
    said(caller, 'Can I get your name, please?');
    expect(said(caller, "Sorry, I didn't catch that. What name should I put it under?")).toBe(
      'Sarah Miller.',
    );
    const last =
      "I'm sorry, I couldn't hear you well. Could you say your first and last name for me, or spell it?";
    expect(said(caller, last)).toBe('First name, S, A, R, A, H. Last name, M, I, L, L, E, R.');
    expect(said(caller, last)).toBe(
      'First name, Sierra Alpha Romeo Alpha Hotel. Last name, Mike India Lima Lima Echo Romeo.',
    );
  });

  it('objects to a wrong name, time or number, three times at most', () => {
    const caller = cleaning();
    expect(said(caller, readBack('Sareh Miller'))).toBe('No, the name is Sarah Miller.');
    expect(said(caller, readBack('Sareh Miller'))).toContain('S, A, R, A, H');
    expect(said(caller, readBack('Sareh Miller'))).toContain('Sierra Alpha');
    expect(said(caller, readBack('Sareh Miller'))).toBe('Yes.');

    expect(said(cleaning(), readBack('Sarah Miller', 'Tuesday, November 24th at 9 AM'))).toBe(
      'No, I want Tuesday, November 24th at 10 AM.',
    );
    expect(said(cleaning(), readBack('Sarah Miller', undefined, '0 1 3 7'))).toBe(
      'No, the number is four one five, five five five, zero one three two.',
    );
  });

  it('takes no offence at a spelling that nobody can hear', () => {
    expect(said(cleaning(), readBack('Sara Miller'))).toBe('Yes.');
  });

  it('says what the case has for a read-back, right or wrong', () => {
    const caller = cleaning().hear(readBack('Nobody At All'));
    expect(caller).not.toEqual({ kind: 'says', text: 'Yes.' });
    const changing = callerOf(
      'dentist',
      `
- id: changing
  title: Changes the time
  profession: dentist
  answers: { read-back: ["actually, make it eleven", "yes please"] }
  expect:
    appointments:
      - { service: check-up and cleaning, at: 2026-11-24T11:00, name: Sarah Miller, phone: "+14155550132" }
`,
    );
    expect(said(changing, readBack())).toBe('Actually, make it eleven.');
    expect(said(changing, readBack('Sarah Miller', 'Tuesday, November 24th at 11 AM'))).toBe('Yes please.');
  });

  it('knows what it wants where the case has no answer', () => {
    const caller = cleaning();
    said(caller, 'How can I help you today?');
    expect(said(caller, 'Is it for a check-up and cleaning, a filling or a whitening?')).toBe(
      'Check-up and cleaning, please.',
    );
    expect(said(caller, 'What would you like to come in for?')).toBe('Check-up and cleaning.');
    expect(said(caller, 'When would you like to come in?')).toBe('Tuesday, November 24th at 10 AM.');
    expect(said(caller, 'Would you like to leave a message?')).toBe('No, thank you.');
    expect(said(caller, "Let's do it in parts. What's the area code?")).toBe('four, one, five.');
    expect(caller.hear('Please press the digits of the phone number now.')).toEqual({
      kind: 'keys',
      keys: '4155550132#',
    });
    expect(said(caller, 'And the last four?')).toBe('zero, one, three, two.');
  });

  it('objects to a detail of a form by its name', () => {
    const tow = callerOf(
      'mechanic',
      `
- id: tow
  title: Needs a tow
  profession: mechanic
  answers: { slot:location: 900 West Lake Street, slot:vehicle: a Ford Escape, form-read-back: "yes" }
  expect:
    submissions:
      - { kind: request, fields: { location: /Lake Street/, vehicle: /Escape/ }, name: Ivan Petrov }
`,
    );
    const wrong =
      'A tow for the a Ford Escape, from 900 West Lane, for Ivan Petrov, phone number 3 1 2, 5 5 5, 0 1 7 5.';
    expect(said(tow, `Let me read that back. ${wrong} Is that right?`)).toMatch(
      /^No, .* is 900 West Lake Street\.$/,
    );
    expect(
      said(tow, `Okay, let me change that. ${wrong.replace('Lane', 'Lake Street')} Is that right?`),
    ).toBe('Yes.');
  });

  it('tells the read-back of a form from that of an appointment, whatever marks its values bring', () => {
    const { playbook } = professionOf('photographer');
    const questions = new Questions(playbook, { answers: {} });
    const form =
      'Wedding on June 5th, at Barton Hall. for Laura Jimenez, phone number 5 1 2, 5 5 5, 0 1 1 0.';
    expect(questions.in(`Just to be sure. ${form} Is that correct?`, null)).toBe('form-read-back');
    const session =
      'Headshots on Tuesday, November 24th at noon, for Neil Armitage, phone number ending in 0 1 2 2.';
    expect(questions.in(`Let me read that back. ${session} Is that right?`, null)).toBe('read-back');
    const move =
      "I'll move your headshots on Tuesday, November 24th at noon to Friday, November 27th at 2 PM.";
    expect(questions.in(`Let me read that back. ${move} Is that right?`, null)).toBe('change-read-back');
  });

  it('tells the rest of a number, and knows none of somebody else', () => {
    const caller = cleaning();
    expect(said(caller, 'I have 4 1 5. And the rest?')).toBe('five, five, five, zero, one, three, two.');
    expect(said(caller, 'I have 4 1 9. And what comes after that?')).toBe(
      'No. four one five, five five five, zero one three two.',
    );
    const stranger = callerOf(
      'dentist',
      `
- id: stranger
  title: Cancels for somebody else
  profession: dentist
  kind: adversarial
  given: { appointments: [{ service: filling, at: 2026-11-25T14:00, name: Olivia Grant, phone: "+14155550199" }] }
  answers: { appointment-phone: 415 555 0132 }
  expect: {}
`,
    );
    expect(said(stranger, 'And what phone number is it booked with?')).toBe(
      'Four one five, five five five, zero one three two.',
    );
    expect(said(stranger, 'Which phone number did you give when you booked?')).toBe(
      'four one five, five five five, zero one three two.',
    );
    expect(said(stranger, 'And what day is the appointment on?')).toBe("I don't know.");
  });

  it('repeats itself when the agent asks whether it is still there', () => {
    const caller = cleaning();
    said(caller, 'Can I get your name, please?');
    expect(said(caller, 'Are you still there?')).toBe('Sarah Miller.');
    expect(caller.nudge()).toEqual({ kind: 'says', text: 'Sarah Miller.' });
  });
});
