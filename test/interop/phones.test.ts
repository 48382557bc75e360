import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Phone, type PhoneCodec, type PhoneOptions, startBaresip } from './peers/baresip.ts';
import { type Certificate, makeCertificate } from './peers/certificate.ts';
import { type EchoBox, type EchoCall, startEchoBox } from './peers/echo-box.ts';
import { startLinphone } from './peers/linphone.ts';
import { toneShare } from './peers/tone.ts';

const phones = [
  { phone: 'baresip', program: 'baresip', start: startBaresip },
  { phone: 'linphone', program: 'linphonec', start: startLinphone },
] as const;
const transports = ['udp', 'tcp', 'tls'] as const;
const codecs: readonly PhoneCodec[] = ['PCMU', 'PCMA', 'G722', 'opus'];

const isAbsent = (program: string): boolean =>
  spawnSync(program, ['-h'], { stdio: 'ignore', timeout: 5000 }).error !== undefined;
const absent = phones.map(({ program }) => program).filter(isAbsent);
const missing = absent.length === 0 ? '' : ` (${absent.join(' and ')} not installed)`;

interface Row {
  readonly phone: (typeof phones)[number]['phone'];
  readonly transport: (typeof transports)[number];
  readonly codec: PhoneCodec;
  readonly srtp: 'off' | 'optional' | 'required';
}

/** Every phone over every transport, in plain and encrypted, with every codec: 48 calls. */
const rows: readonly Row[] = phones.flatMap(({ phone }) =>
  transports.flatMap((transport, t) =>
    codecs.flatMap((codec, c) =>
      // Who offers both is answered with SRTP, as who insists on it.
      (['off', (t + c) % 2 === 0 ? 'required' : 'optional'] as const).map((srtp) => ({
        ...{ phone, transport, codec, srtp },
      })),
    ),
  ),
);

