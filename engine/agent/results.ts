import { take } from './answers.ts';
import { advance, ask, cleared, startSearch } from './asking.ts';
import {
  type Decision,
  type DialogueEvent,
  type DialogueState,
  type Facts,
  type Line,
  type Move,
  noWish,
  say,
} from './dialogue.ts';
import type { BookedAppointment, Opening } from './model.ts';
import {
  dayOf,
  exactOpening,
  inWindow,
  minuteOf,
  pickOffers,
  planSearch,
  sameTimeNextDay,
  widen,
} from './skills/book.ts';

export function onOpenings(state: DialogueState, openings: readonly Opening[], facts: Facts): Decision {
  const { search, wish } = state;
  const zone = facts.snapshot.timeZone;
  if (!search) return advance({ ...state, wish: noWish }, facts);
  const free = openings.filter((opening) => opening.startsAtMs !== state.lostMs);
  const exact = search.stage === 'asked' ? exactOpening(free, wish, zone) : null;
  if (exact) return take({ ...state, search: null }, exact, facts);
  const fitting = free.filter((opening) => inWindow(opening, wish, zone));
  const same = search.stage === 'wider' ? sameTimeNextDay(free, wish, zone) : null;
  const offers = same ? [same] : pickOffers(fitting.length > 0 ? fitting : free, wish, zone);
  if (offers.length > 0) {
    const lead: Move[] = [];
    const missed = wish.minute !== null || fitting.length === 0;
    if (
      search.stage === 'asked' &&
      search.day !== null &&
      missed &&
      state.lostMs === null &&
      isOpenAt(state, facts)
    ) {
      lead.push(say({ name: 'not-free', day: search.day, minute: wish.minute }));
    }
    return ask({ ...state, search: null, offers }, 'offers', { facts, lead });
  }
  if (search.stage === 'earlier' || search.stage === 'later') {
    const lead = [say({ name: search.stage === 'earlier' ? 'none-earlier' : 'none-later' })];
    const again: DialogueState = { ...state, search: null };
    return state.offers.length > 0
      ? ask(again, 'offers', { facts, lead, failed: true })
      : ask(again, 'day', { facts, lead });
  }
  if (search.stage === 'asked') {
    const wider = widen(search);
    const lead: Move[] = search.day === null ? [] : [say({ name: 'none-that-day', day: search.day })];
    return {
      state: { ...state, search: wider.search, waitingFor: 'openings' },
      moves: [...lead, { kind: 'find-openings', request: wider.request }],
    };
  }
  return ask({ ...state, search: null, wish: noWish }, 'day', {
    facts,
    lead: [say({ name: 'none-at-all' })],
    failed: true,
  });
}

/** True when the wish lay within the hours, so that "not free" is the reason and has not been told yet. */
const isOpenAt = (state: DialogueState, facts: Facts): boolean =>
  state.serviceId !== null && planSearch(state, state.serviceId, facts).lines.length === 0;

export function onBooked(state: DialogueState, appointment: BookedAppointment, facts: Facts): Decision {
  const customerName = state.readBack?.customerName ?? state.name ?? '';
  const next = { ...cleared(state), booked: appointment };
  return ask(next, 'anything-else', { facts, lead: [say({ name: 'booked', appointment, customerName })] });
}

export function onFailure(
  state: DialogueState,
  code: Parameters<typeof failureLine>[0],
  facts: Facts,
): Decision {
  const lead = [say(failureLine(code))];
  const next: DialogueState = { ...state, waitingFor: null, readBack: null, search: null };
  const recoverable = (code === 'opening_taken' || code === 'outside_hours') && state.chosen !== null;
  if (recoverable && state.serviceId !== null) {
    const lostMs = state.chosen?.startsAtMs ?? null;
    return startSearch(
      { ...next, chosen: null, lostMs, wish: wishAround(state, facts) },
      state.serviceId,
      facts,
      lead,
    );
  }
  return ask({ ...next, booking: false, offers: [] }, 'anything-else', { facts, lead });
}

const failureLine = (code: Extract<DialogueEvent, { kind: 'tool-failed' }>['code']): Line => ({
  name: 'failure',
  code,
});

/** The day of the opening that was lost, and its time as the one to stay near to. */
function wishAround(state: DialogueState, facts: Facts): DialogueState['wish'] {
  if (!state.chosen) return state.wish;
  const zone = facts.snapshot.timeZone;
  const day = dayOf(state.chosen.startsAtMs, zone);
  return { ...noWish, days: { from: day, to: day }, minute: minuteOf(state.chosen.startsAtMs, zone) };
}
