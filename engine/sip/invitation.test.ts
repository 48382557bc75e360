import { describe, expect, it } from 'vitest';
import { readInvitation, telephoneNumber } from './invitation.ts';

function request(headers: Record<string, string>, uri = 'sip:+14155550100@192.0.2.1') {
  const all: Record<string, string> = {
    from: '<sip:+14155550101@example.com>;tag=1',
    'call-id': 'abc',
    ...headers,
  };
  return {
    uri,
    body: 'v=0\r\n',
    source_address: '192.0.2.9',
    source_port: 5070,
    protocol: 'tcp',
    get: (name: string): string | undefined => all[name.toLowerCase()],
  };
}

describe('readInvitation', () => {
  it('reads what a call begins with', () => {
    const invitation = readInvitation(
      request({ from: '"Zoë \\"Z\\" Miller" <sip:+14155550101@x.org>;tag=1' }),
    );
    expect(invitation).toEqual({
      sipCallId: 'abc',
      calledNumber: '+14155550100',
      callerNumber: '+14155550101',
      callerName: 'Zoë "Z" Miller',
      source: { address: '192.0.2.9', port: 5070, transport: 'tcp' },
      authorization: null,
      replaces: null,
      offer: 'v=0\r\n',
    });
    expect(Object.isFrozen(invitation)).toBe(true);
  });

  it('believes the network before the caller', () => {
    const headers = {
      from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
      'p-asserted-identity': '"Joe" <sip:+4930123456@net.example>, <tel:+4930123456>',
    };
    expect(readInvitation(request(headers))).toMatchObject({
      callerNumber: '+4930123456',
      callerName: 'Joe',
    });
  });

  it.each([
    ['"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', null, null],
    ['<sip:example.com>;tag=1', null, null],
    ['sip:1001@example.com;tag=1', '1001', null],
    ['<tel:+1-(415)-555-0101>;tag=1', '+14155550101', null],
    ['"Private" <sip:Restricted@x.org>;tag=1', null, null],
    ['broken "', null, null],
  ])('reads the caller of %j', (from, callerNumber, callerName) => {
    expect(readInvitation(request({ from }))).toMatchObject({ callerNumber, callerName });
  });

  it.each([
    ['sip:%2B14155550100@x', '+14155550100'],
    ['sip:0014155550100;phone-context=+1@x', '+14155550100'],
    ['sip:reception@x', 'reception'],
    ['sip:192.0.2.1', ''],
    ['tel:+14155550100', '+14155550100'],
    ['sip:50%zz@x', '50%zz'],
  ])('reads the called number of %s', (uri, calledNumber) => {
    expect(readInvitation(request({}, uri)).calledNumber).toBe(calledNumber);
  });

  it.each([
    ['udp', 'udp'],
    ['tcp', 'tcp'],
    ['tls', 'tls'],
    ['TLS', 'tls'],
  ])('knows that %s is %s', (protocol, transport) => {
    expect(readInvitation({ ...request({}), protocol }).source.transport).toBe(transport);
  });

  it.each([
    ['a@b;to-tag=1;from-tag=2', { callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: false }],
    ['a@b ; from-tag=2;to-tag=1;early-only', { callId: 'a@b', toTag: '1', fromTag: '2', earlyOnly: true }],
    ['a@b;to-tag=1', null],
    [';to-tag=1;from-tag=2', null],
    ['a@b;to-tag=;from-tag=2', null],
  ])('reads of Replaces: %s', (replaces, expected) => {
    expect(readInvitation(request({ replaces })).replaces).toEqual(expected);
  });

  it('leaves the offer empty where the call comes without one', () => {
    expect(readInvitation({ ...request({}), body: '' }).offer).toBe('');
  });

  it('leaves short numbers and names alone', () => {
    expect(['0012', '100', 'sales', '+1 415 555'].map(telephoneNumber)).toEqual([
      '0012',
      '100',
      'sales',
      '+1415555',
    ]);
  });
});