const hz = 440;
/** How long the phone's tone can be heard at the box. */
function listen(call: EchoCall): { readonly heardMs: number } {
  let heardMs = 0;
  call.leg.on('audio', (samples, rateHz) => {
    const isLoud = samples.some((sample) => Math.abs(sample) > 1000);
    if (isLoud && toneShare(samples, { hz, rateHz }) > 0.6) heardMs += 20;
  });
  return {
    get heardMs() {
      return heardMs;
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(missing)(`telephones in all ${rows.length} combinations${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-phones-'));
  let box: EchoBox;
  let certificate: Certificate;

  const serverOf = (transport: Row['transport']): string =>
    `127.0.0.1:${transport === 'tls' ? box.sip.tlsPort : box.sip.port}`;
  /** Its user tells its calls from those of the others. */
  const userOf = ({ phone, transport, codec, srtp }: Row): string =>
    `${phone}-${transport}-${codec}-${srtp}`.toLowerCase();
  const startPhone = (row: Row): Promise<Phone> => {
    const { phone, transport, codec, srtp } = row;
    const options: PhoneOptions = {
      ...{ user: userOf(row), server: serverOf(transport), transport, codec, srtp, hz },
      ...(transport === 'tls' ? { certificate: certificate.bothFile } : {}),
    };
    return phone === 'baresip' ? startBaresip(options) : startLinphone(options);
  };
  const dial = async (phone: Phone, row: Row): Promise<EchoCall> => {
    await phone.dial(`sip:echo@${serverOf(row.transport)};transport=${row.transport}`);
    const own = (): EchoCall | undefined =>
      box.calls.findLast(({ request }) => request.get('from')?.includes(`sip:${userOf(row)}@`));
    return vi.waitFor(() => {
      const call = own();
      if (!call || call.over) throw new Error('the box has no call');
      return call;
    });
  };

  beforeAll(async () => {
    certificate = makeCertificate(folder);
    const { key, cert } = certificate;
    const ports = 22_000 + 200 * Math.floor(Math.random() * 40);
    box = await startEchoBox({
      ...{ portMin: ports, portMax: ports + 199, tls: { port: 0, key, cert }, tlsTrust: { verify: false } },
    });
  });
  afterAll(async () => {
    await box?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent.for(rows)(
    '$phone over $transport, $codec, SRTP $srtp: call, hold, resume, keys, transfer',
    async (row, { expect }) => {
      const phone = await startPhone(row);
      try {
        const call = await dial(phone, row);
        const box440 = listen(call);
        expect(call.request.get('via')).toMatch(new RegExp(`^SIP/2.0/${row.transport} `, 'i'));
        expect(call.audio.codec).toBe(row.codec);
        expect(call.audio.srtp !== null).toBe(row.srtp !== 'off');
        await pause(1500);
        expect(box440.heardMs, 'the phone, before the hold').toBeGreaterThan(700);
        expect(call.leg.statistics()).toMatchObject({ codec: row.codec, srtp: row.srtp !== 'off' });
        // baresip's first RTCP packet goes out before its keys are in place.
        expect(call.leg.statistics().decryptFailures).toBeLessThanOrEqual(row.phone === 'baresip' ? 1 : 0);

        await phone.hold();
        await expect.poll(() => call.directions.at(-1)).toMatch(/recvonly|inactive/);
        await phone.resume();
        await expect.poll(() => call.directions.at(-1)).toBe('sendrecv');
        const [heardBefore, sentBefore] = [box440.heardMs, call.leg.statistics().packetsSent];
        await pause(1200);
        expect(box440.heardMs - heardBefore, 'the phone, after the hold').toBeGreaterThan(500);
        expect(call.leg.statistics().packetsSent - sentBefore).toBeGreaterThan(40);

        await phone.press('15');
        await expect.poll(() => call.keys, { timeout: 3000 }).toBe('15');

        await phone.transfer(`sip:other@${serverOf(row.transport)}`);
        await expect.poll(() => call.refers.length, { timeout: 5000 }).toBe(1);
        expect(call.refers[0]).toContain('sip:other@');

        // Some telephones hang up by themselves when the transfer went well.
        await pause(300);
        if (!call.over) await phone.hangUp();
        await expect.poll(() => call.over, { timeout: 5000 }).toBe(true);
        // What it heard lies in its file now. baresip keeps nothing after a hold.
        expect(phone.heardMs(hz), 'the echo').toBeGreaterThan(row.phone === 'baresip' ? 700 : 1400);
      } catch (error) {
        console.error(phone.program.output.slice(-2500));
        throw error;
      } finally {
        await phone.stop();
      }
    },
  );

  it('have left no leg', async () => {
    await expect.poll(() => box.openLegs(), { timeout: 3000 }).toBe(0);
  });

  it.each(phones.map(({ phone }) => ({ phone })))(
    'is called, and $phone takes it, and goes where the box sends it',
    async ({ phone: name }) => {
      const row = { phone: name, transport: 'tcp', codec: 'PCMU', srtp: 'off' } as const;
      const phone = await startPhone(row);
      try {
        const taken = phone.accept();
        const call = await box.place(phone.uri, { from: 'sip:box@127.0.0.1' });
        await taken;
        await pause(1000);
        expect(call.leg.statistics().packetsReceived).toBeGreaterThan(20);
        const count = box.calls.length;
        const answer = await call.dialog.request({
          method: 'REFER',
          headers: {
            'Refer-To': `<sip:echo@${serverOf('tcp')};transport=tcp>`,
            'Referred-By': '<sip:box@127.0.0.1>',
          },
        });
        expect(answer.status).toBe(202);
        await expect.poll(() => box.calls.length, { timeout: 8000 }).toBe(count + 1);
        await expect.poll(() => call.notified.join(' '), { timeout: 8000 }).toContain('200');
        await call.end();
        await phone.hangUp().catch(() => {});
        await expect.poll(() => box.openLegs(), { timeout: 5000 }).toBe(0);
      } catch (error) {
        console.error(phone.program.output.slice(-2500));
        throw error;
      } finally {
        await phone.stop();
      }
    },
  );
});
