import { type Candidate, type Log, Tries, VoxboxError, within } from '../../foundation/index.ts';
import type { InferencePriority } from '../../inference/index.ts';
import type { Speaker, SpeakOptions, Speech, TtsProvider } from '../ports.ts';
import { splitClauses } from '../text/clauses.ts';
import { speakable } from '../text/speakable.ts';
import { joinedSamples, type Loudness, levelled, StreamLevel, unknownLoudness } from './level.ts';
import { type PhraseCache, phraseName } from './phrase-cache.ts';

/** A provider, and the voice that it speaks with. */
export interface SpeakingVoice extends Candidate {
  readonly provider: TtsProvider;
  /** The provider's own id of the voice. */
  readonly voice: string;
}

export interface SpeakerOptions {
  /** In the tenant's order. */
  readonly voices: readonly SpeakingVoice[];
  readonly phrases: PhraseCache;
  /** 1 is the voice's own. */
  readonly speed?: number;
  /** BCP 47. */
  readonly language: string;
  /** Writes words the way they are to be said (the tenant's dictionary), before figures are written out. */
  readonly pronounce?: (text: string) => string;
  readonly log: Log;
  readonly limits?: Partial<SpeakerLimits>;
}

export interface SpeakerLimits {
  /** To the first sound of a clause, where somebody else can make it. */
  readonly localMs: number;
  readonly cloudMs: number;
  /** The same where there is nobody else. */
  readonly lastMs: number;
  /** Between two pieces of a clause. */
  readonly betweenMs: number;
}

const usualLimits: SpeakerLimits = { localMs: 1500, cloudMs: 1200, lastMs: 10_000, betweenMs: 1500 };
/** What nobody waits for may wait itself. */
const unhurriedMs = 60_000;

/**
 * The agent's voice in one call. A provider that fails before its first sound hands the clause to the next,
 * which then speaks for the rest of the call: one call, one voice. Once a piece was given, the clause ends where
 * its provider ends: what was heard cannot be taken back, and another voice in mid-sentence is worse than a
 * sentence cut short.
 */
export function createSpeaker(options: SpeakerOptions): Speaker {
  return new ChainedSpeaker(options);
}

