import {
  type BookingRequest,
  type ChangeState,
  type Decision,
  type DialogueState,
  type Effect,
  type Facts,
  isBusy,
  type Move,
  noWish,
  type Question,
  type ReadBack,
  type Rescue,
  say,
  type Wanted,
} from './dialogue.ts';
import { missing, planSearch } from './skills/book.ts';
import { missingOfChange, withChange } from './skills/change.ts';
import {
  type Asked,
  askedSlot,
  messageSkill,
  missingOfForm,
  openSlots,
  skillOf,
  submissionOf,
  withForm,
} from './skills/form.ts';
import { numberOf, rescueOf } from './skills/rescue.ts';
import { comesInParts, isPartsEnd } from './understanding/phone.ts';
import { emptyReading } from './understanding/reading.ts';
import { notUnderstood } from './understanding/slots.ts';

/** A question that was not answered this often is not asked again. */
const patience = 3;
/** There is another way to a number. */
const patienceWithNumbers = 2;
/** Nor one that was put this often, whatever came between. */
const mostTimes = 6;

interface AskOptions {
  readonly facts: Facts;
  readonly lead?: readonly Move[];
  /** The last try was in vain; `no-time` where it was understood, and there is no such time. */
  readonly failed?: boolean | 'no-time';
}

/** Asks; the same question again gets another wording, and after three vain times a way out. */
export function ask(state: DialogueState, question: Question, options: AskOptions): Decision {
  const lead = options.lead ?? [];
  const id = questionId(state, question, options.facts);
  const again = id === state.asked.id;
  const failures = again ? state.asked.failures + (options.failed ? 1 : 0) : 0;
  const times = (state.timesAsked[id] ?? 0) + 1;
  const isOpen = question === 'anything-else' || question === 'how-can-i-help';
  const most = isNumber(question) ? patienceWithNumbers : patience;
  if (failures >= most || (times > mostTimes && !isOpen)) return wayOut(state, question, options);
  const wording = again ? state.asked.wording + 1 : 0;
  const timesAsked = { ...state.timesAsked, [id]: times };
  const asking: DialogueState = { ...state, pending: question, asked: { id, failures, wording }, timesAsked };
  if (!isReadBack(question)) return { state: asking, moves: [...lead, { kind: 'ask', question, wording }] };
  const effect = effectOf(state, options.facts);
  // Without all its values there is nothing to read back: the missing one is asked for instead.
  if (!effect) return advance(state, options.facts, lead);
  return { state: { ...asking, readBack: effect }, moves: [...lead, { kind: 'confirm', effect, wording }] };
}

const isReadBack = (question: Question): question is ReadBack =>
  question === 'read-back' || question === 'form-read-back' || question === 'change-read-back';

/** Offers and read-backs are another question when their values change. */
function questionId(state: DialogueState, question: Question, facts: Facts): string {
  if (question === 'offers') return `offers ${state.offers.map((offer) => offer.startsAtMs).join(' ')}`;
  if (isReadBack(question)) return `${question} ${JSON.stringify(effectOf(state, facts))}`;
  if (question === 'phone-rest' || question === 'phone-part') return `${question} ${state.digits}`;
  if (question === 'slot') return `slot:${state.form?.skillId ?? ''}:${state.slotId}`;
  return question;
}

/** What would be done, were it agreed to now; null where a value is missing. */
function effectOf(state: DialogueState, facts: Facts): Effect | null {
  const { change, form, moving, chosen } = state;
  if (form) {
    const request = submissionOf(state, facts);
    return request && { kind: 'submit', request };
  }
  if (change?.what === 'cancel' && change.appointment) {
    const { appointment } = change;
    return { kind: 'cancel', request: { appointmentId: appointment.id }, appointment };
  }
  if (moving) {
    if (chosen === null) return null;
    const request = { appointmentId: moving.id, startsAtMs: chosen.startsAtMs };
    return { kind: 'reschedule', request, appointment: moving };
  }
  const request = bookingOf(state, facts);
  return request && { kind: 'book', request };
}

