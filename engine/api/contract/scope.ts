import { z } from 'zod';

/** Of which business something is that the path names. What belongs to another one is not found. */
export const ofTenant = z.strictObject({ tenant: z.uuid() });

/** A part of a list, from its beginning. */
export const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

export const nothing = z.strictObject({});

export const removed = z.object({ removed: z.literal(true) });

/** E.164 with +. */
export const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'is no number with + and country');
