import { randomBytes } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Clock, Log } from '../foundation/index.ts';
import {
  addressesOf,
  isPrivateAddress,
  type ProbeResult,
  plainAddress,
  probeOptions,
  type Registration,
  type RegistrationState,
  type Srf,
  startRegistration,
} from '../sip/index.ts';
import type { Box, Trunk } from '../store/index.ts';
import { isLoopback } from './admission.ts';
import { isFull, type TrunkState } from './trunk-choice.ts';

/** One trunk as the screens and the command line show it. */
export interface Line {
  readonly id: string;
  readonly name: string;
  readonly kind: Trunk['kind'];
  /** `up` and `down` are of trunks that are asked with OPTIONS; `idle` of one that only rings in. */
  readonly status: 'disabled' | 'idle' | 'unknown' | 'up' | 'down' | RegistrationState['status'];
  /** In words, where it does not work. */
  readonly reason: string | null;
  readonly sinceMs: number;
  readonly nextTryAtMs: number | null;
  /** Of the last OPTIONS. */
  readonly roundTripMs: number | null;
  /** Where the other side sees us. */
  readonly externalAddress: string | null;
  readonly callsNow: number;
  readonly maxCalls: number | null;
  readonly priority: number;
}

export interface TrunkLines {
  /** In failover order. */
  lines(): Line[];
  stateOf(trunkId: string): TrunkState;
  /** Counts a call on the trunk until the returned function is called. */
  take(trunkId: string): () => void;
  isFull(trunkId: string): boolean;
  /** A call found the trunk out of order: it is tried last for a while, and as long as the trunk asked for. */
  failed(trunkId: string, failure: TrunkFailure): void;
  /** Asks now whether the trunk is there at all. */
  answers(trunkId: string): Promise<boolean>;
  /** The trunk that a call came through: by the address it came from, or the name under which we registered. */
  trunkOf(source: { readonly address: string; readonly requestUser: string }): Trunk | null;
  /** State of the registration that is kept for a trunk; null where none is. */
  registration(trunkId: string): RegistrationState | null;
  /** Registers, or asks, now. */
  refresh(trunkId: string): void;
  /** The box as the registrars see it; null where none has told. */
  externalAddress(): string | null;
  /** Idempotent. Takes back every registration. */
  stop(): Promise<void>;
}

export interface TrunkFailure {
  /** Final SIP status of the call; null where none came. */
  readonly status: number | null;
  /** Of Retry-After (RFC 3261 §20.33); null where nothing was said. */
  readonly retryAfterS: number | null;
}

export interface TrunkLinesOptions {
  readonly box: Box;
  readonly srf: Srf;
  readonly clock: Clock;
  readonly log: Log;
}

const probeEveryMs = 60_000;
const probeAgainMs = 15_000;
const probeTimeoutMs = 5000;
/** The same while a call waits for the answer: over UDP it is asked three times. */
const hurriedProbeMs = 2000;
/** How long a trunk that failed a call comes after the others, and the longest that it may ask for. */
const failedMs = 60_000;
const maxRetryAfterMs = 3_600_000;

/** The trunk's host as it stands in a URI. */
export const trunkHost = ({ host }: Pick<Trunk, 'host'>): string =>
  host === null ? 'voxbox.invalid' : isIPv6(host) ? `[${host}]` : host;

/** Where requests through a trunk go, as a SIP URI without user. */
export const trunkUri = (trunk: Pick<Trunk, 'host' | 'port' | 'transport'>, user = ''): string =>
  `sip:${user === '' ? '' : `${user}@`}${trunkHost(trunk)}${trunk.port === null ? '' : `:${trunk.port}`}${transportOf(trunk)}`;

export const trunkProxy = (trunk: Pick<Trunk, 'outboundProxy' | 'transport'>): string | null =>
  trunk.outboundProxy === null ? null : `sip:${trunk.outboundProxy}${transportOf(trunk)}`;

const transportOf = ({ transport }: Pick<Trunk, 'transport'>): string =>
  transport === 'udp' ? '' : `;transport=${transport}`;

