import { type AudioBuffer, mergeFrames, stt, type VADEvent } from '@livekit/agents';
import { VoxboxError } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import { quietLiveKit } from '../quiet.ts';
import { readVadEvent } from '../vad/tap.ts';
import { type Recognised, UtteranceListener } from './listener.ts';

export interface LocalSttOptions {
  readonly inference: Inference;
  /** BCP 47, as it is passed on with every text. */
  readonly language: string;
  /** Probability above which a VAD window is voiced; the VAD's own. */
  readonly vadThreshold: number;
  /** True for words that shall not count, for example a backchannel while the agent talks. */
  readonly withhold?: (text: string) => boolean;
  readonly onFinal?: (recognised: Recognised) => void;
  /** An utterance was lost because it could not be decoded. Never thrown: the stream goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Streaming recogniser of one call over the inference worker. It takes its audio from the events of the
 * tapped VAD (`hear`), not from the stream's own frames, so that both agree on every sample.
 */
export class LocalStt extends stt.STT {
  readonly label = 'voxbox.LocalStt';
  readonly #options: LocalSttOptions;
  readonly #listener: UtteranceListener;
  readonly #closing = new AbortController();
  #stream: LocalSpeechStream | null = null;

  constructor(options: LocalSttOptions) {
    quietLiveKit();
    super({ streaming: true, interimResults: true, alignedTranscript: false });
    this.#options = options;
    this.#listener = new UtteranceListener({
      inference: options.inference,
      signal: this.#closing.signal,
      onInterim: (recognised) => this.#tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, recognised),
      onFinal: (recognised) => {
        if (this.#tell(stt.SpeechEventType.FINAL_TRANSCRIPT, recognised)) options.onFinal?.(recognised);
      },
      onNothing: () => this.#forgetInterim(),
      onError: options.onError,
    });
  }

  hear(event: VADEvent): void {
    const heard = readVadEvent(event, this.#options.vadThreshold);
    if (heard) this.#listener.hear(heard);
  }

  /** Resolves when every ended utterance has its text. */
  settled(): Promise<void> {
    return this.#listener.settled();
  }

  stream(): stt.SpeechStream {
    this.#stream = new LocalSpeechStream(this, this.#options.language);
    return this.#stream;
  }

  override async close(): Promise<void> {
    this.#closing.abort(new VoxboxError('aborted', 'the call has ended'));
  }

  protected async _recognize(frame: AudioBuffer, abortSignal?: AbortSignal): Promise<stt.SpeechEvent> {
    const { data, sampleRate } = Array.isArray(frame) ? mergeFrames(frame) : frame;
    if (sampleRate !== 16000) throw new VoxboxError('input_invalid', 'audio must be 16 kHz');
    const started = performance.now();
    const { text, confidence } = await this.#options.inference.transcribe(
      Float32Array.from(data, (sample) => sample / 32768),
      { priority: 'live', signal: abortSignal },
    );
    const recognised = { text, confidence, modelMs: performance.now() - started, audioMs: data.length / 16 };
    return speechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, recognised, this.#options.language);
  }

  /** The session keeps the last interim text until a final one comes; here none will. */
  #forgetInterim(): void {
    const nothing = { text: '', confidence: 0, modelMs: 0, audioMs: 0 };
    this.#stream?.tell(stt.SpeechEventType.INTERIM_TRANSCRIPT, nothing);
  }

  #tell(type: stt.SpeechEventType, recognised: Recognised): boolean {
    if (this.#options.withhold?.(recognised.text)) {
      if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) this.#forgetInterim();
      return false;
    }
    return this.#stream?.tell(type, recognised) ?? false;
  }
}

class LocalSpeechStream extends stt.SpeechStream {
  readonly label = 'voxbox.LocalSpeechStream';
  readonly #language: string;

  constructor(recogniser: LocalStt, language: string) {
    super(recogniser);
    this.#language = language;
  }

  tell(type: stt.SpeechEventType, recognised: Recognised): boolean {
    if (this.queue.closed) return false;
    this.queue.put(speechEvent(type, recognised, this.#language));
    return true;
  }

  /** The frames are only taken off the queue; what is decoded comes from the VAD. */
  protected async run(): Promise<void> {
    for await (const frame of this.input) void frame;
  }
}

function speechEvent(type: stt.SpeechEventType, recognised: Recognised, language: string): stt.SpeechEvent {
  return {
    type,
    alternatives: [
      {
        // Times are left out on purpose: turn-taking goes by the VAD.
        startTime: 0,
        endTime: 0,
        language: language as stt.SpeechData['language'],
        text: recognised.text,
        confidence: recognised.confidence,
      },
    ],
  };
}
