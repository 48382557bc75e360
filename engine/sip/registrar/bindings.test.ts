import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import { type BindingRequest, isSame, usualLimits as limits, updateBindings } from './bindings.ts';
import type { Binding } from './model.ts';

const nowMs = 1_700_000_000_000;

const request = (
  contacts: string | readonly string[],
  change: Partial<BindingRequest> = {},
): BindingRequest => ({
  aor: '101',
  contacts: contacts === '*' ? '*' : [contacts].flat().flatMap((contact) => parseNameAddr(contact) ?? []),
  expires: null,
  callId: 'phone',
  cseq: 1,
  flow: 'udp/192.0.2.7:5060',
  userAgent: 'a phone',
  ...change,
});

const desk = '<sip:101@192.0.2.7:5060>';
const mobile = '<sip:101@192.0.2.8;transport=tcp>';

/** After these requests, each a second after the other; throws where one is refused. */
function bindingsAfter(...requests: readonly BindingRequest[]): readonly Binding[] {
  let bindings: readonly Binding[] = [];
  for (const [index, each] of requests.entries()) {
    const result = updateBindings(bindings, each, { nowMs: nowMs + index * 1000, limits });
    if (result.kind === 'refused') throw new Error(result.reason);
    bindings = result.bindings;
  }
  return bindings;
}

describe('bindings of a registrar', () => {
  it('remember where each phone is and came from', () => {
    const bindings = bindingsAfter(
      request(desk),
      request(mobile, { callId: 'other', flow: 'tcp/192.0.2.8:40000', expires: '120' }),
    );
    expect(bindings).toEqual([
      {
        aor: '101',
        contact: 'sip:101@192.0.2.7:5060',
        flow: 'udp/192.0.2.7:5060',
        expiresAtMs: nowMs + 3_600_000,
        callId: 'phone',
        cseq: 1,
        userAgent: 'a phone',
      },
      expect.objectContaining({ flow: 'tcp/192.0.2.8:40000', expiresAtMs: nowMs + 121_000 }),
    ]);
  });

  it.each([
    ['a parameter goes before the header', `${desk};expires=90`, '600', 90],
    ['what is too long is cut', desk, '999999', 3600],
    ['what cannot be read is the longest', `${desk};expires=soon`, null, 3600],
  ])('last as long as asked for: %s', (_, contact, expires, lastsS) => {
    expect(bindingsAfter(request(contact, { expires }))[0]?.expiresAtMs).toBe(nowMs + lastsS * 1000);
  });

  it('are renewed by a later request, from wherever it comes', () => {
    const bindings = bindingsAfter(request(desk), request(desk, { cseq: 2, flow: 'udp/198.51.100.1:61000' }));
    expect(bindings).toHaveLength(1);
    expect(bindings[0]).toMatchObject({ cseq: 2, flow: 'udp/198.51.100.1:61000' });
  });

  it('are renewed by a phone that was started anew and counts from one again', () => {
    expect(bindingsAfter(request(desk, { cseq: 70 }), request(desk, { callId: 'restarted' }))).toHaveLength(
      1,
    );
  });

  it('are taken back one by one, or all at once', () => {
    const both = [request(desk), request(mobile, { callId: 'other' })];
    expect(bindingsAfter(...both, request(`${desk};expires=0`, { cseq: 2 }))).toMatchObject([
      { callId: 'other' },
    ]);
    expect(bindingsAfter(...both, request('*', { expires: '0', cseq: 3 }))).toEqual([]);
  });

  it.each([
    ['a star with another time than 0', request('*', { expires: '60', cseq: 2 }), 400],
    ['a star without a time', request('*', { cseq: 2 }), 400],
    ['a late star', request('*', { expires: '0' }), 500],
    ['a late renewal', request(desk), 500],
    ['too short a time', request(desk, { expires: '59', cseq: 2 }), 423],
    ['a contact that is no SIP address', request('<tel:+15550100>', { cseq: 2 }), 400],
    ['a contact that cannot be read', request(desk, { contacts: null, cseq: 2 }), 400],
    ['one bad contact among good ones', request([mobile, `${desk};expires=1`], { cseq: 2 }), 423],
  ])('stay as they are after %s', (_, bad, status) => {
    const result = updateBindings(bindingsAfter(request(desk)), bad, { nowMs, limits });
    expect(result).toMatchObject({ kind: 'refused', status });
  });

  it('are told to one who only asks', () => {
    expect(bindingsAfter(request(desk), request([], { cseq: 1 }))).toHaveLength(1);
  });

  it('are those of the newest phones where there are too many', () => {
    const contacts = Array.from({ length: 12 }, (_, index) => request(`<sip:101@192.0.2.7:${6000 + index}>`));
    const bindings = bindingsAfter(...contacts);
    expect(bindings).toHaveLength(limits.maxBindings);
    expect(bindings.at(-1)?.contact).toContain(':6011');
  });

  it.each([
    ['sip:a@EXAMPLE.org', 'sip:a@example.org', true],
    ['sip:%61@example.org', 'sip:a@example.org', true],
    ['sip:a@example.org;lr;ob', 'sip:a@example.org', true],
    ['sip:a@example.org:5060', 'sip:a@example.org', false],
    ['sip:A@example.org', 'sip:a@example.org', false],
    ['sip:a@example.org;transport=TCP', 'sip:a@example.org;transport=tcp', true],
    ['sip:a@example.org;transport=tcp', 'sip:a@example.org', false],
    ['sip:a@example.org;line=1', 'sip:a@example.org;line=2', false],
    ['sip:a@example.org;line=1', 'sip:a@example.org;lr;LINE=1', true],
  ])('%s and %s are the same: %s', (a, b, same) => {
    expect(isSame(parseUri(a), parseUri(b))).toBe(same);
  });

  it('hold each address once, never too many, never too long, whatever is asked', () => {
    const anyRequest = fc.record({
      contact: fc.constantFrom('*', desk, mobile, '<sip:101@[2001:db8::7]>', '<sip:x@example.org>;expires=0'),
      expires: fc.constantFrom(null, '0', '60', '61', '99999', '-1', 'x'),
      callId: fc.constantFrom('a', 'b'),
      cseq: fc.nat(5),
      pauseS: fc.nat(4000),
    });
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 40 }), (steps) => {
        let [bindings, atMs]: [readonly Binding[], number] = [[], nowMs];
        for (const { contact, pauseS, ...rest } of steps) {
          atMs += pauseS * 1000;
          const result = updateBindings(bindings, request(contact, rest), { nowMs: atMs, limits });
          if (result.kind === 'refused') continue;
          bindings = result.bindings;
          const uris = bindings.map((binding) => parseUri(binding.contact));
          expect(uris.every((uri, at) => uris.findIndex((other) => isSame(other, uri)) === at)).toBe(true);
          for (const { expiresAtMs } of bindings) {
            expect(expiresAtMs).toBeGreaterThan(atMs);
            expect(expiresAtMs).toBeLessThanOrEqual(atMs + limits.maxS * 1000);
          }
        }
      }),
    );
  });
});
