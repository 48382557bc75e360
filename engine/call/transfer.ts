import type { TransferFailure } from '../agent/index.ts';
import { isVoxboxError, type Log } from '../foundation/index.ts';
import type { PlacedLeg } from './placed-leg.ts';
import {
  isTransferOver,
  type TransferEffect,
  type TransferEvent,
  type TransferState,
  transferBegins,
  transferStep,
} from './transfer-order.ts';

/** What a transfer does to a call. Only `announce`, `ring` and `brief` may take long. */
export interface TransferPorts {
  /** Resolves when the agent's sentence has been heard. */
  pauseAgent(): Promise<void>;
  /** Tells the caller; resolves when it has been heard. */
  announce(): Promise<void>;
  hold(on: boolean): Promise<void>;
  /** @throws VoxboxError of `placeLeg` */
  ring(signal: AbortSignal): Promise<PlacedLeg>;
  /** Tells the person who is there; resolves when it has been heard. */
  brief(person: PlacedLeg): Promise<void>;
  /** From now on what the person says counts. */
  listen(person: PlacedLeg): Promise<void>;
  bridge(person: PlacedLeg): Promise<void>;
  resumeAgent(why: TransferFailure): Promise<void>;
}

export interface TransferOptions {
  readonly ports: TransferPorts;
  readonly announces: boolean;
  /** Whether the person is told who is there, and asked. */
  readonly briefs: boolean;
  /** Whether speaking takes the call, beside the keys. */
  readonly acceptsSpeech: boolean;
  /** How long the person may think. */
  readonly decideMs: number;
  readonly log: Log;
}

export type TransferEnd =
  | { readonly result: 'completed' }
  | { readonly result: 'returned'; readonly why: TransferFailure; readonly code: string | null }
  | { readonly result: 'cancelled' };

/** A transfer that is going on: the table of `transfer-order.ts` with its effects carried out, one after the other. */
export class Transfer {
  readonly done: Promise<TransferEnd>;
  readonly #options: TransferOptions;
  readonly #ringing = new AbortController();
  readonly #finish: (end: TransferEnd) => void;
  #state: TransferState = transferBegins.state;
  #person: PlacedLeg | null = null;
  /** The code of the failure to reach the person. */
  #code: string | null = null;
  #why: TransferFailure = 'unavailable';
  #deciding: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: TransferOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<TransferEnd>();
    this.done = promise;
    this.#finish = resolve;
    this.#perform(transferBegins.effects);
  }

  /** The person's leg, once somebody has answered. */
  get person(): PlacedLeg | null {
    return this.#person;
  }

  /** A key on the person's leg: 1 takes the call, 2 declines. */
  key(key: string): void {
    if (key === '1') this.#send({ kind: 'accepted' });
    else if (key === '2') this.#send({ kind: 'declined' });
  }

  /** Somebody spoke on the person's leg. */
  voice(): void {
    if (this.#options.acceptsSpeech && this.#state === 'deciding') this.#send({ kind: 'accepted' });
  }

  /** The caller has left: resolves when nothing rings and nobody waits any more. */
  async cancel(): Promise<void> {
    this.#send({ kind: 'caller-left' });
    await this.done;
  }

  #send(event: TransferEvent): void {
    if (isTransferOver(this.#state)) return;
    const { announces } = this.#options;
    const step = transferStep(this.#state, event, { announces });
    this.#state = step.state;
    if (step.why) this.#why = step.why;
    if (step.state !== 'deciding') clearTimeout(this.#deciding);
    this.#perform(step.effects);
    if (isTransferOver(step.state)) void this.#work.then(() => this.#finish(this.#end()));
  }

  #end(): TransferEnd {
    if (this.#state === 'connected') return { result: 'completed' };
    if (this.#state === 'cancelled') return { result: 'cancelled' };
    return { result: 'returned', why: this.#why, code: this.#code };
  }

  #perform(effects: readonly TransferEffect[]): void {
    for (const effect of effects) {
      this.#work = this.#work
        .then(() => this.#do(effect))
        .catch((error: unknown) => {
          this.#options.log.error({ err: error, effect }, 'a step of a transfer failed');
        });
    }
  }

  /** What takes long goes on beside the others, and tells its end as an event. */
  async #do(effect: TransferEffect): Promise<void> {
    const { ports } = this.#options;
    switch (effect) {
      case 'pause-agent':
        return this.#then(ports.pauseAgent(), { kind: 'agent-quiet' });
      case 'announce':
        return this.#then(ports.announce(), { kind: 'announced' });
      case 'hold-caller':
        return ports.hold(true);
      case 'release-caller':
        return ports.hold(false);
      case 'ring':
        void this.#ring();
        return;
      case 'brief':
        return this.#brief();
      case 'await-decision':
        this.#deciding = setTimeout(() => this.#send({ kind: 'declined' }), this.#options.decideMs);
        return this.#person ? ports.listen(this.#person) : undefined;
      case 'bridge':
        return this.#person ? ports.bridge(this.#person) : undefined;
      case 'drop-person':
        this.#ringing.abort();
        await this.#person?.release();
        return;
      case 'resume-agent':
        return ports.resumeAgent(this.#why);
    }
  }

  /** What fails on the way is as good as done: the next step shows whether the call still stands. */
  #then(work: Promise<void>, event: TransferEvent): void {
    work
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'a part of a transfer failed'))
      .finally(() => this.#send(event));
  }

  async #ring(): Promise<void> {
    try {
      const person = await this.#options.ports.ring(this.#ringing.signal);
      // The caller left at the moment of the answer.
      if (isTransferOver(this.#state)) return await person.release();
      this.#person = person;
      void person.gone.then(() => this.#send({ kind: 'declined' }));
      this.#send({ kind: 'answered' });
    } catch (error) {
      this.#code = isVoxboxError(error) ? error.code : null;
      this.#options.log.info({ code: this.#code }, 'nobody took a transferred call');
      this.#send({ kind: 'not-answered', why: whyOf(error) });
    }
  }

  #brief(): void {
    if (!this.#person) return;
    if (this.#options.briefs) this.#then(this.#options.ports.brief(this.#person), { kind: 'briefed' });
    else this.#send({ kind: 'accepted' });
  }
}

export function whyOf(error: unknown): TransferFailure {
  if (!isVoxboxError(error)) return 'unavailable';
  if (error.code === 'callee_busy') return 'busy';
  return error.code === 'callee_no_answer' ? 'no-answer' : 'unavailable';
}
