/** ITU-T Q.23. */
const rowsHz = [697, 770, 852, 941] as const;
const columnsHz = [1209, 1336, 1477, 1633] as const;
const keypad = '123A456B789C*0#D';

/** Looks at the last 13⅓ ms: the width of such a window, 75 Hz, is the distance of neighbouring tones. */
const windowMs = 40 / 3;
/** Three looks in each frame of 20 ms. */
const looksPerFrame = 3;
/** Looks that must agree: together 27 ms. Q.24: 40 ms and more is a press, under 20 ms is none. */
const looksToBegin = 3;
/** The level of two looks at one tone: a look that holds only the beginning or end of it has less. */
const evenness = 0.65;
/** Looks without the key that end it: pauses are 40 ms at least, gaps of under 10 ms belong to the press. */
const looksToEnd = 3;

/** Each tone, dB relative to full scale (RMS of a full-scale sine: −3). Q.24 asks for −29 dBm0 at least. */
const quietestDbfs = -36;
/** Higher tone against lower tone (Q.24 table A-1: 4 to 8 dB, by administration). */
const mostTwistDb = 7;
const leastTwistDb = -9;
/** A tone against the others of its group. */
const peakRatio = 3.5;
/** The two tones' share of all energy: what keeps speech out. */
const toneShare = 0.74;
/**
 * Harmonic against its tone: voices have them, telephones do not. The second one of the higher tone; the third one of
 * the lower tone, because its second lies among the higher tones.
 */
const harmonicShare = 0.1;

const ratioOf = (db: number): number => 10 ** (db / 10);

interface Look {
  readonly key: string;
  readonly energy: number;
}

/** Finds keys dialled as tones in the audio of a line without telephone-event (ITU-T Q.23, Q.24). */
export class InbandDtmf {
  private readonly sampleRateHz: number;
  private readonly windowSamples: number;
  private readonly rows: Four;
  private readonly columns: Four;
  private past: Int16Array;
  /** The key of the last looks, and for how many in a row. */
  private seen: Look | null = null;
  private seenLooks = 0;
  private pressed: string | null = null;

  constructor(sampleRateHz: 8000 | 16000) {
    this.sampleRateHz = sampleRateHz;
    this.rows = coefficientsOf(rowsHz, sampleRateHz);
    this.columns = coefficientsOf(columnsHz, sampleRateHz);
    this.windowSamples = Math.round((sampleRateHz * windowMs) / 1000);
    this.past = new Int16Array(this.windowSamples);
  }

  /** The next 20 ms. @returns the key when this frame makes a press certain; once for each press */
  receive(samples: Int16Array): string | null {
    const { windowSamples } = this;
    const line = new Int16Array(windowSamples + samples.length);
    line.set(this.past);
    line.set(samples, windowSamples);
    this.past = line.subarray(samples.length);
    let told: string | null = null;
    for (let look = 1; look <= looksPerFrame; look += 1) {
      const from = Math.round((look * samples.length) / looksPerFrame);
      told = this.take(this.keyIn(line.subarray(from, from + windowSamples))) ?? told;
    }
    return told;
  }

  private take(look: Look | null): string | null {
    this.seenLooks = isMore(this.seen, look) ? this.seenLooks + 1 : 1;
    this.seen = look;
    if (look === null) {
      if (this.seenLooks >= looksToEnd) this.pressed = null;
      return null;
    }
    if (look.key === this.pressed || this.seenLooks < looksToBegin) return null;
    this.pressed = look.key;
    return look.key;
  }

  private keyIn(window: Int16Array): Look | null {
    let energy = 0;
    for (let i = 0; i < window.length; i += 1) energy += (window[i] ?? 0) * (window[i] ?? 0);
    const least = ratioOf(quietestDbfs) * 32768 * 32768 * window.length;
    if (energy < 2 * least) return null;

    const row = strongest(fourTones(window, this.rows));
    // The higher tone may be louder by the twist only: nearly all speech is told apart here, with half the work.
    if (!row || row.energy < least || row.energy * (1 + ratioOf(mostTwistDb)) < toneShare * energy)
      return null;
    const column = strongest(fourTones(window, this.columns));
    if (!column || column.energy < least) return null;
    const twist = column.energy / row.energy;
    if (twist > ratioOf(mostTwistDb) || twist < ratioOf(leastTwistDb)) return null;
    if (row.energy + column.energy < toneShare * energy) return null;
    const rowHarmonic = this.toneEnergy(window, 3 * (rowsHz[row.place] ?? 0));
    const columnHarmonic = this.toneEnergy(window, 2 * (columnsHz[column.place] ?? 0));
    if (rowHarmonic > harmonicShare * row.energy || columnHarmonic > harmonicShare * column.energy)
      return null;
    const key = keypad[row.place * 4 + column.place];
    return key === undefined ? null : { key, energy: row.energy + column.energy };
  }

  private toneEnergy(window: Int16Array, hz: number): number {
    const coefficient = coefficientOf(hz, this.sampleRateHz);
    return fourTones(window, [coefficient, 0, 0, 0])[0];
  }
}

type Four = readonly [number, number, number, number];

const coefficientOf = (hz: number, sampleRateHz: number): number =>
  2 * Math.cos((2 * Math.PI * hz) / sampleRateHz);

const coefficientsOf = ([a, b, c, d]: Four, rateHz: number): Four => [
  coefficientOf(a, rateHz),
  coefficientOf(b, rateHz),
  coefficientOf(c, rateHz),
  coefficientOf(d, rateHz),
];

/** Goertzel: energy of the window at four frequencies, in one go because each alone would wait for itself. */
function fourTones(window: Int16Array, coefficients: Four): Four {
  const ca = coefficients[0];
  const cb = coefficients[1];
  const cc = coefficients[2];
  const cd = coefficients[3];
  let a1 = 0;
  let a2 = 0;
  let b1 = 0;
  let b2 = 0;
  let c1 = 0;
  let c2 = 0;
  let d1 = 0;
  let d2 = 0;
  for (let i = 0; i < window.length; i += 1) {
    const sample = window[i] ?? 0;
    const a = sample + ca * a1 - a2;
    const b = sample + cb * b1 - b2;
    const c = sample + cc * c1 - c2;
    const d = sample + cd * d1 - d2;
    a2 = a1;
    a1 = a;
    b2 = b1;
    b1 = b;
    c2 = c1;
    c1 = c;
    d2 = d1;
    d1 = d;
  }
  const scale = 2 / window.length;
  return [
    (a1 * a1 + a2 * a2 - ca * a1 * a2) * scale,
    (b1 * b1 + b2 * b2 - cb * b1 * b2) * scale,
    (c1 * c1 + c2 * c2 - cc * c1 * c2) * scale,
    (d1 * d1 + d2 * d2 - cd * d1 * d2) * scale,
  ];
}

/** Null when another of the group comes near. */
function strongest(energies: Four): { readonly place: number; readonly energy: number } | null {
  let place = 0;
  let energy = -1;
  let second = -1;
  for (let i = 0; i < energies.length; i += 1) {
    const here = energies[i] ?? 0;
    if (here > energy) {
      second = energy;
      energy = here;
      place = i;
    } else if (here > second) second = here;
  }
  return energy >= peakRatio * second ? { place, energy } : null;
}

/** Whether a look shows the same as the one before. */
function isMore(before: Look | null, now: Look | null): boolean {
  if (before === null || now === null) return before === now;
  const ratio = now.energy / before.energy;
  return before.key === now.key && ratio >= evenness && ratio <= 1 / evenness;
}
