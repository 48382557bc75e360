import { createReceptionist, type IntentBank, type Saying } from '../agent/index.ts';
import { runTool, toolsByName } from '../call/index.ts';
import { silentLog } from '../foundation/index.ts';
import { type CallerTurn, createCaller } from './caller.ts';
import type { RehearsalCase } from './case.ts';
import type { Embed, Practice } from './practice.ts';

/** A line of the conversation. */
export interface Spoken {
  readonly by: 'agent' | 'caller';
  readonly text: string;
  /** What the agent's words asked for, by the id of its question. */
  readonly asked?: string;
}

export interface Conversation {
  readonly lines: readonly Spoken[];
  /** Names of those who were put through to. */
  readonly transfers: readonly string[];
  readonly ended: boolean;
}

/** A call that has not come to its end by then is cut. */
const mostTurns = 40;

/** Plays a case without audio: the receptionist and its tools are those of calls, on a real database. */
export async function textCall(
  rehearsed: RehearsalCase,
  practice: Practice,
  { embed, intentBank }: { readonly embed: Embed; readonly intentBank: IntentBank },
): Promise<Conversation> {
  const { store, clock, ids } = practice;
  const snapshot = practice.snapshot();
  const callId = ids.uuid();
  const call = { id: callId, sipCallId: callId, callerNumber: rehearsed.number, callerName: null };
  store.calls.start({ ...call, calledNumber: '+15555550100' });
  const use = toolsByName((tool) => runTool(tool, store, { callId, clock, ids, embed }));
  const receptionist = createReceptionist({
    snapshot,
    caller: { number: rehearsed.number, name: null, earlierCalls: 0 },
    tools: use,
    ...{ embed, clock, log: silentLog, intentBank },
  });
  const caller = createCaller(rehearsed);
  const lines: Spoken[] = [];
  const transfers: string[] = [];
  let ended = false;

  const hear = async (sayings: AsyncIterable<Saying>): Promise<void> => {
    const words: string[] = [];
    for await (const saying of sayings) {
      if (saying.kind === 'say') words.push(saying.text);
      if (saying.kind === 'end-call') ended = true;
      if (saying.kind !== 'transfer') continue;
      transfers.push(snapshot.people?.find(({ id }) => id === saying.targetId)?.name ?? saying.targetId);
      ended = true;
    }
    lines.push({ by: 'agent', text: words.join(' '), asked: receptionist.asks?.() });
  };

  lines.push({ by: 'agent', text: receptionist.greeting(), asked: receptionist.asks?.() });
  let silences = 0;
  for (let turn = 0; turn < mostTurns && !ended; turn++) {
    const next = caller.next(receptionist.asks?.() ?? '');
    silences = next.kind === 'is-silent' ? silences + 1 : 0;
    lines.push({ by: 'caller', text: wordsOf(next) });
    if (next.kind === 'hangs-up') ended = true;
    else if (next.kind === 'is-silent') await hear(receptionist.silence(silences));
    else if (next.kind === 'keys') await hear(receptionist.keypad(next.keys));
    else await hear(receptionist.reply({ text: next.text, confidence: 0.95 }));
  }
  return { lines, transfers, ended };
}

const wordsOf = (turn: CallerTurn): string =>
  turn.kind === 'says' ? turn.text : turn.kind === 'keys' ? `(presses ${turn.keys})` : `(${turn.kind})`;
