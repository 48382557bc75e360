import { z } from 'zod';
import { appointmentModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant, phoneNumber } from './scope.ts';

/** What is done to appointments at the desk; customers are told by mail where there is an address. Browser-safe. */

const startsAtMs = z.number().int().nonnegative();
const timeMs = z.coerce.number().int().nonnegative();
const id = z.string().min(1).max(64);
const appointment = z.object({ appointment: appointmentModel });
const openingModel = z.object({ startsAtMs: z.number().int(), endsAtMs: z.number().int() });

const act = <N extends keyof typeof paths, B extends z.ZodType>(name: N, body: B) =>
  ({ verb: 'POST', path: paths[name], query: ofTenant, body, answer: appointment }) as const;

/** `:id` is the appointment's. `appointment_closed` where it is too late; the feed tells what came of it. */
export const appointmentMethods = {
  /**
   * Booked by hand: `opening_taken`, `outside_hours` as in a call, but nobody has to approve it. `:id` is the tenant's.
   * Without `staffId` whoever is free takes it; `holdId` is that of `appointment.hold`.
   */
  'appointment.book': {
    verb: 'POST',
    path: paths['appointment.book'],
    query: nothing,
    body: z.strictObject({
      serviceId: id,
      staffId: id.optional(),
      startsAtMs,
      customerName: z.string().trim().min(1).max(120),
      customerPhone: phoneNumber,
      customerEmail: z.string().max(254).nullable().optional(),
      /** For the business alone. */
      note: z.string().trim().max(500).optional(),
      holdId: z.uuid().optional(),
    }),
    answer: appointment,
  },
  /** Earliest first, those that start in [from, to); with `near` those nearest to it, the nearest first. */
  'appointment.openings': {
    verb: 'GET',
    path: paths['appointment.openings'],
    query: z.strictObject({
      service: id,
      staff: id.optional(),
      /** The appointment that is to be moved: its own time is not in the way. */
      appointment: id.optional(),
      from: timeMs.optional(),
      to: timeMs.optional(),
      near: timeMs.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ openings: z.array(openingModel) }),
  },
  /** Keeps a time for three minutes while somebody fills in the rest, in the place of what the same id held. */
  'appointment.hold': {
    verb: 'PUT',
    path: paths['appointment.hold'],
    query: nothing,
    body: z.strictObject({ holdId: z.uuid(), serviceId: id, staffId: id.optional(), startsAtMs }),
    answer: z.object({ expiresAtMs: z.number().int() }),
  },
  /** `:id` is the hold's; one that is not there (any more) is let go as well. */
  'appointment.release': {
    verb: 'DELETE',
    path: paths['appointment.release'],
    query: ofTenant,
    answer: z.object({ released: z.literal(true) }),
  },
  /** Without `staffId` it goes to the same member of staff where they are free. */
  'appointment.move': act('appointment.move', z.strictObject({ startsAtMs, staffId: id.optional() })),
  'appointment.cancel': act('appointment.cancel', nothing),
  /** Yes to a draft. */
  'appointment.approve': act('appointment.approve', nothing),
  /** No to a draft, which frees its time. */
  'appointment.decline': act('appointment.decline', nothing),
  /** A cancelled or declined one is again what it was, at its place, where that is free: `opening_taken`. */
  'appointment.restore': act('appointment.restore', z.strictObject({ status: z.enum(['booked', 'draft']) })),
} as const;

export type Opening = z.infer<typeof openingModel>;
export type BookRequest = z.input<(typeof appointmentMethods)['appointment.book']['body']>;
export type HoldRequest = z.input<(typeof appointmentMethods)['appointment.hold']['body']>;
