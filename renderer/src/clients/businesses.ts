import type { Branding, Business, Tenant } from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, withId, withQuery } from '../asking.ts';

type BrandingAnswer = { branding: Branding | null };

/** The businesses of a reseller, or of the whole box. */
export const businessesClient = {
  list: () => ask<{ businesses: Business[] }>(paths['business.list']),
  setStatus: (id: string, status: Tenant['status']) =>
    ask<{ tenant: Tenant }>(withId('business.change', id), json('PATCH', { status })),
  /** A table for a spreadsheet, of [from, to). */
  usageUrl: (from: number, to: number) => withQuery(paths['business.usage'], { from, to }),
  branding: (tenant: string) => ask<BrandingAnswer>(withId('branding.read', tenant)),
  logoUrl: (tenant: string) => withId('branding.logo', tenant),
  ownBranding: () => ask<BrandingAnswer>(paths['branding.own']),
  setBranding: (branding: Pick<Branding, 'name' | 'accent'>) =>
    ask<BrandingAnswer>(paths['branding.set'], json('PUT', branding)),
  setLogo: (file: File) =>
    ask<BrandingAnswer>(paths['branding.setLogo'], {
      ...{ method: 'PUT', headers: { 'content-type': file.type }, body: file },
    }),
};
