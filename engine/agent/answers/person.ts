import { ask, askAgain, offerMessage } from '../asking.ts';
import { type Decision, type DialogueState, type Facts, isBusy, say } from '../dialogue.ts';
import type { Person, TransferFailure } from '../model.ts';
import { messageSkill } from '../skills/form.ts';
import type { Reading } from '../understanding/reading.ts';
import { onSkill } from './form.ts';

/** Whom a caller who asks for a person is put through to: the one who was named, else the first of the list. */
function wantedPerson(reading: Reading, facts: Facts): Person | null {
  const people = facts.snapshot.people ?? [];
  return people.find(({ id }) => id === reading.person?.value) ?? people[0] ?? null;
}

/** "Can I speak to Dr. Lee?": the caller is told so to the end, and then put through. */
export function onPerson(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (reading.intent?.name !== 'person') return null;
  const person = reading.stranger ? null : wantedPerson(reading, facts);
  if (reading.wantsMessage) {
    const message = messageSkill(facts.snapshot);
    const to: DialogueState = { ...state, personId: reading.person && person ? person.id : null };
    if (message) return onSkill(to, message, { reading, facts });
  }
  return person && !reading.wantsMessage ? putThrough(state, person.id, true) : noPerson(state, facts);
}

function noPerson(state: DialogueState, facts: Facts): Decision {
  const lead = [say({ name: 'no-person' })];
  const asks = messageSkill(facts.snapshot) && !isBusy(state);
  return asks ? ask(state, 'message-offer', { facts, lead }) : askAgain(state, facts, lead, false);
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
  return offerMessage({ ...state, waitingFor: null }, facts, lead);
}
