import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { type Clock, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import {
  answerChallenge,
  nextHopOf,
  type Registrar,
  type Srf,
  type SrfCall,
  type SrfDialog,
  type SrfRejection,
  type SrfRequest,
} from '../sip/index.ts';
import type { Box, Tenant, Trunk } from '../store/index.ts';
import { allowOutbound } from './defence/index.ts';
import { firstAnswer } from './first-answer.ts';
import { houseTerms, LineLeg, type LineTerms } from './line-leg.ts';
import { failsOver, trunkOrder } from './trunk-choice.ts';
import { type TrunkLines, trunkProxy, trunkUri } from './trunk-lines.ts';
import type { CallWorker } from './worker-client.ts';

/** Whom a leg is placed to. */
export type LegTarget =
  | { readonly kind: 'phone'; readonly username: string }
  /** As it was asked for; the rules for outgoing calls make E.164 of it. */
  | { readonly kind: 'number'; readonly number: string };

export interface OutboundParts {
  readonly srf: Srf;
  readonly box: Box;
  readonly worker: CallWorker;
  readonly lines: TrunkLines;
  readonly registrar: Pick<Registrar, 'bindingsOf'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly mediaHost: string;
  readonly externalAddress: () => string | null;
  readonly random: () => number;
}

export interface PlaceRequest {
  readonly callId: string;
  readonly tenant: Tenant;
  readonly target: LegTarget;
  /** Who rings: phones show it. Trunks show the caller id that they are allowed to. */
  readonly caller: { readonly number: string | null; readonly name: string | null };
  /** Longest time that it rings. */
  readonly ringMs: number;
  /** Cancels the call that is being placed. */
  readonly signal: AbortSignal;
}

/** A leg that was answered: media runs, and its end is told. */
export interface PlacedLeg {
  readonly leg: LineLeg;
  /** Settles when the other side hangs up. */
  readonly gone: Promise<void>;
  /** Hangs up, gives the port back and settles what the call cost. Idempotent, never rejects. */
  release(): Promise<void>;
}

/**
 * Places one leg: to every place where a phone is registered, or to a number over the first trunk that
 * carries it. Early media is not taken: whoever waits hears our music or ring-back.
 *
 * @throws VoxboxError `callee_busy`, `callee_no_answer`, `leg_unreachable`, `trunk_unavailable`,
 *   `outbound_not_allowed`, `outbound_limit_reached`, `aborted`
 */
export function placeLeg(request: PlaceRequest, parts: OutboundParts): Promise<PlacedLeg> {
  const { target } = request;
  return target.kind === 'phone'
    ? placeToPhone(request, target.username, parts)
    : placeToNumber(request, target.number, parts);
}

async function placeToPhone(
  request: PlaceRequest,
  username: string,
  parts: OutboundParts,
): Promise<PlacedLeg> {
  const bindings = parts.registrar.bindingsOf(username);
  if (bindings.length === 0) throw new VoxboxError('leg_unreachable', `${username} is not registered`);
  const { ringMs, signal, caller } = request;
  const from = fromHeader(caller.name, caller.number ?? 'anonymous', 'voxbox.invalid');
  return firstAnswer(
    bindings.map((binding) => (over: AbortSignal) => {
      const call = { uri: binding.contact, proxy: nextHopOf(binding), from, terms: houseTerms, auth: null };
      return dial({ ...request, signal: over }, call, parts);
    }),
    { strategy: 'all', ringMs, signal, release: (placed) => placed.release() },
  );
}

async function placeToNumber(
  request: PlaceRequest,
  destination: string,
  parts: OutboundParts,
): Promise<PlacedLeg> {
  const { box, lines, clock } = parts;
  const { tenant } = request;
  const nowMs = clock.nowMs();
  const policy = box.outbound.policy(tenant.id);
  const own = box.numbers.list(tenant.id).find(({ active }) => active)?.number ?? null;
  const allowed = allowOutbound({
    ...{ destination, policy },
    tenantStatus: tenant.status,
    authenticated: true,
    used: box.outbound.used(tenant.id, nowMs),
    homeCountry: own === null ? null : (parsePhoneNumberFromString(own)?.country ?? null),
  });
  const { number } = allowed;
  const price = policy.pricePerMinuteMinor;
  // Reserved before it rings, so that calls at the same time cannot pass the limits together.
  const spend = box.outbound.record({
    tenantId: tenant.id,
    number,
    startedAtMs: nowMs,
    minutes: 1,
    costMinor: price,
  });
  let answeredAtMs: number | null = null;
  const settle = (): void => {
    const minutes = answeredAtMs === null ? 0 : Math.ceil((clock.nowMs() - answeredAtMs) / 60_000);
    box.outbound.settle(spend, { minutes, costMinor: minutes * price });
  };
  try {
    const placed = await overTrunks(
      trunkOrder(box.trunks.list(), lines.stateOf),
      { ...request, number, own },
      parts,
    );
    answeredAtMs = clock.nowMs();
    return bounded(placed, allowed.longestMs, settle);
  } catch (error) {
    settle();
    throw error;
  }
}

/** A call ends when the money of the day does. */
function bounded(placed: PlacedLeg, longestMs: number, settle: () => void): PlacedLeg {
  const limit = setTimeout(() => void placed.release(), longestMs);
  limit.unref();
  let released: Promise<void> | null = null;
  const release = (): Promise<void> => {
    released ??= placed.release().finally(() => {
      clearTimeout(limit);
      settle();
    });
    return released;
  };
  void placed.gone.then(release);
  return { ...placed, release };
}

async function overTrunks(
  trunks: readonly Trunk[],
  request: PlaceRequest & { readonly number: string; readonly own: string | null },
  parts: OutboundParts,
): Promise<PlacedLeg> {
  const { lines, box, log } = parts;
  for (const trunk of trunks) {
    const free = lines.take(trunk.id);
    try {
      const placed = await ringFor(request, (signal) =>
        dial({ ...request, signal }, callThrough(trunk, request, box.trunks.password(trunk.id)), parts),
      );
      const release = async (): Promise<void> => placed.release().finally(free);
      void placed.gone.then(free);
      return { ...placed, release };
    } catch (error) {
      free();
      const status = error instanceof DialFailure ? error.status : 0;
      if (request.signal.aborted || status === 0 || !failsOver(status))
        throw toCoded(error, 'trunk_unavailable');
      log.warn({ trunk: trunk.name, status }, 'a trunk could not carry a call; the next one is tried');
      lines.failed(trunk.id, status === null ? 'no answer to a call' : `a call was answered with ${status}`);
    }
  }
  throw new VoxboxError('trunk_unavailable', 'no trunk could carry the call');
}

async function ringFor<T>(
  { ringMs, signal }: PlaceRequest,
  ring: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ringMs);
  try {
    return await ring(AbortSignal.any([signal, over.signal]));
  } finally {
    clearTimeout(timer);
  }
}

