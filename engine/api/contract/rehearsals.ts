import { z } from 'zod';
import { rehearsalSummaryModel } from './agent-versions.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** Simulated callers who try an agent out before it is published. Browser-safe, as the whole contract. */

export const verdictModel = z.object({
  id: z.string(),
  title: z.string(),
  /** It must pass. */
  must: z.boolean(),
  passed: z.boolean(),
  /** What is wrong, in words. */
  faults: z.array(z.string()).readonly(),
  lines: z.array(z.object({ by: z.enum(['agent', 'caller']), text: z.string() })).readonly(),
  /** What had to be kept and said, and what was kept, row by row in words. */
  expected: z.array(z.string()).readonly(),
  there: z.array(z.string()).readonly(),
  tookMs: z.number().int(),
});

export const rehearsalModel = z.object({
  /** `broken`: it did not come to its end. */
  state: z.enum(['running', 'passed', 'failed', 'broken']),
  /** Of the draft that was tried; where there was none, of what is live. */
  revision: z.number().int(),
  done: z.number().int(),
  total: z.number().int(),
  /** Failed ones first. */
  verdicts: z.array(verdictModel),
  /** Titles of cases that ask for what the business does not do. */
  left: z.array(z.string()).readonly(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  summary: rehearsalSummaryModel.nullable(),
});

/** Comes over the feed after each caller, and at the end. */
export const rehearsalProgressModel = z.object({
  type: z.literal('rehearsal.progressed'),
  tenantId: z.string(),
  revision: z.number().int(),
  done: z.number().int(),
  total: z.number().int(),
  state: rehearsalModel.shape.state,
});

const rehearsal = z.object({ rehearsal: rehearsalModel.nullable() });
const cases = z.object({ yaml: z.string(), count: z.number().int() });

/** `:id` is the tenant's. */
export const rehearsalMethods = {
  /** The latest one since the engine began. */
  'rehearsal.read': { verb: 'GET', path: paths['rehearsal.read'], query: nothing, answer: rehearsal },
  /** Begins one of the draft, or of what is live where there is none; answers at once. */
  'rehearsal.start': {
    verb: 'POST',
    path: paths['rehearsal.start'],
    query: nothing,
    body: nothing,
    answer: rehearsal,
  },
  /** A caller who says these lines to the document, one after the other; nothing is kept. */
  'rehearsal.try': {
    verb: 'POST',
    path: paths['rehearsal.try'],
    query: nothing,
    body: z.strictObject({
      document: z.record(z.string(), z.unknown()),
      say: z.array(z.string().trim().min(1).max(300)).min(1).max(20),
    }),
    answer: z.object({ lines: verdictModel.shape.lines, there: verdictModel.shape.there }),
  },
  /** The business's own callers. */
  'rehearsal.cases': { verb: 'GET', path: paths['rehearsal.cases'], query: nothing, answer: cases },
  /** All of them. Refused with the first case that cannot be played. */
  'rehearsal.setCases': {
    verb: 'PUT',
    path: paths['rehearsal.setCases'],
    query: nothing,
    body: z.strictObject({ yaml: z.string().max(100_000) }),
    answer: cases,
  },
} as const;

export type Rehearsal = z.infer<typeof rehearsalModel>;
export type RehearsalProgress = z.infer<typeof rehearsalProgressModel>;
export type Verdict = z.infer<typeof verdictModel>;
export type TriedOut = z.infer<(typeof rehearsalMethods)['rehearsal.try']['answer']>;
