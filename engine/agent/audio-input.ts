import { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { Resampler } from '../media/index.ts';
import type { CallAudio } from './session-model.ts';

const sessionRateHz = 16000;
/** One VAD window: frames of this length leave nothing over that would wait for the next packet. */
const windowSamples = 512;

/** The caller's voice as the session hears it: 16 kHz mono in frames of one VAD window (32 ms). */
export class CallAudioInput extends voice.AudioInput {
  #legRateHz = sessionRateHz;
  #resampler = new Resampler(sessionRateHz, sessionRateHz);
  #controller: ReadableStreamDefaultController<AudioFrame> | null = null;
  #window = new Int16Array(windowSamples);
  #filled = 0;

  constructor(audio: Pick<CallAudio, 'onAudio'>) {
    super();
    const frames = new ReadableStream<AudioFrame>({
      start: (controller) => {
        this.#controller = controller;
      },
    });
    this.multiStream.addInputStream(frames);
    audio.onAudio((samples, sampleRateHz) => this.#push(samples, sampleRateHz));
  }

  /** What still arrives from the leg afterwards is dropped. */
  override async close(): Promise<void> {
    this.#controller?.close();
    this.#controller = null;
    await super.close();
  }

  #push(samples: Int16Array, sampleRateHz: number): void {
    if (!this.#controller) return;
    if (sampleRateHz !== this.#legRateHz) {
      // The call changed its codec: what the filter still holds belongs before what comes now.
      this.#fill(this.#resampler.flush());
      this.#legRateHz = sampleRateHz;
      this.#resampler = new Resampler(sampleRateHz, sessionRateHz);
    }
    this.#fill(this.#resampler.push(samples));
  }

  #fill(samples: Int16Array): void {
    const controller = this.#controller;
    let rest = samples;
    while (controller && rest.length > 0) {
      const part = rest.subarray(0, windowSamples - this.#filled);
      this.#window.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled < windowSamples) return;
      controller.enqueue(new AudioFrame(this.#window, sessionRateHz, 1, windowSamples));
      this.#window = new Int16Array(windowSamples);
      this.#filled = 0;
    }
  }
}
