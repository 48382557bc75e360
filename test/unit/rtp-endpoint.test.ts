import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { voicedMs } from '../caller/loudness.ts';
import { RtpEndpoint } from '../caller/rtp-endpoint.ts';
import { readWav } from '../caller/wav-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'voxbox-rtp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tone = (ms: number): Int16Array =>
  Int16Array.from({ length: ms * 8 }, (_, n) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * n) / 8000)));

describe('the RTP end of the simulated caller', () => {
  it('measures the way to the other side and back', async () => {
    const echo = createSocket('udp4');
    let open = true;
    echo.on('message', (datagram, from) =>
      setTimeout(() => open && echo.send(datagram, from.port, from.address), 100),
    );
    echo.bind(0, '127.0.0.1');
    await once(echo, 'listening');
    const recording = join(folder, 'heard.wav');
    const endpoint = await RtpEndpoint.bind('127.0.0.1', recording);
    const voiced: number[] = [];
    endpoint.onHeard((frame) => frame.voiced && voiced.push(frame.atMs));
    endpoint.start({
      address: '127.0.0.1',
      port: echo.address().port,
      payloadType: 0,
      dtmfPayloadType: null,
    });
    const lastVoicedMs = await endpoint.say(tone(200));
    await new Promise((resolve) => setTimeout(resolve, 250));
    const report = await endpoint.stop();
    open = false;
    echo.close();

    expect(voiced).toHaveLength(10);
    const delayMs = (voiced.at(-1) ?? 0) - (lastVoicedMs ?? 0);
    expect(delayMs).toBeGreaterThan(98);
    expect(delayMs).toBeLessThan(130);
    expect(report.packetsLost).toBe(0);
    expect(report.packetsSent).toBeGreaterThanOrEqual(20);
    const heard = readWav(recording);
    expect(heard.sampleRateHz).toBe(8000);
    expect(voicedMs(heard.channels[0] ?? new Int16Array(0), 8000)).toBe(200);
  });
});
