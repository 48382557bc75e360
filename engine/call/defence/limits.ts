/** How much one source may ask for before it is not heard any more. */
export interface DefenceLimits {
  /** Every message, before it is read. */
  readonly messages: Rate;
  /** The same for trunks: their address may be forged, so they have a limit too, but a wide one. */
  readonly trunkMessages: Rate;
  /** Requests outside of dialogs: REGISTER, INVITE, OPTIONS, … */
  readonly requests: Rate;
  /**
   * Those of trunks that are no calls. Each takes room for half a minute, and what others send in a trunk's name
   * must leave some to its calls.
   */
  readonly trunkRequests: Rate;
  /** Wrong passwords of one account from one source, whoever else is there. Beyond that none is looked at. */
  readonly guesses: Rate;
  /** Accounts that one source tries in vain. Those that got in from there before are heard all the same. */
  readonly guessedAccounts: Rate;
  /** Requests outside of dialogs from all sources together where nobody is known: a flood from many addresses. */
  readonly strangers: Rate;
  /** Refused requests (weighted) within `failureWindowMs` that end in a ban. */
  readonly failures: number;
  readonly failureWindowMs: number;
  /** Different names under which one source tries within the window. */
  readonly names: number;
  readonly firstBanMs: number;
  /** Each further ban is this many times longer. */
  readonly banGrowth: number;
  readonly longestBanMs: number;
  /** Sources that are remembered; the one unheard of for longest is forgotten first. */
  readonly sources: number;
  /** Bans written to the disk; with more than this they are kept in memory only. */
  readonly storedBans: Rate;
}

export interface Rate {
  readonly perS: number;
  /** At once, after a quiet time. */
  readonly burst: number;
}

const minuteMs = 60_000;

/**
 * A phone sends a few messages a minute; a small PBX that comes back after a power cut registers some
 * fifty accounts within seconds. What stays below that is served.
 */
export const defaultLimits: DefenceLimits = {
  messages: { perS: 50, burst: 300 },
  trunkMessages: { perS: 4000, burst: 8000 },
  requests: { perS: 5, burst: 100 },
  trunkRequests: { perS: 40, burst: 400 },
  guesses: { perS: 1 / 300, burst: 10 },
  guessedAccounts: { perS: 1 / 900, burst: 8 },
  strangers: { perS: 100, burst: 1000 },
  failures: 20,
  failureWindowMs: 10 * minuteMs,
  names: 12,
  firstBanMs: 5 * minuteMs,
  banGrowth: 4,
  longestBanMs: 7 * 24 * 60 * minuteMs,
  sources: 10_000,
  storedBans: { perS: 0.5, burst: 30 },
};
