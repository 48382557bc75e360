/**
 * The call worker: RTP, voice activity and agent sessions of all calls, in a process of its own, so
 * that neither a model nor the database can hold up a packet, and a crash here ends only its calls.
 */
import {
  createReceptionist,
  fixedPhrases,
  type IntentBank,
  prepareIntentBank,
  startAgentSession,
} from '../agent/index.ts';
import {
  createLog,
  type Log,
  type LogOptions,
  systemClock,
  toErrorShape,
  VoxboxError,
} from '../foundation/index.ts';
import { connectInference, type Inference } from '../inference/index.ts';
import { createMediaThread, type Media, type MediaLeg } from '../media/index.ts';
import { createPhraseCache, loadVad, type PhraseCache } from '../speech/index.ts';
import { announce } from './announce.ts';
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts';
import { createRemoteTools, type RemoteTools } from './remote-tools.ts';

/** One call as this process holds it. */
interface CarriedCall {
  readonly leg: MediaLeg;
  readonly tools: RemoteTools;
  readonly abort: AbortController;
  stopAgent: (() => Promise<void>) | null;
}

/** What all calls share. */
interface Shared {
  readonly media: Media;
  readonly inference: Inference;
  readonly phrases: PhraseCache;
  readonly vad: Awaited<ReturnType<typeof loadVad>>;
  readonly intentBank: IntentBank;
  readonly log: Log;
}

type Order<K extends ToWorker['kind']> = Extract<ToWorker, { readonly kind: K }>;

/** A caller of whom nothing arrives for this long is gone. */
const lostAfterMs = 60_000;

class CallCarrier {
  readonly #shared: Shared;
  readonly #calls = new Map<string, CarriedCall>();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async openLeg({ callId }: Order<'open-leg'>): Promise<{ port: number }> {
    const leg = await this.#shared.media.openLeg();
    const tools = createRemoteTools((request, tool) => tell({ kind: 'tool', callId, request, tool }));
    this.#calls.set(callId, { leg, tools, abort: new AbortController(), stopAgent: null });
    return { port: leg.port };
  }

  startLeg(order: Order<'start-leg'>): void {
    const { callId, remote, codec, payloadType, dtmfPayloadType, recordingPath } = order;
    const { leg } = this.#find(callId);
    leg.on('silent', (forMs) => {
      if (forMs >= lostAfterMs) tell({ kind: 'end-call', callId, reason: 'no-audio' });
    });
    leg.start({
      remote,
      codec,
      payloadType,
      ...(dtmfPayloadType === null ? {} : { dtmfPayloadType }),
      ...(recordingPath === null ? {} : { recordingPath }),
    });
  }

  async startAgent({ callId, snapshot, caller }: Order<'start-agent'>): Promise<void> {
    const { inference, phrases, vad, intentBank } = this.#shared;
    const call = this.#find(callId);
    const { leg, tools, abort } = call;
    const log = this.#shared.log.child({ callId });
    const receptionist = createReceptionist({
      snapshot,
      caller,
      tools,
      intentBank,
      clock: systemClock,
      log,
      embed: (texts) => inference.embed(texts, { priority: 'live', signal: abort.signal }),
      phrase: async ({ system, user, signal }) => {
        const messages = [
          { role: 'system', content: system },
          { role: 'user', content: user },
        ] as const;
        const options = { priority: 'live', ...(signal ? { signal } : {}) } as const;
        return (await inference.generate({ messages, maxTokens: 48, temperature: 0.2 }, options)).text;
      },
    });
    const session = await startAgentSession({
      audio: {
        onAudio: (listener) => leg.on('audio', listener),
        onDtmf: (listener) => leg.on('dtmf', listener),
        onPlayed: (listener) => leg.on('played', listener),
        play: (stretch) => leg.play(stretch),
        finish: (id) => leg.finish(id),
        clear: () => leg.clear(),
        times: () => leg.times(),
      },
      receptionist,
      inference,
      snapshot,
      phrases,
      vad,
      clock: systemClock,
      log,
      signal: abort.signal,
      on: {
        turn: (turn) => tell({ kind: 'turn', callId, ...turn }),
        interim: (text) => tell({ kind: 'interim', callId, text }),
        slots: (slots) => tell({ kind: 'slots', callId, ...slots }),
        endCall: () => tell({ kind: 'end-call', callId, reason: 'agent' }),
      },
    });
    call.stopAgent = () => session.stop();
  }

  async announce({ callId, text, voice }: Order<'announce'>): Promise<void> {
    const { leg, abort } = this.#find(callId);
    await announce(leg, this.#shared.phrases, { text, voice }, abort.signal);
    tell({ kind: 'end-call', callId, reason: 'announced' });
  }

  /** The greeting is ready when this resolves; the other phrases follow while nothing else is to do. */
  async prepare({ snapshot }: Order<'prepare'>): Promise<void> {
    const { phrases, log } = this.#shared;
    const { voice, greeting } = snapshot;
    await phrases.prepare([greeting], { voice });
    phrases
      .prepare(fixedPhrases(snapshot), { voice, priority: 'summary' })
      .catch((error: unknown) => log.warn({ err: error }, 'fixed phrases could not be made ready'));
  }

  async stopCall({ callId }: Order<'stop-call'>): Promise<Pick<Done, 'statistics'>> {
    const call = this.#calls.get(callId);
    if (!call) return {};
    this.#calls.delete(callId);
    call.abort.abort();
    call.tools.close();
    await call.stopAgent?.();
    const statistics = call.leg.statistics();
    await call.leg.stop();
    return { statistics };
  }

  toolAnswer(order: Order<'tool-done'> | Order<'tool-failed'>): void {
    const tools = this.#calls.get(order.callId)?.tools;
    if (order.kind === 'tool-done') tools?.done(order.request, order.result);
    else tools?.failed(order.request, order.error);
  }

  async stop(): Promise<void> {
    const ids = [...this.#calls.keys()];
    await Promise.all(ids.map((callId) => this.stopCall({ kind: 'stop-call', id: 0, callId })));
    await this.#shared.media.stop();
    await this.#shared.inference.close();
  }

  #find(callId: string): CarriedCall {
    const call = this.#calls.get(callId);
    if (!call) throw new VoxboxError('not_found', `there is no call ${callId}`);
    return call;
  }
}

