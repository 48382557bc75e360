import {
  initializeLogger,
  llm,
  loggerOptions,
  stt,
  tts,
  VAD,
  type VADEvent,
  VADEventType,
  VADStream,
  voice,
} from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { FakeCallAudio } from '../../engine/agent/fake-call-audio.ts';
import { Resampler } from '../../engine/media/index.ts';

/*
 * The peer of our voice loop: LiveKit's AgentSession with instant models and the same fake leg. It is asked for
 * the same: hear 300 ms of a voice less than a second long, wait 200 ms, answer with ready audio.
 */

const windowSamples = 512;
const windowMs = 32;
const replyMs = 300;

export interface PeerCall {
  /** From the last voiced frame in to the first one out, of each answer. */
  readonly answersMs: readonly number[];
  stop(): Promise<void>;
}

/** @param waitMs silence after which the turn is over, as the VAD counts it */
export async function startLiveKitCall(audio: FakeCallAudio, waitMs: number): Promise<PeerCall> {
  if (loggerOptions() === undefined) initializeLogger({ pretty: false, level: 'silent' });
  const recogniser = new InstantStt();
  const output = new LegOutput(audio);
  const session = new voice.AgentSession({
    vad: new GateVad(waitMs, (event) => recogniser.hear(event)),
    stt: recogniser,
    llm: new InstantLlm(),
    tts: new InstantTts(),
    aecWarmupDuration: null,
    userAwayTimeout: null,
    transcriptionTimeout: null,
    ttsTextTransforms: null,
    useTtsAlignedTranscript: false,
    turnHandling: {
      turnDetection: 'vad',
      endpointing: { mode: 'fixed', minDelay: 0, maxDelay: 0 },
      preemptiveGeneration: { enabled: false },
    },
  });
  session.input.audio = new LegInput(audio);
  session.output.audio = output;
  await session.start({ agent: new voice.Agent({ instructions: '' }), record: false });
  return { answersMs: output.answersMs, stop: () => session.close() };
}

class LegInput extends voice.AudioInput {
  constructor(audio: FakeCallAudio) {
    super();
    const resampler = new Resampler(8000, 16_000);
    let window = new Int16Array(windowSamples);
    let filled = 0;
    const frames = new ReadableStream<AudioFrame>({
      start(controller) {
        audio.onAudio((samples) => {
          for (const sample of resampler.push(samples)) {
            window[filled++] = sample;
            if (filled < windowSamples) continue;
            controller.enqueue(new AudioFrame(window, 16_000, 1, windowSamples));
            window = new Int16Array(windowSamples);
            filled = 0;
          }
        });
      },
    });
    this.multiStream.addInputStream(frames);
  }
}

class LegOutput extends voice.AudioOutput {
  readonly answersMs: number[] = [];
  readonly #audio: FakeCallAudio;
  #id = 0;
  #open = false;
  #heardMs = 0;

  constructor(audio: FakeCallAudio) {
    super(undefined, undefined, { pause: false });
    this.#audio = audio;
    audio.onPlayed(({ playedMs, cut }) => {
      this.answersMs.push((audio.times().firstVoicedOutMs ?? Number.NaN) - this.#heardMs);
      this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted: cut });
    });
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    if (!this.#open) {
      this.#open = true;
      this.#id++;
      this.#heardMs = this.#audio.times().lastVoicedInMs ?? Number.NaN;
      this.onPlaybackStarted(Date.now());
    }
    this.#audio.play({ id: this.#id, samples: frame.data, sampleRateHz: frame.sampleRate });
  }

  override flush(): void {
    super.flush();
    if (this.#open) this.#audio.finish(this.#id);
    this.#open = false;
  }

  clearBuffer(): void {
    this.#audio.clear();
  }
}

class GateVad extends VAD {
  readonly label = 'bench.GateVad';
  readonly #waitMs: number;
  readonly #onEvent: (event: VADEvent) => void;

  constructor(waitMs: number, onEvent: (event: VADEvent) => void) {
    super({ updateInterval: windowMs });
    this.#waitMs = waitMs;
    this.#onEvent = onEvent;
  }

  override get minSilenceDuration(): number {
    return this.#waitMs;
  }

  stream(): VADStream {
    return new GateStream(this, this.#waitMs, this.#onEvent);
  }
}

class GateStream extends VADStream {
  constructor(vad: VAD, waitMs: number, onEvent: (event: VADEvent) => void) {
    super(vad);
    void this.#run(waitMs, onEvent).catch(() => {});
  }

