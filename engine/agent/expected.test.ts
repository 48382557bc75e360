import { describe, expect, it } from 'vitest';
import type { SlotDocument } from '../store/index.ts';
import { type DialogueState, type Question, startState } from './dialogue.ts';
import { expectedOf } from './expected.ts';
import { facts } from './fake-dialogues.ts';

const asking = (pending: Question, more: Partial<DialogueState> = {}): DialogueState => ({
  ...startState(facts.caller),
  pending,
  ...more,
});

/** The same business with one more slot for its bookings, which is asked for. */
function askingSlot(slot: Partial<SlotDocument>) {
  const playbook = facts.snapshot.playbook;
  if (!playbook) throw new Error('the practice has a playbook');
  const whole: SlotDocument = {
    ...{ id: 'extra', kind: 'text', label: 'Extra', ask: ['What?'], optional: false, volunteered: false },
    ...{ choices: [], services: [], ...slot },
  };
  const snapshot = { ...facts.snapshot, playbook: { ...playbook, bookingSlots: [whole] } };
  return expectedOf(asking('slot', { booking: true, slotId: 'extra' }), { ...facts, snapshot });
}

describe('what is listened for', () => {
  it('a name, and first of all that of whoever calls from this number', () => {
    const caller = { ...facts.caller, name: 'Priya Patel' };
    expect(expectedOf(asking('name'), { ...facts, caller })).toEqual({
      kind: 'name',
      known: ['Priya Patel'],
    });
  });

  it('at a read-back a yes, a no, or another name than the one that was read back', () => {
    const expected = expectedOf(asking('read-back', { name: 'Hannah White' }), facts);
    expect(expected).toMatchObject({
      kind: 'any',
      of: [{ kind: 'phrases' }, { kind: 'name', not: ['Hannah White'] }],
    });
  });

  it.each([
    ['en-US', [7, 10]],
    ['en-GB', [10, 11]],
    ['en-IN', [10, 11, 12]],
  ])('in %s a number of so many digits', (language, counts) => {
    const snapshot = { ...facts.snapshot, language };
    expect(expectedOf(asking('phone'), { ...facts, snapshot })).toEqual({ kind: 'digits', counts });
  });

  it('the services by their names, and what is no answer', () => {
    const expected = expectedOf(asking('service'), facts);
    if (expected?.kind !== 'phrases') throw new Error('phrases are listened for');
    expect(expected.phrases).toContain('a filling');
    expect(expected.phrases).toContain("I'm not sure");
  });

  it('the choices of a slot, and numbers that can be counted', () => {
    expect(askingSlot({ kind: 'choice', choices: [{ id: 'car', words: ['car'] }] })).toMatchObject({
      phrases: expect.arrayContaining(['the car']),
    });
    expect(askingSlot({ kind: 'number', min: 1, max: 20 })).toMatchObject({
      phrases: expect.arrayContaining(['two', 'there are five of us']),
    });
  });

  it('an e-mail address', () => {
    expect(askingSlot({ kind: 'email' })).toEqual({ kind: 'email' });
  });

  it('nothing where anything may come', () => {
    expect(askingSlot({ kind: 'text' })).toBeNull();
    expect(askingSlot({ kind: 'number', min: 1980, max: 2030 })).toBeNull();
    expect(expectedOf(asking('how-can-i-help'), facts)).toBeNull();
    expect(expectedOf(asking('name', { ended: true }), facts)).toBeNull();
  });
});
