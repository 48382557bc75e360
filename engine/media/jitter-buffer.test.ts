import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodecRates, codecRates } from './frame.ts';
import { JitterBuffer, type PacketDecoder, type ReceivedAudio } from './jitter-buffer.ts';

/** Payloads are the samples themselves; noise is a level. */
class PlainDecoder implements PacketDecoder {
  noiseLevel = 0;
  decode({ kind, payload, lengthSamples }: ReceivedAudio): Int16Array {
    const samples = new Int16Array(payload.slice().buffer);
    if (kind === 'audio') return samples;
    this.noiseLevel = samples[0] ?? 0;
    return this.noise(lengthSamples);
  }
  conceal(): Int16Array | null {
    return null;
  }
  noise(samples: number): Int16Array {
    return new Int16Array(samples).fill(this.noiseLevel);
  }
}
const newBuffer = (rates: CodecRates = codecRates.PCMU) => new JitterBuffer(rates, new PlainDecoder());

/** A loud frame that tells its number: no pause in which the buffer may skip anything. */
const level = (n: number) => (n + 1) * 40 + 1500;
const frameOf = (n: number, length = 160) =>
  Int16Array.from({ length }, (_, i) => (i % 2 === 0 ? level(n) : -level(n)));
const numberOf = (frame: Int16Array): number | null => {
  const first = frame[0] ?? 0;
  const isPlain = frame.every((sample) => Math.abs(sample) === first) && first >= level(0);
  return isPlain ? (first - 1500) / 40 - 1 : null;
};
type Changes = Partial<ReceivedAudio> & { readonly samples?: Int16Array };
const packet = (n: number, { samples = frameOf(n), ...changes }: Changes = {}): ReceivedAudio => ({
  ssrc: 1,
  sequence: n & 0xffff,
  timestamp: (n * 160) >>> 0,
  kind: 'audio',
  lengthSamples: samples.length,
  payload: new Uint8Array(samples.slice().buffer),
  payloadType: 0,
  ...changes,
});
const pull = (buffer: JitterBuffer, times: number) =>
  Array.from({ length: times }, () => numberOf(buffer.pull()));
const played = (frames: readonly (number | null)[]) => frames.filter((n) => n !== null);

/** One packet a slot as `slots` say, which hold the numbers arriving before each pull. */
const run = (buffer: JitterBuffer, slots: readonly (readonly number[])[]) =>
  slots.map((numbers) => {
    for (const n of numbers) buffer.push(packet(n));
    return numberOf(buffer.pull());
  });
const steady = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => [from + index]);

