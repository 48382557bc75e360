import type { Answer, Failure } from '../client.ts';
import { strings } from '../strings.ts';

/** One sound at a time, each under a name of its own: starting one stops the other. */
export class Sound {
  /** Name of what is being fetched, and of what can be heard. */
  loading = $state<string | null>(null);
  playing = $state<string | null>(null);
  failure = $state.raw<{ readonly name: string; readonly failure: Failure } | null>(null);
  #context: AudioContext | null = null;
  #source: AudioBufferSourceNode | null = null;
  #latest = 0;

  /** Plays it, or stops it when it is the one that plays. */
  async toggle(name: string, fetching: () => Promise<Answer<ArrayBuffer>>): Promise<void> {
    const wasOn = this.playing === name || this.loading === name;
    this.stop();
    if (wasOn) return;
    const mine = this.#latest;
    this.loading = name;
    this.failure = null;
    // Made by the click: browsers keep a page quiet that nobody has touched.
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    const answer = await fetching();
    if (mine !== this.#latest) return;
    const buffer = answer.ok ? await context.decodeAudioData(answer.value).catch(() => null) : null;
    if (mine !== this.#latest) return;
    this.loading = null;
    if (!buffer) {
      const { cannotPlay: message, cannotPlayHelp: help } = strings.agent;
      const failure = answer.ok ? { code: 'unexpected', message, help } : answer.failure;
      this.failure = { name, failure };
      return;
    }
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => {
      if (this.#source === source) this.playing = null;
    };
    source.start();
    this.#source = source;
    this.playing = name;
  }

  stop(): void {
    this.#latest += 1;
    this.loading = null;
    this.playing = null;
    this.#source?.stop();
    this.#source = null;
  }

  /** The page is left. */
  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = null;
  }
}
