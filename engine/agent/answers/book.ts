import { advance, ask, askAgain, end } from '../asking.ts';
import { type Decision, type DialogueState, type Facts, noWish, say } from '../dialogue.ts';
import type { Opening } from '../model.ts';
import { fill, fills, searchAround, takenOffer } from '../skills/book.ts';
import { agreesToLine, refusesLine } from '../skills/contact.ts';
import { askedSlot, fillForm } from '../skills/form.ts';
import type { Reading } from '../understanding/reading.ts';
import { onDigits } from './digits.ts';
import { onMessageAnswer } from './form.ts';

/** Answers to the question that was asked. */
export function onPending(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  switch (state.pending) {
    case 'read-back':
    case 'change-read-back':
      return onReadBackAnswer(state, reading, facts);
    case 'offers':
      return onOfferAnswer(state, reading, facts);
    case 'line-number':
      return onLineNumberAnswer(state, reading, facts);
    case 'phone':
    case 'phone-rest':
    case 'phone-part':
    case 'phone-keypad':
      return onPhone(state, reading, facts);
    case 'what-to-change':
      return onAspect(state, reading, facts);
    case 'anything-else':
    case 'how-can-i-help':
      return onOpenAnswer(state, reading, facts);
    case 'message-offer':
      return onMessageAnswer(state, reading, facts);
    case 'slot':
      return onLeftOut(state, reading, facts);
    case 'day':
    case 'which-day':
      if (fills(reading)) return null;
      return reading.choice === 'any'
        ? advance({ ...state, wish: { ...state.wish, soonest: true } }, facts)
        : null;
    default:
      return null;
  }
}

/** Only a plain yes, with nothing changed beside it, books what was read back. */
function onReadBackAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const said = withoutEcho(state, reading, facts);
  const changed = fill(state, said);
  if (state.readBack === null || changed.readBack === null) return null;
  // "Yes, that's it" leaves nothing.
  const leaving =
    (reading.intent?.name === 'goodbye' && !reading.clearYes) ||
    reading.intent?.name === 'change-appointment';
  if (leaving) return null;
  const effect = state.readBack;
  if (reading.clearYes && !reading.correction) {
    if (effect.kind === 'book')
      return { state: { ...state, waitingFor: 'book' }, moves: [{ kind: 'book', request: effect.request }] };
    if (effect.kind === 'reschedule') {
      const { request } = effect;
      return { state: { ...state, waitingFor: 'reschedule' }, moves: [{ kind: 'reschedule', request }] };
    }
    return null;
  }
  if (reading.aspect !== null && (reading.yesNo === 'no' || reading.correction))
    return onAspect(state, reading, facts);
  if (reading.choice === 'other-day' || reading.choice === 'earlier' || reading.choice === 'later') {
    return reopen(state, 'when', facts);
  }
  // "No, I mean Tuesday at ten", which it is: read back once more.
  if (said !== reading && reading.yesNo !== 'yes') return askAgain(state, facts, [], true);
  if (reading.yesNo === 'no') return ask({ ...state, readBack: null }, 'what-to-change', { facts });
  return null;
}

/** Times said again at the read-back ("yes, Tuesday at ten") are no change when they name the chosen opening. */
function withoutEcho(state: DialogueState, reading: Reading, facts: Facts): Reading {
  if (!reading.when || reading.when.noSuch || !state.chosen) return reading;
  const echo = takenOffer({ ...state, offers: [state.chosen] }, reading, facts.snapshot.timeZone) !== null;
  return echo ? { ...reading, when: null } : reading;
}

function onOfferAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const taken = takenOffer(state, reading, facts.snapshot.timeZone);
  if (taken && reading.yesNo !== 'no') return take(fill(state, { ...reading, when: null }), taken, facts);
  if (taken && reading.when) return take(fill(state, { ...reading, when: null }), taken, facts);
  if (fills(reading)) return null;
  const around = reading.choice === 'earlier' || reading.choice === 'later' ? reading.choice : null;
  if (around && state.serviceId !== null) {
    const plan = searchAround(state, state.serviceId, around, facts);
    const next: DialogueState = {
      ...state,
      wish: plan.wish,
      search: plan.search,
      waitingFor: 'find-openings',
    };
    return { state: next, moves: [{ kind: 'find-openings', request: plan.request }] };
  }
  if (reading.intent?.name === 'goodbye') return null;
  const refuses = reading.choice === 'other-day' || reading.choice === 'none' || reading.yesNo === 'no';
  if (refuses) return ask({ ...state, offers: [], wish: noWish }, 'day', { facts });
  // "Yes" to two openings does not say which.
  return reading.yesNo === 'yes' ? askAgain(state, facts, [], true) : null;
}

export const take = (state: DialogueState, chosen: Opening, facts: Facts): Decision =>
  advance({ ...state, chosen, offers: [], readBack: null }, facts);

function onLineNumberAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (reading.phone || reading.intent?.name === 'goodbye') return null;
  if (agreesToLine(reading) && facts.caller.number !== null) {
    return advance(filled({ ...state, phone: facts.caller.number }, reading, facts), facts);
  }
  if (refusesLine(reading))
    return advance({ ...filled(state, reading, facts), lineNumberRefused: true }, facts);
  return null;
}

/** Name and number may be of a form or of a booking. */
const filled = (state: DialogueState, reading: Reading, facts: Facts): DialogueState =>
  state.form ? fillForm(state, reading, facts) : fill(state, reading);

/** A value of the booking that the caller does not have. */
function onLeftOut(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const slot = askedSlot(state, facts.snapshot);
  if (!slot?.optional || fills(reading) || (reading.yesNo !== 'no' && !reading.hasNone)) return null;
  return advance({ ...state, skipped: [...state.skipped, slot.id] }, facts);
}

function onPhone(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (reading.phone) return null;
  const lead = [say({ name: 'acknowledge' })];
  const done = (phone: string): Decision =>
    advance({ ...state, phone, digits: '', readBack: null }, facts, lead);
  return onDigits(state, reading, { facts, done });
}

/** "The time": that value is asked for anew. */
function onAspect(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (fills(reading)) return null;
  if (reading.aspect !== null) return reopen(state, reading.aspect, facts);
  if (state.pending !== 'what-to-change') return null;
  // "Nothing, it's fine": read it back once more.
  if (reading.yesNo !== null && reading.intent?.name !== 'goodbye') return advance(state, facts);
  return null;
}

function reopen(state: DialogueState, aspect: NonNullable<Reading['aspect']>, facts: Facts): Decision {
  const open: DialogueState = { ...state, readBack: null };
  if (aspect === 'service') return advance({ ...open, serviceId: null, chosen: null }, facts);
  if (aspect === 'when') return advance({ ...open, chosen: null, wish: noWish }, facts);
  // The half that is right may stay.
  if (aspect === 'name') return ask(open, 'name', { facts });
  return advance({ ...open, phone: null, lineNumberRefused: true, digits: '' }, facts);
}

function onOpenAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (fills(reading) || reading.wantsBooking) return null;
  const answered = state.pending === 'anything-else';
  if (
    answered &&
    (reading.yesNo === 'no' || reading.yesNo === 'mixed' || reading.intent?.name === 'thanks')
  ) {
    return end(state, [say({ name: 'goodbye', booked: state.booked !== null })]);
  }
  if (reading.yesNo === 'yes' && reading.intent === null && !reading.skill && !reading.question)
    return ask(state, 'how-can-i-help', { facts, failed: !answered });
  return null;
}
