import { type ErrorCode, type ErrorEntry, errorCatalogue } from '../../foundation/index.ts';
import type { Service } from '../../store/index.ts';
import type {
  BookingRequest,
  DialogueState,
  Effect,
  Facts,
  Line,
  Move,
  Question,
  ReadBack,
  ToolMove,
} from '../dialogue.ts';
import { readyLines } from '../failure-lines.ts';
import type { Opening, ProfileSnapshot, Saying } from '../model.ts';
import { askedSlot, skillOf } from '../skills/form.ts';
import { spansOf } from '../skills/hours.ts';
import type { Meant } from '../understanding/intents.ts';
import { notUnderstood } from '../understanding/slots.ts';
import {
  durationSentence,
  hoursOfDay,
  hoursSentence,
  identitySentence,
  menuSentence,
  outsideSentence,
  priceSentence,
  pricesSentence,
  servicesSentence,
} from './business.ts';
import {
  appointmentSentence,
  cancelledSentence,
  changeReadBack,
  movedSentence,
  whichAppointment,
} from './change.ts';
import {
  addressSentence,
  adviceSentence,
  emergencySentence,
  formReadBack,
  playbookSentences,
  slotQuestion,
} from './form.ts';
import {
  capitalised,
  displayPhone,
  monthName,
  spokenDateTime,
  spokenDay,
  spokenList,
  spokenMinute,
  spokenPhone,
  spokenService,
  weekdayName,
} from './spoken.ts';
import { connectingSentence, notConnectedSentence, peopleSentences } from './transfer.ts';
import { fixedWords, lineWordings, numberParts, questionWordings, wishWords } from './wordings.ts';

const fixed = (text: string): Saying => ({ kind: 'say', text, fixed: true });
const variable = (text: string): Saying => ({ kind: 'say', text, fixed: false });
const pick = (variants: readonly string[], turn: number): string => variants[turn % variants.length] ?? '';

export interface PhraseContext extends Facts {
  readonly state: DialogueState;
  /** Counts the caller's turns: variants follow it, so that a call can be repeated word for word. */
  readonly turn: number;
}

/** What is said first. */
export const greetingOf = (snapshot: ProfileSnapshot): string =>
  snapshot.greeting.trim() ||
  `Thank you for calling ${snapshot.tenantName}. This is ${snapshot.agentName}. How can I help you today?`;

/** A caller who is known is greeted by their first name, before the question. */
export function welcome(greeting: string, firstName: string | null): string {
  if (firstName === null) return greeting;
  const sentences = greeting.split(/(?<=[.!?])\s+/);
  const last = sentences.pop() ?? '';
  return [...sentences, `Welcome back, ${firstName}.`, last].join(' ');
}

/** A move in words: clauses, the first one short so that speech can begin early. */
export function phraseMove(
  move: Exclude<Move, ToolMove | { kind: 'chat' }>,
  context: PhraseContext,
): readonly Saying[] {
  switch (move.kind) {
    case 'say':
      return phraseLine(move.line, context);
    case 'ask':
      return phraseQuestion(move.question, move.wording, context);
    case 'confirm':
      return readBack(move.effect, move.wording, context);
    case 'transfer':
      return [{ kind: 'transfer', targetId: move.targetId }];
    case 'end':
      return [{ kind: 'end-call' }];
  }
}

function phraseQuestion(
  question: Exclude<Question, ReadBack>,
  wording: number,
  context: PhraseContext,
): readonly Saying[] {
  if (question === 'service') return [fixed(pick(serviceQuestions(context.snapshot), wording))];
  if (question === 'slot') {
    const slot = askedSlot(context.state, context.snapshot);
    return slot ? [fixed(slotQuestion(slot, wording))] : [];
  }
  if (question === 'which-wish') {
    const [first = '', second = ''] = (context.state.between?.meant ?? []).map((meant) =>
      wishOf(meant, context),
    );
    return [variable(`Would you like ${first}, or ${second}?`)];
  }
  if (question === 'which-appointment')
    return [variable(whichAppointment(context.state.change?.found ?? [], wording, context.snapshot))];
  if (question === 'offers') return offer(context.state.offers, wording, context);
  if (question === 'phone-part') {
    const part = Math.min(2, Math.floor(context.state.digits.length / 3));
    return [fixed(pick(numberParts[part] ?? [], wording))];
  }
  if (question === 'phone-rest')
    return [
      variable(`I have ${[...context.state.digits].join(' ')}.`),
      fixed(pick(questionWordings[question], wording)),
    ];
  return [fixed(pick(questionWordings[question], wording))];
}

