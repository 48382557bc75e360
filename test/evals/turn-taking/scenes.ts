import type { Expecting } from '../../../engine/agent/index.ts';
import { decodePcmu, encodePcmu, resample } from '../../../engine/media/index.ts';
import { chanceOf } from '../../../engine/rehearsal/line/chance.ts';
import type { CallerVoice } from '../../caller/voice.ts';
import { pausedSpeech, spokenLine } from './paused-speech.ts';
import { between, pick } from './random.ts';
import { voiceOf } from './render.ts';
import type { SoundLine, TurnLine } from './set.ts';
import { hum, laughter, noise } from './sound-synthesis.ts';
import type { Speaker } from './speakers.ts';

const lineRateHz = 8000;
const samplesOf = (ms: number): number => Math.round((ms * lineRateHz) / 1000);
const msOf = (samples: number): number => (samples * 1000) / lineRateHz;

/** What a telephone heard, and what is known about it. Times count from its beginning. */
interface Scene {
  readonly name: string;
  readonly voice: string;
  /** 16 kHz mono, −1…1, after G.711. */
  readonly samples: Float32Array;
}

export interface TurnScene extends Scene {
  readonly expecting: Expecting;
  /** Pauses inside the turn: last sound before, first sound after. */
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** The last sound of the turn. */
  readonly endMs: number;
}

export interface SoundScene extends Scene {
  readonly sound: SoundLine;
  /** First sound. */
  readonly onsetMs: number;
}

/** Silence before the first sound and after the last, filled with the room's noise. */
const leadMs = 700;
const tailMs = 3600;
const soundTailMs = 1500;

/** Root mean square of the room's noise of full scale: a quiet room, an office, a street (speech is at 0.09). */
const rooms = [0.0006, 0.0012, 0.003, 0.006, 0.012] as const;

/** Noise that falls towards high frequencies, as rooms and streets do. */
function roomNoise(random: () => number, length: number, level: number): Float64Array {
  let low = 0;
  return Float64Array.from({ length }, () => {
    const white = random() * 2 - 1;
    low = 0.9 * low + 0.1 * white;
    return level * (0.5 * white + 4 * low);
  });
}

/** Mixes a sound into a room, sends it through G.711 and hands it over as the VAD takes it. */
function overTheLine(sound: Float64Array, options: { random: () => number; level: number }): Float32Array {
  const room = roomNoise(options.random, sound.length, options.level);
  const pcm = Int16Array.from(sound, (sample, i) =>
    Math.max(-32768, Math.min(32767, Math.round((sample + (room[i] ?? 0)) * 32767))),
  );
  const wide = resample(decodePcmu(encodePcmu(pcm)), lineRateHz, 16_000);
  return Float32Array.from(wide, (sample) => sample / 32768);
}

const fractions = (samples: Int16Array): Float64Array =>
  Float64Array.from(samples, (sample) => sample / 32768);

export async function turnScene(
  line: TurnLine,
  options: { readonly index: number; readonly voices: readonly Speaker[] },
): Promise<TurnScene> {
  const { index, voices } = options;
  const voice = voiceOf(voices, index, spokenLine(line));
  const random = chanceOf(`${line.line} ${voice.name}`);
  const gain = between(random, 0.5, 1.3);
  const pieces: { at: number; audio: Float64Array }[] = [];
  const pauses: { fromMs: number; toMs: number }[] = [];
  let at = samplesOf(leadMs);
  for (const [part, piece] of (await pausedSpeech(line, voice)).entries()) {
    const audio = fractions(piece);
    pieces.push({ at, audio: audio.map((sample) => sample * gain) });
    const end = at + audio.length;
    const pauseMs = line.pausesMs[part];
    at = end + samplesOf(pauseMs ?? 0);
    if (pauseMs !== undefined) pauses.push({ fromMs: msOf(end), toMs: msOf(at) });
  }
  const sound = new Float64Array(at + samplesOf(tailMs));
  for (const piece of pieces) sound.set(piece.audio, piece.at);
  const samples = overTheLine(sound, { random, level: pick(random, rooms) });
  const { line: name, expecting } = line;
  return { name, voice: voice.name, samples, expecting, pauses, endMs: msOf(at) };
}

/** Level of talk in the background, of what the caller speaks at. */
const backgroundLevel = { least: 0.05, most: 0.12 } as const;

async function soundOf(line: SoundLine, options: { voice: CallerVoice; random: () => number }) {
  const { voice, random } = options;
  if (line.kind === 'hum') return hum(random).map((sample) => sample * between(random, 0.6, 1.2));
  if (line.kind === 'laughter') return laughter(random);
  if (line.kind === 'noise') return noise(line.noise, random);
  if (!('text' in line)) throw new TypeError(`nobody can make a ${line.kind}`);
  const gain =
    line.kind === 'background'
      ? between(random, backgroundLevel.least, backgroundLevel.most)
      : between(random, 0.5, 1.3);
  return fractions(await voice.speak(line.text)).map((sample) => sample * gain);
}

export async function soundScene(
  line: SoundLine,
  options: { readonly index: number; readonly voices: readonly Speaker[]; readonly take?: number },
): Promise<SoundScene> {
  const { index, voices, take = 0 } = options;
  const voice = voiceOf(voices, index + take, 'text' in line ? line.text : '');
  const name = `${'text' in line ? line.text : line.kind === 'noise' ? line.noise : line.kind} ${index} ${take}`;
  const random = chanceOf(`${name} ${voice.name}`);
  // Not in step with the windows of the VAD.
  const lead = samplesOf(leadMs + random() * 32);
  const audio = await soundOf(line, { voice, random });
  const sound = new Float64Array(lead + audio.length + samplesOf(soundTailMs));
  sound.set(audio, lead);
  const samples = overTheLine(sound, { random, level: pick(random, rooms) });
  return { name, voice: voice.name, samples, sound: line, onsetMs: msOf(lead) };
}
