import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../foundation/index.ts';
import { allowOutbound, decideOutbound, type OutboundQuestion } from './outbound-gate.ts';

const question: OutboundQuestion = {
  destination: '+12125550123',
  tenantStatus: 'active',
  authenticated: true,
  policy: {
    allowedCountries: ['US'],
    callsPerHour: 20,
    callsAtOnce: 5,
    spendPerDayMinor: 1000,
    pricePerMinuteMinor: 5,
  },
  used: { callsLastHour: 0, spentTodayMinor: 0 },
  callsNow: 0,
  homeCountry: 'US',
  ownHosts: ['box.example'],
};
const ask = (more: Partial<OutboundQuestion>): string => {
  const decision = decideOutbound({ ...question, ...more });
  return decision.allowed ? decision.number : decision.reason;
};

describe('the outbound gate', () => {
  it.each([
    '+12125550123',
    '+1 (212) 555-0123',
    '(212) 555-0123',
    '12125550123',
    'tel:+1-212-555-0123',
    'sip:+12125550123@box.example',
    'SIP:2125550123@BOX.example',
  ])('knows one number in the spelling %s', (destination) => {
    expect(ask({ destination })).toBe('+12125550123');
  });

  it.each([
    ['+19005550123', 'number_type_not_allowed'],
    ['9005550123', 'number_type_not_allowed'],
    ['+12129765550', 'number_type_not_allowed'],
    ['+442079460000', 'country_not_allowed'],
    // Jamaica and the Dominican Republic share +1.
    ['+18765550123', 'country_not_allowed'],
    ['+18095550123', 'country_not_allowed'],
    // Satellite and international networks.
    ['+881612345678', 'country_not_allowed'],
    ['+8835100012345', 'not_a_number'],
    ['00442079460000', 'not_a_number'],
    ['011442079460000', 'not_a_number'],
    ['0119005550123', 'not_a_number'],
    ['911', 'not_a_number'],
    ['*72', 'not_a_number'],
    ['+12125550123;ext=9', 'not_a_number'],
    ['+12125550123 ext 9', 'not_a_number'],
    ['+12125550123,,9', 'not_a_number'],
    ['+12125550123x9', 'not_a_number'],
    ['tel:+12125550123;phone-context=+44', 'not_a_number'],
    ['+1212555012345678', 'not_a_number'],
    ['+12125550123\n+19005550123', 'not_a_number'],
    ['', 'not_a_number'],
    ['sip:+12125550123@evil.test', 'foreign_host'],
    ['sip:+12125550123@box.example;maddr=evil.test', 'foreign_host'],
    ['sip:+12125550123@box.example@evil.test', 'foreign_host'],
    ['sip:+19005550123@box.example', 'number_type_not_allowed'],
    ['sip:9005550123@box.example', 'number_type_not_allowed'],
    ['sip:+442079460000@box.example', 'country_not_allowed'],
    ['sip:+18765550123@box.example', 'country_not_allowed'],
    ['sip:0119005550123@box.example', 'not_a_number'],
    ['sip:%2B19005550123@box.example', 'not_a_number'],
    ['sip:+1(900)555-0123@box.example', 'number_type_not_allowed'],
    ['sip:+12125550123;phone-context=+44@box.example', 'not_a_number'],
    ['sip:+12125550123@box.example:5080', 'foreign_host'],
    ['sip:box.example', 'foreign_host'],
    ['sips:1@evil.test', 'foreign_host'],
    ['+12125550123@evil.test', 'not_a_number'],
  ])('refuses %j: %s', (destination, reason) => {
    expect(ask({ destination })).toBe(reason);
  });

  it('asks who, how often and how much', () => {
    expect(ask({ tenantStatus: 'suspended' })).toBe('tenant_suspended');
    expect(ask({ authenticated: false })).toBe('not_authenticated');
    expect(ask({ used: { callsLastHour: 20, spentTodayMinor: 0 } })).toBe('calls_per_hour');
    expect(ask({ used: { callsLastHour: 0, spentTodayMinor: 996 } })).toBe('spend_per_day');
    expect(ask({ homeCountry: null, destination: '2125550123' })).toBe('not_a_number');
    expect(ask({ callsNow: 5 })).toBe('calls_at_once');
    const decision = decideOutbound({ ...question, used: { callsLastHour: 0, spentTodayMinor: 995 } });
    expect(decision).toEqual({ allowed: true, number: '+12125550123', country: 'US' });
    expect(allowOutbound(question)).toEqual(decision);
  });

  it('tells the reason with the code', () => {
    for (const [more, code] of [
      [{ destination: '+19005550123' }, 'outbound_not_allowed'],
      [{ used: { callsLastHour: 99, spentTodayMinor: 0 } }, 'outbound_limit_reached'],
      [{ callsNow: 9 }, 'outbound_limit_reached'],
    ] as const) {
      try {
        allowOutbound({ ...question, ...more });
        expect.unreachable();
      } catch (error) {
        expect(hasCode(error, code)).toBe(true);
        expect(error).toMatchObject({ details: { reason: ask(more) } });
      }
    }
  });

  it('lets out nothing but plain numbers of the countries, within the limits, whatever is asked', () => {
    const part = fc.constantFrom(
      '+',
      '1',
      '900',
      '976',
      '00',
      '011',
      '212',
      '5550123',
      '44',
      '876',
      '@',
      ';',
      'sip:',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        fc.nat(40),
        fc.nat(2000),
        (destination, callsLastHour, spentTodayMinor) => {
          const decision = decideOutbound({
            ...question,
            destination,
            used: { callsLastHour, spentTodayMinor },
          });
          if (!decision.allowed) return;
          expect(decision.number).toMatch(/^\+1[2-9]\d{9}$/);
          expect(decision.number).not.toMatch(/^\+1(900|\d{3}976)/);
          expect(decision.country).toBe('US');
          expect(callsLastHour).toBeLessThan(20);
          expect(spentTodayMinor + 5).toBeLessThanOrEqual(1000);
          // Asking again in the answer's own words changes nothing.
          expect(ask({ destination: decision.number, used: { callsLastHour, spentTodayMinor } })).toBe(
            decision.number,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