describe('jitter buffer', () => {
  it('gives silence before anything came', () => {
    expect([...newBuffer().pull()]).toEqual(Array(160).fill(0));
  });

  it('plays a steady stream whole, 40 ms behind', () => {
    const frames = run(newBuffer(), steady(0, 50));
    expect(frames).toEqual([null, null, ...Array.from({ length: 48 }, (_, n) => n)]);
  });

  it('plays any order and any repetition within the window in order', () => {
    const start = fc.constantFrom(0, 1, 65530, 65535, 26843540);
    const order = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(
        start,
        order,
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (first, late, twice) => {
          const count = late.length;
          // Packet n is due in slot n and comes 0–2 slots late: never later than its place in the 40 ms window.
          const slots: number[][] = Array.from({ length: count + 4 }, () => []);
          slots[0]?.push(0);
          for (let n = 1; n < count; n += 1) {
            slots[n + (late[n] ?? 0)]?.unshift(n);
            if (twice[n]) slots[n + (late[n] ?? 0)]?.push(n);
          }
          const buffer = newBuffer();
          const heard = slots.map((numbers) => {
            for (const n of numbers) {
              const sequence = (first + n) & 0xffff;
              buffer.push(packet(n, { sequence, timestamp: ((first + n) * 160) >>> 0 }));
            }
            return numberOf(buffer.pull());
          });
          expect(played(heard).slice(0, count)).toEqual(Array.from({ length: count }, (_, n) => n));
        },
      ),
    );
  });

  it('tells duplicates and latecomers and drops them', () => {
    const buffer = newBuffer();
    run(buffer, [[0], [1], [2], [4], [5], [6]]);
    expect(buffer.push(packet(6))).toBe('duplicate');
    expect(buffer.push(packet(3))).toBe('late');
    expect(played(run(buffer, [[7], [8], [9]]))).toEqual([4, 5, 6, 7].slice(0, 3));
  });

  it('conceals a lost packet by the last one, fading, and goes on in time', () => {
    const buffer = newBuffer();
    const frames = [[0], [1], [2], [], [4], [5], [6], [7]].map((numbers) => {
      for (const n of numbers) buffer.push(packet(n));
      return buffer.pull();
    });
    expect(frames.map(numberOf)).toEqual([null, null, 0, 1, 2, null, 4, 5]);
    const concealed = frames[5] ?? new Int16Array(160);
    expect(concealed[0]).toBe(level(2));
    expect(Math.abs(concealed[159] ?? 0)).toBeLessThan(level(2) * 0.7);
  });

  it('fades to silence when nothing comes any more', () => {
    const buffer = newBuffer();
    run(buffer, steady(0, 10));
    const tail = Array.from({ length: 6 }, () => buffer.pull());
    const peaks = tail.map((frame) => Math.max(...frame));
    expect(peaks[1]).toBe(level(9));
    expect(peaks[2]).toBeLessThanOrEqual(level(9));
    expect(peaks[4]).toBeLessThan(level(9) / 2);
    expect(peaks[5]).toBe(0);
  });

  it('keeps its delay over a burst of loss', () => {
    const buffer = newBuffer();
    const frames = run(buffer, [...steady(0, 20), ...Array.from({ length: 5 }, () => []), ...steady(25, 50)]);
    expect(frames.at(-1)).toBe(47);
    expect(played(frames).filter((n) => n >= 25)).toEqual(Array.from({ length: 23 }, (_, n) => n + 25));
  });

  it('loses nothing when the network holds packets up and then lets them go at once', () => {
    const buffer = newBuffer();
    const held = Array.from({ length: 12 }, (_, n) => n + 20);
    const frames = run(buffer, [
      ...steady(0, 20),
      ...Array.from({ length: 11 }, () => []),
      held,
      ...steady(32, 60),
    ]);
    const rest = pull(buffer, 20);
    const heard = [...new Set(played([...frames, ...rest]))];
    expect(heard).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('works a grown delay off in a pause', () => {
    const buffer = newBuffer();
    run(buffer, [
      ...steady(0, 20),
      ...Array.from({ length: 10 }, () => []),
      [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    ]);
    expect(buffer.depthMs).toBeGreaterThan(180);
    for (let n = 31; n < 120; n += 1) {
      buffer.push(packet(n, { samples: new Int16Array(160) }));
      buffer.pull();
    }
    expect(buffer.depthMs).toBeLessThanOrEqual(80);
    expect(buffer.depthMs).toBeGreaterThanOrEqual(40);
  });

  it('never holds more than half a second', () => {
    const buffer = newBuffer();
    for (let n = 0; n < 49; n += 1) buffer.push(packet(n));
    buffer.pull();
    expect(buffer.depthMs).toBeLessThanOrEqual(500);
  });

  it('does not drift with a sender that stops in silence', () => {
    const buffer = newBuffer();
    run(buffer, [...steady(0, 20), ...Array.from({ length: 30 }, () => [])]);
    // The sender's clock went on for 30 slots, its sequence numbers did not.
    const frames = Array.from({ length: 20 }, (_, index) => {
      buffer.push(packet(50 + index, { sequence: 20 + index }));
      return numberOf(buffer.pull());
    });
    expect(frames.at(-1)).toBe(67);
  });

  it('passes over a jump of the timestamps without a pause', () => {
    const buffer = newBuffer();
    run(buffer, steady(0, 20));
    const frames = Array.from({ length: 20 }, (_, index) => {
      buffer.push(packet(45 + index, { sequence: 20 + index }));
      return numberOf(buffer.pull());
    });
    expect(played(frames).filter((n) => n >= 45).length).toBeGreaterThanOrEqual(16);
  });

  it.each([
    ['a new SSRC', { ssrc: 2 }],
    ['a clock set far ahead', { timestamp: 90_000_000 }],
    ['a clock set back', { timestamp: 0 }],
  ])('starts anew at %s', (_, changes) => {
    const buffer = newBuffer();
    run(buffer, steady(0, 20));
    expect(buffer.push(packet(20, changes))).toBe('resynchronised');
    expect(played(pull(buffer, 3)).at(-1)).toBe(20);
  });

  it.each([10, 30, 40, 60])('plays packets of %i ms', (packetMs) => {
    const buffer = newBuffer();
    const length = packetMs * 8;
    const ramp = Int16Array.from({ length: 16000 }, (_, n) => (n % 2 === 0 ? 1 : -1) * (1000 + n));
    const output: number[] = [];
    let sent = 0;
    for (let slot = 0; slot < 60; slot += 1) {
      while (sent * packetMs <= slot * 20) {
        const timestamp = sent * length;
        const samples = ramp.slice(timestamp, timestamp + length);
        buffer.push(packet(sent, { timestamp, samples }));
        sent += 1;
      }
      output.push(...buffer.pull());
    }
    const start = output.indexOf(1000);
    expect(start).toBeGreaterThanOrEqual(0);
    expect(output.slice(start, start + 8000)).toEqual([...ramp.subarray(0, 8000)]);
  });

  it('survives any packets', () => {
    const anyPacket = fc.record({
      ssrc: fc.integer({ min: 1, max: 2 }),
      sequence: fc.integer({ min: 0, max: 0xffff }),
      timestamp: fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 0xffffffff })),
      samples: fc.integer({ min: 0, max: 700 }).map((length) => new Int16Array(length).fill(500)),
    });
    fc.assert(
      fc.property(fc.array(fc.option(anyPacket), { maxLength: 60 }), (steps) => {
        const buffer = newBuffer();
        for (const step of steps) {
          if (step) buffer.push(packet(0, step));
          else expect(buffer.pull().length).toBe(160);
          expect(buffer.depthMs).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('counts what it made up for loss, and nothing for a sender that pauses', () => {
    const lossy = newBuffer();
    run(lossy, [...steady(0, 20), [], [21], [], [], ...steady(24, 40)]);
    expect(lossy.framesConcealed).toBe(3);
    const pausing = newBuffer();
    run(pausing, [...steady(0, 20), ...Array.from({ length: 30 }, () => [])]);
    for (let n = 0; n < 20; n += 1) {
      pausing.push(packet(50 + n, { sequence: 20 + n }));
      pausing.pull();
    }
    expect(pausing.framesConcealed).toBe(0);
  });

  it('plays comfort noise until audio comes again, and counts none of it as made up', () => {
    const buffer = newBuffer();
    run(buffer, steady(0, 20));
    buffer.push(packet(20, { kind: 'noise', samples: new Int16Array(160).fill(7) }));
    const heard = Array.from({ length: 100 }, () => buffer.pull());
    // Two frames of audio were waiting still.
    for (const frame of heard.slice(2)) expect([...frame]).toEqual(Array(160).fill(7));
    for (let n = 0; n < 10; n += 1) {
      buffer.push(packet(120 + n, { sequence: 21 + n }));
      heard.push(buffer.pull());
    }
    expect(played(heard.slice(100).map(numberOf))).toEqual([120, 121, 122, 123, 124, 125, 126, 127]);
    expect(buffer.framesConcealed).toBe(0);
  });

  it('counts in the clock of the codec', () => {
    for (const rates of [codecRates.G722, codecRates.opus]) {
      const buffer = newBuffer(rates);
      const ticks = rates.rtpClockHz / 50;
      const numbers = Array.from({ length: 30 }, (_, n) => {
        const samples = new Int16Array(320).fill(level(n));
        buffer.push(packet(n, { timestamp: (4_294_967_000 + n * ticks) >>> 0, samples }));
        const frame = buffer.pull();
        expect(frame.length).toBe(320);
        return frame.every((sample) => sample === frame[0]) ? frame[0] : null;
      });
      expect(numbers.slice(2)).toEqual(Array.from({ length: 28 }, (_, n) => level(n)));
    }
  });

  it('waits as long as the line’s jitter demands, and no longer when it is calm again', () => {
    const buffer = newBuffer();
    // Each packet is held up for 0–80 ms, in a pattern that does not repeat soon; they may overtake one another.
    const arrivals: { at: number; n: number }[] = [];
    for (let n = 0; n < 1800; n += 1) arrivals.push({ n, at: n * 20 + (n < 750 ? (n * 37) % 81 : 0) });
    arrivals.sort((a, b) => a.at - b.at);
    const depths: number[] = [];
    let next = 0;
    let concealedEarly = 0;
    for (let slot = 0; slot < 1800; slot += 1) {
      for (let due = arrivals[next]; due && due.at <= slot * 20; due = arrivals[next]) {
        // One second of talk, one of silence.
        const samples = due.n % 100 < 50 ? frameOf(due.n % 50) : new Int16Array(160);
        buffer.push(packet(due.n, { arrivalMs: due.at, samples }));
        next += 1;
      }
      buffer.pull();
      if (slot === 150) concealedEarly = buffer.framesConcealed;
      depths.push(buffer.depthMs);
    }
    expect(buffer.framesConcealed - concealedEarly).toBeLessThanOrEqual(12);
    expect(buffer.targetMs).toBeLessThanOrEqual(50);
    const late = depths.slice(-100);
    expect(Math.max(...late)).toBeLessThanOrEqual(80);
  });
});
