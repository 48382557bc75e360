/** The nouns of who may do what. */

export type BoxRole = 'owner' | 'technician' | 'reseller';
export type TenantRole = 'owner' | 'admin' | 'member';

/** Somebody who may sign in. What their password is made of stays in the store. */
export interface User {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  /** Null for those who only work for a business. */
  readonly boxRole: BoxRole | null;
  readonly hasPassword: boolean;
  readonly hasTotp: boolean;
  readonly createdAtMs: number;
}

export interface Membership {
  readonly tenantId: string;
  readonly userId: string;
  readonly role: TenantRole;
}

/** One browser in which somebody is signed in. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAtMs: number;
  readonly usedAtMs: number;
  readonly address: string;
  readonly userAgent: string;
  /** The business that a reseller acts as, and for how long. */
  readonly actingTenantId: string | null;
  readonly actingUntilMs: number | null;
}

export type LinkKind = 'welcome' | 'invitation' | 'password' | 'sign-in';

/** A link that is good for one use. */
export interface Link {
  readonly id: string;
  readonly kind: LinkKind;
  /** Whom it lets in; null where there is nobody yet. */
  readonly userId: string | null;
  readonly email: string | null;
  readonly boxRole: BoxRole | null;
  readonly tenantId: string | null;
  readonly tenantRole: TenantRole | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Lets a program in, for one business. */
export interface ApiToken {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Name of who made it. */
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly usedAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** What a reseller's businesses see in place of the product's own name. */
export interface Branding {
  readonly name: string;
  /** `#rrggbb`; null: the product's own. */
  readonly accent: string | null;
}
