import { type APIConnectOptions, tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { quietLiveKit } from '../quiet.ts';
import { ClauseSplitter } from '../text/clauses.ts';
import type { Speech } from './level.ts';
import type { PhraseCache } from './phrase-cache.ts';

export interface LocalTtsOptions {
  readonly phrases: PhraseCache;
  /** Model id of the voice. */
  readonly voice: string;
  readonly speed?: number;
  /** A clause could not be synthesised and is left out. Never thrown: the stream ends without it. */
  readonly onError: (error: unknown) => void;
}

/** Key of `AudioFrame.userdata` under which a frame tells the words that it carries, as they are written. */
export const spokenTextKey = 'voxbox.spokenText';

/**
 * Streaming synthesis, clause by clause: the first is spoken while the next is made, and one that the
 * phrase cache has ready costs nothing. One frame a clause, in the voice's own rate.
 */
export class LocalTts extends tts.TTS {
  readonly label = 'voxbox.LocalTts';
  readonly #options: LocalTtsOptions;

  constructor(options: LocalTtsOptions) {
    quietLiveKit();
    // The rate is the frames' own; the one told here is that of the usual voices.
    super(22_050, 1, { streaming: true });
    this.#options = options;
  }

  /** Audio of one clause, from the cache where it is ready; null when it cannot be made. */
  async clause(text: string, signal: AbortSignal): Promise<AudioFrame | null> {
    const { phrases, voice, speed, onError } = this.#options;
    const key = speed === undefined ? { text, voice } : { text, voice, speed };
    try {
      const speech = phrases.ready(key) ?? (await phrases.speech(key, { priority: 'live', signal }));
      return toFrame(speech, text);
    } catch (error) {
      if (!signal.aborted) onError(error);
      return null;
    }
  }

  synthesize(text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal): tts.ChunkedStream {
    return new WholeText({ speaker: this, text, connOptions, abortSignal });
  }

  stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    return new ClauseStream(this, options?.connOptions);
  }
}

function toFrame({ samples, sampleRateHz }: Speech, text: string): AudioFrame {
  const frame = new AudioFrame(samples, sampleRateHz, 1, samples.length);
  frame.userdata[spokenTextKey] = text;
  return frame;
}

class ClauseStream extends tts.SynthesizeStream {
  readonly label = 'voxbox.ClauseStream';
  readonly #speaker: LocalTts;

  constructor(speaker: LocalTts, connOptions?: APIConnectOptions) {
    super(speaker, connOptions);
    this.#speaker = speaker;
  }

  protected async run(): Promise<void> {
    const splitter = new ClauseSplitter();
    for await (const piece of this.input) {
      const clauses = typeof piece === 'string' ? splitter.push(piece) : splitter.flush();
      for (const clause of clauses) {
        this.markStarted();
        const frame = await this.#speaker.clause(clause, this.abortSignal);
        if (this.abortSignal.aborted || this.queue.closed) return;
        if (frame) this.queue.put({ requestId: 'local', segmentId: 'local', frame, final: false });
      }
    }
  }
}

interface WholeTextOptions {
  readonly speaker: LocalTts;
  readonly text: string;
  readonly connOptions?: APIConnectOptions | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

class WholeText extends tts.ChunkedStream {
  readonly label = 'voxbox.WholeText';
  readonly #speaker: LocalTts;

  constructor({ speaker, text, connOptions, abortSignal }: WholeTextOptions) {
    super(text, speaker, connOptions, abortSignal);
    this.#speaker = speaker;
  }

  protected async run(): Promise<void> {
    const splitter = new ClauseSplitter();
    for (const clause of [...splitter.push(this.inputText), ...splitter.flush()]) {
      const frame = await this.#speaker.clause(clause, this.abortSignal);
      if (this.abortSignal.aborted || this.queue.closed) return;
      if (frame) this.queue.put({ requestId: 'local', segmentId: 'local', frame, final: false });
    }
  }
}
