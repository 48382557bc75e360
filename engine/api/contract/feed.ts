import { z } from 'zod';
import { sourceProgressModel } from './knowledge.ts';
import { liveCallModel, statusModel } from './models.ts';

/** What the call room tells while calls run. */
export const liveEventModel = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call.updated'), call: liveCallModel }),
  z.object({ type: z.literal('call.removed'), callId: z.string() }),
  z.object({ type: z.literal('call.interim'), callId: z.string(), text: z.string() }),
]);

/**
 * Everything that comes over the feed: first one `snapshot`, then changes in the order they happened.
 * A stored event arrives after its commit, so what it names can be fetched at once.
 */
export const feedMessageModel = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), status: statusModel, calls: z.array(liveCallModel) }),
  ...liveEventModel.options,
  sourceProgressModel,
  z.object({ type: z.literal('status.changed'), status: statusModel }),
  z.object({
    type: z.literal('event.stored'),
    event: z.looseObject({ type: z.string(), tenantId: z.string().nullable(), atMs: z.number() }),
  }),
]);

export type LiveEvent = z.infer<typeof liveEventModel>;
export type FeedMessage = z.infer<typeof feedMessageModel>;
