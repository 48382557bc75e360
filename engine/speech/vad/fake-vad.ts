import { VAD, type VADEvent, VADEventType, VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { quietLiveKit } from '../quiet.ts';

const windowSamples = 512;
const windowMs = 32;

/** A loudness gate in the place of the network, for tests and load measurements of everything around it. */
export class FakeVad extends VAD {
  readonly label = 'fake.Vad';
  readonly #minSilenceMs: number;

  constructor(options: { readonly minSilenceMs: number } = { minSilenceMs: 190 }) {
    quietLiveKit();
    super({ updateInterval: windowMs });
    this.#minSilenceMs = options.minSilenceMs;
  }

  override get minSilenceDuration(): number {
    return this.#minSilenceMs;
  }

  stream(): VADStream {
    return new FakeVadStream(this, this.#minSilenceMs);
  }
}

class FakeVadStream extends VADStream {
  constructor(vad: VAD, minSilenceMs: number) {
    super(vad);
    void this.#run(minSilenceMs).catch(() => {});
  }

  async #run(minSilenceMs: number): Promise<void> {
    let pending = new Int16Array(0);
    let speaking = false;
    let speechMs = 0;
    let silenceMs = 0;
    let samplesIndex = 0;
    while (!this.closed) {
      const { done, value } = await this.inputReader.read();
      if (done) return;
      if (typeof value === 'symbol') continue;
      const joined = new Int16Array(pending.length + value.data.length);
      joined.set(pending);
      joined.set(value.data, pending.length);
      pending = joined;
      while (pending.length >= windowSamples) {
        const window = pending.slice(0, windowSamples);
        pending = pending.slice(windowSamples);
        samplesIndex += windowSamples;
        const voiced = rms(window) > 250;
        speechMs = voiced ? speechMs + windowMs : speaking ? speechMs : 0;
        silenceMs = voiced ? 0 : silenceMs + windowMs;
        const event = (type: VADEventType): VADEvent => ({
          type,
          samplesIndex,
          timestamp: Date.now(),
          speechDuration: speaking ? speechMs : 0,
          silenceDuration: silenceMs,
          frames: [new AudioFrame(window, 16000, 1, windowSamples)],
          probability: voiced ? 0.95 : 0.02,
          inferenceDuration: 0,
          speaking,
          rawAccumulatedSilence: silenceMs,
          rawAccumulatedSpeech: voiced ? speechMs : 0,
        });
        this.sendVADEvent(event(VADEventType.INFERENCE_DONE));
        if (!speaking && speechMs >= 2 * windowMs) {
          speaking = true;
          this.sendVADEvent(event(VADEventType.START_OF_SPEECH));
        } else if (speaking && silenceMs > minSilenceMs) {
          speaking = false;
          this.sendVADEvent(event(VADEventType.END_OF_SPEECH));
          speechMs = 0;
        }
      }
    }
  }
}

function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
