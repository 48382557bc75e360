import { onPending } from './answers/book.ts';
import { onAppointments, onChange } from './answers/change.ts';
import { onCorrectedText, onForm, onSubmitted } from './answers/form.ts';
import { onPerson, onTransferFailed, onTransferTalk, putThrough } from './answers/person.ts';
import {
  advanceBooking,
  afterRescue,
  ask,
  askAgain,
  cleared,
  end,
  next,
  offerMessage,
  rescued,
} from './asking.ts';
import {
  type Decision,
  type DialogueEvent,
  type DialogueState,
  type Facts,
  isBusy,
  type Line,
  type Move,
  type Rescue,
  say,
} from './dialogue.ts';
import { onEmergency } from './emergency.ts';
import { heardWell, onlyAnswer } from './hardly-heard.ts';
import { onQuestion } from './question.ts';
import { onAnswered, onBooked, onCancelled, onFailure, onMoved, onOpenings } from './results.ts';
import { canBook, fill, fills } from './skills/book.ts';
import { changedLine } from './skills/changed.ts';
import { isForAnother, withLine } from './skills/contact.ts';
import { askedSlot, canDo, givesUp, messageSkill } from './skills/form.ts';
import { hoursLine } from './skills/hours.ts';
import { priceLine } from './skills/price.ts';
import { asksForOffer } from './understanding/cues.ts';
import type { Reading } from './understanding/reading.ts';
import { onSecondThoughts, onWanted } from './wanted.ts';
import { onBetween, settled } from './which-wish.ts';

/**
 * Decides what to do next. Pure: state and event in, state and moves out.
 *
 * It books only after an explicit yes to a read-back of exactly the values that it then books, claims
 * success only for what a tool returned, and always leaves a next move.
 */
export function decide(state: DialogueState, event: DialogueEvent, facts: Facts): Decision {
  if (state.ended) return { state, moves: [{ kind: 'end' }] };
  switch (event.kind) {
    case 'reading':
      if (state.waitingFor === 'transfer') return onTransferTalk(state, event.reading, facts);
      return onReading({ ...state, waitingFor: null }, asTold(state, event.reading, facts), facts);
    case 'hand-over':
      return putThrough(state, event.personId, true);
    case 'transfer-failed':
      // Also of one that somebody at the desk began.
      return onTransferFailed(state, event.why, facts);
    case 'handed-back':
      // Whatever was open is put again: the caller may have settled it with the staff, and says so.
      return askAgain({ ...state, waitingFor: null }, facts, [say({ name: event.how })], false);
    case 'silence':
      return onSilence(state, event.times, facts);
    default:
      return onResult(state, event, facts);
  }
}

/** What the turn means where the dialogue is. */
function asTold(state: DialogueState, reading: Reading, facts: Facts): Reading {
  const { toWhen } = reading;
  // "Could we do Thursday instead": a booking that is under way has no older time than the wished one.
  const wished = state.booking && toWhen ? { ...reading, when: toWhen, toWhen: null } : reading;
  return withLine(state, wished, facts);
}

/** A tool's result counts only while it is waited for. */
function onResult(state: DialogueState, event: DialogueEvent, facts: Facts): Decision {
  const { waitingFor } = state;
  const here: DialogueState = { ...state, waitingFor: null };
  if (event.kind === 'openings' && waitingFor === 'find-openings')
    return onOpenings(here, event.openings, facts);
  if (event.kind === 'appointments' && waitingFor === 'find-appointments')
    return onAppointments(here, event.appointments, facts);
  if (event.kind === 'answered' && waitingFor === 'look-up') return onAnswered(here, event.answer, facts);
  if (event.kind === 'booked' && waitingFor === 'book') return onBooked(state, event.appointment, facts);
  if (event.kind === 'rescheduled' && waitingFor === 'reschedule')
    return onMoved(here, event.appointment, facts);
  if (event.kind === 'cancelled' && waitingFor === 'cancel')
    return onCancelled(here, event.appointment, facts);
  if (event.kind === 'submitted' && waitingFor === 'submit') return onSubmitted(here, facts);
  const isKept = event.kind === 'submitted';
  if ((isKept || event.kind === 'tool-failed') && isRescue(waitingFor))
    return waitingFor === 'silent-rescue'
      ? end(here, [say({ name: 'silent-goodbye' })])
      : afterRescue(here, { why: waitingFor, kept: isKept }, facts);
  if (event.kind === 'not-called' && waitingFor === 'do-not-call')
    return ask(here, 'anything-else', { facts, lead: [say({ name: 'not-called' })] });
  if (event.kind === 'tool-failed' && waitingFor !== null) return onFailure(state, event.code, facts);
  return { state, moves: [] };
}

