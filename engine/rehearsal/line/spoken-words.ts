/** How a caller says what a case has in writing. */

const digitNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const minuteNames: Readonly<Record<string, string>> = {
  ...{ '00': "o'clock", '10': 'ten', '15': 'fifteen', '20': 'twenty' },
  ...{ '30': 'thirty', '40': 'forty', '45': 'forty-five', '50': 'fifty' },
};
const hourNames = [...digitNames, 'ten', 'eleven', 'twelve'];
const alphabet = [
  ...['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo', 'Foxtrot', 'Golf', 'Hotel', 'India', 'Juliett', 'Kilo'],
  ...['Lima', 'Mike', 'November', 'Oscar', 'Papa', 'Quebec', 'Romeo', 'Sierra', 'Tango', 'Uniform', 'Victor'],
  ...['Whiskey', 'X-ray', 'Yankee', 'Zulu'],
];

/** "415", "555", "0132" of the last ten digits; whatever stands before them is not said. */
const groupsOf = (digits: string): readonly string[] => {
  const ten = digits.replace(/\D/g, '').slice(-10);
  return ten.length === 10 ? [ten.slice(0, 3), ten.slice(3, 6), ten.slice(6)] : [ten];
};
const named = (digits: string, between: string): string =>
  [...digits].map((digit) => digitNames[Number(digit)]).join(between);

/** "four one five, five five five, zero one three two" */
export const digitByDigit = (digits: string): string =>
  groupsOf(digits)
    .map((group) => named(group, ' '))
    .join(', ');

/** "four, one, five. five, five, five. zero, one, three, two." */
export const digitsWithPauses = (digits: string): string =>
  groupsOf(digits)
    .map((group) => `${named(group, ', ')}.`)
    .join(' ');

const digitOf: Readonly<Record<string, string>> = {
  ...Object.fromEntries(digitNames.map((name, digit) => [name, String(digit)])),
  oh: '0',
};

/** The ten digits of a number that a line tells in full; null for less. */
export function wholeNumber(line: string): string | null {
  const said = line.toLowerCase().match(/\d|[a-z]+/g) ?? [];
  const digits = said.flatMap((word) => (/\d/.test(word) ? word : (digitOf[word] ?? []))).join('');
  return digits.length >= 10 ? digits.slice(-10) : null;
}

/** "S, A, R, A, H" */
export const spelled = (word: string): string => [...word.toUpperCase()].join(', ');

/** "Sierra Alpha Romeo Alpha Hotel" */
export const inTheAlphabet = (word: string): string =>
  [...word.toLowerCase()].flatMap((letter) => alphabet[letter.charCodeAt(0) - 97] ?? []).join(' ');

/** The words of a name without what introduces it: "this is Priya Patel" → "Priya Patel". */
export const bareName = (line: string): string =>
  line
    .replace(/^(?:(?:um+|uh+|yeah|yes|hi|well|so)[,\s]+)*/i, '')
    .replace(/^(?:my name(?:'s| is)|it's|it is|this is|I'm|I am)\s+/i, '')
    .replace(/[,.]\s*(?:\p{Lu}-)+\p{Lu}\.?$/u, '')
    .replace(/[.,]+$/, '');

const wordsIn = (name: string): readonly string[] => name.match(/\p{L}[\p{L}'’-]*/gu) ?? [];

/** "First name, S, A, R, A, H. Last name, M, I, L, L, E, R." */
export function spelledName(name: string): string {
  const [first = '', ...rest] = wordsIn(name);
  const last = rest.at(-1);
  return last === undefined
    ? `${spelled(first)}.`
    : `First name, ${spelled(first)}. Last name, ${spelled(last)}.`;
}

/** The same in the alphabet of telephonists. */
export function alphabetName(name: string): string {
  const [first = '', ...rest] = wordsIn(name);
  const last = rest.at(-1);
  return last === undefined
    ? `${inTheAlphabet(first)}.`
    : `First name, ${inTheAlphabet(first)}. Last name, ${inTheAlphabet(last)}.`;
}

/** "dana dot moss at gmail dot com" → "D, A, N, A, dot, M, O, S, S, at gmail dot com." */
export function spelledEmail(line: string): string {
  const [, before = '', after = ''] = /^(?:it's\s+)?(.*?)\s+(at\s.*)$/i.exec(line.trim()) ?? [];
  if (before === '') return sentence(line);
  const parts = before
    .split(/\s+/)
    .map((word) => (/^(?:dot|dash|underscore|hyphen)$/i.test(word) ? word : spelled(word)));
  return `${parts.join(', ')}, ${after.replace(/\.$/, '')}.`;
}

/** A line of a case as it leaves the mouth: numbers of telephones digit by digit, times and letters one after the other. */
export const asSpoken = (line: string): string =>
  sentence(
    line
      .replace(/\+?(?:1[\s.-]+)?\(?\d{3}\)?[\s.-]*\d{3}[\s.-]*\d{4}\b/g, (number) => digitByDigit(number))
      .replace(/\b(\d{1,2})[: ]([0-5]\d)\b(?!\s*\d)/g, (written, hour: string, minute: string) => {
        const [hours, minutes] = [hourNames[Number(hour)], minuteNames[minute]];
        return hours && minutes ? `${hours} ${minutes}` : written;
      })
      .replace(/\b(?:\p{Lu}-)+\p{Lu}\b/gu, (letters) => letters.split('-').join(', ')),
  );

const asks = /^(?:what|how|where|when|who|why|which|can|could|do|does|is|are|am|will|would)\b/i;

/** With a capital letter and an end: voices read neither well without. */
function sentence(line: string): string {
  const text = line.trim();
  const end = /[.?!]$/.test(text) ? '' : asks.test(text) ? '?' : '.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

/** Fewer words, for somebody who did not understand: no fillers, no introduction, a plain yes or no. */
export function plainer(line: string): string {
  if (isYes(line)) return 'Yes.';
  if (/^(?:no|nope)\b/i.test(line) && line.split(/\s+/).length <= 3) return 'No.';
  const rest = line
    .replace(/\b(?:um+|uh+|er+|please|sorry)\b[,\s]*/gi, '')
    .replace(/[,\s]+(?=[.?!]*$)/, '')
    .replace(/^(?:(?:yeah|yes|hi|hey|hello|well|so|okay|good morning|it's|it is|that's)[,\s]+)+/i, '');
  return sentence(rest === '' ? line : rest);
}

/** Whether a line agrees, and does no more than that. */
export const isYes = (line: string): boolean =>
  /^(?:um+ |uh+ )?(?:yes|yeah|yep|yup|sure|right|correct|fine|okay|ok|that's (?:right|correct|fine))\b/i.test(
    line,
  ) &&
  !/\b(?:no|not|but|wait|actually|instead|change|make it)\b/i.test(line) &&
  line.split(/\s+/).length <= 6;
