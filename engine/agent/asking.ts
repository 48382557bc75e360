import {
  type BookingRequest,
  type Decision,
  type DialogueState,
  type Facts,
  type Move,
  noWish,
  type Question,
  say,
} from './dialogue.ts';
import { missing, planSearch } from './skills/book.ts';

/** A question that was not answered this often is not asked again. */
const patience = 3;

/** Asks; the same question again gets another wording, and after three vain times a way out. */
export function ask(
  state: DialogueState,
  question: Question,
  options: { readonly facts: Facts; readonly lead?: readonly Move[]; readonly failed?: boolean },
): Decision {
  const lead = options.lead ?? [];
  const id = questionId(state, question);
  const again = id === state.asked.id;
  const failures = again ? state.asked.failures + (options.failed ? 1 : 0) : 0;
  if (failures >= patience) return wayOut(state, question, options.facts);
  const wording = again ? state.asked.wording + 1 : 0;
  const next: DialogueState = { ...state, pending: question, asked: { id, failures, wording } };
  if (question !== 'read-back') return { state: next, moves: [...lead, { kind: 'ask', question, wording }] };
  const booking = bookingOf(state);
  // Without all its values there is nothing to read back: the missing one is asked for instead.
  if (!booking) return advance(state, options.facts, lead);
  return { state: { ...next, readBack: booking }, moves: [...lead, { kind: 'confirm', booking, wording }] };
}

/** Offers and read-backs are another question when their values change. */
function questionId(state: DialogueState, question: Question): string {
  if (question === 'offers') return `offers ${state.offers.map((offer) => offer.startsAtMs).join(' ')}`;
  if (question === 'read-back') return `read-back ${JSON.stringify(bookingOf(state))}`;
  if (question === 'phone-rest') return `phone-rest ${state.digits}`;
  return question;
}

function bookingOf(state: DialogueState): BookingRequest | null {
  const { serviceId, chosen, name, phone } = state;
  if (serviceId === null || chosen === null || name === null || phone === null) return null;
  return { serviceId, startsAtMs: chosen.startsAtMs, customerName: name, customerPhone: phone };
}

/** After three vain tries: the keypad for a number, otherwise a polite end. */
function wayOut(state: DialogueState, question: Question, facts: Facts): Decision {
  if (question === 'phone' || question === 'phone-rest') {
    return ask({ ...state, digits: '' }, 'phone-keypad', { facts });
  }
  return end(state, [say({ name: 'way-out' }), say({ name: 'goodbye', booked: state.booked !== null })]);
}

export const end = (state: DialogueState, lead: readonly Move[]): Decision => ({
  state: { ...state, ended: true, waitingFor: null, readBack: null },
  moves: [...lead, { kind: 'end' }],
});

/** The pending question again, after an answer to something else or after a miss. */
export const askAgain = (
  state: DialogueState,
  facts: Facts,
  lead: readonly Move[],
  failed: boolean,
): Decision => ask(state, state.pending, { facts, lead, failed });

/** Goes for the next value that the booking lacks. */
export function advance(state: DialogueState, facts: Facts, lead: readonly Move[] = []): Decision {
  const only = facts.snapshot.services.length === 1 ? facts.snapshot.services[0] : undefined;
  const next: DialogueState = { ...state, booking: true, serviceId: state.serviceId ?? only?.id ?? null };
  const need = missing(next, facts);
  if (need === null) return ask(next, 'read-back', { facts, lead });
  if (need !== 'search') return ask(next, need, { facts, lead });
  return startSearch(next, next.serviceId ?? '', facts, lead);
}

export function startSearch(
  state: DialogueState,
  serviceId: string,
  facts: Facts,
  lead: readonly Move[],
): Decision {
  const plan = planSearch(state, serviceId, facts);
  return {
    state: {
      ...state,
      wish: plan.wish,
      search: plan.search,
      offers: [],
      readBack: null,
      waitingFor: 'openings',
    },
    moves: [...lead, ...plan.lines.map(say), { kind: 'find-openings', request: plan.request }],
  };
}

/** Ready for another wish of the same caller, whose name and number stay known. */
export const cleared = (state: DialogueState): DialogueState => ({
  ...state,
  booking: false,
  serviceId: null,
  topicId: null,
  wish: noWish,
  chosen: null,
  offers: [],
  readBack: null,
  search: null,
  lostMs: null,
  waitingFor: null,
});
