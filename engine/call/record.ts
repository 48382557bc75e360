import { join } from 'node:path';
import type { Clock, Ids } from '../foundation/index.ts';
import type { Invitation } from '../sip/index.ts';
import type { Box, CallNote, CallOutcome, CallQuality, TenantStore } from '../store/index.ts';
import type { CallRegistry } from './registry.ts';
import type { Route } from './router.ts';
import { answerTool, type ToolParts } from './tools.ts';
import type { CallMessage } from './worker-client.ts';

/** What the straight line of a call writes of itself. */
export interface CallRow {
  /** Where the stereo recording goes, absolute; null: nothing is recorded. */
  readonly recordingFile: string | null;
  answered(): void;
  note(note: CallNote): void;
  ended(outcome: CallOutcome, how: { readonly quality: CallQuality | null; readonly byAgent: boolean }): void;
}

/** The call's row: opened with the call, closed once. Calls that no agent takes are kept as refusals. */
export function openRecord(
  route: Route,
  options: {
    readonly callId: string;
    readonly invitation: Pick<Invitation, 'callerNumber' | 'sipCallId'>;
    readonly calledNumber: string;
    readonly box: Box;
    readonly dataDir: string;
    /** A phone of the house rings somebody: what people say to each other is not recorded. */
    readonly isDialled: boolean;
    /** Somebody of the house tries the agent. Default false. */
    readonly isPractice?: boolean;
    /** There is a voice to say that the call is recorded. */
    readonly canAnnounce: boolean;
    readonly clock: Clock;
    readonly ids: Ids;
  },
): CallRow | null {
  const { callId, calledNumber, box, dataDir, isDialled, canAnnounce } = options;
  const { callerNumber, sipCallId } = options.invitation;
  if (route.kind === 'message') {
    box.refusals.record({ calledNumber, callerNumber, tenantId: route.tenantId, reason: route.reason });
    return null;
  }
  const { calls } = route.store;
  const { id: tenantId, recording: policy } = route.tenant;
  const isRecorded = !isDialled && (policy === 'silent' || (policy === 'announced' && canAnnounce));
  const recording = isRecorded ? `recordings/${tenantId}/${callId}.wav` : null;
  calls.start({
    ...{ id: callId, sipCallId, calledNumber },
    ...{ callerNumber: isDialled ? null : callerNumber, callerName: route.caller.name },
    direction: isDialled ? 'outbound' : 'inbound',
    language: isDialled ? null : route.snapshot.language,
    practice: options.isPractice ?? false,
  });
  return {
    recordingFile: recording === null ? null : join(dataDir, recording),
    answered: () => calls.answer(callId, { recording }),
    note: (note) => calls.note(callId, note),
    ended(outcome, { quality, byAgent }) {
      if (byAgent) keepUnfinished(route.store, callId, { clock: options.clock, ids: options.ids });
      calls.end(callId, byAgent ? outcomeOf(route.store, callId, outcome) : outcome);
      if (quality) calls.quality(callId, quality);
    },
  };
}

/** A message whose caller hung up before giving a name is in the inbox all the same. */
function keepUnfinished(
  store: TenantStore,
  callId: string,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): void {
  if (store.submissions.ofCall(callId).length > 0) return;
  const { skills } = store.playbook();
  const told = store.understood(callId).at(-1);
  const skill = skills.find(({ id, kind }) => id === told?.skill && kind === 'message');
  if (!skill || !told) return;
  const fields = skill.slots.flatMap(({ id, label }) => {
    const value = told.slots[id];
    return value && id !== 'name' ? [{ id, label, value }] : [];
  });
  if (fields.length === 0) return;
  store.submissions.insert({
    ...{ id: ids.uuid(), skill: skill.id, kind: skill.kind, title: skill.title, callId, fields },
    ...{
      customerName: told.slots.name ?? null,
      customerPhone: store.calls.find(callId)?.callerNumber ?? null,
    },
    ...{ urgent: false, totalMinor: null, currency: null, status: 'open', createdAtMs: clock.nowMs() },
  });
}

/** What the record shows goes before how the line ended: a booking stays a booking. */
function outcomeOf(store: TenantStore, callId: string, ended: CallOutcome): CallOutcome {
  if (store.appointments.ofCall(callId).length > 0) return 'booked';
  if (ended !== 'answered') return ended;
  if (store.submissions.ofCall(callId).length > 0) return 'message';
  // Told, but the call ended before it could be kept as a message of its own.
  if (store.understood(callId).some(({ slots }) => (slots.message ?? '') !== '')) return 'message';
  return store.transcript.list(callId).some((turn) => turn.speaker === 'caller') ? 'answered' : 'abandoned';
}

/** Messages that are of the record; the others move the call. */
export type RecordMessage = Extract<CallMessage, { kind: 'turn' | 'interim' | 'slots' | 'tool' }>;

export interface RecordParts extends ToolParts {
  readonly route: Route;
  readonly registry: CallRegistry;
}

/** Folds one message of the call worker into the record and the live picture. */
export function keepRecord(message: RecordMessage, parts: RecordParts): void {
  const { route, registry, log } = parts;
  if (route.kind !== 'agent') return;
  const { callId } = message;
  try {
    switch (message.kind) {
      case 'turn': {
        const { kind: _, ...turn } = message;
        route.store.transcript.add(turn);
        const latencyMs = message.latency?.totalMs ?? null;
        const { speaker, text, confidence, startedAtMs } = message;
        registry.turn(callId, { speaker, text, confidence, atMs: startedAtMs, latencyMs });
        return;
      }
      case 'interim':
        registry.interim(callId, message);
        return;
      case 'slots':
        route.store.slotsUnderstood(callId, message.skill, message.slots);
        registry.slots(callId, message.slots);
        return;
      case 'tool':
        void answerTool(message, route.store, parts);
        return;
    }
  } catch (error) {
    log.error({ err: error, kind: message.kind }, 'a part of the record could not be kept');
  }
}
