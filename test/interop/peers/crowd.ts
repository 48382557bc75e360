import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Cadence, CrowdAnswer, FromCrowd, ToCrowd } from './crowd-messages.ts';

export { type Cadence, type CrowdAnswer, crowdNumber } from './crowd-messages.ts';

/** Many callers at once, on a thread of their own: what the box does in between moves no measurement. */
export class Crowd {
  readonly #thread = new Worker(new URL('./crowd-thread.ts', import.meta.url));
  readonly #waiting = new Map<
    number,
    { resolve: (message: FromCrowd) => void; reject: (error: Error) => void }
  >();
  #orders = 0;

  constructor() {
    this.#thread.on('message', (message: FromCrowd) => {
      this.#waiting.get(message.order)?.resolve(message);
      this.#waiting.delete(message.order);
    });
    this.#thread.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** Every target is rung at the same time; resolves when each has a final answer. */
  async ring(targets: readonly string[]): Promise<readonly CrowdAnswer[]> {
    const answer = await this.#ask((order) => ({ kind: 'ring', order, targets }));
    if (answer.kind !== 'rung') throw new Error(`the crowd says ${answer.kind}`);
    return answer.answers;
  }

  async hangUp(calls: readonly number[]): Promise<void> {
    await this.#ask((order) => ({ kind: 'hang-up', order, calls }));
  }

  count(on: boolean): void {
    this.#thread.postMessage({ kind: 'count', on } satisfies ToCrowd);
  }

  /** Of the calls that were answered and not hung up here. */
  async report(): Promise<readonly Cadence[]> {
    const answer = await this.#ask((order) => ({ kind: 'report', order }));
    if (answer.kind !== 'reported') throw new Error(`the crowd says ${answer.kind}`);
    return answer.cadences;
  }

  async stop(): Promise<void> {
    const gone = once(this.#thread, 'exit');
    await this.#thread.terminate();
    await gone;
  }

  #ask(message: (order: number) => ToCrowd): Promise<FromCrowd> {
    this.#orders += 1;
    const order = this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(order, { resolve, reject });
      this.#thread.postMessage(message(order));
    });
  }
}
