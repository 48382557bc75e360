import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog, systemClock, VoxboxError } from '../../foundation/index.ts';
import { createDigest, ha1Of, sipRealm } from '../digest.ts';
import { usualLimits } from '../registrar/bindings.ts';
import type { Binding } from '../registrar/model.ts';
import { createRegistrar, nextHopOf, type Registrar, type RegistrarOptions } from '../registrar/registrar.ts';
import type { Srf, SrfRequest } from '../srf.ts';
import { type FakeSide, fakeRouter, fakeSide } from './fake-side.ts';
import type { Registration, RegistrationOptions, RegistrationState } from './model.ts';
import { probeOptions } from './probe.ts';
import { startRegistration } from './registration.ts';

const host = '127.0.0.1';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

async function side(port = 0, address = host): Promise<FakeSide> {
  const made = await fakeSide({ host: address, port });
  undo.push(made.end);
  return made;
}

interface FakeStore {
  readonly rows: Map<string, readonly Binding[]>;
}

/** A registrar on a socket of its own, with user 101. */
async function registrarSide(
  options: {
    readonly port?: number;
    readonly address?: string;
    readonly store?: FakeStore;
  } & Partial<RegistrarOptions> = {},
) {
  const { port = 0, address, store = { rows: new Map() }, ...change } = options;
  const own = await side(port, address);
  const heard: SrfRequest[] = [];
  const registrar: Registrar = createRegistrar({
    digest: createDigest({ realm: sipRealm, secret: 'of the registrar', clock: systemClock }),
    ports: {
      ha1Of: (username) => (username === '101' ? ha1Of('101', 'right') : null),
      load: () => [...store.rows.values()].flat(),
      save: (aor, bindings) => void store.rows.set(aor, bindings),
    },
    clock: systemClock,
    log: silentLog,
    ...change,
  });
  undo.push(async () => registrar.stop());
  own.srf.register((req, res) => {
    heard.push(req);
    registrar.handle(req, res);
  });
  await routeIsKnown();
  return { ...own, registrar, store, heard };
}

const routeIsKnown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

function register(
  options: { readonly srf: Srf; readonly port: number } & Partial<RegistrationOptions>,
): Registration & { readonly seen: RegistrationState['status'][] } {
  const { port, ...change } = options;
  const seen: RegistrationState['status'][] = [];
  const registration = startRegistration({
    id: 'carrier',
    registrar: `sip:${host}:${port}`,
    outboundProxy: null,
    aor: `sip:101@${host}`,
    username: '101',
    password: 'right',
    expiresS: 600,
    contactUser: 'line-1',
    clock: systemClock,
    log: silentLog,
    keepAliveS: 0,
    onChange: ({ status }) => void seen.push(status),
    ...change,
  });
  undo.push(() => registration.stop());
  return { ...registration, seen };
}

const until = (registration: Registration, status: RegistrationState['status']): Promise<void> =>
  vi.waitFor(() => expect(registration.state().status).toBe(status), { timeout: 8000, interval: 10 });

describe.each(['udp', 'tcp', 'tls'])('a registration over %s', (transport) => {
  const uriOf = ({ port, tlsPort }: FakeSide): string =>
    `sip:${host}:${transport === 'tls' ? tlsPort : port};transport=${transport}`;

  it('is challenged, granted, renewed with the same nonce, and taken back', async () => {
    const box = await side();
    const carrier = await registrarSide();
    const addresses: string[] = [];
    const registration = register({
      ...box,
      registrar: uriOf(carrier),
      onExternalAddress: (address) => void addresses.push(address),
    });
    await until(registration, 'registered');
    expect(addresses).toEqual([host]);
    const [binding] = carrier.registrar.bindingsOf('101');
    expect(binding).toMatchObject({
      aor: '101',
      contact: uriOf(box).replace('sip:', 'sip:line-1@').replace(';transport=udp', ''),
      flow: expect.stringMatching(new RegExp(`^${transport}/${host}:`)),
    });
    expect(carrier.heard).toHaveLength(2);

    registration.refresh();
    await vi.waitFor(() => expect(carrier.heard).toHaveLength(3));
    await vi.waitFor(() => expect(carrier.registrar.bindingsOf('101')[0]?.cseq).toBe(3));
    expect(carrier.heard[2]?.get('authorization')).toContain('nc=00000002');
    expect(new Set(carrier.heard.map((req) => req.get('call-id'))).size).toBe(1);

    await registration.stop();
    expect(registration.state()).toMatchObject({ status: 'stopped', nextTryAtMs: null });
    expect(carrier.registrar.bindingsOf('101')).toEqual([]);
  });

  it('lets calls come in on the way that it made', async () => {
    const box = await side();
    const carrier = await registrarSide();
    box.srf.invite((req, res) => res.send(486, { headers: { 'X-Called': req.uri } }));
    await routeIsKnown();
    const registration = register({
      ...box,
      registrar: uriOf(carrier),
    });
    await until(registration, 'registered');
    const [binding] = carrier.registrar.bindingsOf('101');
    if (!binding) throw new Error('not registered');
    const call = carrier.srf.createUAC(binding.contact, { localSdp: 'v=0\r\n', proxy: nextHopOf(binding) });
    await expect(call).rejects.toMatchObject({ status: 486 });
  });
});

