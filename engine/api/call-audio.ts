import { type Log, VoxboxError } from '../foundation/index.ts';
import { hears } from './access/visibility.ts';
import {
  type CallStanding,
  levelsAccess,
  levelsPath,
  type SoundMessage,
  soundAccess,
  soundOrderModel,
  soundPath,
} from './contract/index.ts';
import { LevelGauge } from './level-gauge.ts';
import type { LiveCalls } from './live.ts';
import type { AskedSocket, Serve, ServeSocket } from './method-server.ts';

/** The seat of the staff at one call, as the call room keeps it. */
export interface CallSeat {
  listen(ear: {
    readonly speaks: boolean;
    /** 20 ms of both sides, interleaved: caller left, agent right. */
    hear(samples: Int16Array, rateHz: number): void;
    gone(): void;
  }): {
    readonly id: string;
    readonly speaksAs: 'staff' | 'caller';
    speak(samples: Int16Array, rateHz: number): void;
    say(text: string): Promise<void>;
    leave(): void;
  };
  whisper(hint: { readonly by: string; readonly text: string }): Promise<void>;
  takeOver(who: { readonly by: string; readonly listener: string }): Promise<void>;
  giveBack(how: 'given-back'): Promise<void>;
}

export interface CallAudioParts {
  readonly live: LiveCalls;
  readonly log: Log;
  /** Null for a call that is not in progress, or not answered yet. */
  readonly seat: (callId: string) => CallSeat | null;
  /** Nobody talks with the agent where it is absent. */
  readonly startTalk?:
    | ((order: {
        readonly tenantId: string;
        readonly by: string;
        readonly agent: 'live' | 'draft';
      }) => Promise<{ readonly callId: string }>)
    | undefined;
}

/** A reader that is this far behind loses frames: about a second of them. */
const mostWaitingBytes = 64 * 1024;
/** 100 ms at 48 kHz. */
const longestVoiceBytes = 9600;
/** Whoever may not listen any more is let go within so long. */
const lookEveryMs = 2000;
/** RFC 6455 §7.4.1, and two of our own. */
const closing = { over: 1000, unusable: 1007, notAllowed: 4403, noCall: 4404 } as const;

export function serveCallAudio(
  serve: Serve,
  serveSocket: ServeSocket,
  { live, log, seat, startTalk }: CallAudioParts,
): void {
  const needSeat = (callId: string): CallSeat => {
    const found = seat(callId);
    if (!found) throw new VoxboxError('not_found', `call ${callId} is not in progress`);
    return found;
  };
  const standing = (callId: string): CallStanding & { takenOverBy: string | null } => {
    const call = live.list().find((one) => one.callId === callId);
    const { state = 'ended', heldBy = null, recordingPaused = false, takenOverBy = null } = call ?? {};
    return { callId, state, heldBy, recordingPaused, takenOverBy };
  };

  serve('call.whisper', async ({ id, body, who }) => {
    await needSeat(id).whisper({ by: who.name, text: body.text });
    return standing(id);
  });
  serve('call.takeOver', async ({ id, body, who }) => {
    await needSeat(id).takeOver({ by: who.name, listener: body.listener });
    return standing(id);
  });
  serve('call.giveBack', async ({ id }) => {
    await needSeat(id).giveBack('given-back');
    return standing(id);
  });
  serve('talk.start', async ({ id, who, body, reply }) => {
    if (!startTalk) throw new VoxboxError('inference_unavailable', 'the models are not there');
    const started = await startTalk({ tenantId: id, by: who.name, agent: body.agent });
    reply.code(201);
    return started;
  });
  const attended = (hearing: 'sound' | 'levels') => (asked: AskedSocket) => {
    const found = seat(asked.id);
    if (found) attend(asked, found, { log, hearing });
    else asked.socket.close(closing.noCall, 'the call is not in progress');
  };
  serveSocket({ name: 'call.sound', path: soundPath, line: soundAccess }, attended('sound'));
  serveSocket({ name: 'call.levels', path: levelsPath, line: levelsAccess }, attended('levels'));
}

/** One socket at the seat: sound down, a voice or typed lines up. */
function attend(
  { socket, still, tenants: [tenantId = ''] }: AskedSocket,
  seat: CallSeat,
  { log, hearing }: { readonly log: Log; readonly hearing: 'sound' | 'levels' },
): void {
  const tell = (message: SoundMessage): void => socket.send(JSON.stringify(message));
  const levels = new LevelGauge((told) => tell({ kind: 'levels', ...told }));
  let formatHz: number | null = null;
  let microphoneHz: number | null = null;
  const listening = seat.listen({
    speaks: hearing === 'sound',
    hear(samples, rateHz) {
      if (socket.bufferedAmount > mostWaitingBytes) return;
      levels.add(samples);
      if (hearing === 'levels') return;
      if (rateHz !== formatHz) {
        formatHz = rateHz;
        tell({ kind: 'format', rateHz, channels: 2, frameMs: 20 });
      }
      socket.send(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    gone: () => socket.close(closing.over, 'the call is over'),
  });
  const look = setInterval(() => {
    const now = still();
    if (!now || !hears(now, tenantId)) socket.close(closing.notAllowed, 'may not listen any more');
  }, lookEveryMs);
  socket.on('close', () => {
    clearInterval(look);
    listening.leave();
  });
  socket.on('error', (error) => log.debug({ error }, 'somebody who listened broke off'));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (hearing === 'levels') return;
    if (isBinary) {
      const isVoice = data.length % 2 === 0 && data.length <= longestVoiceBytes;
      if (isVoice && microphoneHz !== null) listening.speak(samplesOf(data), microphoneHz);
      return;
    }
    const order = orderOf(data);
    if (order === null) socket.close(closing.unusable, 'not understood');
    else if (order.kind === 'microphone') microphoneHz = order.rateHz;
    else
      void listening
        .say(order.text)
        .catch((error: unknown) => log.warn({ err: error }, 'a typed line was not taken'));
  });
  tell({ kind: 'joined', listener: listening.id, speaksAs: listening.speaksAs });
}

/** A copy: the socket's memory is its own, and may begin at an odd place. */
function samplesOf(data: Buffer): Int16Array {
  const samples = new Int16Array(data.length / 2);
  for (let i = 0; i < samples.length; i += 1) samples[i] = data.readInt16LE(2 * i);
  return samples;
}

function orderOf(data: Buffer): ReturnType<typeof soundOrderModel.parse> | null {
  try {
    return soundOrderModel.parse(JSON.parse(data.toString('utf8')));
  } catch {
    return null;
  }
}
