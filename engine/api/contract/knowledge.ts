import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing, ofTenant, page, removed } from './scope.ts';

/** What the agent knows of a business, and what it was asked in vain. Browser-safe, as the whole contract. */

const timeMs = z.number().int();
const text = (max: number) => z.string().trim().min(1).max(max);

/** A document, a page of the web or an owner's answer. */
export const sourceModel = z.object({
  id: z.string(),
  kind: z.enum(['file', 'address', 'answer']),
  name: z.string(),
  /** What makes it the same source when it comes again: the file's name, the address, the question. */
  origin: z.string(),
  passages: z.number().int(),
  words: z.number().int(),
  createdAtMs: timeMs,
  indexedAtMs: timeMs,
});

export const newSourceModel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('address'),
    url: text(2000),
    /** It may be one of the house's own network; only from the box itself. */
    private: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('answer'), question: text(500), answer: text(5000) }),
]);

/** A question that nothing fitted, once however often it was asked. */
export const questionModel = z.object({
  id: z.string(),
  question: z.string(),
  times: z.number().int(),
  /** The last call in which it was asked. */
  callId: z.string().nullable(),
  status: z.enum(['open', 'answered', 'dismissed']),
  sourceId: z.string().nullable(),
  firstAskedAtMs: timeMs,
  lastAskedAtMs: timeMs,
});

/** What the agent would say, and from which passages. */
export const answerModel = z.object({
  text: z.string(),
  passages: z
    .array(
      z.object({
        passageId: z.string(),
        sourceId: z.string(),
        sourceName: z.string(),
        text: z.string(),
        /** 0–1. */
        score: z.number(),
      }),
    )
    .readonly(),
});

/** How far a source is that is being read; the end is told by `knowledge.changed`, as a stored event. */
export const sourceProgressModel = z.object({
  type: z.literal('source.progressed'),
  tenantId: z.string(),
  /** The file's name, the address or the question, as it was given. */
  name: z.string(),
  stage: z.enum(['reading', 'embedding', 'saving']),
  done: z.number().int(),
  total: z.number().int(),
});

const source = z.object({ source: sourceModel });

/** Those that add a source answer when it can be asked for, which may take minutes; the feed tells how far they are. */
export const knowledgeMethods = {
  /** By name. `:id` is the tenant's, in all but those of one source or question. */
  'source.list': {
    verb: 'GET',
    path: paths['source.list'],
    query: page,
    answer: z.object({ sources: z.array(sourceModel) }),
  },
  'source.add': {
    verb: 'POST',
    path: paths['source.add'],
    query: nothing,
    body: newSourceModel,
    answer: source,
  },
  /** The body is the file; its name tells how it is read, and takes the place of one of the same name. */
  'source.upload': {
    verb: 'POST',
    path: paths['source.upload'],
    query: z.strictObject({ name: text(200) }),
    /** What is too large to be read is refused by the reading, in words; this is only where listening ends. */
    upload: { types: ['application/octet-stream'], maxBytes: 24 * 1024 * 1024 },
    answer: source,
  },
  'source.remove': { verb: 'DELETE', path: paths['source.remove'], query: ofTenant, answer: removed },
  /** Nothing is kept of the question. */
  'knowledge.ask': {
    verb: 'POST',
    path: paths['knowledge.ask'],
    query: nothing,
    body: z.strictObject({ question: text(500) }),
    answer: z.object({ answer: answerModel.nullable() }),
  },
  /** Most often asked first. */
  'question.list': {
    verb: 'GET',
    path: paths['question.list'],
    query: page.extend({ status: questionModel.shape.status.default('open') }),
    answer: z.object({ questions: z.array(questionModel) }),
  },
  /** For all who ask it from now on. */
  'question.answer': {
    verb: 'POST',
    path: paths['question.answer'],
    query: ofTenant,
    body: z.strictObject({ answer: text(5000) }),
    answer: source,
  },
  /** It is open again when somebody asks it again. */
  'question.dismiss': {
    verb: 'POST',
    path: paths['question.dismiss'],
    query: ofTenant,
    body: nothing,
    answer: z.object({ question: questionModel }),
  },
  /** One that was dismissed is open again; one that is answered stays so. */
  'question.reopen': {
    verb: 'POST',
    path: paths['question.reopen'],
    query: ofTenant,
    body: nothing,
    answer: z.object({ question: questionModel }),
  },
} as const;

export type Source = z.infer<typeof sourceModel>;
export type NewSourceRequest = z.infer<typeof newSourceModel>;
export type Question = z.infer<typeof questionModel>;
export type KnownAnswer = z.infer<typeof answerModel>;
export type SourceProgress = z.infer<typeof sourceProgressModel>;
