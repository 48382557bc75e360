import type { Person } from '../model.ts';
import { editDistance, spaced, type Token } from './tokens.ts';

export interface PersonReading {
  readonly personId: string;
  /** 0–1. */
  readonly confidence: number;
}

/** Titles are said and written in many ways, and say nothing about who is meant. */
const titles = new Set([
  'dr',
  'doctor',
  'doc',
  'mr',
  'mister',
  'mrs',
  'ms',
  'miss',
  'prof',
  'professor',
  'the',
]);

const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/\p{L}+|\d+/gu) ?? []).filter((word) => !titles.has(word));

/**
 * Finds somebody of the business by name or alias, titles aside. One wrong letter is forgiven in longer
 * names; two people who fit equally well are nobody.
 */
export function recognisePerson(tokens: readonly Token[], people: readonly Person[]): PersonReading | null {
  const said = tokens.map((token) => token.text.replace(/'s$/, '')).filter((word) => !titles.has(word));
  const scored = people
    .map((person) => ({
      personId: person.id,
      confidence: Math.max(
        0,
        ...[person.name, ...person.aliases].map((name) => closeness(said, wordsOf(name))),
      ),
    }))
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
  const [first, second] = scored;
  return first && first.confidence !== second?.confidence ? first : null;
}

/** 1 where the words stand in what was said, in their order; less with wrong letters; 0 where they do not. */
function closeness(said: readonly string[], name: readonly string[]): number {
  if (name.length === 0) return 0;
  let best = 0;
  for (let from = 0; from + name.length <= said.length; from++) {
    let wrong = 0;
    for (const [i, word] of name.entries()) {
      const distance = editDistance(said[from + i] ?? '', word);
      wrong += distance > (word.length < 5 ? 0 : 1) ? Number.POSITIVE_INFINITY : distance;
    }
    best = Math.max(best, Number.isFinite(wrong) ? 1 - wrong * 0.1 : 0);
  }
  return best;
}

/** Words that ask for a person rather than for an appointment with one. */
export const namesPerson = (tokens: readonly Token[]): boolean =>
  / (?:speak|speaking|talk|talking|connect|transfer|reach|put (?:me|us) (?:through|on)|get (?:me|a hold of|hold of)|(?:is|are) (?:\w+ ){1,3}(?:there|in|around|free to talk)|(?:looking|asking|message) for) /.test(
    spaced(tokens),
  ) && !/ (?:appointment|appointments|book|booking|schedule|reschedule|cancel) /.test(spaced(tokens));

const anybody =
  /^(?:person|human|someone|somebody|anyone|anybody|manager|owner|boss|doctor|dentist|nurse|hygienist|staff|receptionist|reception|operator|representative|rep|agent|team|office|desk|front|real|live|actual|else|people|colleague|technician|mechanic|plumber|locksmith|photographer|realtor|artist|inspector|chef|kitchen|host|hostess|you|them|him|her|us|there|charge|customer|service|about|on|your|body|here|works|can|who)$/;

/** Somebody is asked for by a name that nobody of the business has, or by a number. */
export function asksForStranger(tokens: readonly Token[]): boolean {
  const said = spaced(tokens);
  const wanted =
    / (?:speak|speaking|talk|talking|connect me|transfer me|put me through|reach|get) (?:to|with|through to) ((?:\w+ ){1,4})/.exec(
      said,
    )?.[1];
  if (wanted === undefined) return false;
  const words = wanted
    .trim()
    .split(' ')
    .filter((word) => !titles.has(word) && !/^(?:a|an|some|my|this|that|please|now)$/.test(word));
  return words.length > 0 && !words.some((word) => anybody.test(word));
}

export const wantsMessage = (tokens: readonly Token[]): boolean =>
  / (?:leave|take|give|pass on|pass along) (?:\w+ ){0,3}(?:message|note) /.test(spaced(tokens));
