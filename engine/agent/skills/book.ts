import { DateTime } from 'luxon';
import type { DialogueState, Facts, Line, OpeningsRequest, Question, Search, Wish } from '../dialogue.ts';
import { noWish } from '../dialogue.ts';
import { partOfDayAt } from '../memory/part-of-day.ts';
import type { Opening } from '../model.ts';
import { instantOf, type WhenReading } from '../understanding/date-time.ts';
import type { Reading } from '../understanding/reading.ts';
import type { SlotValue } from '../understanding/slots.ts';
import { missingContact, withContact } from './contact.ts';
import { openSlots } from './form.ts';
import { spansOf } from './hours.ts';

const dayMs = 86_400_000;
/** How far ahead a search without a day looks. */
const horizonDays = 21;
const searchLimit = 200;

/** Whether this agent books at all. */
export const canBook = (facts: Facts): boolean =>
  facts.snapshot.services.length > 0 &&
  (facts.snapshot.skills.length === 0 ||
    facts.snapshot.skills.some((skill) => /^book|appointment/.test(skill)));

/** What a booking lacks, in the order in which people give it; null when nothing is missing. */
export function missing(
  state: DialogueState,
  facts: Facts,
): { readonly question: Question | 'search'; readonly slotId?: string } | null {
  if (state.serviceId === null) return { question: 'service' };
  if (state.chosen === null) {
    if (state.wish.days === null && !state.wish.soonest) {
      return { question: state.wish.minute !== null || state.wish.window !== null ? 'which-day' : 'day' };
    }
    return { question: 'search' };
  }
  // Moved, it stays the same customer's.
  if (state.moving) return null;
  const slot = openSlots(state, facts.snapshot).find(
    ({ id, volunteered }) => !volunteered && !state.details[id] && !state.skipped.includes(id),
  );
  if (slot) return { question: 'slot', slotId: slot.id };
  const contact = missingContact(state, 'name', facts) ?? missingContact(state, 'phone', facts);
  return contact && { question: contact };
}

/** The day that is settled already: of the wish, or of the appointment that was last spoken of. */
export function agreedDay(state: DialogueState, zone: string): string | null {
  const { days } = state.wish;
  if (days) return days.from === days.to ? days.from : null;
  return state.theirs && dayOf(state.theirs.startsAtMs, zone);
}

/** Puts what the caller just said into the slots; a changed value withdraws what depended on it. */
export function fill(state: DialogueState, reading: Reading): DialogueState {
  let next = state;
  const service = reading.service?.value;
  if (service !== undefined && service !== next.serviceId) {
    next = { ...next, serviceId: service, chosen: null, offers: [], readBack: null };
  }
  if (reading.when) {
    const wish = mergeWish(next.wish, reading.when);
    if (!sameWish(wish, next.wish) || next.chosen === null) {
      next = { ...next, wish, chosen: null, offers: [], readBack: null };
    }
  }
  const said = Object.entries(reading.slots).filter(
    ([id, value]) => 'value' in value && value.value !== next.details[id]?.value,
  ) as [string, SlotValue][];
  if (said.length > 0) {
    next = { ...next, details: { ...next.details, ...Object.fromEntries(said) }, readBack: null };
  }
  return withContact(next, reading);
}

export const fills = (reading: Reading): boolean =>
  reading.service !== null ||
  reading.when !== null ||
  reading.name !== null ||
  reading.phone !== null ||
  Object.keys(reading.slots).length > 0;

/** "Actually Thursday" keeps the time, "no, three" keeps the day, "any time" forgets the time. */
export function mergeWish(old: Wish, said: WhenReading): Wish {
  const timed = said.minute !== null || said.window !== null || said.past;
  return {
    days: said.days ?? (said.soonest || said.noSuch ? null : old.days),
    minute: timed ? said.minute : said.soonest ? null : old.minute,
    otherMinute: timed ? said.otherMinute : said.soonest ? null : old.otherMinute,
    window: timed ? said.window : said.soonest ? null : old.window,
    soonest: said.soonest || (said.days === null && !said.noSuch && old.soonest),
  };
}

const sameWish = (a: Wish, b: Wish): boolean => JSON.stringify(a) === JSON.stringify(b);

export interface SearchPlan {
  readonly lines: readonly Line[];
  readonly search: Search;
  readonly request: OpeningsRequest;
  /** The wish with am or pm settled by the hours of its day. */
  readonly wish: Wish;
}