function bookingOf(state: DialogueState, facts: Facts): BookingRequest | null {
  const { serviceId, chosen, name, phone } = state;
  if (serviceId === null || chosen === null || name === null || phone === null) return null;
  const details = Object.fromEntries(
    openSlots(state, facts.snapshot).flatMap(({ id, label }) => {
      const value = state.details[id];
      return value ? [[label, value.value] as const] : [];
    }),
  );
  return {
    ...{ serviceId, startsAtMs: chosen.startsAtMs, customerName: name, customerPhone: phone },
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

const isNumber = (question: Question): boolean =>
  question.startsWith('phone') || question === 'appointment-phone';

/**
 * After vain tries: another way to a number; without a value that is not needed; else what was understood is kept
 * for somebody to call back. News that came with the question are told all the same; an excuse for the last vain try
 * is not.
 */
function wayOut(
  state: DialogueState,
  question: Question,
  { facts, lead = [], failed }: AskOptions,
): Decision {
  const news = failed ? [] : lead;
  if (isNumber(question) && question !== 'phone-keypad') {
    const inParts = question !== 'phone-part' && comesInParts(facts.snapshot.language);
    const known = inParts && isPartsEnd(state.digits) ? state.digits : '';
    return ask({ ...state, digits: known }, inParts ? 'phone-part' : 'phone-keypad', { facts, lead: news });
  }
  const without = goOnWithout(state, question, facts);
  if (without) return advance(without, facts, news);
  if (question === 'anything-else') return end(state, [...news, goodbye(state)]);
  const why = failed === 'no-time' ? 'no-time-rescue' : 'rescue';
  const kept = rescued(state, why, facts);
  if (kept) return { ...kept, moves: [...news, ...kept.moves] };
  return end(state, [...news, say({ name: wayOuts[why].lost }), goodbye(state)]);
}

/** Keeps what was understood; null where there is nothing to keep. */
export function rescued(state: DialogueState, waitingFor: Rescue, facts: Facts): Decision | null {
  const request = rescueOf(state, facts);
  return request && { state: { ...state, waitingFor, readBack: null }, moves: [{ kind: 'submit', request }] };
}

const goodbye = (state: DialogueState): Move => say({ name: 'goodbye', booked: state.booked !== null });

/** What was understood of an unfinished call is kept, or could not be: both are told. */
export function afterRescue(
  state: DialogueState,
  { why, kept }: { readonly why: keyof typeof wayOuts; readonly kept: boolean },
  facts: Facts,
): Decision {
  const { lost, callback, numberless } = wayOuts[why];
  const line = !kept ? lost : numberOf(state, facts) !== null ? callback : numberless;
  return end(state, [say({ name: line }), goodbye(state)]);
}

/** What is told at the end, where nothing was kept, and where it was: for somebody with a number, and without. */
const wayOuts = {
  rescue: { lost: 'way-out', callback: 'kept-for-callback', numberless: 'kept-without-number' },
  'no-time-rescue': {
    lost: 'no-time',
    callback: 'no-time-for-callback',
    numberless: 'no-time-without-number',
  },
} as const;

/** The state without the need for what was asked; null where it is needed. */
function goOnWithout(state: DialogueState, question: Question, facts: Facts): DialogueState | null {
  const { form } = state;
  // It is read back, or the only one that there is.
  if (question === 'line-number') return { ...state, phone: facts.caller.number };
  const skill = form && skillOf(form.skillId, facts.snapshot);
  if (form && skill?.kind === 'message' && (question === 'name' || question === 'phone-keypad')) {
    const kind = question === 'name' ? 'name' : 'phone';
    const unknown = skill.slots.filter((slot) => slot.kind === kind).map(({ id }) => id);
    return { ...state, form: { ...form, skipped: [...form.skipped, ...unknown] } };
  }
  const slot = askedSlot(state, facts.snapshot);
  if (question !== 'slot' || !slot?.optional) return null;
  return form
    ? { ...state, form: { ...form, values: { ...form.values, [slot.id]: notUnderstood } } }
    : { ...state, details: { ...state.details, [slot.id]: notUnderstood } };
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

/** Goes for the next thing that is missing of what is under way. */
export function advance(state: DialogueState, facts: Facts, lead: readonly Move[] = []): Decision {
  if (state.form) return advanceForm(state, facts, lead);
  if (state.change) return advanceChange(state, facts, lead);
  return advanceBooking(state, facts, lead);
}

/** What was under way is done: on to what else was wanted, or to the question whether there is anything. */
export function next(state: DialogueState, facts: Facts, lead: readonly Move[] = []): Decision {
  if (isBusy(state)) return advance(state, facts, lead);
  const [wanted, ...later] = state.later;
  const rest: DialogueState = { ...state, later };
  return wanted ? begin(rest, wanted, { facts, lead }) : ask(rest, 'anything-else', { facts, lead });
}

/** Offers to take a message; where none are taken the conversation goes on. */
export const offerMessage = (state: DialogueState, facts: Facts, lead: readonly Move[]): Decision =>
  messageSkill(facts.snapshot) ? ask(state, 'message-offer', { facts, lead }) : next(state, facts, lead);

function begin(state: DialogueState, wanted: Wanted, options: AskOptions): Decision {
  const { facts, lead = [] } = options;
  if (wanted.kind === 'change') return advance(withChange(state, wanted.what, null), facts, lead);
  if (wanted.kind === 'book') {
    const { serviceId } = wanted;
    const also = serviceId === null ? [] : [say({ name: 'also', serviceId })];
    return advanceBooking({ ...state, serviceId }, facts, [...lead, ...also]);
  }
  const skill = skillOf(wanted.skillId, facts.snapshot);
  if (!skill) return next(state, facts, lead);
  return advance(withForm(state, skill, { facts, reading: emptyReading }), facts, lead);
}

const asked = (state: DialogueState, { question, slotId }: Asked, options: AskOptions): Decision =>
  ask(slotId === undefined ? state : { ...state, slotId }, question, options);

function advanceForm(state: DialogueState, facts: Facts, lead: readonly Move[]): Decision {
  const need = missingOfForm(state, facts);
  if (need) return asked(state, need, { facts, lead });
  const skill = state.form && skillOf(state.form.skillId, facts.snapshot);
  if (skill?.confirm) return ask(state, 'form-read-back', { facts, lead });
  const request = submissionOf(state, facts);
  if (!request) return next({ ...state, form: null }, facts, lead);
  return { state: { ...state, waitingFor: 'submit' }, moves: [...lead, { kind: 'submit', request }] };
}

function advanceChange(state: DialogueState, facts: Facts, lead: readonly Move[]): Decision {
  const { change } = state;
  if (!change) return next(state, facts, lead);
  const question = missingOfChange(change);
  if (question) return ask(state, question, { facts, lead });
  if (change.appointment) return withAppointment(state, change, { facts, lead });
  const request = { customerName: change.name ?? '', customerPhone: change.phone ?? '' };
  return {
    state: { ...state, waitingFor: 'find-appointments' },
    moves: [...lead, { kind: 'find-appointments', request }],
  };
}

/** The appointment is known: told, read back for the cancelling, or given a new time. */
function withAppointment(
  state: DialogueState,
  { what, appointment }: ChangeState,
  { facts, lead = [] }: AskOptions,
): Decision {
  if (!appointment) return next({ ...state, change: null }, facts, lead);
  if (what === 'cancel') return ask(state, 'change-read-back', { facts, lead });
  const isKnown = appointment.id === state.theirs?.id;
  const told = isKnown ? lead : [...lead, say({ name: 'appointment-is', appointment })];
  const known: DialogueState = { ...state, change: null };
  if (what !== 'reschedule') return next({ ...known, theirs: appointment }, facts, told);
  const moving: DialogueState = {
    ...{ ...known, moving: appointment, booking: true, serviceId: appointment.serviceId },
    ...{ chosen: null, offers: [], readBack: null },
  };
  return advanceBooking(moving, facts, told);
}

/** Goes for the next value that the booking lacks. */
export function advanceBooking(state: DialogueState, facts: Facts, lead: readonly Move[] = []): Decision {
  const only = facts.snapshot.services.length === 1 ? facts.snapshot.services[0] : undefined;
  const booking: DialogueState = { ...state, booking: true, serviceId: state.serviceId ?? only?.id ?? null };
  const need = missing(booking, facts);
  if (need === null) {
    return ask(booking, booking.moving ? 'change-read-back' : 'read-back', { facts, lead });
  }
  if (need.question !== 'search')
    return asked(booking, { ...need, question: need.question }, { facts, lead });
  return startSearch(booking, booking.serviceId ?? '', facts, lead);
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
      waitingFor: 'find-openings',
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
  details: {},
  skipped: [],
  slotId: null,
  moving: null,
  offers: [],
  readBack: null,
  search: null,
  lostMs: null,
  waitingFor: null,
});
