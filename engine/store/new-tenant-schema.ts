import { z } from 'zod';
import type { OpenSpan } from './model.ts';
import { playbookSchema } from './playbook.ts';

const text = (max: number) => z.string().trim().min(1).max(max);
const minute = z.number().int().min(0).max(1440);

/** E.164: + and up to 15 digits. */
const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, for example +15555550100');

const timeZone = z.string().refine((zone) => {
  try {
    return /^[A-Z]/i.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}, 'must be an IANA time zone, for example America/New_York');

const language = z.string().refine((tag) => {
  try {
    return new Intl.Locale(tag).language !== '';
  } catch {
    return false;
  }
}, 'must be a BCP 47 language tag, for example en-US');

export const regionSchema = z.strictObject({ language, timeZone });

const weekday = z.union([1, 2, 3, 4, 5, 6, 7].map((day) => z.literal(day as OpenSpan['weekday'])));

/** Weekly hours. */
export const spans = z
  .array(
    z
      .strictObject({ weekday, fromMinute: minute, toMinute: minute })
      .refine((span) => span.fromMinute < span.toMinute, 'a span must end after it begins'),
  )
  .max(100)
  .refine(
    (hours) => hours.every((one, i) => !hours.slice(i + 1).some((other) => meet(one, other))),
    'two spans of a day overlap',
  );

/** What the agent is, but for its voice. */
export const agentFields = {
  agentName: text(60),
  profession: text(40),
  greeting: text(500),
  skills: z.array(text(40)).max(100),
  prompt: z.string().max(20_000),
};

export const serviceFields = {
  name: text(80),
  aliases: z.array(text(80)).max(50).default([]),
  durationMinutes: z.number().int().min(5).max(1440),
  priceMinor: z.number().int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
  bufferBeforeMinutes: z.number().int().min(0).max(240).default(0),
  bufferAfterMinutes: z.number().int().min(0).max(240).default(0),
  capacity: z.number().int().min(1).max(1000).default(1),
};

export const staffFields = { name: text(80), hours: spans.default([]) };

export const newTenantSchema = z.strictObject({
  name: text(120),
  /** Made of the name where it is absent. */
  slug: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by -')
    .max(60)
    .optional(),
  industry: z.enum(['healthcare', 'restaurant', 'services', 'retail', 'other']).default('other'),
  status: z.enum(['trial', 'active', 'suspended']).default('active'),
  timeZone,
  language: language.default('en-US'),
  numbers: z
    .array(z.strictObject({ number: phoneNumber, label: text(60).default('Main') }))
    .max(200)
    .default([]),
  profile: z
    .strictObject({ ...agentFields, voice: text(80) })
    .partial()
    .default({}),
  /** Its profession's where it is absent. */
  playbook: playbookSchema.optional(),
  hours: spans.optional(),
  services: z
    .array(
      z.strictObject({
        ...serviceFields,
        /** Names of those who do it; all where it is empty. */
        staff: z.array(text(80)).max(200).default([]),
      }),
    )
    .max(500)
    .optional(),
  staff: z.array(z.strictObject(staffFields)).max(200).optional(),
});

function meet(one: OpenSpan, other: OpenSpan): boolean {
  return one.weekday === other.weekday && one.fromMinute < other.toMinute && other.fromMinute < one.toMinute;
}