describe('a registration', () => {
  it('knows its way about IPv6', async () => {
    const box = await side(0, '::1');
    const carrier = await registrarSide({ address: '::1' });
    const registration = register({ ...box, registrar: `sip:[::1]:${carrier.port}` });
    await until(registration, 'registered');
    expect(registration.state().external).toEqual({ address: '::1', port: box.port });
    expect(carrier.registrar.bindingsOf('101')).toMatchObject([
      { contact: `sip:line-1@[::1]:${box.port}`, flow: `udp/[::1]:${box.port}` },
    ]);
  });

  it('with a wrong password is refused and does not hammer', async () => {
    const box = await side();
    const carrier = await registrarSide();
    const registration = register({ ...box, port: carrier.port, password: 'wrong' });
    await until(registration, 'refused');
    const { nextTryAtMs, sipStatus, reason } = registration.state();
    expect(sipStatus).toBe(401);
    expect(reason).toBe('wrong user name or password');
    expect(carrier.heard).toHaveLength(2);
    expect((nextTryAtMs ?? 0) - systemClock.nowMs()).toBeGreaterThan(200_000);
  });

  it('of an unknown user looks just the same', async () => {
    const box = await side();
    const carrier = await registrarSide();
    const registration = register({
      ...box,
      port: carrier.port,
      username: 'nobody',
      aor: 'sip:nobody@x.test',
    });
    await until(registration, 'refused');
    expect(registration.state()).toMatchObject({ sipStatus: 401, reason: 'wrong user name or password' });
    expect(carrier.heard).toHaveLength(2);
  });

  it('for another user than the password belongs to is forbidden', async () => {
    const box = await side();
    const carrier = await registrarSide();
    const registration = register({ ...box, port: carrier.port, aor: 'sip:102@x.test' });
    await until(registration, 'refused');
    expect(registration.state().sipStatus).toBe(403);
    expect(carrier.registrar.bindingsOf('102')).toEqual([]);
  });

  it('where nobody answers is unreachable, and comes up when somebody does', async () => {
    const box = await side();
    const gone = await side();
    await gone.end();
    const registration = register({ ...box, port: gone.port });
    await until(registration, 'unreachable');
    expect(registration.state()).toMatchObject({ sipStatus: null, expiresAtMs: null });
    await registrarSide({ port: gone.port });
    await until(registration, 'registered');
  });

  it('is asked for longer where the registrar wants it longer', async () => {
    const box = await side();
    const carrier = await registrarSide({ limits: { ...usualLimits, minS: 900 } });
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'registered');
    expect(registration.seen).toEqual(['registering', 'registered']);
    expect((registration.state().expiresAtMs ?? 0) - systemClock.nowMs()).toBeGreaterThan(890_000);
  });

  it('survives a restart of the registrar, whose nonces are new and whose bindings are kept', async () => {
    const box = await side();
    const first = await registrarSide();
    const registration = register({ ...box, port: first.port });
    await until(registration, 'registered');
    await first.end();
    first.registrar.stop();
    const digest = createDigest({ realm: sipRealm, secret: 'another', clock: systemClock });
    const second = await registrarSide({ port: first.port, store: first.store, digest });
    expect(second.registrar.bindingsOf('101')).toHaveLength(1);
    registration.refresh();
    await vi.waitFor(() => expect(second.heard).toHaveLength(2));
    await vi.waitFor(() => expect(second.registrar.bindingsOf('101')[0]?.cseq).toBe(4));
    expect(registration.state().status).toBe('registered');
  });

  it('that cannot be stored is not there, and is asked for again later', async () => {
    const box = await side();
    const ports = {
      ha1Of: () => ha1Of('101', 'right'),
      load: () => [],
      save: () => {
        throw new VoxboxError('disk_full', 'no space');
      },
    };
    const carrier = await registrarSide({ ports });
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'unreachable');
    expect(registration.state().sipStatus).toBe(503);
    expect(carrier.registrar.bindingsOf('101')).toEqual([]);
  });

  it('that is not renewed runs out, and whoever listens is told', async () => {
    const box = await side();
    const carrier = await registrarSide({ limits: { ...usualLimits, minS: 1 } });
    const told: number[] = [];
    carrier.registrar.onChange((username) => void told.push(carrier.registrar.bindingsOf(username).length));
    // Its time stands still: it never renews.
    const after = (delayMs: number, run: () => void): (() => void) => {
      if (delayMs === 0) run();
      return () => {};
    };
    const registration = register({ ...box, port: carrier.port, expiresS: 1, after });
    await until(registration, 'registered');
    await vi.waitFor(() => expect(told).toEqual([1, 0]), { timeout: 3000 });
    expect([...carrier.store.rows.values()]).toEqual([[]]);
  });

  it('is renewed in time by itself', async () => {
    const box = await side();
    const carrier = await registrarSide({ limits: { ...usualLimits, minS: 1 } });
    const registration = register({ ...box, port: carrier.port, expiresS: 2 });
    await vi.waitFor(() => expect(carrier.heard.length).toBeGreaterThanOrEqual(4), { timeout: 6000 });
    expect(registration.state().status).toBe('registered');
    expect(carrier.registrar.bindingsOf('101')).toHaveLength(1);
  });

  it('notices by its keep-alive that the registrar is gone', async () => {
    const box = await side();
    const carrier = await registrarSide();
    const registration = register({ ...box, port: carrier.port, keepAliveS: 0.2 });
    await until(registration, 'registered');
    await carrier.end();
    await until(registration, 'unreachable');
  });

  it.each(['tcp', 'tls'])('is renewed at once where its connection over %s was lost', async (transport) => {
    const box = await side();
    const carrier = await registrarSide();
    const relay = await fakeRouter(transport === 'tls' ? carrier.tlsPort : carrier.port);
    undo.push(relay.stop);
    box.srf.invite((_, res) => res.send(486));
    await routeIsKnown();
    const registrar = `sip:${host}:${relay.port};transport=${transport}`;
    const registration = register({ ...box, registrar, keepAliveS: 0.3 });
    await until(registration, 'registered');
    const [before] = carrier.registrar.bindingsOf('101');
    relay.cut();
    const last = (): Binding | undefined => carrier.registrar.bindingsOf('101').at(-1);
    await vi.waitFor(() => expect(last()?.flow).not.toBe(before?.flow), { timeout: 4000 });
    const binding = last();
    if (!binding) throw new Error('not registered');
    const call = carrier.srf.createUAC(binding.contact, { localSdp: 'v=0\r\n', proxy: nextHopOf(binding) });
    await expect(call).rejects.toMatchObject({ status: 486 });
  });

  it('keeps several lines apart', async () => {
    const box = await side();
    const [a, b] = [await registrarSide(), await registrarSide()];
    const lines = [a, b].map(({ port }, index) => register({ ...box, port, contactUser: `line-${index}` }));
    await Promise.all(lines.map((line) => until(line, 'registered')));
    await lines[0]?.stop();
    expect(a.registrar.bindingsOf('101')).toEqual([]);
    expect(b.registrar.bindingsOf('101')).toHaveLength(1);
  });
});

