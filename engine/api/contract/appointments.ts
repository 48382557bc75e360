import { z } from 'zod';
import { appointmentModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant } from './scope.ts';

/** What is done to appointments at the desk; customers are told by mail where there is an address. Browser-safe. */

const act = <N extends keyof typeof paths, B extends z.ZodType>(name: N, body: B) =>
  ({
    verb: 'POST',
    path: paths[name],
    query: ofTenant,
    body,
    answer: z.object({ appointment: appointmentModel }),
  }) as const;

/** `:id` is the appointment's. `appointment_closed` where it is too late; the feed tells what came of it. */
export const appointmentMethods = {
  'appointment.move': act('appointment.move', z.strictObject({ startsAtMs: z.number().int().nonnegative() })),
  'appointment.cancel': act('appointment.cancel', nothing),
  /** Yes to a draft. */
  'appointment.approve': act('appointment.approve', nothing),
  /** No to a draft, which frees its time. */
  'appointment.decline': act('appointment.decline', nothing),
} as const;
