import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { DialogStore } from './dialog/store.ts';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import { FakeSchedule, fakeFlow, fakeTransport } from './fake-network.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import { parseMessage } from './message/parse.ts';
import type { SrfHandler } from './srf.ts';
import { standardTimers } from './transaction/schedule.ts';
import type { Application } from './user-agent/application.ts';
import { UserAgentServer } from './user-agent/server.ts';
import { standardSession } from './user-agent/session-timer.ts';

/** Long enough for the application to answer before a 100 would go out, on a busy machine too. */
const t1Ms = 200;
const parties: FakeParty[] = [];
const phones: FakePhone[] = [];
afterEach(async () => {
  for (const phone of phones.splice(0)) phone.close();
  for (const made of parties.splice(0)) await made.stop();
});

/** A box whose application treats every INVITE like that, and a stranger on UDP. */
async function stranger(onInvite: SrfHandler): Promise<FakePhone> {
  const box = await fakeParty({ timers: { t1Ms, t2Ms: 4 * t1Ms, t4Ms: 5 * t1Ms } });
  parties.push(box);
  box.srf.invite(onInvite);
  await routesAreKnown();
  const phone = await fakePhone({ serverPort: box.server.port });
  phones.push(phone);
  return phone;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const status = (message: SipMessage): number => (message.kind === 'response' ? message.status : 0);
const tagOf = (message: SipMessage): string => headerValue(message.headers, 'To') ?? '';

describe('a stranger that is challenged over UDP', () => {
  const headers = { 'WWW-Authenticate': 'Digest realm="voxbox", nonce="n"' };

  it('hears one 401 for each INVITE, the same one while it is young, and the same tag for ever', async () => {
    let asked = 0;
    const phone = await stranger((_, res) => {
      asked += 1;
      res.send(401, { headers });
    });
    const invite = phone.request('INVITE', {}, fakeSdp(4002));
    phone.send(invite);
    await phone.next((message) => status(message) === 401);
    phone.send(invite);
    await phone.next((message) => status(message) === 401);
    expect(asked).toBe(1);
    await pause(3 * t1Ms);
    expect(phone.heard.map(status)).toEqual([401, 401]);
    phone.send(invite);
    await phone.next((message) => status(message) === 401);
    expect(asked).toBe(2);
    expect(new Set(phone.heard.map(tagOf)).size).toBe(1);
    expect(headerValue(phone.heard[2]?.headers ?? [], 'WWW-Authenticate')).toBe(headers['WWW-Authenticate']);
    const To = phone.heard.map(tagOf)[2] ?? '';
    phone.send(phone.request('ACK', { To, CSeq: '1 ACK' }));
    await pause(3 * t1Ms);
    expect(phone.heard.length).toBe(3);
  });

  it('gets its call once it has the password', async () => {
    const phone = await stranger((req, res) => {
      if (!req.get('Authorization')) res.send(401, { headers });
      else void parties[0]?.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }).catch(() => {});
    });
    phone.send(phone.request('INVITE', {}, fakeSdp(4002)));
    const To = tagOf(await phone.next((message) => status(message) === 401));
    phone.send(phone.request('ACK', { To, CSeq: '1 ACK' }));
    const credentials = { CSeq: '2 INVITE', Authorization: 'Digest username="desk"' };
    phone.send(phone.request('INVITE', credentials, fakeSdp(4002)));
    const ok = await phone.next((message) => status(message) === 200);
    expect(tagOf(ok)).not.toBe(To);
    phone.send(phone.request('ACK', { To: tagOf(ok), CSeq: '2 ACK' }));
  });
});

describe('a stranger that is refused over UDP', () => {
  it.each([
    ['an unknown number', {}, 404],
    ['a dialog that does not exist', { To: '<sip:100@127.0.0.1>;tag=guessed' }, 481],
    ['an extension nobody knows', { Require: 'magic' }, 420],
  ])('hears once of %s for each INVITE', async (_, changes, wanted) => {
    let asked = 0;
    const phone = await stranger((_, res) => {
      asked += 1;
      res.send(404);
    });
    const invite = phone.request('INVITE', changes, fakeSdp(4002));
    phone.send(invite);
    await phone.next((message) => status(message) === wanted);
    await pause(3 * t1Ms);
    phone.send(invite);
    await phone.next((message) => status(message) === wanted);
    expect(phone.heard.length).toBe(2);
    expect(asked).toBe(wanted === 404 ? 1 : 0);
  });

  it('hears it again and again where a 100 had it wait', async () => {
    const phone = await stranger((_, res) => void setTimeout(() => res.send(404), t1Ms));
    phone.send(phone.request('INVITE', {}, fakeSdp(4002)));
    for (const wanted of [100, 404, 404]) await phone.next((message) => status(message) === wanted);
  });
});

describe('one address', () => {
  /** A server whose application rings on request, and what it says to a datagram from that address. */
  function ask(): (address: string, method: string) => number {
    const flow = fakeFlow();
    const application: Application = {
      deliver: ({ transactionId }) => {
        const ringing = { kind: 'response', status: 180, reason: 'Ringing', headers: [] } as const;
        server.respond(application, transactionId, { ...ringing, body: Buffer.alloc(0) });
      },
    };
    const core = {
      transport: fakeTransport(flow),
      schedule: new FakeSchedule(),
      timers: standardTimers,
      dialogs: new DialogStore(),
      applications: {
        routeFor: (method: string) => (method === 'INVITE' ? application : null),
        methods: () => ['INVITE'],
      },
      guard: null,
      session: standardSession,
      log: silentLog,
    };
    const server = new UserAgentServer(core, {
      hangUp: () => {},
      refresh: () => {},
      isBusy: () => false,
      dialogOfNotify: () => null,
    });
    let count = 0;
    return (address, method) => {
      count += 1;
      const text = [
        `${method} sip:100@192.0.2.1 SIP/2.0`,
        `Via: SIP/2.0/UDP ${address};branch=z9hG4bK${count};rport`,
        `From: <sip:200@${address}>;tag=${count}`,
        'To: <sip:100@192.0.2.1>',
        `Call-ID: ${count}`,
        `CSeq: 1 ${method}`,
        `Contact: <sip:200@${address}>`,
        '\r\n',
      ].join('\r\n');
      const parsed = parseMessage(Buffer.from(text));
      if (parsed?.message.kind !== 'request') return 0;
      const peer = { transport: 'udp', address, port: 5060 } as const;
      server.receive(parsed.message, parsed.problem, { ...flow, peer });
      return Number(/^SIP\/2.0 (\d+)/.exec(flow.sent.at(-1) ?? '')?.[1]);
    };
  }

  it('has room for 2000 requests outside of dialogs, and no one else loses theirs', () => {
    const answer = ask();
    for (let i = 0; i < 2000; i++) expect(answer('192.0.2.7', 'OPTIONS')).toBe(200);
    expect(answer('192.0.2.7', 'OPTIONS')).toBe(503);
    expect(answer('192.0.2.7', 'INVITE')).toBe(503);
    expect(answer('192.0.2.8', 'OPTIONS')).toBe(200);
  });

  it('has room for every call that the application lets ring', () => {
    const answer = ask();
    for (let i = 0; i < 2500; i++) expect(answer('192.0.2.7', 'INVITE')).toBe(180);
    expect(answer('192.0.2.7', 'OPTIONS')).toBe(200);
  });
});
