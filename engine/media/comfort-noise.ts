/** Parameters of comfort noise (RFC 3389 §3). */
export interface ComfortNoise {
  /** Level in −dBov, 0–127: 0 is full scale. */
  readonly levelDbov: number;
  /** Reflection coefficients of the spectrum, −1 … 1, at most 12 here; none for white noise. */
  readonly reflection: readonly number[];
}

/** More coefficients than this add nothing that can be heard (RFC 3389 §3.3 leaves the order open). */
const highestOrder = 12;
/** What a lattice filter stays stable with. */
const largestReflection = 0.98;
const quietestDbov = 127;
/** Louder "noise" is a mistake or an attack on somebody's ear; telephone noise lies below −40. */
const loudestDbov = 30;
/** Share of the way to a new level that each sample goes: about 20 ms at 8 kHz, no step to be heard. */
const smoothing = 1 / 160;

/** Null for an empty payload. Never throws. */
export function parseComfortNoise(payload: Uint8Array): ComfortNoise | null {
  const [level] = payload;
  if (level === undefined) return null;
  const reflection = [...payload.subarray(1, 1 + highestOrder)].map((byte) => {
    // RFC 3389 §3.2: 127 is zero, 0 and 254 are the ends; 255 is not used.
    const value = (Math.min(byte, 254) - 127) / 127;
    return Math.max(-largestReflection, Math.min(largestReflection, value));
  });
  return { levelDbov: level & 0x7f, reflection };
}

export function writeComfortNoise({ levelDbov, reflection }: ComfortNoise): Uint8Array {
  const level = Math.max(0, Math.min(quietestDbov, Math.round(levelDbov)));
  const spectrum = reflection
    .slice(0, highestOrder)
    .map((value) => Math.round(Math.max(-1, Math.min(1, value)) * 127) + 127);
  return Uint8Array.of(level, ...spectrum);
}

/** Makes noise as the last payload describes it: white noise through the all-pole lattice of its coefficients. */
export class NoiseSource {
  private readonly random: () => number;
  private noise: ComfortNoise | null = null;
  private gain = 0;
  private goal = 0;
  /** What makes up for the power that the lattice adds. */
  private shape = 1;
  /** Backward errors of the lattice. */
  private readonly memory = new Float64Array(highestOrder + 1);

  /** @param random evenly in 0–1 */
  constructor(random: () => number) {
    this.random = random;
  }

  /** @returns false for a payload that tells nothing */
  receive(payload: Uint8Array): boolean {
    const noise = parseComfortNoise(payload);
    if (!noise) return false;
    const isFirst = this.noise === null;
    // The old filter's echoes may not ring on in a sharper one.
    if (!isSame(noise.reflection, this.noise?.reflection)) this.memory.fill(0);
    this.noise = noise;
    // Each stage of the lattice raises the power by 1 / (1 − k²).
    const raised = noise.reflection.reduce((product, k) => product * (1 - k * k), 1);
    const level = Math.max(noise.levelDbov, loudestDbov);
    // Evenly spread values in ±a have the RMS a / √3. A full-scale square wave is 0 dBov.
    this.goal = level >= quietestDbov ? 0 : 32768 * 10 ** (-level / 20) * Math.sqrt(3);
    this.shape = Math.sqrt(raised);
    if (isFirst) this.gain = this.goal;
    return true;
  }

  /** The next stretch, any length. Digital silence before the first payload. */
  next(samples: number): Int16Array {
    const out = new Int16Array(samples);
    const { noise, memory } = this;
    if (!noise) return out;
    const { reflection } = noise;
    for (let n = 0; n < samples; n += 1) {
      this.gain += (this.goal - this.gain) * smoothing;
      let forward = (this.random() * 2 - 1) * this.gain * this.shape;
      for (let stage = reflection.length; stage > 0; stage -= 1) {
        const k = reflection[stage - 1] ?? 0;
        const backward = memory[stage - 1] ?? 0;
        forward -= k * backward;
        memory[stage] = backward + k * forward;
      }
      memory[0] = forward;
      out[n] = Math.max(-32768, Math.min(32767, Math.round(forward)));
    }
    return out;
  }
}

const isSame = (a: readonly number[], b: readonly number[] | undefined): boolean =>
  a.length === b?.length && a.every((value, index) => value === b[index]);
