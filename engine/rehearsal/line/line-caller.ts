import { type CallerTurn, createCaller } from '../caller.ts';
import type { RehearsalCase } from '../case.ts';
import { notUnderstood, Questions, takesLeave } from './asked.ts';
import {
  alphabetName,
  asSpoken,
  bareName,
  digitByDigit,
  digitsWithPauses,
  isYes,
  plainer,
  spelledEmail,
  spelledName,
  wholeNumber,
} from './spoken-words.ts';
import { correctionsOf, type Objection, type Place, Wanted } from './wanted.ts';

export type LineTurn = CallerTurn | { readonly kind: 'listens' };

const goodbye = "No, that's all. Thank you, goodbye.";
const names = new Set(['name', 'appointment-name']);
const numbers = new Set(['phone', 'appointment-phone', 'phone-rest']);
const readBacks = new Set(['read-back', 'form-read-back', 'change-read-back']);
const open = new Set(['how-can-i-help', 'anything-else']);
/** Then the caller gives in, as people do. */
const mostObjections = 3;

/**
 * The caller of a case on a real line, as a person would be: answers what is asked, says again what was not understood
 * in simpler words, spells, and objects to a read-back that is wrong.
 *
 * What the agent says reaches this caller as text, from the record of the call: it is the agent's hearing that is
 * rehearsed, and a second recogniser for the caller would only add mistakes that no person makes. So that nothing is
 * known which nobody can hear, names are compared by their sound.
 */
export class LineCaller {
  readonly #case: RehearsalCase;
  readonly #caller: ReturnType<typeof createCaller>;
  readonly #questions: Questions;
  readonly #wanted: Wanted;
  #last: { readonly asked: string; readonly turn: CallerTurn } | null = null;
  #isLeaving = false;
  /** How often the last question was put again without being answered. */
  #tries = 0;
  #objections: readonly Objection[] = [];
  /** Something was asked that belongs to what the caller came for. */
  #isUnderWay = false;
  #hasTriedAgain = false;

  constructor(rehearsed: RehearsalCase, place: Place) {
    this.#case = rehearsed;
    this.#questions = new Questions(place.playbook, rehearsed);
    this.#wanted = new Wanted(rehearsed, place);
    this.#caller = createCaller(rehearsed, (asked) => this.#usual(asked));
  }