/** Keeps a registration for each trunk that needs one, and knows how all of them are. Follows the store. */
export function startTrunkLines(options: TrunkLinesOptions): TrunkLines {
  const { box, log } = options;
  const kept = new Map<string, KeptLine>();
  let external: string | null = null;
  let stopping = false;

  const reload = (): void => {
    if (stopping) return;
    const trunks = new Map(box.trunks.list().map((trunk) => [trunk.id, trunk]));
    for (const [id, line] of kept) {
      const trunk = trunks.get(id);
      if (trunk && line.follow(trunk, box.trunks.password(id))) continue;
      kept.delete(id);
      void line.stop();
    }
    for (const [id, trunk] of trunks) {
      if (kept.has(id)) continue;
      // Who is told of it is beyond the local network: what a PBX in the same house sees says nothing there.
      const onExternal = (address: string): void => {
        if (isIPv4(address) && !isPrivateAddress(address)) external = address;
      };
      kept.set(id, new KeptLine(trunk, { ...options, password: box.trunks.password(id), onExternal }));
    }
  };
  const guardedReload = (): void => {
    try {
      reload();
    } catch (error) {
      log.error({ err: error }, 'the trunks could not be read');
    }
  };
  const calls = new Map<string, number>();
  const callsOn = (id: string): number => calls.get(id) ?? 0;
  const unlisten = box.onEvent((event) => {
    if (event.type.startsWith('trunk.')) guardedReload();
  });
  reload();

  return {
    lines: () =>
      [...kept.values()]
        .sort((a, b) => a.trunk.priority - b.trunk.priority || a.trunk.name.localeCompare(b.trunk.name))
        .map((line) => line.view(callsOn(line.trunk.id))),
    stateOf: (id) => ({ health: kept.get(id)?.health() ?? 'unknown', callsNow: callsOn(id) }),
    take(id) {
      calls.set(id, callsOn(id) + 1);
      let taken = true;
      return () => {
        if (taken) calls.set(id, callsOn(id) - 1);
        taken = false;
      };
    },
    isFull: (id) => {
      const line = kept.get(id);
      return line !== undefined && isFull(line.trunk, callsOn(id));
    },
    failed: (id, failure) => kept.get(id)?.failed(failure),
    answers: async (id) => (await kept.get(id)?.answers()) ?? false,
    trunkOf({ address, requestUser }) {
      const enabled = [...kept.values()].filter(({ trunk }) => trunk.enabled);
      const named = enabled.find((line) => requestUser !== '' && line.contactUser === requestUser);
      if (named) return named.trunk;
      const known = box.trunks.findByAddress(address);
      if (known) return known;
      // Everything on this machine comes from one address: there only the name tells who it is.
      return isLoopback(address) ? null : (enabled.find((line) => line.sendsFrom(address))?.trunk ?? null);
    },
    registration: (id) => kept.get(id)?.registrationState() ?? null,
    refresh: (id) => kept.get(id)?.refresh(),
    externalAddress: () => external,
    async stop() {
      if (stopping) return;
      stopping = true;
      unlisten();
      await Promise.all([...kept.values()].map((line) => line.stop()));
    },
  };
}

interface KeptParts extends TrunkLinesOptions {
  readonly password: string | null;
  readonly onExternal: (address: string) => void;
}

type Status = Pick<Line, 'status' | 'reason' | 'sinceMs' | 'nextTryAtMs' | 'roundTripMs' | 'externalAddress'>;