const isRescue = (waitingFor: DialogueState['waitingFor']): waitingFor is Rescue =>
  waitingFor === 'rescue' || waitingFor === 'no-time-rescue' || waitingFor === 'silent-rescue';

function onReading(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const danger = onEmergency(state, reading, facts);
  if (danger) return danger;
  if (state.pending === 'which-wish') {
    const wish = settled(state, reading, reading.confidence >= heardWell);
    return onReading(wish.state, wish.reading, facts);
  }
  if (reading.confidence < heardWell) {
    const answer = onlyAnswer(state, reading, facts);
    if (!answer) return askAgain(state, facts, [say({ name: 'not-caught' })], true);
    return onAnswer(state, answer, facts);
  }
  // "I don't want an appointment, I want to leave a message"
  if (isGivenUp(state, reading) && (reading.skill || reading.wantsMessage))
    return onReading(cleared(state), { ...reading, dropped: false }, facts);
  // A form and a change take no other day for it; a booking says so with what else it takes.
  const { noSuch } = reading.when ?? {};
  if (noSuch && (state.form || state.change))
    return askAgain(state, facts, [say({ name: 'no-such-date', date: noSuch })], true);
  if (reading.intent?.name === 'repeat' && !fills(reading)) return askAgain(state, facts, [], true);
  // A message is what the caller says, whatever it sounds like.
  if (isDictated(state, reading, facts)) return onAnswer(state, reading, facts);
  const corrected = onCorrectedText(state, reading, facts);
  if (corrected) return corrected;
  if (reading.intent?.name === 'out-of-scope' && reading.intent.score === 1) {
    return askAgain(state, facts, [say({ name: 'cannot-help' })], true);
  }
  return (
    onPerson(state, reading, facts) ??
    onForStaff(state, reading, facts) ??
    onDigression(state, reading, facts) ??
    onTask(state, reading, facts) ??
    onDropped(state, reading, facts) ??
    onSecondThoughts(state, reading, facts) ??
    onPending(state, reading, facts) ??
    onWanted(state, reading, facts) ??
    onBetween(state, reading, facts) ??
    onQuestion(state, reading, facts) ??
    onValues(state, reading, facts) ??
    onIntent(state, reading, facts) ??
    onMiss(state, reading, facts)
  );
}

/** What can only answer what was asked. */
const onAnswer = (state: DialogueState, reading: Reading, facts: Facts): Decision =>
  onTask(state, reading, facts) ??
  onPending(state, reading, facts) ??
  onValues(state, reading, facts) ??
  onMiss(state, reading, facts);

/** A text, or an address that is no question, is taken as it was said. */
function isDictated(state: DialogueState, reading: Reading, facts: Facts): boolean {
  const slot = askedSlot(state, facts.snapshot);
  if (!slot || givesUp(reading, slot)) return false;
  return slot.kind === 'text' || (slot.kind === 'address' && !reading.question);
}

/** A form or a change that is under way. */
const onTask = (state: DialogueState, reading: Reading, facts: Facts): Decision | null =>
  state.form ? onForm(state, reading, facts) : state.change ? onChange(state, reading, facts) : null;

