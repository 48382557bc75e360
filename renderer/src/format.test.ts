import { afterEach, describe, expect, it } from 'vitest';
import {
  clockTime,
  duration,
  exactTime,
  money,
  phone,
  relativeTime,
  shortDay,
  sipUri,
  slotLabel,
  writeAsIn,
} from './format.ts';

const zone = 'America/New_York';
const noonMs = Date.UTC(2026, 2, 10, 16);
const minuteMs = 60_000;
/** Intl puts a narrow no-break space before AM and PM. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('format', () => {
  afterEach(() => writeAsIn(() => undefined));

  it('is relative today and names the day before that', () => {
    const ago = (minutes: number) => plain(relativeTime(noonMs - minutes * minuteMs, noonMs, zone));
    expect(ago(0.5)).toBe('just now');
    expect(ago(-1)).toBe('just now');
    expect(ago(59)).toBe('59 min ago');
    expect(ago(119)).toBe('1 h ago');
    expect(ago(13 * 60)).toBe('Mon, Mar 9, 11:00 PM');
  });

  it('knows how many minor units a currency has', () => {
    expect(money(1250, 'USD')).toBe('$12.50');
    expect(money(1250, 'JPY')).toBe('¥1,250');
  });

  it('gives the exact time with its zone', () => {
    expect(plain(exactTime(noonMs, zone))).toBe('Tuesday, March 10, 2026 at 12:00:00 PM EDT');
    expect(plain(clockTime(noonMs, 'Europe/Berlin'))).toBe('5:00 PM');
  });

  it('writes dates and prices as they are where the business’s callers live, in English', () => {
    const afternoonMs = noonMs + 3 * 3_600_000;
    const written = () => plain(`${shortDay(afternoonMs, zone)}, ${clockTime(afternoonMs, zone)}`);
    expect(written()).toBe('Tue, Mar 10, 3:00 PM');
    writeAsIn(() => 'en-GB');
    expect(written()).toBe('Tue 10 Mar, 15:00');
    writeAsIn(() => 'en-IN');
    expect(money(15_000_000, 'INR')).toBe('₹1,50,000.00');
    writeAsIn(() => 'de-DE');
    expect(written()).toBe('Tue, Mar 10, 3:00 PM');
  });

  it('counts lengths', () => {
    expect([duration(-5), duration(61_900), duration(3_725_000)]).toEqual(['0:00', '1:01', '1:02:05']);
  });

  it('groups North American numbers and leaves others alone', () => {
    expect(phone('+12025550123')).toBe('+1 202 555 0123');
    expect(phone('+493055501000')).toBe('+493055501000');
  });

  it('names an address that a phone can reach', () => {
    const uri = (address: string) => sipUri('+12025550100', address, 'box.lan');
    expect(uri('192.168.1.20:5060')).toBe('sip:+12025550100@192.168.1.20:5060');
    expect(uri('0.0.0.0:5060')).toBe('sip:+12025550100@box.lan:5060');
    expect(uri(':::5060')).toBe('sip:+12025550100@box.lan:5060');
    expect(uri('[::]:5060')).toBe('sip:+12025550100@box.lan:5060');
    expect(uri('10.0.0.0:5060')).toBe('sip:+12025550100@10.0.0.0:5060');
  });

  it('spells out the names of slots', () => {
    expect([slotLabel('customerName'), slotLabel('preferredTime'), slotLabel('party_size')]).toEqual([
      'Name',
      'Preferred time',
      'Party size',
    ]);
  });
});