class ChainedSpeaker implements Speaker {
  readonly #options: SpeakerOptions;
  readonly #limits: SpeakerLimits;
  /** The one that speaks at present comes first. */
  #voices: readonly SpeakingVoice[];
  readonly #kept = new Set<string>();
  readonly #prepared = new Set<string>();
  readonly #loudness = new Map<SpeakingVoice, Loudness>();
  /** Clauses as they are spoken: looked up more often than said. */
  readonly #spoken = new Map<string, string>();

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#voices = options.voices;
  }

  ready(clause: string): Speech | null {
    const [voice] = this.#voices;
    return voice ? this.#options.phrases.ready(this.#name(clause, voice)) : null;
  }

  async *speak(clause: string, options: SpeakOptions): AsyncGenerator<Speech> {
    const { phrases } = this.#options;
    const [first] = this.#voices;
    const found = first && (await phrases.find(this.#name(clause, first)));
    if (found) {
      yield found;
      return;
    }
    const pieces: Speech[] = [];
    const voice = yield* this.#make(clause, options, pieces);
    const whole = joined(pieces);
    if (voice && whole && this.#kept.has(clause)) void phrases.put(this.#name(clause, voice), whole);
  }

  keep(text: string): void {
    for (const clause of splitClauses(text)) this.#kept.add(clause);
  }

  async prepare(texts: readonly string[], { priority, signal }: SpeakOptions): Promise<void> {
    const { phrases } = this.#options;
    for (const text of texts) {
      this.keep(text);
      this.#prepared.add(text);
      for (const clause of splitClauses(text)) {
        if (signal?.aborted) throw new VoxboxError('aborted', 'the phrases are not needed any more');
        // Only in the voice that speaks at present: ready audio of another would never be met.
        const [voice] = this.#voices;
        if (!voice) throw nobodySpeaks();
        const name = this.#name(clause, voice);
        if (await phrases.find(name)) continue;
        // Without the signal: another call may wait for the same phrase.
        await phrases.once(name, () => this.#prepareClause(clause, voice, priority));
      }
    }
  }

  async #prepareClause(clause: string, voice: SpeakingVoice, priority: InferencePriority): Promise<void> {
    if (!voice.health.admit() && !voice.lastResort) {
      throw new VoxboxError('provider_unreachable', `${voice.provider.name} has failed too often just now`);
    }
    const pieces: Speech[] = [];
    try {
      const limits = { firstMs: unhurriedMs, betweenMs: unhurriedMs };
      for await (const piece of this.#pieces(clause, voice, { options: { priority }, ...limits })) {
        pieces.push(piece);
      }
    } catch (error) {
      voice.health.failed(error);
      throw error;
    }
    voice.health.succeeded();
    const whole = joined(pieces);
    if (whole) await this.#options.phrases.put(this.#name(clause, voice), whole);
  }

  /**
   * The clause by the first provider that has a sound for it, also into `pieces`.
   *
   * @returns the voice, when it has spoken the clause to its end
   */
  async *#make(
    clause: string,
    options: SpeakOptions,
    pieces: Speech[],
  ): AsyncGenerator<Speech, SpeakingVoice | null> {
    const tries = new Tries(this.#voices);
    let failure: unknown = nobodySpeaks();
    for (let voice = tries.next(); voice; voice = tries.next()) {
      const { betweenMs } = this.#limits;
      const firstMs = this.#firstMs(voice, options, tries);
      let judged = false;
      try {
        for await (const piece of this.#pieces(clause, voice, { options, firstMs, betweenMs })) {
          if (pieces.length === 0) this.#speaksNow(voice);
          pieces.push(piece);
          yield piece;
        }
        judged = true;
        voice.health.succeeded();
        return voice;
      } catch (error) {
        judged = true;
        tries.failed(voice, error);
        if (options.signal?.aborted) throw error;
        const { name: provider } = voice.provider;
        this.#options.log.warn({ err: error, provider, pieces: pieces.length }, 'a voice failed');
        if (pieces.length > 0) return null;
        failure = error;
      } finally {
        // The listener has had enough.
        if (!judged) voice.health.withdrawn();
      }
    }
    const stored = await this.#storedByAnybody(clause);
    if (!stored) throw failure;
    yield stored;
    return null;
  }

  #firstMs(voice: SpeakingVoice, { priority }: SpeakOptions, tries: Tries<SpeakingVoice>): number {
    if (priority !== 'live' && priority !== 'greeting') return unhurriedMs;
    if (!tries.hasOther(voice)) return this.#limits.lastMs;
    return voice.provider.name === 'local' ? this.#limits.localMs : this.#limits.cloudMs;
  }

  #speaksNow(voice: SpeakingVoice): void {
    if (voice === this.#voices[0]) return;
    this.#voices = [voice, ...this.#voices.filter((other) => other !== voice)];
    // What has to be ready has to be ready in the voice that speaks from now on.
    this.prepare([...this.#prepared], { priority: 'greeting' }).catch((error: unknown) =>
      this.#options.log.warn({ err: error }, 'phrases could not be made ready in another voice'),
    );
  }

  /** Ready audio in a voice that the call has left: better than none. */
  async #storedByAnybody(clause: string): Promise<Speech | null> {
    for (const voice of this.#voices) {
      const speech = await this.#options.phrases.find(this.#name(clause, voice));
      if (speech) return speech;
    }
    return null;
  }

  /** One provider's audio of a clause, at the level of the telephone. @throws VoxboxError, also when it gives none */
  async *#pieces(
    clause: string,
    voice: SpeakingVoice,
    how: { readonly options: SpeakOptions; readonly firstMs: number; readonly betweenMs: number },
  ): AsyncGenerator<Speech> {
    const text = this.#spokenText(clause);
    if (!/[\p{L}\p{N}]/u.test(text)) return;
    const { provider } = voice;
    const { priority, signal } = how.options;
    const givingUp = new AbortController();
    const stop = signal ? AbortSignal.any([signal, givingUp.signal]) : givingUp.signal;
    const { speed = 1, language } = this.#options;
    const request = { text, voice: voice.voice, speed, language };
    const made = provider.speak(request, { priority, signal: stop })[Symbol.asyncIterator]();
    let level: StreamLevel | null = null;
    let sampleRateHz = 0;
    try {
      for (let waitMs = how.firstMs; ; waitMs = how.betweenMs) {
        const next = await within(made.next(), waitMs, `${provider.name} gave no sound for ${waitMs} ms`);
        if (next.done) break;
        sampleRateHz = next.value.sampleRateHz;
        if (provider.wholeClauses) {
          yield levelled(next.value);
          continue;
        }
        level ??= new StreamLevel(sampleRateHz, this.#loudnessOf(voice));
        const samples = level.push(next.value.samples);
        if (samples.length > 0) yield { samples, sampleRateHz };
      }
      const tail = level?.flush() ?? new Int16Array(0);
      if (tail.length > 0) yield { samples: tail, sampleRateHz };
      if (sampleRateHz === 0) throw new VoxboxError('provider_failed', `${provider.name} gave no sound`);
    } finally {
      givingUp.abort(new VoxboxError('aborted', 'the clause is not wanted any more'));
    }
  }

  #loudnessOf(voice: SpeakingVoice): Loudness {
    const known = this.#loudness.get(voice) ?? unknownLoudness();
    this.#loudness.set(voice, known);
    return known;
  }

  #name(clause: string, { provider, voice }: SpeakingVoice): string {
    const { speed = 1 } = this.#options;
    return phraseName({ text: this.#spokenText(clause), provider: provider.name, voice, speed });
  }

  #spokenText(clause: string): string {
    const known = this.#spoken.get(clause);
    if (known !== undefined) return known;
    const { pronounce = (text) => text, language } = this.#options;
    const spoken = speakable(pronounce(clause.trim()), language);
    this.#spoken.set(clause, spoken);
    return spoken;
  }
}

function joined(pieces: readonly Speech[]): Speech | null {
  const [first] = pieces;
  if (!first) return null;
  return {
    samples: joinedSamples(pieces.map(({ samples }) => samples)),
    sampleRateHz: first.sampleRateHz,
  };
}

const nobodySpeaks = (): VoxboxError =>
  new VoxboxError('inference_unavailable', 'nobody can speak at present');
