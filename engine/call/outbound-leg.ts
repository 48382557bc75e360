import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';
import { type Clock, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import { nextHopOf, type Registrar, type Srf } from '../sip/index.ts';
import type { Box, Tenant, Trunk } from '../store/index.ts';
import { allowOutbound } from './defence/index.ts';
import { DialFailure, type Dialled, invite, toCoded } from './dial.ts';
import { firstAnswer } from './first-answer.ts';
import { houseTerms, LineLeg } from './line-leg.ts';
import { type LegTarget, type PlacedLeg, placedLeg } from './placed-leg.ts';
import { findPreset } from './presets/index.ts';
import { failsOver, trunkOrder } from './trunk-choice.ts';
import { type TrunkLines, trunkProxy, trunkUri } from './trunk-lines.ts';
import type { CallWorker } from './worker-client.ts';

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
  /** Told when the other side rings. */
  readonly onRinging?: () => void;
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
      const how = { uri: binding.contact, proxy: nextHopOf(binding), from, terms: houseTerms };
      const call = { ...how, route: null, mayRefer: true, auth: null };
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
  const { own, policy, allowed } = permitNumber(destination, { box, tenant, nowMs });
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

/**
 * Whether a number may be called for the tenant, now.
 *
 * @throws VoxboxError `outbound_not_allowed`, `outbound_limit_reached`
 */
export function permitNumber(
  destination: string,
  { box, tenant, nowMs }: { readonly box: Box; readonly tenant: Tenant; readonly nowMs: number },
) {
  const own = ownNumber(box, tenant);
  const policy = box.outbound.policy(tenant.id);
  const allowed = allowOutbound({
    ...{ destination, policy },
    tenantStatus: tenant.status,
    authenticated: true,
    used: box.outbound.used(tenant.id, nowMs),
    homeCountry: homeCountryOf(own, tenant),
  });
  return { own, policy, allowed };
}

/** The tenant's number that outgoing calls show, and whose country their numbers are read in. */
export const ownNumber = (box: Box, tenant: Pick<Tenant, 'id'>): string | null =>
  box.numbers.list(tenant.id).find(({ active }) => active)?.number ?? null;

/** Country of the tenant's number; where that tells only a numbering plan, the one that its language names. */
export function homeCountryOf(
  own: string | null,
  { language }: Pick<Tenant, 'language'>,
): CountryCode | null {
  const parsed = own === null ? undefined : parsePhoneNumberFromString(own);
  const region = language.split('-').at(-1) ?? '';
  const isRegion = isSupportedCountry(region) && getCountryCallingCode(region) === parsed?.countryCallingCode;
  return parsed?.country ?? (isRegion ? region : null);
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
    const serviceRoute = lines.registration(trunk.id)?.serviceRoute ?? [];
    const known = { password: box.trunks.password(trunk.id), serviceRoute };
    try {
      const placed = await ringFor(request, (signal) =>
        dial({ ...request, signal }, callThrough(trunk, request, known), parts),
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

/** The caller id rule: the trunk's own, else the account where we register, else the tenant's number. */
function callThrough(
  trunk: Trunk,
  { number, own }: { readonly number: string; readonly own: string | null },
  { password, serviceRoute }: { readonly password: string | null; readonly serviceRoute: readonly string[] },
): Dialled {
  const account = trunk.kind === 'registration' ? trunk.authUsername : null;
  const { codecs, srtp, dtmf, authUsername } = trunk;
  return {
    uri: trunkUri(trunk, number),
    proxy: trunkProxy(trunk),
    from: fromHeader(null, trunk.callerId ?? account ?? own ?? 'anonymous', trunk.host ?? 'voxbox.invalid'),
    terms: { codecs, srtp, dtmf },
    route: serviceRoute.length === 0 ? null : serviceRoute.join(', '),
    mayRefer: findPreset(trunk.preset).refer === 'yes',
    auth: authUsername !== null && password !== null ? { username: authUsername, password } : null,
  };
}

const fromHeader = (name: string | null, user: string, host: string): string => {
  const display = name === null ? '' : `"${name.replaceAll(/["\\\p{Cc}]/gu, '')}" `;
  return `${display}<sip:${encodeURIComponent(user).replaceAll('%2B', '+')}@${host}>`;
};

/** Sends one INVITE and follows it to its answer; nothing of it is left when this rejects. */
async function dial(request: PlaceRequest, call: Dialled, parts: OutboundParts): Promise<PlacedLeg> {
  const { worker, ids, log } = parts;
  const { callId, signal, target } = request;
  const { promise: gone, resolve: tellGone } = Promise.withResolvers<void>();
  const { mediaHost, externalAddress, clock, random } = parts;
  const leg = new LineLeg({
    ...{ callId, worker, mediaHost, externalAddress, clock, log, random },
    ...{ id: ids.uuid(), terms: call.terms, recordingPath: null },
    onHeld: () => {},
    onGone: tellGone,
  });
  const placed = placedLeg({ leg, gone, worker, target, mayRefer: call.mayRefer });
  try {
    if (signal.aborted) throw new VoxboxError('aborted', 'the call was cancelled');
    await leg.open(hostOf(call.proxy ?? call.uri));
    const onRinging = request.onRinging ?? ((): void => {});
    const dialog = await invite(call, leg.offer(), { srf: parts.srf, signal, onRinging });
    try {
      await leg.accept(dialog.remote.sdp);
    } catch (error) {
      void dialog.destroy().catch(() => {});
      throw error;
    }
    leg.attach(dialog);
    return placed;
  } catch (error) {
    await placed.release();
    throw error instanceof DialFailure && target.kind === 'phone' ? toCoded(error, 'leg_unreachable') : error;
  }
}

/** The host that a URI leads to, to find out from which of our addresses it is reached. */
const hostOf = (uri: string): string =>
  /^sips?:(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;>?]+))/i.exec(uri)?.slice(1).find(Boolean) ?? '';
