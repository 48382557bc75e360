import type { Clock } from '../../foundation/index.ts';
import type { CallerFact, CallerPreferences, TenantStore } from '../../store/index.ts';

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
  /** The earliest first. */
  readonly upcoming: readonly {
    readonly appointmentId: string;
    readonly serviceName: string;
    readonly startsAtMs: number;
  }[];
  readonly usualServiceId: string | null;
  readonly preferences: CallerPreferences;
  readonly facts: readonly CallerFact[];
}

const mostSummaries = 3;
const mostAppointments = 50;
const mostFacts = 10;
const nobodyKnown: KnownCaller = {
  name: null,
  spokenName: null,
  earlierCalls: 0,
  lastSummaries: [],
  upcoming: [],
  usualServiceId: null,
  preferences: { serviceId: null, staffId: null, partOfDay: null },
  facts: [],
};

/** Nothing is known where the tenant keeps no memory, where the caller opted out, or where the number is withheld. */
export function callerContextOf(store: TenantStore, number: string | null, clock: Clock): KnownCaller {
  if (number === null || !store.privacy.policy().memory) return nobodyKnown;
  const remembered = store.callers.find(number);
  if (remembered?.optedOut) return nobodyKnown;
  const nowMs = clock.nowMs();
  const name = store.callers.nameOf(number);
  const preferences = remembered?.preferences ?? nobodyKnown.preferences;
  const isOffered = store.profile().services.some(({ id }) => id === preferences.serviceId);
  return {
    name,
    spokenName: firstNameOf(name),
    earlierCalls: store.calls.countFrom(number),
    lastSummaries: (remembered?.summaries ?? []).slice(0, mostSummaries).map(({ text }) => text),
    upcoming: store.appointments
      .ofPhone(number, nowMs)
      .slice(0, mostAppointments)
      .map(({ id, serviceName, startsAtMs }) => ({ appointmentId: id, serviceName, startsAtMs })),
    usualServiceId: isOffered ? preferences.serviceId : null,
    preferences,
    facts: (remembered?.facts ?? []).slice(0, mostFacts),
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
