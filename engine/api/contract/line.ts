import { z } from 'zod';
import { paths } from './paths.ts';

/** Tests of lines and the ladders of their messages. Browser-safe, as the whole contract. */

const timeMs = z.number().int();

/** Columns are the box and each peer; a row is one message between two of them. */
export const ladderModel = z.object({
  columns: z.array(z.string()).readonly(),
  rows: z
    .array(
      z.object({
        atMs: timeMs,
        afterMs: z.number(),
        from: z.number().int(),
        to: z.number().int(),
        label: z.string(),
        repeated: z.boolean(),
        /** Worth a second look: repeated, refused, warned about, or without an answer. */
        unusual: z.boolean(),
        facts: z.array(z.string()).readonly(),
        /** The whole message; answers to passwords and SRTP keys are masked. */
        text: z.string(),
      }),
    )
    .readonly(),
});

export const lineFindingModel = z.object({
  /** For code to branch on, for example `wrong-password`; `all-well` where nothing is wrong. */
  fault: z.string(),
  severity: z.enum(['fault', 'warning', 'none']),
  /** What is wrong and what to do. */
  sentence: z.string(),
  evidence: z.array(z.string()).readonly(),
});

export const lineReportModel = z.object({
  id: z.string(),
  trunkId: z.string(),
  trunkName: z.string(),
  target: z.string().nullable(),
  startedAtMs: timeMs,
  tookMs: z.number().int(),
  verdict: z.enum(['well', 'warning', 'fault']),
  headline: lineFindingModel,
  /** By cause, the headline first. */
  findings: z.array(lineFindingModel).readonly(),
  checks: z
    .array(
      z.object({
        check: z.string(),
        state: z.enum(['passed', 'warned', 'failed', 'skipped', 'unknown']),
        note: z.string(),
      }),
    )
    .readonly(),
  ladder: ladderModel,
  /** The same ladder with box-drawing characters. */
  ladderText: z.string(),
});

export const lineStepModel = z.object({ stage: z.string(), note: z.string(), afterMs: z.number() });

/** What to call, and whether to ask for a transfer too; what is absent is chosen by the box. */
export const lineTestRequestModel = z.strictObject({
  /** A user or number at the trunk, or a SIP URI. */
  target: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\s<>"]+$/, 'is no number and no SIP URI')
    .optional(),
  refer: z.boolean().optional(),
});

const nothing = z.strictObject({});

export const lineTestMethods = {
  /** Answers when the test is over: half a minute at most, mostly ten seconds. */
  'line.test': {
    verb: 'POST',
    path: paths['line.test'],
    query: nothing,
    body: lineTestRequestModel,
    answer: z.object({ report: lineReportModel }),
  },
  /** Of the test that runs, else of the last one since the engine started. */
  'line.progress': {
    verb: 'GET',
    path: paths['line.progress'],
    query: nothing,
    answer: z.object({
      running: z.boolean(),
      steps: z.array(lineStepModel).readonly(),
      report: lineReportModel.nullable(),
    }),
  },
  /** By id of a call, by SIP Call-ID, or `last`; kept for the last few hundred calls since the engine started. */
  'line.ladder': {
    verb: 'GET',
    path: paths['line.ladder'],
    query: nothing,
    answer: z.object({ sipCallId: z.string(), ladder: ladderModel, text: z.string() }),
  },
} as const;

export type LadderAnswer = z.infer<(typeof lineTestMethods)['line.ladder']['answer']>;
export type LineReportAnswer = z.infer<typeof lineReportModel>;
export type LineStep = z.infer<typeof lineStepModel>;
export type LineTestRequest = z.infer<typeof lineTestRequestModel>;
export type LineProgressAnswer = z.infer<(typeof lineTestMethods)['line.progress']['answer']>;
