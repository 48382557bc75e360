import type { DateTime } from 'luxon';
import { clockWords, dayWords, phoneWords, spelled, timesIn } from './spoken-time.ts';

/** What the caller wants and who the caller is. */
export interface Goal {
  readonly firstName: string;
  readonly lastName: string;
  /** As a caller says it. */
  readonly service: string;
  /** Ten digits, also the number the call comes from. */
  readonly phone: string;
  /** In the zone of the business. */
  readonly when: DateTime;
}

/** What the caller does when the agent has finished speaking. */
export type Reaction =
  | { readonly kind: 'say'; readonly text: string; readonly because?: Question }
  /** The agent is about to go on: it asked for patience, or did not ask anything yet. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'hang-up' };

export type Question =
  | 'anything-else'
  | 'spell'
  | 'confirm'
  | 'caller-number'
  | 'phone'
  | 'name'
  | 'offer'
  | 'date-time'
  | 'service'
  | 'not-heard'
  | 'not-understood'
  | 'goodbye'
  | 'patience';

/** Looked for in this order, in the last sentence first: what was said last is what is asked. */
const patterns: readonly (readonly [Question, RegExp])[] = [
  [
    'anything-else',
    /anything (else|more)|something else|else (that )?i can|help you with (anything|something) else/,
  ],
  ['name', /first and last name|full name/],
  ['spell', /\bspell/],
  [
    'confirm',
    /\b(is|does|did|was) (that|this|it|everything|all that)( all)? (correct|right|sound|look)|\bcorrect\b|is that right|\bright\?|shall i|should i (go|book)|(would|do) you (like|want) me to|book (it|that|this)\?|go ahead\?|can you confirm|please confirm|sounds? good|did you say|say yes|yes or no|am i speaking (with|to)|is this (sarah|miss|ms|mrs)/,
  ],
  ['caller-number', /calling from|number you called from|this number the best|ending in/],
  [
    'phone',
    /(phone|telephone|mobile|cell|contact|call ?back)( number)?\b|\b(best|good|what) number|number (can|should|to|for|is)|\bdigits\b|reach you/,
  ],
  [
    'name',
    /\b(your|the|first|last|full|sur) ?names?\b|who am i speaking|whom am i|who is (this|calling)|name (please|for)/,
  ],
  [
    'offer',
    /\b(do|does|would|will) (any|either|one|that|this|it|those|these)\b.*\b(work|suit|be ok|be good)|which (one|of)|which would|how about|would you (like|prefer) (one|that|it)|(closest|nearest|next|other) (available|openings?|times?)|i (do )?have|we (do )?have|instead/,
  ],
  [
    'date-time',
    /\b(what|which) (day|date|time)|\bwhen\b|day and time|time of (the )?day|(day|date|time) (would|works?|is|do|suits?|please|in mind)|prefer/,
  ],
  [
    'service',
    /(how|what) (can|may|could) (i|we)|which service|what (service|kind|type|sort)|what (would|do) you (like|need)|what brings|kind of (appointment|visit)|reason for|help you( today)?\?/,
  ],
  [
    'goodbye',
    /\bgood ?bye\b|\bbye\b|have a (great|good|nice|wonderful|lovely)|(take care|see you|talk to you)/,
  ],
  ['patience', /one (moment|second)|just a|hold on|let me (check|see|look|book)|bear with|checking/],
  [
    'not-heard',
    /(didn't|did not|couldn't|could not|can't) (quite )?(catch|get|hear|understand)|(say|repeat) (that|it)|pardon|one more time|are you (still )?there|hello\?/,
  ],
];

const asksOnly = (text: string, what: 'time' | 'day'): boolean =>
  what === 'time'
    ? /what time|which time|time (would|works|of day)/.test(text) && !/\b(day|date|when)\b/.test(text)
    : /(what|which) (day|date)/.test(text) && !/\btime\b/.test(text);

/** The simulated caller's mind for one call: text in, words out; it never looks at a clock. */
export class Persona {
  readonly #goal: Goal;
  /** What the caller agreed to: the wish, or the first opening that was offered in its place. */
  #agreed: DateTime;
  /** An opening was accepted that could not be made out: the next time that is read back is it. */
  #unheard = false;
  #last = '';
  #greeted = false;
  #leaving = false;

  constructor(goal: Goal) {
    this.#goal = goal;
    this.#agreed = goal.when;
  }

  /** Start of the appointment that must be in the calendar after the call. */
  get agreedAtMs(): number {
    return this.#agreed.toMillis();
  }

  get fullName(): string {
    return `${this.#goal.firstName} ${this.#goal.lastName}`;
  }

  /** Everything the caller may say without being asked twice, so that it can be made ready before the call. */
  usualLines(): readonly string[] {
    const questions: readonly Question[] = [
      'service',
      'name',
      'date-time',
      'phone',
      'confirm',
      'anything-else',
    ];
    const fresh = new Persona(this.#goal);
    return questions.map((question) => fresh.#answer(question, ''));
  }

  /** @param heard everything the agent has said since the caller last spoke */
  react(heard: string): Reaction {
    const question = classify(heard);
    if (question === 'goodbye' || (this.#leaving && question === null)) return { kind: 'hang-up' };
    if (question === 'patience' || question === null) return { kind: 'wait' };
    return this.#say(question, heard);
  }

  /** The agent has been silent for long, or what it said could not be made out. */
  nudge(): Reaction {
    if (this.#leaving) return { kind: 'hang-up' };
    return this.#say(this.#greeted ? 'not-understood' : 'service', '');
  }

  #say(because: Question, heard: string): Reaction {
    const text = this.#answer(because, heard.toLowerCase());
    if (because !== 'not-understood') this.#last = text;
    return { kind: 'say', text, because };
  }

  #answer(question: Question, heard: string): string {
    const { firstName, lastName, service, phone } = this.#goal;
    switch (question) {
      case 'service': {
        const first = !this.#greeted;
        this.#greeted = true;
        return first ? `Hi, I'd like to book a ${service}, please.` : `A ${service}, please.`;
      }
      case 'name': {
        const full = `My name is ${firstName} ${lastName}.`;
        // Asked again, with spelling as a way out.
        if (/spell/.test(heard) && this.#last === full) return this.#answer('spell', '');
        return /last name|surname/.test(heard) && !/first/.test(heard) ? `${lastName}.` : full;
      }
      case 'spell':
        if (/last name|surname/.test(heard) && !/first/.test(heard)) return `${spelled(lastName)}.`;
        return `${firstName} is spelled ${spelled(firstName)}. ${lastName} is spelled ${spelled(lastName)}.`;
      case 'date-time':
        return this.#dateTime(heard);
      case 'offer':
        return this.#acceptOffer(heard);
      case 'phone':
        return `My number is ${phoneWords(phone)}.`;
      case 'caller-number':
        return 'Yes, please.';
      case 'confirm':
        return this.#confirm(heard);
      case 'anything-else':
        this.#leaving = true;
        return 'No thanks, that is all.';
      case 'not-heard':
        return this.#last || `I'd like to book a ${service}, please.`;
      default:
        return 'Sorry, could you say that again, please?';
    }
  }

  #dateTime(heard: string): string {
    // Times may be listed and the question be open: "I have ten or eleven. What time works for you?"
    if (/i have|available|openings?|instead/.test(heard) && this.#offers(heard).length > 0) {
      return this.#acceptOffer(heard);
    }
    if (asksOnly(heard, 'time')) return `${capital(clockWords(this.#agreed))}, please.`;
    if (asksOnly(heard, 'day')) return `${dayWords(this.#agreed)}, please.`;
    return `${dayWords(this.#agreed)} at ${clockWords(this.#agreed)}, please.`;
  }

  #offers(heard: string): readonly DateTime[] {
    const offering = heard
      .split(/(?<=[.?!])\s+/)
      .filter((sentence) => !/\bopen\b|\bhours\b|closed/.test(sentence))
      .join(' ');
    return timesIn(offering, this.#goal.when);
  }

  #acceptOffer(heard: string): string {
    const offers = this.#offers(heard);
    const wished = offers.find((offer) => offer.toMillis() === this.#agreed.toMillis());
    const accepted = wished ?? offers[0];
    this.#unheard = accepted === undefined;
    if (!accepted) return 'Yes, the first one please.';
    this.#agreed = accepted;
    return `Yes, ${dayWords(accepted)} at ${clockWords(accepted)}, please.`;
  }

  /** Yes, unless what is read back is plainly something else. */
  #confirm(heard: string): string {
    const { phone } = this.#goal;
    const digits = heard.replace(/(?<=\d)[-. ]+(?=\d)/g, '').match(/\d{10}/)?.[0];
    if (digits !== undefined && digits !== phone) return `No, my number is ${phoneWords(phone)}.`;
    if (this.#unheard) {
      this.#agreed = timesIn(heard, this.#agreed)[0] ?? this.#agreed;
    } else if (saysOther(heard, this.#agreed)) {
      return `No, I'd like ${dayWords(this.#agreed)} at ${clockWords(this.#agreed)}.`;
    }
    return "Yes, that's right.";
  }
}

/** What the agent wants to know; null when nothing in it can be made out. */
export function classify(heard: string): Question | null {
  const text = heard.toLowerCase().replaceAll('’', "'");
  const sentences = text.split(/(?<=[.?!])\s+/).filter((sentence) => sentence.trim() !== '');
  for (const sentence of sentences.reverse()) {
    const found = patterns.find(([, pattern]) => pattern.test(sentence));
    if (found) return found[0];
  }
  return null;
}

/**
 * True when a day of the week or a time is named and none of them is the right one. Dates are left out: what
 * a recogniser makes of them is too often wrong.
 */
function saysOther(heard: string, right: DateTime): boolean {
  const days: readonly string[] = heard.match(/\b(mon|tues|wednes|thurs|fri|satur|sun)day\b/g) ?? [];
  const clocks = timesIn(heard, right).map((time) => time.toFormat('HH:mm'));
  const wrongDay = days.length > 0 && !days.includes(right.setLocale('en-US').toFormat('cccc').toLowerCase());
  return wrongDay || (clocks.length > 0 && !clocks.includes(right.toFormat('HH:mm')));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
