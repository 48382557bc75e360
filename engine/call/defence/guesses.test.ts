import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../foundation/index.ts';
import { createGuesses, type Guesses } from './guesses.ts';
import { defaultLimits } from './limits.ts';

let nowMs: number;
const clock: Clock = { nowMs: () => 1_790_000_000_000 + nowMs, monotonicMs: () => nowMs };
const minuteMs = 60_000;
const [office, elsewhere] = ['192.0.2.66', '198.51.100.1'];

/** Tries a wrong password as the digest does. @returns whether it was looked at */
function guess(guesses: Guesses, username: string, address = office): boolean {
  const isHeard = guesses.mayTry(username, address);
  if (isHeard) guesses.tried(username, address, false);
  return isHeard;
}

const heard = (guesses: Guesses, username: string, times: number): number =>
  Array.from({ length: times }, () => guess(guesses, username)).filter(Boolean).length;

beforeEach(() => {
  nowMs = 0;
});

describe('guesses of passwords', () => {
  it('are not helped by an account of their own, and slow down to a few in an hour', () => {
    const guesses = createGuesses({ clock });
    let looked = 0;
    for (; nowMs < 24 * 60 * minuteMs; nowMs += 200) {
      if (nowMs % 2000 === 0) guesses.tried('own', office, true);
      if (guess(guesses, 'boss')) looked += 1;
    }
    expect(looked).toBeLessThanOrEqual(10 + 24 * 12 + 1);
    expect(guesses.mayTry('own', office)).toBe(true);
  });

  it('count beyond what may be tried where they were under way together', () => {
    const guesses = createGuesses({ clock });
    for (let i = 0; i < 100; i += 1) guesses.tried('boss', office, false);
    nowMs += 60 * minuteMs;
    expect(guesses.mayTry('boss', office)).toBe(false);
  });

  it('reach few accounts, and none of the others', () => {
    const guesses = createGuesses({ clock });
    guesses.tried('own', office, true);
    for (let i = 0; i < 500; i += 1) guess(guesses, `user${i}`);
    const { burst } = defaultLimits.guessedAccounts;
    expect(heard(guesses, `user${burst - 1}`, 20)).toBe(defaultLimits.guesses.burst - 1);
    expect(heard(guesses, `user${burst}`, 20)).toBe(0);
  });

  it('lock nobody out: neither elsewhere, nor a neighbour who was in before', () => {
    const guesses = createGuesses({ clock });
    guesses.tried('neighbour', office, true);
    for (let i = 0; i < 500; i += 1) guess(guesses, `user${i}`);
    heard(guesses, 'user1', 100);
    expect(guesses.mayTry('neighbour', office)).toBe(true);
    expect(guesses.mayTry('user1', elsewhere)).toBe(true);
    expect(guesses.mayTry('user1', office)).toBe(false);
    // Its owner waits for some minutes at most, and then has all tries again.
    nowMs += 5 * minuteMs;
    expect(guesses.mayTry('user1', office)).toBe(true);
    guesses.tried('user1', office, true);
    expect(heard(guesses, 'user1', 100)).toBe(defaultLimits.guesses.burst);
  });

  it('are forgotten when a person says so, and never counted on a loopback that is trusted', () => {
    const guesses = createGuesses({ clock });
    expect(heard(guesses, 'boss', 100)).toBe(defaultLimits.guesses.burst);
    guesses.forget(office);
    expect(heard(guesses, 'boss', 100)).toBe(defaultLimits.guesses.burst);
    const loopback = (trustLoopback: boolean): number => {
      const some = createGuesses({ clock, trustLoopback });
      return Array.from({ length: 100 }, () => guess(some, 'boss', '127.0.0.1')).filter(Boolean).length;
    };
    expect(loopback(true)).toBe(100);
    expect(loopback(false)).toBe(defaultLimits.guesses.burst);
  });

  it('tell for a day that somebody got in from there', () => {
    const guesses = createGuesses({ clock });
    guess(guesses, 'boss');
    expect(guesses.gotIn(office)).toBe(false);
    guesses.tried('own', '2001:db8::1', true);
    expect(guesses.gotIn('2001:db8::2')).toBe(true);
    nowMs += 25 * 60 * minuteMs;
    expect(guesses.gotIn('2001:db8::2')).toBe(false);
  });

  it('are remembered of a bounded number of sources and names', () => {
    const guesses = createGuesses({ clock, limits: { sources: 3 } });
    for (let i = 0; i < 20; i += 1) {
      for (let n = 0; n < 30; n += 1) guess(guesses, 'boss', `192.0.2.${i}`);
    }
    expect(guesses.mayTry('boss', '192.0.2.19')).toBe(false);
    expect(guesses.mayTry('boss', '192.0.2.1')).toBe(true);
  });
});
