import type { DateTime } from 'luxon';
import { months, weekdays } from './day-names.ts';
import { holidayAt } from './holidays.ts';
import { cardinalAt } from './numbers.ts';
import { spaced, type Token, wordsIn } from './tokens.ts';

/** Local calendar days, ISO `yyyy-mm-dd`, both included; the same day twice when one day is meant. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface DayMention {
  readonly days: DayRange;
  readonly kind: 'weekday' | 'date' | 'relative' | 'span';
  readonly from: number;
  readonly to: number;
}

export const iso = (day: DateTime): string => day.toFormat('yyyy-MM-dd');
export const single = (day: DateTime): DayRange => ({ from: iso(day), to: iso(day) });

type Reckon = (today: DateTime) => readonly [from: DateTime, to: DateTime];

const inDays =
  (days: number): Reckon =>
  (today) => [today.plus({ days }), today.plus({ days })];

/** Days of a week from Monday, 0 to 6. */
const ofWeek =
  (weeks: number, first = 0, last = 6): Reckon =>
  (today) => {
    const monday = today.plus({ weeks }).startOf('week');
    return [monday.plus({ days: first }), monday.plus({ days: last })];
  };

/** Reckoned from today; the first that fits decides. */
const sayings: readonly (readonly [RegExp, DayMention['kind'], Reckon])[] = [
  [/^ (?:the )?day after (?:tomorrow|tomorow|tommorow) /, 'relative', inDays(2)],
  [/^ tomorrow week /, 'relative', inDays(8)],
  [/^ (?:tomorrow|tomorow|tommorow|tommorrow|to morrow|tomorrow's) /, 'relative', inDays(1)],
  [/^ (?:today|tonight|this (?:morning|afternoon|evening)) /, 'relative', inDays(0)],
  [/^ (?:the week after next|next to next week) /, 'span', ofWeek(2)],
  [/^ (?:early|(?:the )?(?:beginning|start) of) next week /, 'span', ofWeek(1, 0, 2)],
  [/^ (?:mid|(?:the )?middle of) next week /, 'span', ofWeek(1, 1, 3)],
  [/^ (?:late|later|(?:the )?end of) next week /, 'span', ofWeek(1, 3)],
  [/^ (?:next|the following) week /, 'span', ofWeek(1)],
  [/^ (?:later this week|this week|end of the week) /, 'span', ofWeek(0)],
  [/^ next month /, 'span', (today) => monthOf(today.plus({ months: 1 }))],
  [/^ next weekend /, 'span', ofWeek(1, 5)],
  [/^ (?:(?:this|the) )?weekend /, 'span', ofWeek(0, 5)],
];

const monthOf = (day: DateTime): ReturnType<Reckon> => [day.startOf('month'), day.endOf('month')];

/** "Tomorrow", "in three days", "a week from today", "next week", "the weekend", "on Christmas Eve". */
export function relativeDay(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const text = spaced(tokens.slice(i, i + 6));
  const build = ([from, to]: ReturnType<Reckon>, words: number, kind: DayMention['kind']): DayMention => {
    const days = { from: iso(from < today ? today : from), to: iso(to) };
    return { days, kind, from: i, to: i + words };
  };
  const holiday = besideHoliday(tokens, i, today) ?? onHoliday(tokens, i, today);
  if (holiday) return holiday;
  for (const [pattern, kind, reckon] of sayings) {
    const said = pattern.exec(text);
    if (said) return build(reckon(today), wordsIn(said[0]), kind);
  }
  // Indian English: what was said before it is understood.
  if (i === 0 && text.startsWith(' day after ')) return build(inDays(2)(today), 2, 'relative');
  return weeksFrom(tokens, i, today) ?? partOfMonth(tokens, i, today) ?? inSomeDays(tokens, i, today);
}

/** "The Monday after Thanksgiving", "the day before Christmas". */
function besideHoliday(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const [said = '', side = ''] = [tokens[i]?.text, tokens[i + 1]?.text];
  const weekday = weekdays[said];
  if ((weekday === undefined && said !== 'day') || !/^(?:after|before)$/.test(side)) return null;
  const holiday = holidayAt(spaced(tokens.slice(i + 2, i + 6)), today);
  if (!holiday) return null;
  const by = side === 'after' ? 1 : -1;
  const away = weekday === undefined ? 1 : (by * (weekday - holiday.day.weekday) + 7) % 7 || 7;
  const day = holiday.day.plus({ days: by * away });
  return { days: single(day), kind: 'date', from: i, to: i + 2 + holiday.words };
}

/** "On Christmas Eve", "by Thanksgiving": where only a day can stand; a gift for Christmas asks for none. */
function onHoliday(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  if (!/^(?:on|by|before|after|until|open)$/.test(tokens[i - 1]?.text ?? '')) return null;
  const holiday = holidayAt(spaced(tokens.slice(i, i + 4)), today);
  return holiday && { days: single(holiday.day), kind: 'date', from: i, to: i + holiday.words };
}

/** "A week today", "a fortnight on Monday", "two weeks from tomorrow", "in a fortnight's time". */
function weeksFrom(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const text = (at: number): string => tokens[at]?.text ?? '';
  const prefixed = /^(?:in|after)$/.test(text(i));
  let at = prefixed ? i + 1 : i;
  const amount = text(at) === 'a' ? { value: 1, length: 1 } : cardinalAt(tokens, at);
  at += amount?.length ?? 0;
  const unit = /^(?:(weeks?)|fortnight(?:'s|s)?)$/.exec(text(at));
  if (!unit || (amount && (amount.value < 1 || amount.value > 12))) return null;
  const weeks = (amount?.value ?? 1) * (unit[1] ? 1 : 2);
  at += /^(?:time|later)$/.test(text(at + 1)) ? 2 : 1;
  const joins = /^(?:from|on|after)$/.test(text(at)) ? 1 : 0;
  const anchor = text(at + joins);
  const weekday = weekdays[anchor];
  const days = /^(?:today|now)$/.test(anchor)
    ? 0
    : anchor === 'tomorrow'
      ? 1
      : weekday && (amount || !unit[1])
        ? (weekday - today.weekday + 7) % 7 || 7
        : null;
  if (days === null && !prefixed) return null;
  const day = today.plus({ weeks, days: days ?? 0 });
  return { days: single(day), kind: 'relative', from: i, to: days === null ? at : at + joins + 1 };
}

/** "The beginning of December", "mid January", "the first week of January", "the end of next month". */
function partOfMonth(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const named =
    /^ (?:the )?(?:(beginning|start|middle|end|(?:first|second|third|last) week) of|(early|mid|late)(?: in)?) (?:(next|this) month|(\p{L}+)) /u.exec(
      spaced(tokens.slice(i, i + 6)),
    );
  if (!named) return null;
  const [whole, part = '', side = '', relative, name = ''] = named;
  const number = relative ? today.plus({ months: relative === 'next' ? 1 : 0 }).month : months[name];
  if (number === undefined) return null;
  const year = number < today.month ? today.year + 1 : today.year;
  const month = today.set({ year, month: number, day: 1 });
  const last = month.endOf('month').day;
  const [first, to] = {
    'first week': [1, 7],
    'second week': [8, 14],
    'third week': [15, 21],
    'last week': [last - 6, last],
    ...{ end: [21, last], late: [21, last], middle: [11, 20], mid: [11, 20] },
  }[part || side] ?? [1, 10];
  const from = month.set({ day: first });
  const days = { from: iso(from < today ? today : from), to: iso(month.set({ day: to })) };
  return { days, kind: 'span', from: i, to: i + wordsIn(whole) };
}

const someLead =
  /^ (?:(?:in|within|over|after)(?: about| around| roughly)?(?: the)?(?: next| coming)?|(?:the )?(?:next|coming)) /;

/** "In three days", "in about two weeks", "within the next few days". */
function inSomeDays(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  if (tokens[i - 1]?.text === 'for') return null;
  const lead = someLead.exec(spaced(tokens.slice(i, i + 5)))?.[0] ?? '';
  const at = i + wordsIn(lead);
  const some = /^ (?:a )?(couple of|couple|few) /.exec(spaced(tokens.slice(at, at + 3)));
  const amount = some
    ? { value: some[1] === 'few' ? 3 : 2, length: wordsIn(some[0]) }
    : cardinalAt(tokens, at);
  if (!amount || amount.value < 1 || amount.value > 60) return null;
  const unit = /^(?:(days?)|weeks?)$/.exec(tokens[at + amount.length]?.text ?? '');
  const end = at + amount.length + 1;
  const fromNow = / from (?:now|today) /.test(spaced(tokens.slice(end, end + 2)));
  if (!unit || (lead === '' && !fromNow)) return null;
  const to = iso(today.plus({ days: amount.value * (unit[1] ? 1 : 7) }));
  const isSpan = /next|coming|within/.test(lead);
  return {
    ...{ days: { from: isSpan ? iso(today) : to, to }, kind: isSpan ? 'span' : 'relative' },
    ...{ from: i, to: fromNow ? end + 2 : end },
  };
}
