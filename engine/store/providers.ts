import { type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';
import type { ProviderKind, ProviderSetting } from './model.ts';

/** What a place in a chain may be given. */
export interface ProviderPlace {
  /** Of a place that exists already; its key stays unless another one is given. */
  readonly id?: string | undefined;
  readonly provider: ProviderSetting['provider'];
  readonly model?: string | null | undefined;
  readonly voice?: string | null | undefined;
  readonly baseUrl?: string | null | undefined;
  /** Kept sealed. Null forgets it. */
  readonly key?: string | null | undefined;
}

/** Who recognises speech, speaks and writes for each tenant, in which order. */
export interface Providers {
  /** In the order in which they are tried; the box alone where nothing was set. */
  list(tenantId: string, kind: ProviderKind): ProviderSetting[];
  /**
   * The whole chain anew. @throws VoxboxError `input_invalid`, `tenant_unknown`; also when a place gets a new address
   * without its key: a stored one is sent nowhere else than where it was meant for
   */
  save(tenantId: string, kind: ProviderKind, chain: readonly ProviderPlace[]): ProviderSetting[];
  /** Null where none is kept. @throws VoxboxError `not_found`, `database_broken` */
  key(id: string): string | null;
  /** The key that a place would have if it were saved. @throws VoxboxError as `save` */
  keyFor(tenantId: string, kind: ProviderKind, place: ProviderPlace): string | null;
}

const providersOf: Readonly<Record<ProviderKind, readonly ProviderSetting['provider'][]>> = {
  stt: ['local', 'deepgram'],
  tts: ['local', 'cartesia', 'elevenlabs'],
  llm: ['local', 'openai'],
};

const longestChain = 5;

type Row = Omit<ProviderSetting, 'hasKey'> & { readonly hasKey: number };

export function providerRows(
  database: Database,
  {
    ids,
    events,
    keyring,
  }: {
    readonly ids: Ids;
    readonly events: EventLog;
    readonly keyring: Pick<Keyring, 'seal' | 'unseal'>;
  },
): Providers {
  const rows = database.prepare<Row>(
    `select id, provider, model, voice, base_url as baseUrl, sealed_key is not null as hasKey
     from providers where tenant_id = ? and kind = ? order by position`,
  );
  const sealed = database.prepare<{ sealedKey: Buffer | null }>(
    'select sealed_key as sealedKey from providers where id = ?',
  );
  const clear = database.prepare('delete from providers where tenant_id = ? and kind = ?');
  const insert = database.prepare(
    `insert into providers (id, tenant_id, kind, position, provider, model, voice, base_url, sealed_key)
     values (:id, :tenantId, :kind, :position, :provider, :model, :voice, :baseUrl, :sealedKey)`,
  );
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');

  const list = (tenantId: string, kind: ProviderKind): ProviderSetting[] => {
    const stored = rows.all(tenantId, kind).map((row) => ({ ...row, hasKey: row.hasKey === 1 }));
    return stored.length > 0 ? stored : [boxAlone(tenantId, kind)];
  };
  const unsealed = (id: string): string | null => {
    const bytes = sealed.get(id)?.sealedKey ?? null;
    return bytes === null ? null : keyring.unseal(`provider ${id}`, bytes).toString('utf8');
  };

  /** The stored place that a new one goes on from. */
  const known = (tenantId: string, kind: ProviderKind, place: ProviderPlace): ProviderSetting | undefined =>
    list(tenantId, kind).find(({ id, provider }) => id === place.id && provider === place.provider);

  return {
    list,
    save: (tenantId, kind, chain) =>
      events.transaction(() => {
        if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
        const places = checkedChain(kind, chain).map((place) => ({
          place,
          known: known(tenantId, kind, place),
        }));
        const values = places.map(({ place, known }, position) => {
          const key = keyOf(place, known, unsealed);
          const id = known && !isBoxAlone(known) ? known.id : ids.uuid();
          const sealedKey = key === null ? null : keyring.seal(`provider ${id}`, Buffer.from(key, 'utf8'));
          const { provider, model = null, voice = null, baseUrl = null } = place;
          return { id, tenantId, kind, position, provider, model, voice, baseUrl, sealedKey };
        });
        clear.run(tenantId, kind);
        for (const value of values) insert.run(value);
        events.record({ type: 'providers.changed', tenantId, kind });
        return list(tenantId, kind);
      }),
    keyFor(tenantId, kind, place) {
      checkedChain(kind, [place]);
      return keyOf(place, known(tenantId, kind, place), unsealed);
    },
    key(id) {
      if (!sealed.get(id) && !id.startsWith(boxAlonePrefix)) {
        throw new VoxboxError('not_found', `there is no provider ${id}`);
      }
      return unsealed(id);
    },
  };
}

const boxAlonePrefix = 'local:';

const boxAlone = (tenantId: string, kind: ProviderKind): ProviderSetting => ({
  id: `${boxAlonePrefix}${kind}:${tenantId}`,
  provider: 'local',
  model: null,
  voice: null,
  baseUrl: null,
  hasKey: false,
});

const isBoxAlone = ({ id }: ProviderSetting): boolean => id.startsWith(boxAlonePrefix);

function checkedChain(kind: ProviderKind, chain: readonly ProviderPlace[]): readonly ProviderPlace[] {
  const refuse = (words: string): never => {
    throw new VoxboxError('input_invalid', `chain: ${words}`);
  };
  if (chain.length < 1 || chain.length > longestChain) refuse(`must have 1 to ${longestChain} places`);
  const seen = new Set<string>();
  for (const place of chain) {
    const { provider, id, baseUrl, key } = place;
    if (!providersOf[kind].includes(provider)) refuse(`${provider} does not do that`);
    if (provider === 'local' && seen.has(provider)) refuse('the box itself can have one place only');
    seen.add(provider);
    if (id !== undefined && seen.has(id)) refuse('a place is named twice');
    if (id !== undefined) seen.add(id);
    if (baseUrl !== undefined && baseUrl !== null && originOf(baseUrl) === null) {
      refuse(`${baseUrl} is no web address (https://… or http://…)`);
    }
    if (key === '') refuse('a key cannot be empty');
  }
  return chain;
}

/** The key that the place goes on with. */
function keyOf(
  place: ProviderPlace,
  known: ProviderSetting | undefined,
  unsealed: (id: string) => string | null,
): string | null {
  if (place.key !== undefined) return place.key;
  if (!known?.hasKey) return null;
  if (originOf(place.baseUrl ?? '') !== originOf(known.baseUrl ?? '')) {
    throw new VoxboxError('input_invalid', 'key: give it again, because the address is another one');
  }
  return unsealed(known.id);
}

/** Scheme, host and port; null for what is no web address. */
function originOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, origin } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? origin : null;
}
