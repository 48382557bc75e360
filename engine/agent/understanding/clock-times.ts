import { cardinalAt } from './numbers.ts';
import type { Token } from './tokens.ts';

/** A time of day as it was said, before am or pm is settled. */
export interface ClockTime {
  /** 0–23 as said. */
  readonly hour: number;
  readonly minute: number;
  readonly meridiem: 'am' | 'pm' | null;
  readonly from: number;
  readonly to: number;
  /** False for a bare number, which is a time only where one is expected. */
  readonly strong: boolean;
}

/** Minutes since local midnight; `toMinute` is excluded. */
export interface DayWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const timePrepositions = new Set([
  'at',
  'around',
  'about',
  'by',
  'after',
  'before',
  'until',
  'till',
  'past',
  'from',
  'between',
  'say',
]);
const weakPrepositions = new Set([
  'for',
  'like',
  'maybe',
  'make',
  'said',
  'mean',
  'meant',
  'to',
  'and',
  'or',
  'actually',
  'it',
  'perhaps',
  'do',
  'then',
]);
/** "No, I said three": the number corrects a time. */
const correctives = new Set(['said', 'mean', 'meant']);
const notTimes = new Set([
  'that',
  'this',
  'which',
  'first',
  'second',
  'third',
  'last',
  'the',
  'early',
  'earlier',
  'late',
  'later',
  'other',
  'no',
  'any',
  'good',
  'another',
  'next',
  'of',
]);
const units = new Set([
  'people',
  'persons',
  'person',
  'guests',
  'minutes',
  'minute',
  'dollars',
  'days',
  'day',
  'weeks',
  'week',
  'months',
  'years',
  'times',
  'of',
  'kids',
  'children',
  'things',
  'teeth',
  'second',
  'thing',
  'more',
  'appointments',
  'percent',
  'hours',
  'hour',
]);

/**
 * Every time of day in the utterance, in order: "2 p.m.", "10.30", "half past two", "quarter to three",
 * "fourteen thirty", "ten o'clock", "noon".
 *
 * @param options.expected true when the dialogue asked for a time: a bare number is one then
 * @param options.dayEnds token positions just behind a day ("Tuesday", then "ten")
 * @param options.dayStarts token positions where a day begins ("nine", then "tomorrow")
 */
export function clockTimes(
  said: readonly Token[],
  options: {
    readonly expected: boolean;
    readonly dayEnds: ReadonlySet<number>;
    readonly dayStarts: ReadonlySet<number>;
  },
): readonly ClockTime[] {
  const tokens = asNumbers(said);
  const found: ClockTime[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const time = spokenFraction(tokens, i) ?? namedTime(tokens, i) ?? numericTime(tokens, i);
    if (!time) continue;
    const previous = found.at(-1);
    const linked =
      previous?.to === time.from - 1 && /^(and|to|or|until|till)$/.test(tokens[time.from - 1]?.text ?? '');
    if (time.strong || linked || bareIsTime(tokens, time, options)) {
      found.push(time);
      i = time.to - 1;
    } else i = Math.max(i, time.to - 1);
  }
  return found;
}

const soundsLike: Readonly<Record<string, string>> = { to: 'two', too: 'two', for: 'four', ate: 'eight' };

/** "Tennish", "noonish": near enough to be the hour. */
const roughly = ({ text }: Token): string | undefined =>
  text.endsWith('ish')
    ? [text.slice(0, -3), text.slice(0, -4)].find((word) =>
        /^(?:noon|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty)$/.test(word),
      )
    : undefined;

/** "Tuesday at to", "for o'clock": words that a recogniser writes for a number, where only an hour can stand. */
function asNumbers(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token, i) => {
    const rough = roughly(token);
    if (rough !== undefined) return { ...token, text: rough };
    const number = soundsLike[token.text];
    const next = tokens[i + 1]?.text ?? '';
    const behindAt =
      tokens[i - 1]?.text === 'at' &&
      /^(?:|please|thirty|fifteen|on|today|tomorrow|tonight|in|if)$/.test(next);
    return number !== undefined && (behindAt || /^(?:oclock|am|pm)$/.test(next))
      ? { ...token, text: number }
      : token;
  });
}

