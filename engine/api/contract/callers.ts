import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, page } from './scope.ts';

/** Who called, what is remembered of them, and who is not to be called. Browser-safe, as the whole contract. */

const timeMs = z.number().int();

export const callerLineModel = z.object({
  /** E.164 with +: it names the caller. */
  number: z.string(),
  name: z.string().nullable(),
  calls: z.number().int(),
  optedOut: z.boolean(),
  /** Null where no call of theirs is known. */
  lastCallAtMs: timeMs.nullable(),
  changedAtMs: timeMs,
});

export const callerModel = z.object({
  number: z.string(),
  /** The name given last. */
  name: z.string().nullable(),
  /** The latest first, as the facts and summaries are. */
  names: z.array(z.string()).readonly(),
  preferences: z.object({
    serviceId: z.string().nullable(),
    staffId: z.string().nullable(),
    partOfDay: z.enum(['morning', 'afternoon', 'evening']).nullable(),
  }),
  facts: z
    .array(z.object({ callId: z.string(), kind: z.string(), text: z.string(), atMs: timeMs }))
    .readonly(),
  summaries: z.array(z.object({ callId: z.string(), text: z.string(), atMs: timeMs })).readonly(),
  /** What the business wrote down of them. */
  note: z.string().nullable(),
  /** Asked not to be remembered: nothing but this is kept. */
  optedOut: z.boolean(),
  firstCallAtMs: timeMs,
  changedAtMs: timeMs,
});

export const privacyModel = z.strictObject({
  /** Callers are remembered from call to call. Switched off, what is remembered of them is forgotten. */
  memory: z.boolean(),
  redaction: z.strictObject({
    /** `on-screen`: the words are kept and shown masked; `erase`: they are gone, from the recording too. */
    mode: z.enum(['none', 'on-screen', 'erase']),
    kinds: z
      .array(
        z.enum([
          'card',
          'card-security',
          'us-ssn',
          'uk-ni',
          'in-aadhaar',
          'in-pan',
          'iban',
          'secret',
          'birth-date',
          'health',
        ]),
      )
      .max(20),
  }),
});

const privacy = z.object({ policy: privacyModel });

/** `:id` is the tenant's, in those of one caller the number. */
export const callerMethods = {
  /** Those who called last come first, or by name; `q` is looked for in names and numbers. */
  'caller.list': {
    verb: 'GET',
    path: paths['caller.list'],
    query: page.extend({
      q: z.string().trim().max(120).optional(),
      sort: z.enum(['last', 'name']).default('last'),
    }),
    answer: z.object({ callers: z.array(callerLineModel) }),
  },
  'caller.read': {
    verb: 'GET',
    path: paths['caller.read'],
    query: ofTenant,
    answer: z.object({ caller: callerModel }),
  },
  /** Not to be remembered, which forgets what is, or again from the next call on; a note, which null takes away. */
  'caller.change': {
    verb: 'PATCH',
    path: paths['caller.change'],
    query: ofTenant,
    body: z
      .strictObject({ optedOut: z.boolean(), note: z.string().trim().min(1).max(1000).nullable() })
      .partial(),
    /** Null where nothing is kept of them. */
    answer: z.object({ caller: callerModel.nullable() }),
  },
  /** Name, number, summaries and facts; appointments stay. Of somebody unknown there is nothing to forget. */
  'caller.forget': {
    verb: 'POST',
    path: paths['caller.forget'],
    query: ofTenant,
    /** `transcripts`: all that was said in their calls, and the recordings, too. */
    body: z.strictObject({ transcripts: z.boolean().default(false) }),
    answer: z.object({ calls: z.number().int() }),
  },
  'privacy.read': { verb: 'GET', path: paths['privacy.read'], query: nothing, answer: privacy },
  'privacy.set': {
    verb: 'PUT',
    path: paths['privacy.set'],
    query: nothing,
    body: privacyModel,
    answer: privacy,
  },
} as const;

export type CallerLine = z.infer<typeof callerLineModel>;
export type Caller = z.infer<typeof callerModel>;
export type PrivacyPolicy = z.infer<typeof privacyModel>;
