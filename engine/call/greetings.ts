import type { DomainEventType, Log } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import { providerChains } from './providers.ts';
import { snapshotOf } from './router.ts';
import type { Serving } from './serving.ts';

/** What changes the sound of a greeting. */
const changes: ReadonlySet<DomainEventType> = new Set([
  'tenant.created',
  'tenant.recording-changed',
  'tenant.region-changed',
  'tenant.renamed',
  'voice.changed',
  'dictionary.changed',
  'providers.changed',
  'agent.published',
]);

/** A slider that is moved saves several times: one greeting is made for all. */
const settleMs = 300;

/**
 * Makes the greeting of a tenant ready as soon as it sounds different, so that not even the next caller waits
 * for it.
 */
export function keepGreetingsReady({
  box,
  serving,
  log,
}: {
  readonly box: Box;
  readonly serving: Pick<Serving, 'worker' | 'hasAgents'>;
  readonly log: Log;
}): { stop(): void } {
  const waiting = new Map<string, NodeJS.Timeout>();
  const prepare = (tenantId: string): void => {
    waiting.delete(tenantId);
    const tenant = box.tenants.find(tenantId);
    const worker = serving.worker();
    // Once the models are there, every greeting is made anyway.
    if (!tenant || !worker || !serving.hasAgents()) return;
    const snapshot = snapshotOf(box, tenant, box.tenant(tenantId));
    worker
      .request({ kind: 'prepare', snapshot, providers: providerChains(box, tenantId) })
      .catch((error: unknown) => log.warn({ err: error }, 'a greeting could not be made ready'));
  };
  const unlisten = box.onEvent(({ type, tenantId }) => {
    if (tenantId === null || !changes.has(type)) return;
    clearTimeout(waiting.get(tenantId));
    waiting.set(
      tenantId,
      setTimeout(() => prepare(tenantId), settleMs),
    );
  });
  return {
    stop() {
      unlisten();
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
