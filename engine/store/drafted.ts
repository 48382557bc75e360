import type { TenantStore } from './tenant-store.ts';

/**
 * A business as it is once its draft is published; everything else, and all that is written, is the business's own. As
 * it stands where there is no draft.
 */
export function asDrafted(store: TenantStore): TenantStore {
  const draft = store.agent.draft();
  if (!draft) return store;
  const { hours, services, staff, playbook, ...agent } = draft.document;
  const { voice } = store.profile().profile;
  const drafted = { profile: { ...agent, voice }, hours, services, staff };
  return { ...store, profile: () => drafted, playbook: () => playbook };
}
