import { z } from 'zod';
import { callStateModel, heldByModel } from './models.ts';
import { paths } from './paths.ts';

/** What can be done to a call that is going on. Browser-safe, as the whole contract. */

const id = z.string().trim().min(1).max(64);

/** Whom to connect with. All but numbers belong to the tenant of the call. */
export const connectToModel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('target'), id }),
  z.strictObject({ kind: z.literal('phone'), username: id }),
  z.strictObject({
    kind: z.literal('number'),
    /** E.164 with +. */
    number: z.string().regex(/^\+[1-9]\d{5,14}$/, 'is no number with + and country'),
  }),
  z.strictObject({ kind: z.literal('ring-group'), id }),
]);

export const transferRequestModel = z.strictObject({
  to: connectToModel,
  /** `attended`: the person is told who is there, and asked. `blind`: the caller is handed over as they are. */
  mode: z.enum(['attended', 'blind']).default('attended'),
  /** How a person takes an announced call; `speech-or-key` where left out. */
  acceptance: z.enum(['speech-or-key', 'key']).optional(),
});

export const conferenceRequestModel = z.strictObject({ to: connectToModel });

export const transferEndModel = z.discriminatedUnion('result', [
  z.object({ result: z.literal('completed') }),
  /** The caller is back with the agent. */
  z.object({
    result: z.literal('returned'),
    why: z.enum(['busy', 'no-answer', 'declined', 'unavailable']),
    /** Of the catalogue of errors, where one says more. */
    code: z.string().nullable(),
  }),
  /** The caller left first. */
  z.object({ result: z.literal('cancelled') }),
]);

/** The call as the request left it; `ended` once it is over. */
export const callStandingModel = z.object({
  callId: z.string(),
  state: callStateModel,
  heldBy: heldByModel,
  recordingPaused: z.boolean(),
});

const nothing = z.strictObject({});
/** With `wait=true` the answer comes with the result, which may take minutes; else at once (202). */
const waiting = z.strictObject({
  wait: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});

const act = <N extends keyof typeof paths, B extends z.ZodType>(name: N, body: B) =>
  ({ verb: 'POST', path: paths[name], query: nothing, body, answer: callStandingModel }) as const;

/**
 * `:id` is the call's. `not_found` where it is not in progress, or not answered yet; `transfer_failed` where
 * it cannot be done at that moment. What becomes of it is told by the feed and kept in the record as well; only
 * why nobody joined a conference is told to who waits alone.
 */
export const callMethods = {
  'call.transfer': {
    verb: 'POST',
    path: paths['call.transfer'],
    query: waiting,
    body: transferRequestModel,
    /** `end` is null until it is known. */
    answer: callStandingModel.extend({ end: transferEndModel.nullable() }),
  },
  /** Rings somebody and takes them into the conversation; whoever was in it stays. */
  'call.conference': {
    verb: 'POST',
    path: paths['call.conference'],
    query: waiting,
    body: conferenceRequestModel,
    answer: callStandingModel,
  },
  /** The caller hears music, and nobody hears the caller. */
  'call.hold': act('call.hold', nothing),
  'call.resume': act('call.resume', nothing),
  /** Pauses the recording, its time goes on; or resumes it. */
  'call.record': act('call.record', z.strictObject({ on: z.boolean() })),
  /** Sends keys to the caller's side. */
  'call.press': act(
    'call.press',
    z.strictObject({ keys: z.string().regex(/^[0-9A-D*#]{1,32}$/, 'takes up to 32 of 0-9, A-D, * and #') }),
  ),
  'call.hangUp': act('call.hangUp', nothing),
} as const;

export type ConnectTo = z.infer<typeof connectToModel>;
export type TransferRequest = z.output<typeof transferRequestModel>;
export type TransferEnd = z.infer<typeof transferEndModel>;
export type CallStanding = z.infer<typeof callStandingModel>;
