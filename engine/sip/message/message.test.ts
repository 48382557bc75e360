import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvelope, readResponse } from './envelope.ts';
import { canonicalName, headerValue, headerValues } from './headers.ts';
import { maxMessageBytes, type SipMessage } from './model.ts';
import { displayText, listValues, parseNameAddr } from './name-addr.ts';
import { parseMessage } from './parse.ts';
import { createReply, markSource } from './reply.ts';
import { serialise } from './serialise.ts';
import { parseUri } from './uri.ts';
import { formatVia, parseVia } from './via.ts';

const invite = [
  'INVITE sip:+14155550100@example.com SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1;rport, SIP/2.0/TCP proxy.example.com;branch=z9hG4bK0',
  'f: "A. ""Caller" <sip:+14155550101@example.com>;tag=1',
  't: sip:+14155550100@example.com',
  'i: a@b',
  'CSeq: 1',
  '  INVITE',
  'm: <sip:caller@192.0.2.7:5070>',
  'l: 4',
  '',
  'v=0\n',
].join('\r\n');

const read = (text: string): SipMessage => {
  const parsed = parseMessage(Buffer.from(text, 'latin1'));
  if (!parsed || parsed.problem) throw new Error(parsed?.problem?.reason ?? 'unreadable');
  return parsed.message;
};

const token = fc.stringMatching(/^[A-Za-z0-9\-.!%*_+`'~]{1,12}$/);
// Every octet above 127 counts as text, the ones that look like white space too.
const text = fc.stringMatching(/^[!-~\x80-\xff]([ -~\x80-\xff]{0,40}[!-~\x80-\xff])?$/);
const header = fc
  .record({ name: token.map((name) => canonicalName(`X-${name}`)), value: fc.oneof(text, fc.constant('')) })
  .filter(({ name }) => name.toLowerCase() !== 'content-length');
const common = {
  headers: fc.array(header, { maxLength: 8 }),
  body: fc.uint8Array({ maxLength: 60 }).map((octets) => Buffer.from(octets)),
};
const anyMessage: fc.Arbitrary<SipMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('request' as const),
    method: token,
    uri: fc.stringMatching(/^sip:[!-;=?-~]{1,30}$/),
    ...common,
  }),
  fc.record({
    kind: fc.constant('response' as const),
    status: fc.integer({ min: 100, max: 699 }),
    reason: fc.oneof(text, fc.constant('')),
    ...common,
  }),
);

describe('messages', () => {
  it('reads compact forms, folded lines and lists', () => {
    const { headers, body } = read(invite);
    expect(headerValue(headers, 'CSeq')).toBe('1 INVITE');
    expect(listValues(headers, 'Via')).toHaveLength(2);
    expect(headerValue(headers, 'Call-ID')).toBe('a@b');
    expect(headerValue(headers, 'Content-Length')).toBeNull();
    expect(body.toString()).toBe('v=0\n');
  });

  it('are the same after writing and reading', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(parseMessage(serialise(message))).toEqual({ message, problem: null });
      }),
      { numRuns: 500 },
    );
  });

  it('never throw, whatever happens to their octets', () => {
    const octets = Buffer.from(invite, 'latin1');
    const change = fc.record({ at: fc.nat(octets.length - 1), to: fc.nat(255), cut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const copy = Buffer.from(octets);
        for (const { at, to } of changes) copy[at] = to;
        const end = changes[0]?.cut ? changes[0].at : copy.length;
        const parsed = parseMessage(copy.subarray(0, end));
        if (parsed?.message.kind === 'request') {
          readEnvelope(parsed.message);
          createReply(markSource(parsed.message, { address: '192.0.2.1', port: 1 }), {
            status: 400,
            reason: 'Bad Request',
            toTag: 'x',
          });
        } else if (parsed) readResponse(parsed.message as SipMessage & { kind: 'response' });
      }),
      { numRuns: 3000 },
    );
  });

  it('are refused when they are longer than 64 KiB', () => {
    const long = Buffer.from(`${invite.slice(0, -4)}${'x'.repeat(maxMessageBytes)}`, 'latin1');
    expect(parseMessage(long)?.problem?.status).toBe(513);
  });

  it.each([
    ['INVITE sip:a@b SIP/2.0\r\nbroken\r\n\r\n', 400],
    ['INVITE sip:a@b SIP/2.0\r\nX: a\rVia: b\r\n\r\n', 400],
    ['INVITE sip:a@b SIP/3.0\r\n\r\n', 505],
    ['INVITE sip:a@b SIP/2.0\r\nContent-Length: 1, 2\r\n\r\nab', 400],
  ])('have a problem: %j', (octets, status) => {
    expect(parseMessage(Buffer.from(octets, 'latin1'))?.problem?.status).toBe(status);
  });

  it.each([
    '',
    '\r\n\r\n',
    'hello',
    'SIP/2.0 99 x\r\n\r\n',
    'SIP/2.0 2000 x\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
  ])('are not these octets: %j', (octets) => {
    expect(parseMessage(Buffer.from(octets, 'latin1'))).toBeNull();
  });
});

describe('headers', () => {
  it.each([
    ['sip:alice:secret@example.com:5070;transport=tcp?x=y', 'alice', 'example.com', 5070],
    ['sips:[2001:db8::1]:5061', null, '2001:db8::1', 5061],
    ['sip:user;par=u%40example.net@example.com', 'user;par=u%40example.net', 'example.com', null],
    ['tel:+1-415-555-0100;phone-context=x', '+1-415-555-0100', '', null],
  ])('reads the URI %s', (uriText, user, host, port) => {
    expect(parseUri(uriText)).toMatchObject({ user, host, port });
  });

  it.each(['sip:', 'sip:2001:db8::1', 'sip:a b@c', 'sip:@c', 'sip:a@b:99999', 'nothing', '<sip:a@b>'])(
    'refuses the URI %j',
    (uriText) => expect(parseUri(uriText)).toBeNull(),
  );

  it('tells header parameters from those of the URI', () => {
    const bracketed = parseNameAddr('"J\\"o, e" <sip:joe@example.com;lr>;tag=7');
    expect(bracketed && displayText(bracketed)).toBe('J"o, e');
    expect(bracketed?.params.get('tag')).toBe('7');
    expect(bracketed?.uri.params.has('lr')).toBe(true);
    expect(parseNameAddr('sip:joe@example.com;tag=8')?.params.get('tag')).toBe('8');
  });

  it('writes a Via as it read it', () => {
    const value = 'SIP/2.0/TCP [2001:db8::9]:5070;branch=z9hG4bKx;rport';
    const via = parseVia(' sip / 2.0 / tcp   [2001:db8::9] : 5070 ; branch=z9hG4bKx;rport');
    expect(via && formatVia(via)).toBe(value);
    expect(parseVia('SIP/2.0/UDP host;;x')).toBeNull();
  });

  it('notes the source in the top Via only (RFC 3581)', () => {
    const message = read(invite);
    if (message.kind !== 'request') throw new Error('no request');
    const marked = markSource(message, { address: '198.51.100.3', port: 9 });
    expect(headerValues(marked.headers, 'Via')).toEqual([
      'SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1;rport=9;received=198.51.100.3, SIP/2.0/TCP proxy.example.com;branch=z9hG4bK0',
    ]);
  });
});