/** Questions about the business: answered, then the pending question is put again. */
function onDigression(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const line = digressionLine(state, reading, facts);
  if (!line) return null;
  const topic = reading.service?.value ?? state.topicId;
  const told: DialogueState = { ...state, topicId: topic };
  // "I'd like a filling, how much is it?" asks and books at once.
  const books = reading.wantsBooking || (reading.intent?.name === 'price' && reading.when?.days != null);
  const starts = !isBusy(state) && books && startsBooking.has(line.name);
  if (starts && canBook(facts)) {
    const values = reading.intent?.name === 'hours' ? { ...reading, when: null } : reading;
    return advanceBooking(fill(told, values), facts, [say(line)]);
  }
  return askAgain(told, facts, [say(line)], false);
}

const startsBooking: ReadonlySet<Line['name']> = new Set([
  'hours',
  'hours-of-day',
  'price',
  'prices',
  'duration',
  'services',
  'address',
]);

function digressionLine(state: DialogueState, reading: Reading, facts: Facts): Line | null {
  const { playbook } = facts.snapshot;
  // "Do you do burgers" orders none yet.
  if (reading.order && asksForOffer(reading.text)) return priceLine(reading, state, playbook?.menu ?? []);
  switch (reading.intent?.name) {
    case 'hours':
      return hoursLine(reading, state);
    case 'price':
      return priceLine(reading, state, playbook?.menu ?? []);
    case 'duration': {
      const known = state.serviceId ?? state.topicId ?? state.theirs?.serviceId ?? null;
      const serviceId = reading.service?.value ?? known;
      return serviceId === null ? null : { name: 'duration', serviceId };
    }
    case 'services':
      // What one of them is like is another question.
      if (reading.service && reading.intent.score < 1) return null;
      return playbook && playbook.menu.length > 0 && facts.snapshot.services.length === 0
        ? { name: 'menu' }
        : { name: 'services' };
    case 'address':
      if (playbook?.address || playbook?.directions) return { name: 'address' };
      return facts.snapshot.knows ? null : { name: 'address-unknown' };
    case 'identity':
      return { name: 'identity' };
    case 'advice':
      return { name: 'no-advice' };
    case 'private':
      return { name: 'private' };
    case 'change-appointment':
      // During a booking, "cancel" and "change" are about this one.
      return isBusy(state) || canDo('change-appointment', facts.snapshot) ? null : { name: 'no-changes' };
    default:
      return null;
  }
}

/** "I'm not booking anything": what was begun is given up. */
const onDropped = (state: DialogueState, reading: Reading, facts: Facts): Decision | null =>
  isGivenUp(state, reading)
    ? next(cleared(state), facts, [say({ name: state.moving ? 'kept-appointment' : 'nothing-booked' })])
    : null;

const isGivenUp = (state: DialogueState, reading: Reading): boolean =>
  state.booking && reading.dropped && !fills(reading) && reading.intent?.name !== 'goodbye';

/** Asks for what is done already, or complains: a message is taken, of the words that were said. */
function onForStaff(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (!reading.forStaff || isBusy(state) || reading.change) return null;
  // A skill that was named knows better; one that is only resembled does not.
  if (
    reading.skill &&
    (reading.skill.confidence === 1 || reading.skill.value !== messageSkill(facts.snapshot)?.id)
  )
    return null;
  if (reading.intent?.score === 1 && handled.has(reading.intent.name)) return null;
  return offerMessage({ ...state, unanswered: reading.text.trim() }, facts, [say({ name: 'for-staff' })]);
}

const handled: ReadonlySet<NonNullable<Reading['intent']>['name']> = new Set([
  'do-not-call',
  'wrong-number',
  'goodbye',
]);

