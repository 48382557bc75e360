import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { digitsAt, type PhoneReading } from './phone.ts';
import { spaced, type Token, wordsIn } from './tokens.ts';

/** What may stand between the words for a place and the digits that belong there. */
const leads = '(?:(?:is|are|was|should be|supposed to be|actually|in|with|a|an) )*';
const tail = new RegExp(
  ` (?:ends|ending|end|last (?:digit|number|one|(?:two|three|four)(?: digits| numbers)?)) ${leads}`,
);
const areaCode = new RegExp(` area code(?:'s)? ${leads}`);

/** Digits of a number that is known already, put right: "the last digit is a nine", "five five six, not five five five". */
export function correctedPhone(tokens: readonly Token[], known: string): PhoneReading | null {
  const number = parsePhoneNumberFromString(known);
  if (!number) return null;
  const digits: string = number.nationalNumber;
  const found =
    placed(tokens, tail, (said) => digits.slice(0, -said.length) + said) ??
    placed(tokens, areaCode, (said) => (said.length === 3 ? said + digits.slice(3) : digits)) ??
    atTheEnd(tokens, digits) ??
    swapped(tokens, digits);
  const right = found && parsePhoneNumberFromString(`+${number.countryCallingCode}${found.digits}`);
  if (!found || !right?.isValid() || right.number === known) return null;
  return { ...found, e164: right.number };
}

type Corrected = Pick<PhoneReading, 'digits' | 'from' | 'to'>;

function placed(tokens: readonly Token[], place: RegExp, put: (said: string) => string): Corrected | null {
  const said = spaced(tokens);
  const cue = place.exec(said);
  if (!cue) return null;
  const run = digitsAt(tokens, wordsIn(said.slice(0, cue.index + cue[0].length)));
  return run && run.digits.length <= 4
    ? { digits: put(run.digits), from: wordsIn(said.slice(0, cue.index)), to: tokens.length }
    : null;
}

/** "Seven nine at the end". */
function atTheEnd(tokens: readonly Token[], digits: string): Corrected | null {
  const said = spaced(tokens);
  const end = / (?:at|on) the end /.exec(said);
  if (!end) return null;
  const to = wordsIn(said.slice(0, end.index));
  const from = tokens.findIndex((_, i) => digitsAt(tokens, i)?.to === to);
  const run = from < 0 ? null : digitsAt(tokens, from);
  return run && run.digits.length <= 4
    ? { digits: digits.slice(0, -run.digits.length) + run.digits, from, to: tokens.length }
    : null;
}

/** "Nine, not seven": the old digits have to be there once, and be said of a number or be too many for a time. */
function swapped(tokens: readonly Token[], digits: string): Corrected | null {
  const not = tokens.findIndex(({ text }, i) => text === 'not' && i > 0);
  if (not < 0) return null;
  const old = digitsAt(tokens, /^an?$/.test(tokens[not + 1]?.text ?? '') ? not + 2 : not + 1);
  const from = tokens.findIndex((_, i) => i < not && digitsAt(tokens, i)?.to === not);
  const right = from < 0 ? null : digitsAt(tokens, from);
  if (!old || right?.digits.length !== old.digits.length) return null;
  const isOfNumber = old.digits.length > 2 || / (?:digit|digits|number) /.test(spaced(tokens));
  if (!isOfNumber || digits.split(old.digits).length !== 2) return null;
  return { digits: digits.replace(old.digits, right.digits), from, to: old.to };
}
