import type { SlotDocument } from '../store/index.ts';
import type { DialogueState, Question } from './dialogue.ts';
import type { Expecting } from './model.ts';

/** What turn-taking should expect next. */
export function expectingOf(state: DialogueState, slot: SlotDocument | null): Expecting {
  if (state.ended) return 'nothing';
  return state.pending === 'slot' && slot ? expectationOfKind[slot.kind] : expectations[state.pending];
}

const expectationOfKind: Readonly<Record<SlotDocument['kind'], Expecting>> = {
  text: 'open',
  name: 'name',
  phone: 'digits',
  email: 'name',
  number: 'choice',
  money: 'choice',
  date: 'date-time',
  'date-time': 'date-time',
  'yes-no': 'yes-no',
  choice: 'choice',
  address: 'open',
  items: 'open',
};

const expectations: Readonly<Record<Question, Expecting>> = {
  'how-can-i-help': 'open',
  'which-wish': 'open',
  service: 'choice',
  day: 'date-time',
  'which-day': 'date-time',
  offers: 'choice',
  name: 'name',
  'line-number': 'yes-no',
  phone: 'digits',
  'phone-rest': 'digits',
  'phone-part': 'digits',
  'phone-keypad': 'digits',
  'read-back': 'yes-no',
  'what-to-change': 'open',
  'message-offer': 'yes-no',
  slot: 'open',
  'form-read-back': 'yes-no',
  'form-change': 'open',
  'which-change': 'choice',
  'appointment-name': 'name',
  'appointment-phone': 'digits',
  'appointment-day': 'date-time',
  'which-appointment': 'choice',
  'change-read-back': 'yes-no',
  'anything-else': 'open',
};