function wishOf({ name, skillId }: Meant, { snapshot }: Pick<Facts, 'snapshot'>): string {
  const skill = skillId === null ? null : skillOf(skillId, snapshot);
  if (skill?.kind === 'message') return 'to leave a message';
  return skill ? `to talk about: ${skill.title.toLowerCase()}` : (wishWords[name] ?? '');
}

const serviceQuestions = (snapshot: ProfileSnapshot): readonly string[] => {
  const list = spokenList(snapshot.services.map(spokenService), 'or');
  return [
    'What would you like to come in for?',
    `Is it for ${list}?`,
    `We offer ${spokenList(snapshot.services.map(spokenService), 'and')}. Which one would you like?`,
  ];
};

/** "I have Tuesday, November 24th at 10 AM or 2 PM." One day is named once. */
function offer(offers: readonly Opening[], wording: number, context: PhraseContext): readonly Saying[] {
  const words = offers.map((opening) => spokenDateTime(opening.startsAtMs, context.snapshot));
  const [first = '', second] = words;
  if (second === undefined) {
    const lead = wording === 0 ? `How about ${first}?` : `I have ${first}.`;
    return wording === 0
      ? [variable(lead)]
      : [variable(lead), fixed(pick(fixedWords.singleOfferAsk, wording))];
  }
  const day = `${first.split(' at ')[0]} at `;
  const other = second.startsWith(day) ? second.slice(day.length) : second;
  const lead = wording % 2 === 0 ? `I have ${first}, or ${other}.` : `I can offer you ${first}, or ${other}.`;
  return [variable(lead), fixed(pick(fixedWords.offerAsk, wording))];
}

const serviceOf = (id: string, snapshot: ProfileSnapshot): Service | undefined =>
  snapshot.services.find((service) => service.id === id);

const serviceWords = (id: string, snapshot: ProfileSnapshot): string => {
  const service = serviceOf(id, snapshot);
  return service ? spokenService(service) : 'an appointment';
};

function readBack(effect: Effect, wording: number, context: PhraseContext): readonly Saying[] {
  return [
    fixed(pick(fixedWords.readBackLead, wording)),
    variable(readBackSentence(effect, context)),
    fixed(pick(effect.kind === 'book' ? fixedWords.readBackAsk : fixedWords.effectAsk, wording)),
  ];
}

function readBackSentence(effect: Effect, context: PhraseContext): string {
  if (effect.kind === 'submit') return formReadBack(context.state, effect, context.snapshot);
  if (effect.kind !== 'book') return changeReadBack(effect, context.snapshot);
  return bookingSentence(effect.request, context);
}

function bookingSentence(booking: BookingRequest, context: PhraseContext): string {
  const { snapshot, caller } = context;
  const when = spokenDateTime(booking.startsAtMs, snapshot);
  // The caller knows the number they call from: its end is enough to recognise it.
  const phone = spokenPhone(booking.customerPhone, snapshot.language);
  const number =
    booking.customerPhone === caller.number ? `ending in ${phone.split(', ').at(-1) ?? phone}` : phone;
  const details = Object.entries(booking.details ?? {})
    .filter(([, value]) => value !== notUnderstood.value)
    .map(([label, value]) => `${labelled(label, value)}, `);
  const what = `${serviceWords(booking.serviceId, snapshot)} on ${when}, ${details.join('')}for ${booking.customerName}, phone number ${number}.`;
  return capitalised(what);
}

