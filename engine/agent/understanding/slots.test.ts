import { describe, expect, it } from 'vitest';
import type { SlotDocument } from '../../store/index.ts';
import { readSlot } from './slots.ts';
import { tokenise } from './tokens.ts';

const slot: SlotDocument = {
  ...{ id: 'slot', kind: 'address', label: 'slot', ask: ['What is it?'], choices: [], services: [] },
  ...{ optional: false, volunteered: false },
};
const people: SlotDocument = {
  ...slot,
  kind: 'number',
  ask: ['How many people will it be?'],
  min: 1,
  max: 20,
};
const inTurn = (text: string) => ({
  ...{ text, tokens: tokenise(text), when: null, yesNo: null, menu: [], language: 'en-US' },
});
const read = (text: string, of: Partial<SlotDocument>) => {
  return readSlot({ ...slot, ...of }, { ...inTurn(text), asked: true });
};

describe('values of forms', () => {
  it.each([
    ["it's one forty seven Maple Street", '147 Maple Street'],
    ['nineteen Willow Road', '19 Willow Road'],
    ['um 5 5 Chestnut Street', '55 Chestnut Street'],
    ['twelve oh five Main Street, second floor', '1205 Main Street, second floor'],
    ['two hundred and ten Main Street', '210 Main Street'],
    ['one twenty first street', '1 twenty first street'],
    ['147 Maple Street', '147 Maple Street'],
    ['the corner of Fifth and Main', 'the corner of Fifth and Main'],
    ['Maple Street forty seven', 'Maple Street forty seven'],
  ])('writes a house number in digits: %s → %s', (text, address) => {
    expect(read(text, { kind: 'address' })).toMatchObject({ value: address });
  });

  it.each([
    ['twenty seventeen', '2017'],
    ['I wanna say nineteen ninety eight', '1998'],
    ['twenty oh five', '2005'],
    ['two thousand twelve', '2012'],
    ['2016', '2016'],
  ])('hears a year: %s → %s', (text, year) => {
    expect(read(text, { kind: 'number', min: 1950, max: 2030 })).toMatchObject({ value: year });
  });

  it('takes the sum that is said last', () => {
    expect(
      readSlot(people, { ...inTurn("it's me my wife and our two kids so four"), asked: true }),
    ).toMatchObject({
      value: '4',
    });
  });

  it('counts who comes, where the table they sit at is the service', () => {
    const text = 'a # for three the day after tomorrow';
    const tokens = text.split(' ').map((word) => ({ text: word, raw: word, start: 0, end: 0 }));
    const said = { text, tokens, when: null, yesNo: null, menu: [], language: 'en-US', asked: false };
    expect(readSlot(people, said)).toMatchObject({ value: '3' });
  });

  it.each([
    ['a radon test at 9 Laurel Way could somebody come on Monday', '9 Laurel Way'],
    ['I saw the sign at 14 Birch Lane and would love to see it', '14 Birch Lane'],
    ['come to 7 Birch Lane, apartment 3 please', '7 Birch Lane, apartment 3'],
    ['the house at 22 Harbor Street in Newton please', '22 Harbor Street in Newton'],
    ["it's 8 Garden Row", null],
  ])('takes an address out of a sentence: %s → %s', (text, address) => {
    expect(readSlot(slot, { ...inTurn(text), asked: false })).toEqual(
      address && { value: address, words: address },
    );
  });
});
