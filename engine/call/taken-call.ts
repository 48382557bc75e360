import { nextOpening } from '../calendar/index.ts';
import { hasCode, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import type { Digest, Invitation, SrfRequest, SrfResponse } from '../sip/index.ts';
import type { CallOutcome, Trunk } from '../store/index.ts';
import { type Attendance, attend } from './attend.ts';
import { callQuality, legQualities } from './call-quality.ts';
import { LiveControls } from './controls.ts';
import { LineLeg, type LineTerms } from './line-leg.ts';
import { mannerOf } from './local-manner.ts';
import { type CallStatistics, callerLeg } from './messages.ts';
import { credentialsOf, type OutboundParts } from './outbound-leg.ts';
import type { AnswerDecision } from './overflow.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { findPreset } from './presets/index.ts';
import { providerChains } from './providers.ts';
import { type CallRow, keepRecord, openRecord } from './record.ts';
import { codeOf, refuse } from './refusal.ts';
import type { CallRegistry } from './registry.ts';
import { ringCallees } from './ring-group.ts';
import type { AgentRoute, Route } from './router.ts';
import type { EmbedTexts } from './tools.ts';
import { type Callees, calleesOf } from './transfer-target.ts';
import { busyRequest, closedRequest, recordingNotice } from './wordings.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** What a call needs of the house. */
export interface InboundParts extends Omit<OutboundParts, 'worker'> {
  /** Null while no call can be carried. */
  readonly worker: CallWorker | null;
  /** Whether agents can answer: the models are there. */
  readonly hasAgents: boolean;
  readonly registry: CallRegistry;
  readonly digest: Digest;
  readonly ids: Ids;
  /** For answers from documents; rejects while the models are not there. */
  readonly embed: EmbedTexts;
  readonly dataDir: string;
  readonly maxCalls: number;
  readonly trustLoopback: boolean;
  /** A call that the line doctor has placed, on its way back. */
  readonly isTestCall: (call: {
    readonly calledNumber: string;
    readonly callerNumber: string | null;
  }) => boolean;
  /** Aborted when the engine stops: calls are ended and their records closed. */
  readonly stopping: AbortSignal;
  /** Voice of messages that belong to no tenant. */
  readonly defaultVoice: string;
}

/** Why a call is over. */
type CallEnd = 'ended' | 'no-audio' | 'failed' | 'hung-up';

/** What is done with a call that is taken. */
export type Plan =
  | Exclude<AnswerDecision, { kind: 'busy' | 'unavailable' }>
  | { readonly kind: 'echo' }
  /** A phone of the house rings somebody. */
  | { readonly kind: 'dial'; readonly callees: Callees };

export interface TakenCallParts {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  readonly invitation: Invitation;
  readonly calledNumber: string;
  readonly callId: string;
  readonly log: Log;
  readonly route: Route;
  readonly trunk: Trunk | null;
  readonly terms: LineTerms;
  readonly parts: InboundParts;
  readonly worker: CallWorker;
  readonly plan: Plan;
}

/** A call that is taken: from its first port to its last. */
export class TakenCall {
  readonly #given: TakenCallParts;
  readonly #hangUp = new AbortController();
  readonly #over = Promise.withResolvers<CallEnd>();
  readonly #leg: LineLeg;
  readonly #row: CallRow | null;
  #controls: LiveControls | null = null;
  /** Whoever took a call in place of an agent, until they are connected. */
  #person: PlacedLeg | null = null;
  /** What is done with the call now: a group that does not answer changes it. */
  #plan: Plan;
  #statistics: CallStatistics = {};
  /** A caller was asked for a message, and heard it to its end. */
  #messageAsked = false;

  constructor(given: TakenCallParts) {
    this.#given = given;
    this.#plan = given.plan;
    const { route, parts, callId, invitation, calledNumber, worker, terms, log, plan, trunk } = given;
    const { box, dataDir, registry, mediaHost, externalAddress, clock, random } = parts;
    const isOurs = route.kind === 'agent' && plan.kind !== 'echo';
    // First, because it may fail and nothing has to be closed then. A test of a line is nobody's call.
    this.#row =
      plan.kind === 'echo'
        ? null
        : openRecord(route, {
            callId,
            invitation,
            calledNumber,
            box,
            dataDir,
            isDialled: plan.kind === 'dial',
            canAnnounce: parts.hasAgents,
            ...{ clock: parts.clock, ids: parts.ids },
          });
    registry.open(
      {
        callId,
        tenantId: isOurs ? route.tenant.id : '',
        tenantName: isOurs ? route.tenant.name : '',
        callerNumber: invitation.callerNumber,
        callerName: isOurs ? route.caller.name : invitation.callerName,
        calledNumber,
      },
      { withoutAgent: plan.kind !== 'admit' },
    );
    this.#leg = new LineLeg({
      ...{ callId, worker, terms, log, mediaHost, externalAddress, clock, random },
      id: callerLeg,
      credentials: trunk && credentialsOf(trunk, box),
      recordingPath: this.#row?.recordingFile ?? null,
      onHeld: (held) => this.#held(held),
      onGone: () => {
        if (this.#controls?.goesOnWithoutCaller() !== true) this.#end('caller hung up');
      },
    });
  }

  async run(): Promise<void> {
    const { req, res, callId, worker, parts, log, invitation } = this.#given;
    const stop = (): void => this.#end('stopping');
    req.on('cancel', () => this.#end('cancelled'));
    parts.stopping.addEventListener('abort', stop);
    const unlisten = worker.listen(callId, (message) => this.#hear(message));
    let outcome: CallOutcome = 'failed';
    try {
      await this.#leg.open(invitation.source.address);
      this.#warmAgent();
      this.#person = await this.#ringFirst();
      const localSdp = invitation.offer ? await this.#leg.answer(invitation.offer) : this.#leg.offer();
      this.#hangUp.signal.throwIfAborted();
      this.#leg.attach(await parts.srf.createUAS(req, res, { localSdp }));
      this.#answered();
      outcome = this.#outcomeOf(await this.#attend());
    } catch (error) {
      if (this.#hangUp.signal.aborted) outcome = 'abandoned';
      else if (isUnanswered(error)) outcome = 'refused';
      else log.error({ err: error }, 'call failed');
      const unanswered = !this.#leg.dialog && !res.finalResponseSent;
      if (unanswered && !this.#hangUp.signal.aborted) refuse(res, codeOf(error), log);
    } finally {
      parts.stopping.removeEventListener('abort', stop);
      await this.#finish(outcome, unlisten);
    }
  }

  /** It need not be ready before the call is answered; what fails here fails again where it matters. */
  #warmAgent(): void {
    const { route, parts, callId, worker, log } = this.#given;
    if (route.kind !== 'agent' || this.#plan.kind !== 'admit') return;
    const providers = providerChains(parts.box, route.tenant.id);
    worker
      .request({ kind: 'warm-agent', callId, snapshot: route.snapshot, providers })
      .catch((error: unknown) =>
        log.debug({ err: error }, 'the agent could not be made ready while it rang'),
      );
  }

  /**
   * Nobody pays for ringing: a call that people take is answered when one of them answers. Where none of those who
   * stand in for the agents does, a message is taken if there is a voice to ask for it, and a recording to keep it.
   */
  async #ringFirst(): Promise<PlacedLeg | null> {
    const plan = this.#plan;
    if (plan.kind !== 'ring-group' && plan.kind !== 'dial') return null;
    try {
      return await this.#ring(plan);
    } catch (error) {
      const isOver = this.#hangUp.signal.aborted || !isUnanswered(error);
      const canAsk = this.#given.parts.hasAgents && this.#isRecorded;
      if (plan.kind === 'dial' || isOver || !canAsk) throw error;
      this.#plan = { kind: 'message', because: plan.because };
      return null;
    }
  }

  /** People are rung while the caller hears the ring-back of their own network. */
  async #ring(plan: Extract<Plan, { kind: 'ring-group' | 'dial' }>): Promise<PlacedLeg> {
    const { route, res, callId, parts, worker } = this.#given;
    if (route.kind !== 'agent')
      throw new VoxboxError('capacity_reached', 'nobody can be rung for that number');
    const { tenant, caller } = route;
    let rings = false;
    const onRinging = (): void => {
      if (!rings && !res.finalResponseSent) res.send(180);
      rings = true;
    };
    if (plan.kind === 'ring-group') onRinging();
    const callees =
      plan.kind === 'dial'
        ? plan.callees
        : calleesOf({ kind: 'ring-group', id: plan.ringGroupId }, { box: parts.box, tenant });
    const request = { callId, tenant, caller, signal: this.#hangUp.signal, onRinging };
    return ringCallees(callees, request, { ...parts, worker });
  }

  #answered(): void {
    const { route, parts, callId, worker, trunk, log, req } = this.#given;
    const plan = this.#plan;
    parts.registry.move(callId, 'answered');
    this.#row?.answered();
    if (plan.kind === 'message' || plan.kind === 'ring-group') {
      const type = plan.because === 'closed' ? 'call.outside-hours' : 'call.overflowed';
      this.#row?.note({ type, kind: plan.kind });
    }
    log.info({ route: route.kind, plan: plan.kind, trunk: trunk?.name ?? null }, 'call answered');
    if (route.kind !== 'agent' || plan.kind === 'echo') return;
    const { tenant, store, snapshot, caller } = route;
    this.#controls = new LiveControls({
      ...{ callId, tenant, store, snapshot, caller },
      leg: this.#leg,
      kind: plan.kind === 'admit' ? 'agent' : plan.kind === 'dial' ? 'dialled' : 'people',
      isRecorded: this.#isRecorded,
      allow: req.get('allow'),
      mayRefer: () => trunk === null || findPreset(trunk.preset).refer === 'yes',
      callerHost: trunk?.host ?? hostOf(this.#leg.dialog?.remote.uri ?? ''),
      registry: parts.registry,
      parts: { ...parts, worker },
      end: (why) => this.#end(why),
    });
    parts.registry.control(callId, this.#controls);
  }

  async #attend(): Promise<CallEnd> {
    const { callId, worker } = this.#given;
    const person = this.#person;
    if (person) await this.#tellOfRecording(person);
    // From now on the conversation holds them; it may give them to another call.
    this.#person = null;
    if (person) await this.#controls?.take(person);
    const begun = attend({ callId, worker, signal: this.#hangUp.signal }, this.#attendance());
    const over = this.#over.promise;
    // Somebody may have taken the call while a message was being left.
    const isDone = (state: 'ended' | 'goes on') => state === 'ended' && !this.#controls?.isWithPeople;
    return Promise.race([begun.then((state) => (isDone(state) ? 'ended' : over)), over]);
  }

  get #isRecorded(): boolean {
    return this.#row !== null && this.#row.recordingFile !== null;
  }

  /** Both who are about to talk hear that it is recorded; where no voice can say so, it is not. */
  async #tellOfRecording(person: PlacedLeg): Promise<void> {
    const { route, callId, worker, log } = this.#given;
    if (route.kind !== 'agent' || route.tenant.recording !== 'announced' || !this.#isRecorded) return;
    const manner = mannerOf(route.snapshot);
    const say = (leg: string) => worker.request({ kind: 'play', callId, leg, text: recordingNotice, manner });
    try {
      await Promise.race([Promise.all([say(callerLeg), say(person.leg.id)]), this.#over.promise]);
    } catch (error) {
      log.warn({ err: error }, 'the call is not recorded, because nobody could be told');
      await worker.request({ kind: 'recording', callId, leg: callerLeg, on: false });
    }
    this.#hangUp.signal.throwIfAborted();
  }

  /** Asks for a message in words that say why nobody answers. */
  #messageRequest(because: 'full' | 'closed', { tenant, snapshot }: AgentRoute): string {
    const { clock } = this.#given.parts;
    const request =
      because === 'closed'
        ? closedRequest(snapshot, nextOpening(snapshot, clock.nowMs()))
        : busyRequest(snapshot.tenantName);
    return tenant.recording === 'announced' ? `${recordingNotice} ${request}` : request;
  }

  #attendance(): Attendance {
    const { route, parts } = this.#given;
    const plan = this.#plan;
    if (plan.kind === 'echo') return { kind: 'echo' };
    if (route.kind === 'message') {
      const manner = { voice: parts.defaultVoice, language: 'en-US' };
      return { kind: 'announcement', text: route.text, manner };
    }
    const { snapshot, caller } = route;
    const asked = (): void => {
      this.#messageAsked = true;
    };
    if (plan.kind === 'ring-group' || plan.kind === 'dial') return { kind: 'person' };
    return plan.kind === 'message'
      ? {
          ...{ kind: 'message', text: this.#messageRequest(plan.because, route) },
          ...{ manner: mannerOf(snapshot), asked },
        }
      : { kind: 'agent', snapshot, caller, providers: providerChains(parts.box, route.tenant.id) };
  }

  #outcomeOf(end: CallEnd): CallOutcome {
    if (end === 'failed') return 'failed';
    if (this.#hangUp.signal.reason === 'stopping') return 'interrupted';
    const { route } = this.#given;
    const plan = this.#plan;
    if (route.kind === 'message') return 'refused';
    // A person of the house who rings another is answered; nobody has put them through.
    if (plan.kind === 'dial') return this.#controls?.isHandedOver ? 'transferred' : 'answered';
    if (this.#controls?.isWithPeople) return 'transferred';
    if (plan.kind === 'message') return this.#messageAsked ? 'message' : 'abandoned';
    return 'answered';
  }

  /** What the call worker tells. */
  #hear(message: CallMessage): void {
    const { route, worker, parts, log, callId } = this.#given;
    switch (message.kind) {
      case 'end-call':
        this.#over.resolve(message.reason === 'failed' ? 'failed' : 'ended');
        return;
      case 'silent':
        void this.#silent(message.leg, message.forMs);
        return;
      case 'statistics':
        this.#statistics = { ...this.#statistics, ...message.legs };
        parts.registry.quality(callId, legQualities(this.#statistics));
        return;
      case 'sound':
        if (message.leg === callerLeg) this.#controls?.staff.hear(message.samples, message.rateHz);
        return;
      case 'key':
      case 'voice':
      case 'transfer':
        this.#controls?.hear(message);
        return;
      default:
        keepRecord(message, {
          route,
          worker,
          registry: parts.registry,
          clock: parts.clock,
          ids: parts.ids,
          embed: parts.embed,
          log,
        });
    }
  }

  async #silent(leg: string, forMs: number): Promise<void> {
    if (leg !== callerLeg) return this.#controls?.silent(leg, forMs);
    if (await this.#leg.silent(forMs)) this.#over.resolve('no-audio');
  }

  #held(held: boolean): void {
    this.#controls
      ?.callerHolds(held)
      .catch((error: unknown) => this.#given.log.warn({ err: error }, 'the agent did not follow a hold'));
  }

  #end(why: 'caller hung up' | 'cancelled' | 'stopping' | 'hung up' | 'handed over'): void {
    this.#hangUp.abort(why);
    this.#over.resolve('hung-up');
  }

  /** Once: whoever rings or waits is let go, every port comes back, the record is closed. */
  async #finish(outcome: CallOutcome, unlisten: () => void): Promise<void> {
    const { callId, worker, parts, log } = this.#given;
    this.#hangUp.abort('over');
    try {
      void this.#leg.hangUp();
      await this.#controls?.close();
      await this.#person?.release();
      const { statistics } = await worker
        .request({ kind: 'stop-call', callId })
        .catch(() => ({ statistics: {} }));
      unlisten();
      const quality = callQuality({ ...this.#statistics, ...statistics });
      this.#row?.ended(outcome, { quality, byAgent: this.#plan.kind === 'admit' });
    } finally {
      unlisten();
      const answered = this.#leg.dialog !== null;
      parts.registry.move(callId, answered ? 'ended' : outcome === 'abandoned' ? 'cancelled' : 'rejected');
      log.info({ outcome }, 'call ended');
    }
  }
}

const hostOf = (uri: string): string => /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;>?]+)/i.exec(uri)?.[1] ?? '';

/** Somebody was rung, and did not take the call. */
const isUnanswered = (error: unknown): boolean =>
  hasCode(error, 'callee_busy') || hasCode(error, 'callee_no_answer') || hasCode(error, 'leg_unreachable');
