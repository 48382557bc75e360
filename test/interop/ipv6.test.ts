import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SipTrace } from '../../engine/sip/index.ts';
import { type EchoBox, startEchoBox } from './peers/echo-box.ts';

const host = '::1';
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === host),
);
const missing = hasIpv6 ? '' : ' (no IPv6 on this machine)';
const sippMissing = spawnSync('sipp', ['-v']).error === undefined ? missing : ' (sipp not installed)';
const run = promisify(execFile);

/** A second of speech would do as well; the echo sends it back. */
const tone = {
  sampleRateHz: 8000,
  samples: Int16Array.from(
    { length: 16_000 },
    (_, index) => 8000 * Math.sin((2 * Math.PI * 440 * index) / 8000),
  ),
};

describe.skipIf(missing)(`calls over IPv6 alone${missing}`, () => {
  let echo: EchoBox;
  let caller: EchoBox;
  const trace: SipTrace[] = [];

  beforeAll(async () => {
    echo = await startEchoBox({
      host,
      portMin: 38_000,
      portMax: 38_099,
      onTrace: (entry) => trace.push(entry),
    });
    caller = await startEchoBox({ host, portMin: 38_100, portMax: 38_199, tone });
  });
  afterAll(async () => {
    await caller.stop();
    await echo.stop();
  });

  it.each(['udp', 'tcp'])('carry signalling and media over %s, and end', async (transport) => {
    trace.length = 0;
    const call = await caller.place(`sip:echo@[${host}]:${echo.sip.port};transport=${transport}`);
    await expect.poll(() => call.leg.statistics().packetsReceived, { timeout: 5000 }).toBeGreaterThan(50);
    await call.end();
    await expect.poll(() => [echo.openLegs(), caller.openLegs()]).toEqual([0, 0]);
    const [invite = '', ok = ''] = ['INVITE ', 'SIP/2.0 200'].map(
      (start) => trace.find(({ startLine }) => startLine.startsWith(start))?.text,
    );
    for (const text of [invite, ok]) {
      expect(text).toContain('c=IN IP6 ::1\r\n');
      expect(text).toMatch(/^Contact: <sip:[^>]*\[::1\]:\d+/m);
      expect(text).not.toContain('IP4');
    }
    expect(invite).toMatch(/^Via: SIP\/2\.0\/(UDP|TCP) \[::1\]:\d+;branch/m);
    expect(new Set(trace.map((entry) => entry.transport))).toEqual(new Set([transport]));
  });

  it.skipIf(sippMissing).each([
    ['UDP', 'u1'],
    ['TCP', 't1'],
  ])(`are taken from sipp over %s${sippMissing}`, async (_, mode) => {
    const folder = mkdtempSync(join(tmpdir(), 'voxbox-sipp-'));
    const args = ['-sn', 'uac', `[${host}]:${echo.sip.port}`, '-i', host, '-t', mode, '-m', '3', '-r', '10'];
    try {
      // Rejects with its exit code where a call went another way than it should.
      await run('sipp', [...args, '-nostdin', '-timeout', '20s', '-timeout_error'], { cwd: folder });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await expect.poll(() => echo.openLegs()).toBe(0);
  });
});
