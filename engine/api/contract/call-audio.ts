import { z } from 'zod';
import { callStandingModel } from './call-methods.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** The sound of a call in progress, and what the staff do with the call from their seat. Browser-safe. */

/**
 * What comes over the socket of a call's sound as text. First `joined`; `format` before the first frame, and again when
 * the rate changes. Frames come as bytes: 20 ms of 16-bit little-endian PCM, caller left, agent right. A reader that is
 * too slow loses frames. At `levelsPath` only `joined` and `levels` come.
 */
export const soundMessageModel = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('joined'),
    /** Names this socket to `call.takeOver`. */
    listener: z.string(),
    /** Whose the voice is that is sent here: one of the staff, once they have taken over; the caller's in a talk. */
    speaksAs: z.enum(['staff', 'caller']),
  }),
  z.object({
    kind: z.literal('format'),
    rateHz: z.number().int(),
    channels: z.literal(2),
    frameMs: z.literal(20),
  }),
  /** How loud each side was in a tenth of a second: 0 is −60 dB and below, 1 full scale. */
  z.object({ kind: z.literal('levels'), caller: z.number(), agent: z.number() }),
]);

/** Rates at which a voice may be sent. */
export const microphoneRateModel = z.literal([8000, 16_000, 24_000, 32_000, 44_100, 48_000]);

/**
 * What goes over it as text. A voice is sent as bytes after `microphone`: 16-bit little-endian PCM, mono, up to 100 ms
 * at once.
 */
export const soundOrderModel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('microphone'), rateHz: microphoneRateModel }),
  /** A line in place of the caller's voice, in a practice talk. */
  z.strictObject({ kind: z.literal('say'), text: z.string().trim().min(1).max(500) }),
]);

const text = z.string().trim().min(1).max(300);
const staffed = callStandingModel.extend({
  /** Who of the staff talks with the caller in the agent's place. */
  takenOverBy: z.string().nullable(),
});

const act = <N extends 'call.whisper' | 'call.takeOver' | 'call.giveBack', B extends z.ZodType>(
  name: N,
  body: B,
) => ({ verb: 'POST', path: paths[name], query: nothing, body, answer: staffed }) as const;

/** `:id` is the call's. `call_not_in_agents_hands` where the agent does not have the caller. */
export const callAudioMethods = {
  /** For the agent's next turn. It is data: nothing comes about by it without the caller's yes. */
  'call.whisper': act('call.whisper', z.strictObject({ text })),
  /** The agent falls silent, and the voice of that listener goes to the caller. */
  'call.takeOver': act('call.takeOver', z.strictObject({ listener: z.uuid() })),
  'call.giveBack': act('call.giveBack', z.strictObject({})),
  /**
   * A practice talk with the agent of a business: a call of its own, whose caller is whoever connects to its sound.
   * Its appointments are cancelled when it ends. `draft` is the agent as it would be published now; what is live where
   * there is no draft. `inference_unavailable` while the models are not there.
   */
  'talk.start': {
    verb: 'POST',
    path: paths['talk.start'],
    query: nothing,
    body: z.strictObject({ agent: z.enum(['live', 'draft']).default('live') }),
    answer: z.object({ callId: z.string() }),
  },
} as const;

export type SoundMessage = z.infer<typeof soundMessageModel>;
export type SoundOrder = z.infer<typeof soundOrderModel>;
