import { type Candidate, Tries, VoxboxError } from '../../foundation/index.ts';
import type { Expected } from '../../inference/index.ts';
import type { Recognised, SttProvider, UtteranceDecoder } from '../ports.ts';

export interface SttCandidate extends Candidate {
  readonly provider: SttProvider;
}

export interface UtteranceOptions {
  readonly providers: readonly SttCandidate[];
  readonly language: string;
  readonly expected?: Expected | null;
  readonly signal: AbortSignal;
  /** After the end: one who has not given the text by then gets a rival, where there is one. */
  readonly dueMs: number;
  /** After the end: the utterance is given up. */
  readonly giveUpMs: number;
  readonly onInterim: (recognised: Recognised) => void;
  readonly onStable: (recognised: Recognised) => void;
  /** `outcome` has a value. At most once. */
  readonly onOutcome: () => void;
}

export type UtteranceOutcome =
  | { readonly kind: 'text'; readonly recognised: Recognised }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Attempt {
  readonly candidate: SttCandidate;
  readonly decoder: UtteranceDecoder;
  dead: boolean;
  /** Its health has been told how it went. */
  judged: boolean;
}

/** Below this the recogniser heard no words but noise (measured: pure noise 0.1, gibberish 0.6). */
const noiseConfidence = 0.35;

export const isSpeech = (recognised: Recognised): boolean =>
  recognised.confidence >= noiseConfidence && /[\p{L}\p{N}]/u.test(recognised.text);

/**
 * One stretch of speech on its way through the chain. All of its audio is kept until it has its text, so that
 * whoever comes next hears it from the beginning. Whoever is only late may still be the first to answer.
 */
export class Utterance {
  readonly #options: UtteranceOptions;
  readonly #tries: Tries<SttCandidate>;
  readonly #windows: { readonly samples: Float32Array; readonly voiced: boolean }[] = [];
  readonly #attempts: Attempt[] = [];
  #length = 0;
  #silence = 0;
  #ended = false;
  #outcome: UtteranceOutcome | null = null;
  #lastError: unknown = null;
  #late: NodeJS.Timeout | undefined;
  #hopeless: NodeJS.Timeout | undefined;

  /** @param preRoll counts as voiced */
  constructor(options: UtteranceOptions, preRoll: readonly Float32Array[]) {
    this.#options = options;
    this.#tries = new Tries(options.providers);
    for (const samples of preRoll) this.add(samples, true);
  }

  get outcome(): UtteranceOutcome | null {
    return this.#outcome;
  }

  /** In samples. */
  get length(): number {
    return this.#length;
  }

  /** Samples since the last voiced one. */
  get silence(): number {
    return this.#silence;
  }

  /** False while nothing was said: nobody is asked about silence. */
  get hasVoice(): boolean {
    return this.#silence < this.#length;
  }

  add(samples: Float32Array, voiced: boolean): void {
    this.#windows.push({ samples, voiced });
    this.#length += samples.length;
    this.#silence = voiced ? 0 : this.#silence + samples.length;
    if (this.#attempts.length === 0) {
      if (voiced) this.#begin();
      return;
    }
    for (const { decoder, dead } of this.#attempts) if (!dead) decoder.push(samples, voiced);
  }

  end(): void {
    this.#ended = true;
    this.#hopeless = setTimeout(() => this.#giveUp(), this.#options.giveUpMs);
    const living = this.#attempts.filter(({ dead }) => !dead);
    if (living.length === 0) this.#begin();
    for (const attempt of living) this.#finish(attempt);
  }

  /** The call is over. Idempotent. */
  close(): void {
    clearTimeout(this.#late);
    clearTimeout(this.#hopeless);
    for (const attempt of this.#attempts) {
      if (!attempt.dead && !attempt.judged) attempt.candidate.health.withdrawn();
      attempt.dead = true;
      attempt.judged = true;
      attempt.decoder.close();
    }
  }

  /** Hands the whole utterance to the next provider. */
  #begin(): void {
    if (this.#outcome || this.#options.signal.aborted) return;
    const candidate = this.#tries.next();
    if (!candidate) {
      // Before the end a later try may find a provider that is well again.
      if (this.#ended && this.#attempts.every(({ dead }) => dead)) this.#fail(this.#lastError);
      return;
    }
    const attempt = this.#open(candidate);
    this.#attempts.push(attempt);
    for (const { samples, voiced } of this.#windows) {
      if (attempt.dead) return;
      attempt.decoder.push(samples, voiced);
    }
    if (this.#ended && !attempt.dead) this.#finish(attempt);
  }

  #open(candidate: SttCandidate): Attempt {
    const { language, expected = null, onInterim, onStable } = this.#options;
    const isCurrent = (): boolean => !attempt.dead && attempt === this.#attempts.at(-1) && !this.#outcome;
    const decoder = candidate.provider.open({
      language,
      expected,
      onInterim: (recognised) => {
        if (isCurrent() && !this.#ended && isSpeech(recognised)) onInterim(recognised);
      },
      onSettled: (recognised) => {
        if (isCurrent() && !this.#ended && isSpeech(recognised)) onStable(recognised);
      },
      // Told later, for it may come before `open` has returned.
      onError: (error) => queueMicrotask(() => this.#attemptFailed(attempt, error)),
    });
    const attempt: Attempt = { candidate, decoder, dead: false, judged: false };
    return attempt;
  }

  #finish(attempt: Attempt): void {
    const { settled } = attempt.decoder;
    if (settled) {
      this.#succeed(attempt, settled);
      return;
    }
    attempt.decoder.end().then(
      (recognised) => this.#succeed(attempt, recognised),
      (error: unknown) => this.#attemptFailed(attempt, error),
    );
    if (!this.#tries.hasOther(attempt.candidate)) return;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#rival(attempt), this.#options.dueMs);
  }

  /** It is late. It counts as failed, but may yet be first. */
  #rival(attempt: Attempt): void {
    if (attempt.dead || this.#outcome) return;
    const { provider, health } = attempt.candidate;
    attempt.judged = true;
    this.#lastError = new VoxboxError('deadline_exceeded', `${provider.name} has not told the words in time`);
    health.failed(this.#lastError);
    this.#begin();
  }

  #succeed(attempt: Attempt, recognised: Recognised): void {
    if (this.#outcome || attempt.dead) return;
    attempt.candidate.health.succeeded();
    attempt.judged = true;
    this.#settle({ kind: 'text', recognised });
  }

  #attemptFailed(attempt: Attempt, error: unknown): void {
    if (attempt.dead || this.#outcome || this.#options.signal.aborted) return;
    attempt.dead = true;
    attempt.decoder.close();
    if (!attempt.judged) this.#tries.failed(attempt.candidate, error);
    attempt.judged = true;
    this.#lastError = error;
    if (this.#attempts.every(({ dead }) => dead)) this.#begin();
  }

  #giveUp(): void {
    for (const attempt of this.#attempts) {
      if (attempt.dead || attempt.judged) continue;
      attempt.judged = true;
      attempt.candidate.health.failed(tooLate());
    }
    this.#fail(tooLate());
  }

  #fail(error: unknown): void {
    const nobody = new VoxboxError('inference_unavailable', 'nobody can recognise speech at present');
    this.#settle({ kind: 'failed', error: error ?? nobody });
  }

  #settle(outcome: UtteranceOutcome): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.close();
    this.#options.onOutcome();
  }
}

const tooLate = (): VoxboxError => new VoxboxError('deadline_exceeded', 'the words took too long');