  async #run(waitMs: number, onEvent: (event: VADEvent) => void): Promise<void> {
    let speaking = false;
    let speechMs = 0;
    let silenceMs = 0;
    let samplesIndex = 0;
    while (!this.closed) {
      const { done, value } = await this.inputReader.read();
      if (done) return;
      if (typeof value === 'symbol') continue;
      samplesIndex += value.data.length;
      const voiced = value.data.some((sample) => Math.abs(sample) > 800);
      speechMs = voiced ? speechMs + windowMs : speaking ? speechMs : 0;
      silenceMs = voiced ? 0 : silenceMs + windowMs;
      const tell = (type: VADEventType): void => {
        const event: VADEvent = {
          type,
          samplesIndex,
          timestamp: Date.now(),
          speechDuration: speaking ? speechMs : 0,
          silenceDuration: silenceMs,
          frames: [value],
          probability: voiced ? 0.95 : 0.02,
          inferenceDuration: 0,
          speaking,
          rawAccumulatedSilence: silenceMs,
          rawAccumulatedSpeech: voiced ? speechMs : 0,
        };
        onEvent(event);
        this.sendVADEvent(event);
      };
      tell(VADEventType.INFERENCE_DONE);
      if (!speaking && speechMs >= 2 * windowMs) {
        speaking = true;
        tell(VADEventType.START_OF_SPEECH);
      } else if (speaking && silenceMs >= waitMs) {
        speaking = false;
        tell(VADEventType.END_OF_SPEECH);
        speechMs = 0;
      }
    }
  }
}

/** Gives the text when the voice pauses, so that nothing is waited for at the end of the turn. */
class InstantStt extends stt.STT {
  readonly label = 'bench.InstantStt';
  #stream: InstantStream | null = null;
  #told = false;

  constructor() {
    super({ streaming: true, interimResults: true, alignedTranscript: false });
  }

  hear(event: VADEvent): void {
    if (event.type === VADEventType.START_OF_SPEECH) this.#told = false;
    if (!event.speaking || this.#told || event.rawAccumulatedSilence < 2 * windowMs) return;
    this.#told = true;
    this.#stream?.tell();
  }

  stream(): stt.SpeechStream {
    this.#stream = new InstantStream(this);
    return this.#stream;
  }

  protected async _recognize(): Promise<stt.SpeechEvent> {
    throw new Error('the bench only streams');
  }
}

class InstantStream extends stt.SpeechStream {
  readonly label = 'bench.InstantStream';

  tell(): void {
    const language = 'en-US' as stt.SpeechData['language'];
    const heard = {
      startTime: 0,
      endTime: 0,
      language,
      text: 'I need a cleaning tomorrow.',
      confidence: 0.95,
    };
    this.queue.put({ type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [heard] });
  }

  protected async run(): Promise<void> {
    for await (const frame of this.input) void frame;
  }
}

class InstantLlm extends llm.LLM {
  label(): string {
    return 'bench.InstantLlm';
  }

  chat({ chatCtx, connOptions }: Parameters<llm.LLM['chat']>[0]): llm.LLMStream {
    return new InstantLlmStream(this, {
      chatCtx,
      connOptions: connOptions ?? { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 1000 },
    });
  }
}

class InstantLlmStream extends llm.LLMStream {
  protected async run(): Promise<void> {
    this.queue.put({ id: 'bench', delta: { role: 'assistant', content: 'Sure.' } });
  }
}

class InstantTts extends tts.TTS {
  readonly label = 'bench.InstantTts';

  constructor() {
    super(16_000, 1, { streaming: true });
  }

  synthesize(): tts.ChunkedStream {
    throw new Error('the bench only streams');
  }

  stream(): tts.SynthesizeStream {
    return new InstantTtsStream(this);
  }
}

class InstantTtsStream extends tts.SynthesizeStream {
  readonly label = 'bench.InstantTtsStream';

  protected async run(): Promise<void> {
    for await (const piece of this.input) {
      if (typeof piece === 'string' && piece.trim() !== '') {
        const samples = Int16Array.from({ length: replyMs * 16 }, (_, i) =>
          Math.round(8000 * Math.sin((2 * Math.PI * 200 * i) / 16_000)),
        );
        const frame = new AudioFrame(samples, 16_000, 1, samples.length);
        this.queue.put({ requestId: 'bench', segmentId: 'bench', frame, final: false });
      }
    }
  }
}
