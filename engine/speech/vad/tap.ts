import { VAD, type VADEvent, VADEventType, type VADStream } from '@livekit/agents';

/**
 * A VAD whose events are also handed to `onEvent`, just before the session sees them: one pass over the
 * audio serves turn-taking, the recogniser and the end-of-turn detector, all on the same samples.
 */
export function tapVad(vad: VAD, onEvent: (event: VADEvent) => void): VAD {
  return new TappedVad(vad, onEvent);
}

class TappedVad extends VAD {
  readonly label = 'voxbox.TappedVad';
  readonly #vad: VAD;
  readonly #onEvent: (event: VADEvent) => void;

  constructor(vad: VAD, onEvent: (event: VADEvent) => void) {
    super(vad.capabilities);
    this.#vad = vad;
    this.#onEvent = onEvent;
  }

  override get minSilenceDuration(): number | null {
    return this.#vad.minSilenceDuration;
  }

  stream(): VADStream {
    const stream = this.#vad.stream();
    const next = stream.next.bind(stream);
    stream.next = async () => {
      const result = await next();
      if (!result.done) this.#onEvent(result.value);
      return result;
    };
    return stream;
  }
}

/** What the recogniser and the end-of-turn detector need of a VAD event. */
export type SpeechEvent =
  | { readonly kind: 'window'; readonly samples: Float32Array; readonly voiced: boolean }
  | { readonly kind: 'started' }
  | { readonly kind: 'ended' };

/**
 * Reads one VAD event. `samples` is a copy of the window, 16 kHz, −1…1: the plugin reuses its buffers.
 *
 * @param threshold probability above which a window is voiced; the same as the VAD's own
 */
export function readVadEvent(event: VADEvent, threshold: number): SpeechEvent | null {
  switch (event.type) {
    case VADEventType.START_OF_SPEECH:
      return { kind: 'started' };
    case VADEventType.END_OF_SPEECH:
      return { kind: 'ended' };
    case VADEventType.INFERENCE_DONE: {
      const pcm = event.frames[0]?.data ?? new Int16Array(0);
      const samples = new Float32Array(pcm.length);
      for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] ?? 0) / 32768;
      return { kind: 'window', samples, voiced: event.probability > threshold };
    }
    default:
      return null;
  }
}
