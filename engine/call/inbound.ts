import { isOpen } from '../calendar/index.ts';
import { hasCode } from '../foundation/index.ts';
import {
  type Invitation,
  negotiateAudio,
  parseOffer,
  plainAddress,
  readInvitation,
  type SrfRequest,
  type SrfResponse,
} from '../sip/index.ts';
import type { Phone } from '../store/index.ts';
import { type Admission, admit } from './admission.ts';
import { calledNumberOf, userOfHeader } from './called-number.ts';
import { destinationOf, numberOf } from './destination.ts';
import { isEcho } from './echo.ts';
import { houseTerms, type LineTerms } from './line-leg.ts';
import { type AnswerDecision, decideAnswer } from './overflow.ts';
import { pickUp } from './pick-up.ts';
import { refuse } from './refusal.ts';
import { type Route, routeCall, routeOfPhone } from './router.ts';
import { type InboundParts, type Plan, TakenCall } from './taken-call.ts';
import { calleesOf } from './transfer-target.ts';

type Admitted = Exclude<Admission, { kind: 'challenge' }>;

/**
 * One call to the box from its INVITE to its end, in one straight line. What the agent does in between
 * happens in the call worker; this side keeps the record, answers tools and owns the SIP dialogs.
 */
export async function inboundCall(req: SrfRequest, res: SrfResponse, parts: InboundParts): Promise<void> {
  const { worker, lines } = parts;
  const invitation = readInvitation(req);
  const callId = parts.ids.uuid();
  const log = parts.log.child({ callId, sipCallId: invitation.sipCallId });

  const admission = admit(invitation, invitation.calledNumber, parts);
  if (admission.kind === 'challenge') {
    challenge(req, res, { ...parts, stale: admission.stale });
    return;
  }
  const trunk = admission.by === 'trunk' ? admission.trunk : null;
  const terms: LineTerms = trunk ?? houseTerms;
  if (!worker) return refuse(res, 'call_worker_unavailable', log);
  if (!canAgree(invitation.offer, terms)) return refuse(res, 'no_usable_codec', log);
  if (admission.by === 'phone' && invitation.replaces) {
    return pickUp({ req, res, invitation, phone: admission.phone, log }, { ...parts, worker });
  }

  const called = calledOf(invitation, userOfHeader(req.get('to')), { admission, parts });
  if (isUnprovenPhone(req, called, { admission, parts }))
    return challenge(req, res, { ...parts, stale: false });
  const { route, plan } = planOf(invitation, called, { admission, parts });
  if (plan === 'unknown') return refuse(res, 'number_unknown', log);
  if (plan.kind === 'busy') {
    return refuse(res, plan.because === 'closed' ? 'business_closed' : 'capacity_reached', log);
  }
  if (plan.kind === 'unavailable') return refuse(res, 'call_worker_unavailable', log, plan.retryAfterS);

  const given = { req, res, invitation, callId, log, route, trunk, terms, parts, worker, plan };
  const call = new TakenCall({ ...given, calledNumber: called.number });
  const freeTrunk = trunk ? lines.take(trunk.id) : (): void => {};
  await call.run().finally(freeTrunk);
}

function challenge(
  req: SrfRequest,
  res: SrfResponse,
  { digest, stale }: Pick<InboundParts, 'digest'> & { readonly stale: boolean },
): void {
  const source = plainAddress(req.source_address);
  res.send(401, { headers: { 'WWW-Authenticate': digest.challenge({ stale, source }) } });
}

/** On this machine callers are trusted without a word, but what only phones may dial needs their name proven. */
function isUnprovenPhone(
  req: SrfRequest,
  called: Called,
  { admission, parts }: { readonly admission: Admitted; readonly parts: InboundParts },
): boolean {
  if (admission.by !== 'loopback' || (called.isOurs && !req.has('replaces'))) return false;
  return parts.box.phones.findByUsername(userOfHeader(req.get('from'))) !== null;
}

