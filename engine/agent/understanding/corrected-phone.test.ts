import { describe, expect, it } from 'vitest';
import { brightSmile, nothingAsked } from '../fake-practice.ts';
import { recognise } from './understand.ts';

const read = (text: string, knownPhone: string | null = '+16465550147') =>
  recognise({ text, confidence: 0.95 }, brightSmile, { ...nothingAsked, expecting: 'yes-no', knownPhone });

describe('a number of which digits are put right', () => {
  it.each([
    ['no the last digit is a nine not a seven', '+16465550149'],
    ['no, it ends in 49', '+16465550149'],
    ['the last four are oh one six two', '+16465550162'],
    ['the last two digits should be one nine', '+16465550119'],
    ["sorry, it's one nine at the end", '+16465550119'],
    ['the area code is two one two', '+12125550147'],
    ["it's six four seven not six four six", '+16475550147'],
    ['the number is wrong, a six not a seven', '+16465550146'],
    ['no it is 212 555 0101', '+12125550101'],
  ])('%s → %s', (text, phone) => {
    expect(read(text)).toMatchObject({ phone: { value: phone }, when: null });
  });

  it.each([
    ['at nine, not at seven', '+16465550147'],
    ['the last digit is a nine', null],
    ['the number ends in seven', '+16465550147'],
    ['that is the last one', '+16465550147'],
  ])('%s corrects none', (text, known) => {
    expect(read(text, known).phone).toBeNull();
  });
});