/** "People", "square feet": a label that is counted stands behind its number. */
const isCounted = (label: string, words: string): boolean =>
  /^\d+$/.test(words) && /(?:people|feet|[^s]s)$/.test(label) && !label.startsWith('number');

const labelled = (label: string, words: string): string =>
  isCounted(label, words) ? `${words} ${label}` : `${label} ${words}`;

const changedSentence = (label: string, words: string): string =>
  isCounted(label, words) ? `Okay, ${words} ${label}.` : `Okay, the ${label} is ${words}.`;

function phraseLine(line: Line, context: PhraseContext): readonly Saying[] {
  const { snapshot, turn } = context;
  switch (line.name) {
    case 'hours':
      return [fixed(hoursSentence(snapshot))];
    case 'hours-of-day':
      return [fixed(hoursOfDay(line.day, snapshot))];
    case 'prices':
      return [fixed(pricesSentence(snapshot))];
    case 'price':
      return snapshot.services
        .filter(({ id }) => line.serviceIds.includes(id))
        .map((service) => fixed(priceSentence(service, snapshot)));
    case 'duration': {
      const service = serviceOf(line.serviceId, snapshot);
      return [fixed(service ? durationSentence(service) : servicesSentence(snapshot))];
    }
    case 'services':
      return [fixed(servicesSentence(snapshot))];
    case 'identity':
      return [fixed(identitySentence(snapshot))];
    case 'menu-price':
      return line.itemIds.map((id) => fixed(menuSentence(id, snapshot)));
    case 'menu':
      return [fixed(menuSentence(null, snapshot))];
    case 'address':
      return [fixed(addressSentence(snapshot))];
    case 'no-advice':
      return [fixed(adviceSentence(snapshot))];
    case 'emergency':
      return [fixed(emergencySentence(line.id, snapshot))];
    case 'submitted':
      return [fixed(skillOf(line.skillId, snapshot)?.done ?? '')];
    case 'answer':
      return [variable(line.answer.text)];
    case 'appointment-is':
      return [variable(appointmentSentence(line.appointment, snapshot))];
    case 'moved':
      return [
        variable(movedSentence(line.appointment, snapshot)),
        ...(line.appointment.awaitsApproval ? [fixed(fixedWords.awaitsApproval)] : []),
      ];
    case 'cancelled':
      return [variable(cancelledSentence(line.appointment, snapshot))];
    case 'connecting':
      return [fixed(connectingSentence(snapshot, line.personId))];
    case 'not-connected':
      return [fixed(notConnectedSentence(snapshot, line.personId, line.why))];
    case 'closed-day':
      return [fixed(`I'm sorry, we're closed on ${weekdayName(line.day)}.`)];
    case 'also':
      return [fixed(alsoSentence(line.serviceId, snapshot))];
    case 'changed':
      return [variable(changedSentence(line.label, line.words))];
    case 'no-such-date':
      return [variable(`I'm sorry, ${monthName(line.date.month)} has only ${line.date.days} days.`)];
    case 'outside-hours':
      return [fixed(outsideSentence(line.day, snapshot))];
    case 'not-free':
      return [
        variable(
          line.minute === null
            ? `I'm sorry, there's nothing then on ${spokenDay(line.day, snapshot.language)}.`
            : `I'm sorry, ${spokenMinute(line.minute)} isn't available.`,
        ),
      ];
    case 'none-that-day':
      return [variable(`I'm sorry, there's nothing left on ${spokenDay(line.day, snapshot.language)}.`)];
    case 'failure':
      return [fixed(spokenFailure(line.code))];
    case 'booked': {
      const when = spokenDateTime(line.appointment.startsAtMs, snapshot);
      if (line.appointment.awaitsApproval)
        return [variable(`I've noted ${when} for ${line.customerName}.`), fixed(fixedWords.awaitsApproval)];
      return [fixed(pick(fixedWords.booked, 0)), variable(`${line.customerName}, we'll see you on ${when}.`)];
    }
    case 'goodbye':
      return [fixed(pick(line.booked ? fixedWords.goodbyeBooked : fixedWords.goodbye, turn))];
    default:
      return [fixed(pick(lineWordings[line.name], turn))];
  }
}

