import { describe, expect, it } from 'vitest';
import { DriftEstimator, PlayoutCorrector, shrink, stretch } from './drift.ts';

const sampleRateHz = 8000;
const frameSamples = 160;

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Exponential delays of this mean, cut at ten times it: what queues on the way do. */
const delayOf = (random: () => number, meanMs: number) =>
  Math.min(-Math.log(1 - random()) * meanMs, meanMs * 10);

describe('drift estimator', () => {
  it.each([-200, -50, 0, 50, 200])('finds %i ppm through 8 ms of jitter within two minutes', (ppm) => {
    const random = randomOf(ppm + 1000);
    const estimator = new DriftEstimator(sampleRateHz);
    for (let n = 0; n < 6000; n += 1) {
      const arrivalMs = (n * 20) / (1 + ppm / 1e6) + delayOf(random, 8);
      // Starts near the wrap of the timestamp.
      estimator.add({ ssrc: 1, timestamp: (0xffff0000 + n * 160) >>> 0, arrivalMs });
    }
    expect(Math.abs((estimator.ppm ?? 1e9) - ppm)).toBeLessThan(15);
  });

  it('says nothing before 20 s, and begins again with another source', () => {
    const estimator = new DriftEstimator(sampleRateHz);
    const add = (ssrc: number, n: number) =>
      estimator.add({ ssrc, timestamp: n * 160, arrivalMs: n * 20.002 });
    for (let n = 0; n < 900; n += 1) add(1, n);
    expect(estimator.ppm).toBeNull();
    for (let n = 900; n < 1800; n += 1) add(1, n);
    expect(estimator.ppm).toBeCloseTo(-100, 0);
    add(2, 1800);
    expect(estimator.ppm).toBeNull();
  });

  it('takes another route for another route, not for drift', () => {
    const estimator = new DriftEstimator(sampleRateHz);
    for (let n = 0; n < 9000; n += 1) {
      estimator.add({ ssrc: 1, timestamp: n * 160, arrivalMs: n * 20 + (n > 4000 ? 80 : 0) });
    }
    expect(Math.abs(estimator.ppm ?? 1e9)).toBeLessThan(1);
  });
});

/** Two seconds of a voice that fit together end to end: harmonics of 125 Hz, loud for 1.6 s. */
const voice = Int16Array.from({ length: 2 * sampleRateHz }, (_, n) => {
  const t = n / sampleRateHz;
  const loud = t < 1.6 ? 6000 : 20;
  return loud * (Math.sin(2 * Math.PI * 125 * t) * 0.6 + Math.sin(2 * Math.PI * 500 * t) * 0.3);
});

describe('play-out', () => {
  it.each([-200, 200])('keeps its depth for 30 minutes of %i ppm and jitter, with no gap', (ppm) => {
    const random = randomOf(7);
    const estimator = new DriftEstimator(sampleRateHz);
    const corrector = new PlayoutCorrector();
    const targetMs = 80;
    const arrivals = Array.from(
      { length: 90_000 },
      (_, n) => (n * 20) / (1 + ppm / 1e6) + delayOf(random, 5),
    );
    let [arrived, queued, corrections, underruns] = [0, 0, 0, 0];
    const depths: number[] = [];
    for (let nowMs = 100; nowMs < 1_795_000; nowMs += 20) {
      for (; (arrivals[arrived] ?? Number.POSITIVE_INFINITY) <= nowMs; arrived += 1) {
        estimator.add({ ssrc: 1, timestamp: arrived * 160, arrivalMs: arrivals[arrived] ?? 0 });
        queued += frameSamples;
      }
      const depthMs = queued / 8;
      if (nowMs > 10_000) depths.push(depthMs);
      if (queued < frameSamples) {
        underruns += 1;
        continue;
      }
      const from = ((nowMs - 100) * 8) % voice.length;
      const samples = voice.subarray(from, from + frameSamples);
      const correction = corrector.decide({ depthMs, targetMs, ppm: estimator.ppm, samples });
      // The frame is played for 20 ms in any case: what it lacks comes out of the queue, what it has too much goes in.
      queued -= frameSamples;
      if (correction !== 'none') {
        const fitted =
          correction === 'shrink' ? shrink(samples, sampleRateHz) : stretch(samples, sampleRateHz);
        const byMs = (fitted.length - frameSamples) / 8;
        queued += fitted.length - frameSamples;
        corrector.corrected(byMs);
        corrections += 1;
      }
    }
    expect(underruns).toBe(0);
    expect(Math.max(...extremes(depths))).toBeLessThanOrEqual(targetMs + 40);
    expect(Math.min(...extremes(depths))).toBeGreaterThanOrEqual(targetMs - 75);
    // 360 ms have been made up for, in periods of 8 ms or so: not many more.
    expect(corrections).toBeGreaterThan(30);
    expect(corrections).toBeLessThan(150);
  });

  it('leaves a depth that is right alone', () => {
    const corrector = new PlayoutCorrector();
    for (let n = 0; n < 1000; n += 1) {
      const depthMs = 60 + ((n % 3) - 1) * 20;
      expect(corrector.decide({ depthMs, targetMs: 60, ppm: 0, samples: new Int16Array(160) })).toBe('none');
    }
  });

  it('waits for a pause when there is time', () => {
    const corrector = new PlayoutCorrector();
    const loud = Int16Array.from({ length: 160 }, (_, n) => 8000 * Math.sin(n));
    const at = (samples: Int16Array) => corrector.decide({ depthMs: 78, targetMs: 60, ppm: null, samples });
    for (let n = 0; n < 300; n += 1) expect(at(loud)).toBe('none');
    expect(at(new Int16Array(160))).toBe('shrink');
  });
});

const extremes = (values: readonly number[]): readonly [number, number] =>
  values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

const largestStep = (samples: Int16Array): number =>
  samples.reduce(
    (most, sample, i) => (i === 0 ? 0 : Math.max(most, Math.abs(sample - (samples[i - 1] ?? 0)))),
    0,
  );

describe.each([8000, 16000])('shrink and stretch at %i Hz', (rate) => {
  const tone = (hz: number, count = rate / 50) =>
    Int16Array.from({ length: count }, (_, n) => Math.round(9000 * Math.sin((2 * Math.PI * hz * n) / rate)));

  it.each([125, 210, 333, 1000])('take out and put in periods of %i Hz without a click', (hz) => {
    const frame = tone(hz);
    const step = largestStep(frame);
    for (const fitted of [shrink(frame, rate), stretch(frame, rate)]) {
      expect(largestStep(fitted)).toBeLessThan(step * 1.15 + 20);
      // The ends are those of the frame: it still fits its neighbours.
      expect([fitted[0], fitted.at(-1)]).toEqual([frame[0], frame.at(-1)]);
      const changeMs = (Math.abs(fitted.length - frame.length) * 1000) / rate;
      expect(changeMs).toBeGreaterThanOrEqual(2.5);
      expect(changeMs).toBeLessThanOrEqual(10);
      const periods = (changeMs * hz) / 1000;
      expect(Math.abs(periods - Math.round(periods))).toBeLessThan(0.1);
    }
  });

  it('take silence too, and leave alone what is too short', () => {
    const silence = new Int16Array(rate / 50);
    expect(shrink(silence, rate).length).toBeLessThan(silence.length);
    expect(stretch(silence, rate).length).toBeGreaterThan(silence.length);
    const short = new Int16Array(rate / 100);
    expect(shrink(short, rate)).toBe(short);
    expect(stretch(short, rate)).toBe(short);
  });
});
