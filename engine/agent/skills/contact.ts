import type { DialogueState, Facts, Question } from '../dialogue.ts';
import { isPlausibleNumber } from '../understanding/phone.ts';
import type { Reading } from '../understanding/reading.ts';
import { editDistance } from '../understanding/tokens.ts';

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
  const name = reading.name && corrected(state.name, reading.name);
  const sure =
    state.name === null ||
    state.pending === 'name' ||
    (reading.name?.confidence ?? 0) >= 0.85 ||
    // "No, it's Miller" to a name that ends alike.
    (state.readBack !== null && name !== reading.name?.value);
  if (name && sure && name !== known.name) known = { ...known, name, readBack: null };
  if (reading.phone && reading.phone.value !== known.phone) {
    known = { ...known, phone: reading.phone.value, digits: '', readBack: null };
  }
  return known;
}

/** Half a name that was corrected leaves the other half. */
function corrected(known: string | null, { value, part }: NonNullable<Reading['name']>): string {
  const words = known?.split(' ') ?? [];
  if (words.length === 0 || value.includes(' ')) return value;
  const distances = words.map((word) => editDistance(word.toLowerCase(), value.toLowerCase()));
  const nearest = distances.indexOf(Math.min(...distances));
  const isNear = (distances[nearest] ?? 0) <= Math.min(2, value.length / 3);
  if (words.length === 1 && part && !isNear)
    return part === 'first' ? `${value} ${known}` : `${known} ${value}`;
  const place = part === 'first' ? 0 : part === 'last' ? words.length - 1 : isNear ? nearest : null;
  return place === null ? value : words.with(place, value).join(' ');
}
