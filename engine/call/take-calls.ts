import { inboundCall } from './inbound.ts';
import { codeOf, refuse } from './refusal.ts';
import type { InboundParts } from './taken-call.ts';

export interface CallTaking {
  /** Idempotent. Calls in progress are ended; resolves when their records are closed. */
  stop(): Promise<void>;
}

/** From now on every INVITE is answered; `worker` and `hasAgents` are asked anew for each. */
export function takeCalls(
  house: Omit<InboundParts, 'stopping' | 'worker' | 'hasAgents'>,
  serving: { readonly worker: () => InboundParts['worker']; readonly hasAgents: () => boolean },
): CallTaking {
  const { srf, log } = house;
  const running = new Set<Promise<void>>();
  const over = new AbortController();
  srf.invite((req, res) => {
    if (over.signal.aborted) {
      res.send(503, { headers: { 'Retry-After': '10' } });
      return;
    }
    const now = { worker: serving.worker(), hasAgents: serving.hasAgents(), stopping: over.signal };
    const call = inboundCall(req, res, { ...house, ...now })
      .catch((error: unknown) => {
        log.error({ err: error }, 'an inbound call failed');
        if (!res.finalResponseSent) refuse(res, codeOf(error), log);
      })
      .finally(() => running.delete(call));
    running.add(call);
  });
  return {
    async stop() {
      over.abort();
      await Promise.allSettled(running);
    },
  };
}
