import { createLines, type Lines } from '../api/index.ts';
import { type Config, silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { type Box, openBox, type Tenant, type TenantStore } from '../store/index.ts';

/** Opens the data directory, beside a running engine when reading, and closes it again. */
export async function withBox<T>(
  { dataDir }: Config,
  { readOnly }: { readOnly: boolean },
  work: (box: Box) => T | Promise<T>,
): Promise<T> {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog, readOnly });
  try {
    return await work(box);
  } finally {
    box.close();
  }
}

/** Trunks, phones and who is put through where, as the API tells of them. */
export const linesOf = (box: Box, config: Config): Lines =>
  createLines({ box, nowMs: systemClock.nowMs, sipPort: () => config.sipPort });

/** Reads of them, beside a running engine. */
export const readLines = <T>(config: Config, work: (lines: Lines) => T): Promise<T> =>
  withBox(config, { readOnly: true }, (box) => work(linesOf(box, config)));

/**
 * Id of a tenant by its slug or id; of the only one where none is named.
 *
 * @throws VoxboxError `tenant_unknown`, `input_invalid` where one must be named
 */
export const tenantIdOf = (config: Config, name: string | undefined): Promise<string> =>
  withBox(config, { readOnly: true }, (box) => {
    const [only, ...others] = chosenTenants(box, name);
    if (!only || others.length > 0) throw new VoxboxError('input_invalid', 'name the tenant with --tenant.');
    return only.tenant.id;
  });

export interface OpenTenant {
  readonly tenant: Tenant;
  readonly store: TenantStore;
}

/**
 * One tenant by its slug or id, or all of them.
 *
 * @throws VoxboxError `tenant_unknown`
 */
export function chosenTenants(box: Box, name: string | undefined): OpenTenant[] {
  const tenants =
    name === undefined ? box.tenants.list() : [box.tenants.findBySlug(name) ?? box.tenants.find(name)];
  return tenants.map((tenant) => {
    if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant "${name}".`);
    return { tenant, store: box.tenant(tenant.id) };
  });
}

/** What several tenants have, the latest first, each with the one that it is of. */
export function latestOf<T>(
  tenants: readonly OpenTenant[],
  limit: number,
  { list, atMs }: { readonly list: (store: TenantStore) => readonly T[]; readonly atMs: (one: T) => number },
): { readonly tenant: Tenant; readonly one: T }[] {
  return tenants
    .flatMap(({ tenant, store }) => list(store).map((one) => ({ tenant, one })))
    .toSorted((a, b) => atMs(b.one) - atMs(a.one))
    .slice(0, limit);
}

export const tenantFlag = {
  tenant: { type: 'string', value: 'SLUG', help: 'of this tenant only (slug or id)' },
} as const;
