import { z } from 'zod';
import { tenantModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** The businesses of a reseller, or of the whole box, at a glance. Browser-safe, as the whole contract. */

export const businessModel = z.object({
  tenant: tenantModel,
  /** Of today in its own time zone. */
  callsToday: z.number().int(),
  bookedToday: z.number().int(),
  /** Messages and orders that are marked urgent and still open, and calls that failed today. */
  openAlerts: z.number().int(),
  /** When a call failed last, in the last thirty days. */
  lastFailureAtMs: z.number().int().nullable(),
  /** Name of the reseller; null for the box's own. */
  reseller: z.string().nullable(),
});

/** What a reseller's businesses see in place of the product's own name. */
export const brandingModel = z.object({
  name: z.string(),
  /** `#rrggbb`; null: the product's own. */
  accent: z.string().nullable(),
  hasLogo: z.boolean(),
});

/** `slug` stands in the address of the sign-in page that shows it. */
export const ownBrandingModel = brandingModel.extend({ slug: z.string() });

const branding = z.object({ branding: brandingModel.nullable() });
const ownBranding = z.object({ branding: ownBrandingModel.nullable() });
const timeMs = z.coerce.number().int().nonnegative();

/** What is left of a business that was removed. */
export const removedTenantModel = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  removedAtMs: z.number().int(),
  /** Files that are gone. */
  recordings: z.number().int(),
});

/** Whoever has the file has all the time in the world to guess. */
export const shortestPassphrase = 10;

export const businessMethods = {
  /** Everything that is its own in one file that only the passphrase opens: `voxbox tenants restore` takes it, on any box. */
  'tenant.export': {
    verb: 'POST',
    path: paths['tenant.export'],
    query: nothing,
    body: z.strictObject({ passphrase: z.string().min(shortestPassphrase).max(200) }),
  },
  /**
   * With all that was its own, for good: whoever asks types its slug. Its numbers are free, its lines in the audit log stay.
   */
  'tenant.remove': {
    verb: 'DELETE',
    path: paths['tenant.remove'],
    query: z.strictObject({ slug: z.string().max(60) }),
    answer: z.object({
      /** By the fingerprint (SHA-256) that the audit log names: without the key no copy of the file can be read. */
      destroyedKey: z.object({ id: z.string() }),
      removed: removedTenantModel,
    }),
  },
  'business.list': {
    verb: 'GET',
    path: paths['business.list'],
    query: nothing,
    answer: z.object({ businesses: z.array(businessModel) }),
  },
  /** A suspended one takes no calls from the next one on. `:id` is the tenant's. */
  'business.change': {
    verb: 'PATCH',
    path: paths['business.change'],
    query: nothing,
    body: z.strictObject({ status: z.enum(['trial', 'active', 'suspended']) }),
    answer: z.object({ tenant: tenantModel }),
  },
  /** CSV with a row for each business: calls, minutes, bookings in [from, to). */
  'business.usage': {
    verb: 'GET',
    path: paths['business.usage'],
    query: z.strictObject({ from: timeMs, to: timeMs }),
  },
  /** What a business sees. `:id` is the tenant's. */
  'branding.read': { verb: 'GET', path: paths['branding.read'], query: nothing, answer: branding },
  /** A picture: PNG, JPEG or WebP. `:id` is the tenant's. */
  'branding.logo': { verb: 'GET', path: paths['branding.logo'], query: nothing },
  /** The reseller's own. */
  'branding.own': { verb: 'GET', path: paths['branding.own'], query: nothing, answer: ownBranding },
  'branding.set': {
    verb: 'PUT',
    path: paths['branding.set'],
    query: nothing,
    body: z.strictObject({
      name: z.string().trim().min(1).max(60),
      accent: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #0f5f5c')
        .nullable(),
    }),
    answer: ownBranding,
  },
  'branding.setLogo': {
    verb: 'PUT',
    path: paths['branding.setLogo'],
    query: nothing,
    upload: { types: ['image/png', 'image/jpeg', 'image/webp'], maxBytes: 256 * 1024 },
    answer: ownBranding,
  },
  /** For the sign-in page: all that strangers are told of a reseller. `:id` is the slug; null where there is none. */
  'branding.ofSlug': { verb: 'GET', path: paths['branding.ofSlug'], query: nothing, answer: branding },
  'branding.logoOfSlug': { verb: 'GET', path: paths['branding.logoOfSlug'], query: nothing },
} as const;

export type RemovedTenant = z.infer<typeof removedTenantModel>;
export type Business = z.infer<typeof businessModel>;
export type Branding = z.infer<typeof brandingModel>;
export type OwnBranding = z.infer<typeof ownBrandingModel>;
