import { expect, it } from 'vitest';
import { isVoxboxError, systemClock } from '../foundation/index.ts';
import { createDigest } from './digest.ts';
import { readChallenge } from './digest-client.ts';
import { readInvitation } from './invitation.ts';
import { readEnvelope } from './message/envelope.ts';
import { headerValue } from './message/headers.ts';
import { maxMessageBytes } from './message/model.ts';
import { parseMessage } from './message/parse.ts';
import { createReply, markSource } from './message/reply.ts';
import { serialise } from './message/serialise.ts';
import { buildAnswer } from './sdp/answer.ts';
import { negotiateAudio } from './sdp/negotiate.ts';
import { parseOffer } from './sdp/parse.ts';
import { StreamFramer } from './transport/framing.ts';
import { traceOf } from './watch.ts';

/** The loop must not be busy with one message for longer. */
const limitMs = 5;
const times = 20;

const digest = createDigest({ realm: 'voxbox', secret: 'test', clock: systemClock });
const flow = {
  peer: { transport: 'tcp', address: '192.0.2.9', port: 5060 },
  local: { address: '192.0.2.1', port: 5060 },
  reliable: true,
  isOpen: () => true,
  send: () => {},
} as const;

/** Everything of ours that one message goes through between socket and call control, and the offer after it. */
function readThrough(octets: Buffer): void {
  new StreamFramer().push(octets);
  traceOf(octets, flow, { atMs: 0, direction: 'in' });
  const parsed = parseMessage(octets);
  if (parsed?.message.kind !== 'request') return;
  const request = markSource(parsed.message, flow.peer);
  readEnvelope(request);
  serialise(createReply(request, { status: 200, reason: 'OK', toTag: 'x' }));
  const get = (name: string): string | undefined => headerValue(request.headers, name) ?? undefined;
  const { offer } = readInvitation({
    ...{ uri: request.uri, body: request.body.toString('latin1') },
    ...{ source_address: '192.0.2.9', source_port: 5060, protocol: 'tcp', get },
  });
  const header = get('Authorization') ?? '';
  digest.verify({ header, method: 'INVITE', lookup: () => null });
  readChallenge(header);
  try {
    const audio = negotiateAudio(parseOffer(offer), { codecs: ['PCMU'], srtp: 'optional' });
    if (audio) buildAnswer(audio, { address: '192.0.2.1', port: 4000, sessionId: 1 });
  } catch (error) {
    expect(isVoxboxError(error) && error.code).toBe('sdp_invalid');
  }
}

/** As often as it fits into so many octets. */
const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));
const fields = {
  Via: 'SIP/2.0/TCP a.b;branch=z9hG4bKx',
  From: '<sip:a@b>;tag=f',
  To: '<sip:b@b>',
  'Call-ID': 'x',
  CSeq: '1 INVITE',
  Contact: '<sip:a@b>',
};
const message = (changes: Readonly<Record<string, string>>, body = ''): string => {
  const lines = Object.entries({ ...fields, ...changes }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `INVITE sip:b@b SIP/2.0\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
};
const head = 24_000;
const whole = 64_000;
const offer = (...lines: readonly string[]): string =>
  message({}, ['v=0', 'o=- 1 1 IN IP4 a', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...lines].join('\r\n'));

const crafted: Readonly<Record<string, string>> = {
  'tiny headers': `INVITE sip:a@b SIP/2.0\r\n${fill('a:\r\n', whole)}`,
  'a head without end': `INVITE sip:a@b SIP/2.0\r\n${fill('a', whole)}`,
  'bare line feeds': `INVITE sip:a@b SIP/2.0\n${fill('a:b\n', whole)}\n`,
  'spaces in the request line': `INVITE ${fill(' ', whole)}x SIP/2.0\r\n\r\n`,
  'folded lines': `INVITE sip:a@b SIP/2.0\r\nVia: x${fill('\r\n ', whole)}`,
  'line ends before anything': `${fill('\r\n', whole)}INVITE sip:a@b SIP/2.0\r\n\r\n`,
  'lengths without end': `INVITE sip:a@b SIP/2.0\r\n${fill('l \r\n', head)}\r\n`,
  'many ways': message({ Via: `${fill('SIP/2.0/UDP a;b,', head)}x`, From: fill('"', 500) }),
  'spaces in Via': message({ Via: `SIP/2.0/UDP ${fill(' ', head)}` }),
  'a quoted name full of escapes': message({ From: `"${fill('\\"', head)}" <sip:a@b>;tag=f` }),
  'an open quote': message({ From: `"${fill('\\', head)}` }),
  'a name of words': message({ From: `${fill('a ', head)}<sip:a@b>;tag=f` }),
  'many contacts': message({ Contact: `${fill('<sip:a@b>,', head)}<sip:a@b>` }),
  'many parameters': message({ Contact: `<sip:a@b>${fill(';a=b', head)}` }),
  'a long user': message({ Contact: `<sip:${fill('%41', head)}@b>` }),
  'asserted names': message({ 'P-Asserted-Identity': `${fill('"a" <sip:a@b>,', head)}x` }),
  'many credentials': message({ Authorization: `Digest ${fill('a=b,', head)}c=d` }),
  'many schemes': message({ Authorization: `${fill('Digest a=b,', head)}c=d` }),
  'spaces in credentials': message({ Authorization: `Digest a${fill(' ', head)}` }),
  'open quotes in credentials': message({ Authorization: `Digest a="${fill('\\"', head)}` }),
  'many formats': offer(`m=audio 4000 RTP/AVP ${fill('0 ', 60_000)}`),
  'spaces in an attribute': offer('m=audio 4000 RTP/AVP 0', `a=rtpmap:0${fill(' ', 60_000)}x`),
  'many sections': offer(fill('m=audio 4000 RTP/AVP 18\r\n', 60_000)),
  'sections below attributes': offer(
    ...Array<string>(1000).fill('a=x:yyyyyyyyyyyyyyyyyyyyyyyy'),
    ...Array<string>(950).fill('m=audio 4000 RTP/AVP 18'),
  ),
  'many keys': offer(
    'm=audio 4000 RTP/SAVP 0',
    fill('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n', 60_000),
  ),
  'a type of many parameters': message({ 'Content-Type': `multipart/mixed${fill('; a=b', head)}` }, 'x'),
  'many parts': message({ 'Content-Type': 'multipart/mixed; boundary=x' }, fill('\r\n--x\r\n\r\n', 60_000)),
  'many lines': offer(fill('a=b\r\n', 60_000)),
  'one long line': offer(`a=${fill('x', 60_000)}`),
};

it.each(Object.entries(crafted))('a message of 64 kB with %s is read in 5 ms', (_, text) => {
  const octets = Buffer.from(text, 'latin1');
  expect(octets.length).toBeLessThanOrEqual(maxMessageBytes);
  // What is counted is this thread's own time: a busy machine proves nothing. Its clock is coarse, so many times; and
  // the best of three counts, since threads beside this one take its caches.
  const batches = Array.from({ length: 3 }, () => cpuMs(octets));
  expect(Math.min(...batches)).toBeLessThan(limitMs);
});

function cpuMs(octets: Buffer): number {
  const start = process.threadCpuUsage();
  for (let time = 0; time < times; time += 1) readThrough(octets);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / times;
}
