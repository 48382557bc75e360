/**
 * Teaches the classifier that listens to the first quarter of a second of what a caller utters while the agent
 * talks, from the training half of the set, and writes its weights into the product.
 * Run: node test/evals/turn-taking/train-barge-in.ts [--check]
 *   --check  no weights are written: each voice is judged by a classifier that never heard it
 */
import { writeFileSync } from 'node:fs';
import { loadConfig, silentLog } from '../../../engine/foundation/index.ts';
import { startInference } from '../../../engine/inference/index.ts';
import { chanceOf } from '../../../engine/rehearsal/line/chance.ts';
import {
  BargeInSound,
  classify,
  inputSize,
  listenedWindows,
  readWeights,
  type SoundClass,
  type SoundWeights,
  soundClasses,
} from '../../../engine/speech/turn/barge-in-sound.ts';
import { loadVad } from '../../../engine/speech/vad/silero.ts';
import { type Vad, windowSamples } from '../../../engine/speech/vad/vad.ts';
import { spokenLine } from './paused-speech.ts';
import { voicesOf } from './render.ts';
import { type SoundScene, soundScene } from './scenes.ts';
import { type SoundLine, soundLines, turnLines } from './set.ts';

const weightsFile = new URL('../../../engine/speech/turn/barge-in-weights.json', import.meta.url);
/** Decisions are made with so many windows heard, and more. */
const fewestWindows = 3;
const hiddenUnits = 24;
const epochs = 50;
const batchSize = 64;
const decay = 2e-4;

export interface Example {
  readonly voice: string;
  readonly class: SoundClass;
  readonly name: string;
  /** One input for each number of windows heard, from `fewestWindows` on. */
  readonly inputs: readonly Float32Array[];
}

const classOf = ({ kind }: SoundLine): SoundClass =>
  kind === 'barge-in' ? 'barge-in' : kind === 'backchannel' || kind === 'hum' ? 'backchannel' : 'noise';

/** What the classifier hears of a scene; null where the VAD hears nobody. */
async function listen(vad: Vad, scene: SoundScene): Promise<Float32Array[] | null> {
  const sound = new BargeInSound();
  const inputs: Float32Array[] = [];
  let told: (() => void) | null = null;
  const stream = vad.open((event) => {
    if (event.kind !== 'window') return;
    if (sound.windows < listenedWindows) {
      sound.hear(event.samples, event.voiced);
      if (sound.windows >= fewestWindows) inputs.push(sound.input().slice());
    }
    told?.();
  });
  for (let at = 0; at + windowSamples <= scene.samples.length; at += windowSamples) {
    if (inputs.length > listenedWindows - fewestWindows) break;
    const heard = new Promise<void>((resolve) => {
      told = resolve;
    });
    stream.push(scene.samples.slice(at, at + windowSamples));
    await heard;
  }
  stream.close();
  return inputs.length > 0 ? inputs : null;
}

export async function collect(): Promise<Example[]> {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['tts'] });
  try {
    const vad = await loadVad({ modelsDir });
    const voices = voicesOf('training', 'sounds', inference);
    // Turns begin as barge-ins do, and their sentences have been rendered with the slow voices.
    const openings = turnLines('training').map(
      (line): SoundLine => ({ kind: 'barge-in', text: spokenLine(line) }),
    );
    const examples: Example[] = [];
    for (const [index, line] of [...soundLines('training'), ...openings].entries()) {
      if (line.kind === 'background') continue;
      const isOpening = index >= soundLines('training').length;
      if (isOpening && /^(?:yes|yep|okay|um|uh|hmm)\b/i.test('text' in line ? line.text : '')) continue;
      const takes = isOpening ? 1 : line.kind === 'backchannel' ? 8 : 3;
      for (let take = 0; take < takes; take += 1) {
        const kept = voices.filter(({ slow, keeps }) => slow && 'text' in line && keeps(line.text));
        const speakers = isOpening && kept.length > 0 ? kept : voices;
        const scene = await soundScene(line, { index, voices: speakers, take });
        const inputs = await listen(vad, scene);
        if (!inputs) continue;
        const voice = 'text' in line ? scene.voice : `${take}`;
        examples.push({ voice, class: classOf(line), name: scene.name, inputs });
      }
    }
    return examples;
  } finally {
    await inference.stop();
  }
}

