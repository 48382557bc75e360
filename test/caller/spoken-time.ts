import { parse } from 'chrono-node/en';
import { DateTime } from 'luxon';

const ones = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
]; // prettier-ignore
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];
const ordinals = [
  '',
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
  'thirteenth',
  'fourteenth',
  'fifteenth',
  'sixteenth',
  'seventeenth',
  'eighteenth',
  'nineteenth',
];

/** 0–59 in words. */
export function numberWords(value: number): string {
  if (value < 20) return ones[value] ?? String(value);
  const rest = value % 10;
  return `${tens[Math.floor(value / 10)]}${rest === 0 ? '' : `-${ones[rest]}`}`;
}

/** 1–31 as a day of the month: "twenty-fourth". */
export function ordinalWords(day: number): string {
  if (day < 20) return ordinals[day] ?? String(day);
  if (day % 10 === 0) return day === 20 ? 'twentieth' : 'thirtieth';
  return `${tens[Math.floor(day / 10)]}-${ordinals[day % 10]}`;
}

/** "Tuesday, November twenty-fourth" */
export const dayWords = (time: DateTime): string =>
  time.setLocale('en-US').toFormat('cccc, LLLL ') + ordinalWords(time.day);

/** "ten thirty A M" */
export function clockWords(time: DateTime): string {
  const minute = time.minute === 0 ? '' : ` ${time.minute < 10 ? 'oh ' : ''}${numberWords(time.minute)}`;
  return `${numberWords(time.hour % 12 || 12)}${minute} ${time.hour < 12 ? 'A M' : 'P M'}`;
}

/** "four one five, five five five, zero one three two" */
export const phoneWords = (digits: string): string =>
  [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)]
    .map((group) => [...group].map((digit) => ones[Number(digit)]).join(' '))
    .join(', ');

/** "S, A, R, A, H" */
export const spelled = (word: string): string => [...word.toUpperCase()].join(', ');

/** Tuesday of next week, ten in the morning of the zone: always open, never today. */
export const nextTuesdayAtTen = (nowMs: number, zone: string): DateTime =>
  DateTime.fromMillis(nowMs, { zone })
    .plus({ weeks: 1 })
    .startOf('week')
    .plus({ days: 1 })
    .set({ hour: 10, minute: 0, second: 0, millisecond: 0 });

const hourWords = '(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)';
const minuteOf: Readonly<Record<string, string>> = { thirty: '30', fifteen: '15', forty: '45' };
const monthWords = '(january|february|march|april|may|june|july|august|september|october|november|december)';
const digitsOf = (word: string): string => String(ones.indexOf(word.toLowerCase()));

/** Puts what a recogniser made of a time on the telephone into the writing that a parser of dates knows. */
function asWritten(text: string): string {
  let written = text.toLowerCase();
  for (let day = 31; day >= 1; day -= 1) {
    const words = [ordinalWords(day), numberWords(day)].map((one) => one.replace('-', '[- ]')).join('|');
    written = written.replace(new RegExp(`\\b${monthWords} (?:${words})\\b`, 'g'), `$1 ${day}`);
  }
  return (
    written
      // "ten A M", run together on the line.
      .replace(/\b(that )?tenant?\b(-| |, )?(a?m|em|and)?\b/g, '10 a m')
      .replace(/\b(a a|at|hey|ay|o)\.?['’ ]m\b/g, 'a m')
      .replace(/\b(\d{1,2})\.(\d{2})\b/g, '$1:$2')
      .replace(
        new RegExp(`\\b${hourWords} (thirty|fifteen|forty)(?:[- ]five)?\\b`, 'g'),
        (_, hour: string, minute: string) => `${digitsOf(hour)}:${minuteOf[minute]}`,
      )
      .replace(
        new RegExp(`\\b${hourWords},? ?(a\\.? ?m\\b|p\\.? ?m\\b|o'clock)`, 'g'),
        (_, hour: string, half: string) => `${digitsOf(hour)} ${half}`,
      )
      .replace(/\ba\.? ?m\b\.?/g, 'am')
      .replace(/\bp\.? ?m\b\.?/g, 'pm')
      .replace(/\bat that (?=\d)/g, 'at ')
  );
}

/**
 * Clock times that somebody said, earliest in the text first; a time without a day is of `day`.
 * Reads what a recogniser writes: "10.30 a.m.", "10:30", "ten thirty".
 */
export function timesIn(text: string, day: DateTime): readonly DateTime[] {
  const results = parse(
    asWritten(text),
    { instant: day.startOf('day').toJSDate(), timezone: day.offset },
    { forwardDate: true },
  );
  return results.flatMap(({ start }) => {
    if (!start.isCertain('hour')) return [];
    const named = start.isCertain('day') || start.isCertain('weekday');
    const base = named
      ? DateTime.fromObject(
          {
            year: start.get('year') ?? day.year,
            month: start.get('month') ?? day.month,
            day: start.get('day') ?? day.day,
          },
          { zone: day.zone },
        )
      : day;
    const hour = start.get('hour') ?? 0;
    // A practice opens in the day: half past one without more is after noon.
    const likely = !start.isCertain('meridiem') && hour >= 1 && hour < 7 ? hour + 12 : hour;
    return [base.set({ hour: likely, minute: start.get('minute') ?? 0, second: 0, millisecond: 0 })];
  });
}
