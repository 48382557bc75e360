import { describe, expect, it } from 'vitest';
import { ladderOf, ladderText, receivedOf } from './ladder.ts';
import type { SipTrace } from './watch.ts';

const description = [
  'v=0',
  'o=- 1 1 IN IP4 192.168.1.5',
  's=-',
  'c=IN IP4 192.168.1.5',
  't=0 0',
  'm=audio 20000 RTP/SAVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WnD7c1ksDGs+dIefCEo8omPg4uO8DYIinNGL5yxQ|2^20',
  '',
].join('\r\n');

const message = (startLine: string, headers: readonly string[], body = ''): string =>
  [startLine, ...headers, '', body].join('\r\n');

function trace(atMs: number, direction: 'in' | 'out', text: string, peer = '203.0.113.10:5060'): SipTrace {
  const [startLine = ''] = text.split('\r\n');
  return { atMs, direction, transport: 'udp', local: '192.168.1.5:5060', peer, callId: 'a', startLine, text };
}

const invite = message(
  'INVITE sip:echo@carrier.example SIP/2.0',
  [
    'CSeq: 1 INVITE',
    'Authorization: Digest username="desk", response="0123456789abcdef"',
    'c: application/sdp',
  ],
  description,
);
const ringing = message('SIP/2.0 180 Ringing', ['CSeq: 1 INVITE']);
const ok = message('SIP/2.0 200 OK', [
  'v: SIP/2.0/UDP 192.168.1.5;received=198.51.100.7;rport=4000',
  'CSeq: 1 INVITE',
]);
const traces = [
  trace(1000, 'out', invite),
  trace(1500, 'out', invite),
  trace(1600, 'in', ringing),
  trace(2345, 'in', ok),
  trace(2350, 'out', message('ACK sip:gateway@203.0.113.11 SIP/2.0', ['CSeq: 1 ACK']), '203.0.113.11:5062'),
];

describe('ladder', () => {
  it('has a column for each side and says what is worth reading', () => {
    const { columns, rows } = ladderOf(traces.toReversed());
    expect(columns).toEqual(['Voxbox', '203.0.113.10:5060', '203.0.113.11:5062']);
    expect(
      rows.map(({ label, from, to, afterMs, repeated }) => [label, from, to, afterMs, repeated]),
    ).toEqual([
      ['INVITE', 0, 1, 0, false],
      ['INVITE', 0, 1, 500, true],
      ['180 Ringing (INVITE)', 1, 0, 600, false],
      ['200 OK (INVITE)', 1, 0, 1345, false],
      ['ACK', 0, 2, 1350, false],
    ]);
    expect(rows[0]?.facts).toEqual([
      'audio 192.168.1.5:20000 PCMU TELEPHONE-EVENT encrypted',
      'signs in as desk',
    ]);
    expect(rows[3]?.facts).toEqual(['sees us at 198.51.100.7:4000']);
  });

  it('marks what is unusual: what is repeated, refused, warned about or not answered', () => {
    const challenge = message('SIP/2.0 401 Unauthorized', ['CSeq: 1 REGISTER']);
    const register = (cseq: number, ...headers: string[]) =>
      message('REGISTER sip:carrier.example SIP/2.0', [`CSeq: ${cseq} REGISTER`, ...headers]);
    const signed = 'Authorization: Digest username="desk"';
    const { rows } = ladderOf([
      trace(1, 'out', register(1)),
      trace(2, 'in', challenge),
      trace(3, 'out', register(2, signed)),
      trace(4, 'in', challenge.replace('CSeq: 1', 'CSeq: 2')),
      trace(5, 'out', invite),
      trace(6, 'in', message('SIP/2.0 488 Not Acceptable', ['CSeq: 1 INVITE', 'Warning: 304 h "no"'])),
      trace(7, 'out', message('ACK sip:h SIP/2.0', ['CSeq: 1 ACK', signed])),
      trace(8, 'out', message('BYE sip:h SIP/2.0', ['CSeq: 3 BYE'])),
      trace(9, 'out', message('BYE sip:h SIP/2.0', ['CSeq: 3 BYE'])),
    ]);
    const marks = rows.map(({ unusual }) => (unusual ? '!' : '.')).join('');
    expect(marks).toBe('...!.!..!');
    expect(rows.map(({ facts }) => facts.includes('no answer so far'))).toEqual([
      ...new Array<boolean>(8).fill(false),
      true,
    ]);
    expect(rows[6]?.facts).toEqual([]);
    expect(ladderText(ladderOf(traces)).split('\n')[3]).toMatch(/^0\.500 !├── INVITE again/);
  });

  it('keeps secrets to itself', () => {
    const text = ladderOf(traces)
      .rows.map((row) => row.text)
      .join('\n');
    expect(text).not.toContain('0123456789abcdef');
    expect(text).not.toContain('WnD7c1ks');
    expect(text).toContain('inline:...|2^20');
  });

  it('is drawn with a line for each message, all equally wide', () => {
    const lines = ladderText(ladderOf(traces)).split('\n');
    expect(lines).toHaveLength(traces.length + 4);
    expect(lines[2]).toMatch(/^0\.000 {2}├── INVITE ─+► +│ {2}audio 192\.168\.1\.5:20000/);
    expect(lines[5]).toMatch(/^1\.345 {2}◄── 200 OK \(INVITE\) ─+┤ +│ {2}sees us at/);
    expect(lines[6]).toMatch(/^1\.350 {2}├── ACK ─+┼─+►$/);
    const ends = lines.slice(2, 7).map((line) => /[│►](?= {2}\S|$)/.exec(line.slice(60))?.index);
    expect(new Set(ends).size).toBe(1);
  });

  it('says so when there was nothing, and obeys no stranger', () => {
    expect(ladderText(ladderOf([]))).toBe('No message was exchanged.\n');
    const odd = ladderOf([trace(1, 'in', 'SIP/2.0 200 \u001b[31mred\r\nCSeq: 1 \u001bX\r\n\r\n')]);
    expect(ladderText(odd)).not.toContain('\u001b');
  });

  it('reads where the other side saw us', () => {
    expect(receivedOf(ok)).toEqual({ address: '198.51.100.7', port: 4000 });
    expect(receivedOf(ringing)).toBeNull();
    expect(
      receivedOf(
        message('SIP/2.0 200 OK', [
          'Via: SIP/2.0/UDP [::1]:5060;rport;received=[2001:db8::1], SIP/2.0/UDP b;received=1.2.3.4',
        ]),
      ),
    ).toEqual({
      address: '2001:db8::1',
      port: null,
    });
  });
});
