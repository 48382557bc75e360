/**
 * What the telephone does to a voice: resampling, codecs, the wide-band path, the level of what the agent says.
 * Run: node test/bench/audio-quality.ts [--quick]
 */
import { spawnSync } from 'node:child_process';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { startInference } from '../../engine/inference/index.ts';
import { type AudioCoder, createCoder } from '../../engine/media/codec/coder.ts';
import { decodePcmu, encodePcmu, resample } from '../../engine/media/index.ts';
import { levelled } from '../../engine/speech/index.ts';
import { listModels } from '../../models/index.ts';
import { openCaller } from '../caller/caller.ts';
import { wordErrors, wordsOf } from '../caller/word-errors.ts';
import { callerSentences } from './caller-sentences.ts';
import type { Bench, Figure } from './figure.ts';

const amplitude = 16_000;
const lineRateHz = 8000;

const tone = (hz: number, rateHz: number): Int16Array =>
  Int16Array.from({ length: rateHz }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );

const steps = (fromHz: number, toHz: number, stepHz: number): readonly number[] =>
  Array.from({ length: Math.floor((toHz - fromHz) / stepHz) + 1 }, (_, n) => fromHz + n * stepHz);

/** Level in dB beside that of the tone that went in: of everything, or with the tone of `withoutHz` taken out. */
function levelDb(samples: Int16Array, rateHz: number, withoutHz?: number): number {
  const body = samples.subarray(Math.floor(rateHz / 10), Math.floor((rateHz * 9) / 10));
  let [sine, cosine, power] = [0, 0, 0];
  body.forEach((sample, n) => {
    const angle = (2 * Math.PI * (withoutHz ?? 0) * n) / rateHz;
    sine += sample * Math.sin(angle);
    cosine += sample * Math.cos(angle);
    power += sample * sample;
  });
  const taken = withoutHz === undefined ? 0 : (2 * (sine * sine + cosine * cosine)) / body.length;
  return 10 * Math.log10((2 * Math.max(power - taken, 1e-9)) / body.length / amplitude ** 2);
}

type Convert = (samples: Int16Array, fromHz: number, toHz: number) => Int16Array;

/** The converter of sox at its best, in samples of 16 bit like ours. */
const soxConverts: Convert = (samples, fromHz, toHz) => {
  const raw = (rateHz: number) => ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1', '-r', String(rateHz)];
  const { stdout, status } = spawnSync('sox', ['-D', ...raw(fromHz), '-', ...raw(toHz), '-', 'rate', '-v'], {
    input: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
    maxBuffer: 1 << 24,
    timeout: 10_000,
  });
  if (status !== 0) throw new Error('sox did not convert');
  return new Int16Array(new Uint8Array(stdout).buffer);
};

interface Quality {
  /** The loudest alias or image of any tone, in dB below the tone. */
  readonly rejectionDb: number;
  /** Difference between the loudest and the quietest tone of the telephone's band, 300–3400 Hz. */
  readonly rippleDb: number;
}

function qualityOf(convert: Convert, fromHz: number, toHz: number, stepHz: number): Quality {
  const passed = steps(300, 3400, stepHz).map((hz) => {
    const out = convert(tone(hz, fromHz), fromHz, toHz);
    return { all: levelDb(out, toHz), rest: levelDb(out, toHz, hz) };
  });
  const levels = passed.map(({ all }) => all);
  // Downwards what lies above the new band must vanish; upwards what was not there must not appear.
  const unwanted =
    toHz < fromHz
      ? steps(4050, Math.min(fromHz / 2 - 100, 10_900), stepHz).map((hz) =>
          levelDb(convert(tone(hz, fromHz), fromHz, toHz), toHz),
        )
      : passed.map(({ rest }) => rest);
  return { rejectionDb: -Math.max(...unwanted), rippleDb: Math.max(...levels) - Math.min(...levels) };
}

