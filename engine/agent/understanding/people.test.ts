import { describe, expect, it } from 'vitest';
import { brightSmile, fakePeople, nothingAsked } from '../fake-practice.ts';
import { recognisePerson } from './people.ts';
import { tokenise } from './tokens.ts';
import { recognise } from './understand.ts';

const snapshot = { ...brightSmile, people: fakePeople };
const read = (text: string) => recognise({ text, confidence: 0.95 }, snapshot, nothingAsked);

describe('people of the business', () => {
  it.each([
    ['Can I speak to Dr. Lee please?', 'lee'],
    ["I'd like to talk with doctor Lee", 'lee'],
    ['Put me through to reception', 'desk'],
    ['is Susan Lee there today', 'lee'],
    ['Could you connect me with the front desk?', 'desk'],
    ['can I leave a message for Dr Lee', 'lee'],
  ])('are asked for by name: %s', (text, id) => {
    expect(read(text)).toMatchObject({ intent: { name: 'person' }, person: { value: id } });
  });

  it('may be asked for without a name', () => {
    expect(read('Can I speak to a real person?')).toMatchObject({ intent: { name: 'person' }, person: null });
  });

  it.each([
    "I'd like to book an appointment with Dr. Lee",
    'My name is Sarah Lee',
    'A cleaning on Tuesday for Sarah Lee',
  ])('are not asked for when they are only named: %s', (text) => {
    expect(read(text).intent?.name).not.toBe('person');
  });

  it('are nobody when two fit alike', () => {
    const twins = [
      { id: 'a', name: 'Dr. Lee', aliases: [] },
      { id: 'b', name: 'Mr. Lee', aliases: [] },
    ];
    expect(recognisePerson(tokenise('Dr. Lee please'), twins)).toBeNull();
  });

  it('may want a message taken', () => {
    expect(read('Can I leave a message?').wantsMessage).toBe(true);
    expect(read('I got your message').wantsMessage).toBe(false);
  });
});
