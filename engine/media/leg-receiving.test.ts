import { describe, expect, it } from 'vitest';
import { createCoder } from './codec/coder.ts';
import { Receiving } from './leg-receiving.ts';
import type { RtpPacket } from './rtp/packet.ts';

const speechLike = (slot: number): Int16Array =>
  Int16Array.from({ length: 160 }, (_, n) => {
    const t = (slot * 160 + n) / 8000;
    // Syllables of 150 Hz and its overtones, with pauses between them.
    const loudness = Math.max(0, Math.sin(2 * Math.PI * 2.5 * t));
    return Math.round(
      6000 * loudness * (Math.sin(2 * Math.PI * 150 * t) + 0.5 * Math.sin(2 * Math.PI * 450 * t)),
    );
  });

/** Ten minutes of a sender whose clock runs off ours by so much, driven by hand. */
async function drifting(ppm: number, seconds: number) {
  let nowMs = 0;
  const receiving = new Receiving({
    clock: { monotonicMs: () => nowMs },
    kernelFor: () => undefined,
    onKey: () => {},
  });
  const coder = await createCoder('PCMU');
  receiving.start(
    { remote: { address: '', port: 0 }, codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101 },
    true,
  );
  receiving.use(coder);
  const payloads = Array.from({ length: 100 }, (_, slot) => coder.encode(speechLike(slot)).slice());
  let sent = 0;
  for (let slot = 0; slot < seconds * 50; slot += 1) {
    nowMs = slot * 20;
    for (; sent * 20 * (1 - ppm / 1e6) <= nowMs; sent += 1) {
      const packet: RtpPacket = {
        payloadType: 0,
        marker: false,
        sequence: sent & 0xffff,
        timestamp: (sent * 160) >>> 0,
        ssrc: 1,
        csrcs: [],
        extension: null,
        payload: payloads[sent % 100] ?? new Uint8Array(160),
      };
      receiving.accept(packet, 'audio', sent * 20 * (1 - ppm / 1e6));
    }
    if (receiving.pull()?.length !== 160) expect.fail(`nothing is played in slot ${slot}`);
  }
  return receiving;
}

describe('receiving', () => {
  it.each([-200, 0, 200])('keeps its depth beside a clock %i ppm off, and makes nothing up', async (ppm) => {
    const receiving = await drifting(ppm, 600);
    const { packetsConcealed, packetsLost, packetsLate } = receiving.statistics();
    // 200 ppm are 120 ms in ten minutes.
    expect(packetsConcealed).toBeLessThanOrEqual(2);
    expect([packetsLost, packetsLate]).toEqual([0, 0]);
    expect(receiving.waitingMs).toBeGreaterThanOrEqual(0);
    expect(receiving.waitingMs).toBeLessThanOrEqual(80);
  });
});
