import { VoxboxError } from '../foundation/index.ts';
import type { Branding } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import { freeSlugOf } from './new-tenant.ts';

/** A picture by its bytes and content type. */
export interface Logo {
  readonly bytes: Buffer;
  readonly type: string;
}

/** Whose businesses are whose, and what those see in place of the product's own name. */
export interface Resellers {
  /** Ids of a reseller's tenants. */
  tenantsOf(userId: string): string[];
  /** Null: the tenant is the box's own. */
  ofTenant(tenantId: string): string | null;
  assign(tenantId: string, userId: string | null): void;
  branding(userId: string): (Branding & { readonly slug: string }) | null;
  /** Whose brand it is; null where there is none. */
  ofSlug(slug: string): string | null;
  /** Its slug stays what it first was: links have it. @throws VoxboxError `input_invalid` */
  setBranding(userId: string, branding: Branding): void;
  logo(userId: string): Logo | null;
  /** Needs a branding. Null: none any more. @throws VoxboxError `not_found` */
  setLogo(userId: string, logo: Logo | null): void;
}

export function resellerRows(database: Database, { events }: { events: EventLog }): Resellers {
  const tenants = database.prepare<{ id: string }>(
    'select id from tenants where reseller_id = ? order by created_at_ms, id',
  );
  const ofTenant = database.prepare<{ resellerId: string | null }>(
    'select reseller_id as resellerId from tenants where id = ?',
  );
  const assign = database.prepare('update tenants set reseller_id = ? where id = ?');
  const branding = database.prepare<Branding & { slug: string }>(
    'select name, accent, slug from brandings where reseller_id = ?',
  );
  const bySlug = database.prepare<{ userId: string }>(
    'select reseller_id as userId from brandings where slug = ?',
  );
  const put = database.prepare(
    `insert into brandings (reseller_id, name, accent, slug) values (:userId, :name, :accent, :slug)
     on conflict (reseller_id) do update set name = excluded.name, accent = excluded.accent`,
  );
  const logo = database.prepare<{ bytes: Buffer | null; type: string | null }>(
    'select logo as bytes, logo_type as type from brandings where reseller_id = ?',
  );
  const setLogo = database.prepare('update brandings set logo = ?, logo_type = ? where reseller_id = ?');
  return {
    tenantsOf: (userId) => tenants.all(userId).map(({ id }) => id),
    ofTenant: (tenantId) => ofTenant.get(tenantId)?.resellerId ?? null,
    assign: (tenantId, userId) =>
      events.transaction(() => {
        assign.run(userId, tenantId);
        if (userId !== null) events.record({ type: 'user.changed', tenantId: null, userId });
      }),
    branding: (userId) => branding.get(userId) ?? null,
    ofSlug: (slug) => bySlug.get(slug)?.userId ?? null,
    setBranding(userId, { name, accent }) {
      if (name.trim() === '' || name.length > 60) {
        throw new VoxboxError('input_invalid', 'name: must have 1 to 60 characters');
      }
      if (accent !== null && !/^#[0-9a-f]{6}$/i.test(accent)) {
        throw new VoxboxError('input_invalid', 'accent: must be a colour such as #0f5f5c');
      }
      put.run({
        userId,
        name: name.trim(),
        accent,
        slug: freeSlugOf(name, (slug) => bySlug.get(slug) !== undefined),
      });
    },
    logo(userId) {
      const row = logo.get(userId);
      return row?.bytes && row.type ? { bytes: row.bytes, type: row.type } : null;
    },
    setLogo(userId, given) {
      if (setLogo.run(given?.bytes ?? null, given?.type ?? null, userId) === 0) {
        throw new VoxboxError('not_found', 'there is no branding to add a logo to');
      }
    },
  };
}