interface Called {
  /** One of ours in E.164, else as it was dialled. */
  readonly number: string;
  readonly isOurs: boolean;
}

function calledOf(
  { calledNumber }: Invitation,
  to: string,
  { admission, parts }: { readonly admission: Admitted; readonly parts: InboundParts },
): Called {
  const { box } = parts;
  const isOurs = (number: string): boolean => box.numbers.find(number) !== null;
  const trunk = admission.by === 'trunk' ? admission.trunk : null;
  // Phones dial as one dials in their country; what they write into To is the same once more.
  const tenant = admission.by === 'phone' ? box.tenants.find(admission.phone.tenantId) : null;
  const dialled = tenant && numberOf(calledNumber, { box, tenant });
  if (dialled !== null) return { number: dialled, isOurs: isOurs(dialled) };
  const number =
    admission.by === 'phone' ? calledNumber : calledNumberOf({ request: calledNumber, to, trunk }, isOurs);
  return { number, isOurs: isOurs(number) };
}

/** Who is to answer, and what is done with the call. */
function planOf(
  invitation: Invitation,
  { number, isOurs }: Called,
  { admission, parts }: { readonly admission: Admitted; readonly parts: InboundParts },
): {
  readonly route: Route;
  readonly plan: Plan | Extract<AnswerDecision, { kind: 'busy' | 'unavailable' }> | 'unknown';
} {
  const { box, lines } = parts;
  const { calledNumber, callerNumber, callerName } = invitation;
  const isTestCall = parts.isTestCall({ calledNumber: number, callerNumber });
  const echoes = isEcho(calledNumber, admission, isTestCall);
  if (admission.by === 'phone' && !isOurs && !echoes) return dialPlan(calledNumber, admission.phone, parts);
  const route = routeCall(box, number, callerNumber, callerName);
  const trunkFull = admission.by === 'trunk' && lines.isFull(admission.trunk.id);
  const keepsHours = admission.by !== 'phone' && !echoes;
  const decision = decisionOf(route, { trunkFull, keepsHours }, parts);
  const isRefused = decision.kind === 'busy' || decision.kind === 'unavailable';
  // An echo needs no models.
  const isLoading = decision.kind === 'unavailable' && !parts.hasAgents;
  return { route, plan: echoes && (!isRefused || isLoading) ? { kind: 'echo' } : decision };
}

/** A phone of the house rings an extension, a group or a number outside. */
function dialPlan(dialled: string, phone: Phone, parts: InboundParts): ReturnType<typeof planOf> {
  const { box, registry, maxCalls } = parts;
  const route = routeOfPhone(box, phone);
  if (route.kind !== 'agent') return { route, plan: 'unknown' };
  const { tenant } = route;
  const to = destinationOf(dialled, { box, tenant });
  if (!to) return { route, plan: 'unknown' };
  // Like calls that overflow: each holds ports, and none of them an agent.
  if (registry.countWithoutAgent() >= maxCalls) return { route, plan: { kind: 'busy', because: 'full' } };
  return { route, plan: { kind: 'dial', callees: calleesOf(to, { box, tenant }) } };
}

function decisionOf(
  route: Route,
  { trunkFull, keepsHours }: { readonly trunkFull: boolean; readonly keepsHours: boolean },
  { registry, maxCalls, box, hasAgents, clock }: InboundParts,
): AnswerDecision {
  const overflowedNow = registry.countWithoutAgent();
  const callsNow = registry.count() - overflowedNow;
  const tenantId = route.kind === 'agent' ? route.tenant.id : '';
  const keepsMessages = route.kind === 'agent' && route.tenant.recording !== 'off';
  const isClosed = route.kind === 'agent' && keepsHours && !isOpen(route.snapshot, clock.nowMs());
  return decideAnswer(
    { serving: hasAgents, callsNow, maxCalls, trunkFull, overflowedNow, keepsMessages },
    { full: box.overflow.get(tenantId), closed: isClosed ? box.closed.get(tenantId) : null },
  );
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