function resamplingFigures(quick: boolean): readonly Figure[] {
  const hasSox = spawnSync('sox', ['--version'], { stdio: 'ignore' }).error === undefined;
  const stepHz = quick ? 350 : 50;
  const pairs = [
    [22_050, 8000],
    [24_000, 8000],
    [16_000, 8000],
    [8000, 16_000],
  ] as const;
  return pairs.flatMap(([fromHz, toHz]): readonly Figure[] => {
    const own = qualityOf(resample, fromHz, toHz, stepHz);
    // A process for each tone: fewer of them.
    const peer = hasSox ? qualityOf(soxConverts, fromHz, toHz, 350) : null;
    const beside = (what: keyof Quality) =>
      peer ? `sox rate -v: ${peer[what].toFixed(1)} dB` : 'sox is not installed';
    const way = `${fromHz / 1000} to ${toHz / 1000} kHz`;
    return [
      {
        ...{ name: `${toHz < fromHz ? 'aliases' : 'images'} ${way}`, value: own.rejectionDb, unit: 'dB' },
        ...{ limit: 60, limitIs: 'least', note: `below the tone; ${beside('rejectionDb')}` },
      },
      {
        ...{ name: `ripple ${way}`, value: own.rippleDb, unit: 'dB', limit: 1 },
        note: `300–3400 Hz; ${beside('rippleDb')}`,
      },
    ];
  });
}

function throughCoder(coder: AudioCoder, samples: Int16Array): Int16Array {
  const frame = coder.sampleRateHz / 50;
  const out = new Int16Array(samples.length);
  for (let at = 0; at + frame <= samples.length; at += frame) {
    const heard = coder.decode(coder.encode(samples.subarray(at, at + frame)));
    if (heard) out.set(heard.subarray(0, frame), at);
  }
  return out;
}

async function codecFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const codec of ['PCMU', 'PCMA'] as const) {
    const coder = await createCoder(codec);
    // The level of speech on the line, and 20 dB less.
    const snr = [1, 0.1].map((gain) => {
      const out = throughCoder(
        coder,
        tone(1004, lineRateHz).map((sample) => (sample * gain * 3277 * Math.SQRT2) / amplitude),
      );
      return levelDb(out, lineRateHz) - levelDb(out, lineRateHz, 1004);
    });
    figures.push({
      ...{
        name: `${codec} signal to noise`,
        value: Math.min(...snr),
        unit: 'dB',
        limit: 33,
        limitIs: 'least',
      },
      note: '1004 Hz, the worse of −20 and −40 dBFS (G.712 asks 33)',
    });
  }
  for (const codec of ['G722', 'opus'] as const) {
    const coder = await createCoder(codec);
    // The way of the agent's voice to a wide-band leg: from 22.05 kHz to 16 kHz, with nothing at 8 kHz in between.
    const out = throughCoder(coder, resample(tone(6000, 22_050), 22_050, coder.sampleRateHz));
    coder.close();
    figures.push({
      ...{
        name: `${codec} keeps 6 kHz`,
        value: Math.abs(levelDb(out, coder.sampleRateHz)),
        unit: 'dB',
        limit: 1,
      },
      note: 'change of a tone from the voice to the far ear',
    });
  }
  return figures;
}

/** Of the voiced 10 ms blocks, as `levelled` counts them. */
function voicedDbfs(samples: Int16Array): number {
  let [energy, count] = [0, 0];
  for (let at = 0; at < samples.length; at += 80) {
    const block = samples.subarray(at, at + 80);
    const sum = block.reduce((total, sample) => total + sample * sample, 0);
    if (10 * Math.log10(sum / block.length / 32768 ** 2) < -46) continue;
    energy += sum;
    count += block.length;
  }
  return 10 * Math.log10(energy / count / 32768 ** 2);
}