/** Turns the wish into a search: a closed day or hour is told at once and the search goes around it. */
export function planSearch(state: DialogueState, serviceId: string, facts: Facts): SearchPlan {
  const zone = facts.snapshot.timeZone;
  const today = DateTime.fromMillis(facts.nowMs, { zone }).startOf('day');
  const { days } = state.wish;
  if (!days) {
    const toMs = today.plus({ days: horizonDays }).toMillis();
    return plan([], state.wish, { serviceId, day: null, stage: 'asked', toMs }, facts.nowMs);
  }
  const start = DateTime.fromISO(days.from, { zone });
  const end = DateTime.fromISO(days.to, { zone }).plus({ days: 1 });
  const fromMs = Math.max(start.toMillis(), facts.nowMs);
  const day = days.from === days.to ? days.from : null;
  if (day === null)
    return plan([], state.wish, { serviceId, day, stage: 'asked', toMs: end.toMillis() }, fromMs);
  const spans = spansOf(facts.snapshot, day);
  if (spans.length === 0) {
    const toMs = end.plus({ days: horizonDays }).toMillis();
    return plan(
      [{ name: 'closed-day', day }],
      state.wish,
      { serviceId, day, stage: 'wider', toMs },
      end.toMillis(),
    );
  }
  const settled = settleHalf(state.wish, serviceId, day, facts);
  const lines: readonly Line[] = settled.open ? [] : [{ name: 'outside-hours', day }];
  return plan(lines, settled.wish, { serviceId, day, stage: 'asked', toMs: end.toMillis() }, fromMs);
}

const plan = (lines: readonly Line[], wish: Wish, search: Search, fromMs: number): SearchPlan => ({
  lines,
  wish,
  search,
  request: {
    serviceId: search.serviceId,
    fromMs,
    toMs: Math.max(search.toMs, fromMs + 1),
    limit: searchLimit,
  },
});

/** Am or pm by the hours of the day, where the caller left it open. */
function settleHalf(wish: Wish, serviceId: string, day: string, facts: Facts): { wish: Wish; open: boolean } {
  if (wish.minute === null) return { wish, open: true };
  const lasts = facts.snapshot.services.find((service) => service.id === serviceId)?.durationMinutes ?? 0;
  const spans = spansOf(facts.snapshot, day);
  const fits = (minute: number): boolean =>
    spans.some((span) => minute >= span.fromMinute && minute + lasts <= span.toMinute);
  if (fits(wish.minute)) return { wish, open: true };
  if (wish.otherMinute !== null && fits(wish.otherMinute)) {
    return { wish: { ...wish, minute: wish.otherMinute, otherMinute: null }, open: true };
  }
  return { wish, open: false };
}

/** Goes on where a search found nothing. */
export function widen(search: Search): { search: Search; request: OpeningsRequest } {
  const wider: Search = { ...search, stage: 'wider', toMs: search.toMs + horizonDays * dayMs };
  return {
    search: wider,
    request: { serviceId: search.serviceId, fromMs: search.toMs, toMs: wider.toMs, limit: searchLimit },
  };
}

/** A search around the openings that were just offered. */
export function searchAround(
  state: DialogueState,
  serviceId: string,
  direction: 'earlier' | 'later',
  facts: Facts,
): SearchPlan {
  const zone = facts.snapshot.timeZone;
  const first = state.offers[0]?.startsAtMs ?? facts.nowMs;
  const last = state.offers.at(-1)?.startsAtMs ?? first;
  const dayOf = (ms: number): DateTime => DateTime.fromMillis(ms, { zone }).startOf('day');
  const day = dayOf(first).toFormat('yyyy-MM-dd');
  // A new wish: the old time of day is what the caller just moved away from.
  const wish: Wish = { ...noWish, days: { from: day, to: day } };
  if (direction === 'earlier') {
    const fromMs = Math.max(facts.nowMs, state.wish.days ? dayOf(first).toMillis() : facts.nowMs);
    return plan([], wish, { serviceId, day, stage: 'earlier', toMs: Math.max(first, fromMs + 1) }, fromMs);
  }
  return plan(
    [],
    wish,
    { serviceId, day, stage: 'later', toMs: dayOf(last).plus({ days: 1 }).toMillis() },
    last + 1,
  );
}

