import type { DialogueState, Facts, Question } from '../dialogue.ts';
import { isPlausibleNumber } from '../understanding/phone.ts';
import type { Reading } from '../understanding/reading.ts';

/** Which question gets a caller's name or number; null where it is known. */
export function missingContact(
  state: DialogueState,
  what: 'name' | 'phone',
  facts: Facts,
): Extract<Question, 'name' | 'line-number' | 'phone'> | null {
  if (what === 'name') return state.name === null ? 'name' : null;
  if (state.phone !== null) return null;
  const offered = facts.caller.number !== null && isPlausibleNumber(facts.caller.number);
  return offered && !state.lineNumberRefused ? 'line-number' : 'phone';
}

/** Name and number are the dialogue's own, whatever skill asks for them. */
export function withContact(state: DialogueState, reading: Reading): DialogueState {
  let known = state;
  const sure =
    reading.name && (state.name === null || state.pending === 'name' || reading.name.confidence >= 0.85);
  if (reading.name && sure && reading.name.value !== known.name) {
    known = { ...known, name: reading.name.value, readBack: null };
  }
  if (reading.phone && reading.phone.value !== known.phone) {
    known = { ...known, phone: reading.phone.value, digits: '', readBack: null };
  }
  return known;
}
