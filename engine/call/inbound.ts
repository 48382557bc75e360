import type { Ids, Log } from '../foundation/index.ts';
import { type ErrorCode, errorCatalogue, hasCode, isVoxboxError, VoxboxError } from '../foundation/index.ts';
import {
  type Digest,
  type Invitation,
  negotiateAudio,
  parseOffer,
  readInvitation,
  type SrfRequest,
  type SrfResponse,
} from '../sip/index.ts';
import type { CallOutcome, Trunk } from '../store/index.ts';
import { admit } from './admission.ts';
import { type Attendance, attend, messageRequest } from './attend.ts';
import { callQuality, legQualities } from './call-quality.ts';
import { calledNumberOf, userOfHeader } from './called-number.ts';
import { LiveControls } from './controls.ts';
import { isEcho } from './echo.ts';
import { houseTerms, LineLeg, type LineTerms } from './line-leg.ts';
import { type CallStatistics, callerLeg } from './messages.ts';
import type { OutboundParts } from './outbound-leg.ts';
import { decideOverflow, loadingRetryS, type OverflowDecision } from './overflow.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { findPreset } from './presets/index.ts';
import { type CallRow, keepRecord, openRecord } from './record.ts';
import type { CallRegistry } from './registry.ts';
import { ringCallees } from './ring-group.ts';
import { type Route, routeCall } from './router.ts';
import { calleesOf } from './transfer-target.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** What a call needs of the house. */
export interface InboundParts extends Omit<OutboundParts, 'worker'> {
  /** Null while no agent can answer. */
  readonly worker: CallWorker | null;
  readonly registry: CallRegistry;
  readonly digest: Digest;
  readonly ids: Ids;
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

/** Silence after which the connection is offered anew, and after which the caller is gone. */
const repairAfterMs = 20_000;
const lostAfterMs = 60_000;

/**
 * One inbound call from its INVITE to its end, in one straight line. What the agent does in between
 * happens in the call worker; this side keeps the record, answers tools and owns the SIP dialogs.
 */
export async function inboundCall(req: SrfRequest, res: SrfResponse, parts: InboundParts): Promise<void> {
  const { box, worker, lines } = parts;
  const invitation = readInvitation(req);
  const callId = parts.ids.uuid();
  const log = parts.log.child({ callId, sipCallId: invitation.sipCallId });

  const admission = admit(invitation, invitation.calledNumber, parts);
  if (admission.kind === 'challenge') {
    res.send(401, { headers: { 'WWW-Authenticate': parts.digest.challenge({ stale: admission.stale }) } });
    return;
  }
  const trunk = admission.by === 'trunk' ? admission.trunk : null;
  const terms: LineTerms = trunk ?? houseTerms;
  if (!worker) return refuse(res, 'call_worker_unavailable', log);
  if (!canAgree(invitation.offer, terms)) return refuse(res, 'no_usable_codec', log);

  const to = userOfHeader(req.get('to'));
  const isOurs = (number: string): boolean => box.numbers.find(number) !== null;
  const calledNumber = calledNumberOf({ request: invitation.calledNumber, to, trunk }, isOurs);
  const isTestCall = parts.isTestCall({ calledNumber, callerNumber: invitation.callerNumber });
  const echoes = isEcho(invitation.calledNumber, admission, isTestCall);
  const route = routeCall(box, calledNumber, invitation.callerNumber, invitation.callerName);
  const decision = overflowOf(route, trunk !== null && lines.isFull(trunk.id), parts);
  if (decision.kind === 'busy') return refuse(res, 'capacity_reached', log);
  if (decision.kind === 'unavailable')
    return refuse(res, 'call_worker_unavailable', log, decision.retryAfterS);

  const plan: Plan = echoes ? { kind: 'echo' } : decision;
  const call = new InboundCall({
    ...{ req, res, invitation, calledNumber, callId, log, route, trunk, terms, parts, worker, plan },
  });
  const freeTrunk = trunk ? lines.take(trunk.id) : (): void => {};
  await call.run().finally(freeTrunk);
}

/** What is done with a call that is taken. */
type Plan = Exclude<OverflowDecision, { kind: 'busy' | 'unavailable' }> | { readonly kind: 'echo' };

interface InboundCallParts {
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
class InboundCall {
  readonly #given: InboundCallParts;
  readonly #hangUp = new AbortController();
  readonly #over = Promise.withResolvers<CallEnd>();
  readonly #leg: LineLeg;
  readonly #row: CallRow | null;
  #controls: LiveControls | null = null;
  /** Whoever took a call that no agent could. */
  #person: PlacedLeg | null = null;
  #statistics: CallStatistics = {};
  #repaired = false;

