import { EventEmitter } from 'node:events';
import type { Clock } from '../foundation/index.ts';
import type { ReplacedCall } from '../sip/index.ts';
import type { CallState, LegQuality } from '../store/index.ts';
import type { CallControls } from './controls-model.ts';
import type { Interim } from './messages.ts';
import type { OtherCall } from './referral.ts';
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
  /** Words still being spoken, by the caller and by whoever talks in the agent's place. */
  readonly interim: string | null;
  readonly staffInterim: string | null;
  readonly slots: Readonly<Record<string, string>>;
  /** Voice-to-voice time of the last answer. */
  readonly lastLatencyMs: number | null;
  /** How each leg sounds now; the caller's first. */
  readonly quality: readonly LegQuality[];
  /** Who has put the other one on hold; null while they talk. */
  readonly heldBy: 'box' | 'caller' | null;
  readonly recordingPaused: boolean;
  /** Who of the staff talks with the caller in the agent's place; null while nobody does. */
  readonly takenOverBy: string | null;
  /** Somebody of the house tries the agent. */
  readonly practice: boolean;
}

/** The legs of a call that are connected, as other calls of the tenant find them. */
export type Connected = Omit<OtherCall, 'end'> & { readonly tenantId: string };

export interface LiveTurn {
  readonly speaker: 'caller' | 'agent' | 'staff';
  readonly text: string;
  readonly atMs: number;
  readonly confidence: number | null;
  readonly latencyMs: number | null;
}

export type LiveEvent =
  | { readonly type: 'call.updated'; readonly call: LiveCall }
  | ({ readonly type: 'call.interim'; readonly callId: string } & Interim)
  | { readonly type: 'call.removed'; readonly callId: string };

/** The calls that are going on now. What outlives a call is in the store, not here. */
export interface CallRegistry {
  list(): LiveCall[];
  find(callId: string): LiveCall | null;
  count(): number;
  /** Those that overflowed: no agent answers them. */
  countWithoutAgent(): number;
  on(listener: (event: LiveEvent) => void): () => void;
  open(
    call: Pick<
      LiveCall,
      'callId' | 'tenantId' | 'tenantName' | 'callerNumber' | 'callerName' | 'calledNumber'
    >,
    options?: { readonly withoutAgent?: boolean; readonly practice?: boolean },
  ): void;
  /** @throws Error on an illegal move */
  move(callId: string, state: CallState): void;
  turn(callId: string, turn: LiveTurn): void;
  interim(callId: string, interim: Interim): void;
  slots(callId: string, slots: Readonly<Record<string, string>>): void;
  quality(callId: string, legs: readonly LegQuality[]): void;
  hold(callId: string, by: LiveCall['heldBy']): void;
  takenOver(callId: string, by: LiveCall['takenOverBy']): void;
  recording(callId: string, state: { readonly paused: boolean }): void;
  /** From its answer to its end others may join their calls with it. */
  converse(callId: string, connected: Connected): void;
  /** The call that a dialog belongs to, and which of its ends; null where the tenant has none. */
  conversationOf(named: ReplacedCall, tenantId: string): OtherCall | null;
  /** From its answer to its end a call can be controlled. */
  control(callId: string, controls: CallControls): void;
  /** Null where there is no such call, or it is not answered yet. */
  liveControls(callId: string): CallControls | null;
}

export function createRegistry(clock: Clock): CallRegistry {
  const calls = new Map<string, LiveCall>();
  const controls = new Map<string, CallControls>();
  const conversations = new Map<string, Connected>();
  const withoutAgent = new Set<string>();
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
    find: (callId) => calls.get(callId) ?? null,
    count: () => calls.size,
    countWithoutAgent: () => withoutAgent.size,
    on(listener) {
      emitter.on('live', listener);
      return () => emitter.off('live', listener);
    },
    open(call, options) {
      if (options?.withoutAgent) withoutAgent.add(call.callId);
      const startedAtMs = clock.nowMs();
      put({
        ...call,
        state: 'invited',
        startedAtMs,
        answeredAtMs: null,
        turns: [],
        interim: null,
        staffInterim: null,
        slots: {},
        lastLatencyMs: null,
        quality: [],
        heldBy: null,
        recordingPaused: false,
        takenOverBy: null,
        practice: options?.practice ?? false,
      });
    },
    move(callId, to) {
      const call = calls.get(callId);
      if (!call) return;
      const state = nextState(call.state, to);
      if (isOver(state)) {
        calls.delete(callId);
        controls.delete(callId);
        conversations.delete(callId);
        withoutAgent.delete(callId);
        emitter.emit('live', { type: 'call.removed', callId });
        return;
      }
      put({
        ...call,
        state,
        answeredAtMs: call.answeredAtMs ?? (state === 'answered' ? clock.nowMs() : null),
      });
    },
    turn(callId, turn) {
      change(callId, (call) => ({
        turns: [...call.turns, turn],
        interim: turn.speaker === 'caller' ? null : call.interim,
        staffInterim: turn.speaker === 'staff' ? null : call.staffInterim,
        lastLatencyMs: turn.latencyMs ?? call.lastLatencyMs,
      }));
    },
    interim(callId, { speaker, text }) {
      const call = calls.get(callId);
      if (!call) return;
      calls.set(callId, { ...call, [speaker === 'staff' ? 'staffInterim' : 'interim']: text });
      emitter.emit('live', { type: 'call.interim', callId, speaker, text });
    },
    slots(callId, slots) {
      change(callId, () => ({ slots }));
    },
    quality(callId, quality) {
      change(callId, () => ({ quality }));
    },
    hold: (callId, heldBy) => change(callId, () => ({ heldBy })),
    takenOver: (callId, takenOverBy) => change(callId, () => ({ takenOverBy })),
    recording: (callId, { paused }) => change(callId, () => ({ recordingPaused: paused })),
    converse: (callId, connected) => void (calls.has(callId) && conversations.set(callId, connected)),
    conversationOf(named, tenantId) {
      for (const connected of conversations.values()) {
        const end = connected.tenantId === tenantId ? connected.talk.endOf(named) : null;
        if (end) return { ...connected, end };
      }
      return null;
    },
    control: (callId, given) => void (calls.has(callId) && controls.set(callId, given)),
    liveControls: (callId) => controls.get(callId) ?? null,
  };
}