/** One trunk with what is kept up for it. */
class KeptLine {
  /** Nobody but the registrar knows it: calls under it are the trunk's, wherever they come from. */
  readonly contactUser: string | null;
  #trunk: Trunk;
  readonly #parts: KeptParts;
  readonly #settings: string;
  readonly #registration: Registration | null;
  /** Addresses that the trunk's host names stand for. */
  #hosts: ReadonlySet<string> = new Set();
  #status: Status;
  #failedUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(trunk: Trunk, parts: KeptParts) {
    this.#trunk = trunk;
    this.#parts = parts;
    this.#settings = settingsOf(trunk, parts.password);
    const registers = trunk.enabled && trunk.kind === 'registration' && trunk.host !== null;
    this.contactUser = registers ? `line-${randomBytes(8).toString('hex')}` : null;
    this.#status = {
      status: !trunk.enabled
        ? 'disabled'
        : registers
          ? 'registering'
          : trunk.host === null
            ? 'idle'
            : 'unknown',
      reason: null,
      sinceMs: parts.clock.nowMs(),
      nextTryAtMs: null,
      roundTripMs: null,
      externalAddress: null,
    };
    this.#registration = registers ? this.#register() : null;
    if (trunk.enabled && trunk.host !== null) void this.#resolve();
    if (trunk.enabled && trunk.host !== null && !registers) void this.#probe();
  }

  /** Takes over what disturbs nothing. @returns false where the line has to be begun anew */
  follow(trunk: Trunk, password: string | null): boolean {
    if (this.#settings !== settingsOf(trunk, password)) return false;
    this.#trunk = trunk;
    return true;
  }

  get trunk(): Trunk {
    return this.#trunk;
  }

  view(callsNow: number): Line {
    const { id, name, kind, maxCalls, priority } = this.trunk;
    return { id, name, kind, ...this.#status, callsNow, maxCalls, priority };
  }

  registrationState(): RegistrationState | null {
    return this.#registration?.state() ?? null;
  }

  health(): TrunkState['health'] {
    const { status } = this.#status;
    if (this.#parts.clock.nowMs() < this.#failedUntilMs) return 'down';
    if (status === 'registered' || status === 'up') return 'up';
    return status === 'unknown' || status === 'registering' ? 'unknown' : 'down';
  }

  sendsFrom(address: string): boolean {
    return this.#hosts.has(plainAddress(address));
  }

  failed({ status, retryAfterS }: TrunkFailure): void {
    const reason = status === null ? 'no answer to a call' : `a call was answered with ${status}`;
    if (status === 401 || status === 403 || status === 407) {
      // That may be about the number that was shown, or the password: other calls may go through.
      this.#become({ reason });
      this.#registration?.refresh();
      return;
    }
    const askedMs = Math.min((retryAfterS ?? 0) * 1000, maxRetryAfterMs);
    this.#failedUntilMs = this.#parts.clock.nowMs() + Math.max(failedMs, askedMs);
    if (this.#registration) this.#registration.refresh();
    else {
      this.#become({ status: 'down', reason });
      this.#probeAfter(probeAgainMs);
    }
  }

  async answers(): Promise<boolean> {
    return isThere(await this.#ask(hurriedProbeMs));
  }

  refresh(): void {
    this.#failedUntilMs = 0;
    if (this.#registration) this.#registration.refresh();
    else if (this.#status.status !== 'disabled' && this.trunk.host !== null) this.#probeAfter(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#registration?.stop();
  }

  #register(): Registration {
    const { trunk } = this;
    const { srf, clock, log, password, onExternal } = this.#parts;
    const username = trunk.authUsername ?? trunk.username ?? '';
    return startRegistration({
      id: trunk.id,
      registrar: trunkUri(trunk),
      outboundProxy: trunkProxy(trunk),
      aor: `sip:${username}@${trunkHost(trunk)}`,
      username,
      password: password ?? '',
      expiresS: trunk.registerIntervalS,
      contactUser: this.contactUser ?? username,
      ...{ srf, clock, log },
      onExternalAddress: (externalAddress) => {
        this.#become({ externalAddress });
        onExternal(externalAddress);
      },
      onChange: ({ status, sinceMs, nextTryAtMs, reason, sipStatus }) => {
        this.#become({ status, sinceMs, nextTryAtMs, reason: reasonOf(reason, sipStatus) });
        if (status === 'registered') void this.#resolve();
      },
    });
  }

  /** Calls come from the registrar or the proxy, under any address that their names stand for. */
  async #resolve(): Promise<void> {
    const uris = [trunkUri(this.trunk), trunkProxy(this.trunk)].filter((uri) => uri !== null);
    const found = (await Promise.all(uris.map(addressesOf))).flat().map(plainAddress);
    // While DNS fails it is who it was.
    if (found.length > 0) this.#hosts = new Set(found);
  }

  #ask(timeoutMs: number): Promise<ProbeResult> {
    const { srf, clock } = this.#parts;
    const proxy = trunkProxy(this.trunk);
    const next = proxy === null ? {} : { proxy };
    return probeOptions(srf, { uri: trunkUri(this.trunk), ...next, timeoutMs, clock });
  }

  async #probe(): Promise<void> {
    const result = await this.#ask(probeTimeoutMs);
    if (this.#stopped) return;
    const { status, rttMs, external } = result;
    const up = isThere(result);
    if (external) {
      this.#become({ externalAddress: external.address });
      this.#parts.onExternal(external.address);
    }
    this.#become({
      status: up ? 'up' : 'down',
      reason: up ? null : status === null ? 'no answer to OPTIONS' : `OPTIONS was answered with ${status}`,
      roundTripMs: rttMs,
    });
    void this.#resolve();
    this.#probeAfter(up ? probeEveryMs : probeAgainMs);
  }

  #probeAfter(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#probe(), delayMs);
    this.#timer.unref();
    this.#status = { ...this.#status, nextTryAtMs: this.#parts.clock.nowMs() + delayMs };
  }

  #become(change: Partial<Status>): void {
    const moved = change.status !== undefined && change.status !== this.#status.status;
    const { clock, log } = this.#parts;
    if (moved) log.info({ trunk: this.trunk.name, status: change.status, reason: change.reason }, 'trunk');
    this.#status = { ...this.#status, ...(moved ? { sinceMs: clock.nowMs() } : {}), ...change };
  }
}

/** Any answer but the server's own despair means that somebody is there (RFC 3261 §11). */
const isThere = ({ status }: ProbeResult): boolean => status !== null && status !== 503 && status !== 408;

const reasonOf = (reason: string | null, sipStatus: number | null): string | null =>
  reason ?? (sipStatus !== null && sipStatus >= 300 ? `REGISTER was answered with ${sipStatus}` : null);

/** What a registration or a probe depends on; a new name, limit or order disturbs neither. */
const settingsOf = (trunk: Trunk, password: string | null): string => {
  const { kind, enabled, host, port, transport, outboundProxy, authUsername, username, registerIntervalS } =
    trunk;
  const reached = [host, port, transport, outboundProxy];
  return JSON.stringify([kind, enabled, reached, authUsername, username, registerIntervalS, password]);
};
