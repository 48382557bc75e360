import { take } from './answers/book.ts';
import { advance, ask, askAgain, cleared, next, startSearch } from './asking.ts';
import {
  type Decision,
  type DialogueEvent,
  type DialogueState,
  type Facts,
  isBusy,
  type Line,
  type Move,
  noWish,
  say,
} from './dialogue.ts';
import type { Answer, BookedAppointment, Opening } from './model.ts';
import {
  dayOf,
  exactOpening,
  inWindow,
  minuteOf,
  pickOffers,
  planSearch,
  sameTimeNextDay,
  usualOf,
  widen,
} from './skills/book.ts';
import { messageSkill } from './skills/form.ts';

export function onOpenings(state: DialogueState, openings: readonly Opening[], facts: Facts): Decision {
  const { search, wish } = state;
  const zone = facts.snapshot.timeZone;
  if (!search) return advance({ ...state, wish: noWish }, facts);
  const free = openings.filter((opening) => opening.startsAtMs !== state.lostMs);
  const exact = search.stage === 'asked' ? exactOpening(free, wish, zone) : null;
  if (exact) return take({ ...state, search: null }, exact, facts);
  const fitting = free.filter((opening) => inWindow(opening, wish, zone));
  const usual = usualOf(fitting, wish, facts);
  const same = search.stage === 'wider' ? sameTimeNextDay(free, wish, zone) : null;
  const offers = same
    ? [same]
    : pickOffers([usual, fitting, free].find(({ length }) => length > 0) ?? [], wish, zone);
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
    // The same ones again, after another search, are no news.
    return ask({ ...state, search: null, offers }, 'offers', { facts, lead, failed: 'no-time' });
  }
  if (search.stage === 'earlier' || search.stage === 'later') {
    const lead = [say({ name: search.stage === 'earlier' ? 'none-earlier' : 'none-later' })];
    const again: DialogueState = { ...state, search: null };
    return state.offers.length > 0
      ? ask(again, 'offers', { facts, lead, failed: 'no-time' })
      : ask(again, 'day', { facts, lead });
  }
  if (search.stage === 'asked') {
    const wider = widen(search);
    const lead: Move[] = search.day === null ? [] : [say({ name: 'none-that-day', day: search.day })];
    return {
      state: { ...state, search: wider.search, waitingFor: 'find-openings' },
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
  const { readBack } = state;
  const customerName = (readBack?.kind === 'book' ? readBack.request.customerName : state.name) ?? '';
  const theirs = state.serviceId === null ? null : { ...appointment, serviceId: state.serviceId };
  const done: DialogueState = { ...cleared(state), booked: appointment, theirs };
  return next(done, facts, [say({ name: 'booked', appointment, customerName })]);
}

export function onMoved(state: DialogueState, appointment: BookedAppointment, facts: Facts): Decision {
  const theirs = state.moving && { ...appointment, serviceId: state.moving.serviceId };
  const done: DialogueState = { ...cleared(state), booked: appointment, theirs };
  return next(done, facts, [say({ name: 'moved', appointment })]);
}

export function onCancelled(state: DialogueState, appointment: BookedAppointment, facts: Facts): Decision {
  const done: DialogueState = { ...cleared(state), change: null, booked: null, theirs: null };
  return next(done, facts, [say({ name: 'cancelled', appointment })]);
}

/** What the documents say, or that they do not: the caller is taken back to where they were. */
export function onAnswered(state: DialogueState, answer: Answer | null, facts: Facts): Decision {
  const here: DialogueState = { ...state, waitingFor: null };
  if (answer) return askAgain({ ...here, unanswered: null }, facts, [say({ name: 'answer', answer })], false);
  if (state.unanswered === null) return askAgain(here, facts, [say({ name: 'cannot-help' })], true);
  const lead = [say({ name: 'do-not-know' })];
  return isBusy(state) || !messageSkill(facts.snapshot)
    ? askAgain({ ...here, unanswered: null }, facts, lead, false)
    : ask(here, 'message-offer', { facts, lead });
}

export function onFailure(
  state: DialogueState,
  code: Parameters<typeof failureLine>[0],
  facts: Facts,
): Decision {
  const lead = [say(failureLine(code))];
  const here: DialogueState = { ...state, waitingFor: null, readBack: null, search: null };
  if (state.waitingFor === 'look-up') return onAnswered(state, null, facts);
  const recoverable = (code === 'opening_taken' || code === 'outside_hours') && state.chosen !== null;
  if (recoverable && state.serviceId !== null) {
    const lostMs = state.chosen?.startsAtMs ?? null;
    return startSearch(
      { ...here, chosen: null, lostMs, wish: wishAround(state, facts) },
      state.serviceId,
      facts,
      lead,
    );
  }
  const over: DialogueState = {
    ...{ ...here, booking: false, moving: null, offers: [], form: null, change: null, slotId: null },
  };
  return ask(over, 'anything-else', { facts, lead });
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
