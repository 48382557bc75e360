import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, page, phoneNumber, removed } from './scope.ts';

/** Numbers whose people asked not to be called. Browser-safe, as the whole contract. */

export const doNotCallModel = z.object({
  number: z.string(),
  /** The call in which they asked. */
  callId: z.string().nullable(),
  createdAtMs: z.number().int(),
});

/** `:id` is the tenant's; the number to remove one. */
export const doNotCallMethods = {
  'doNotCall.list': {
    verb: 'GET',
    path: paths['doNotCall.list'],
    query: page,
    answer: z.object({ numbers: z.array(doNotCallModel) }),
  },
  /** Twice is the same as once. */
  'doNotCall.add': {
    verb: 'POST',
    path: paths['doNotCall.add'],
    query: nothing,
    body: z.strictObject({ number: phoneNumber }),
    answer: z.object({ number: z.string() }),
  },
  'doNotCall.remove': { verb: 'DELETE', path: paths['doNotCall.remove'], query: ofTenant, answer: removed },
} as const;
