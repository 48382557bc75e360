import { isVoiced, type LegStart, type LegStatistics, type MediaLeg } from '../media/index.ts';

/** What a leg tells the engine of. */
export interface CarriedLegEvents {
  key(key: string): void;
  voice(): void;
  silent(forMs: number): void;
  sound(samples: Int16Array, rateHz: number): void;
}

/** Of the last half second this much has to be voiced to count as somebody speaking: 300 ms. */
const voiceWindowFrames = 25;
const voicedFrames = 15;
/** Stretches of audio that are no agent's, so that no agent takes them for its own. */
const firstStretch = 1_000_000;

/** One leg as the call worker holds it: media, keys by any path, and whether somebody speaks. */
export class CarriedLeg {
  /** The call that it belongs to now. */
  callId: string;
  readonly media: MediaLeg;
  readonly #abort = new AbortController();
  readonly #events: CarriedLegEvents;
  readonly #keys: ((key: string) => void)[] = [];
  #listening = false;
  #voiced: boolean[] = [];
  #stretch = firstStretch;
  /** Ends what is being said on the leg. */
  #saying = new AbortController();

  constructor(callId: string, media: MediaLeg, events: CarriedLegEvents) {
    this.callId = callId;
    this.media = media;
    this.#events = events;
    media.on('dtmf', (key) => this.press(key));
    media.on('silent', (forMs) => events.silent(forMs));
    media.on('sound', (samples, rateHz) => events.sound(samples, rateHz));
    media.on('audio', (samples) => {
      if (this.#listening) this.#hear(samples);
    });
  }

  /** Aborted when the leg is stopped. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  start(options: LegStart): void {
    this.media.start(options);
  }

  /** A key, whichever way it came: RTP, tones, or SIP INFO. */
  press(key: string): void {
    this.#events.key(key);
    for (const listener of this.#keys) listener(key);
  }

  onKey(listener: (key: string) => void): void {
    this.#keys.push(listener);
  }

  listen(on: boolean): void {
    this.#listening = on;
    this.#voiced = [];
  }

  /** Says something; whatever was being said before is cut. */
  async say(how: (stretch: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    this.hush();
    const saying = new AbortController();
    this.#saying = saying;
    this.#stretch += 1;
    await how(this.#stretch, AbortSignal.any([saying.signal, this.#abort.signal]));
  }

  hush(): void {
    if (this.#saying.signal.aborted) return;
    this.#saying.abort();
  }

  async stop(): Promise<LegStatistics> {
    this.#abort.abort();
    const statistics = this.media.statistics();
    await this.media.stop();
    return statistics;
  }

  #hear(samples: Int16Array): void {
    this.#voiced = [...this.#voiced.slice(1 - voiceWindowFrames), isVoiced(samples)];
    if (this.#voiced.filter(Boolean).length < voicedFrames) return;
    this.listen(false);
    this.#events.voice();
  }
}
