import { healthId, type ProviderAccess, testProvider } from '../call/index.ts';
import { type ProviderHealth, usualBreakerLimits, VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { Box, ProviderKind, Tenant } from '../store/index.ts';
import type { Provider, ProviderChains, ProviderEntry, ProviderVerdict } from './contract/index.ts';
import { knownProviders } from './known-providers.ts';
import type { Serve } from './method-server.ts';

/** What is known of providers beyond their settings. */
export interface ProviderParts {
  /** How they have been doing in calls. */
  readonly health?: () => readonly ProviderHealth[];
  /** Null while the models are not there. */
  readonly inference?: () => Inference | null;
}

/** The methods of the tenants' chains of providers. */
export function serveProviders(
  serve: Serve,
  parts: ProviderParts & { readonly box: Box; readonly nowMs: () => number },
): void {
  const { box, nowMs, health = () => [], inference = () => null } = parts;
  const chains = (tenantId: string): ProviderChains => {
    const { id } = tenantOf(box, tenantId);
    const healths = new Map(health().map((each) => [each.id, each]));
    const chain = (kind: ProviderKind): Provider[] =>
      box.providers.list(id, kind).map((setting) => ({
        ...setting,
        health: healthAnswer(healths.get(healthId(kind, setting)), nowMs()),
      }));
    return { stt: chain('stt'), tts: chain('tts'), llm: chain('llm'), known: [...knownProviders] };
  };
  serve('providers.list', ({ id }) => chains(id));
  serve('providers.save', ({ id, body }) => {
    box.providers.save(tenantOf(box, id).id, body.kind, body.chain);
    return chains(id);
  });
  serve('providers.test', ({ id, body: { kind, entry } }) =>
    test({ tenant: tenantOf(box, id), kind, entry }, { box, inference: inference() }),
  );
}

function tenantOf(box: Box, tenantId: string): Tenant {
  const tenant = box.tenants.find(tenantId);
  if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
  return tenant;
}

/** With the key that the entry brings, or that is stored for it. */
async function test(
  { tenant, kind, entry }: { tenant: Tenant; kind: ProviderKind; entry: ProviderEntry },
  { box, inference }: { box: Box; inference: Inference | null },
): Promise<ProviderVerdict> {
  const key = box.providers.keyFor(tenant.id, kind, entry);
  const needsKey = knownProviders.find(({ provider }) => provider === entry.provider)?.key === 'required';
  if (needsKey && key === null) return { ok: false, verdict: 'Enter its key first.', tookMs: 0 };
  const { id = '', provider, model = null, voice = null, baseUrl = null } = entry;
  const access: ProviderAccess = { id, provider, model, voice, baseUrl, key };
  const { profile } = box.tenant(tenant.id).profile();
  return testProvider(kind, { access, language: tenant.language, localVoice: profile.voice, inference });
}

function healthAnswer(health: ProviderHealth | undefined, nowMs: number): Provider['health'] {
  const { lastError, lastErrorAtMs: troubleAtMs, lastSuccessAtMs: wellAtMs } = health ?? nothingKnown;
  const trouble = lastError?.message ?? null;
  return { state: stateOf(health ?? nothingKnown, nowMs), trouble, troubleAtMs, wellAtMs };
}

const nothingKnown: Omit<ProviderHealth, 'id'> = {
  state: 'closed',
  lastError: null,
  lastErrorAtMs: null,
  lastSuccessAtMs: null,
};

/** A breaker tells when it opens; that it lets a probe through comes with time. */
function stateOf(
  { state, lastErrorAtMs, lastSuccessAtMs }: Omit<ProviderHealth, 'id'>,
  nowMs: number,
): Provider['health']['state'] {
  if (lastErrorAtMs === null) return lastSuccessAtMs === null ? 'unused' : 'well';
  if (state === 'open' && nowMs - lastErrorAtMs < usualBreakerLimits.openMs) return 'resting';
  return state === 'closed' && (lastSuccessAtMs ?? 0) >= lastErrorAtMs ? 'well' : 'failing';
}
