import { setImmediate as nextTick } from 'node:timers/promises';
import { type Log, VoxboxError } from '../foundation/index.ts';
import type { CallStanding, ConnectTo, TransferEnd, TransferRequest } from './contract/index.ts';
import type { LiveCalls } from './live.ts';
import type { Serve } from './method-server.ts';

/** What the API does to a call that is going on. Every method rejects with a VoxboxError. */
export interface CallActions {
  /** Settles when the caller is connected, is back with the agent, or has left. */
  transfer(order: TransferRequest): Promise<TransferEnd>;
  /** Settles when the person is in the conversation. */
  conference(order: { readonly to: ConnectTo }): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  record(on: boolean): Promise<void>;
  sendDtmf(keys: string): Promise<void>;
  hangUp(): Promise<void>;
}

/** Calls that the box places for people of the house. */
export interface CallPlacing {
  /** Rings a phone, and then a number. Answers as soon as the phone is rung. @throws VoxboxError */
  place(order: { readonly tenantId: string; readonly phone: string; readonly number: string }): {
    readonly callId: string;
  };
  /** Null for a call that was not placed so, or is over. */
  hangUp(callId: string): (() => Promise<void>) | null;
}

export interface CallRouteParts {
  /** Null for a call that is not in progress, or not answered yet. */
  readonly controls: (callId: string) => CallActions | null;
  readonly live: LiveCalls;
  readonly placing?: CallPlacing | undefined;
  readonly log: Log;
}

/** The methods of calls in progress. */
export function serveCalls(serve: Serve, { controls, live, placing, log }: CallRouteParts): void {
  const find = (callId: string) => live.list().find((call) => call.callId === callId);
  const standing = (callId: string): CallStanding => {
    const { state = 'ended', heldBy = null, recordingPaused = false } = find(callId) ?? {};
    return { callId, state, heldBy, recordingPaused };
  };
  const actions = (callId: string): CallActions => {
    const found = controls(callId);
    if (found) return found;
    const why = find(callId) ? 'is not answered yet' : 'is not in progress';
    throw new VoxboxError('not_found', `call ${callId} ${why}`);
  };

  serve('call.transfer', async ({ id, query, body, reply }) => {
    const work = actions(id).transfer(body);
    const end = await (query.wait ? work : begun(work, log));
    if (end === null) reply.code(202);
    return { ...standing(id), end };
  });
  serve('call.conference', async ({ id, query, body, reply }) => {
    const work = actions(id)
      .conference(body)
      .then(() => true as const);
    const joined = await (query.wait ? work : begun(work, log));
    if (joined === null) reply.code(202);
    return standing(id);
  });
  serve('call.hold', async ({ id }) => {
    await actions(id).hold();
    return standing(id);
  });
  serve('call.resume', async ({ id }) => {
    await actions(id).resume();
    return standing(id);
  });
  serve('call.record', async ({ id, body }) => {
    await actions(id).record(body.on);
    return standing(id);
  });
  serve('call.press', async ({ id, body }) => {
    await actions(id).sendDtmf(body.keys);
    return standing(id);
  });
  serve('call.hangUp', async ({ id }) => {
    const placed = placing?.hangUp(id);
    await (placed ? placed() : actions(id).hangUp());
    return standing(id);
  });
}

/**
 * Null for work that takes its time: whoever asked does not wait for it. What is refused before anything
 * is done, they are told.
 */
async function begun<T>(work: Promise<T>, log: Log): Promise<T | null> {
  let listening = true;
  work.catch((error: unknown) => {
    if (!listening) log.warn({ err: error }, 'a call was not connected as the API had asked');
  });
  try {
    return await Promise.race([work, nextTick(null)]);
  } finally {
    listening = false;
  }
}
