import type { Appointment, Submission } from '../../store/index.ts';
import { displayPhone, spokenDateTime, spokenList, spokenService, writtenMoney } from '../phrasing/spoken.ts';
import { type CallRecord, partyName, partyNumber } from './call-record.ts';

/** Two or three sentences from the record alone: who called for what, what came of it, and what is left to do. */
export function summaryOf(record: CallRecord): string {
  const { call } = record;
  if (call.answeredAtMs === null) return unanswered(record);
  const came = results(record);
  const sentences = [opening(record), ...came, leftOpen(record, came.length > 0)];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** What is worth remembering of the call, each with the kind of thing it is. */
export function factsOf(record: CallRecord): readonly { readonly kind: string; readonly text: string }[] {
  const { booked, moved, cancelled, submissions } = record;
  return [
    ...moved.map(({ appointment }) => ({ kind: 'moved', text: appointmentWords(appointment, record) })),
    ...booked.map((one) => ({ kind: 'booked', text: appointmentWords(one, record) })),
    ...cancelled.map((one) => ({ kind: 'cancelled', text: appointmentWords(one, record) })),
    ...submissions.map((one) => ({ kind: one.kind, text: submissionWords(one, record) })),
  ];
}

function unanswered({ call }: CallRecord): string {
  const who = call.callerName ?? (call.callerNumber === null ? 'Somebody' : displayPhone(call.callerNumber));
  if (call.outcome === 'refused') return `${who} called and was not answered.`;
  if (call.outcome === 'abandoned') return `${who} hung up before the call was answered.`;
  return `A call from ${who === 'Somebody' ? 'somebody' : who} was not answered.`;
}

function opening(record: CallRecord): string {
  const number = partyNumber(record);
  const name = partyName(record);
  const shown = number === null ? null : displayPhone(number);
  const who = name ?? shown ?? 'A caller who withheld their number';
  const from = name !== null && shown !== null ? ` from ${shown}` : '';
  const verb = record.call.direction === 'outbound' ? 'was called' : 'called';
  return `${who}${from} ${verb}${wish(record)}.`;
}

/** What the call was about, by the last skill that was at work. */
function wish(record: CallRecord): string {
  const { understood, booked, submissions, playbook, turns } = record;
  const last = understood.at(-1);
  const skill = last?.skill ?? submissions.at(-1)?.skill ?? changed(record);
  if (skill === null) return turns.some((turn) => turn.speaker === 'caller') ? '' : ' and said nothing';
  const service = last?.slots.service;
  const named = service ?? booked.at(-1)?.serviceName;
  const known: Readonly<Record<string, string>> = {
    book: named === undefined ? ' to make an appointment' : ` to book ${articled(named)}`,
    'change-appointment': ' about an appointment',
    reschedule: ' to move an appointment',
    cancel: ' to cancel an appointment',
    hours: ' about the opening hours',
    price: named === undefined ? ' about prices' : ` about the price of ${articled(named)}`,
    message: ' to leave a message',
    person: ' to speak with a person',
    knowledge: ' with a question',
    'do-not-call': ' to ask not to be called',
  };
  const title = playbook.skills.find((one) => one.id === skill)?.title;
  return known[skill] ?? (title === undefined ? '' : ` about: ${title}`);
}

/** What a call was for that left no other trace. */
function changed({ booked, moved, cancelled }: CallRecord): string | null {
  if (booked.length > 0) return 'book';
  if (moved.length > 0) return cancelled.length > 0 ? 'change-appointment' : 'reschedule';
  return cancelled.length > 0 ? 'cancel' : null;
}

const articled = (serviceName: string): string =>
  spokenService({
    id: '',
    name: serviceName,
    aliases: [],
    durationMinutes: 0,
    priceMinor: 0,
    currency: 'USD',
  });

/** One sentence for each kind of thing that came of the call. */
function results(record: CallRecord): string[] {
  const { booked, cancelled, submissions } = record;
  // Cancelled and booked again is moved.
  const again = booked.flatMap((to) => {
    const from = cancelled.find(
      (one) => one.serviceId === to.serviceId && one.customerPhone === to.customerPhone,
    );
    return from ? [{ from, to }] : [];
  });
  const fresh = booked.filter((one) => !again.some(({ to }) => to === one));
  const gone = cancelled.filter((one) => !again.some(({ from }) => from === one));
  const moves = [
    ...again.map(({ from, to }) => ({ to, fromMs: from.startsAtMs })),
    ...record.moved.map(({ appointment, fromMs }) => ({ to: appointment, fromMs })),
  ];
  const words = (all: readonly Appointment[]) =>
    spokenList(
      all.map((one) => appointmentWords(one, record)),
      'and',
    );
  return [
    fresh.length > 0 ? `Booked: ${words(fresh)}.` : '',
    ...moves.map(
      ({ to, fromMs }) =>
        `Moved: ${to.serviceName} from ${spokenDateTime(fromMs, record)} to ${spokenDateTime(to.startsAtMs, record)}.`,
    ),
    gone.length > 0 ? `Cancelled: ${words(gone)}.` : '',
    ...submissions.map(
      (one) =>
        `${headings[one.kind]}${one.urgent ? ' (urgent)' : ''}: ${sentence(submissionWords(one, record))}`,
    ),
    record.call.outcome === 'transferred' ? 'The call was put through to a person.' : '',
  ].filter((words) => words !== '');
}

const headings: Readonly<Record<Submission['kind'], string>> = {
  message: 'Left a message',
  order: 'Ordered',
  reservation: 'Reserved',
  lead: 'Asked for an offer',
  request: 'Asked for',
};

const appointmentWords = ({ serviceName, staffName, startsAtMs }: Appointment, record: CallRecord): string =>
  `${serviceName} with ${staffName} on ${spokenDateTime(startsAtMs, record)}`;

/** Name and number stand in the first sentence already. */
function submissionWords(
  { kind, title, fields, totalMinor, currency }: Submission,
  { language }: CallRecord,
): string {
  const told = fields.filter(({ id }) => !/^(?:name|phone|number|callback)/.test(id) && id !== 'email');
  const message = told.find(({ id }) => id === 'message');
  if (kind === 'message' && message) return `“${message.value.trim()}”`;
  const values = told.map(({ label, value }) => `${label.toLowerCase()} ${value}`).join(', ');
  const total =
    totalMinor === null || currency === null
      ? ''
      : `, in all ${writtenMoney(totalMinor, currency, language)}`;
  return `${values === '' ? title : values}${total}`;
}

const sentence = (text: string): string => (/[.!?]”?$/.test(text) ? text : `${text}.`);

function leftOpen({ call, submissions, turns }: CallRecord, cameToSomething: boolean): string {
  if (call.outcome === 'interrupted') return 'The call was cut off by a restart of the engine.';
  if (call.outcome === 'failed') return 'The call ended because of a fault.';
  const waiting = submissions.filter(
    ({ status, kind }) => status === 'open' && (kind === 'message' || kind === 'lead'),
  );
  if (waiting.length > 0) return 'They wait to hear back.';
  if (cameToSomething) return '';
  const spoke = turns.some((turn) => turn.speaker === 'caller');
  if (!spoke) return '';
  const last = turns.at(-1);
  const asked = last?.speaker === 'agent' && last.text.trim().endsWith('?');
  return asked
    ? `Nothing was settled; still open: “${lastQuestion(last.text)}”`
    : 'Nothing was booked or left.';
}

const lastQuestion = (text: string): string => (/[^.?!]+\?\s*$/.exec(text)?.[0] ?? text).trim();
