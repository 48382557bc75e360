import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import { fakeDns, fakeNames } from './fake-names.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import { parseUri } from './message/uri.ts';
import type { SrfRequest } from './srf.ts';
import { inOrder, systemNames } from './transport/names.ts';
import { createResolve } from './transport/resolve.ts';
import type { SipTrace } from './watch.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

const timers = { t1Ms: 10, t2Ms: 40, t4Ms: 50 };
const service = (port: number, priority: number, name = 'localhost', weight = 0) => ({
  ...{ name, port, priority, weight },
});

/** A box to which `carrier.test` is those ports of the loopback, in that order. */
async function boxOf(ports: readonly number[], transport: 'udp' | 'tcp' = 'udp') {
  const trace: SipTrace[] = [];
  const box = await fakeParty({
    timers,
    onTrace: (entry) => trace.push(entry),
    names: fakeNames({
      services: { [`_sip._${transport}.carrier.test`]: ports.map((port, index) => service(port, index)) },
      addresses: { localhost: ['127.0.0.1'], 'two.test': ['127.0.0.2', '127.0.0.1'], 'six.test': ['::1'] },
    }),
  });
  undo.push(box.stop);
  return { ...box, trace };
}

/** A server of the carrier that answers every INVITE so, or takes the call. */
async function carrier(status: number): Promise<FakeParty & { readonly heard: SrfRequest[] }> {
  const party = await fakeParty({ timers });
  undo.push(party.stop);
  const heard: SrfRequest[] = [];
  party.srf.invite((req, res) => {
    heard.push(req);
    if (status === 200) void party.srf.createUAS(req, res, { localSdp: fakeSdp(4002) });
    else res.send(status);
  });
  await routesAreKnown();
  return { ...party, heard };
}

/** Somebody who hears everything and says nothing. */
async function silent(): Promise<FakePhone> {
  const phone = await fakePhone({ serverPort: 9 });
  undo.push(phone.close);
  return phone;
}

const methodsOf = ({ heard }: FakePhone, method: string): SipMessage[] =>
  heard.filter((message) => message.kind === 'request' && message.method === method);
const headerOf = (message: SipMessage | undefined, name: string): string =>
  (message && headerValue(message.headers, name)) ?? '';

describe('a name with several servers (RFC 3263 §4.3)', () => {
  it('has the call at the next one where the first is silent, and asks the silent one last from then on', async () => {
    const dead = await silent();
    const good = await carrier(200);
    const box = await boxOf([dead.port, good.server.port]);
    const dialog = await box.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) });
    const lost = methodsOf(dead, 'INVITE');
    expect(lost).toHaveLength(4);
    const [taken] = good.heard;
    for (const name of ['Call-ID', 'CSeq', 'From'] as const) {
      expect(taken?.get(name)).toBe(headerOf(lost[0], name));
    }
    expect(taken?.get('Via')).not.toContain(/branch=([^;]+)/.exec(headerOf(lost[0], 'Via'))?.[1]);
    await dialog.destroy();
    await (await box.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) })).destroy();
    expect(methodsOf(dead, 'INVITE')).toHaveLength(4);
    expect(good.heard).toHaveLength(2);
  });

  it('has it there too where the first says 503, and its answer is the answer where it is the callee’s', async () => {
    const [full, good] = [await carrier(503), await carrier(486)];
    const box = await boxOf([full.server.port, good.server.port]);
    const call = box.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) });
    await expect(call).rejects.toMatchObject({ status: 486 });
    expect([full.heard.length, good.heard.length]).toEqual([1, 1]);
  });

  it('asks no other after an answer that is not the server’s failure', async () => {
    const [busy, other] = [await carrier(486), await carrier(200)];
    const box = await boxOf([busy.server.port, other.server.port]);
    const call = box.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) });
    await expect(call).rejects.toMatchObject({ status: 486 });
    expect(other.heard).toEqual([]);
  });

  it('tells the last failure where all fail', async () => {
    const [full, dead] = [await carrier(503), await silent()];
    const box = await boxOf([dead.port, full.server.port]);
    const call = box.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) });
    await expect(call).rejects.toMatchObject({ status: 503 });
    const other = await boxOf([full.server.port, dead.port]);
    const again = other.srf.createUAC('sip:100@carrier.test', { localSdp: fakeSdp(4000) });
    await expect(again).rejects.toMatchObject({ status: 408 });
  });

  it('is reached over TCP where the first takes no connection', async () => {
    const good = await carrier(200);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const box = await boxOf([port, good.server.port], 'tcp');
    const uri = 'sip:100@carrier.test;transport=tcp';
    await (await box.srf.createUAC(uri, { localSdp: fakeSdp(4000) })).destroy();
    expect(good.heard).toHaveLength(1);
  });

  it('may have several addresses for one port', async () => {
    const good = await carrier(200);
    const box = await boxOf([]);
    const uri = `sip:100@two.test:${good.server.port};transport=tcp`;
    await (await box.srf.createUAC(uri, { localSdp: fakeSdp(4000) })).destroy();
    expect(good.heard).toHaveLength(1);
  });

  it('is not tried where no datagram leads to: a server bound to IPv4 has no way to IPv6', async () => {
    const box = await boxOf([]);
    const call = box.srf.createUAC('sip:100@six.test', { localSdp: fakeSdp(4000) });
    await expect(call).rejects.toMatchObject({
      status: 503,
      reason: expect.stringContaining('EAFNOSUPPORT'),
    });
  });

  it('is not asked on once the call is cancelled', async () => {
    const [dead, other] = [await silent(), await carrier(200)];
    const box = await boxOf([dead.port, other.server.port]);
    let sent: SrfRequest | null = null;
    const call = box.srf.createUAC(
      'sip:100@carrier.test',
      { localSdp: fakeSdp(4000) },
      {
        cbRequest: (_, req) => {
          sent = req;
          req.cancel();
        },
      },
    );
    await expect(call).rejects.toMatchObject({ status: 408 });
    expect(sent).not.toBe(null);
    expect(other.heard).toEqual([]);
  });

  it('has other requests at the next server too', async () => {
    const [dead, good] = [await silent(), await carrier(200)];
    const box = await boxOf([dead.port, good.server.port]);
    const status = await new Promise<number>((resolve) => {
      box.srf.request('sip:carrier.test', { method: 'OPTIONS' }, (_, req) => {
        req.on('response', (res) => resolve(res.status));
      });
    });
    expect(status).toBe(200);
    expect(methodsOf(dead, 'OPTIONS').length).toBeGreaterThan(2);
  });
});

