import { z } from 'zod';
import { noticeKinds } from './notice-kinds.ts';
import { paths } from './paths.ts';

/** What a screen tells as it happens. Browser-safe, as the whole contract. */

export const noticeModel = z.object({
  /** Order within the business: what is later is greater. */
  sequence: z.number().int(),
  /** `alert`: an e-mail to a customer did not go out; `clash`: a linked calendar had moved it to where it cannot be. */
  kind: z.enum(noticeKinds),
  atMs: z.number().int(),
  /** Name, else number; null where it was withheld, and where it is forgotten. */
  who: z.string().nullable(),
  /** The service that was booked; what was left. */
  what: z.string().nullable(),
  /** When the appointment begins. */
  startsAtMs: z.number().int().nullable(),
  /** It waits for somebody: an appointment to approve, an urgent message. */
  urgent: z.boolean(),
  callId: z.string().nullable(),
  appointmentId: z.string().nullable(),
  submissionId: z.string().nullable(),
});

/** `:id` is the tenant's. */
export const notificationMethods = {
  /** The latest first. Names are those of today: what was forgotten since is not told. */
  'notification.list': {
    verb: 'GET',
    path: paths['notification.list'],
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(50).default(50) }),
    answer: z.object({ notifications: z.array(noticeModel) }),
  },
} as const;

export type { NoticeKind } from './notice-kinds.ts';
export type Notice = z.infer<typeof noticeModel>;
