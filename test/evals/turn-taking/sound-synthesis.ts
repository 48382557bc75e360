import { between, pick } from './random.ts';
import type { NoiseKind } from './set.ts';

/*
 * Sounds that no voice of a catalogue makes: hums, laughter, coughs and what else a telephone hears. A source
 * (pulses of a throat, noise) goes through resonances, in pieces with an envelope. 8 kHz, −1…1, any level.
 */

const rateHz = 8000;
type Random = () => number;

interface Resonance {
  readonly hz: number;
  readonly widthHz: number;
  readonly gain: number;
}

/** Two-pole resonances side by side. */
function resonate(source: Float64Array, resonances: readonly Resonance[]): Float64Array {
  const out = new Float64Array(source.length);
  for (const { hz, widthHz, gain } of resonances) {
    const radius = Math.exp((-Math.PI * widthHz) / rateHz);
    const a1 = 2 * radius * Math.cos((2 * Math.PI * hz) / rateHz);
    const a2 = -radius * radius;
    let [y1, y2] = [0, 0];
    for (let i = 0; i < source.length; i += 1) {
      const y = (source[i] ?? 0) * (1 - radius) + a1 * y1 + a2 * y2;
      y2 = y1;
      y1 = y;
      out[i] = (out[i] ?? 0) + gain * y;
    }
  }
  return out;
}

const samplesOf = (ms: number): number => Math.round((ms * rateHz) / 1000);

const noiseOf = (random: Random, ms: number): Float64Array =>
  Float64Array.from({ length: samplesOf(ms) }, () => random() * 2 - 1);

/** Pulses of a throat whose pitch glides from one frequency to another; `roughness` 0–1 shakes it. */
function throat(
  random: Random,
  glide: { readonly ms: number; readonly fromHz: number; readonly toHz: number; readonly roughness: number },
): Float64Array {
  const out = new Float64Array(samplesOf(glide.ms));
  let phase = 1;
  let period = 1;
  for (let i = 0; i < out.length; i += 1) {
    if (phase >= 1) {
      phase -= 1;
      period = 1 + glide.roughness * (random() - 0.5);
    }
    const hz = (glide.fromHz + (glide.toHz - glide.fromHz) * (i / out.length)) * period;
    phase += hz / rateHz;
    // Opens slowly, closes at once.
    out[i] = phase < 0.6 ? Math.sin((Math.PI * phase) / 0.6) ** 2 : phase < 0.66 ? -1.6 : 0;
  }
  return out;
}

/** Rises for the first share of its length, falls over the rest; `sharpness` above 1 falls sooner. */
function shaped(audio: Float64Array, rise: number, sharpness = 1): Float64Array {
  return audio.map((sample, i) => {
    const at = i / audio.length;
    const level = at < rise ? Math.sin((Math.PI / 2) * (at / rise)) : ((1 - at) / (1 - rise)) ** sharpness;
    return sample * level;
  });
}

function scaled(audio: Float64Array, level: number): Float64Array {
  const power = audio.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, audio.length);
  const gain = level / Math.max(1e-9, Math.sqrt(power));
  return audio.map((sample) => sample * gain);
}

const silent = (ms: number): Float64Array => new Float64Array(samplesOf(ms));

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const nasal = (size: number): readonly Resonance[] => [
  { hz: 260 * size, widthHz: 70, gain: 1 },
  { hz: 1050 * size, widthHz: 200, gain: 0.12 },
  { hz: 2200 * size, widthHz: 250, gain: 0.07 },
];
const vowel = (size: number, open: number): readonly Resonance[] => [
  { hz: (480 + 280 * open) * size, widthHz: 90, gain: 1 },
  { hz: (1150 + 200 * open) * size, widthHz: 120, gain: 0.55 },
  { hz: 2450 * size, widthHz: 180, gain: 0.25 },
];
const band = (hz: number, widthHz: number): readonly Resonance[] => [{ hz, widthHz, gain: 1 }];

/** "Mm-hm", "mm", "uh-huh" and "hm?" of somebody who listens. */
export function hum(random: Random): Float64Array {
  const man = random() < 0.5;
  const size = man ? between(random, 0.88, 1) : between(random, 1.05, 1.2);
  const hz = man ? between(random, 90, 140) : between(random, 165, 235);
  const shape = pick(random, ['mm-hm', 'mm-hm', 'uh-huh', 'mm', 'mm-mm'] as const);
  const body = shape === 'uh-huh' ? vowel(size, 0.4) : nasal(size);
  const syllable = (ms: number, from: number, to: number) =>
    scaled(
      shaped(
        resonate(throat(random, { ms, fromHz: hz * from, toHz: hz * to, roughness: 0.03 }), body),
        0.2,
        0.6,
      ),
      between(random, 0.07, 0.13),
    );
  const first = between(random, 110, 220);
  if (shape === 'mm') return syllable(first + 170, 1.05, between(random, 0.8, 0.95));
  const second = syllable(between(random, 170, 320), 1, between(random, 1.05, 1.35));
  const aspiration = scaled(
    shaped(resonate(noiseOf(random, between(random, 40, 80)), band(1300 * size, 900)), 0.5),
    0.012,
  );
  return joined([syllable(first, 1, between(random, 0.85, 0.95)), aspiration, second]);
}