function bareIsTime(
  tokens: readonly Token[],
  time: ClockTime,
  options: {
    readonly expected: boolean;
    readonly dayEnds: ReadonlySet<number>;
    readonly dayStarts: ReadonlySet<number>;
  },
): boolean {
  if (time.hour < 1 || time.hour > 23) return false;
  const previous = tokens[time.from - 1]?.text ?? '';
  const next = tokens[time.to]?.text ?? '';
  if (units.has(next)) return false;
  if (timePrepositions.has(previous) || options.dayEnds.has(time.from) || options.dayStarts.has(time.to))
    return true;
  if (
    next === 'onwards' ||
    (next === 'or' && /^(later|after|earlier|before)$/.test(tokens[time.to + 1]?.text ?? ''))
  ) {
    return true;
  }
  // Indian English: "morning eleven".
  const inPart = /^(?:morning|afternoon|evening)$/.test(previous) && tokens[time.from - 2]?.text !== 'good';
  if (inPart && options.expected) return true;
  if (previous === 'than' && /^(?:earlier|later|before)$/.test(tokens[time.from - 2]?.text ?? ''))
    return true;
  const made = previous === 'it' && tokens[time.from - 2]?.text === 'make';
  if (made || correctives.has(previous)) return true;
  if (!options.expected || notTimes.has(previous)) return false;
  return tokens.length <= 4 || weakPrepositions.has(previous) || next === 'please' || next === 'sharp';
}

/** "half past two", "half two", "quarter to three", "ten to three", "twenty past nine". */
function spokenFraction(tokens: readonly Token[], i: number): ClockTime | null {
  const start = tokens[i]?.text === 'a' && tokens[i + 1]?.text === 'quarter' ? i + 1 : i;
  const word = tokens[start]?.text ?? '';
  const amount =
    word === 'half' || word === 'hulf'
      ? { value: 30, length: 1 }
      : word === 'quarter'
        ? { value: 15, length: 1 }
        : cardinalAt(tokens, start);
  if (!amount || amount.value > 30) return null;
  let at = start + amount.length;
  if (tokens[at]?.text === 'minutes') at++;
  const relation = tokens[at]?.text ?? '';
  const after = relation === 'past' || relation === 'after' || relation === 'passed';
  const before = relation === 'to' || relation === 'till' || relation === 'before' || relation === 'of';
  const bareHalf = word === 'half' && !after && !before;
  if (!after && !before && !bareHalf) return null;
  // "ten to three" is a time; "from ten to three" is a span, and "ten after" needs minutes in fives.
  const named = word === 'half' || word === 'quarter';
  if (!named && (amount.value % 5 !== 0 || /^(from|between)$/.test(tokens[i - 1]?.text ?? ''))) return null;
  if (relation === 'of' && !named) return null;
  const hour = cardinalAt(tokens, bareHalf ? at : at + 1);
  const special = tokens[bareHalf ? at : at + 1]?.text;
  const value = special === 'noon' ? 12 : hour && hour.value >= 1 && hour.value <= 23 ? hour.value : null;
  if (value === null) return null;
  const end = (bareHalf ? at : at + 1) + (hour?.length ?? 1);
  const minutes = before ? value * 60 - amount.value : value * 60 + amount.value;
  const meridiem = meridiemAt(tokens, end);
  return {
    hour: Math.floor(minutes / 60) % 24 || (value === 1 && before ? 12 : 0),
    minute: minutes % 60,
    meridiem: special === 'noon' ? 'pm' : meridiem.value,
    from: i,
    to: end + meridiem.length,
    strong: true,
  };
}

function namedTime(tokens: readonly Token[], i: number): ClockTime | null {
  const word = tokens[i]?.text ?? '';
  if (word === 'noon' || word === 'midday')
    return { hour: 12, minute: 0, meridiem: 'pm', from: i, to: i + 1, strong: true };
  if (word === 'midnight') return { hour: 0, minute: 0, meridiem: 'am', from: i, to: i + 1, strong: true };
  return null;
}

/** "10:30", "1030", "ten thirty", "two oh five", "ten o'clock", "10 am", "ten". */
function numericTime(tokens: readonly Token[], i: number): ClockTime | null {
  const read = hourAndMinute(tokens, i);
  if (!read || read.hour > 23 || read.minute > 59) return null;
  let to = i + read.length;
  let strong = read.strong;
  if (tokens[to]?.text === 'oclock') {
    to++;
    strong = true;
  }
  const meridiem = meridiemAt(tokens, to);
  if (meridiem.value !== null) strong = true;
  if (read.hour === 0 && meridiem.value === null && !read.strong) return null;
  return {
    hour: read.hour,
    minute: read.minute,
    meridiem: meridiem.value,
    from: i,
    to: to + meridiem.length,
    strong,
  };
}

