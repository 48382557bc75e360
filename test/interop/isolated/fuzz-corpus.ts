import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tortureSets } from './torture-messages.ts';

const host = '127.0.0.1';

export const offer = (rtpPort: number): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${rtpPort} RTP/SAVP 96 9 8 0 101 13`,
    'a=rtpmap:96 opus/48000/2',
    'a=fmtp:96 useinbandfec=1',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4',
    'a=rtcp-mux',
    'a=rtcp:5002',
    'a=ptime:20',
    'a=sendrecv',
    'm=video 51372 RTP/AVP 99',
    'a=rtpmap:99 H263-1998/90000',
    '',
  ].join('\r\n');

/** One whole request; `id` makes it a new call and a new transaction. */
export function request(options: {
  readonly method: string;
  readonly id: string;
  readonly port: number;
  readonly transport: 'UDP' | 'TCP';
  readonly body?: string;
  readonly extra?: readonly string[];
}): Buffer {
  const { method, id, port, transport, body = '', extra = [] } = options;
  const head = [
    `${method} sip:echo@${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${host}:5099;branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: "Fuzz" <sip:fuzz@${host}>;tag=${id}`,
    `To: <sip:echo@${host}>`,
    `Call-ID: ${id}@fuzz`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:fuzz@${host}:5099;transport=${transport.toLowerCase()}>`,
    'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, REFER, NOTIFY',
    'Supported: 100rel, timer, replaces',
    ...extra,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

const extras: Readonly<Record<string, readonly string[]>> = {
  REGISTER: [
    'Expires: 3600',
    'Authorization: Digest username="fuzz", realm="voxbox", nonce="abc", uri="sip:127.0.0.1", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, nc=00000001, cnonce="x"',
  ],
  REFER: [
    'Refer-To: <sip:bob@127.0.0.1:5098?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>',
    'Referred-By: <sip:fuzz@127.0.0.1>',
  ],
  SUBSCRIBE: ['Event: dialog', 'Expires: 60'],
  NOTIFY: ['Event: refer', 'Subscription-State: active;expires=60'],
  PRACK: ['RAck: 1 1 INVITE'],
  INVITE: [
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
    'Require: timer',
    'Record-Route: <sip:127.0.0.1:5097;lr>',
  ],
};

const response = (status: string): Buffer =>
  Buffer.from(
    [
      `SIP/2.0 ${status}`,
      `Via: SIP/2.0/UDP ${host}:5060;branch=z9hG4bKresp;rport`,
      `From: <sip:a@${host}>;tag=1`,
      `To: <sip:b@${host}>;tag=2`,
      'Call-ID: response@fuzz',
      'CSeq: 1 INVITE',
      `Contact: <sip:b@${host}>`,
      'Content-Length: 0\r\n\r\n',
    ].join('\r\n'),
  );

/** Requests of every method, responses, and the torture messages where they are. */
export function sipCorpus(port: number, transport: 'UDP' | 'TCP'): readonly Buffer[] {
  const methods =
    'INVITE ACK BYE CANCEL OPTIONS REGISTER PRACK UPDATE INFO REFER SUBSCRIBE NOTIFY MESSAGE'.split(' ');
  const own = methods.map((method) =>
    request({
      ...{ method, id: `seed${method}`, port, transport, extra: extras[method] ?? [] },
      ...(method === 'INVITE' || method === 'UPDATE' ? { body: offer(6000) } : {}),
    }),
  );
  const torture = tortureSets().flatMap(({ folder, rows }) =>
    rows.length === 0
      ? []
      : readdirSync(folder)
          .filter((name) => name.endsWith('.dat'))
          .map((name) => readFileSync(join(folder, name))),
  );
  return [
    ...own,
    ...['100 Trying', '180 Ringing', '200 OK', '401 Unauthorized', '503 Busy'].map(response),
    ...torture,
  ];
}

/** RTP of a voice, of a key, with an extension, with padding; RTCP of several kinds; STUN; DTLS. */
export function mediaCorpus(): readonly Buffer[] {
  const rtp = (payloadType: number, payload: Buffer, flags = 0x80): Buffer => {
    const head = Buffer.alloc(12);
    head[0] = flags;
    head[1] = payloadType;
    head.writeUInt16BE(1000, 2);
    head.writeUInt32BE(160_000, 4);
    head.writeUInt32BE(0x1234_5678, 8);
    return Buffer.concat([head, payload]);
  };
  const report = Buffer.alloc(28);
  report[0] = 0x81;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  const description = Buffer.from('81ca0004123456780108766f78626f7840620000', 'hex');
  const bye = Buffer.from('81cb000112345678', 'hex');
  const stun = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');
  return [
    rtp(0, Buffer.alloc(160, 0xff)),
    rtp(8, Buffer.alloc(160, 0xd5)),
    rtp(0x80 | 101, Buffer.from('0b8a0320', 'hex')),
    rtp(13, Buffer.from([60])),
    rtp(0, Buffer.concat([Buffer.from('bede000110aa0000', 'hex'), Buffer.alloc(160, 0x7f)]), 0x90),
    rtp(0, Buffer.concat([Buffer.alloc(156, 0x7f), Buffer.from([0, 0, 0, 4])]), 0xa0),
    rtp(96, Buffer.from('7883fffe', 'hex')),
    report,
    Buffer.concat([report, description, bye]),
    description,
    bye,
    Buffer.from('80cd000312345678000000010000000100000000', 'hex'),
    stun,
    Buffer.from('16fefd0000000000000000003601', 'hex'),
    rtp(0, Buffer.alloc(0)),
    Buffer.alloc(0),
  ];
}
