import { describe, expect, it } from 'vitest';
import { type Bridgeable, type BridgeSeat, Mixer } from './bridge.ts';
import type { MediaLeg } from './model.ts';
import { createKernel } from './resample.ts';

/** Just the chair of a leg. */
class FakeLeg {
  place: BridgeSeat | null = null;
  seat(seat: BridgeSeat | null): void {
    this.place?.leave();
    this.place = seat;
  }
}

const isFake = (leg: MediaLeg): leg is Bridgeable => leg instanceof FakeLeg;
const newMixer = () =>
  new Mixer({
    kernelFor: (fromHz, toHz) => (fromHz === toHz ? undefined : createKernel(fromHz, toHz)),
    isLeg: isFake,
  });
const asLeg = (leg: FakeLeg): MediaLeg => leg as unknown as MediaLeg;

function room(count: number) {
  const mixer = newMixer();
  const legs = Array.from({ length: count }, () => new FakeLeg());
  for (const leg of legs) mixer.add(asLeg(leg));
  return { mixer, legs };
}

const tone = (hz: number, slot: number, rateHz = 8000, amplitude = 8000) =>
  Int16Array.from({ length: rateHz / 50 }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (slot * (rateHz / 50) + n)) / rateHz)),
  );

/** Amplitude at one frequency. */
function levelAt(samples: readonly number[], hz: number, rateHz: number): number {
  let [re, im] = [0, 0];
  samples.forEach((sample, n) => {
    re += sample * Math.cos((2 * Math.PI * hz * n) / rateHz);
    im += sample * Math.sin((2 * Math.PI * hz * n) / rateHz);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

describe('bridge', () => {
  it('lets each hear exactly the others, at any mix of rates', () => {
    const { legs } = room(3);
    const sides = [
      { hz: 450, rateHz: 8000 },
      { hz: 1000, rateHz: 16_000 },
      { hz: 1700, rateHz: 8000 },
    ] as const;
    const heard: number[][] = [[], [], []];
    for (let slot = 0; slot < 60; slot += 1) {
      legs.forEach((leg, n) => {
        const mix = leg.place?.mixAt(sides[n]?.rateHz ?? 0);
        if (mix) heard[n]?.push(...mix);
      });
      legs.forEach((leg, n) => {
        const { hz = 0, rateHz = 8000 } = sides[n] ?? {};
        leg.place?.hear(tone(hz, slot, rateHz), rateHz);
      });
    }
    sides.forEach(({ rateHz }, n) => {
      const steady = (heard[n] ?? []).slice(rateHz / 10, rateHz / 10 + rateHz / 2);
      sides.forEach(({ hz }, other) => {
        const level = levelAt(steady, hz, rateHz);
        if (other === n) expect(level).toBeLessThan(20);
        else expect(Math.abs(level - 8000)).toBeLessThan(200);
      });
    });
  });

  it('saturates instead of turning over', () => {
    const { legs } = room(4);
    for (let slot = 0; slot < 3; slot += 1) {
      for (const leg of legs) leg.place?.hear(new Int16Array(160).fill(20_000), 8000);
      if (slot < 2) for (const leg of legs) leg.place?.mixAt(8000);
    }
    expect([...(legs[0]?.place?.mixAt(8000) ?? [])]).toEqual(Array(160).fill(32_767));
  });

  it('lets legs come and go without a click', () => {
    const { mixer, legs } = room(2);
    const [listener, guest] = legs;
    const heard: number[] = [];
    for (let slot = 0; slot < 40; slot += 1) {
      if (slot === 20 && guest) mixer.remove(asLeg(guest));
      heard.push(...(listener?.place?.mixAt(8000) ?? new Int16Array(160)));
      listener?.place?.hear(null, 8000);
      if (slot >= 5) guest?.place?.hear(tone(330, slot), 8000);
    }
    const steps = heard.slice(1).map((sample, n) => Math.abs(sample - (heard[n] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(8000 * 2 * Math.sin((Math.PI * 330) / 8000) * 1.1);
    expect(Math.max(...heard)).toBeGreaterThan(7900);
    expect(heard.slice(-2000).every((sample) => sample === 0)).toBe(true);
    expect(guest?.place).toBeNull();
  });

  it('gives nothing where nobody has been heard, and nothing after its end', () => {
    const { mixer, legs } = room(2);
    legs[0]?.place?.hear(tone(440, 0), 8000);
    legs[1]?.place?.hear(null, 8000);
    expect(legs[0]?.place?.mixAt(8000)).toBeNull();
    expect(legs[1]?.place?.mixAt(8000)).not.toBeNull();
    expect(legs[1]?.place?.hasSpeaker).toBe(true);
    mixer.close();
    mixer.close();
    expect(legs.map(({ place }) => place)).toEqual([null, null]);
  });

  it('knows whose agent takes part: as it was said last', () => {
    const { mixer, legs } = room(2);
    const [leg, other] = legs;
    if (!leg || !other) throw new Error('two legs');
    const agents = () => legs.map(({ place }) => place?.withAgent);
    expect(agents()).toEqual([false, false]);
    const seat = leg.place;
    mixer.add(asLeg(leg), { agent: true });
    expect(agents()).toEqual([true, false]);
    expect(leg.place).toBe(seat);
    mixer.add(asLeg(leg));
    mixer.add(asLeg(other), { agent: true });
    expect(agents()).toEqual([false, true]);
  });

  it('refuses a leg of another room', () => {
    const stranger = {} as unknown as MediaLeg;
    expect(() => newMixer().add(stranger)).toThrowError(expect.objectContaining({ code: 'input_invalid' }));
  });
});
