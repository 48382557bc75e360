import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { VAD, type VADStream } from '@livekit/agents';
import { VAD as SileroVad } from '@livekit/agents-plugin-silero';
import { InferenceSession } from 'onnxruntime-node';
import { VoxboxError } from '../../foundation/index.ts';
import { quietLiveKit } from '../quiet.ts';

export interface VadOptions {
  /** Silence that ends a stretch of speech. */
  readonly minSilenceMs: number;
  /** Speech that begins one. */
  readonly minSpeechMs: number;
  /** Probability (0–1) above which a window counts as speech. */
  readonly threshold: number;
}

/** Suits a telephone: the end of speech is told early, the end-of-turn detector adds its own patience. */
export const defaultVadOptions: VadOptions = { minSilenceMs: 150, minSpeechMs: 60, threshold: 0.5 };

/**
 * Loads Silero v5 once for the process; every call takes its own stream. 16 kHz mono, windows of 512 samples.
 *
 * @throws VoxboxError `model_missing` when the network in the package cannot be opened
 */
export async function loadVad(options: Partial<VadOptions> = {}): Promise<VAD> {
  quietLiveKit();
  const { minSilenceMs, minSpeechMs, threshold } = { ...defaultVadOptions, ...options };
  const entry = createRequire(import.meta.url).resolve('@livekit/agents-plugin-silero');
  const file = join(dirname(entry), 'silero_vad.onnx');
  const session = await InferenceSession.create(file, {
    interOpNumThreads: 1,
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    executionProviders: [{ name: 'cpu' }],
  }).catch((cause: unknown) => {
    throw new VoxboxError('model_missing', 'the voice activity model cannot be opened', { cause });
  });
  return new SharedSilero(session, {
    minSilenceDuration: minSilenceMs,
    minSpeechDuration: minSpeechMs,
    activationThreshold: threshold,
    sampleRate: 16000,
    forceCPU: true,
    // The plugin keeps a copy of the speech for its events; ours is kept by the recogniser.
    prefixPaddingDuration: 0,
    maxBufferedSpeech: 1000,
  });
}

type SileroOptions = ConstructorParameters<typeof SileroVad>[1];
type SileroSession = ConstructorParameters<typeof SileroVad>[0];

/** The plugin's VAD remembers every stream it ever gave out; one instance a call forgets with the call. */
class SharedSilero extends VAD {
  readonly label = 'voxbox.SharedSilero';
  readonly #session: SileroSession;
  readonly #options: SileroOptions;

  constructor(session: SileroSession, options: SileroOptions) {
    super({ updateInterval: 32 });
    this.#session = session;
    this.#options = options;
  }

  override get minSilenceDuration(): number {
    return this.#options.minSilenceDuration;
  }

  stream(): VADStream {
    return new SileroVad(this.#session, this.#options).stream();
  }
}
