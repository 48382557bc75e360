import { type Candidate, type Log, Tries, VoxboxError } from '../foundation/index.ts';
import type { InferenceOptions } from '../inference/index.ts';
import type { LlmProvider } from './ports.ts';

export interface LlmCandidate extends Candidate {
  readonly provider: LlmProvider;
}

export interface LlmLimits {
  /** To the first token, where somebody else can answer. */
  readonly localMs: number;
  readonly cloudMs: number;
  /** The same where there is nobody else. */
  readonly lastMs: number;
  /** Between two tokens. */
  readonly betweenMs: number;
  /** For one answer, whoever gives it. */
  readonly answerMs: number;
}

const usualLimits: LlmLimits = {
  localMs: 2500,
  cloudMs: 2000,
  lastMs: 8000,
  betweenMs: 2000,
  answerMs: 15_000,
};

export interface LlmChainOptions {
  /** In the tenant's order. */
  readonly providers: readonly LlmCandidate[];
  readonly log: Log;
  readonly limits?: Partial<LlmLimits>;
}

type Request = Parameters<LlmProvider['generate']>[0];

/**
 * Asks one provider after the other until one has an answer; an empty one is none. Once text was handed on, a
 * failure is the end: it cannot be taken back, and a second answer must not follow half of a first.
 */
export function createLlmChain({ providers, log, limits }: LlmChainOptions): LlmProvider {
  const { localMs, cloudMs, lastMs, ...later } = { ...usualLimits, ...limits };
  return {
    name: 'chain',
    async generate(request, options) {
      const tries = new Tries(providers);
      let failure: unknown = new VoxboxError('inference_unavailable', 'no language model answers at present');
      for (let candidate = tries.next(); candidate; candidate = tries.next()) {
        const { provider, health } = candidate;
        const usualMs = provider.name === 'local' ? localMs : cloudMs;
        const firstMs = tries.hasOther(candidate) ? usualMs : lastMs;
        const watched = new WatchedAnswer(request, { firstMs, ...later });
        try {
          const result = await watched.generate(provider, options);
          health.succeeded();
          return result;
        } catch (error) {
          tries.failed(candidate, ranOut(options.signal) ? tooLate(provider) : error);
          if (options.signal?.aborted || watched.handedOn) throw error;
          log.warn({ err: error, provider: provider.name }, 'a language model failed');
          failure = error;
        }
      }
      throw failure;
    },
  };
}

/** Whoever asked could wait no longer: that is no change of mind, and speaks against the provider. */
const ranOut = (signal: AbortSignal | undefined): boolean =>
  signal?.reason instanceof Error && signal.reason.name === 'TimeoutError';

const tooLate = ({ name }: LlmProvider): VoxboxError =>
  new VoxboxError('deadline_exceeded', `${name}: the answer came too late to be of use`);

/** One provider's answer, given up when it does not come, or stops coming. */
class WatchedAnswer {
  readonly #request: Request;
  readonly #limits: { readonly firstMs: number; readonly betweenMs: number; readonly answerMs: number };
  readonly #late = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #handedOn = false;

  constructor(request: Request, limits: { firstMs: number; betweenMs: number; answerMs: number }) {
    this.#request = request;
    this.#limits = limits;
  }

  /** Text went to whoever asked. */
  get handedOn(): boolean {
    return this.#handedOn;
  }

  async generate(provider: LlmProvider, options: InferenceOptions): ReturnType<LlmProvider['generate']> {
    const { firstMs, answerMs } = this.#limits;
    const { signal } = this.#late;
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    signal.addEventListener('abort', () => late.reject(signal.reason), { once: true });
    this.#expectWithin(firstMs, provider);
    const whole = setTimeout(() => this.#giveUp(provider, answerMs), answerMs);
    try {
      const request = { ...this.#request, onText: (text: string) => this.#heard(text, provider) };
      const answer = provider.generate(request, {
        ...options,
        signal: options.signal ? AbortSignal.any([options.signal, signal]) : signal,
      });
      answer.catch(() => {});
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(whole);
      clearTimeout(this.#timer);
    }
  }

  #heard(text: string, provider: LlmProvider): void {
    if (this.#late.signal.aborted) return;
    this.#expectWithin(this.#limits.betweenMs, provider);
    if (!this.#request.onText || !text) return;
    this.#handedOn = true;
    this.#request.onText(text);
  }

  #expectWithin(limitMs: number, provider: LlmProvider): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(provider, limitMs), limitMs);
  }

  #giveUp({ name }: LlmProvider, afterMs: number): void {
    this.#late.abort(
      new VoxboxError('deadline_exceeded', `${name}: no word of the answer for ${afterMs} ms`),
    );
  }
}