function standard(examples: readonly Example[]): Pick<SoundWeights, 'mean' | 'spread'> {
  const sum = new Float64Array(inputSize);
  const squares = new Float64Array(inputSize);
  const counts = new Float64Array(inputSize);
  for (const { inputs } of examples) {
    for (const [i, value] of (inputs.at(-1) ?? []).entries()) {
      if (Number.isNaN(value)) continue;
      sum[i] = (sum[i] ?? 0) + value;
      squares[i] = (squares[i] ?? 0) + value * value;
      counts[i] = (counts[i] ?? 0) + 1;
    }
  }
  const mean = Array.from(sum, (total, i) => total / Math.max(1, counts[i] ?? 1));
  const spread = mean.map((average, i) =>
    Math.max(0.1, Math.sqrt(Math.max(0, (squares[i] ?? 0) / Math.max(1, counts[i] ?? 1) - average ** 2))),
  );
  return { mean: Float32Array.from(mean), spread: Float32Array.from(spread) };
}

/** Adam over one flat array of weights. */
class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #steps = 0;
  readonly weights: Float64Array;

  constructor(weights: Float64Array) {
    this.weights = weights;
    this.#first = new Float64Array(weights.length);
    this.#second = new Float64Array(weights.length);
  }

  step(gradient: Float64Array, rate: number): void {
    this.#steps += 1;
    const fix1 = 1 - 0.9 ** this.#steps;
    const fix2 = 1 - 0.999 ** this.#steps;
    for (let i = 0; i < gradient.length; i += 1) {
      const g = (gradient[i] ?? 0) + decay * (this.weights[i] ?? 0);
      const first = 0.9 * (this.#first[i] ?? 0) + 0.1 * g;
      const second = 0.999 * (this.#second[i] ?? 0) + 0.001 * g * g;
      this.#first[i] = first;
      this.#second[i] = second;
      this.weights[i] = (this.weights[i] ?? 0) - (rate * (first / fix1)) / (Math.sqrt(second / fix2) + 1e-8);
    }
  }
}

const classCount = soundClasses.length;
const hiddenEnd = hiddenUnits * inputSize;
const biasEnd = hiddenEnd + hiddenUnits;
const outputEnd = biasEnd + classCount * hiddenUnits;
/** Share of the hidden units that are left out each time: none may rely on another. */
const leftOut = 0.2;

/** One hidden layer, taught by back-propagation; its weights lie one after another. */
class Network {
  readonly #random: () => number;
  readonly #standard: Pick<SoundWeights, 'mean' | 'spread'>;
  readonly #gradient = new Float64Array(outputEnd + classCount);
  readonly #x = new Float64Array(inputSize);
  readonly #h = new Float64Array(hiddenUnits);
  readonly #errors = new Float64Array(classCount);
  readonly #adam: Adam;

  constructor(random: () => number, standard: Pick<SoundWeights, 'mean' | 'spread'>) {
    this.#random = random;
    this.#standard = standard;
    const first = (i: number): number => (random() - 0.5) * (i < hiddenEnd ? 0.08 : 0.3);
    this.#adam = new Adam(Float64Array.from(this.#gradient, (_, i) => first(i)));
  }

  get weights(): Float64Array {
    return this.#adam.weights;
  }

  step(rate: number): void {
    this.#adam.step(this.#gradient, rate);
    this.#gradient.fill(0);
  }

  /** Adds what one example says about the weights. */
  learn(input: Float32Array, target: number, importance: number): void {
    this.#forward(input);
    let total = 0;
    for (const score of this.#errors) total += score;
    for (let c = 0; c < classCount; c += 1) {
      const error = ((this.#errors[c] ?? 0) / total - (c === target ? 1 : 0)) * importance;
      this.#errors[c] = error;
      this.#add(outputEnd + c, error);
    }
    this.#back();
  }

  /** Leaves the exponential of each class's score. */
  #forward(input: Float32Array): void {
    const { mean, spread } = this.#standard;
    const w = this.weights;
    for (let i = 0; i < inputSize; i += 1) {
      const value = input[i] ?? 0;
      const noise = 0.5 * (this.#random() - 0.5);
      this.#x[i] = Number.isNaN(value) ? 0 : (value - (mean[i] ?? 0)) / (spread[i] ?? 1) + noise;
    }
    for (let unit = 0; unit < hiddenUnits; unit += 1) {
      let sum = w[hiddenEnd + unit] ?? 0;
      for (let i = 0; i < inputSize; i += 1) sum += (w[unit * inputSize + i] ?? 0) * (this.#x[i] ?? 0);
      this.#h[unit] = this.#random() < leftOut ? 0 : Math.tanh(sum) / (1 - leftOut);
    }
    for (let c = 0; c < classCount; c += 1) {
      let sum = w[outputEnd + c] ?? 0;
      for (let unit = 0; unit < hiddenUnits; unit += 1) {
        sum += (this.#h[unit] ?? 0) * (w[biasEnd + c * hiddenUnits + unit] ?? 0);
      }
      this.#errors[c] = Math.exp(sum);
    }
  }

  #back(): void {
    for (let unit = 0; unit < hiddenUnits; unit += 1) {
      const active = this.#h[unit] ?? 0;
      if (active === 0) continue;
      let back = 0;
      for (let c = 0; c < classCount; c += 1) {
        const at = biasEnd + c * hiddenUnits + unit;
        back += (this.#errors[c] ?? 0) * (this.weights[at] ?? 0);
        this.#add(at, (this.#errors[c] ?? 0) * active);
      }
      const slope = (back * (1 - (active * (1 - leftOut)) ** 2)) / (1 - leftOut);
      this.#add(hiddenEnd + unit, slope);
      for (let i = 0; i < inputSize; i += 1) this.#add(unit * inputSize + i, slope * (this.#x[i] ?? 0));
    }
  }

  #add(at: number, amount: number): void {
    this.#gradient[at] = (this.#gradient[at] ?? 0) + amount;
  }
}

export function train(examples: readonly Example[], seed: string): SoundWeights {
  const random = chanceOf(seed);
  const known = standard(examples);
  const network = new Network(random, known);
  const counts = soundClasses.map((name) => examples.filter((one) => one.class === name).length);
  const learnOne = (): void => {
    const example = examples[Math.floor(random() * examples.length)];
    const input = example?.inputs[Math.floor(random() * example.inputs.length)];
    if (!example || !input) return;
    const target = soundClasses.indexOf(example.class);
    // Each class counts alike, however many examples it has.
    const importance = examples.length / classCount / Math.max(1, counts[target] ?? 1) / batchSize;
    network.learn(input, target, importance);
  };
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const rate = 0.003 * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs));
    for (let batch = 0; batch < examples.length / batchSize; batch += 1) {
      for (let i = 0; i < batchSize; i += 1) learnOne();
      network.step(rate);
    }
  }
  const values = packed([...known.mean, ...known.spread, ...network.weights]);
  return readWeights({ units: hiddenUnits, values });
}

/** Thousandths as 16-bit numbers, little-endian, in base64. */
function packed(numbers: readonly number[]): string {
  const bytes = Buffer.alloc(numbers.length * 2);
  for (const [i, value] of numbers.entries()) {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 1000))), i * 2);
  }
  return bytes.toString('base64');
}

