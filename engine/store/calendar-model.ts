/** What is booked, with whom, and when the business is open. Times are UTC milliseconds. */

/** Opening hours of one weekday, minutes since local midnight; a day may have several spans. */
export interface OpenSpan {
  /** 1 = Monday … 7 = Sunday (ISO 8601). */
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  /** Other words callers use for it, for example "cleaning" for "check-up and cleaning". */
  readonly aliases: readonly string[];
  readonly durationMinutes: number;
  readonly priceMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Kept free of other appointments before and behind it, 0–240; absent: 0. */
  readonly bufferBeforeMinutes?: number;
  readonly bufferAfterMinutes?: number;
  /** How many bookings of it one member of staff takes at the same start: a class, a table. Absent: 1. */
  readonly capacity?: number;
  /** Ids of the staff who do it; empty or absent: all. */
  readonly staffIds?: readonly string[];
}

/** Somebody or something that is booked: a dentist, a chair, a table. */
export interface Staff {
  readonly id: string;
  readonly name: string;
  /** When they work, within the opening hours; empty or absent: all through them. */
  readonly hours?: readonly OpenSpan[];
}

/** A local day on which the weekly hours do not hold. */
export interface Holiday {
  /** yyyy-mm-dd in the tenant's zone. */
  readonly day: string;
  readonly name: string;
  /** Open then; empty: closed all day. Minutes since local midnight. */
  readonly spans: readonly { readonly fromMinute: number; readonly toMinute: number }[];
}

/** A draft waits for the owner's word; it takes its time like a booked one. */
export type AppointmentStatus = 'booked' | 'draft' | 'cancelled';

export interface Appointment {
  readonly id: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly staffId: string;
  readonly staffName: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Its time with what was to be kept free around it when it was booked: [blockedFromMs, blockedToMs). */
  readonly blockedFromMs: number;
  readonly blockedToMs: number;
  readonly customerName: string;
  /** E.164 with +. */
  readonly customerPhone: string;
  readonly customerEmail: string | null;
  /** What else was asked for: size of a party, an address. */
  readonly details: Readonly<Record<string, string>>;
  readonly status: AppointmentStatus;
  /** The call that booked it; null when booked at the desk. */
  readonly callId: string | null;
  /** That call was for practice; absent: it was not. */
  readonly practice?: boolean;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** From 0, one more with each change (SEQUENCE of RFC 5545 §3.8.7.4). */
  readonly revision: number;
}
