import type {
  Branding,
  Business,
  OwnBranding,
  RemovedTenant,
  Tenant,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, fetched, json, withId, withQuery } from '../asking.ts';

type BrandingAnswer = { branding: Branding | null };
type OwnBrandingAnswer = { branding: OwnBranding | null };

/** The businesses of a reseller, or of the whole box. */
export const businessesClient = {
  list: () => ask<{ businesses: Business[] }>(paths['business.list']),
  setStatus: (id: string, status: Tenant['status']) =>
    ask<{ tenant: Tenant }>(withId('business.change', id), json('PATCH', { status })),
  change: (id: string, change: Partial<Pick<Tenant, 'name' | 'language' | 'timeZone'>>) =>
    ask<{ tenant: Tenant }>(withId('tenant.change', id), json('PATCH', change)),
  /** All that is its own, sealed. */
  export: (id: string, passphrase: string) =>
    fetched(withId('tenant.export', id), json('POST', { passphrase })),
  remove: ({ id, slug }: Pick<Tenant, 'id' | 'slug'>) =>
    ask<{ destroyedKey: { id: string }; removed: RemovedTenant }>(
      withQuery(withId('tenant.remove', id), { slug }),
      { method: 'DELETE' },
    ),
  /** A table for a spreadsheet, of [from, to). */
  usageUrl: (from: number, to: number) => withQuery(paths['business.usage'], { from, to }),
  branding: (tenant: string) => ask<BrandingAnswer>(withId('branding.read', tenant)),
  logoUrl: (tenant: string) => withId('branding.logo', tenant),
  /** What strangers are told at the sign-in page. */
  brand: (slug: string) => ask<BrandingAnswer>(withId('branding.ofSlug', slug)),
  brandLogoUrl: (slug: string) => withId('branding.logoOfSlug', slug),
  ownBranding: () => ask<OwnBrandingAnswer>(paths['branding.own']),
  setBranding: (branding: Pick<Branding, 'name' | 'accent'>) =>
    ask<OwnBrandingAnswer>(paths['branding.set'], json('PUT', branding)),
  setLogo: (file: File) =>
    ask<OwnBrandingAnswer>(paths['branding.setLogo'], {
      ...{ method: 'PUT', headers: { 'content-type': file.type }, body: file },
    }),
};
