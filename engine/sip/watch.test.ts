import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import type { SipServerOptions } from './server.ts';
import { openTransport } from './transport/transport.ts';
import type { SipTrace } from './watch.ts';

const parties: FakeParty[] = [];
const phones: FakePhone[] = [];

async function party(options: Partial<SipServerOptions> = {}): Promise<FakeParty> {
  const made = await fakeParty(options);
  parties.push(made);
  return made;
}

async function phoneOf({ server }: FakeParty, transport: 'udp' | 'tcp' = 'udp'): Promise<FakePhone> {
  const phone = await fakePhone({ serverPort: server.port, transport });
  phones.push(phone);
  return phone;
}

afterEach(async () => {
  for (const phone of phones.splice(0)) phone.close();
  for (const made of parties.splice(0)) await made.stop();
});

const answer =
  (status: number) =>
  (message: SipMessage): boolean =>
    message.kind === 'response' && message.status === status;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the guard', () => {
  it('drops sources silently, on datagrams and connections', async () => {
    let banned = true;
    const admits = (): boolean => !banned;
    const box = await party({ guard: { admits, inspect: () => 'take', answered: () => {} } });
    const phone = await phoneOf(box);
    phone.send(phone.request('OPTIONS'));
    const caller = await phoneOf(box, 'tcp');
    await caller.closed;
    banned = false;
    await pause(30);
    expect(phone.heard).toEqual([]);
    phone.send(phone.request('OPTIONS'));
    await phone.next(answer(200));
  });

  it('looks at what is outside of dialogs, and is told the answers', async () => {
    const asked: string[] = [];
    const told: string[] = [];
    const box = await party({
      guard: {
        admits: () => true,
        inspect: ({ method, userAgent, fromUri }) => {
          asked.push(`${method} ${userAgent} ${fromUri}`);
          return userAgent === 'friendly-scanner' ? 'drop' : 'take';
        },
        answered: (status, source, method) => told.push(`${method} ${status} ${source.address}`),
      },
    });
    box.srf.invite((req, res) => void box.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }));
    await routesAreKnown();
    const phone = await phoneOf(box);
    const scan = { 'User-Agent': 'friendly-scanner' };
    phone.send(phone.request('OPTIONS', scan));
    phone.send(phone.request('REGISTER', { ...scan, 'Call-ID': null }));
    phone.send(phone.request('INVITE', {}, fakeSdp(4002)));
    const ok = await phone.next(answer(200));
    const To = headerValue(ok.headers, 'To') ?? '';
    phone.send(phone.request('ACK', { To, CSeq: '1 ACK' }));
    phone.send(phone.request('BYE', { To, CSeq: '2 BYE' }));
    await phone.next((message) => headerValue(message.headers, 'CSeq') === '2 BYE');
    const from = 'sip:+14155550101@127.0.0.1';
    expect(asked).toEqual([
      `OPTIONS friendly-scanner ${from}`,
      `REGISTER friendly-scanner ${from}`,
      `INVITE null ${from}`,
    ]);
    expect(told).toEqual(['INVITE 200 127.0.0.1', 'BYE 200 127.0.0.1']);
    expect(
      phone.heard.some((message) => /OPTIONS|REGISTER/.test(headerValue(message.headers, 'CSeq') ?? '')),
    ).toBe(false);
  });
});

describe('the trace', () => {
  it('shows both directions, octet for octet', async () => {
    const seen: SipTrace[] = [];
    const box = await party({ onTrace: (entry) => seen.push(entry) });
    const phone = await phoneOf(box);
    const text = phone.request('OPTIONS', { Subject: '\u00e9' });
    phone.send(text);
    await phone.next(answer(200));
    expect(seen.map(({ direction, startLine }) => `${direction} ${startLine}`)).toEqual([
      `in OPTIONS sip:+14155550100@127.0.0.1:${box.server.port} SIP/2.0`,
      'out SIP/2.0 200 OK',
    ]);
    expect(seen[0]).toMatchObject({
      text,
      transport: 'udp',
      local: `127.0.0.1:${box.server.port}`,
      peer: `127.0.0.1:${phone.port}`,
      callId: `call-${phone.port}`,
    });
  });
});

