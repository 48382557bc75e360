import { z } from 'zod';
import { tokenScopes } from './access.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant, removed } from './scope.ts';

/** What lets programs in, each for one business. Browser-safe, as the whole contract. */

export const tokenModel = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(tokenScopes)),
  createdBy: z.string(),
  createdAtMs: z.number().int(),
  /** To the minute. */
  usedAtMs: z.number().int().nullable(),
  revokedAtMs: z.number().int().nullable(),
});

/** `:id` is the tenant's; the token's to revoke one. */
export const tokenMethods = {
  'token.list': {
    verb: 'GET',
    path: paths['token.list'],
    query: nothing,
    answer: z.object({ tokens: z.array(tokenModel) }),
  },
  'token.create': {
    verb: 'POST',
    path: paths['token.create'],
    query: nothing,
    body: z.strictObject({
      name: z.string().trim().min(1).max(60),
      scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length),
    }),
    answer: z.object({
      token: tokenModel,
      /** Sent as `Authorization: Bearer …`. It is not kept and cannot be shown again. */
      secret: z.string(),
    }),
  },
  'token.revoke': { verb: 'DELETE', path: paths['token.revoke'], query: ofTenant, answer: removed },
} as const;

export type ApiToken = z.infer<typeof tokenModel>;