export function laughter(random: Random): Float64Array {
  const hz = between(random, 140, 330);
  const size = between(random, 0.9, 1.18);
  const bursts = 3 + Math.floor(random() * 5);
  const period = between(random, 170, 240);
  return joined(
    Array.from({ length: bursts }, (_, index) => {
      const fall = 0.93 ** index;
      const breath = shaped(resonate(noiseOf(random, period * 0.45), band(1500 * size, 1000)), 0.6);
      const voice = shaped(
        resonate(
          throat(random, {
            ms: period * between(random, 0.4, 0.55),
            fromHz: hz * fall * 1.1,
            toHz: hz * fall * 0.95,
            roughness: 0.1,
          }),
          vowel(size, 1),
        ),
        0.25,
      );
      return joined([scaled(breath, 0.03 * fall), scaled(voice, 0.12 * fall)]);
    }),
  );
}

const makers: Readonly<Record<NoiseKind, (random: Random) => Float64Array>> = {
  cough: (random) =>
    joined(
      Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
        const size = between(random, 0.8, 1.2);
        const burst = shaped(
          resonate(noiseOf(random, between(random, 90, 190)), [
            { hz: 500 * size, widthHz: 350, gain: 1 },
            { hz: 1500 * size, widthHz: 600, gain: 0.8 },
            { hz: 2800 * size, widthHz: 900, gain: 0.6 },
          ]),
          0.05,
          1.8,
        );
        const tailHz = between(random, 100, 240);
        const tail = shaped(
          resonate(
            throat(random, {
              ms: between(random, 60, 150),
              fromHz: tailHz,
              toHz: tailHz * 0.75,
              roughness: 0.5,
            }),
            vowel(size, 0.3),
          ),
          0.15,
          1.5,
        );
        return joined([
          scaled(burst, between(random, 0.1, 0.2)),
          scaled(tail, between(random, 0.01, 0.07)),
          silent(between(random, 60, 250)),
        ]);
      }),
    ),
  sneeze: (random) =>
    joined([
      scaled(shaped(resonate(noiseOf(random, between(random, 150, 350)), band(1300, 1100)), 0.9), 0.02),
      silent(between(random, 20, 80)),
      scaled(shaped(resonate(noiseOf(random, between(random, 120, 240)), band(2900, 1300)), 0.08, 1.3), 0.16),
      scaled(
        shaped(
          resonate(throat(random, { ms: 160, fromHz: 260, toHz: 150, roughness: 0.2 }), vowel(1, 0)),
          0.1,
          1.4,
        ),
        0.06,
      ),
    ]),
  sniff: (random) =>
    joined(
      Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
        joined([
          scaled(
            shaped(
              resonate(noiseOf(random, between(random, 110, 260)), band(between(random, 1800, 3000), 1400)),
              0.5,
            ),
            between(random, 0.03, 0.08),
          ),
          silent(between(random, 80, 220)),
        ]),
      ),
    ),
  door: (random) =>
    joined([
      scaled(
        shaped(
          resonate(noiseOf(random, between(random, 180, 420)), [
            { hz: between(random, 70, 140), widthHz: 60, gain: 1.5 },
            { hz: between(random, 300, 600), widthHz: 300, gain: 0.4 },
            { hz: 1800, widthHz: 1500, gain: 0.15 },
          ]),
          0.02,
          3,
        ),
        between(random, 0.08, 0.18),
      ),
    ]),
  'line-noise': (random) => {
    const ms = between(random, 300, 1300);
    const mains = pick(random, [50, 60]);
    const buzz = Float64Array.from({ length: samplesOf(ms) }, (_, i) =>
      [3, 5, 7, 9, 13].reduce((sum, n) => sum + Math.sin((2 * Math.PI * mains * n * i) / rateHz) / n, 0),
    );
    const crackle = noiseOf(random, ms).map((sample) => (random() < 0.015 ? sample * 6 : 0));
    const parts = pick(random, [[buzz], [crackle], [noiseOf(random, ms)], [buzz, crackle]] as const);
    const mixed = new Float64Array(samplesOf(ms));
    for (const part of parts)
      for (let i = 0; i < mixed.length; i += 1) mixed[i] = (mixed[i] ?? 0) + (part[i] ?? 0);
    return scaled(mixed, between(random, 0.03, 0.09));
  },
  keyboard: (random) =>
    joined(
      Array.from({ length: 4 + Math.floor(random() * 8) }, () =>
        joined([
          scaled(
            shaped(resonate(noiseOf(random, 18), band(between(random, 1800, 3200), 900)), 0.05, 3),
            between(random, 0.03, 0.1),
          ),
          silent(between(random, 60, 190)),
        ]),
      ),
    ),
  breath: (random) =>
    scaled(
      shaped(
        resonate(noiseOf(random, between(random, 300, 850)), band(between(random, 700, 1700), 1200)),
        0.5,
      ),
      between(random, 0.02, 0.06),
    ),
  throat: (random) =>
    joined(
      Array.from({ length: 2 }, () => {
        const hz = between(random, 75, 130);
        const source = throat(random, {
          ms: between(random, 130, 260),
          fromHz: hz,
          toHz: hz * 0.85,
          roughness: 0.7,
        });
        const air = noiseOf(random, (source.length * 1000) / rateHz);
        const mixed = source.map((sample, i) => sample + 0.5 * (air[i] ?? 0));
        return joined([
          scaled(
            shaped(resonate(mixed, vowel(between(random, 0.9, 1.1), 0)), 0.2, 1.2),
            between(random, 0.05, 0.12),
          ),
          silent(between(random, 20, 90)),
        ]);
      }),
    ),
};

export const noise = (kind: NoiseKind, random: Random): Float64Array => makers[kind](random);