describe('the network', () => {
  it('is told the external address beyond the local network only', async () => {
    let external: string | null = '203.0.113.7';
    const transport = await openTransport({
      host: '0.0.0.0',
      port: 0,
      log: silentLog,
      onArrival: () => {},
      onLost: () => {},
      externalAddress: () => external,
    });
    const flow = transport.datagramFlow('198.51.100.4', 5060);
    expect(flow.local).toEqual({ address: '203.0.113.7', port: transport.port });
    for (const near of ['127.0.0.1', '192.168.1.20', '10.0.0.1', '169.254.3.3', '2001:db8::1']) {
      expect(transport.datagramFlow(near, 5060).local.address).not.toBe('203.0.113.7');
    }
    external = null;
    expect(flow.local.address).not.toBe('203.0.113.7');
    await transport.stop();
  });

  it.each(['', ';transport=tcp'])('carries a call over IPv6%s', async (suffix) => {
    const far = await party({ host: '::1' });
    const near = await party({ host: '::1' });
    far.srf.invite((req, res) => void far.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }));
    await routesAreKnown();
    const uri = `sip:100@[::1]:${far.server.port}${suffix}`;
    const dialog = await near.srf.createUAC(uri, { localSdp: fakeSdp(4002) });
    expect(dialog.remote.uri).toBe(`sip:[::1]:${far.server.port}${suffix}`);
    await dialog.destroy();
  });

  it('takes a connection for what is too long for a datagram, and UDP where there is none', async () => {
    const seen: SipTrace[] = [];
    const far = await party({ onTrace: (entry) => seen.push(entry) });
    far.srf.invite((req, res) => void far.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }));
    await routesAreKnown();
    const near = await party();
    const headers = { Subject: 'x'.repeat(1200) };
    const uri = `sip:100@127.0.0.1:${far.server.port}`;
    await (await near.srf.createUAC(uri, { localSdp: fakeSdp(4002), headers: { ...headers } })).destroy();
    expect(new Set(seen.map(({ transport }) => transport))).toEqual(new Set(['tcp']));
    const phone = await phoneOf(near);
    near.srf.createUAC(`sip:1@127.0.0.1:${phone.port}`, { localSdp: fakeSdp(4002), headers }).catch(() => {});
    const invite = await phone.next((message) => message.kind === 'request');
    expect(headerValue(invite.headers, 'Via')).toContain('SIP/2.0/UDP');
    phone.send(phone.answer(invite, '486 Busy Here'));
  });

  it('answers a message above 64 kB with 513 and closes the connection', async () => {
    const box = await party();
    const phone = await phoneOf(box, 'tcp');
    phone.send(phone.request('OPTIONS', { 'Content-Length': '70000' }) + 'x'.repeat(70_000));
    await phone.next(answer(513));
    await phone.closed;
  });

  it('closes connections that never complete a message, and more than one source may have', async () => {
    const lost: string[] = [];
    const transport = await openTransport({
      host: '127.0.0.1',
      port: 0,
      log: silentLog,
      onArrival: () => {},
      onLost: () => {},
      limits: { connectionsPerSource: 3, partialMs: 150 },
    });
    const sockets = ['first', 'second', 'third', 'fourth'].map((name) => {
      const socket = connect(transport.port, '127.0.0.1', () => socket.write('OPTIONS '));
      socket.on('error', () => {});
      return new Promise<void>((resolve) =>
        socket.once('close', () => {
          lost.push(name);
          resolve();
        }),
      );
    });
    await Promise.all(sockets);
    expect(lost[0]).toBe('fourth');
    expect(lost.toSorted()).toEqual(['first', 'fourth', 'second', 'third']);
    await transport.stop();
  });
});
