import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callerMissing, demoNumber } from '../caller/caller.ts';
import type { CallDetail } from '../caller/engine-api.ts';
import { type Phone, startBaresip } from './peers/baresip.ts';
import { type Certificate, makeCertificate } from './peers/certificate.ts';
import { GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { startLinphone } from './peers/linphone.ts';
import { freePort } from './peers/program.ts';

const absent = ['baresip', 'linphonec', 'openssl'].filter(
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
});
