import { ask } from '../asking.ts';
import { type Decision, type DialogueState, type Facts, type Question, say } from '../dialogue.ts';
import { comesInParts, isLoop, isPartsEnd, phoneFromDigits, regionOf } from '../understanding/phone.ts';
import type { Reading } from '../understanding/reading.ts';

/**
 * A number may come in pieces: the digits are collected until they make a whole one. What makes none is asked for
 * anew, in parts where numbers have them.
 *
 * @param options.done what follows once the number is whole
 */
export function onDigits(
  state: DialogueState,
  reading: Reading,
  options: { readonly facts: Facts; readonly done: (phone: string) => Decision },
): Decision | null {
  const { facts, done } = options;
  if (reading.digits === null) return null;
  const { language } = facts.snapshot;
  const together = state.digits + reading.digits;
  const phone = phoneFromDigits(together, regionOf(language));
  if (phone) return done(phone);
  const fits = !isLoop(reading.digits) && together.length < wholeLength && state.pending !== 'phone-keypad';
  const isPart = state.pending === 'phone-part';
  if (fits && (!isPart || isPartsEnd(together)))
    return ask({ ...state, digits: together }, isPart ? 'phone-part' : 'phone-rest', { facts });
  const again = { facts, lead: [say({ name: 'phone-incomplete' })], failed: true };
  // The parts that were right stay.
  if (isPart && together.length < wholeLength) return ask(state, 'phone-part', again);
  return ask({ ...state, digits: '' }, nextTry(state, language), again);
}

function nextTry({ pending, change }: DialogueState, language: string): Question {
  if (pending === 'phone-part' || pending === 'phone-keypad') return 'phone-keypad';
  return comesInParts(language) ? 'phone-part' : change ? 'appointment-phone' : 'phone';
}

const wholeLength = 10;
