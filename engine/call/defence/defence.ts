import type { Clock, Log, StoredEvent } from '../../foundation/index.ts';
import { type GuardedSource, plainAddress, type SipGuard } from '../../sip/index.ts';
import { type Ban, type Bans, banMemoryMs } from '../../store/index.ts';
import { isLoopback } from '../admission.ts';
import type { Guesses } from './guesses.ts';
import { type DefenceLimits, defaultLimits } from './limits.ts';
import { followRegistrations, type RegisteredSources, type Registrations } from './registered-sources.ts';
import { isScanner, userOf } from './scanners.ts';
import {
  addFailure,
  addName,
  banTimeMs,
  failureWeight,
  forgive,
  freshSource,
  fullBucket,
  gotIn,
  type SourceState,
  sourceKey,
  take,
} from './source.ts';

/** `registered`: a phone is signed in from there, or somebody got in from there with a password. */
export type Standing = 'trunk' | 'registered' | 'unknown';

export interface DefenceParts {
  readonly clock: Clock;
  readonly bans: Pick<Bans, 'active' | 'find' | 'put' | 'purge'>;
  readonly log: Log;
  readonly limits?: Partial<DefenceLimits>;
  /** Asked now and then, not for each message. Everybody is unknown where it is absent. */
  readonly standingOf?: (address: string) => Standing;
  /** Sources of these are `registered` where `standingOf` does not know them. */
  readonly registrations?: Registrations;
  /** The same that the digest asks. */
  readonly guesses: Guesses;
  /** Loopback is never shut out (default true). */
  readonly trustLoopback?: boolean;
  /** Tells of bans that a person lifted: `box.onEvent`. */
  readonly onEvent?: (listener: (event: StoredEvent) => void) => () => void;
}

export interface DefenceFigures {
  readonly dropped: number;
  readonly scanners: number;
  readonly bansNow: number;
  readonly sources: number;
}

export interface Defence extends SipGuard {
  /** In force now. */
  list(): Ban[];
  /** Hears the source again; the store's own row is not touched. */
  forget(address: string): void;
  figures(): DefenceFigures;
  /** Idempotent. */
  stop(): void;
}

interface Known {
  readonly state: SourceState;
  standing: Standing;
  standingUntilMs: number;
  touchedMs: number;
}

const standingForMs = 10_000;
/** The order of the sources is kept to the second, so that most messages cost one look-up. */
const touchEveryMs = 1000;

/**
 * Keeps scanners, floods and guessers of passwords away from the signalling loop. What is refused gets no
 * answer, so that nobody learns that something is there.
 *
 * Trunks and the loopback are never banned. Neither is a source where a phone is signed in: the address of a
 * datagram can be forged, and behind one address there may be a whole office. What its neighbours may guess is
 * counted by account (`Guesses`).
 */
export function createDefence(parts: DefenceParts): Defence {
  const limits: DefenceLimits = { ...defaultLimits, ...parts.limits };
  return new Watch(parts, limits);
}

class Watch implements Defence {
  readonly #parts: DefenceParts;
  readonly #limits: DefenceLimits;
  /** In the order in which they were last heard: the first is forgotten first. */
  readonly #sources = new Map<string, Known>();
  readonly #banned = new Map<string, Ban>();
  readonly #stored;
  readonly #strangers;
  readonly #unlisten: () => void;
  readonly #registered: RegisteredSources | null;
  #dropped = 0;
  #scanners = 0;

  constructor(parts: DefenceParts, limits: DefenceLimits) {
    this.#parts = parts;
    this.#limits = limits;
    const { clock, bans } = parts;
    this.#stored = fullBucket(limits.storedBans, clock.monotonicMs());
    this.#strangers = fullBucket(limits.strangers, clock.monotonicMs());
    bans.purge(clock.nowMs() - banMemoryMs);
    for (const ban of bans.active(clock.nowMs()).slice(0, limits.sources)) this.#banned.set(ban.address, ban);
    this.#registered = parts.registrations ? followRegistrations(parts.registrations, clock) : null;
    this.#unlisten =
      parts.onEvent?.((event) => {
        if (event.type === 'ban.lifted') this.forget(event.address);
      }) ?? (() => {});
  }

