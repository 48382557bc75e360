import { z } from 'zod';
import { calendarLinkChangedModel } from './calendar-links.ts';
import { sourceProgressModel } from './knowledge.ts';
import { modelProgressModel } from './model-methods.ts';
import { liveCallModel, statusModel } from './models.ts';
import { rehearsalProgressModel } from './rehearsals.ts';

/** What the call room tells while calls run. */
export const liveEventModel = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call.updated'), call: liveCallModel }),
  z.object({ type: z.literal('call.removed'), callId: z.string() }),
  z.object({
    type: z.literal('call.interim'),
    callId: z.string(),
    speaker: z.enum(['caller', 'staff']),
    text: z.string(),
  }),
]);

/**
 * Everything that comes over the feed: first one `snapshot`, then changes in the order they happened.
 * A stored event arrives after its commit, so what it names can be fetched at once.
 */
export const feedMessageModel = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    status: statusModel,
    calls: z.array(liveCallModel),
    /** Every stored event that was missed since the positions of `?after` follows; else what is shown is fetched anew. */
    resumed: z.boolean(),
    /** How far each log of events is: `box`, and businesses by their ids. `?after=box:12,<id>:33` goes on from there. */
    positions: z.record(z.string(), z.number().int()),
  }),
  ...liveEventModel.options,
  sourceProgressModel,
  rehearsalProgressModel,
  modelProgressModel,
  calendarLinkChangedModel,
  z.object({ type: z.literal('status.changed'), status: statusModel }),
  z.object({
    type: z.literal('event.stored'),
    event: z.looseObject({
      type: z.string(),
      tenantId: z.string().nullable(),
      atMs: z.number(),
      /** Where it stands: `log` by `sequence`. */
      log: z.string(),
      sequence: z.number().int(),
    }),
  }),
]);

export type LiveEvent = z.infer<typeof liveEventModel>;
export type FeedMessage = z.infer<typeof feedMessageModel>;