  constructor(given: InboundCallParts) {
    this.#given = given;
    const { route, parts, callId, invitation, calledNumber, worker, terms, log, plan } = given;
    const { box, dataDir, registry, mediaHost, externalAddress, clock, random } = parts;
    const isOurs = route.kind === 'agent' && plan.kind !== 'echo';
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
    // A test of a line is nobody's call.
    this.#row =
      plan.kind === 'echo' ? null : openRecord(route, { callId, invitation, calledNumber, box, dataDir });
    this.#leg = new LineLeg({
      ...{ callId, worker, terms, log, mediaHost, externalAddress, clock, random },
      id: callerLeg,
      recordingPath: this.#row?.recordingFile ?? null,
      onHeld: (held) => this.#held(held),
      onGone: () => this.#end('caller hung up'),
    });
  }

  async run(): Promise<void> {
    const { req, res, callId, worker, parts, log, invitation, plan } = this.#given;
    const stop = (): void => this.#end('stopping');
    req.on('cancel', () => this.#end('cancelled'));
    parts.stopping.addEventListener('abort', stop);
    const unlisten = worker.listen(callId, (message) => this.#hear(message));
    let outcome: CallOutcome = 'failed';
    try {
      await this.#leg.open(invitation.source.address);
      // Nobody pays for ringing: a call that people take is answered when one of them answers.
      if (plan.kind === 'ring-group') this.#person = await this.#ring(plan.ringGroupId);
      const localSdp = invitation.offer ? await this.#leg.answer(invitation.offer) : this.#leg.offer();
      this.#hangUp.signal.throwIfAborted();
      this.#leg.attach(await parts.srf.createUAS(req, res, { localSdp }));
      this.#answered();
      outcome = this.#outcomeOf(await this.#attend());
    } catch (error) {
      if (this.#hangUp.signal.aborted) outcome = 'abandoned';
      else log.error({ err: error }, 'call failed');
      const unanswered = !this.#leg.dialog && !res.finalResponseSent;
      if (unanswered && !this.#hangUp.signal.aborted) refuse(res, codeOf(error), log);
    } finally {
      parts.stopping.removeEventListener('abort', stop);
      await this.#finish(outcome, unlisten);
    }
  }

  /** The members of a group are rung while the caller hears the ring-back of their own network. */
  async #ring(ringGroupId: string): Promise<PlacedLeg> {
    const { route, res, callId, parts, worker } = this.#given;
    if (route.kind !== 'agent')
      throw new VoxboxError('capacity_reached', 'nobody can be rung for that number');
    res.send(180);
    const { tenant, caller } = route;
    const callees = calleesOf({ kind: 'ring-group', id: ringGroupId }, { box: parts.box, tenant });
    const request = { callId, tenant, caller, signal: this.#hangUp.signal };
    return ringCallees(callees, request, { ...parts, worker });
  }

  #answered(): void {
    const { route, parts, callId, worker, trunk, plan, log, req } = this.#given;
    parts.registry.move(callId, 'answered');
    this.#row?.answered();
    if (plan.kind === 'message' || plan.kind === 'ring-group') {
      this.#row?.note({ type: 'call.overflowed', kind: plan.kind });
    }
    log.info({ route: route.kind, plan: plan.kind, trunk: trunk?.name ?? null }, 'call answered');
    if (route.kind !== 'agent' || plan.kind === 'echo') return;
    const { tenant, store, snapshot, caller } = route;
    this.#controls = new LiveControls({
      ...{ callId, tenant, store, snapshot, caller },
      leg: this.#leg,
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
    if (this.#person) await this.#controls?.take(this.#person);
    const begun = attend({ callId, worker, signal: this.#hangUp.signal }, this.#attendance());
    const over = this.#over.promise;
    return Promise.race([begun.then((state) => (state === 'ended' ? 'ended' : over)), over]);
  }

  #attendance(): Attendance {
    const { route, plan, parts } = this.#given;
    if (plan.kind === 'echo') return { kind: 'echo' };
    if (route.kind === 'message')
      return { kind: 'announcement', text: route.text, voice: parts.defaultVoice };
    const { snapshot, caller } = route;
    if (plan.kind === 'ring-group') return { kind: 'person' };
    return plan.kind === 'message'
      ? { kind: 'message', text: messageRequest(snapshot.tenantName), voice: snapshot.voice }
      : { kind: 'agent', snapshot, caller };
  }

  #outcomeOf(end: CallEnd): CallOutcome {
    if (end === 'failed') return 'failed';
    if (this.#hangUp.signal.reason === 'stopping') return 'interrupted';
    return this.#given.route.kind === 'message' ? 'refused' : 'answered';
  }

  /** What the call worker tells. */
  #hear(message: CallMessage): void {
    const { route, worker, parts, log, callId } = this.#given;
    switch (message.kind) {
      case 'end-call':
        this.#over.resolve(message.reason === 'failed' ? 'failed' : 'ended');
        return;
      case 'silent':
        if (message.leg === callerLeg) void this.#silent(message.forMs);
        return;
      case 'statistics':
        this.#statistics = { ...this.#statistics, ...message.legs };
        parts.registry.quality(callId, legQualities(this.#statistics));
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
          log,
        });
    }
  }

  /** Nothing arrives: the connection is offered once more, and given up when that does not help. */
  async #silent(forMs: number): Promise<void> {
    const { log } = this.#given;
    if (forMs >= lostAfterMs) this.#over.resolve('no-audio');
    if (forMs < repairAfterMs || this.#repaired) return;
    this.#repaired = true;
    log.warn({ forMs }, 'nothing arrives from the caller; the connection is offered once more');
    if ((await this.#leg.reinvite()) === 'gone') this.#over.resolve('no-audio');
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
    const { callId, worker, parts, log, plan } = this.#given;
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
      this.#row?.ended(outcome, { quality, byAgent: plan.kind === 'admit' });
    } finally {
      unlisten();
      const answered = this.#leg.dialog !== null;
      parts.registry.move(callId, answered ? 'ended' : outcome === 'abandoned' ? 'cancelled' : 'rejected');
      log.info({ outcome }, 'call ended');
    }
  }
}

function overflowOf(
  route: Route,
  trunkFull: boolean,
  { registry, maxCalls, box }: InboundParts,
): OverflowDecision {
  const overflowedNow = registry.countWithoutAgent();
  const callsNow = registry.count() - overflowedNow;
  const policy = box.overflow.get(route.kind === 'agent' ? route.tenant.id : '');
  return decideOverflow({ serving: true, callsNow, maxCalls, trunkFull, overflowedNow }, policy);
}

/** Whether an offer holds anything that can be answered; a late one is still to come. */
function canAgree(offer: string, { codecs, srtp }: LineTerms): boolean {
  if (offer === '') return true;
  try {
    return negotiateAudio(parseOffer(offer), { codecs, srtp }) !== null;
  } catch (error) {
    if (hasCode(error, 'sdp_invalid')) return false;
    throw error;
  }
}

function refuse(res: SrfResponse, code: ErrorCode, log: Log, retryAfterS = loadingRetryS): void {
  const entry = errorCatalogue[code];
  const status = 'sipStatus' in entry ? entry.sipStatus : 500;
  log.warn({ code, status }, 'call refused');
  res.send(status, status === 503 ? { headers: { 'Retry-After': String(retryAfterS) } } : {});
}

const codeOf = (error: unknown): ErrorCode => (isVoxboxError(error) ? error.code : 'call_worker_unavailable');

const hostOf = (uri: string): string => /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;>?]+)/i.exec(uri)?.[1] ?? '';