async function levelFigures(quick: boolean): Promise<readonly Figure[]> {
  const { modelsDir } = loadConfig();
  const hasKokoro = (await listModels(modelsDir)).some(
    ({ id, state }) => id === 'kokoro-82m-int8' && state === 'ready',
  );
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['tts'] });
  const voices = [
    { voice: 'piper-en-us-joe-medium', clauses: quick ? 10 : 40 },
    ...(hasKokoro ? [{ voice: 'kokoro-bf_emma', clauses: quick ? 2 : 8 }] : []),
  ];
  const [off, peaks]: [number[], number[]] = [[], []];
  try {
    for (const { voice, clauses } of voices) {
      for (const text of ['Sure.', 'No problem.', ...callerSentences].slice(0, clauses)) {
        const speech = levelled(
          await inference.synthesise({ text, voice }, { priority: 'live', timeoutMs: 30_000 }),
        );
        const line = resample(speech.samples, speech.sampleRateHz, lineRateHz);
        off.push(Math.abs(voicedDbfs(line) + 20));
        peaks.push(
          20 * Math.log10(line.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1) / 32768),
        );
      }
    }
  } finally {
    await inference.stop();
  }
  const note = `${off.length} clauses of ${voices.length} voices, at 8 kHz`;
  return [
    {
      name: 'level off −20 dBFS',
      value: Math.max(...off),
      unit: 'dB',
      limit: 2,
      note: `the worst of ${note}`,
    },
    { name: 'highest peak', value: Math.max(...peaks), unit: 'dBFS', limit: -3, note },
  ];
}

/** RMS of the caller's voice and of a hum of the mains with its third harmonic, in dBFS; a direct-current part in steps. */
interface CallersLine {
  readonly voiceDbfs: number;
  readonly humDbfs?: number;
  readonly offset?: number;
}

const callersLines: Readonly<Record<string, CallersLine>> = {
  'at −20 dBFS': { voiceDbfs: -20 },
  'at −3 dBFS, clipped': { voiceDbfs: -3 },
  'at −40 dBFS': { voiceDbfs: -40 },
  'at −45 dBFS': { voiceDbfs: -45 },
  'with hum at −30 dBFS': { voiceDbfs: -20, humDbfs: -30 },
  'at −40 dBFS with hum as loud': { voiceDbfs: -40, humDbfs: -40 },
  'with an offset': { voiceDbfs: -20, offset: 2000 },
};

/** Over G.711, with 300 ms of the line before and after. The voice comes at −20 dBFS. */
function overCallersLine(voice: Int16Array, { voiceDbfs, humDbfs, offset = 0 }: CallersLine): Int16Array {
  const gain = 10 ** ((voiceDbfs + 20) / 20);
  const humPeak = humDbfs === undefined ? 0 : 32_768 * Math.SQRT2 * 10 ** (humDbfs / 20);
  const around = 2400;
  const line = Int16Array.from({ length: voice.length + 2 * around }, (_, n) => {
    const angle = (2 * Math.PI * 50 * n) / lineRateHz;
    const hum = humPeak * (Math.sin(angle) + 0.3 * Math.sin(3 * angle));
    return Math.max(-32_768, Math.min(32_767, Math.round((voice[n - around] ?? 0) * gain + hum + offset)));
  });
  return decodePcmu(encodePcmu(line));
}

/** Why nothing levels the caller's voice or takes hum out of it: what recognition makes of such lines as they are. */
async function hearingFigures(quick: boolean): Promise<readonly Figure[]> {
  const sentences = callerSentences.slice(0, quick ? 8 : 40);
  const caller = await openCaller();
  try {
    const figures: Figure[] = [];
    for (const [name, line] of Object.entries(callersLines)) {
      let [errors, words] = [0, 0];
      for (const sentence of sentences) {
        const heard = await caller.recognise(overCallersLine(await caller.voice.speak(sentence), line));
        errors += wordErrors(sentence, heard);
        words += wordsOf(sentence).length;
      }
      const usual = figures[0]?.value;
      figures.push({
        ...{ name: `words heard wrong ${name}`, value: (100 * errors) / words, unit: '%' },
        // Two points are what the draw of a few words makes.
        limit: usual === undefined || usual === null ? null : usual + 2,
        note: `${sentences.length} sentences over G.711, nothing done to them; limit: two points above −20 dBFS`,
      });
    }
    return figures;
  } finally {
    await caller.close();
  }
}

export const audioQuality: Bench = async ({ quick }) => [
  ...resamplingFigures(quick),
  ...(await codecFigures()),
  ...(await levelFigures(quick)),
  ...(await hearingFigures(quick)),
];
