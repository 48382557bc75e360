import { setTimeout as sleep } from 'node:timers/promises';
import {
  createReceptionist,
  fixedPhrases,
  hearStaff,
  type IntentBank,
  type SessionTurn,
  smallTalkPrompt,
  startAgentSession,
} from '../agent/index.ts';
import {
  createHealthBook,
  type HealthBook,
  type Log,
  systemClock,
  VoxboxError,
} from '../foundation/index.ts';
import { type Inference, ownedBy } from '../inference/index.ts';
import type { Media } from '../media/index.ts';
import { defaultWaitLimits, type loadVad, type PhraseCache, type RecogniserEvents } from '../speech/index.ts';
import { agentAudio } from './agent-audio.ts';
import { announce } from './announce.ts';
import { type ChainParts, llmOf, localSpeaker, recogniserOf, speakerOf } from './call-speech.ts';
import { agentOf, type CarriedCall, legOf } from './carried-call.ts';
import { CarriedLeg } from './carried-leg.ts';
import { type CallStatistics, callerLeg, type FromWorker, type Interim, type ToWorker } from './messages.ts';
import { createOwnVectorBook } from './own-vectors.ts';
import { createRemoteTools } from './remote-tools.ts';
import { StaffEar } from './staff-ear.ts';
import { recordingNotice } from './wordings.ts';

/** What it takes to hear and to speak; without it calls are carried between people alone. */
export interface Speech {
  readonly inference: Inference;
  readonly phrases: PhraseCache;
  readonly vad: Awaited<ReturnType<typeof loadVad>>;
  readonly intentBank: IntentBank;
}

/** What all calls of the worker share. */
export interface CarrierParts {
  readonly media: Media;
  readonly log: Log;
  readonly tell: (message: FromWorker) => void;
}

type Order<K extends ToWorker['kind']> = Extract<ToWorker, { readonly kind: K }>;
type LegOrder = Extract<ToWorker, { readonly leg: string }>;
type Done = Omit<Extract<FromWorker, { readonly kind: 'done' }>, 'kind' | 'id'>;

const statisticsEveryMs = 5000;
const idlePollMs = 500;
/** Understanding goes by the words alone where the model does not answer in time. */
const longestEmbedMs = 800;