  admits({ address }: GuardedSource): boolean {
    if (this.#isTrustedLoopback(address)) return true;
    const key = sourceKey(address);
    const known = this.#known(key, address);
    if (known.standing !== 'trunk' && this.#isBanned(key)) return this.#drop();
    const { messages, trunkMessages } = this.#limits;
    const limit = known.standing === 'trunk' ? trunkMessages : messages;
    return take(known.state.messages, limit, this.#parts.clock.monotonicMs()) || this.#drop();
  }

  inspect(request: Parameters<SipGuard['inspect']>[0], source: GuardedSource): 'take' | 'drop' {
    if (this.#isTrustedLoopback(source.address)) return 'take';
    const key = sourceKey(source.address);
    const known = this.#known(key, source.address);
    const { account } = request;
    // Strangers are answered, so that they come to be banned.
    const isGuess = account !== null && !this.#parts.guesses.mayTry(account, source.address);
    if (isGuess && known.standing !== 'unknown') return this.#refuse();
    const nowMs = this.#parts.clock.monotonicMs();
    if (known.standing === 'trunk') {
      const isCall = request.method === 'INVITE';
      return isCall || take(known.state.requests, this.#limits.trunkRequests, nowMs)
        ? 'take'
        : this.#refuse();
    }
    if (this.#isBanned(key)) return this.#refuse();
    const at = { limits: this.#limits, nowMs };
    if (isScanner(request)) {
      this.#scanners += 1;
      if (addFailure(known.state, Math.ceil(this.#limits.failures / 3), at)) this.#ban(key, known, 'scanner');
      return this.#refuse();
    }
    const { requests, strangers } = this.#limits;
    if (!take(known.state.requests, requests, nowMs)) return this.#refuse();
    if (known.standing === 'unknown' && !take(this.#strangers, strangers, nowMs)) return this.#refuse();
    const name = userOf(request.fromUri);
    if (name !== null && known.standing === 'unknown' && addName(known.state, name, at)) {
      this.#ban(key, known, 'tried many names');
      return this.#refuse();
    }
    return 'take';
  }

  answered(status: number, source: GuardedSource, method: string): void {
    if (this.#isTrustedLoopback(source.address)) return;
    const key = sourceKey(source.address);
    const known = this.#known(key, source.address);
    if (known.standing === 'trunk') return;
    if (gotIn(status, method)) {
      forgive(known.state);
      known.standingUntilMs = 0;
      return;
    }
    const weight = failureWeight(status);
    if (weight === 0) return;
    const at = { limits: this.#limits, nowMs: this.#parts.clock.monotonicMs() };
    if (addFailure(known.state, weight, at)) this.#ban(key, known, 'refused again and again');
  }

  list(): Ban[] {
    const nowMs = this.#parts.clock.nowMs();
    return [...this.#banned.values()].filter((ban) => ban.untilMs > nowMs);
  }

  forget(address: string): void {
    const key = sourceKey(address);
    this.#banned.delete(key);
    this.#sources.delete(key);
    this.#parts.guesses.forget(address);
  }

  figures(): DefenceFigures {
    return {
      dropped: this.#dropped,
      scanners: this.#scanners,
      bansNow: this.list().length,
      sources: this.#sources.size,
    };
  }

  stop(): void {
    this.#unlisten();
    this.#registered?.stop();
  }

  #isTrustedLoopback(address: string): boolean {
    return this.#parts.trustLoopback !== false && isLoopback(plainAddress(address));
  }

  #isBanned(key: string): boolean {
    const ban = this.#banned.get(key);
    if (!ban) return false;
    if (ban.untilMs > this.#parts.clock.nowMs()) return true;
    this.#banned.delete(key);
    return false;
  }

  #known(key: string, address: string): Known {
    const nowMs = this.#parts.clock.monotonicMs();
    const found = this.#sources.get(key);
    if (found && nowMs - found.touchedMs < touchEveryMs && nowMs < found.standingUntilMs) return found;
    const known = found ?? {
      state: freshSource(this.#limits, nowMs),
      standing: 'unknown',
      standingUntilMs: Number.NEGATIVE_INFINITY,
      touchedMs: nowMs,
    };
    known.touchedMs = nowMs;
    if (known.standingUntilMs <= nowMs) {
      const standing = this.#parts.standingOf?.(address) ?? 'unknown';
      const gotIn = this.#registered?.has(key) || this.#parts.guesses.gotIn(address);
      known.standing = standing === 'unknown' && gotIn ? 'registered' : standing;
      known.standingUntilMs = nowMs + standingForMs;
    }
    this.#sources.delete(key);
    this.#sources.set(key, known);
    this.#bound(this.#sources);
    return known;
  }

  #bound(map: Map<string, unknown>): void {
    if (map.size <= this.#limits.sources) return;
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }

  #ban(key: string, known: Known, reason: string): void {
    const { bans, clock, log } = this.#parts;
    if (known.standing !== 'unknown') return;
    const bannedAtMs = clock.nowMs();
    const stored = take(this.#stored, this.#limits.storedBans, clock.monotonicMs());
    const before = this.#banned.get(key)?.count ?? (stored ? (bans.find(key)?.count ?? 0) : 0);
    const untilMs = bannedAtMs + banTimeMs(this.#limits, before);
    const ban: Ban = { address: key, reason, count: before + 1, bannedAtMs, untilMs };
    this.#banned.delete(key);
    this.#banned.set(key, ban);
    this.#bound(this.#banned);
    forgive(known.state);
    log.warn({ reason, untilMs, times: ban.count, pii: { address: key } }, 'a SIP source was banned');
    if (!stored) return;
    try {
      bans.put(ban);
    } catch (error) {
      // A full disk must not open the door: the ban holds in memory.
      log.error({ err: error }, 'a ban could not be stored');
    }
  }

  #drop(): false {
    this.#dropped += 1;
    return false;
  }

  #refuse(): 'drop' {
    this.#dropped += 1;
    return 'drop';
  }
}