interface Dialled {
  readonly uri: string;
  readonly proxy: string | null;
  readonly from: string;
  readonly terms: LineTerms;
  readonly auth: { readonly username: string; readonly password: string } | null;
}

/** The caller id rule: the trunk's own, else the account where we register, else the tenant's number. */
function callThrough(
  trunk: Trunk,
  { number, own }: { readonly number: string; readonly own: string | null },
  password: string | null,
): Dialled {
  const account = trunk.kind === 'registration' ? trunk.authUsername : null;
  const { codecs, srtp, dtmf, authUsername } = trunk;
  return {
    uri: trunkUri(trunk, number),
    proxy: trunkProxy(trunk),
    from: fromHeader(null, trunk.callerId ?? account ?? own ?? 'anonymous', trunk.host ?? 'voxbox.invalid'),
    terms: { codecs, srtp, dtmf },
    auth: authUsername !== null && password !== null ? { username: authUsername, password } : null,
  };
}

const fromHeader = (name: string | null, user: string, host: string): string => {
  const display = name === null ? '' : `"${name.replaceAll(/["\\\p{Cc}]/gu, '')}" `;
  return `${display}<sip:${encodeURIComponent(user).replaceAll('%2B', '+')}@${host}>`;
};

/** A final answer other than 2xx, or none (`status` null). */
class DialFailure extends Error {
  readonly status: number | null;

  constructor(status: number | null) {
    super(`the call was answered with ${status ?? 'nothing'}`);
    this.status = status;
  }
}

/** How long a cancelled call may take to end before it is left to itself. */
const cancelMs = 2000;

