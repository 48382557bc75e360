import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';
import { type Clock, type Ids, type Log, VoxboxError } from '../foundation/index.ts';
import { Credentials, nextHopOf, type Registrar, type Srf } from '../sip/index.ts';
import type { Box, Tenant, Trunk } from '../store/index.ts';
import { allowOutbound, type MeteredCall, meterCall } from './defence/index.ts';
import { DialFailure, type Dialled, invite, toCoded } from './dial.ts';
import { firstAnswer } from './first-answer.ts';
import { houseTerms, LineLeg } from './line-leg.ts';
import { type LegTarget, type PlacedLeg, placedLeg } from './placed-leg.ts';
import { findPreset } from './presets/index.ts';
import { failsOver, trunkOrder } from './trunk-choice.ts';
import { type TrunkLines, trunkHost, trunkProxy, trunkUri } from './trunk-lines.ts';
import { unlessSilent } from './trunk-silence.ts';
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
  /** Told when anything at all is heard of the call. */
  readonly onHeard?: () => void;
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
      const call = { ...how, identity: {}, route: null, mayRefer: true, credentials: null };
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
  const { box, lines, clock, log } = parts;
  const { tenant } = request;
  const { own, number } = permitNumber(destination, { box, tenant, nowMs: clock.nowMs() });
  // Before it rings, so that calls at the same time cannot pass the limits together.
  const meter = meterCall({ tenantId: tenant.id, number }, { outbound: box.outbound, clock, log });
  try {
    const placed = await overTrunks(
      trunkOrder(box.trunks.list(), lines.stateOf),
      { ...request, number, own },
      parts,
    );
    return metered(placed, meter);
  } catch (error) {
    meter.end();
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
  const { number } = allowOutbound({
    ...{ destination, policy: box.outbound.policy(tenant.id) },
    tenantStatus: tenant.status,
    authenticated: true,
    used: box.outbound.used(tenant.id, nowMs),
    callsNow: box.outbound.running(tenant.id),
    homeCountry: homeCountryOf(own, tenant),
  });
  return { own, number };
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

/** A call ends when the money of the day does: to whoever waits for its end as if the other side had hung up. */
export function metered(placed: PlacedLeg, meter: MeteredCall): PlacedLeg {
  const { promise: spent, resolve: tellSpent } = Promise.withResolvers<void>();
  const gone = Promise.race([placed.gone, spent]);
  const release = (): Promise<void> => placed.release().finally(meter.end);
  meter.answered(tellSpent);
  void gone.then(release);
  return { ...placed, gone, release };
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
    const known = { credentials: credentialsOf(trunk, box), serviceRoute };
    try {
      const placed = await ringFor(request, (ring) =>
        unlessSilent(ring, { answers: () => lines.answers(trunk.id) }, (signal, onHeard) =>
          dial({ ...request, signal, onHeard }, callThrough(trunk, request, known), parts),
        ),
      );
      const release = async (): Promise<void> => placed.release().finally(free);
      void placed.gone.then(free);
      return { ...placed, release };
    } catch (error) {
      free();
      const { status, retryAfterS } = error instanceof DialFailure ? error : { status: 0, retryAfterS: null };
      if (request.signal.aborted || status === 0 || !failsOver(status))
        throw toCoded(error, 'trunk_unavailable');
      log.warn({ trunk: trunk.name, status }, 'a trunk could not carry a call; the next one is tried');
      lines.failed(trunk.id, { status, retryAfterS });
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

/** What a trunk's challenges are answered with; null where there is no password for it. */
export function credentialsOf(trunk: Trunk, box: Box): Credentials | null {
  const { id, authUsername: username } = trunk;
  const password = box.trunks.password(id);
  return username !== null && password !== null ? new Credentials({ username, password }) : null;
}

/**
 * The caller id rule: From has the trunk's own, else the account where we register, else the tenant's number.
 * The number to be shown is asked for beside it (RFC 3325 §9.2), as many carriers want their account in From.
 */
function callThrough(
  trunk: Trunk,
  { number, own }: { readonly number: string; readonly own: string | null },
  known: Pick<Dialled, 'credentials'> & { readonly serviceRoute: readonly string[] },
): Dialled {
  const account = trunk.kind === 'registration' ? trunk.authUsername : null;
  const { codecs, srtp, dtmf } = trunk;
  const { credentials, serviceRoute } = known;
  const host = trunkHost(trunk);
  const shown = trunk.callerId ?? own;
  return {
    uri: trunkUri(trunk, number),
    proxy: trunkProxy(trunk),
    from: fromHeader(null, trunk.callerId ?? account ?? own ?? 'anonymous', host),
    identity: shown === null ? {} : { 'P-Preferred-Identity': fromHeader(null, shown, host) },
    terms: { codecs, srtp, dtmf },
    route: serviceRoute.length === 0 ? null : serviceRoute.join(', '),
    mayRefer: findPreset(trunk.preset).refer === 'yes',
    credentials,
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
    ...{ id: ids.uuid(), terms: call.terms, credentials: call.credentials, recordingPath: null },
    onHeld: () => {},
    onGone: tellGone,
  });
  const placed = placedLeg({ leg, gone, worker, target, mayRefer: call.mayRefer });
  try {
    if (signal.aborted) throw new VoxboxError('aborted', 'the call was cancelled');
    await leg.open(hostOf(call.proxy ?? call.uri));
    const onProgress = (status: number): void => {
      request.onHeard?.();
      if (status > 100 && status < 200) request.onRinging?.();
    };
    const dialog = await invite(call, leg.offer(), { srf: parts.srf, signal, onProgress });
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