const alsoSentence = (serviceId: string, snapshot: ProfileSnapshot): string =>
  `And you wanted ${serviceWords(serviceId, snapshot)}.`;

function spokenFailure(code: ErrorCode | null): string {
  const entry: ErrorEntry | undefined = code === null ? undefined : errorCatalogue[code];
  return entry?.spoken ?? fixedWords.failure;
}

/** Said when a tool keeps the caller waiting. */
export const filler = (turn: number): Saying => fixed(pick(fixedWords.fillers, turn));

/** Said in place of small talk that the model did not deliver. */
export const remarkTemplate = (turn: number): Saying => fixed(pick(fixedWords.remark, turn));

/** What is known so far, for the screen. */
export function slotsInWords(
  state: DialogueState,
  facts: Pick<Facts, 'snapshot'>,
): Readonly<Record<string, string>> {
  const { snapshot } = facts;
  const { booked, wish } = state;
  const service = state.serviceId ?? state.topicId;
  const serviceName = service === null ? booked?.serviceName : serviceOf(service, snapshot)?.name;
  const day =
    wish.days &&
    (wish.days.from === wish.days.to
      ? spokenDay(wish.days.from, snapshot.language)
      : `${spokenDay(wish.days.from, snapshot.language)} to ${spokenDay(wish.days.to, snapshot.language)}`);
  const time = wish.minute === null ? null : spokenMinute(wish.minute);
  const wished = [day, time].filter((part) => part !== null).join(' at ');
  const startsAtMs = state.chosen?.startsAtMs ?? (state.booking ? undefined : booked?.startsAtMs);
  const when = startsAtMs === undefined ? wished : spokenDateTime(startsAtMs, snapshot);
  return {
    ...(serviceName ? { service: serviceName } : {}),
    ...(when ? { when } : {}),
    ...(state.name ? { name: state.name } : {}),
    ...(state.phone ? { phone: displayPhone(state.phone) } : {}),
    ...Object.fromEntries(
      Object.entries(state.details).map(([id, { value, words }]) => [id, words || value]),
    ),
  };
}

/** Everything worth synthesising before the first call: each fixed wording as it is said, one clause an entry. */
export function fixedPhrases(snapshot: ProfileSnapshot): readonly string[] {
  const failures: readonly ErrorEntry[] = Object.values(errorCatalogue);
  const weekdays = [
    '2024-01-01',
    '2024-01-02',
    '2024-01-03',
    '2024-01-04',
    '2024-01-05',
    '2024-01-06',
    '2024-01-07',
  ];
  const days = weekdays.flatMap((day) => [
    hoursOfDay(day, snapshot),
    spansOf(snapshot, day).length === 0
      ? `I'm sorry, we're closed on ${weekdayName(day)}.`
      : outsideSentence(day, snapshot),
  ]);
  return [
    ...new Set([
      greetingOf(snapshot),
      ...readyLines,
      ...Object.values(questionWordings).flat(),
      ...numberParts.flat(),
      ...serviceQuestions(snapshot),
      ...Object.values(lineWordings).flat(),
      ...Object.values(fixedWords).flat(),
      hoursSentence(snapshot),
      pricesSentence(snapshot),
      ...snapshot.services.map(durationSentence),
      ...snapshot.services.map((service) => priceSentence(service, snapshot)),
      ...(snapshot.services.length > 1 ? snapshot.services.map(({ id }) => alsoSentence(id, snapshot)) : []),
      servicesSentence(snapshot),
      identitySentence(snapshot),
      ...peopleSentences(snapshot),
      ...days,
      ...failures.flatMap((entry) => entry.spoken ?? []),
      // Last: what every call needs is ready first.
      ...playbookSentences(snapshot),
    ]),
  ];
}
