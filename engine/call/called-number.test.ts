import { describe, expect, it } from 'vitest';
import { calledNumberOf, userOfHeader } from './called-number.ts';

const ours = new Set(['+15555550100', '+442079460000']);
const isOurs = (number: string): boolean => ours.has(number);
const trunk = { authUsername: 'account-77', username: null, callerId: '+15555550100' };

describe('which number was called', () => {
  it.each([
    ['the Request-URI goes first', { request: '+442079460000', to: '+15555550100', trunk }, '+442079460000'],
    [
      'To, where the Request-URI is the account',
      { request: 'account-77', to: '+442079460000', trunk },
      '+442079460000',
    ],
    [
      'the number of the trunk, where neither is ours',
      { request: 'account-77', to: 'account-77', trunk },
      '+15555550100',
    ],
    [
      'without a trunk what was asked for stays',
      { request: '+33100000000', to: 'x', trunk: null },
      '+33100000000',
    ],
    ['digits without +', { request: '15555550100', to: '', trunk: null }, '+15555550100'],
    [
      'national digits, by the country of the trunk',
      { request: '5555550100', to: '', trunk },
      '+15555550100',
    ],
    [
      'national digits with a leading zero',
      { request: '02079460000', to: '', trunk: { ...trunk, callerId: '+442079460001' } },
      '+442079460000',
    ],
    [
      "an unknown number is not the trunk's",
      { request: '+33100000000', to: '+33100000000', trunk: { ...trunk, callerId: null } },
      '+33100000000',
    ],
  ])('%s', (_, called, number) => {
    expect(calledNumberOf(called, isOurs)).toBe(number);
  });

  it('is read from a header', () => {
    expect(userOfHeader('"Front desk" <sip:+1-555-555-0100@pbx.example;user=phone>;tag=1')).toBe(
      '+15555550100',
    );
    expect(userOfHeader('<sip:a%20b@x>')).toBe('a b');
    expect(userOfHeader('<sip:pbx.example>')).toBe('');
    expect(userOfHeader(undefined)).toBe('');
  });
});
