import { systemIds } from '../../engine/foundation/index.ts';
import type { TenantStore } from '../../engine/store/index.ts';
import { fillElsewhere } from './kept-elsewhere.ts';
import { fillKnowledge } from './known-things.ts';
import { fillInbox } from './left-things.ts';
import { fillPractice, hourMs, nowMs, Practice, type SetClock } from './practice.ts';
import type { Stage } from './stage.ts';

export interface FullPractice {
  readonly practice: Practice;
  readonly store: TenantStore;
  /** A finished call with a recording. */
  readonly callId: string;
  /** Who made it, E.164 with +. */
  readonly caller: string;
  /** An urgent message. */
  readonly messageId: string;
  /** A call in progress. */
  readonly liveCallId: string;
}

const caller = '+12025550123';

/** A practice with something of everything, two calls in progress, and a second business beside it. */
export async function fullPractice({ box, live, dataDir }: Stage, clock: SetClock): Promise<FullPractice> {
  const practice = new Practice({ box, clock, dataDir });
  const callId = fillPractice(practice);
  const store = box.tenant(practice.tenant.id);
  store.callers.remember({
    ...{ number: caller, callId, name: 'Maria Lopez', atMs: nowMs - hourMs },
    preferences: { serviceId: null, staffId: null, partOfDay: 'afternoon' },
    facts: [{ kind: 'booked', text: 'Booked a check-up and cleaning today at 3:30 PM with Dr. Osei.' }],
    summary: 'Asked for a cleaning this afternoon and took the first time that was offered.',
  });
  const messageId = fillInbox(store, callId);
  await fillKnowledge(store, clock);
  fillElsewhere(store);
  box.tenants.create({
    ...{ name: 'Harbour Law', industry: 'services', timeZone: 'Europe/London' },
    numbers: [{ number: '+442071234567' }],
  });
  const liveCallId = systemIds.uuid();
  const of = { tenantId: practice.tenant.id, tenantName: practice.tenant.name, state: 'answered' as const };
  const quiet = { calledNumber: '+12025550100', interim: null, slots: {}, lastLatencyMs: null };
  const greeting = 'Thank you for calling Bright Smile Dental. How can I help you today?';
  live.put({
    ...{ callId: liveCallId, ...of, ...quiet, callerNumber: '+12025550142', callerName: 'Elena Petrova' },
    ...{ startedAtMs: nowMs - 49_000, answeredAtMs: nowMs - 48_000, lastLatencyMs: 820 },
    turns: [
      { speaker: 'agent', text: greeting, atMs: nowMs - 47_000 },
      {
        ...{ speaker: 'caller', atMs: nowMs - 40_000 },
        text: 'Hello, I think I lost a filling. Could I see somebody on Thursday?',
      },
      {
        ...{ speaker: 'agent', atMs: nowMs - 33_000, latencyMs: 820 },
        text: 'I’m sorry to hear that. On Thursday I have ten o’clock or two thirty. Which suits you?',
      },
    ],
    slots: { service: 'Filling', when: 'Thursday, March 12' },
  });
  live.put({
    ...{ callId: systemIds.uuid(), ...of, ...quiet, callerNumber: '+12025550188', callerName: null },
    ...{ startedAtMs: nowMs - 14_000, answeredAtMs: nowMs - 12_000, lastLatencyMs: 1640, heldBy: 'caller' },
    turns: [
      { speaker: 'agent', text: greeting, atMs: nowMs - 11_000 },
      {
        ...{ speaker: 'caller', atMs: nowMs - 4000 },
        text: 'Good morning. How much is a whitening with you?',
      },
    ],
    recordingPaused: true,
  });
  live.interim(liveCallId, 'the two thirty would be');
  return { practice, store, callId, caller, messageId, liveCallId };
}
