import { DateTime } from 'luxon';
import type { Appointment, Submission } from '../store/index.ts';
import { patternOf, type RehearsalCase } from './case.ts';
import type { Practice } from './practice.ts';
import type { Conversation } from './text-call.ts';

/**
 * What is wrong after a call, in words; nothing where all is as expected. The database decides: words count only
 * where the case says so.
 */
export function grade(
  { expect }: Pick<RehearsalCase, 'expect'>,
  practice: Pick<Practice, 'store'>,
  conversation: Conversation,
): readonly string[] {
  const said = conversation.lines.filter(({ by }) => by === 'agent').map(({ text }) => text);
  const { store } = practice;
  return [
    ...wrongAppointments(expect.appointments, practice),
    ...wrongSubmissions(expect.submissions, store.submissions.list({ limit: 100 })),
    ...different('put through to', expect.transfers, conversation.transfers),
    ...different(
      'not to be called',
      expect.doNotCall,
      store.doNotCall.list().map(({ number }) => number),
    ),
    ...wrongQuestions(
      expect.unanswered,
      store.unanswered.list({ limit: 100 }).map(({ question }) => question),
    ),
    ...(expect.ends !== undefined && expect.ends !== conversation.ended
      ? [`the call ${conversation.ended ? 'came' : 'did not come'} to an end`]
      : []),
    ...(expect.never ?? []).flatMap((written) => {
      const found = said.find((text) => new RegExp(written, 'i').test(text));
      return found === undefined ? [] : [`said "${found}", which must not match ${written}`];
    }),
    ...(expect.said ?? [])
      .filter((written) => !said.some((text) => new RegExp(written, 'i').test(text)))
      .map((written) => `never said ${written}`),
    ...claimsWithoutRows(said, practice),
  ];
}

/** What is in the database, row by row in words. */
export function rowsThere({ store }: Pick<Practice, 'store'>): readonly string[] {
  return [
    ...store.appointments.list({ limit: 1000 }).map((one) => `appointment: ${rowOf(one, store.timeZone)}`),
    ...store.submissions.list({ limit: 100 }).map((one) => submissionRow(one)),
    ...store.doNotCall.list().map(({ number }) => `not to be called: ${number}`),
    ...store.unanswered.list({ limit: 100 }).map(({ question }) => `unanswered question: ${question}`),
  ];
}

/** What the case asks for there, and of what is said; nothing of what it leaves open. */
export function rowsExpected({ expect }: Pick<RehearsalCase, 'expect'>): readonly string[] {
  const { appointments, submissions, transfers, doNotCall, unanswered } = expect;
  const rows = (what: string, list: readonly string[] | undefined): string[] =>
    list === undefined ? [] : list.length === 0 ? [`no ${what}`] : list.map((entry) => `${what}: ${entry}`);
  return [
    ...rows('appointment', appointments?.map(appointmentWords)),
    ...rows(
      'submission',
      submissions?.map((one) => JSON.stringify(one)),
    ),
    ...rows('put through to', transfers),
    ...rows('not to be called', doNotCall),
    ...rows('unanswered question', unanswered),
    ...(expect.said ?? []).map((written) => `says ${written}`),
    ...(expect.never ?? []).map((written) => `never says ${written}`),
  ];
}

const appointmentWords = ({
  service,
  at,
  name,
  phone,
  status,
}: NonNullable<RehearsalCase['expect']['appointments']>[number]): string =>
  `${service} ${at} ${name} ${phone} ${status}`;

function wrongAppointments(
  expected: RehearsalCase['expect']['appointments'],
  { store }: Pick<Practice, 'store'>,
): string[] {
  if (!expected) return [];
  const there = store.appointments
    .list({ limit: 1000 })
    .map((appointment) => rowOf(appointment, store.timeZone));
  return differences('appointment', expected.map(appointmentWords), there);
}

const rowOf = (appointment: Appointment, zone: string): string => {
  const { serviceName, startsAtMs, customerName, customerPhone, status } = appointment;
  const at = DateTime.fromMillis(startsAtMs, { zone }).toFormat("yyyy-MM-dd'T'HH:mm");
  return `${serviceName} ${at} ${customerName} ${customerPhone} ${status}`;
};

