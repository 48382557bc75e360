import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { type Box, ensureDemoTenant, openBox } from '../../engine/store/index.ts';
import { type Caller, callerNumber, demoNumber } from '../caller/caller.ts';
import type { EngineApi } from '../caller/engine-api.ts';
import type { EngineProcess } from '../caller/engine-process.ts';
import { listenToCall } from '../caller/listening-call.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { CallRefused, placeCall, type SipCallOptions } from '../caller/sip-client.ts';

const missing = await missingFor({ caller: true });

/** Reads or changes the data directory while no engine runs on it. */
function withBox(dataDir: string, work: (box: Box) => void): void {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  try {
    ensureDemoTenant(box);
    work(box);
  } finally {
    box.close();
  }
}

const addressOf = ({ sip }: EngineProcess) => `${sip.host}:${sip.port}`;

async function statusOf(options: Omit<SipCallOptions, 'from' | 'rtpPort'>): Promise<number> {
  try {
    const call = await placeCall({ from: callerNumber, rtpPort: 39_998, timeoutMs: 10_000, ...options });
    await call.hangUp();
    return 200;
  } catch (error) {
    if (error instanceof CallRefused) return error.status;
    throw error;
  }
}

async function sendDatagrams(engine: EngineProcess, datagrams: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  for (const datagram of datagrams) {
    await new Promise((resolve) => socket.send(datagram, engine.sip.port, engine.sip.host, resolve));
  }
  socket.close();
}

describe.skipIf(missing)(`what a box does with bad input from the line${missing}`, () => {
  const scene = new Scene();
  const suspendedNumber = '+15555550177';
  let engine: EngineProcess & { readonly api: EngineApi };
  let caller: Caller;

  beforeAll(async () => {
    withBox(scene.dataDir, ({ tenants }) => {
      const numbers = [{ number: suspendedNumber, label: 'Front desk' }];
      const { id } = tenants.create({ name: 'Suspended', timeZone: 'America/New_York', numbers });
      tenants.setStatus(id, 'suspended');
    });
    [engine, caller] = await Promise.all([scene.engine(), scene.caller()]);
  }, 120_000);
  afterAll(() => scene.end());

  it('goes on after datagrams that are no SIP, or broken SIP', async () => {
    const start = `INVITE sip:${demoNumber}@${addressOf(engine)} SIP/2.0\r\n`;
    const broken = [
      '',
      '\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      `${start}\r\n`,
      `${start}Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nContent-Length: 99999\r\n\r\n`,
      `${start}Via: \r\nFrom: \r\nTo: \r\nCall-ID: \r\nCSeq: x INVITE\r\n\r\n`,
      `${start}Via: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKy\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 99999999999 INVITE\r\n\r\n`,
      `INVITE ${'x'.repeat(20_000)} SIP/2.0\r\n\r\n`,
      `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP ${addressOf(engine)};branch=z9hG4bKnone\r\nCSeq: 1 INVITE\r\n\r\n`,
    ].map((text) => Buffer.from(text));
    const noise = Array.from({ length: 50 }, () => randomBytes(Math.floor(Math.random() * 1400)));
    await sendDatagrams(engine, [...broken, ...noise]);
    expect(await statusOf({ target: `sip:${demoNumber}@${addressOf(engine)}` })).toBe(200);
  });

  it('names the type of its answer, without which some peers send no audio (RFC 3261 §20.15)', async () => {
    const target = `sip:${demoNumber}@${addressOf(engine)}`;
    const call = await placeCall({ target, from: callerNumber, rtpPort: 39_994 });
    await call.hangUp();
    expect(call.contentType).toBe('application/sdp');
  });

  it('answers 488 to an offer without a codec that it speaks', async () => {
    const target = `sip:${demoNumber}@${addressOf(engine)}`;
    expect(await statusOf({ target, payloadTypes: [18] })).toBe(488);
  });

  it('tells a caller of an unknown number so, starts no agent and hangs up', async () => {
    const before = await engine.api.calls();
    const { heard, endedBy } = await listenToCall({
      target: `sip:+15555559999@${addressOf(engine)}`,
      from: callerNumber,
      recognise: caller.recognise,
      mostMs: 20_000,
    });
    // The voice draws its noise once for all calls: one of the two sentences may be misheard in all of them.
    expect(heard.toLowerCase()).toMatch(/not in service|check the number and dial again/);
    expect(endedBy).toBe('agent');
    expect(await engine.api.calls()).toHaveLength(before.length);
  });

  it('starts no agent for a suspended tenant: the caller hears a message, the attempt is kept', async () => {
    const { heard, endedBy } = await listenToCall({
      target: `sip:${suspendedNumber}@${addressOf(engine)}`,
      from: callerNumber,
      recognise: caller.recognise,
      mostMs: 20_000,
    });
    expect(heard.toLowerCase()).toMatch(/not able to take your call|try again later/);
    expect(endedBy).toBe('agent');
    await engine.stop();
    withBox(scene.dataDir, (box) => {
      const [refusal] = box.refusals.list({ limit: 1 });
      const expected = { calledNumber: suspendedNumber, callerNumber, reason: 'tenant_suspended' };
      expect(refusal).toMatchObject(expected);
    });
  });
});

describe.skipIf(missing)(`a box that trusts nobody${missing}`, () => {
  const scene = new Scene();
  const username = 'desk-phone';
  const password = 'right horse';
  let engine: EngineProcess;

  beforeAll(async () => {
    withBox(scene.dataDir, (box) => {
      const ha1 = createHash('md5').update(`${username}:voxbox:${password}`).digest('hex');
      const { id } = box.trunks.add({ kind: 'digest', name: 'desk phone', username, ha1 });
      box.trunks.change(id, { underTest: true });
    });
    // Who may ring is decided without any model.
    const env = { VOXBOX_TRUST_LOOPBACK: 'false', VOXBOX_MODELS: join(scene.folder, 'none') };
    engine = await scene.engine({ env });
  }, 120_000);
  afterAll(() => scene.end());

  const target = () => `sip:echo@${addressOf(engine)}`;

  it('answers 401 to a source that it does not know', async () => {
    expect(await statusOf({ target: target() })).toBe(401);
  });

  it('answers a wrong password and an unknown user alike', async () => {
    const wrong = await statusOf({ target: target(), username, password: 'wrong horse' });
    const unknown = await statusOf({ target: target(), username: 'nobody', password });
    expect([401, 403]).toContain(wrong);
    expect(unknown).toBe(wrong);
  });

  it('takes the call with the right password', async () => {
    expect(await statusOf({ target: target(), username, password })).toBe(200);
  });
});
