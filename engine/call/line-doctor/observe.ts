import type { SipTrace } from '../../sip/index.ts';
import type { AccountSeen, LineTrunk, Observations } from './model.ts';
import { type Place, systemNetwork } from './network.ts';
import { type LineDoctorPorts, type LineTimings, standardTimings } from './ports.ts';
import {
  accountSeen,
  ask,
  nextHop,
  optionsSeen,
  portOrDefault,
  targetUri,
  type Wired,
  wayOf,
} from './sip-asking.ts';
import { placeTestCall } from './test-call.ts';

export type LineStage = 'name' | 'port' | 'certificate' | 'options' | 'account' | 'call';

export interface ObserveOptions {
  readonly trunk: LineTrunk;
  /** A user, a number or a URI; `echo` where null. */
  readonly target: string | null;
  readonly refer: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (stage: LineStage, note: string) => void;
}

export interface Observed {
  readonly seen: Observations;
  /** Every message of the test. */
  readonly traces: readonly SipTrace[];
}

const maxTraces = 2000;
const udpTries = 3;

/** Tries a trunk out, step by step, and stops where nothing further can be seen. */
export async function observe(ports: LineDoctorPorts, options: ObserveOptions): Promise<Observed> {
  const kept: SipTrace[] = [];
  const callIds = new Set<string>();
  const unlisten = ports.traces.listen((entry) => {
    if (kept.length < maxTraces) kept.push(entry);
  });
  const wire: Wired = {
    of: (callId) => kept.filter((entry) => callId !== null && entry.callId === callId),
    wired: () => kept.length > 0,
  };
  try {
    const seen = await inSteps(ports, { ...options, wire, note: (callId) => callId && callIds.add(callId) });
    return { seen, traces: kept.filter(({ callId }) => callIds.has(callId)) };
  } finally {
    unlisten();
  }
}

interface Steps extends ObserveOptions {
  readonly wire: Wired;
  readonly note: (callId: string | null) => unknown;
}

async function inSteps(ports: LineDoctorPorts, steps: Steps): Promise<Observations> {
  const { trunk, signal, onStep } = steps;
  const timings: LineTimings = { ...standardTimings, ...ports.timings };
  const network = ports.network ?? systemNetwork;
  const target = steps.target ?? ports.defaultTarget?.(trunk) ?? 'echo';
  const uri = trunk.host === null ? null : targetUri(trunk, target);
  let seen: Observations = {
    ...{ trunk, target: uri, next: null, name: null, port: null, certificate: null },
    ...{ options: null, account: null, call: null },
  };
  const hop = nextHop(trunk);
  if (hop === null || uri === null) return seen;
  const next = { host: hop.host, port: portOrDefault(trunk, hop.port) };
  onStep('name', hop.host);
  const { places, trouble } = await network.resolve({ ...hop, transport: trunk.transport });
  seen = { ...seen, next, name: { addresses: places.map(({ address }) => address), trouble } };
  const [place] = places;
  if (!place) return seen;
  seen = { ...seen, next: { ...next, port: place.port } };

  signal.throwIfAborted();
  onStep('port', `${trunk.transport} ${place.address}:${place.port}`);
  seen = { ...seen, port: await tryPort(place, { trunk, ports, timings }) };
  if (trunk.transport !== 'udp' && !seen.port?.open) return seen;
  if (trunk.transport === 'tls') {
    onStep('certificate', next.host);
    seen = {
      ...seen,
      certificate: await lookAtCertificate(place, { serverName: next.host, ports, timings }),
    };
    if (seen.certificate?.trouble) return seen;
  }

  signal.throwIfAborted();
  onStep('options', uri);
  seen = { ...seen, options: await askOptions(ports, steps, timings) };
  if (!seen.port?.open && seen.options?.status === null) return seen;
  if (trunk.kind === 'registration') {
    onStep('account', trunk.authUsername ?? '');
    seen = { ...seen, account: await askAccount(ports, steps, timings) };
    if (refusedAccount(seen.account)) return seen;
  }

  signal.throwIfAborted();
  onStep('call', uri);
  const call = await placeTestCall({
    ...{ ports, timings, trunk, uri, peer: place.address, wire: steps.wire, refer: steps.refer, signal },
    onCallId: steps.note,
    onStep: (note) => onStep('call', note),
  });
  return { ...seen, call };
}

const refusedAccount = (account: AccountSeen | null): boolean =>
  account !== null && account.status !== null && [401, 403, 404, 407, 604].includes(account.status);

interface Probing {
  readonly ports: LineDoctorPorts;
  readonly timings: LineTimings;
}

function tryPort(place: Place, { trunk, ports, timings }: Probing & { readonly trunk: LineTrunk }) {
  const network = ports.network ?? systemNetwork;
  return trunk.transport === 'udp'
    ? network.answersUdp(place, { tries: udpTries, waitMs: timings.udpTryMs })
    : network.connects(place, timings.connectMs);
}

async function lookAtCertificate(
  place: Place,
  { serverName, ports, timings }: Probing & { readonly serverName: string },
) {
  const { ca, verify } = ports.tlsTrust ?? { verify: true };
  const network = ports.network ?? systemNetwork;
  const options = { serverName, timeoutMs: timings.connectMs, ...(ca === undefined ? {} : { ca }) };
  const found = await network.certificate(place, options);
  // Who switched the check off gets no advice about what it would have found.
  if (!verify && found.trouble !== 'handshake') return { ...found, trouble: null };
  return found;
}

async function askOptions(ports: LineDoctorPorts, { trunk, wire, note }: Steps, timings: LineTimings) {
  const way = wayOf(trunk);
  const sinceMs = ports.clock.monotonicMs();
  const asked = await ask({
    srf: ports.srf,
    ...{ method: 'OPTIONS', uri: way.domain, proxy: way.proxy, headers: { Accept: 'application/sdp' } },
    account: null,
    timeoutMs: timings.answerMs,
  });
  note(asked.callId);
  return optionsSeen(asked, wire, ports.clock.monotonicMs() - sinceMs);
}

/** Asks for the bindings and leaves them alone; then waits until our own registration has made up its mind. */
async function askAccount(
  ports: LineDoctorPorts,
  { trunk, wire, note }: Steps,
  timings: LineTimings,
): Promise<AccountSeen> {
  const way = wayOf(trunk);
  const password = ports.password(trunk.id);
  const username = trunk.authUsername;
  const aor = `<sip:${username ?? 'unknown'}@${way.host}>`;
  const asked = await ask({
    srf: ports.srf,
    ...{ method: 'REGISTER', uri: way.domain, proxy: way.proxy, headers: { From: aor, To: aor } },
    account: username !== null && password !== null ? { username, password } : null,
    timeoutMs: timings.answerMs,
  });
  note(asked.callId);
  const endMs = ports.clock.monotonicMs() + timings.answerMs;
  let kept = ports.registration(trunk.id);
  while (kept?.status === 'registering' && ports.clock.monotonicMs() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    kept = ports.registration(trunk.id);
  }
  return { ...accountSeen(asked, wire, password !== null), kept };
}