/** Whatever their case. */
function differences(what: string, wanted: readonly string[], there: readonly string[]): string[] {
  const rest = there.map((entry) => entry.toLowerCase());
  const lacking = wanted.filter((entry) => {
    const at = rest.indexOf(entry.toLowerCase());
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [
    ...lacking.map((entry) => `no ${what}: ${entry}`),
    ...rest.map((entry) => `unexpected ${what}: ${entry}`),
  ];
}

const different = (
  what: string,
  wanted: readonly string[] | undefined,
  there: readonly string[],
): string[] => (wanted ? differences(what, wanted, there) : []);

function wrongSubmissions(
  expected: RehearsalCase['expect']['submissions'],
  there: readonly Submission[],
): string[] {
  if (!expected) return [];
  const rest = [...there];
  const lacking = expected.filter((wanted) => {
    const at = rest.findIndex((submission) => matches(wanted, submission));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [
    ...lacking.map((wanted) => `no submission: ${JSON.stringify(wanted)}`),
    ...rest.map((one) => `unexpected ${submissionRow(one)}`),
  ];
}

const submissionRow = ({
  kind,
  customerName,
  customerPhone,
  urgent,
  totalMinor,
  fields,
}: Submission): string => {
  const values = JSON.stringify(Object.fromEntries(fields.map(({ id, value }) => [id, value])));
  return `submission: ${kind} ${customerName} ${customerPhone}${urgent ? ' urgent' : ''} ${totalMinor ?? ''} ${values}`;
};

type WantedSubmission = NonNullable<RehearsalCase['expect']['submissions']>[number];

const matches = (wanted: WantedSubmission, there: Submission): boolean =>
  wanted.kind === there.kind &&
  (wanted.skill === undefined || wanted.skill === there.skill) &&
  (wanted.urgent === undefined || wanted.urgent === there.urgent) &&
  (wanted.name === undefined || wanted.name.toLowerCase() === there.customerName?.toLowerCase()) &&
  (wanted.phone === undefined || wanted.phone === there.customerPhone) &&
  (wanted.totalMinor === undefined || wanted.totalMinor === there.totalMinor) &&
  Object.entries(wanted.fields ?? {}).every(([id, written]) =>
    patternOf(written).test(there.fields.find((field) => field.id === id)?.value ?? ''),
  );

function wrongQuestions(expected: readonly string[] | undefined, there: readonly string[]): string[] {
  if (!expected) return [];
  const missing = expected.filter((written) => !there.some((question) => patternOf(written).test(question)));
  const extra = there.filter((question) => !expected.some((written) => patternOf(written).test(question)));
  return [
    ...missing.map((written) => `not among the unanswered questions: ${written}`),
    ...extra.map((question) => `unexpected unanswered question: ${question}`),
  ];
}

/** Whatever the case: nothing is claimed that has no row. */
function claimsWithoutRows(said: readonly string[], { store }: Pick<Practice, 'store'>): string[] {
  const appointments = store.appointments.list({ limit: 1000 });
  const submissions = store.submissions.list({ limit: 100 });
  const { skills } = store.playbook();
  const claims: readonly (readonly [RegExp, boolean])[] = [
    [
      /you're all set|we'll see you on/i,
      appointments.some(({ status, callId }) => status !== 'cancelled' && callId !== null),
    ],
    [/your appointment is now on/i, appointments.some(({ status }) => status !== 'cancelled')],
    [/i've cancelled your/i, appointments.some(({ status }) => status === 'cancelled')],
    [/taken your number off/i, store.doNotCall.list().length > 0],
  ];
  const unfounded = claims
    .filter(([claim, holds]) => !holds && said.some((text) => claim.test(text)))
    .map(([claim]) => `claimed without a row: ${claim.source}`);
  const untrue = skills
    .filter(
      ({ id, done }) =>
        said.some((text) => text.includes(done)) && !submissions.some(({ skill }) => skill === id),
    )
    // Two skills may end with the same words.
    .filter(
      ({ done }) =>
        !skills.some((other) => other.done === done && submissions.some(({ skill }) => skill === other.id)),
    )
    .map(({ id }) => `claimed without a row: ${id}`);
  return [...unfounded, ...untrue];
}
