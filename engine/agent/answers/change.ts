import { advance, ask, next, offerMessage } from '../asking.ts';
import { type ChangeState, type Decision, type DialogueState, type Facts, noWish, say } from '../dialogue.ts';
import type { FoundAppointment } from '../model.ts';
import { fill, takenOffer } from '../skills/book.ts';
import { filledChange, ofDays } from '../skills/change.ts';
import { agreesToLine } from '../skills/contact.ts';
import { inWords } from '../skills/rescue.ts';
import { isPlausibleNumber } from '../understanding/phone.ts';
import type { Reading } from '../understanding/reading.ts';
import { onDigits } from './digits.ts';

/** Those that fit what the caller said of theirs. */
export function onAppointments(
  state: DialogueState,
  appointments: readonly FoundAppointment[],
  facts: Facts,
): Decision {
  const { change } = state;
  if (!change) return next({ ...state, waitingFor: null }, facts);
  const zone = facts.snapshot.timeZone;
  const onDay = change.days === null ? appointments : ofDays(appointments, change.days, zone);
  // Without proof of the number the day has to be right; with it a wrong day is only a slip.
  const found = onDay.length > 0 || change.phoneOfLine ? onDay : appointments;
  const here: DialogueState = { ...state, waitingFor: null };
  const [first, ...others] = found;
  if (!first) return notFound(here, change, facts);
  const known: DialogueState = {
    ...here,
    name: state.name ?? change.name,
    phone: state.phone ?? change.phone,
    shown: state.shown || change.phone === facts.caller.number,
  };
  if (others.length === 0)
    return advance({ ...known, change: { ...change, found, appointment: first } }, facts);
  return ask({ ...known, change: { ...change, found } }, 'which-appointment', { facts });
}

function notFound(state: DialogueState, change: ChangeState, facts: Facts): Decision {
  const lead = [say({ name: 'not-found-appointment' })];
  if (change.misses === 0) {
    const again: ChangeState = {
      ...change,
      name: null,
      phone: null,
      phoneOfLine: false,
      days: null,
      misses: 1,
    };
    return advance({ ...state, change: again }, facts, lead);
  }
  const unfinished = inWords(state, facts);
  const over: DialogueState = { ...state, change: null, wish: noWish, unfinished };
  return offerMessage({ ...over, name: state.name ?? change.name }, facts, lead);
}

/** A turn of the caller while a change is under way; null where it says nothing about it. */
export function onChange(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { change } = state;
  if (!change) return null;
  // "Yes, cancel it" gives nothing up.
  const agrees = change.what === 'cancel' && reading.change === 'cancel' && reading.yesNo !== 'no';
  if ((reading.dropped && !agrees) || reading.intent?.name === 'goodbye') return dropChange(state, facts);
  switch (state.pending) {
    case 'which-change':
      return reading.change
        ? advance({ ...state, change: filledChange({ ...change, what: reading.change }, reading) }, facts)
        : null;
    case 'which-appointment':
      return onWhich(state, change, reading, facts);
    case 'change-read-back':
      return onChangeReadBack(state, reading, facts);
    case 'appointment-phone':
    case 'phone-rest':
    case 'phone-part':
    case 'phone-keypad':
      return onNumber(state, change, reading, facts);
    default: {
      const more = filledChange(change, reading);
      return more === change ? null : advance({ ...state, change: more }, facts);
    }
  }
}

function onNumber(
  state: DialogueState,
  change: ChangeState,
  reading: Reading,
  facts: Facts,
): Decision | null {
  const more = filledChange(change, reading);
  if (more !== change) return advance({ ...state, change: more, digits: '' }, facts);
  const { number } = facts.caller;
  if (agreesToLine(reading) && number !== null && isPlausibleNumber(number)) {
    return advance({ ...state, change: { ...change, phone: number, phoneOfLine: true } }, facts);
  }
  const done = (phone: string): Decision =>
    advance({ ...state, digits: '', change: { ...change, phone } }, facts);
  return onDigits(state, reading, { facts, done });
}

function onWhich(state: DialogueState, change: ChangeState, reading: Reading, facts: Facts): Decision | null {
  const offers = change.found;
  const zone = facts.snapshot.timeZone;
  const taken = takenOffer({ ...state, offers }, reading, zone);
  const byService = offers.filter(({ serviceId }) => serviceId === reading.service?.value);
  const [only] = byService.length === 1 ? byService : [];
  const appointment = offers.find(({ startsAtMs }) => startsAtMs === taken?.startsAtMs) ?? only ?? null;
  return appointment ? advance({ ...state, change: { ...change, appointment } }, facts) : null;
}

function onChangeReadBack(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { readBack, change } = state;
  if (readBack?.kind !== 'cancel' || !change?.appointment) return null;
  // "No, move it": another wish, with the same appointment.
  if (reading.change === 'reschedule') {
    const moved: ChangeState = { ...change, what: 'reschedule' };
    return advance(
      { ...fill({ ...state, booking: false }, { ...reading, service: null }), change: moved, readBack: null },
      facts,
    );
  }
  if (reading.clearYes && !reading.correction) {
    return {
      state: { ...state, waitingFor: 'cancel' },
      moves: [{ kind: 'cancel', request: readBack.request }],
    };
  }
  if (reading.yesNo === 'no') return dropChange(state, facts);
  return null;
}

const dropChange = (state: DialogueState, facts: Facts): Decision =>
  next({ ...state, change: null, moving: null, wish: noWish, readBack: null, digits: '' }, facts, [
    say({ name: 'kept-appointment' }),
  ]);