/** Sends one INVITE and follows it to its answer; nothing of it is left when this rejects. */
async function dial(request: PlaceRequest, call: Dialled, parts: OutboundParts): Promise<PlacedLeg> {
  const { worker, ids, log } = parts;
  const { callId, signal } = request;
  const legId = ids.uuid();
  let tellGone = (): void => {};
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve;
  });
  const { mediaHost, externalAddress, clock, random } = parts;
  const leg = new LineLeg({
    ...{ callId, worker, mediaHost, externalAddress, clock, log, random },
    ...{ id: legId, terms: call.terms, recordingPath: null },
    onHeld: () => {},
    onGone: tellGone,
  });
  const close = async (): Promise<void> => {
    await worker.request({ kind: 'stop-leg', callId, leg: legId }).catch(() => {});
  };
  try {
    if (signal.aborted) throw new VoxboxError('aborted', 'the call was cancelled');
    await leg.open(hostOf(call.proxy ?? call.uri));
    const dialog = await invite(call, leg.offer(), { srf: parts.srf, signal });
    try {
      await leg.accept(dialog.remote.sdp);
    } catch (error) {
      void dialog.destroy().catch(() => {});
      throw error;
    }
    leg.attach(dialog);
    let released: Promise<void> | null = null;
    const release = (): Promise<void> => {
      // Ports do not wait for the answer to a BYE.
      void leg.hangUp();
      released ??= close();
      return released;
    };
    void gone.then(release);
    return { leg, gone, release };
  } catch (error) {
    await close();
    throw error instanceof DialFailure && request.target.kind === 'phone'
      ? toCoded(error, 'leg_unreachable')
      : error;
  }
}

/** INVITE, answered challenge, CANCEL on abort. Rejects with `DialFailure`. */
async function invite(
  call: Dialled,
  localSdp: string,
  { srf, signal }: { readonly srf: Srf; readonly signal: AbortSignal },
): Promise<SrfDialog> {
  let sent: SrfRequest | null = null;
  const cancel = (): void => sent?.cancel(() => {});
  const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    cancel();
    timer = setTimeout(() => giveUp(new DialFailure(487)), cancelMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const attempt = async (headers: Record<string, string>): Promise<SrfDialog> => {
    const options: SrfCall = { localSdp, headers, ...(call.proxy === null ? {} : { proxy: call.proxy }) };
    const answered = srf.createUAC(call.uri, options, {
      cbRequest: (_error, request) => {
        sent = request;
        if (signal.aborted) cancel();
      },
    });
    // Answered while it was being cancelled: nobody is there any more to talk to.
    answered.then(
      (dialog) => signal.aborted && void dialog.destroy().catch(() => {}),
      () => {},
    );
    const dialog = await Promise.race([answered, givenUp]);
    if (signal.aborted) throw new DialFailure(487);
    return dialog;
  };
  try {
    try {
      return await attempt({ From: call.from });
    } catch (error) {
      const authorized = signal.aborted ? null : authorize(error, call, sent);
      if (!authorized) throw error;
      return await attempt(authorized);
    }
  } catch (error) {
    if (error instanceof DialFailure) throw error;
    throw new DialFailure(statusOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const isRejection = (error: unknown): error is SrfRejection =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

const statusOf = (error: unknown): number | null => (isRejection(error) ? error.status : null);

/** Headers of the same call with an answer to the challenge (RFC 3261 §22.2); null where there is none. */
function authorize(error: unknown, call: Dialled, sent: SrfRequest | null): Record<string, string> | null {
  if (!isRejection(error) || !call.auth || !sent) return null;
  if (error.status !== 401 && error.status !== 407) return null;
  const isProxy = error.status === 407;
  const challenge = error.res?.get(isProxy ? 'proxy-authenticate' : 'www-authenticate');
  const value = challenge && answerChallenge({ challenge, method: 'INVITE', uri: call.uri, ...call.auth });
  const number = Number.parseInt(sent.get('cseq') ?? '1', 10);
  if (!value) return null;
  return {
    [isProxy ? 'Proxy-Authorization' : 'Authorization']: value,
    'call-id': sent.get('call-id') ?? '',
    From: sent.get('from') ?? call.from,
    CSeq: `${number + 1} INVITE`,
  };
}

/** A SIP answer in the words of the catalogue (RFC 3261 §21). */
function toCoded(error: unknown, otherwise: 'trunk_unavailable' | 'leg_unreachable'): unknown {
  if (!(error instanceof DialFailure)) return error;
  const { status } = error;
  const details = { sipStatus: status };
  if (status === 486 || status === 600 || status === 603) {
    return new VoxboxError('callee_busy', `the callee answered ${status}`, { details });
  }
  if (status === 487 || status === 480) {
    return new VoxboxError('callee_no_answer', `the callee answered ${status}`, { details });
  }
  const isCallee = status !== null && !failsOver(status);
  return new VoxboxError(isCallee ? 'leg_unreachable' : otherwise, `the call was answered with ${status}`, {
    details,
  });
}

/** The host that a URI leads to, to find out from which of our addresses it is reached. */
const hostOf = (uri: string): string =>
  /^sips?:(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;>?]+))/i.exec(uri)?.slice(1).find(Boolean) ?? '';
