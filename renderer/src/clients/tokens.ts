import type { ApiToken, TokenScope } from '../../../engine/api/contract/index.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';

/** What lets programs in. */
export const tokensClient = {
  list: (tenant: string) => ask<{ tokens: ApiToken[] }>(withId('token.list', tenant)),
  create: (tenant: string, token: { name: string; scopes: readonly TokenScope[] }) =>
    ask<{ token: ApiToken; secret: string }>(withId('token.create', tenant), json('POST', token)),
  revoke: (tenant: string, id: string) =>
    ask<{ removed: true }>(ofTenant('token.revoke', id, tenant), { method: 'DELETE' }),
};