/** How sure the classifier is that each example is a barge-in, by the windows heard. */
function sureness(weights: SoundWeights, examples: readonly Example[]) {
  const classes = new Float32Array(soundClasses.length);
  return examples.map((example) => ({
    example,
    bargeIn: example.inputs.map((input) => classify(weights, input, classes)[0] ?? 0),
  }));
}

function report(judged: ReturnType<typeof sureness>): void {
  for (const threshold of [0.5, 0.7, 0.8, 0.9, 0.95]) {
    const line = soundClasses.map((name) => {
      const these = judged.filter(({ example }) => example.class === name);
      const byWindow = Array.from({ length: listenedWindows - fewestWindows + 1 }, (_, k) => {
        const stopped = these.filter(({ bargeIn }) => bargeIn.slice(0, k + 1).some((p) => p >= threshold));
        return Math.round((100 * stopped.length) / these.length);
      });
      return `${name} ${byWindow.join(' ')}`;
    });
    process.stdout.write(`stopped at ${threshold}, % by windows ${fewestWindows}…: ${line.join(' | ')}\n`);
  }
}

if (import.meta.main) {
  const examples = await collect();
  process.stdout.write(
    `${examples.length} examples: ${soundClasses.map((name) => `${examples.filter((one) => one.class === name).length} ${name}`).join(', ')}\n`,
  );
  if (process.argv.includes('--check')) {
    const voices = [...new Set(examples.filter((one) => one.class !== 'noise').map(({ voice }) => voice))];
    const judged = voices
      .filter((voice) => voice.length > 2)
      .flatMap((voice) => {
        const weights = train(
          examples.filter((one) => one.voice !== voice),
          voice,
        );
        return sureness(
          weights,
          examples.filter((one) => one.voice === voice),
        );
      });
    report(judged);
  } else {
    const weights = train(examples, 'product');
    report(sureness(weights, examples));
    const { mean, spread, hidden, hiddenBias, output, outputBias } = weights;
    const values = packed([...mean, ...spread, ...hidden, ...hiddenBias, ...output, ...outputBias]);
    writeFileSync(weightsFile, `${JSON.stringify({ units: hiddenUnits, values }, null, 2)}\n`);
  }
}
