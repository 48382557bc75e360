import { advance, ask, askAgain } from '../asking.ts';
import { type Decision, type DialogueState, type Facts, say } from '../dialogue.ts';
import type { Person, TransferFailure } from '../model.ts';
import type { Reading } from '../understanding/reading.ts';

/** Whom a caller who asks for a person is put through to: the one who was named, else the first of the list. */
function wantedPerson(reading: Reading, facts: Facts): Person | null {
  const people = facts.snapshot.people ?? [];
  return people.find(({ id }) => id === reading.person?.value) ?? people[0] ?? null;
}

/** "Can I speak to Dr. Lee?": the caller is told so to the end, and then put through. */
export function onPerson(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (reading.intent?.name !== 'person' || state.pending === 'message') return null;
  const person = wantedPerson(reading, facts);
  if (!person) return null;
  if (reading.wantsMessage) return ask({ ...state, personId: person.id }, 'message', { facts });
  return putThrough(state, person.id, true);
}

/** @param tells whether the caller is told first */
export function putThrough(state: DialogueState, personId: string, tells: boolean): Decision {
  return {
    state: { ...state, personId, readBack: null, waitingFor: 'transfer' },
    moves: [
      ...(tells ? [say({ name: 'connecting', personId })] : []),
      { kind: 'transfer', targetId: personId },
    ],
  };
}

/** The caller talked over the announcement: a no stops it, anything else leaves it as it was. */
export function onTransferTalk(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const { personId } = state;
  const here: DialogueState = { ...state, waitingFor: null };
  const refuses = reading.yesNo === 'no' || reading.correction || reading.intent?.name === 'goodbye';
  if (refuses || personId === null) return ask(here, 'how-can-i-help', { facts });
  return putThrough(here, personId, false);
}

export function onTransferFailed(state: DialogueState, why: TransferFailure, facts: Facts): Decision {
  const lead = [say({ name: 'not-connected', personId: state.personId, why })];
  return ask({ ...state, waitingFor: null }, 'message-offer', { facts, lead });
}

/** Answers to "would you like to leave a message?". */
export function onMessageAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (reading.yesNo === 'yes' || reading.wantsMessage) return ask(state, 'message', { facts });
  if (reading.yesNo !== 'no') return null;
  return state.booking ? advance(state, facts) : ask(state, 'anything-else', { facts });
}

/** A message is what the caller says, whatever it sounds like. */
export function onMessage(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (state.pending !== 'message') return null;
  if (reading.intent?.name === 'repeat' || reading.text.trim() === '')
    return askAgain(state, facts, [], true);
  const taken: DialogueState = { ...state, message: reading.text };
  return ask(taken, 'anything-else', { facts, lead: [say({ name: 'message-taken' })] });
}
