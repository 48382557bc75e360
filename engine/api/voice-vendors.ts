import { createCartesia, createElevenLabs, type VoiceService } from '../speech/index.ts';
import type { Providers, VoiceVendor } from '../store/index.ts';

const services = { cartesia: createCartesia, elevenlabs: createElevenLabs } as const satisfies Record<
  VoiceVendor,
  unknown
>;

/** Services that copy voices. */
export const voiceVendors: readonly VoiceVendor[] = ['cartesia', 'elevenlabs'];

export interface VoiceVendors {
  /** Null where the service is not in the tenant's chain of voices, or has no key there. */
  account(tenantId: string, vendor: VoiceVendor): VoiceService | null;
}

/** The accounts that tenants have entered in their chains of voices. */
export function createVoiceVendors(providers: Pick<Providers, 'list' | 'key'>): VoiceVendors {
  return {
    account(tenantId, vendor) {
      const place = providers
        .list(tenantId, 'tts')
        .find(({ provider, hasKey }) => provider === vendor && hasKey);
      if (!place) return null;
      const { baseUrl, model } = place;
      return services[vendor]({ key: providers.key(place.id), baseUrl, model });
    },
  };
}