/** Values for the booking: taken up, and a changed one leads to a new read-back. */
function onValues(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const wants = reading.wantsBooking || reading.intent?.name === 'book';
  const leaving = reading.intent?.name === 'goodbye' && reading.service === null && reading.when === null;
  if (state.form || state.change || leaving || (!fills(reading) && !(wants && !state.booking))) return null;
  if (!canBook(facts)) {
    return wants || reading.service || reading.when
      ? ask(state, 'anything-else', { facts, lead: [say({ name: 'no-booking' })] })
      : null;
  }
  const whose = !state.booking && isForAnother(reading) ? { ...state, name: null } : state;
  const filled = withAlso(fill(whose, reading), reading);
  const begins = state.booking || wants || reading.service !== null || reading.when !== null;
  if (!begins) return ask(filled, 'how-can-i-help', { facts, lead: [say({ name: 'hello' })] });
  const corrected =
    state.booking && (reading.correction || reading.yesNo === 'no' || state.pending === 'read-back');
  if (state.booking && filled === state) return unchanged(state, reading, facts);
  const acknowledges = !state.booking || state.pending === 'name';
  const opening: Line | null = reading.when?.noSuch
    ? { name: 'no-such-date', date: reading.when.noSuch }
    : reading.when?.past
      ? { name: 'past' }
      : corrected
        ? (changedLine(state, filled, facts.snapshot) ?? { name: 'correction' })
        : acknowledges
          ? { name: 'acknowledge' }
          : null;
  const serviceId = filled.serviceId ?? state.topicId;
  return advanceBooking({ ...filled, serviceId }, facts, opening ? [say(opening)] : []);
}

/** The second of two services that were named in one breath is booked afterwards. */
function withAlso(state: DialogueState, { also }: Reading): DialogueState {
  if (also === null || also === state.serviceId) return state;
  const isKnown = state.later.some((wanted) => wanted.kind === 'book' && wanted.serviceId === also);
  return isKnown ? state : { ...state, later: [...state.later, { kind: 'book', serviceId: also }] };
}

/** The caller said again what is known: at a read-back that is not yet a yes. */
function unchanged(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const confirms = state.pending === 'name' && reading.name !== null;
  if (confirms || state.pending === 'what-to-change') return advanceBooking(state, facts);
  const failed = reading.yesNo !== 'yes';
  return askAgain(state, facts, [], failed);
}

/** What is wanted, where the words hold no value. */
function onIntent(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const booked = state.booked !== null;
  switch (reading.intent?.name) {
    case 'book':
      if (!canBook(facts)) return ask(state, 'anything-else', { facts, lead: [say({ name: 'no-booking' })] });
      return isBusy(state)
        ? askAgain(state, facts, [], true)
        : advanceBooking({ ...state, serviceId: state.serviceId ?? state.topicId }, facts, [
            say({ name: 'acknowledge' }),
          ]);
    case 'change-appointment':
    case 'goodbye': {
      const lead = state.booking ? [say({ name: 'nothing-booked' })] : [];
      if (reading.intent.name === 'change-appointment')
        return ask(cleared(state), 'anything-else', { facts, lead });
      const unfinished = state.form ? [say({ name: 'dropped' })] : lead;
      return end(state, [...unfinished, say({ name: 'goodbye', booked })]);
    }
    case 'thanks':
      return isBusy(state)
        ? askAgain(state, facts, [], true)
        : ask(state, 'anything-else', { facts, lead: [say({ name: 'welcome' })], failed: true });
    case 'greeting':
      return askAgain(state, facts, [say({ name: 'hello' })], true);
    case 'abuse':
      return askAgain(state, facts, [say({ name: 'calm' })], true);
    case 'out-of-scope':
    case 'small-talk':
      return askAgain(state, facts, [{ kind: 'chat', text: reading.text }], true);
    default:
      return null;
  }
}

function onMiss(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const lead: Move = reading.remark ? { kind: 'chat', text: reading.text } : say({ name: 'not-understood' });
  return askAgain(state, facts, [lead], true);
}

function onSilence(state: DialogueState, times: number, facts: Facts): Decision {
  if (times >= 3)
    return rescued(state, 'silent-rescue', facts) ?? end(state, [say({ name: 'silent-goodbye' })]);
  if (times === 2) return { state, moves: [say({ name: 'still-there' })] };
  return ask(state, state.pending, { facts, lead: [say({ name: 'prompt' })] });
}
