/** What changed about who may do what. */
export type AccessEvent =
  | {
      readonly type: 'user.added' | 'user.changed' | 'user.removed' | 'session.ended';
      readonly tenantId: null;
      readonly userId: string;
    }
  | { readonly type: 'membership.changed'; readonly tenantId: string; readonly userId: string }
  /** Made, taken or withdrawn; null: one that is not for a business. */
  | { readonly type: 'invitation.changed'; readonly tenantId: string | null }
  | {
      readonly type: 'token.added' | 'token.revoked';
      readonly tenantId: string;
      readonly tokenId: string;
    }
  | { readonly type: 'tenant.status-changed'; readonly tenantId: string; readonly status: string };