function hourAndMinute(
  tokens: readonly Token[],
  i: number,
): { hour: number; minute: number; length: number; strong: boolean } | null {
  const word = tokens[i]?.text ?? '';
  const written = /^(\d{1,2}):(\d{2})$/.exec(word);
  if (written) return { hour: Number(written[1]), minute: Number(written[2]), length: 1, strong: true };
  const block = /^(\d{1,2})(\d{2})$/.exec(word);
  if (block) {
    const clear =
      /^(am|pm)$/.test(tokens[i + 1]?.text ?? '') || timePrepositions.has(tokens[i - 1]?.text ?? '');
    return { hour: Number(block[1]), minute: Number(block[2]), length: 1, strong: clear };
  }
  const hour = cardinalAt(tokens, i);
  if (!hour || hour.value > 23) return null;
  const at = i + hour.length;
  const next = tokens[at]?.text ?? '';
  if (next === 'hundred') {
    const militaryTime = hour.value >= 10;
    return militaryTime ? { hour: hour.value, minute: 0, length: hour.length + 1, strong: true } : null;
  }
  if (next === 'oh' || next === 'o') {
    const unit = cardinalAt(tokens, at + 1);
    if (unit && unit.value < 10)
      return { hour: hour.value, minute: unit.value, length: hour.length + 1 + unit.length, strong: true };
  }
  const minute = cardinalAt(tokens, at);
  const pairs = minute && minute.value >= 10 && minute.value < 60 && hour.value >= 1;
  // "ten ten" is a time, but three numbers in a row are not.
  if (pairs && minute.value % 5 === 0 && !cardinalAt(tokens, at + minute.length)) {
    return { hour: hour.value, minute: minute.value, length: hour.length + minute.length, strong: true };
  }
  return { hour: hour.value, minute: 0, length: hour.length, strong: false };
}

/** "am", "in the morning", "at night" behind a time. */
function meridiemAt(tokens: readonly Token[], i: number): { value: 'am' | 'pm' | null; length: number } {
  const word = tokens[i]?.text ?? '';
  if (word === 'am' || word === 'pm') return { value: word, length: 1 };
  const phrase = `${word} ${tokens[i + 1]?.text ?? ''} ${tokens[i + 2]?.text ?? ''}`;
  if (phrase === 'in the morning') return { value: 'am', length: 3 };
  if (phrase === 'in the afternoon' || phrase === 'in the evening') return { value: 'pm', length: 3 };
  if (phrase.startsWith('at night')) return { value: 'pm', length: 2 };
  return { value: null, length: 0 };
}

const windows: readonly (readonly [RegExp, DayWindow, 'am' | 'pm' | null])[] = [
  [
    / (?:early (?:in the )?morning|first thing|early in the day) /,
    { fromMinute: 0, toMinute: 10 * 60 },
    'am',
  ],
  [/ (?:late (?:in the )?morning|mid morning) /, { fromMinute: 10 * 60, toMinute: 12 * 60 }, 'am'],
  [
    / (?:lunch time|lunchtime|around noon|(?:over|at|around) lunch|during lunch|midday ish) /,
    { fromMinute: 11 * 60 + 30, toMinute: 13 * 60 + 30 },
    'pm',
  ],
  [
    / (?:(?:after|post) lunch|early (?:in the )?afternoon) /,
    { fromMinute: 12 * 60 + 30, toMinute: 15 * 60 },
    'pm',
  ],
  [
    / (?:late (?:in the )?afternoon|end of the day|late in the day) /,
    { fromMinute: 15 * 60, toMinute: 18 * 60 },
    'pm',
  ],
  [/ after school /, { fromMinute: 15 * 60, toMinute: 18 * 60 }, 'pm'],
  [
    / (?:after work|this evening|tonight|(?<!good )evenings?) /,
    { fromMinute: 17 * 60, toMinute: 24 * 60 },
    'pm',
  ],
  [/ (?:before lunch) /, { fromMinute: 0, toMinute: 12 * 60 }, 'am'],
  [/ (?<!good )(?:mornings?|a m) /, { fromMinute: 0, toMinute: 12 * 60 }, 'am'],
  [/ (?<!good )(?:afternoons?|p m) /, { fromMinute: 12 * 60, toMinute: 18 * 60 }, 'pm'],
  [
    / (?:any time|anytime|all day|whenever(?= (?:you|works|suits|is|it (?:works|suits|is)) | $)|no preference|don't mind (?:what|the) time) /,
    { fromMinute: 0, toMinute: 24 * 60 },
    null,
  ],
];

/** "Mornings don't work", "not in the afternoon": the other half of the day. */
const refusedPart =
  / (mornings?|afternoons?|evenings?) (?:don't|doesn't|do not|won't|(?:are|is|'s) (?:no good|not good|bad|hard|tough|difficult)|aren't|isn't) | (?:not|no|can't do|cannot do|can't make|except|anything but) (?:in |on )?(?:the )?(mornings?|afternoons?|evenings?) /;

/** The part of the day that the caller named, with what it says about am and pm. */
export function partOfDay(text: string): { window: DayWindow; meridiem: 'am' | 'pm' | null } | null {
  const no = refusedPart.exec(text);
  if (no) {
    const noon = 12 * 60;
    return (no[1] ?? no[2] ?? '').startsWith('morning')
      ? { window: { fromMinute: noon, toMinute: 24 * 60 }, meridiem: 'pm' }
      : { window: { fromMinute: 0, toMinute: noon }, meridiem: 'am' };
  }
  // "any time in the afternoon" is the afternoon: the widest words come last.
  for (const [pattern, window, meridiem] of windows) if (pattern.test(text)) return { window, meridiem };
  return null;
}
