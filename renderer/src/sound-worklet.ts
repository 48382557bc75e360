import { Playout } from './playout.ts';

/* Runs in the browser's audio thread (https://www.w3.org/TR/webaudio-1.1/#AudioWorklet). */

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Gives what the microphone hears in frames of 20 ms: 16 bit, mono, at the context's rate. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  #frame = new Int16Array(Math.round(sampleRate / 50));
  #filled = 0;

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#frame[this.#filled] = Math.max(-1, Math.min(1, sample)) * 32_767;
      this.#filled += 1;
      if (this.#filled < this.#frame.length) continue;
      const { buffer } = this.#frame;
      this.port.postMessage(buffer, [buffer]);
      this.#frame = new Int16Array(Math.round(sampleRate / 50));
      this.#filled = 0;
    }
    return true;
  }
}

/** Plays frames of both sides, as they come. */
class PlayoutProcessor extends AudioWorkletProcessor {
  readonly #playout = new Playout();

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.#playout.push(new Int16Array(data));
  }

  process(_inputs: unknown, [output]: readonly (readonly Float32Array[])[]): boolean {
    const [left, right] = output ?? [];
    if (left && right) this.#playout.read(left, right);
    return true;
  }
}

registerProcessor('microphone', MicrophoneProcessor);
registerProcessor('playout', PlayoutProcessor);