describe('answers of other registrars', () => {
  /** Answers each REGISTER with the next of these; the last one stays. */
  async function scripted(...answers: readonly [status: number, headers?: Record<string, string>][]) {
    const own = await side();
    const heard: SrfRequest[] = [];
    own.srf.register((req, res) => {
      const [status, headers = {}] = answers[Math.min(heard.length, answers.length - 1)] ?? [500];
      heard.push(req);
      res.send(status, { headers: { ...headers } });
    });
    await routeIsKnown();
    return { ...own, heard };
  }

  it('503 with Retry-After is waited for', async () => {
    const box = await side();
    const carrier = await scripted([503, { 'Retry-After': '90' }]);
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'unreachable');
    const { nextTryAtMs, sipStatus } = registration.state();
    expect(sipStatus).toBe(503);
    expect((nextTryAtMs ?? 0) - systemClock.nowMs()).toBeGreaterThan(85_000);
  });

  it('a redirection is followed', async () => {
    const box = await side();
    const target = await registrarSide();
    const carrier = await scripted([302, { Contact: `<sip:${host}:${target.port}>` }]);
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'registered');
    expect(target.registrar.bindingsOf('101')).toHaveLength(1);
  });

  it('a redirection in a circle ends', async () => {
    const box = await side();
    const carrier = await scripted([302, { Contact: '<sip:carrier.invalid>' }]);
    const registration = register({ ...box, port: carrier.port });
    await vi.waitFor(() => expect(['refused', 'unreachable']).toContain(registration.state().status), {
      timeout: 8000,
    });
  });

  it('a challenge of a proxy is answered, and one in an unknown way is not', async () => {
    const box = await side();
    const challenge = 'Digest realm="edge", nonce="abc", algorithm=SHA-256, qop="auth"';
    const carrier = await scripted([407, { 'Proxy-Authenticate': challenge }], [200, { Expires: '300' }]);
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'registered');
    expect(carrier.heard[1]?.get('proxy-authorization')).toContain('algorithm=SHA-256');
    expect((registration.state().expiresAtMs ?? 0) - systemClock.nowMs()).toBeLessThan(301_000);

    const odd = await scripted([
      401,
      { 'WWW-Authenticate': 'Digest realm="x", nonce="y", algorithm=AKAv1-MD5' },
    ]);
    const other = register({ ...box, port: odd.port });
    await until(other, 'refused');
    expect(other.state().reason).toBe('no challenge that can be answered');
  });

  it('a nonce that is stale at once is answered once more, and no further', async () => {
    const box = await side();
    const stale = (nonce: string): [number, Record<string, string>] => [
      401,
      { 'WWW-Authenticate': `Digest realm="x", nonce="${nonce}", qop="auth", stale=true` },
    ];
    const kind = await scripted(stale('a'), stale('b'), [200]);
    await until(register({ ...box, port: kind.port }), 'registered');
    const mad = await scripted(stale('a'), stale('b'), stale('c'), stale('d'));
    await until(register({ ...box, port: mad.port }), 'refused');
    expect(mad.heard).toHaveLength(3);
  });

  it('a Service-Route is kept for calls that go out', async () => {
    const box = await side();
    const route = '<sip:edge1.test;lr>, <sip:edge2.test;lr>';
    const carrier = await scripted([200, { 'Service-Route': route }]);
    const registration = register({ ...box, port: carrier.port });
    await until(registration, 'registered');
    expect(registration.state().serviceRoute).toEqual(['<sip:edge1.test;lr>', '<sip:edge2.test;lr>']);
  });
});

describe('OPTIONS as a probe', () => {
  it('tells whether somebody is there', async () => {
    const box = await side();
    const other = await side();
    const there = await probeOptions(box.srf, { uri: `sip:${host}:${other.port}`, timeoutMs: 2000 });
    expect(there).toMatchObject({ status: 200, external: { address: host, port: box.port } });
    await other.end();
    for (const transport of ['udp', 'tcp']) {
      const uri = `sip:${host}:${other.port};transport=${transport}`;
      expect(await probeOptions(box.srf, { uri, timeoutMs: 2000 })).toMatchObject({ status: null });
    }
  });
});
