import { EventEmitter } from 'node:events';
import type { Clock } from '../foundation/index.ts';
import type { CallState } from '../store/index.ts';
import { isOver, nextState } from './state.ts';

/** A call in progress, as the screens show it. */
export interface LiveCall {
  readonly callId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly calledNumber: string;
  readonly state: CallState;
  readonly startedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly turns: readonly LiveTurn[];
  /** Words still being spoken. */
  readonly interim: string | null;
  readonly slots: Readonly<Record<string, string>>;
  /** Voice-to-voice time of the last answer. */
  readonly lastLatencyMs: number | null;
}

export interface LiveTurn {
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
  readonly atMs: number;
  readonly confidence: number | null;
  readonly latencyMs: number | null;
}

export type LiveEvent =
  | { readonly type: 'call.updated'; readonly call: LiveCall }
  | { readonly type: 'call.interim'; readonly callId: string; readonly text: string }
  | { readonly type: 'call.removed'; readonly callId: string };

/** The calls that are going on now. What outlives a call is in the store, not here. */
export interface CallRegistry {
  list(): LiveCall[];
  count(): number;
  on(listener: (event: LiveEvent) => void): () => void;
  open(
    call: Pick<
      LiveCall,
      'callId' | 'tenantId' | 'tenantName' | 'callerNumber' | 'callerName' | 'calledNumber'
    >,
  ): void;
  /** @throws Error on an illegal move */
  move(callId: string, state: CallState): void;
  turn(callId: string, turn: LiveTurn): void;
  interim(callId: string, text: string): void;
  slots(callId: string, slots: Readonly<Record<string, string>>): void;
}

export function createRegistry(clock: Clock): CallRegistry {
  const calls = new Map<string, LiveCall>();
  const emitter = new EventEmitter<{ live: [LiveEvent] }>();
  emitter.setMaxListeners(0);

  const put = (call: LiveCall): void => {
    calls.set(call.callId, call);
    emitter.emit('live', { type: 'call.updated', call });
  };
  const change = (callId: string, changes: (call: LiveCall) => Partial<LiveCall>): void => {
    const call = calls.get(callId);
    if (call) put({ ...call, ...changes(call) });
  };

  return {
    list: () => [...calls.values()],
    count: () => calls.size,
    on(listener) {
      emitter.on('live', listener);
      return () => emitter.off('live', listener);
    },
    open(call) {
      const startedAtMs = clock.nowMs();
      put({
        ...call,
        state: 'invited',
        startedAtMs,
        answeredAtMs: null,
        turns: [],
        interim: null,
        slots: {},
        lastLatencyMs: null,
      });
    },
    move(callId, to) {
      const call = calls.get(callId);
      if (!call) return;
      const state = nextState(call.state, to);
      if (isOver(state)) {
        calls.delete(callId);
        emitter.emit('live', { type: 'call.removed', callId });
        return;
      }
      put({ ...call, state, answeredAtMs: state === 'answered' ? clock.nowMs() : call.answeredAtMs });
    },
    turn(callId, turn) {
      change(callId, (call) => ({
        turns: [...call.turns, turn],
        interim: turn.speaker === 'caller' ? null : call.interim,
        lastLatencyMs: turn.latencyMs ?? call.lastLatencyMs,
      }));
    },
    interim(callId, text) {
      const call = calls.get(callId);
      if (!call) return;
      calls.set(callId, { ...call, interim: text });
      emitter.emit('live', { type: 'call.interim', callId, text });
    },
    slots(callId, slots) {
      change(callId, () => ({ slots }));
    },
  };
}