type Done = Extract<FromWorker, { readonly kind: 'done' }>;

const tell = (message: FromWorker): void => {
  if (process.connected) process.send?.(message);
};

async function prepareShared(init: WorkerInit): Promise<Shared> {
  const logOptions: LogOptions = {
    level: init.logLevel,
    keepPersonalData: init.logPersonalData,
    ...(init.logFile === null ? {} : { file: init.logFile }),
  };
  const log = createLog(logOptions);
  const inference = await connectInference(init.inferenceSocket, log);
  const [vad, intentBank] = await Promise.all([
    loadVad(),
    prepareIntentBank((texts) => inference.embed(texts, { priority: 'embedding' })),
  ]);
  const { rtpHost: host, rtpPortMin: portMin, rtpPortMax: portMax } = init;
  return {
    media: createMediaThread({ host, portMin, portMax, log: logOptions }),
    phrases: createPhraseCache({ inference, directory: init.phraseDir, log }),
    inference,
    vad,
    intentBank,
    log,
  };
}

let carrier: CallCarrier | null = null;

async function obey(order: ToWorker): Promise<Omit<Done, 'kind' | 'id'>> {
  if (order.kind === 'init') {
    carrier = new CallCarrier(await prepareShared(order.init));
    return {};
  }
  if (!carrier) throw new VoxboxError('call_worker_unavailable', 'the call worker is not ready yet');
  switch (order.kind) {
    case 'open-leg':
      return carrier.openLeg(order);
    case 'start-leg':
      carrier.startLeg(order);
      return {};
    case 'start-agent':
      await carrier.startAgent(order);
      return {};
    case 'announce':
      await carrier.announce(order);
      return {};
    case 'prepare':
      await carrier.prepare(order);
      return {};
    case 'stop-call':
      return carrier.stopCall(order);
    default:
      carrier.toolAnswer(order);
      return {};
  }
}

process.on('message', (order: ToWorker) => {
  const id = 'id' in order ? order.id : null;
  obey(order).then(
    (answer) => id !== null && tell({ kind: 'done', id, ...answer }),
    (error: unknown) =>
      id !== null && tell({ kind: 'failed', id, error: toErrorShape(error, 'call_worker_unavailable') }),
  );
});

// The engine closes the channel, or is gone: recordings are finished, then this process ends.
process.on('disconnect', () => {
  (carrier?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
// Ctrl+C reaches the whole process group; the engine decides when this process ends.
process.on('SIGINT', () => {});
