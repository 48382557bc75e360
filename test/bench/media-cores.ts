/**
 * What a packet of 20 ms costs in the pure parts of a leg: codecs, SRTP, in-band keys. Ways to encipher and sign that
 * were not taken stand beside the one that was.
 * Run: node test/bench/media-cores.ts [--quick]
 */
import { createCipheriv, createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { createCoder } from '../../engine/media/codec/coder.ts';
import { InbandDtmf } from '../../engine/media/inband-dtmf.ts';
import { createSrtp, type SrtpKey } from '../../engine/media/srtp/session.ts';
import type { Bench, Figure } from './figure.ts';

const rounds = 5;
const payloadBytes = 160;
const codecs = ['PCMU', 'G722', 'opus'] as const;

/** CPU microseconds of one call: the best of some rounds, since other work on the machine only ever adds. */
function costUs(calls: number, work: (n: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  let n = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage();
    for (const end = n + calls; n < end; n += 1) work(n);
    const { user, system } = process.cpuUsage(before);
    // The first round is for the compiler.
    if (round > 0) best = Math.min(best, (user + system) / calls);
  }
  return best;
}

function packetOf(sequence: number): Buffer {
  const packet = Buffer.alloc(12 + payloadBytes, 0x55);
  packet[0] = 0x80;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(7, 8);
  return packet;
}

/** Protect, and protect with unprotect: the second less the first is what reading costs. */
function srtpCosts(calls: number): { readonly protectUs: number; readonly unprotectUs: number } {
  const key: SrtpKey = { suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: randomBytes(30) };
  const packets = Array.from({ length: 256 }, (_, n) => packetOf(n));
  const packetAt = (n: number): Buffer => {
    const packet = packets[n & 0xff] ?? packetOf(n);
    packet.writeUInt16BE(n & 0xffff, 2);
    return packet;
  };
  const sender = createSrtp({ send: key, receive: key });
  const protectUs = costUs(calls, (n) => {
    sender.protectRtp(packetAt(n));
  });
  const near = createSrtp({ send: key, receive: key });
  const far = createSrtp({ send: key, receive: key });
  const bothUs = costUs(calls, (n) => {
    if (!far.unprotectRtp(near.protectRtp(packetAt(n)))) throw new Error('a packet cannot be read');
  });
  return { protectUs, unprotectUs: bothUs - protectUs };
}

/** The platform's own functions, as a session would use them for one packet. */
function otherWays(calls: number): Readonly<Record<string, number>> {
  const key = createSecretKey(randomBytes(16));
  const signKey = createSecretKey(randomBytes(20));
  const payload = randomBytes(payloadBytes);
  const counter = randomBytes(16);
  const message = randomBytes(12 + payloadBytes + 4);
  const inner = Buffer.concat([randomBytes(64), message]);
  const outer = Buffer.concat([randomBytes(64), randomBytes(20)]);
  const blocks = createCipheriv('aes-128-ecb', key, null);
  blocks.setAutoPadding(false);
  return {
    'AES-CTR, a cipher for each packet': costUs(calls, () => {
      createCipheriv('aes-128-ctr', key, counter).update(payload);
    }),
    'AES blocks, one cipher, one packet a call': costUs(calls, () => {
      blocks.update(payload);
    }),
    'HMAC-SHA1, createHmac': costUs(calls, () => {
      createHmac('sha1', signKey).update(message).digest();
    }),
    'HMAC-SHA1, two crypto.hash': costUs(calls, () => {
      outer.set(hash('sha1', inner, 'buffer'), 64);
      hash('sha1', outer, 'buffer');
    }),
  };
}

/** A voice-like frame that differs from call to call. */
const frameOf = (n: number, rateHz: number): Int16Array =>
  Int16Array.from({ length: rateHz / 50 }, (_, i) => {
    const t = n * 0.02 + i / rateHz;
    return 6000 * Math.sin(2 * Math.PI * 140 * t) + 3000 * Math.sin(2 * Math.PI * 700 * t) * Math.sin(9 * t);
  });

async function codecFigures(calls: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const codec of codecs) {
    const coder = await createCoder(codec);
    const frames = Array.from({ length: 100 }, (_, n) => frameOf(n, coder.sampleRateHz));
    const us = costUs(calls, (n) => {
      coder.decode(coder.encode(frames[n % 100] ?? frameOf(n, coder.sampleRateHz)));
    });
    coder.close();
    figures.push({
      name: `${codec} share of a core a leg`,
      // 20 ms are 20,000 µs.
      value: us / 200,
      unit: '%',
      limit: codec === 'G722' ? 1 : null,
      note: `encode and decode, ${us.toFixed(1)} µs for 20 ms`,
    });
  }
  return figures;
}

/** Figures of the table are shares of one core for a leg both ways (50 packets/s each way). */
export const mediaCores: Bench = async ({ quick, tell }) => {
  const calls = quick ? 2_000 : 20_000;
  tell(`Codecs, SRTP and in-band keys, ${calls} packets a round`);
  const { protectUs, unprotectUs } = srtpCosts(calls);
  const others = otherWays(calls);
  for (const [name, us] of Object.entries(others)) tell(`  ${name}: ${us.toFixed(2)} µs`);
  const detector = new InbandDtmf(8000);
  const frames = Array.from({ length: 100 }, (_, n) => frameOf(n, 8000));
  const keysUs = costUs(calls, (n) => {
    detector.receive(frames[n % 100] ?? new Int16Array(160));
  });
  return [
    ...(await codecFigures(Math.min(calls, 3000))),
    {
      name: 'SRTP share of a core a leg',
      value: (protectUs + unprotectUs) / 200,
      unit: '%',
      limit: null,
      note: `protect ${protectUs.toFixed(2)} µs, unprotect ${unprotectUs.toFixed(2)} µs a packet of 172 bytes`,
    },
    {
      name: 'In-band keys share of a core a leg',
      value: keysUs / 200,
      unit: '%',
      limit: null,
      note: `${keysUs.toFixed(1)} µs for 20 ms at 8 kHz`,
    },
  ];
};

if (process.argv[1] === import.meta.filename) {
  const tell = (text: string): void => console.log(text);
  const figures = await mediaCores({ quick: process.argv.includes('--quick'), tell });
  for (const { name, value, note } of figures) tell(`${name}: ${value?.toFixed(3)} % (${note})`);
}
