import type { Clock } from '../../foundation/index.ts';
import type { PasswordTries } from '../../sip/index.ts';
import { isLoopback } from '../admission.ts';
import { type DefenceLimits, defaultLimits } from './limits.ts';
import { type Bucket, fill, fullBucket, sourceKey } from './source.ts';

export interface Guesses extends PasswordTries {
  /** Whether the source has shown the right password of some account within the day. */
  gotIn(address: string): boolean;
  forget(address: string): void;
}

interface Source {
  /** Accounts that may still be tried for the first time. */
  readonly fresh: Bucket;
  /** Wrong passwords that each may still be tried with. */
  readonly accounts: Map<string, Bucket>;
  gotInAtMs: number | null;
}

const dayMs = 86_400_000;
/** Of one source. A large office has fewer phones. */
const keptAccounts = 500;
/** What is kept of a name that somebody thought of. */
const nameOf = (username: string): string => username.slice(0, 120);

/**
 * Counts wrong passwords by source and account, and how many accounts a source tries. Who has an account of
 * their own gets no further with others, and who guesses an account from elsewhere does not lock out its
 * owner. It counts only what came in answer to a nonce that was sent to that address, so nobody can use up
 * another one's tries with forged datagrams.
 */
export function createGuesses(parts: {
  readonly clock: Clock;
  readonly limits?: Partial<DefenceLimits>;
  /** Tries from the loopback are not counted (default true). */
  readonly trustLoopback?: boolean;
}): Guesses {
  const { clock, trustLoopback = true } = parts;
  const limits: DefenceLimits = { ...defaultLimits, ...parts.limits };
  /** In the order of their last tries. */
  const sources = new Map<string, Source>();

  const sourceOf = (key: string, nowMs: number): Source => {
    const found = sources.get(key);
    const source = found ?? {
      fresh: fullBucket(limits.guessedAccounts, nowMs),
      accounts: new Map<string, Bucket>(),
      gotInAtMs: null,
    };
    sources.delete(key);
    sources.set(key, source);
    dropOldest(sources, limits.sources);
    return source;
  };
  const triesOf = ({ accounts }: Source, username: string, nowMs: number): Bucket => {
    const tries = accounts.get(username) ?? fullBucket(limits.guesses, nowMs);
    accounts.delete(username);
    accounts.set(username, tries);
    dropOldest(accounts, keptAccounts);
    return tries;
  };
  return {
    mayTry(username, address) {
      const source = sources.get(sourceKey(address));
      if (!source || (trustLoopback && isLoopback(address))) return true;
      const nowMs = clock.monotonicMs();
      const tries = source.accounts.get(nameOf(username));
      return tries
        ? fill(tries, limits.guesses, nowMs) >= 1
        : fill(source.fresh, limits.guessedAccounts, nowMs) >= 1;
    },
    tried(username, address, isRight) {
      const nowMs = clock.monotonicMs();
      const source = sourceOf(sourceKey(address), nowMs);
      const isFirst = !source.accounts.has(nameOf(username));
      const tries = triesOf(source, nameOf(username), nowMs);
      if (isRight) {
        source.gotInAtMs = nowMs;
        tries.tokens = limits.guesses.burst;
      } else {
        if (isFirst) source.fresh.tokens -= 1;
        tries.tokens -= 1;
      }
    },
    gotIn(address) {
      const gotInAtMs = sources.get(sourceKey(address))?.gotInAtMs ?? null;
      return gotInAtMs !== null && clock.monotonicMs() - gotInAtMs < dayMs;
    },
    forget: (address) => void sources.delete(sourceKey(address)),
  };
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
