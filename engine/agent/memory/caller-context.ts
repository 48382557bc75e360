import type { CallerPreferences, TenantStore } from '../../store/index.ts';

/**
 * What the agent may know of a caller before the first word. A number proves nothing about who speaks: until callers
 * have shown who they are, `spokenName` is all of this that may be said aloud.
 */
export interface KnownCaller {
  readonly name: string | null;
  /** The first name alone. */
  readonly spokenName: string | null;
  readonly earlierCalls: number;
  /** At most three, the latest first. */
  readonly lastSummaries: readonly string[];
  readonly preferences: CallerPreferences;
}

const mostSummaries = 3;
const nobodyKnown: KnownCaller = {
  name: null,
  spokenName: null,
  earlierCalls: 0,
  lastSummaries: [],
  preferences: { serviceId: null, staffId: null, partOfDay: null },
};

/** Nothing is known where the tenant keeps no memory, where the caller opted out, or where the number is withheld. */
export function callerContextOf(store: TenantStore, number: string | null): KnownCaller {
  if (number === null || !store.privacy.policy().memory) return nobodyKnown;
  const remembered = store.callers.find(number);
  if (remembered?.optedOut) return nobodyKnown;
  const name = store.callers.nameOf(number);
  return {
    name,
    spokenName: firstNameOf(name),
    earlierCalls: store.calls.countFrom(number),
    lastSummaries: (remembered?.summaries ?? []).slice(0, mostSummaries).map(({ text }) => text),
    preferences: remembered?.preferences ?? nobodyKnown.preferences,
  };
}

const titles = /^(?:mr|mrs|ms|miss|mister|dr|doctor|prof|professor|sir|madam)\.?$/i;

/** Names shown by networks in capitals are no names to greet with: "WIRELESS CALLER". */
function firstNameOf(name: string | null): string | null {
  const words = (name ?? '').split(/\s+/).filter((word) => word !== '' && !titles.test(word));
  const [first] = words;
  if (first === undefined || !/^\p{L}[\p{L}'’-]+$/u.test(first)) return null;
  return /\p{Ll}/u.test(name ?? '') ? first : null;
}
