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

const spoken = ({ text }: Reading): string => ` ${text.toLowerCase().replace(/[^\p{L}' ]/gu, '')} `;

const theLine =
  / (?:this|that|the same|same) (?:number|phone|line|one)| (?:calling|called|phoning|ringing|speaking) (?:you )?(?:from|on|with)| my (?:own |usual )?(?:mobile|cell|cellphone|phone|number) | the best one | this is it /;
const otherLine = / (?:not|another|different|other|rather|instead|friend's|work|office|home) /;

/** "That's my cell", "this one's fine": whether the number that the call comes from is meant. */
export const agreesToLine = (reading: Reading): boolean =>
  reading.yesNo === 'yes' ||
  (reading.yesNo === null &&
    reading.digits === null &&
    theLine.test(spoken(reading)) &&
    !refusesLine(reading));

/** "I'd rather you call my work". */
export const refusesLine = (reading: Reading): boolean =>
  reading.yesNo === 'no' || (reading.yesNo === null && otherLine.test(spoken(reading)));

/** "It's Sheila Marks, and you can use the number I'm calling from": told before it is asked. */
export function withLine(state: DialogueState, reading: Reading, facts: Facts): Reading {
  const { number } = facts.caller;
  const said = spoken(reading);
  const isTold = theLine.test(said) && !/ (?:one|that) /.test(said) && !otherLine.test(said);
  // Of an appointment that is there already the number has to be proved.
  if (state.pending !== 'name' || state.change || !reading.name || reading.phone || !isTold) return reading;
  return number !== null && isPlausibleNumber(number)
    ? { ...reading, phone: { value: number, confidence: 0.9 } }
    : reading;
}

const another =
  / (?:for|book|put|bring|get|fit|squeeze|see) (?:my|our|his|her|a|some|somebody|someone)(?: \w+)? ?(?:husband|wife|partner|son|daughter|kid|kids|child|children|baby|mother|mom|mum|father|dad|brother|sister|friend|colleague|boyfriend|girlfriend|grand\w+|neighbou?r|else) /;

/** "Could you put my husband in right after": the name that is known is not that of who comes. */
export const isForAnother = (reading: Reading): boolean =>
  reading.name === null &&
  another.test(spoken(reading)) &&
  !/ (?:and|for|with) (?:me|myself|i) /.test(spoken(reading));
