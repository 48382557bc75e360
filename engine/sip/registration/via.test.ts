import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer, redirectOf, serviceRouteOf } from './answer.ts';
import { contactUri, isOwnReply, reachableAt, readVia } from './via.ts';

const message = (headers: Readonly<Record<string, string>>, status = 200, reason = 'OK') => ({
  status,
  reason,
  get: (name: string): string | undefined => headers[name.toLowerCase()],
});
const seen = (value: string) => readVia(message({ via: value }));
const contact = 'sip:line@192.168.1.5:5060';
const asked = { contact, askS: 600 };

describe('our Via in an answer', () => {
  it('tells where the request came from', () => {
    const via =
      'SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bK1;rport=61000;received=203.0.113.9, SIP/2.0/UDP x';
    expect(seen(via)).toEqual({
      transport: 'udp',
      host: '192.168.1.5',
      port: 5060,
      received: '203.0.113.9',
      rport: 61_000,
    });
    expect(seen('SIP/2.0/TLS [2001:db8::1];received=[2001:db8::2]')).toMatchObject({
      received: '2001:db8::2',
      rport: null,
    });
    expect(seen('SIP/2.0/UDP h;rport=99999;received=everywhere')).toMatchObject({
      received: null,
      rport: null,
    });
    expect(seen('')).toBeNull();
  });

  it.each([
    [
      'no NAT',
      'SIP/2.0/UDP 198.51.100.1:5060;rport=5060;received=198.51.100.1',
      '203.0.113.1',
      '198.51.100.1:5060',
    ],
    [
      'another address',
      'SIP/2.0/UDP 192.168.1.5:5060;rport=61000;received=198.51.100.1',
      '203.0.113.1',
      '198.51.100.1:61000',
    ],
    [
      'another port only',
      'SIP/2.0/UDP 198.51.100.1:5060;rport=61000;received=198.51.100.1',
      '203.0.113.1',
      '198.51.100.1:61000',
    ],
    [
      'a connection without NAT',
      'SIP/2.0/TCP 198.51.100.1:5060;rport=61000;received=198.51.100.1',
      '203.0.113.1',
      '198.51.100.1:5060',
    ],
    [
      'a gateway that puts the private address back',
      'SIP/2.0/UDP 198.51.100.1:5060;rport=5060;received=192.168.1.5',
      '203.0.113.1',
      '198.51.100.1:5060',
    ],
    [
      'a registrar in the house',
      'SIP/2.0/UDP 192.168.1.9:5060;rport=5060;received=192.168.1.5',
      '192.168.1.1',
      '192.168.1.5:5060',
    ],
    ['nothing told', 'SIP/2.0/UDP 192.168.1.5:5060;rport', '203.0.113.1', '192.168.1.5:5060'],
  ])('leads to where we are reached: %s', (_, value, source, place) => {
    const via = seen(value);
    if (!via) throw new Error('unreadable');
    const uri = contactUri({ user: 'u', transport: 'udp', ...reachableAt(via, source) });
    expect(uri).toBe(`sip:u@${place}`);
  });

  it('has not been elsewhere where our own server answered', () => {
    expect(isOwnReply(message({ via: 'SIP/2.0/UDP h:5060;branch=z9;rport' }, 503))).toBe(true);
    expect(isOwnReply(message({ via: 'SIP/2.0/UDP h:5060;branch=z9;rport=5060' }, 503))).toBe(false);
    expect(isOwnReply(message({ via: 'SIP/2.0/UDP h:5060;branch=z9;rport' }, 486))).toBe(false);
  });
});

describe('the answer to REGISTER', () => {
  it.each([
    ['our contact among others', { contact: `<sip:x@y>;expires=60, <${contact}>;expires=90` }, 90],
    ['a contact in other words', { contact: '<sip:line@edge.test>;expires=70' }, 70],
    ['the header', { contact: `<${contact}>`, expires: '80' }, 80],
    ['nothing', {}, 600],
    ['rubbish', { contact: '<<<', expires: 'soon' }, 600],
  ])('grants what it says in %s', (_, headers, expiresS) => {
    expect(readAnswer(message(headers), asked)).toEqual({ kind: 'granted', status: 200, expiresS });
  });

  it.each([
    [423, { 'min-expires': '1800' }, { kind: 'too-brief', minExpiresS: 1800 }],
    [403, {}, { kind: 'refused' }],
    [404, {}, { kind: 'refused' }],
    [603, {}, { kind: 'refused' }],
    [480, {}, { kind: 'unavailable', retryAfterS: null }],
    [503, { 'retry-after': '120 (maintenance);duration=60' }, { kind: 'unavailable', retryAfterS: 120 }],
  ])('%d means what it should', (status, headers, expected) => {
    expect(readAnswer(message(headers, status, 'So'), asked)).toMatchObject({ status, ...expected });
  });

  it('names the reason of our own server', () => {
    const headers = { via: 'SIP/2.0/TLS h;rport', warning: '399 voxbox "ECONNREFUSED: no"' };
    expect(readAnswer(message(headers, 503), asked)).toMatchObject({
      status: null,
      reason: 'ECONNREFUSED: no',
    });
    expect(readAnswer(null, asked)).toMatchObject({ kind: 'unavailable', status: null });
  });

  it('may lead elsewhere, and by which way', () => {
    expect(redirectOf(message({ contact: '<tel:+1>, <sip:b.test>' }, 302))).toBe('sip:b.test');
    expect(redirectOf(message({ contact: '<sip:b.test>' }, 300))).toBeNull();
    expect(serviceRouteOf(message({}))).toEqual([]);
  });

  it('is never an exception', () => {
    const headers = fc.dictionary(
      fc.constantFrom('via', 'contact', 'expires', 'min-expires', 'retry-after', 'warning', 'service-route'),
      fc.string(),
    );
    fc.assert(
      fc.property(headers, fc.integer({ min: 200, max: 699 }), (values, status) => {
        const answer = readAnswer(message(values, status), asked);
        if (answer.kind === 'granted') expect(answer.expiresS).toBeGreaterThanOrEqual(0);
        redirectOf(message(values, status));
        serviceRouteOf(message(values, status));
      }),
    );
  });
});
