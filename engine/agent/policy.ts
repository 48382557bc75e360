import { onPending } from './answers.ts';
import { advance, ask, askAgain, cleared, end } from './asking.ts';
import {
  type Decision,
  type DialogueEvent,
  type DialogueState,
  type Facts,
  type Line,
  type Move,
  say,
} from './dialogue.ts';
import { onBooked, onFailure, onOpenings } from './results.ts';
import { canBook, fill, fills } from './skills/book.ts';
import { hoursLine } from './skills/hours.ts';
import { onMessage, onPerson, onTransferFailed, onTransferTalk, putThrough } from './skills/person.ts';
import { priceLine } from './skills/price.ts';
import type { Reading } from './understanding/reading.ts';

/** Below this the recogniser's words are not acted on. */
const heardWell = 0.6;

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
      return onReading({ ...state, waitingFor: null }, event.reading, facts);
    case 'openings':
      return state.waitingFor === 'openings'
        ? onOpenings({ ...state, waitingFor: null }, event.openings, facts)
        : { state, moves: [] };
    case 'booked':
      return state.waitingFor === 'booking'
        ? onBooked(state, event.appointment, facts)
        : { state, moves: [] };
    case 'tool-failed':
      return state.waitingFor === null ? { state, moves: [] } : onFailure(state, event.code, facts);
    case 'hand-over':
      return putThrough(state, event.personId, true);
    case 'transfer-failed':
      // Also of one that somebody at the desk began.
      return onTransferFailed(state, event.why, facts);
    case 'silence':
      return onSilence(state, event.times, facts);
  }
}

function onReading(state: DialogueState, reading: Reading, facts: Facts): Decision {
  if (reading.confidence < heardWell) return askAgain(state, facts, [say({ name: 'not-caught' })], true);
  const message = onMessage(state, reading, facts);
  if (message) return message;
  if (reading.intent?.name === 'repeat' && !fills(reading)) return askAgain(state, facts, [], true);
  if (reading.intent?.name === 'out-of-scope' && reading.intent.score === 1) {
    return askAgain(state, facts, [say({ name: 'cannot-help' })], true);
  }
  return (
    onPerson(state, reading, facts) ??
    onDigression(state, reading, facts) ??
    onPending(state, reading, facts) ??
    onValues(state, reading, facts) ??
    onIntent(state, reading, facts) ??
    onMiss(state, reading, facts)
  );
}

/** Questions about the business: answered, then the pending question is put again. */
function onDigression(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const line = digressionLine(state, reading);
  if (!line) return null;
  const topic = reading.service?.value ?? state.topicId;
  const told: DialogueState = { ...state, topicId: topic };
  // "I'd like a filling, how much is it?" asks and books at once.
  const starts =
    !state.booking && reading.wantsBooking && line.name !== 'no-changes' && line.name !== 'no-person';
  if (starts && canBook(facts)) {
    const values = reading.intent?.name === 'hours' ? { ...reading, when: null } : reading;
    return advance(fill(told, values), facts, [say(line)]);
  }
  return askAgain(told, facts, [say(line)], false);
}

function digressionLine(state: DialogueState, reading: Reading): Line | null {
  switch (reading.intent?.name) {
    case 'hours':
      return hoursLine(reading, state);
    case 'price':
      return priceLine(reading, state);
    case 'services':
      return { name: 'services' };
    case 'address':
      return { name: 'address-unknown' };
    case 'person':
      return { name: 'no-person' };
    case 'identity':
      return { name: 'identity' };
    case 'change-appointment':
      // During a booking, "cancel" and "change" are about this one.
      return state.booking ? null : { name: 'no-changes' };
    default:
      return null;
  }
}

/** Values for the booking: taken up, and a changed one leads to a new read-back. */
function onValues(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const wants = reading.wantsBooking || reading.intent?.name === 'book';
  const leaving = reading.intent?.name === 'goodbye' && reading.service === null && reading.when === null;
  if (leaving || (!fills(reading) && !(wants && !state.booking))) return null;
  if (!canBook(facts)) {
    return wants || reading.service || reading.when
      ? ask(state, 'anything-else', { facts, lead: [say({ name: 'no-booking' })] })
      : null;
  }
  const filled = fill(state, reading);
  const begins = state.booking || wants || reading.service !== null || reading.when !== null;
  if (!begins) return ask(filled, 'how-can-i-help', { facts, lead: [say({ name: 'hello' })] });
  const corrected =
    state.booking && (reading.correction || reading.yesNo === 'no' || state.pending === 'read-back');
  if (state.booking && filled === state) return unchanged(state, reading, facts);
  const acknowledges = !state.booking || state.pending === 'name';
  const opening: Line | null = reading.when?.past
    ? { name: 'past' }
    : corrected
      ? { name: 'correction' }
      : acknowledges
        ? { name: 'acknowledge' }
        : null;
  const serviceId = filled.serviceId ?? state.topicId;
  return advance({ ...filled, serviceId }, facts, opening ? [say(opening)] : []);
}

/** The caller said again what is known: at a read-back that is not yet a yes. */
function unchanged(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const failed = reading.yesNo !== 'yes';
  return askAgain(state, facts, [], failed);
}

/** What is wanted, where the words hold no value. */
function onIntent(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const booked = state.booked !== null;
  switch (reading.intent?.name) {
    case 'book':
      if (!canBook(facts)) return ask(state, 'anything-else', { facts, lead: [say({ name: 'no-booking' })] });
      return state.booking
        ? askAgain(state, facts, [], true)
        : advance({ ...state, serviceId: state.serviceId ?? state.topicId }, facts, [
            say({ name: 'acknowledge' }),
          ]);
    case 'change-appointment':
    case 'goodbye': {
      const lead = state.booking ? [say({ name: 'nothing-booked' })] : [];
      if (reading.intent.name === 'change-appointment')
        return ask(cleared(state), 'anything-else', { facts, lead });
      return end(state, [...lead, say({ name: 'goodbye', booked })]);
    }
    case 'thanks':
      return state.booking
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
  if (times >= 3) return end(state, [say({ name: 'silent-goodbye' })]);
  if (times === 2) return { state, moves: [say({ name: 'still-there' })] };
  return ask(state, state.pending, { facts, lead: [say({ name: 'prompt' })] });
}
