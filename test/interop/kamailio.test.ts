import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import { type Registration, type RegistrationState, startRegistration } from '../../engine/sip/index.ts';
import { type Phone, startBaresip } from './peers/baresip.ts';
import { type EchoBox, startEchoBox } from './peers/echo-box.ts';
import { type Kamailio, startKamailio } from './peers/kamailio.ts';
import { freePort } from './peers/program.ts';

const programs = ['kamailio', 'baresip'];
const absent = programs.filter((name) => spawnSync(name, ['-h'], { stdio: 'ignore', timeout: 5000 }).error);
const missing = absent.length === 0 ? '' : ` (${absent.join(' and ')} not installed)`;

const users = { line: 'line-secret', bob: 'bob-secret' };
/** A request that nobody answers is given up after 64·T1: 6.4 s. */
const timers = { t1Ms: 100, t2Ms: 800, t4Ms: 1000 };
const auth = { username: 'line', password: users.line };
const boxTone = 700;

const tone = Int16Array.from({ length: 8000 * 20 }, (_, n) =>
  Math.round(9000 * Math.sin((2 * Math.PI * boxTone * n) / 8000)),
);

describe.skipIf(missing)(`behind Kamailio as registrar and proxy${missing}`, () => {
  let port: number;
  let kamailio: Kamailio;
  let box: EchoBox;
  let registration: Registration | null = null;
  let states: RegistrationState[] = [];
  let bob: Phone;

  const register = (
    options: { readonly password?: string; readonly expiresS?: number } = {},
  ): Registration => {
    states = [];
    registration = startRegistration({
      ...{
        id: 'line',
        registrar: `sip:127.0.0.1:${port}`,
        outboundProxy: null,
        aor: `sip:line@127.0.0.1:${port}`,
      },
      ...{ username: 'line', password: options.password ?? users.line, expiresS: options.expiresS ?? 60 },
      ...{ contactUser: 'line', srf: box.srf, clock: systemClock, log: silentLog },
      onChange: (state) => states.push(state),
    });
    return registration;
  };
  const status = () => registration?.state().status;
  const start = () =>
    startKamailio({ port, mode: 'proxy', users, challengeCalls: true, maxExpiresS: 5, algorithm: 'MD5' });

  beforeAll(async () => {
    port = await freePort();
    kamailio = await start();
    box = await startEchoBox({
      portMin: 42_000,
      portMax: 42_099,
      timers,
      tone: { samples: tone, sampleRateHz: 8000 },
    });
    const server = `127.0.0.1:${port}`;
    bob = await startBaresip({
      user: 'bob',
      server,
      transport: 'udp',
      codec: 'PCMA',
      password: users.bob,
      hz: 440,
    });
    await bob.registered();
  }, 60_000);
  afterEach(async () => {
    await registration?.stop();
    registration = null;
  });
  afterAll(async () => {
    await bob?.stop();
    await box?.stop();
    await kamailio?.stop();
  });

  it('registers behind digest, and keeps registered', async () => {
    register();
    await expect.poll(status, { timeout: 5000 }).toBe('registered');
    const { expiresAtMs } = states.find((state) => state.status === 'registered') ?? {};
    // What the registrar grants counts, not what was asked for.
    expect((expiresAtMs ?? 0) - Date.now()).toBeLessThanOrEqual(5000);
    await expect
      .poll(() => (registration?.state().expiresAtMs ?? 0) - (expiresAtMs ?? 0), { timeout: 8000 })
      .toBeGreaterThan(2000);
    expect(states.some((state) => state.status === 'unreachable')).toBe(false);
    expect(registration?.state().external?.address).toBe('127.0.0.1');
  });

  it('is told that its password is wrong', async () => {
    register({ password: 'wrong' });
    await expect.poll(status, { timeout: 5000 }).toBe('refused');
    expect(registration?.state().sipStatus).toBe(401);
  });

  it('takes a call that comes through the proxy, with Record-Route, and ends it there', async () => {
    register();
    await expect.poll(status, { timeout: 5000 }).toBe('registered');
    const heardBefore = bob.heardMs(boxTone);
    await bob.dial(`sip:line@127.0.0.1:${port}`);
    const call = box.calls.at(-1);
    expect(call?.request.get('Record-Route')).toContain(`127.0.0.1:${port}`);
    expect(call?.audio.codec).toBe('PCMA');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await call?.end();
    await bob.ended();
    expect(bob.heardMs(boxTone) - heardBefore).toBeGreaterThan(1000);
    await expect.poll(() => box.openLegs()).toBe(0);
  });

  it('places a call through the proxy, which asks for the password', async () => {
    const taken = bob.accept();
    const call = await box.place(`sip:bob@127.0.0.1:${port}`, { auth, from: `sip:line@127.0.0.1:${port}` });
    await taken;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(call.leg.statistics().packetsReceived).toBeGreaterThan(25);
    await bob.hangUp();
    await expect.poll(() => call.over).toBe(true);
    await expect.poll(() => box.openLegs()).toBe(0);
  });

  it('hears 404 for somebody who is not there', async () => {
    const call = box.place(`sip:nobody@127.0.0.1:${port}`, { auth, from: `sip:line@127.0.0.1:${port}` });
    await expect(call).rejects.toMatchObject({ status: 404 });
    expect(box.openLegs()).toBe(0);
  });

  it('is registered again after a restart of the registrar', async () => {
    register();
    await expect.poll(status, { timeout: 5000 }).toBe('registered');
    await kamailio.program.stop('SIGKILL');
    await kamailio.stop();
    await expect.poll(status, { timeout: 20_000 }).toBe('unreachable');
    kamailio = await start();
    // Its first pauses are 2 s and 4 s.
    await expect.poll(status, { timeout: 20_000 }).toBe('registered');
    expect(kamailio.program.output).toContain('register line');
  }, 60_000);

  it('registers where the digest is SHA-256', async () => {
    const other = await freePort();
    const sha = await startKamailio({ port: other, mode: 'proxy', users, algorithm: 'SHA-256' });
    const before = port;
    port = other;
    try {
      register();
      await expect.poll(status, { timeout: 5000 }).toBe('registered');
    } finally {
      await registration?.stop();
      port = before;
      await sha.stop();
    }
  });

  it('asks for longer where the registrar finds it too short', async () => {
    const other = await freePort();
    const slow = await startKamailio({ port: other, mode: 'proxy', users, minExpiresS: 120 });
    const before = port;
    port = other;
    try {
      register({ expiresS: 60 });
      await expect.poll(status, { timeout: 5000 }).toBe('registered');
      expect((registration?.state().expiresAtMs ?? 0) - Date.now()).toBeGreaterThan(100_000);
    } finally {
      await registration?.stop();
      port = before;
      await slow.stop();
    }
  });
});
