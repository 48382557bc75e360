import { z } from 'zod';
import { paths } from './paths.ts';
import { ofTenant, page, phoneNumber } from './scope.ts';

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
  /** Who sees to it. */
  assignee: z.string().nullable(),
  /** What came of it: called back, no answer. */
  note: z.string().nullable(),
  createdAtMs: z.number().int(),
});

const submission = z.object({ submission: submissionModel });

export const submissionMethods = {
  /** The latest first; of one caller's number where it is given. `:id` is the tenant's. */
  'submission.list': {
    verb: 'GET',
    path: paths['submission.list'],
    query: page.extend({ kind: kind.optional(), status: status.optional(), caller: phoneNumber.optional() }),
    answer: z.object({ submissions: z.array(submissionModel) }),
  },
  /** Done, or open again; who sees to it and what came of it, which null takes away. */
  'submission.change': {
    verb: 'PATCH',
    path: paths['submission.change'],
    query: ofTenant,
    body: z
      .strictObject({
        status,
        assignee: z.string().trim().min(1).max(80).nullable(),
        note: z.string().trim().min(1).max(1000).nullable(),
      })
      .partial(),
    answer: submission,
  },
} as const;

export type Submission = z.infer<typeof submissionModel>;
