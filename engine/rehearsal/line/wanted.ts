import { DateTime } from 'luxon';
import { spokenDateTime } from '../../agent/index.ts';
import type { Playbook } from '../../store/index.ts';
import { patternOf, type RehearsalCase } from '../case.ts';
import { soundsAlike, soundsOf } from './sounds-alike.ts';
import {
  alphabetName,
  asSpoken,
  bareName,
  digitByDigit,
  digitsWithPauses,
  spelledEmail,
  spelledName,
} from './spoken-words.ts';

/** Something in a read-back that is not as the caller wants it. */
export interface Objection {
  /** As the agent calls it: "the address". */
  readonly label: string;
  /** Ways to say what is right, the plainest first; each further one is for an agent that still has it wrong. */
  readonly ways: readonly string[];
}

type Appointment = NonNullable<RehearsalCase['expect']['appointments']>[number];
type Submission = NonNullable<RehearsalCase['expect']['submissions']>[number];

/** Where and in which English the business speaks. */
export interface Place {
  readonly timeZone: string;
  readonly language: string;
  readonly playbook: Playbook;
}

/** What the caller of a case has in mind: told by what has to stand in the database after the call. */
export class Wanted {
  readonly #case: RehearsalCase;
  readonly #place: Place;
  readonly #booked: readonly Appointment[];

  constructor(rehearsed: RehearsalCase, place: Place) {
    this.#case = rehearsed;
    this.#place = place;
    const given = rehearsed.given.appointments ?? [];
    const isGiven = (one: Appointment): boolean =>
      given.some(({ at, name, service }) => at === one.at && name === one.name && service === one.service);
    this.#booked = (rehearsed.expect.appointments ?? []).filter(
      (one) => one.status !== 'cancelled' && !isGiven(one),
    );
  }

  get name(): string | null {
    const said = [this.#case.answers.name, this.#case.answers['appointment-name']].flat().at(-1);
    const kept = this.#booked[0]?.name ?? this.#submission?.name;
    return kept ?? (said === undefined ? null : bareName(said));
  }

  get phone(): string | null {
    return this.#booked[0]?.phone ?? this.#submission?.phone ?? this.#case.number;
  }

  get service(): string | null {
    return this.#booked[0]?.service ?? null;
  }

  /** "Tuesday, November 24th at 10 AM" */
  get when(): string | null {
    const [first] = this.#booked;
    return first ? this.#spoken(first.at) : null;
  }

  /** The appointment that is there before the call: it may be moved or cancelled. */
  get earlier(): { readonly name: string; readonly phone: string; readonly day: string } | null {
    const [first] = this.#case.given.appointments ?? [];
    if (!first) return null;
    return { name: first.name, phone: first.phone, day: this.#spoken(first.at).split(' at ')[0] ?? '' };
  }

  get cancels(): boolean {
    return (this.#case.expect.appointments ?? []).some(({ status }) => status === 'cancelled');
  }

  /** Whether a read-back of this kind can lead to anything that is wanted. */
  wants(readBack: string): boolean {
    if (readBack === 'form-read-back') return (this.#case.expect.submissions ?? []).length > 0;
    return this.#booked.length > 0 || (readBack === 'change-read-back' && this.cancels);
  }

  /** What is wrong in what was read back; null where it is as it should be, or nobody can hear the difference. */
  objectionTo(said: string, readBack: string): Objection | null {
    if (readBack === 'form-read-back') return this.#submission ? this.#inForm(said, this.#submission) : null;
    if (readBack === 'change-read-back') return this.#inChange(said);
    const found = this.#booked.map((one) => this.#inBooking(said, one));
    return found.includes(null) ? null : (found[0] ?? null);
  }

  get #submission(): Submission | undefined {
    return this.#case.expect.submissions?.[0];
  }

  #spoken(at: string): string {
    const { timeZone, language } = this.#place;
    return spokenDateTime(DateTime.fromISO(at, { zone: timeZone }).toMillis(), { timeZone, language });
  }

  #inBooking(said: string, { service, at, name, phone }: Appointment): Objection | null {
    const when = this.#spoken(at);
    if (!said.includes(when)) return wrongTime(when);
    if (!said.toLowerCase().includes(service.toLowerCase())) {
      const what = aThing(service);
      const ways = [`No, I want ${what}.`, `No. It should be ${what}.`];
      return { label: 'the service', ways };
    }
    return wrongName(said, name) ?? wrongPhone(said, phone);
  }

  #inChange(said: string): Objection | null {
    const [moved] = this.#booked;
    if (!moved || /\bI'll cancel your\b/.test(said)) return null;
    const when = this.#spoken(moved.at);
    return said.includes(`to ${when}`) ? null : wrongTime(when);
  }

  #inForm(said: string, { fields, name, phone }: Submission): Objection | null {
    for (const [id, written] of Object.entries(fields ?? {})) {
      const slot = this.#place.playbook.skills.flatMap(({ slots }) => slots).find((one) => one.id === id);
      const right = [this.#case.answers[`slot:${id}`]].flat().at(-1);
      // What is not read back cannot be wrong in it.
      if (!slot || right === undefined || !this.#readsBack(id) || patternOf(written).test(said)) continue;
      const is = asSpoken(right.replace(/^(?:it's|it is|the|my)\s+(?=\S+\s*\S)/i, ''));
      const label = `the ${slot.label.toLowerCase()}`;
      const again = slot.kind === 'email' ? spelledEmail(right) : is;
      return { label, ways: [`No, ${label} is ${is}`, `No. ${again}`] };
    }
    return (name ? wrongName(said, name) : null) ?? (phone ? wrongPhone(said, phone) : null);
  }

  #readsBack(slotId: string): boolean {
    const asked = this.#place.playbook.skills.filter(({ slots }) => slots.some(({ id }) => id === slotId));
    return asked.every(({ readBack }) => readBack === undefined || readBack.includes(`{${slotId}}`));
  }
}

const aThing = (service: string): string =>
  /[^s]s$/.test(service) ? service : `${/^[aeio]/i.test(service) ? 'an' : 'a'} ${service}`;

const wrongTime = (when: string): Objection => ({
  label: 'the time',
  ways: [`No, I want ${when}.`, `No. ${when}, please.`],
});

/** Ways to put a name right, the plainest first. */
export const correctionsOf = (name: string): readonly string[] => [
  `No, the name is ${name}.`,
  `No. ${spelledName(name)}`,
  `No. ${alphabetName(name)}`,
];

function wrongName(said: string, name: string): Objection | null {
  const sounds = soundsOf(said);
  const isSaid = soundsOf(name).every((word) => sounds.includes(word));
  const heard = /\bfor ([^,.]+), phone number/.exec(said)?.[1];
  if (isSaid && (heard === undefined || soundsAlike(heard, name))) return null;
  // Not read back at all.
  if (heard === undefined && !/\bfor \p{Lu}|\bname\b|\bpatient\b|\breach\b/u.test(said)) return null;
  return {
    label: 'the name',
    ways: correctionsOf(name),
  };
}

/** Of a number that the agent sees, only the end is read back. */
function wrongPhone(said: string, phone: string): Objection | null {
  const heard = said
    .match(/\d(?:,? \d){3,}/g)
    ?.at(-1)
    ?.replace(/\D/g, '');
  if (heard === undefined || phone.endsWith(heard.slice(-10))) return null;
  return {
    label: 'the number',
    ways: [`No, the number is ${digitByDigit(phone)}.`, `No. ${digitsWithPauses(phone)}`],
  };
}