/** The opening that is exactly what was asked for, where the wish names one day and one time. */
export function exactOpening(openings: readonly Opening[], wish: Wish, zone: string): Opening | null {
  if (wish.minute === null || !wish.days || wish.days.from !== wish.days.to) return null;
  const wanted = instantOf(wish.days.from, wish.minute, zone);
  return openings.find((opening) => opening.startsAtMs === wanted) ?? null;
}

export const inWindow = (opening: Opening, wish: Wish, zone: string): boolean => {
  if (!wish.window) return true;
  const minute = minuteOf(opening.startsAtMs, zone);
  return minute >= wish.window.fromMinute && minute < wish.window.toMinute;
};

/** Those of the part of the day in which the caller mostly comes, where they named a day and no time of it. */
export function usualOf(openings: readonly Opening[], wish: Wish, facts: Facts): readonly Opening[] {
  const { usualPartOfDay } = facts.caller;
  const isOpen = wish.days !== null && wish.minute === null && wish.window === null && !wish.soonest;
  return isOpen && usualPartOfDay
    ? openings.filter(({ startsAtMs }) => partOfDayAt(startsAtMs, facts.snapshot.timeZone) === usualPartOfDay)
    : [];
}

export const minuteOf = (atMs: number, zone: string): number => {
  const at = DateTime.fromMillis(atMs, { zone });
  return at.hour * 60 + at.minute;
};

export const dayOf = (atMs: number, zone: string): string =>
  DateTime.fromMillis(atMs, { zone }).toFormat('yyyy-MM-dd');

/** The wished time of day on the first day that has openings: "we're closed on Sunday, how about Monday at ten?" */
export function sameTimeNextDay(openings: readonly Opening[], wish: Wish, zone: string): Opening | null {
  const [first] = openings;
  if (!first || wish.minute === null) return null;
  const day = dayOf(first.startsAtMs, zone);
  const wanted = instantOf(day, wish.minute, zone);
  return openings.find((opening) => opening.startsAtMs === wanted) ?? null;
}

/** At most two to offer: the nearest to the time that was asked for, else one early and one well after it. */
export function pickOffers(openings: readonly Opening[], wish: Wish, zone: string): readonly Opening[] {
  const [first] = openings;
  if (!first) return [];
  const wanted = wish.minute ?? (wish.window && !inWindow(first, wish, zone) ? wish.window.fromMinute : null);
  if (wanted !== null) {
    const nearest = [...openings].sort(
      (a, b) => distance(a, first, wanted, zone) - distance(b, first, wanted, zone),
    );
    return nearest.slice(0, 2).sort((a, b) => a.startsAtMs - b.startsAtMs);
  }
  const apart = openings.find((opening) => opening.startsAtMs - first.startsAtMs >= 2 * 3_600_000);
  const second = apart ?? openings.at(-1);
  return second && second !== first ? [first, second] : [first];
}

/** Minutes off the wanted time of day; another day weighs more than any hour. */
function distance(opening: Opening, first: Opening, minute: number, zone: string): number {
  const days = Math.round((opening.startsAtMs - first.startsAtMs) / dayMs);
  return Math.abs(minuteOf(opening.startsAtMs, zone) - minute) + days * 1440;
}

/** Which of the offered openings the caller took; null when that is not clear. */
export function takenOffer(state: DialogueState, reading: Reading, zone: string): Opening | null {
  const { offers } = state;
  const [first, second, third] = offers;
  if (reading.when && (reading.when.days || reading.when.minute !== null || reading.when.window)) {
    const matching = offers.filter((offer) => matches(offer, reading.when, zone));
    return matching.length === 1 ? (matching[0] ?? null) : null;
  }
  if (reading.choice === 'first') return first ?? null;
  if (reading.choice === 'second') return second ?? first ?? null;
  if (reading.choice === 'third') return third ?? null;
  if (reading.choice === 'any') return first ?? null;
  if (reading.choice === null && reading.yesNo === 'yes' && offers.length === 1) return first ?? null;
  return null;
}

function matches(offer: Opening, when: WhenReading | null, zone: string): boolean {
  if (!when) return false;
  const day = dayOf(offer.startsAtMs, zone);
  const minute = minuteOf(offer.startsAtMs, zone);
  if (when.days && (day < when.days.from || day > when.days.to)) return false;
  if (when.minute !== null && minute !== when.minute && minute !== when.otherMinute) return false;
  return !when.window || (minute >= when.window.fromMinute && minute < when.window.toMinute);
}