describe('the servers of a name', () => {
  it('are those that DNS has, by priority', async () => {
    const dns = await fakeDns('_sip._udp.carrier.test', [service(5070, 2), service(5080, 1)]);
    undo.push(dns.stop);
    const resolve = createResolve(systemNames([dns.server]));
    const uri = parseUri('sip:carrier.test');
    if (!uri) throw new Error('no URI');
    const places = await resolve(uri);
    expect(places.filter(({ address }) => address === '127.0.0.1')).toEqual([
      { transport: 'udp', address: '127.0.0.1', port: 5080 },
      { transport: 'udp', address: '127.0.0.1', port: 5070 },
    ]);
  });

  it('are those that DNS had, while it has nothing', async () => {
    let addresses: readonly string[] = ['192.0.2.1'];
    const resolve = createResolve({
      services: async () => [],
      addresses: async () => {
        if (addresses.length === 0) throw Object.assign(new Error('no DNS'), { code: 'EAI_AGAIN' });
        return addresses;
      },
    });
    const [known, other] = [parseUri('sip:carrier.test'), parseUri('sip:other.test')];
    if (!known || !other) throw new Error('no URI');
    const place = { transport: 'udp', address: '192.0.2.1', port: 5060 };
    expect(await resolve(known)).toEqual([place]);
    addresses = [];
    expect(await resolve(known)).toEqual([place]);
    await expect(resolve(other)).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    addresses = ['192.0.2.2'];
    expect(await resolve(known)).toEqual([{ ...place, address: '192.0.2.2' }]);
  });

  it('are in the same order each time at one box, and spread by weight over boxes (RFC 2782)', () => {
    const servers = [service(1, 1, 'a', 30), service(1, 1, 'b', 10), service(1, 0, 'c', 0)];
    const firstTwo = (seed: string): string[] => inOrder(servers, seed).map(({ name }) => name);
    expect(firstTwo('x')).toEqual(firstTwo('x'));
    const orders = Array.from({ length: 1000 }, (_, seed) => firstTwo(String(seed)));
    expect(new Set(orders.map(([first]) => first))).toEqual(new Set(['c']));
    const heavyFirst = orders.filter(([, second]) => second === 'a').length;
    expect(heavyFirst).toBeGreaterThan(700);
    expect(heavyFirst).toBeLessThan(800);
  });
});
