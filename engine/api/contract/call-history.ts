import { z } from 'zod';
import { lineTestMethods } from './line.ts';
import { callDetailModel, callModel, callOutcomeModel, slotsModel, turnModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant, phoneNumber, removed } from './scope.ts';

/** Calls as they are looked up: the list, one call whole, and what is done with it. Browser-safe. */

const timeMs = z.number().int();
const time = z.coerce.number().int().nonnegative();
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** What a list of calls is narrowed to; what is absent does not matter. */
export const callFilterModel = z.strictObject({
  /** Of every business that may be seen where it is absent. */
  tenant: z.string().min(1).max(64).optional(),
  /** Begun in [from, to), UTC milliseconds. */
  from: time.optional(),
  to: time.optional(),
  status: z.enum(['in-progress', 'ended', ...callOutcomeModel.options]).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  /** Number of whoever the business talked with. */
  caller: phoneNumber.optional(),
  /** Whether an appointment was booked in it. */
  booked: flag.optional(),
  recorded: flag.optional(),
  /** Calls of people of the house who tried the agent. */
  practice: z.enum(['without', 'with', 'only']).default('without'),
  /**
   * Words said in one turn, "in quotes" one after the other; or the caller's name or number. Where nothing has them as
   * they stand, the last may go on.
   */
  q: z.string().trim().max(200).optional(),
});

const mostListed = 100_000;

export const callLineModel = callModel.extend({
  /** Somebody of the house tried the agent. */
  practice: z.boolean(),
  booked: z.boolean(),
  summary: z.string().nullable(),
  /** Millionths of a US dollar, by list prices; null until it is worked out. */
  costMicroUsd: z.number().nullable(),
  /** Where the words that were looked for are said first; absent where they are in the name or number. */
  said: turnModel.pick({ speaker: true, text: true, startedAtMs: true }).optional(),
});

export const paginationModel = z.object({
  page: z.number().int(),
  limit: z.number().int(),
  /** Calls of the filter. */
  total: z.number().int(),
  pages: z.number().int(),
});

const moneyModel = z.object({ amountMinor: z.number().int(), currency: z.string() });

/** What was worked out of a call that is over; each part is null until its step is done. */
export const callAnalysisModel = z.object({
  summary: z.object({ text: z.string(), by: z.enum(['code', 'model']) }).nullable(),
  sentiment: z
    .object({
      label: z.enum(['positive', 'neutral', 'negative']),
      /** −1 to 1. */
      score: z.number(),
      abusive: z.boolean(),
    })
    .nullable(),
  /** What the call has brought, by currency. */
  revenue: z.array(moneyModel).readonly().nullable(),
  extractions: z
    .array(
      z.object({
        id: z.string(),
        label: z.string(),
        value: z.string(),
        /** 0–1. */
        confidence: z.number(),
        source: z.enum(['slot', 'recogniser', 'model']),
      }),
    )
    .readonly()
    .nullable(),
  cost: z
    .object({
      parts: z
        .array(
          z.object({
            use: z.enum(['stt', 'tts', 'llm']),
            provider: z.string(),
            amount: z.number(),
            unit: z.enum(['seconds', 'characters', 'tokens']),
            microUsd: z.number().nullable(),
            estimated: z.boolean(),
          }),
        )
        .readonly(),
      totalMicroUsd: z.number(),
    })
    .nullable(),
});

export const callNoteModel = z.object({
  id: z.string(),
  text: z.string(),
  /** Name of who wrote it; null where nobody had signed in. */
  author: z.string().nullable(),
  createdAtMs: timeMs,
  changedAtMs: timeMs,
});

/** A call whole. Details that the business wants masked are masked. */
export const callWholeModel = callDetailModel.extend({
  practice: z.boolean(),
  analysis: callAnalysisModel.nullable(),
  /** What the caller left: messages, orders. */
  submissions: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['message', 'order', 'reservation', 'lead', 'request']),
      title: z.string(),
      fields: z.array(z.object({ id: z.string(), label: z.string(), value: z.string() })).readonly(),
    }),
  ),
  /** Questions that were answered from what the business knows. */
  answers: z.array(
    z.object({
      question: z.string(),
      answer: z.string(),
      /** Name of the document; null where none is known. */
      source: z.string().nullable(),
      /** What stands there now; null where it has gone since. */
      passage: z.string().nullable(),
      atMs: timeMs,
    }),
  ),
  notes: z.array(callNoteModel),
});

const noteText = z.strictObject({ text: z.string().trim().min(1).max(2000) });

const voicedModel = z.array(z.object({ fromMs: z.number(), toMs: z.number() })).readonly();

