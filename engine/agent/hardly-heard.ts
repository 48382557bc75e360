import type { DialogueState, Facts } from './dialogue.ts';
import { fills } from './skills/book.ts';
import { askedSlot, skillOf } from './skills/form.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

/** Below this the recogniser's words are not acted on. */
export const heardWell = 0.6;

/** Enough for an answer to the very question that was asked: it is read back before it has an effect. */
const heardAtAll = 0.4;

/**
 * What hardly heard words are taken for: the value that was asked for and nothing else. Null where they hold none,
 * or where an effect hangs on them.
 */
export function onlyAnswer(state: DialogueState, reading: Reading, facts: Facts): Reading | null {
  const { text, confidence } = reading;
  const answer = confidence < heardAtAll ? null : answerIn(state, reading, facts);
  return answer && { ...emptyReading, text, confidence, ...answer };
}

/** Of what may have been said instead: likely enough for such an answer, never for a yes that has an effect. */
export const guessed = 0.5;

/** Whether words that mean nothing else here may have been other words. */
export const isPuzzling = (state: DialogueState, reading: Reading, facts: Facts): boolean => {
  const { intent, skill, person, between, emergency, question, dropped } = reading;
  const isMeant = intent ?? skill ?? person ?? between ?? emergency;
  return isMeant === null && !question && !dropped && !fills(reading) && !holdsAnswer(state, reading, facts);
};

export const holdsAnswer = (state: DialogueState, reading: Reading, facts: Facts): boolean =>
  answerIn(state, reading, facts) !== null;

function answerIn(state: DialogueState, reading: Reading, facts: Facts): Partial<Reading> | null {
  const { yesNo, when, phone, digits, name, service, choice, change } = reading;
  const word = yesNo !== null && reading.text.trim().split(/\s+/).length <= 3 ? { yesNo } : null;
  const again = state.asked.failures > 0;
  switch (state.pending) {
    case 'line-number':
      return phone ? { phone } : word;
    case 'message-offer':
      return word;
    case 'slot':
      return slotAnswer(state, reading, facts) ?? (word?.yesNo === 'no' ? word : null);
    case 'service':
      return service && { service };
    case 'day':
    case 'which-day':
    case 'appointment-day':
      return when && { when };
    case 'offers':
      return when || choice ? { when, choice } : word;
    case 'name':
    case 'appointment-name':
      // A single name may be any noise: it is asked for once more, or spelled.
      return name && (again || name.confidence > 0.95) ? { name } : null;
    case 'phone':
    case 'phone-rest':
    case 'phone-part':
    case 'phone-keypad':
    case 'appointment-phone':
      return digits === null ? null : { phone, digits };
    case 'which-change':
      return change && { change };
    default:
      return null;
  }
}

/** Free words that nobody reads back have to be heard twice. */
function slotAnswer(state: DialogueState, reading: Reading, facts: Facts): Partial<Reading> | null {
  const slot = askedSlot(state, facts.snapshot);
  const said = slot && reading.slots[slot.id];
  if (!slot || !said) return null;
  const isReadBack = !state.form || skillOf(state.form.skillId, facts.snapshot)?.confirm === true;
  const isFree = slot.kind === 'text' || slot.kind === 'address';
  if (isFree && !isReadBack && state.asked.failures === 0) return null;
  return { slots: { [slot.id]: said } };
}
