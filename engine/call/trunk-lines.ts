import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { Clock, Log } from '../foundation/index.ts';
import {
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
  /** A call found the trunk out of order: it is tried last until it answers again. */
  failed(trunkId: string, reason: string): void;
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

export interface TrunkLinesOptions {
  readonly box: Box;
  readonly srf: Srf;
  readonly clock: Clock;
  readonly log: Log;
}

const probeEveryMs = 60_000;
const probeAgainMs = 15_000;
const probeTimeoutMs = 5000;

/** Where requests through a trunk go, as a SIP URI without user. */
export const trunkUri = (trunk: Pick<Trunk, 'host' | 'port' | 'transport'>, user = ''): string =>
  `sip:${user === '' ? '' : `${user}@`}${trunk.host}${trunk.port === null ? '' : `:${trunk.port}`}${transportOf(trunk)}`;

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
      const onExternal = (address: string): void => {
        external = address;
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
    failed: (id, reason) => kept.get(id)?.failed(reason),
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
    if (status === 'registered' || status === 'up') return 'up';
    return status === 'unknown' || status === 'registering' ? 'unknown' : 'down';
  }

  sendsFrom(address: string): boolean {
    return this.#hosts.has(plainAddress(address));
  }

  failed(reason: string): void {
    if (this.#registration) this.#registration.refresh();
    else {
      this.#become({ status: 'down', reason });
      this.#probeAfter(probeAgainMs);
    }
  }

  refresh(): void {
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
      aor: `sip:${username}@${trunk.host}`,
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
    const proxy = this.trunk.outboundProxy?.replace(/:\d+$/, '') ?? null;
    const names = [this.trunk.host, proxy].flatMap((name) => name?.replace(/^\[|\]$/g, '') ?? []);
    const found = await Promise.all(names.map((name) => lookup(name, { all: true }).catch(() => [])));
    this.#hosts = new Set(found.flat().map(({ address }) => plainAddress(address)));
  }

  async #probe(): Promise<void> {
    const { srf, clock } = this.#parts;
    const proxy = trunkProxy(this.trunk);
    const { status, rttMs } = await probeOptions(srf, {
      uri: trunkUri(this.trunk),
      ...(proxy === null ? {} : { proxy }),
      timeoutMs: probeTimeoutMs,
      clock,
    });
    if (this.#stopped) return;
    // Any answer but the server's own despair means that somebody is there (RFC 3261 §11).
    const up = status !== null && status !== 503 && status !== 408;
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

const reasonOf = (reason: string | null, sipStatus: number | null): string | null =>
  reason ?? (sipStatus !== null && sipStatus >= 300 ? `REGISTER was answered with ${sipStatus}` : null);

/** What a registration or a probe depends on; a new name, limit or order disturbs neither. */
const settingsOf = (trunk: Trunk, password: string | null): string => {
  const { kind, enabled, host, port, transport, outboundProxy, authUsername, username, registerIntervalS } =
    trunk;
  const reached = [host, port, transport, outboundProxy];
  return JSON.stringify([kind, enabled, reached, authUsername, username, registerIntervalS, password]);
};