/** Carries calls: legs, bridges and agent sessions. */
export class CallCarrier {
  readonly #parts: CarrierParts;
  readonly #calls = new Map<string, CarriedCall>();
  readonly #timer: NodeJS.Timeout;
  /** One breaker for all calls that use a provider. */
  readonly #health: HealthBook;
  readonly #ownVectors = createOwnVectorBook();
  #speech: Speech | null = null;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
    this.#health = createHealthBook({
      clock: systemClock,
      onChange: (health) => parts.tell({ kind: 'provider-health', health }),
    });
    this.#timer = setInterval(() => this.#tellStatistics(), statisticsEveryMs);
    this.#timer.unref();
  }

  /** The models are there. What was used before goes on for the agents that have it. */
  async speakWith(speech: Speech): Promise<void> {
    const before = this.#speech;
    this.#speech = speech;
    if ([...this.#calls.values()].every(({ agent }) => agent === null)) await before?.inference.close();
  }

  async obey(order: Exclude<ToWorker, { readonly kind: 'init' | 'models' }>): Promise<Done> {
    switch (order.kind) {
      case 'open-leg':
        return this.#openLeg(order);
      case 'stop-leg':
        return this.#stopLeg(order);
      case 'move-leg':
        this.#moveLeg(order);
        return {};
      case 'warm-agent':
        await this.#warmAgent(order);
        return {};
      case 'start-agent':
        await this.#startAgent(order);
        return {};
      case 'pause-agent':
        await this.#pauseAgent(order);
        return {};
      case 'resume-agent':
        this.#resumeAgent(order);
        return {};
      case 'whisper':
        agentOf(this.#find(order.callId)).receptionist.hint(order.text);
        return {};
      case 'type':
        agentOf(this.#find(order.callId)).session.type(order.text);
        return {};
      case 'feed':
        this.#calls
          .get(order.callId)
          ?.legs.get(order.leg)
          ?.media.feed(order.way, order.samples, order.rateHz);
        return {};
      case 'prepare':
        await this.#prepare(order);
        return {};
      case 'stop-call':
        return this.#stopCall(order.callId);
      case 'tool-done':
        this.#calls.get(order.callId)?.tools.done(order.request, order.result);
        return {};
      case 'tool-failed':
        this.#calls.get(order.callId)?.tools.failed(order.request, order.error);
        return {};
      default:
        await this.#onLeg(order);
        return {};
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#calls.keys()].map((callId) => this.#stopCall(callId)));
    await this.#parts.media.stop();
    await this.#speech?.inference.close();
  }

  async #openLeg({ callId, leg: id }: Order<'open-leg'>): Promise<Done> {
    const { tell } = this.#parts;
    // The call is known before its first port is there: a second leg must not make a second call.
    const call = this.#calls.get(callId) ?? this.#newCall(callId);
    try {
      const media = await this.#parts.media.openLeg();
      if (call.abort.signal.aborted || call.legs.has(id)) {
        await media.stop();
        throw new VoxboxError('aborted', 'the call has ended');
      }
      const leg: CarriedLeg = new CarriedLeg(callId, media, {
        key: (key) => tell({ kind: 'key', callId: leg.callId, leg: id, key }),
        voice: () => tell({ kind: 'voice', callId: leg.callId, leg: id }),
        silent: (forMs) => tell({ kind: 'silent', callId: leg.callId, leg: id, forMs }),
        sound: (samples, rateHz) => tell({ kind: 'sound', callId: leg.callId, leg: id, samples, rateHz }),
      });
      call.legs.set(id, leg);
      return { port: media.port };
    } catch (error) {
      if (call.legs.size === 0) this.#calls.delete(callId);
      throw error;
    }
  }

  #newCall(callId: string): CarriedCall {
    const { tell } = this.#parts;
    const tools = createRemoteTools((request, tool) => tell({ kind: 'tool', callId, request, tool }));
    const call = { legs: new Map(), tools, abort: new AbortController(), bridge: null, agent: null };
    this.#calls.set(callId, call);
    return call;
  }

  async #onLeg(order: Exclude<LegOrder, Order<'open-leg' | 'stop-leg' | 'move-leg'>>): Promise<void> {
    const call = this.#find(order.callId);
    const leg = legOf(call, order.leg);
    switch (order.kind) {
      case 'start-leg':
        return leg.start(order.start);
      case 'hold':
        return leg.media.hold(order.on);
      case 'recording':
        return leg.media.recording(order.on);
      case 'echo':
        return leg.media.echo(order.on);
      case 'ringback':
        return leg.media.ringback(order.on);
      case 'tap':
        return leg.media.tap(order.on);
      case 'listen':
        return leg.listen(order.on);
      case 'send-dtmf':
        return leg.media.sendDtmf(order.keys);
      case 'press-key':
        return leg.press(order.key);
      case 'bridge-add':
        leg.hush();
        call.bridge ??= this.#parts.media.bridge();
        return call.bridge.add(leg.media, { agent: order.agent });
      case 'bridge-remove':
        return call.bridge?.remove(leg.media);
      case 'play': {
        const { text, manner } = order;
        const speaker = localSpeaker(manner, this.#chainParts(this.#parts.log));
        return leg.say((id, signal) => announce(leg.media, { id, text, speaker }, signal));
      }
    }
  }

  /** The greeting goes into memory, and the language model reads how the call's prompts begin. */
  async #warmAgent({ callId, snapshot, providers }: Order<'warm-agent'>): Promise<void> {
    const { inference } = this.#needSpeech();
    const { signal } = this.#find(callId).abort;
    const options = { priority: 'greeting', signal } as const;
    const speaker = speakerOf(snapshot, providers.tts, this.#chainParts(this.#parts.log));
    const prefix = smallTalkPrompt(snapshot);
    const isLocal = providers.llm[0]?.provider === 'local';
    const ready = this.#ownVectors.of(snapshot, (texts) => inference.embed(texts, { priority: 'greeting' }));
    await Promise.all([
      speaker.prepare([snapshot.greeting], options),
      ready.catch(() => {}),
      isLocal ? inference.openDialogue({ id: callId, prefix }, options) : null,
    ]);
  }

  /** Reads the beginning of a call's next prompt while the caller listens; without it the model reads it then. */
  #readerOf(callId: string): (prefix: ReturnType<typeof smallTalkPrompt>) => void {
    const { inference } = this.#needSpeech();
    const { signal } = this.#find(callId).abort;
    return (prefix) => {
      inference.openDialogue({ id: callId, prefix }, { priority: 'summary', signal }).catch(() => {});
    };
  }

  async #startAgent({ callId, snapshot, caller, providers }: Order<'start-agent'>): Promise<void> {
    const { tell } = this.#parts;
    const { vad, intentBank } = this.#needSpeech();
    const call = this.#find(callId);
    const { tools, abort } = call;
    const log = this.#parts.log.child({ callId });
    const parts = this.#chainParts(log, callId);
    const { inference } = parts;
    const llm = llmOf(providers.llm, parts);
    const receptionist = createReceptionist({
      ...{ snapshot, caller, tools, intentBank, log },
      clock: systemClock,
      own: this.#ownVectors.of(snapshot, (texts) => inference.embed(texts, { priority: 'live' })),
      embed: (texts) =>
        inference.embed(texts, { priority: 'live', signal: abort.signal, timeoutMs: longestEmbedMs }),
      phrase: async ({ messages, signal }) => {
        const options = { priority: 'live', ...(signal ? { signal } : {}) } as const;
        const request = { messages, maxTokens: 48, temperature: 0.2, dialogue: callId };
        return (await llm.generate(request, options)).text;
      },
      ...(providers.llm[0]?.provider === 'local' ? { readAhead: this.#readerOf(callId) } : {}),
    });
    const leg = legOf(call, callerLeg);
    const audio = agentAudio(leg);
    const recognise = (events: RecogniserEvents) =>
      recogniserOf(snapshot, providers.stt, { ...parts, events, signal: abort.signal });
    const ears = { vad, log, recognise, endOfTurn: inference, clock: systemClock };
    const onTurn = (turn: SessionTurn): void => tell({ kind: 'turn', callId, ...turn });
    const limits = snapshot.speech?.turnTaking ?? defaultWaitLimits;
    const interimOf = (speaker: Interim['speaker']) => (text: string) =>
      tell({ kind: 'interim', callId, speaker, text });
    const staff = new StaffEar(leg, (heard) =>
      hearStaff({ ...ears, audio: heard, limits, onInterim: interimOf('staff'), onTurn }),
    );
    const session = startAgentSession({
      ...{ ...ears, audio, receptionist, snapshot },
      speaker: speakerOf(snapshot, providers.tts, parts),
      signal: abort.signal,
      on: {
        turn: onTurn,
        interim: interimOf('caller'),
        slots: (slots) => tell({ kind: 'slots', callId, ...slots }),
        transfer: (targetId) => {
          audio.away(true);
          tell({ kind: 'transfer', callId, targetId });
        },
        endCall: (failed) => tell({ kind: 'end-call', callId, reason: failed ? 'failed' : 'agent' }),
      },
    });
    call.agent = { session, audio, receptionist, staff };
    // Stopped meanwhile: nobody else will do it.
    if (abort.signal.aborted) await session.stop();
  }

  async #pauseAgent({ callId, withinMs, hears }: Order<'pause-agent'>): Promise<void> {
    const { agent } = this.#find(callId);
    agent?.audio.away(!hears);
    // Who has the agent hear is a person in its place.
    agent?.staff.present(hears);
    await agent?.session.pause(withinMs);
  }

  #resumeAgent({ callId, after }: Order<'resume-agent'>): void {
    const { agent } = this.#find(callId);
    agent?.staff.present(false);
    agent?.audio.away(false);
    agent?.session.resume(after);
  }

  /**
   * The greeting of a local voice is ready when this resolves; the other phrases follow while nothing else is to
   * do. What a service speaks is not waited for: it may be down, and calls are taken all the same.
   */
  async #prepare({ snapshot, providers }: Order<'prepare'>): Promise<void> {
    const { log } = this.#parts;
    const parts = this.#chainParts(log);
    const speaker = speakerOf(snapshot, providers.tts, parts);
    const greeting = speaker.prepare([snapshot.greeting], { priority: 'greeting' });
    if (providers.tts[0]?.provider === 'local' && !snapshot.speech?.clonedVoice) await greeting;
    greeting
      .then(async () => {
        const { inference } = parts;
        await this.#ownVectors.of(snapshot, (texts) => inference.embed(texts, { priority: 'embedding' }));
        for (const text of fixedPhrases(snapshot)) {
          await this.#idle();
          await speaker.prepare([text], { priority: 'summary' });
        }
        await localSpeaker(snapshot, parts).prepare([recordingNotice], { priority: 'summary' });
      })
      .catch((error: unknown) => log.warn({ err: error }, 'fixed phrases could not be made ready'));
  }

  /** Resolves when no agent talks: what may never be needed does not take a core from a call. */
  async #idle(): Promise<void> {
    while ([...this.#calls.values()].some(({ agent }) => agent !== null)) await sleep(idlePollMs);
  }

  async #stopLeg({ callId, leg: id }: Order<'stop-leg'>): Promise<Done> {
    const call = this.#calls.get(callId);
    const leg = call?.legs.get(id);
    if (!call || !leg) return {};
    call.legs.delete(id);
    call.bridge?.remove(leg.media);
    const statistics = { [id]: await leg.stop() };
    // Whoever ends a leg need not be the one who keeps the call's record.
    this.#parts.tell({ kind: 'statistics', callId, legs: statistics });
    return { statistics };
  }

  #moveLeg({ callId, leg: id, toCallId }: Order<'move-leg'>): void {
    const [from, to] = [this.#find(callId), this.#find(toCallId)];
    const leg = legOf(from, id);
    from.bridge?.remove(leg.media);
    from.legs.delete(id);
    leg.callId = toCallId;
    to.legs.set(id, leg);
  }

  async #stopCall(callId: string): Promise<Done> {
    const call = this.#calls.get(callId);
    if (!call) return {};
    this.#calls.delete(callId);
    call.abort.abort();
    call.tools.close();
    this.#speech?.inference.closeDialogue(callId).catch(() => {});
    // The legs first: no port waits for an agent that is slow to end.
    call.bridge?.close();
    call.agent?.staff.stop();
    const agent = call.agent?.session.stop();
    const stopped = await Promise.all(
      [...call.legs].map(async ([id, leg]) => [id, await leg.stop()] as const),
    );
    await agent;
    return { statistics: Object.fromEntries(stopped) };
  }

  #tellStatistics(): void {
    for (const [callId, call] of this.#calls) {
      const legs: CallStatistics = Object.fromEntries(
        [...call.legs].map(([id, leg]) => [id, leg.media.statistics()]),
      );
      this.#parts.tell({ kind: 'statistics', callId, legs });
    }
  }

  /** @param owner the call whose requests they are; calls take turns at the models */
  #chainParts(log: Log, owner?: string): ChainParts {
    const { inference, phrases } = this.#needSpeech();
    const owned = owner === undefined ? inference : ownedBy(inference, owner);
    return { inference: owned, phrases, health: this.#health, log };
  }

  #needSpeech(): Speech {
    if (!this.#speech) throw new VoxboxError('inference_unavailable', 'the models are not there yet');
    return this.#speech;
  }

  #find(callId: string): CarriedCall {
    const call = this.#calls.get(callId);
    if (!call) throw new VoxboxError('not_found', `there is no call ${callId}`);
    return call;
  }
}
