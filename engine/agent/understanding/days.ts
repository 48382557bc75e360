import { DateTime } from 'luxon';
import { months, weekdays } from './day-names.ts';
import { holidayAt } from './holidays.ts';
import { cardinalAt, ordinalAt } from './numbers.ts';
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

const iso = (day: DateTime): string => day.toFormat('yyyy-MM-dd');
const single = (day: DateTime): DayRange => ({ from: iso(day), to: iso(day) });

/** Every day that is named, in the tenant's zone, never a past one. Past dates roll forward. */
export function dayMentions(
  tokens: readonly Token[],
  today: DateTime,
  options: {
    readonly expected: boolean;
    readonly choices: number;
    readonly monthFirst: boolean;
    /** "The same day". */
    readonly known?: string | null;
  },
): readonly DayMention[] {
  const found: DayMention[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const mention =
      sameDay(tokens, i, options.known ?? null) ??
      besideHoliday(tokens, i, today) ??
      relativeDay(tokens, i, today) ??
      weekdayAt(tokens, i, today) ??
      dateAt(tokens, i, today, options);
    if (!mention || mention.days.to < iso(today)) continue;
    found.push(mention);
    i = mention.to - 1;
  }
  return found;
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

/** "The same day", "that day": the one that was agreed on. */
function sameDay(tokens: readonly Token[], i: number, known: string | null): DayMention | null {
  if (known === null || !/^ (?:same|that) day /.test(spaced(tokens.slice(i, i + 2)))) return null;
  return { days: { from: known, to: known }, kind: 'relative', from: i, to: i + 2 };
}

/** "today", "tomorrow", "day after tomorrow", "in three days", "a week from today", "next week", "the weekend". */
function relativeDay(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const text = spaced(tokens.slice(i, i + 6));
  const at = (pattern: RegExp): number => {
    const match = pattern.exec(text);
    return match ? wordsIn(match[0]) : 0;
  };
  const build = (days: DayRange, length: number, kind: DayMention['kind'] = 'relative'): DayMention => ({
    days,
    kind,
    from: i,
    to: i + length,
  });
  let length = at(/^ (?:the )?day after (?:tomorrow|tomorow|tommorow) /);
  if (length) return build(single(today.plus({ days: 2 })), length);
  length = at(/^ (?:tomorrow|tomorow|tommorow|tommorrow|to morrow|tomorrow's) /);
  if (length) return build(single(today.plus({ days: 1 })), length);
  length = at(/^ (?:today|tonight|this (?:morning|afternoon|evening)) /);
  if (length) return build(single(today), length);
  // Indian English: what was said before it is understood.
  if (i === 0 && at(/^ day after /)) return build(single(today.plus({ days: 2 })), 2);
  length = at(/^ (?:the week after next|next to next week) /);
  if (length) return build(week(today.plus({ weeks: 2 })), length, 'span');
  // "next week" with a weekday beside it belongs to the weekday.
  length = at(/^ (?:next week|the following week) /);
  if (length && weekdayNear(tokens, i, i + length) === null)
    return build(week(today.plus({ weeks: 1 })), length, 'span');
  length = at(/^ (?:this week|later this week|end of the week) /);
  if (length && weekdayNear(tokens, i, i + length) === null) {
    return build({ from: iso(today), to: iso(today.endOf('week')) }, length, 'span');
  }
  length = at(/^ (?:the )?end of next week /);
  if (length) {
    const next = today.plus({ weeks: 1 });
    return build({ from: iso(next.startOf('week').plus({ days: 3 })), to: week(next).to }, length, 'span');
  }
  length = at(/^ next month /);
  if (length) {
    const month = today.plus({ months: 1 }).startOf('month');
    return build({ from: iso(month), to: iso(month.endOf('month')) }, length, 'span');
  }
  length = at(/^ (?:(?:this|the|next) )?weekend /);
  if (length) {
    const saturday = today.startOf('week').plus({ days: 5, weeks: /next/.test(text.slice(0, 6)) ? 1 : 0 });
    return build(
      { from: iso(saturday < today ? today : saturday), to: iso(saturday.plus({ days: 1 })) },
      length,
      'span',
    );
  }
  return weeksFrom(tokens, i, today) ?? partOfMonth(tokens, i, today) ?? inSomeDays(tokens, i, today);
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

/** "The beginning of December", "the first week of January", "the end of next month". */
function partOfMonth(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const named =
    /^ (?:the )?(beginning|start|middle|end|first week|last week) of (?:(next|this) month|(\p{L}+)) /u.exec(
      spaced(tokens.slice(i, i + 6)),
    );
  if (!named) return null;
  const [whole, part = '', relative, name = ''] = named;
  const number = relative ? today.plus({ months: relative === 'next' ? 1 : 0 }).month : months[name];
  if (number === undefined) return null;
  const year = number < today.month ? today.year + 1 : today.year;
  const month = today.set({ year, month: number, day: 1 });
  const last = month.endOf('month').day;
  const [first, to] = {
    'first week': [1, 7],
    'last week': [last - 6, last],
    end: [21, last],
    middle: [11, 20],
  }[part] ?? [1, 10];
  const from = month.set({ day: first });
  const days = { from: iso(from < today ? today : from), to: iso(month.set({ day: to })) };
  return { days, kind: 'span', from: i, to: i + wordsIn(whole) };
}

function inSomeDays(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const prefixed = /^(?:in|after)$/.test(tokens[i]?.text ?? '');
  const start = prefixed ? i + 1 : i;
  const amount = /^(a couple of|couple of)/.test(
    tokens
      .slice(start, start + 3)
      .map((t) => t.text)
      .join(' '),
  )
    ? { value: 2, length: tokens[start]?.text === 'a' ? 3 : 2 }
    : cardinalAt(tokens, start);
  if (!amount || amount.value < 1 || amount.value > 60) return null;
  const unit = tokens[start + amount.length]?.text ?? '';
  const days = /^days?$/.test(unit) ? amount.value : /^weeks?$/.test(unit) ? amount.value * 7 : 0;
  const end = start + amount.length + 1;
  const fromNow = tokens[end]?.text === 'from' && /^(now|today)$/.test(tokens[end + 1]?.text ?? '');
  if (days === 0 || (!prefixed && !fromNow)) return null;
  return { days: single(today.plus({ days })), kind: 'relative', from: i, to: fromNow ? end + 2 : end };
}

const week = (day: DateTime): DayRange => ({ from: iso(day.startOf('week')), to: iso(day.endOf('week')) });

const weekdayNear = (tokens: readonly Token[], from: number, to: number): number | null => {
  const on = /^(on|the)$/.test(tokens[to]?.text ?? '') ? 1 : 0;
  return weekdays[tokens[from - 1]?.text ?? ''] ?? weekdays[tokens[to + on]?.text ?? ''] ?? null;
};

/** "Tuesday", "this Friday", "next Tuesday", "Tuesday next week", "a week from Tuesday", "Tuesday the 24th". */
function weekdayAt(tokens: readonly Token[], i: number, today: DateTime): DayMention | null {
  const word = tokens[i]?.text ?? '';
  const split = /^(tues|wednes|thurs|satur|mon|fri|sun)$/.test(word) && tokens[i + 1]?.text === 'day';
  const weekday = split ? weekdays[`${word}day`] : weekdays[word];
  if (weekday === undefined) return null;
  let to = i + (split ? 2 : 1);
  const before = spaced(tokens.slice(Math.max(0, i - 4), i));
  const after = spaced(tokens.slice(to, to + 4));
  const bare = (weekday - today.weekday + 7) % 7;
  let delta = bare === 0 ? 7 : bare;
  if (/ (?:this|this coming) $/.test(before)) delta = bare;
  if (/ next to next $/.test(before)) delta = 15 - today.weekday + (weekday - 1);
  else if (/ next (?:week )?(?:on )?$/.test(before) || /^ (?:of )?next week /.test(after)) {
    delta = 8 - today.weekday + (weekday - 1);
    if (/^ (?:of )?next week /.test(after)) to += after.startsWith(' of') ? 3 : 2;
  } else if (/ (?:a|one) week (?:from|on|after) $/.test(before) || /^ week /.test(after))
    delta = (bare === 0 ? 7 : bare) + 7;
  else if (/^ after next /.test(after)) delta = (bare === 0 ? 7 : bare) + 7;
  const named = today.plus({ days: delta });
  const dated = ordinalDay(tokens, to, today);
  // "Tuesday the 24th": the date decides when both agree, the weekday when they do not.
  if (dated) {
    const agrees = matching(dated.day, dated.month, weekday, today);
    return { days: single(agrees ?? named), kind: agrees ? 'date' : 'weekday', from: i, to: dated.to };
  }
  return { days: single(named), kind: 'weekday', from: i, to };
}

/** An ordinal behind a weekday, with or without its month. */
function ordinalDay(
  tokens: readonly Token[],
  i: number,
  today: DateTime,
): { day: number; month: number | null; to: number } | null {
  const month = months[tokens[i]?.text ?? ''];
  if (month !== undefined) {
    const the = tokens[i + 1]?.text === 'the' ? 1 : 0;
    const day = ordinalAt(tokens, i + 1 + the) ?? cardinalAt(tokens, i + 1 + the);
    return day && isDate(day.value, month, today)
      ? { day: day.value, month, to: i + 1 + the + day.length }
      : null;
  }
  const the = tokens[i]?.text === 'the' ? 1 : 0;
  const day = ordinalAt(tokens, i + the);
  if (!day || day.value > 31) return null;
  const end = i + the + day.length;
  const of = tokens[end]?.text === 'of' ? 1 : 0;
  const named = months[tokens[end + of]?.text ?? ''];
  return { day: day.value, month: named ?? null, to: named === undefined ? end : end + of + 1 };
}

const isDate = (day: number, month: number, today: DateTime): boolean =>
  day >= 1 && day <= 31 && DateTime.fromObject({ year: 2024, month, day }, { zone: today.zone }).isValid;

/** The next such date that falls on the weekday, within a year. */
function matching(day: number, month: number | null, weekday: number, today: DateTime): DateTime | null {
  for (let n = 0; n <= 12; n++) {
    const at = today.startOf('month').plus({ months: n });
    const date = at.set({ day });
    if (date.day !== day || date < today || (month !== null && date.month !== month)) continue;
    if (date.weekday === weekday) return date;
    // Without a month only the nearest one or two can be meant.
    if (month !== null || n >= 1) return null;
  }
  return null;
}

/** "November 24th", "the fourth of December", "the 4th", "11/24". */
function dateAt(
  tokens: readonly Token[],
  i: number,
  today: DateTime,
  options: { readonly expected: boolean; readonly choices: number; readonly monthFirst: boolean },
): DayMention | null {
  const build = (day: DateTime | null, to: number): DayMention | null =>
    day && { days: single(day), kind: 'date', from: i, to };
  const word = tokens[i]?.text ?? '';
  const written = /^(\d{1,2})\/(\d{1,2})/.exec(word);
  if (written) {
    const [a, b] = [Number(written[1]), Number(written[2])];
    return build(options.monthFirst ? nextDate(b, a, today) : nextDate(a, b, today), i + 1);
  }
  const found = ordinalDay(tokens, i, today) ?? plainDayAndMonth(tokens, i);
  if (!found) return null;
  if (found.month !== null) return build(nextDate(found.day, found.month, today), found.to);
  if (!ordinalStands(tokens, i, found, options)) return null;
  const which = / of (this|next) month /.exec(spaced(tokens.slice(found.to, found.to + 3)))?.[1];
  if (which) {
    const date = today.plus({ months: which === 'next' ? 1 : 0 }).set({ day: found.day });
    return build(date.day === found.day ? date : null, found.to + 3);
  }
  return build(nextDayOfMonth(found.day, today), found.to);
}

/** "24 November", "24 of November". */
function plainDayAndMonth(
  tokens: readonly Token[],
  i: number,
): { day: number; month: number; to: number } | null {
  const day = cardinalAt(tokens, i);
  if (!day || day.value > 31) return null;
  const of = tokens[i + day.length]?.text === 'of' ? 1 : 0;
  const month = months[tokens[i + day.length + of]?.text ?? ''];
  return month === undefined ? null : { day: day.value, month, to: i + day.length + of + 1 };
}

const afterOrdinal = new Set([
  'one',
  'time',
  'thing',
  'available',
  'appointment',
  'opening',
  'slot',
  'visit',
  'person',
  'option',
  'half',
  'floor',
  'street',
  'avenue',
  'of',
  'name',
  'choice',
  'please',
]);

/** An ordinal without a month is a date only where one may be meant. */
function ordinalStands(
  tokens: readonly Token[],
  i: number,
  found: { readonly day: number; readonly to: number },
  options: { readonly expected: boolean; readonly choices: number },
): boolean {
  const next = tokens[found.to]?.text ?? '';
  const previous = tokens[i - 1]?.text ?? '';
  if (found.day <= options.choices && previous !== 'on') return false;
  if (next === 'of') return tokens[found.to + 2]?.text === 'month';
  if (afterOrdinal.has(next) && !(next === 'please' && found.day > 3)) return false;
  const withThe = tokens[i]?.text === 'the' || previous === 'on' || previous === 'the';
  const isSecond = tokens[found.to - 1]?.text === 'second' && !withThe;
  return !isSecond && (withThe || options.expected || /\d/.test(tokens[i]?.text ?? ''));
}

/** The next day of this date, this year or the next; null where neither has it. */
export function nextDate(day: number, month: number, today: DateTime): DateTime | null {
  for (const year of [today.year, today.year + 1]) {
    const date = DateTime.fromObject({ year, month, day }, { zone: today.zone });
    if (date.isValid && date >= today) return date;
  }
  return null;
}

function nextDayOfMonth(day: number, today: DateTime): DateTime | null {
  for (let n = 0; n <= 12; n++) {
    const date = today.startOf('month').plus({ months: n }).set({ day });
    if (date.day === day && date >= today) return date;
  }
  return null;
}
