import { VoxboxError } from '../foundation/index.ts';
import { Talk, type TalkHouse, type TalkOrder } from './talk.ts';
import type { CallWorker } from './worker-client.ts';

/** Practice talks with the agents of the box. */
export interface Talks {
  /**
   * The agent answers once the page has connected to the call's sound.
   *
   * @throws VoxboxError `tenant_unknown`, `tenant_suspended`, `capacity_reached`, `inference_unavailable`
   */
  start(order: TalkOrder): Promise<{ readonly callId: string }>;
  /** Idempotent. Talks in progress are ended; resolves when their records are closed. */
  stop(): Promise<void>;
}

export function createTalks(
  house: TalkHouse,
  serving: { readonly worker: () => CallWorker | null; readonly hasAgents: () => boolean },
): Talks {
  const running = new Map<Talk, Promise<void>>();
  let stopped = false;
  return {
    async start(order) {
      const worker = serving.worker();
      if (stopped || !worker || !serving.hasAgents())
        throw new VoxboxError('inference_unavailable', 'the models are not there yet');
      const talk = new Talk(order, house, worker);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // Told to whoever asked; after that it is in the log.
      const run = talk
        .run(resolve)
        .catch(reject)
        .finally(() => running.delete(talk));
      running.set(talk, run);
      await promise;
      return { callId: talk.callId };
    },
    async stop() {
      stopped = true;
      for (const talk of running.keys()) talk.interrupt();
      await Promise.allSettled(running.values());
    },
  };
}
