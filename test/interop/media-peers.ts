import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { silentLog } from '../../engine/foundation/index.ts';
import {
  type Codec,
  createMedia,
  createMediaThread,
  type LegStart,
  type Media,
  type MediaLeg,
  parseRtp,
  type RtpPacket,
  type SrtpKeys,
} from '../../engine/media/index.ts';

export const host = '127.0.0.1';
const open: (() => Promise<unknown>)[] = [];

/** Runs at the end of the test, in reverse order. */
export const later = (stop: () => Promise<unknown>): void => void open.push(stop);

export async function closeAll(): Promise<void> {
  for (const stop of open.splice(0).reverse()) await stop();
}

export function newMedia(threaded = false): Media {
  const range = { host, portMin: 34_200, portMax: 34_399 };
  const media = threaded
    ? createMediaThread({ ...range, log: { level: 'silent' } })
    : createMedia({ ...range, log: silentLog });
  open.push(() => media.stop());
  return media;
}

const payloadTypes: Readonly<Record<Codec, number>> = { PCMU: 0, PCMA: 8, G722: 9, opus: 111 };
export const rateOf = (codec: Codec): number => (codec === 'G722' || codec === 'opus' ? 16_000 : 8000);
export const startAt = (port: number, codec: Codec, changes: Partial<LegStart> = {}): LegStart => ({
  remote: { address: host, port },
  codec,
  payloadType: payloadTypes[codec],
  dtmfPayloadType: 101,
  ...changes,
});

export async function pair(codec: Codec, changes: Partial<LegStart> = {}, threaded = false) {
  const media = newMedia(threaded);
  const [a, b] = [await media.openLeg(), await media.openLeg()];
  const srtp = changes.srtp;
  a.start(startAt(b.port, codec, changes));
  b.start(startAt(a.port, codec, { ...changes, ...(srtp ? { srtp: swapped(srtp) } : {}) }));
  return { media, a, b };
}

export const newKeys = (suite: SrtpKeys['send']['suite']): SrtpKeys => ({
  send: { suite, keySalt: randomBytes(30) },
  receive: { suite, keySalt: randomBytes(30) },
});
const swapped = ({ send, receive }: SrtpKeys): SrtpKeys => ({ send: receive, receive: send });

export async function peer(port = 0): Promise<{ socket: Socket; port: number; packets: RtpPacket[] }> {
  const socket = createSocket('udp4');
  const packets: RtpPacket[] = [];
  socket.on('message', (bytes) => {
    const packet = parseRtp(bytes);
    if (packet && packet.payloadType < 64) packets.push(packet);
  });
  await new Promise<void>((resolve) => socket.bind(port, host, resolve));
  open.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, port: socket.address().port, packets };
}

export const tone = (hz: number, ms: number, amplitude = 8000) =>
  Int16Array.from({ length: 16 * ms }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / 16_000)),
  );
export function playTone(leg: MediaLeg, hz: number, ms: number, id = 1): void {
  leg.play({ id, samples: tone(hz, ms), sampleRateHz: 16_000 });
  leg.finish(id);
}

/** Amplitude at one frequency. */
export function levelAt(samples: readonly number[], hz: number, rateHz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((sample, n) => {
    re += sample * Math.cos((2 * Math.PI * hz * n) / rateHz);
    im += sample * Math.sin((2 * Math.PI * hz * n) / rateHz);
  });
  return (2 * Math.hypot(re, im)) / Math.max(1, samples.length);
}

/** Levels of windows of 50 ms, the middle one: a slot missed on a busy machine breaks one, not the median. */
export function medianLevelAt(samples: readonly number[], hz: number, rateHz: number): number {
  const window = rateHz / 20;
  const levels: number[] = [];
  for (let from = 0; from + window <= samples.length; from += window) {
    levels.push(levelAt(samples.slice(from, from + window), hz, rateHz));
  }
  return levels.toSorted((x, y) => x - y)[Math.floor(levels.length / 2)] ?? 0;
}

export const heard = (leg: MediaLeg): number[] => {
  const samples: number[] = [];
  leg.on('audio', (frame) => samples.push(...frame));
  return samples;
};
export const loud = (samples: readonly number[]): number =>
  samples.filter((sample) => Math.abs(sample) > 1000).length;
/** The last half second. */
export const recent = (samples: readonly number[], rateHz: number): number[] => samples.slice(-rateHz / 2);