/** `:id` is the call's, but for notes that are changed. */
export const callHistoryMethods = {
  /** Latest first. */
  'call.list': {
    verb: 'GET',
    path: paths['call.list'],
    query: callFilterModel.extend({
      page: z.coerce.number().int().min(1).max(mostListed).default(1),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    answer: z.object({ calls: z.array(callLineModel), pagination: paginationModel }),
  },
  /** The same as a table: CSV (RFC 4180), all of it, with times in the business's zone. */
  'call.exportList': {
    verb: 'GET',
    path: paths['call.exportList'],
    query: callFilterModel.extend({ tenant: z.uuid() }),
  },
  'call.read': { verb: 'GET', path: paths['call.read'], query: nothing, answer: callWholeModel },
  'call.transcript': {
    verb: 'GET',
    path: paths['call.transcript'],
    query: ofTenant,
    answer: z.object({ transcript: z.array(turnModel) }),
  },
  'call.extraction': {
    verb: 'GET',
    path: paths['call.extraction'],
    query: ofTenant,
    answer: z.object({ slots: slotsModel, analysis: callAnalysisModel.nullable() }),
  },
  /** The stereo WAV, caller left, agent right; answers Range requests (RFC 9110 §14). */
  'call.recording': { verb: 'GET', path: paths['call.recording'], query: nothing },
  /** How loud each side is along the recording, and where it speaks. */
  'call.waveform': {
    verb: 'GET',
    path: paths['call.waveform'],
    query: ofTenant,
    answer: z.object({
      lengthMs: z.number(),
      /** Peaks of equal stretches, 0–1. */
      caller: z.array(z.number()).readonly(),
      agent: z.array(z.number()).readonly(),
      /** Without the pauses. Voices of the staff are on the agent's side. */
      voiced: z.object({ caller: voicedModel, agent: voicedModel }),
    }),
  },
  /**
   * Rings a phone of the house, and once it is answered the number (E.164, or as it is dialled in the business's
   * country), within the rules for outgoing calls; both then talk. Answers at once (202): the feed tells the rest. `:id`
   * is the tenant's.
   */
  'call.place': {
    verb: 'POST',
    path: paths['call.place'],
    query: nothing,
    body: z.strictObject({
      /** User name of the phone. */
      phone: z.string().min(1).max(64),
      number: z.string().regex(/^\+?\d{2,15}$/, 'is no number'),
    }),
    answer: z.object({ callId: z.string() }),
  },
  /** The SIP messages of the call; kept for the last few hundred calls since the engine started. */
  'call.ladder': {
    verb: 'GET',
    path: paths['call.ladder'],
    query: ofTenant,
    answer: lineTestMethods['line.ladder'].answer,
  },
  /** Says what became of it; a call that goes on is ended first. */
  'call.complete': {
    verb: 'POST',
    path: paths['call.complete'],
    query: ofTenant,
    body: z.strictObject({ outcome: callOutcomeModel }),
    answer: z.object({ call: callModel }),
  },
  /**
   * Takes chosen words out of turns, whose stretch of the recording falls silent, or (`whole`) everything that was said,
   * the recording, and what was made of it. Cannot be undone.
   */
  'call.redact': {
    verb: 'POST',
    path: paths['call.redact'],
    query: ofTenant,
    body: z.union([
      z.strictObject({ whole: z.literal(true) }),
      z.strictObject({
        words: z
          .array(z.strictObject({ turnId: z.string().min(1).max(64), text: z.string().min(1).max(4000) }))
          .min(1)
          .max(200),
      }),
    ]),
    answer: z.object({ redacted: z.literal(true) }),
  },
  /** The call with its recording and all that was said in it; appointments and messages stay. Cannot be undone. */
  'call.remove': { verb: 'DELETE', path: paths['call.remove'], query: ofTenant, answer: removed },
  /** A ZIP file: the call as JSON, the transcript as text, the recording. */
  'call.export': { verb: 'GET', path: paths['call.export'], query: ofTenant },
  'callNote.add': {
    verb: 'POST',
    path: paths['callNote.add'],
    query: ofTenant,
    body: noteText,
    answer: z.object({ note: callNoteModel }),
  },
  'callNote.change': {
    verb: 'PATCH',
    path: paths['callNote.change'],
    query: ofTenant,
    body: noteText,
    answer: z.object({ note: callNoteModel }),
  },
  'callNote.remove': { verb: 'DELETE', path: paths['callNote.remove'], query: ofTenant, answer: removed },
} as const;

export type CallFilter = z.input<typeof callFilterModel>;
export type CallQuery = z.output<(typeof callHistoryMethods)['call.list']['query']>;
export type CallLine = z.infer<typeof callLineModel>;
export type CallList = z.infer<(typeof callHistoryMethods)['call.list']['answer']>;
export type CallWhole = z.infer<typeof callWholeModel>;
export type CallAnalysis = z.infer<typeof callAnalysisModel>;
export type CallNote = z.infer<typeof callNoteModel>;
export type Waveform = z.infer<(typeof callHistoryMethods)['call.waveform']['answer']>;
