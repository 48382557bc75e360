import type { Box, ProviderKind, ProviderSetting } from '../store/index.ts';

/** One place in a chain with what it takes to use it. Goes to the call worker, and nowhere else. */
export interface ProviderAccess extends Omit<ProviderSetting, 'hasKey'> {
  readonly key: string | null;
}

export type ProviderChains = Readonly<Record<ProviderKind, readonly ProviderAccess[]>>;

/** A tenant's chains with their keys, as one call uses them. */
export function providerChains(box: Box, tenantId: string): ProviderChains {
  const chain = (kind: ProviderKind): ProviderAccess[] =>
    box.providers
      .list(tenantId, kind)
      .map(({ hasKey, ...setting }) => ({ ...setting, key: hasKey ? box.providers.key(setting.id) : null }));
  return { stt: chain('stt'), tts: chain('tts'), llm: chain('llm') };
}

/** Name under which a place's health is kept. The box's own models are the same for every tenant. */
export const healthId = (kind: ProviderKind, { id, provider }: Pick<ProviderSetting, 'id' | 'provider'>) =>
  provider === 'local' ? `local ${kind}` : id;
