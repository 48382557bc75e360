import { DateTime } from 'luxon';
import { months, weekdays } from './day-names.ts';
import { cardinalAt, ordinalAt } from './numbers.ts';
import { type DayMention, iso, relativeDay, single } from './relative-days.ts';
import { spaced, type Token } from './tokens.ts';

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
      relativeDay(tokens, i, today) ??
      weekdayAt(tokens, i, today) ??
      dateAt(tokens, i, today, options);
    if (!mention || mention.days.to < iso(today)) continue;
    found.push(bounded(tokens, mention, today));
    i = mention.to - 1;
  }
  return found;
}

const bound =
  /(?<! (?:come|coming|stop|stopping|swing|drop|pop|pass|run|bring (?:it|her|him|them))) (by|before|no later than|not before|not until|after) (?:(?:the|this|next|coming) )*$/;

/** "By Friday", "before the 4th", "not before Monday": the days up to it, or those of the week from it on. */
function bounded(tokens: readonly Token[], mention: DayMention, today: DateTime): DayMention {
  const { from, days } = mention;
  const side = bound.exec(spaced(tokens.slice(Math.max(0, from - 6), from)))?.[1];
  if (side === undefined) return mention;
  const [first, last] = [days.from, days.to].map((day) => DateTime.fromISO(day, { zone: today.zone }));
  if (!first || !last) return mention;
  const sides: Readonly<Record<string, readonly [DateTime, DateTime]>> = {
    before: [today, first.minus({ days: 1 })],
    after: [last.plus({ days: 1 }), last.plus({ weeks: 1 })],
    'not before': [first, first.plus({ days: 6 })],
    'not until': [first, first.plus({ days: 6 })],
  };
  const [begins, ends] = sides[side] ?? [today, last];
  return ends < begins ? mention : { ...mention, days: { from: iso(begins), to: iso(ends) }, kind: 'span' };
}

/** "The same day", "that day": the one that was agreed on. */
function sameDay(tokens: readonly Token[], i: number, known: string | null): DayMention | null {
  if (known === null || !/^ (?:same|that) day /.test(spaced(tokens.slice(i, i + 2)))) return null;
  return { days: { from: known, to: known }, kind: 'relative', from: i, to: i + 2 };
}

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
  else if (/^ fortnight /.test(after)) delta = (bare === 0 ? 7 : bare) + 14;
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
  // "The Walgreens on Fifth" is a place.
  const withThe = tokens[i]?.text === 'the' || previous === 'the';
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
