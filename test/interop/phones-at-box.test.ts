import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { callerMissing, demoNumber } from '../caller/caller.ts';
import type { CallDetail } from '../caller/engine-api.ts';
import { type Phone, type PhoneTransport, startBaresip } from './peers/baresip.ts';
import { type Certificate, makeCertificate } from './peers/certificate.ts';
import { GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { type Linphone, startLinphone } from './peers/linphone.ts';
import { freePort } from './peers/program.ts';

const absent = ['baresip', 'linphonec'].filter(
  (program) => spawnSync(program, ['-h'], { stdio: 'ignore', timeout: 5000 }).error,
);
const modelsMissing = await callerMissing();
const reason = absent.length > 0 ? `${absent.join(' and ')} not installed` : modelsMissing;
const missing = reason === null ? '' : ` (${reason})`;

const hz = 440;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(missing)(`telephones with an account at a box that trusts nobody${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-at-box-'));
  let certificate: Certificate;
  let tlsPort: number;
  let box: GuardedBox;

  beforeAll(async () => {
    certificate = makeCertificate(folder);
    tlsPort = await freePort();
    const { keyFile, certFile } = certificate;
    box = new GuardedBox({ withModels: true, tls: { port: tlsPort, keyFile, certFile } });
    await box.start();
  });
  afterAll(async () => {
    await box?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The ended call with that codec: each telephone has another. */
  const endedCall = async (codec: string): Promise<CallDetail> => {
    for (const { id } of await box.api.calls()) {
      const detail = await box.api.call(id);
      if (detail.quality?.codec === codec) return detail;
    }
    throw new Error(`no call with ${codec} has ended`);
  };

  it.concurrent.each([
    { name: 'baresip', user: '101', transport: 'udp', codec: 'PCMU', srtp: 'off' },
    { name: 'linphone', user: '102', transport: 'tcp', codec: 'G722', srtp: 'off' },
    { name: 'baresip', user: '103', transport: 'tls', codec: 'opus', srtp: 'required' },
    { name: 'linphone', user: '101', transport: 'tls', codec: 'PCMA', srtp: 'required' },
  ] as const)(
    '$name over $transport, $codec, SRTP $srtp: registers, hears its echo, holds, and its keys reach an agent',
    async ({ name, user, transport, codec, srtp }) => {
      const server = `127.0.0.1:${transport === 'tls' ? tlsPort : box.target.port}`;
      const start = name === 'baresip' ? startBaresip : startLinphone;
      const phone: Phone = await start({
        ...{ user, password: passwordOf(user), server, transport, codec, srtp, hz },
        ...(transport === 'tls' ? { certificate: certificate.bothFile } : {}),
      });
      try {
        await phone.registered();
        await phone.dial(`sip:echo@${server};transport=${transport}`);
        await pause(1500);
        await phone.hold();
        await pause(300);
        await phone.resume();
        await pause(1200);
        await phone.hangUp();
        await phone.ended();

        await phone.dial(`sip:${demoNumber}@${server};transport=${transport}`);
        await pause(600);
        await phone.press('5#');
        await pause(1000);
        await phone.hangUp();
        const { quality, transcript } = await vi.waitFor(() => endedCall(codec), { timeout: 5000 });
        expect(transcript.filter(({ speaker }) => speaker === 'caller').map(({ text }) => text)).toContain(
          '5',
        );
        expect(quality).toMatchObject({ codec, srtp: srtp !== 'off', packetsLost: 0 });
        expect(quality?.packetsReceived).toBeGreaterThan(50);
        // baresip keeps nothing after a hold.
        expect(phone.heardMs(hz), 'the echo').toBeGreaterThan(name === 'baresip' ? 700 : 1500);
      } catch (error) {
        console.error(phone.program.output.slice(-2500));
        throw error;
      } finally {
        await phone.stop();
      }
    },
  );

  describe('put calls through by REFER; baresip 1.0 has no attended one', () => {
    const tones = { first: 440, second: 700, third: 1000 } as const;
    let first: Phone;
    let second: Linphone;
    let third: Phone;

    const serverOf = (transport: PhoneTransport): string =>
      `127.0.0.1:${transport === 'tls' ? tlsPort : box.target.port}`;
    const account = (user: string, transport: PhoneTransport) => ({
      ...{ user, password: passwordOf(user), server: serverOf(transport), transport },
      ...(transport === 'tls' ? { certificate: certificate.bothFile } : {}),
    });
    /** Of that user, as a phone that speaks over this transport writes it. */
    const uri = (user: string, transport: PhoneTransport): string =>
      `sip:${user}@${serverOf(transport)};transport=${transport}`;

    beforeAll(async () => {
      first = await startBaresip({
        ...account('104', 'tls'),
        codec: 'opus',
        srtp: 'required',
        hz: tones.first,
      });
      second = await startLinphone({ ...account('105', 'tcp'), codec: 'G722', hz: tones.second });
      third = await startBaresip({ ...account('106', 'udp'), codec: 'PCMU', hz: tones.third });
      await Promise.all([first, second, third].map((phone) => phone.registered()));
    });
    afterAll(() => Promise.all([first, second, third].map((phone) => phone?.stop())));

    afterEach(async () => {
      for (const phone of [first, second, third]) await phone.hangUp().catch(() => {});
    });

    type Name = keyof typeof tones;
    /** Who is left talks with the other one who is left, and nobody else is in a call. */
    const talk = async (one: Name, other: Name): Promise<void> => {
      const phones = { first, second, third };
      const heard = () => [phones[one].heardMs(tones[other]), phones[other].heardMs(tones[one])] as const;
      const before = heard();
      // By an agent they are connected when it has said so.
      const soon = { timeout: 10_000, interval: 200 };
      await expect
        .poll(() => heard()[0] - before[0], { ...soon, message: `${one} hears ${other}` })
        .toBeGreaterThan(1000);
      await expect
        .poll(() => heard()[1] - before[1], { ...soon, message: `${other} hears ${one}` })
        .toBeGreaterThan(1000);
    };
    const told = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        for (const phone of [first, second, third]) console.error(phone.program.output.slice(-2500));
        throw error;
      }
    };
    const newest = (count: number) =>
      vi.waitFor(async () => {
        const calls = (await box.api.calls()).slice(0, count);
        if (calls.some(({ endedAtMs }) => endedAtMs === null)) throw new Error('a call goes on');
        return calls;
      });

    it('baresip, who placed the call', () =>
      told(async () => {
        await Promise.all([first.dial(uri('105', 'tls')), second.accept()]);
        await talk('first', 'second');
        await Promise.all([first.transfer(uri('106', 'tls')), third.accept()]);
        await first.ended();
        await talk('second', 'third');
        await third.hangUp();
        await second.ended();
        expect(await newest(1)).toMatchObject([{ calledNumber: '105', outcome: 'transferred' }]);
      }));

    it('linphone, who was called', () =>
      told(async () => {
        await Promise.all([first.dial(uri('105', 'tls')), second.accept()]);
        await talk('first', 'second');
        await Promise.all([second.transfer(uri('106', 'tcp')), third.accept()]);
        await second.ended();
        await talk('first', 'third');
        await third.hangUp();
        await first.ended();
        expect(await newest(1)).toMatchObject([{ calledNumber: '105', outcome: 'transferred' }]);
      }));

    it('linphone, who has asked the other one before', () =>
      told(async () => {
        await Promise.all([first.dial(uri('105', 'tls')), second.accept()]);
        await second.hold();
        await Promise.all([second.dial(uri('106', 'tcp')), third.accept()]);
        await talk('second', 'third');
        await second.join();
        await second.ended();
        await talk('first', 'third');
        await third.hangUp();
        await first.ended();
        expect(await newest(2)).toMatchObject([{ outcome: 'transferred' }, { outcome: 'transferred' }]);
      }));

    it('baresip, who talks with the agent', () =>
      told(async () => {
        await first.dial(uri(demoNumber, 'tls'));
        await pause(600);
        await Promise.all([first.transfer(uri('106', 'tls')), third.accept()]);
        await talk('first', 'third');
        await third.hangUp();
        await first.ended();
        expect(await newest(1)).toMatchObject([{ calledNumber: demoNumber, outcome: 'transferred' }]);
      }));
  });
});