  /** The agent has said good-bye, or puts the caller through: nothing more is to be said. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** @param said what the agent has said since the caller last spoke */
  hear(said: string): LineTurn {
    this.#isLeaving = takesLeave.test(said);
    if (this.#isLeaving) return { kind: 'listens' };
    const asked = this.#questions.in(said, this.#last?.asked ?? null);
    if (asked === null) return { kind: 'listens' };
    const isAgain = asked === this.#last?.asked && this.#isMissed(asked, said);
    this.#tries = isAgain ? this.#tries + 1 : 0;
    const turn = isAgain && this.#last ? this.#again(asked, said, this.#last.turn) : this.#fresh(asked, said);
    this.#last = { asked, turn };
    return turn;
  }

  /** The agent has been silent for long. */
  nudge(): LineTurn {
    return this.#last?.turn ?? { kind: 'says', text: 'Hello?' };
  }

  /** Most of what will be said, to be made ready before the call. */
  lines(): readonly string[] {
    const { say, answers } = this.#case;
    const written = [...say, ...Object.values(answers).flat()].filter((line) => !line.startsWith('<'));
    const { name, phone } = this.#wanted;
    return [
      ...new Set([
        ...written.map(asSpoken),
        ...(name === null ? [] : [asSpoken(name), spelledName(name), ...correctionsOf(name)]),
        ...(answers.phone === undefined || phone === null ? [] : [`${digitByDigit(phone)}.`]),
        ...['Yes.', "Yes, that's right.", goodbye],
      ]),
    ];
  }

  /** Whether the answer was lost, and the question is not merely open again after something else was answered. */
  #isMissed(asked: string, said: string): boolean {
    if (notUnderstood.test(said)) return true;
    return !open.has(asked) && !readBacks.has(asked) && !Array.isArray(this.#case.answers[asked]);
  }

  #fresh(asked: string, said: string): CallerTurn {
    const part = this.#partOf(asked, said);
    if (part !== null) return says(part);
    const turn = this.#caller.next(asked.replace(/^phone-part:\d$/, 'phone-part'));
    this.#isUnderWay ||= !open.has(asked) && asked !== 'message-offer';
    if (turn.kind !== 'says') return turn;
    if (turn.text === goodbye && this.#mayTryAgain()) return says(plainer(this.#case.say[0] ?? goodbye));
    if (readBacks.has(asked) && isYes(turn.text)) return says(this.#agreeOrObject(said, asked, turn.text));
    if (names.has(asked) && /\bspell\b/i.test(said)) return says(spelledName(bareName(turn.text)));
    return says(asSpoken(turn.text));
  }

  /** The same once more, in other words. */
  #again(asked: string, said: string, last: CallerTurn): CallerTurn {
    const part = this.#partOf(asked, said);
    if (part !== null) return says(part);
    const hasMore = open.has(asked) || Array.isArray(this.#case.answers[asked]);
    if (hasMore && this.#tries > 1) return this.#fresh(asked, said);
    if (last.kind !== 'says') return last;
    if (readBacks.has(asked)) {
      if (this.#objections.length > 0 || isYes(last.text))
        return says(this.#agreeOrObject(said, asked, this.#tries > 1 ? "Yes, that's right." : 'Yes.'));
    }
    const name = bareName(this.#answer(asked) ?? this.#wanted.name ?? last.text);
    if (names.has(asked) && isName(name)) return says(nameAgain(name, this.#tries, /\bspell\b/i.test(said)));
    const digits = numbers.has(asked) ? this.#number(asked) : null;
    if (digits !== null) return says(this.#tries > 1 ? digitsWithPauses(digits) : `${digitByDigit(digits)}.`);
    if (/\bspell\b.*\be-?mail\b/i.test(said)) return says(spelledEmail(this.#answer(asked) ?? last.text));
    if (isYes(last.text)) return says(this.#tries > 1 ? 'Yes, please.' : 'Yes.');
    if (this.#tries > 1 && /^no\b/i.test(last.text)) return says('No.');
    return says(plainer(last.text));
  }

  #agreeOrObject(said: string, asked: string, yes: string): string {
    const objection = this.#objections.length < mostObjections && this.#wanted.objectionTo(said, asked);
    if (!objection) return asSpoken(yes);
    const before = this.#objections.filter(({ label }) => label === objection.label).length;
    this.#objections = [...this.#objections, objection];
    return objection.ways[Math.min(before, objection.ways.length - 1)] ?? 'No.';
  }

  #answer(asked: string): string | undefined {
    return [this.#case.answers[asked]].flat().at(-1);
  }

  /** The number that the caller means to tell; null for one who cannot, or does not want to. */
  #number(asked: string): string | null {
    const { earlier, phone } = this.#wanted;
    const told = this.#answer(asked);
    if (told !== undefined) return wholeNumber(told);
    // Whoever is up to no good knows no numbers of others.
    return (asked === 'appointment-phone' && this.#case.kind !== 'adversarial' && earlier?.phone) || phone;
  }

  /** A part of the number, as it was asked for: the area code, or what comes after the digits that the agent has. */
  #partOf(asked: string, said: string): string | null {
    const part = /^phone-part:(\d)$/.exec(asked)?.[1];
    const { answers } = this.#case;
    if (part === undefined && asked !== 'phone-rest') return null;
    if (answers[part === undefined ? asked : 'phone-part'] !== undefined) return null;
    const told = this.#number(answers['appointment-phone'] === undefined ? 'phone' : 'appointment-phone');
    const whole = (told ?? this.#wanted.phone)?.slice(-10);
    // Whoever types it cannot tell it.
    if (whole === undefined || answers['phone-keypad'] !== undefined) return "I don't remember.";
    if (part !== undefined)
      return digitsWithPauses(whole.slice(3 * Number(part), part === '2' ? 10 : 3 * Number(part) + 3));
    const has = said.match(/\bI have ((?:\d ?)+)\./)?.[1]?.replace(/\D/g, '') ?? '';
    return whole.startsWith(has) ? digitsWithPauses(whole.slice(has.length)) : `No. ${digitByDigit(whole)}.`;
  }

  /** Nothing that the caller came for has begun: said once more, as by somebody who was not understood. */
  #mayTryAgain(): boolean {
    const { appointments = [], submissions = [] } = this.#case.expect;
    const came = appointments.length > (this.#case.given.appointments ?? []).length || submissions.length > 0;
    const may = came && !this.#isUnderWay && !this.#hasTriedAgain && this.#case.kind !== 'adversarial';
    this.#hasTriedAgain ||= may;
    return may;
  }

  /** What somebody says who is asked what the case does not foresee. */
  #usual(asked: string): string {
    const { name, phone, service, when, earlier, cancels } = this.#wanted;
    if (readBacks.has(asked)) return this.#wanted.wants(asked) ? 'yes' : 'No, thank you.';
    const objection = this.#objections.at(-1);
    const right = (objection?.ways[0] ?? 'Never mind.').replace(/^No, /, '');
    const own = this.#case.kind === 'adversarial' ? null : earlier;
    const known: Readonly<Record<string, string | null | undefined>> = {
      'anything-else': goodbye,
      'how-can-i-help': goodbye,
      'line-number': 'yes',
      'message-offer': 'No, thank you.',
      name,
      phone: phone && digitByDigit(phone),
      'phone-keypad': phone && `<keys ${phone.slice(-10)}#>`,
      service: service && `${service}, please`,
      day: when,
      'which-day': when?.split(' at ')[0],
      offers: when ?? 'The first one, please.',
      'appointment-name': own?.name ?? name,
      'appointment-phone': own && digitByDigit(own.phone),
      'appointment-day': own?.day,
      'which-appointment': 'The first one.',
      'which-change': cancels ? 'Cancel it.' : 'Move it.',
      'what-to-change': objection ? `${capital(objection.label)}. ${capital(right)}` : right,
      'form-change': right,
    };
    return known[asked] ?? "I don't know.";
  }
}

const says = (text: string): CallerTurn => ({ kind: 'says', text });
const isName = (text: string): boolean => /^(?:\p{Lu}[\p{L}'’-]*\s*){1,4}$/u.test(text);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Only the name; then spelled; then in the alphabet of telephonists. */
function nameAgain(name: string, tries: number, asksToSpell: boolean): string {
  if (tries > 2 || (tries > 1 && !asksToSpell)) return alphabetName(name);
  return asksToSpell ? spelledName(name) : `${name}.`;
}
