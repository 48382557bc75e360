import { z } from 'zod';
import { paths } from './paths.ts';
import { ofTenant, page } from './scope.ts';

/** What callers left: messages, orders, reservations, leads. Browser-safe, as the whole contract. */

const kind = z.enum(['message', 'order', 'reservation', 'lead', 'request']);
const status = z.enum(['open', 'done']);

export const submissionModel = z.object({
  id: z.string(),
  /** Id of the skill that took it. */
  skill: z.string(),
  kind,
  title: z.string(),
  callId: z.string().nullable(),
  customerName: z.string().nullable(),
  customerPhone: z.string().nullable(),
  urgent: z.boolean(),
  /** What was taken down, in the order in which it was asked. */
  fields: z.array(z.object({ id: z.string(), label: z.string(), value: z.string() })).readonly(),
  totalMinor: z.number().int().nullable(),
  /** ISO 4217. */
  currency: z.string().nullable(),
  status,
  createdAtMs: z.number().int(),
});

const submission = z.object({ submission: submissionModel });

export const submissionMethods = {
  /** The latest first. `:id` is the tenant's. */
  'submission.list': {
    verb: 'GET',
    path: paths['submission.list'],
    query: page.extend({ kind: kind.optional(), status: status.optional() }),
    answer: z.object({ submissions: z.array(submissionModel) }),
  },
  /** Done, or open again. */
  'submission.change': {
    verb: 'PATCH',
    path: paths['submission.change'],
    query: ofTenant,
    body: z.strictObject({ status }),
    answer: submission,
  },
} as const;

export type Submission = z.infer<typeof submissionModel>;
