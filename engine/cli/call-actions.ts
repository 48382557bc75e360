import type { CallStanding, ConnectTo, TransferEnd } from '../api/contract/index.ts';
import { type Call, type Command, type Flag, UsageError } from './command.ts';
import { connectTo } from './connect-to.ts';
import { withBox } from './data.ts';
import { type Asked, ask, withEngine } from './running.ts';

/** Sentences, ringing and a person who thinks about it; below the limit that fetch has of its own. */
const connectLimitMs = 280_000;

const noWait = {
  'no-wait': { type: 'boolean', help: 'do not wait for the result; calls show tells it later' },
} as const satisfies Record<string, Flag>;

export const callsTransfer: Command = {
  name: 'calls transfer',
  summary: 'Put the caller through to a person, and say how it went',
  operands: '<id> <target>',
  flags: {
    blind: { type: 'boolean', help: 'hand the caller over without telling the person who is there' },
    'key-only': { type: 'boolean', help: 'the person takes the call with key 1, not by speaking' },
    ...noWait,
  },
  run: (call) =>
    withEngine(call, async (engine) => {
      const { io, json, has } = call;
      const body = {
        to: await targetOf(call),
        mode: has('blind') ? 'blind' : 'attended',
        ...(has('key-only') ? { acceptance: 'key' } : {}),
      };
      const answer = await ask(engine, { method: 'call.transfer', ...waitOf(call), body });
      io.out(json ? asJson(answer) : `${inWords(answer.end)}\n`);
      return answer.end === null || answer.end.result === 'completed' ? 0 : 1;
    }),
};

export const callsConference: Command = {
  name: 'calls conference',
  summary: 'Take a person into the conversation; whoever is in it stays',
  operands: '<id> <target>',
  flags: noWait,
  run: (call) =>
    withEngine(call, async (engine) => {
      const { io, json, has } = call;
      const body = { to: await targetOf(call) };
      const answer = await ask(engine, { method: 'call.conference', ...waitOf(call), body });
      io.out(json ? asJson(answer) : has('no-wait') ? 'They are being rung.\n' : 'They are in the call.\n');
      return 0;
    }),
};

export const callsHold: Command = {
  name: 'calls hold',
  summary: 'Let the caller wait with music',
  operands: '<id>',
  flags: {},
  run: (call) => act(call, { method: 'call.hold', done: 'The caller waits with music.' }),
};

export const callsResume: Command = {
  name: 'calls resume',
  summary: 'Take the caller back from waiting',
  operands: '<id>',
  flags: {},
  run: (call) => act(call, { method: 'call.resume', done: 'The caller is back.' }),
};

export const callsRecord: Command = {
  name: 'calls record',
  summary: 'Pause the recording of a call, or go on with it',
  operands: '<id>',
  flags: {
    on: { type: 'boolean', help: 'go on' },
    off: { type: 'boolean', help: 'pause: silence is kept, its time goes on' },
  },
  async run(call) {
    const on = call.has('on');
    if (on === call.has('off')) throw new UsageError('calls record needs --on or --off.');
    const done = on ? 'The recording goes on.' : 'The recording is paused.';
    return act(call, { method: 'call.record', body: { on }, done });
  },
};

export const callsPress: Command = {
  name: 'calls press',
  summary: "Send keys to the caller's side: 0-9, A-D, * and #",
  operands: '<id> <keys>',
  flags: {},
  run(call) {
    const body = { keys: call.positionals[1]?.toUpperCase() };
    return act(call, { method: 'call.press', body, done: 'Sent.' });
  },
};

export const callsHangUp: Command = {
  name: 'calls hangup',
  summary: 'End a call',
  operands: '<id>',
  flags: {},
  run: (call) => act(call, { method: 'call.hangUp', done: 'Ended.' }),
};

type Act = 'call.hold' | 'call.resume' | 'call.record' | 'call.press' | 'call.hangUp';

const act = (
  call: Call,
  { done, ...asked }: Omit<Asked<Act>, 'id'> & { readonly done: string },
): Promise<number> =>
  withEngine(call, async (engine) => {
    const answer = await ask(engine, { ...asked, id: idOf(call) });
    call.io.out(call.json ? asJson(answer) : `${done}\n`);
    return 0;
  });

const idOf = ({ positionals }: Call): string => positionals[0] ?? '';

const waitOf = (call: Call): Pick<Asked<'call.transfer'>, 'id' | 'query' | 'withinMs'> =>
  call.has('no-wait')
    ? { id: idOf(call) }
    : { id: idOf(call), query: { wait: 'true' }, withinMs: connectLimitMs };

const targetOf = (call: Call): Promise<ConnectTo> =>
  withBox(call.config(), { readOnly: true }, (box) =>
    connectTo(box, { callId: idOf(call), typed: call.positionals[1] ?? '' }),
  );

const asJson = (answer: CallStanding): string => `${JSON.stringify(answer, null, 2)}\n`;

const reasons = {
  busy: 'the line is busy',
  'no-answer': 'nobody answers',
  declined: 'the person did not take the call',
  unavailable: 'the person cannot be reached',
} as const;

function inWords(end: TransferEnd | null): string {
  if (end === null) return 'The transfer is under way.';
  if (end.result === 'completed') return 'The caller is connected.';
  if (end.result === 'cancelled') return 'Not connected: the caller hung up first.';
  const code = end.code === null ? '' : ` (${end.code})`;
  return `Not connected: ${reasons[end.why]}${code}. The caller is back with the agent.`;
}
