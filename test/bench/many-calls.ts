import { systemIds } from '../../engine/foundation/index.ts';
import { chanceOf } from '../../engine/rehearsal/line/chance.ts';
import type { CallOutcome, TenantStore } from '../../engine/store/index.ts';

const minuteMs = 60_000;

/** Sentences of callers and the agent; the words in them are as common as they are in calls. */
const asked = [
  'Hi, I would like to book a cleaning, if you have anything this afternoon.',
  'Good morning. How much is a whitening with you?',
  'I think I lost a filling on Thursday. Could I see somebody soon?',
  'Are you open on Saturday? I need a root canal.',
  'I have to move my appointment to next week, please.',
  'Do you take Delta insurance? My son needs braces.',
] as const;
const answered = [
  'Of course. I have three thirty or four o’clock today. Which suits you better?',
  'Thank you. A check-up and cleaning at three thirty with Dr. Osei. Shall I book it?',
  'We are open Monday to Friday, nine to five.',
] as const;
const rare = ['xylophone', 'periodontist', 'Saskatchewan', 'zirconia'] as const;
const outcomes = [
  ...(['booked', 'booked', 'answered', 'answered', 'answered'] as const),
  ...(['message', 'abandoned', 'transferred', 'failed', 'refused'] as const),
] as const satisfies readonly CallOutcome[];
const names = ['Maria Lopez', 'Daniel Weiss', 'Olivia Brown', 'Grace Kim', 'Peter Novak'] as const;

/**
 * Calls of two years, the same every time: all outcomes, both directions, some recorded, two turns each; one in ten
 * thousand says a rare word, and one number has called five hundred times.
 *
 * @param tell told how many there are, now and then
 */
export function makeCalls(
  store: TenantStore,
  options: {
    readonly count: number;
    readonly endMs: number;
    readonly at: (atMs: number) => void;
    readonly tell: (made: number) => void;
  },
): void {
  const { count, endMs, at, tell } = options;
  const random = chanceOf('calls');
  const pick = <T>(of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  const spanMs = 730 * 24 * 60 * minuteMs;
  const batch = 2000;
  for (let made = 0; made < count; made += batch) {
    store.transaction(() => {
      for (let i = made; i < Math.min(count, made + batch); i += 1) {
        const startMs = Math.floor(endMs - spanMs + (spanMs * i) / count);
        const number =
          i % 200 === 0 ? '+12025550123' : `+1${2_025_560_000 + Math.floor(random() * 9_000_000)}`;
        const said = i % 10_000 === 77 ? `I need a ${pick(rare)}.` : pick(asked);
        const lines = [said, pick(answered)];
        makeCall(store, {
          startMs,
          number,
          name: random() < 0.5 ? pick(names) : null,
          lines,
          outcome: pick(outcomes),
          at,
        });
      }
    });
    tell(Math.min(count, made + batch));
  }
}

function makeCall(
  store: TenantStore,
  call: {
    readonly startMs: number;
    readonly number: string;
    readonly name: string | null;
    readonly lines: readonly string[];
    readonly outcome: CallOutcome;
    readonly at: (atMs: number) => void;
  },
): void {
  const { startMs, number, name, lines, outcome, at } = call;
  const id = systemIds.uuid();
  const outbound = outcome === 'transferred' && number.endsWith('3');
  const own = '+12025550100';
  at(startMs);
  store.calls.start({
    ...{ id, sipCallId: id, callerName: name },
    ...(outbound
      ? { direction: 'outbound', callerNumber: own, calledNumber: number }
      : { callerNumber: number, calledNumber: own }),
  });
  store.calls.answer(id, { recording: outcome === 'refused' ? null : `recordings/${id}.wav` });
  for (const [i, text] of lines.entries()) {
    store.transcript.add({
      ...{ callId: id, speaker: i % 2 === 0 ? 'caller' : 'agent', text, interrupted: false, latency: null },
      ...{ startedAtMs: startMs + i * 4000, endedAtMs: startMs + i * 4000 + 3000, confidence: null },
    });
  }
  at(startMs + 90_000);
  store.calls.end(id, outcome);
  store.analyses.save(id, {
    summary: { text: `The caller asked about a visit. ${outcome}.`, by: 'code' },
    cost: { parts: [], totalMicroUsd: 0 },
  });
}
