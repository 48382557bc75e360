import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { DateTime } from 'luxon';
import { mannerOf, telephoneOf } from '../../speech/index.ts';
import type { OpenSpan, Service } from '../../store/index.ts';
import type { ProfileSnapshot } from '../model.ts';

/** Where and in which English a day is spoken. */
export type SpokenIn = Pick<ProfileSnapshot, 'timeZone' | 'language'>;

/** "Tuesday, November 24th at 10 AM", "Tuesday the 24th of November at 10 AM". */
export const spokenDateTime = (atMs: number, { timeZone, language }: SpokenIn): string => {
  const at = DateTime.fromMillis(atMs, { zone: timeZone });
  return `${dateWords(at, language)} at ${spokenMinute(at.hour * 60 + at.minute)}`;
};

/** "Tuesday, November 24th", "Tuesday the 24th of November". */
export const spokenDay = (day: string, language: string): string =>
  dateWords(DateTime.fromISO(day, { zone: 'utc' }), language);

export const weekdayName = (day: string): string =>
  DateTime.fromISO(day, { zone: 'utc' }).setLocale('en').toFormat('cccc');

/** @param month 1–12 */
export const monthName = (month: number): string =>
  DateTime.fromObject({ month }, { zone: 'utc' }).setLocale('en').toFormat('LLLL');

const dateWords = (at: DateTime, language: string): string => {
  const [weekday = '', month = ''] = at.setLocale('en').toFormat('cccc LLLL').split(' ');
  return mannerOf(language).dayFirst
    ? `${weekday} the ${ordinal(at.day)} of ${month}`
    : `${weekday}, ${month} ${ordinal(at.day)}`;
};

const ordinal = (n: number): string => {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
};

/** "10 AM", "2:30 PM", "noon". */
export function spokenMinute(minute: number): string {
  const [hour, rest] = [Math.floor(minute / 60) % 24, minute % 60];
  if (hour === 12 && rest === 0) return 'noon';
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
  return `${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** "45 minutes", "an hour", "an hour and a half", "2 hours and 20 minutes". */
export function spokenDuration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} minutes`;
  const whole = hours === 1 ? 'an hour' : `${hours} hours`;
  return rest === 0 ? whole : `${whole} and ${rest === 30 ? 'a half' : `${rest} minutes`}`;
}

/** Digits one by one in the groups of the number's country: "4 1 5, 5 5 5, 0 1 3 2". */
export function spokenPhone(e164: string, language: string): string {
  const telephone = telephoneOf(e164, mannerOf(language));
  const groups = telephone?.groups ?? [e164.replace(/\D/g, '')];
  return `${telephone?.isForeign ? 'plus ' : ''}${groups.map((group) => [...group].join(' ')).join(', ')}`;
}

/** As it is written in its country: "(415) 555-0132". */
export const displayPhone = (e164: string): string =>
  parsePhoneNumberFromString(e164)?.formatNational() ?? e164;

/** As it is written where the language is spoken: "$120", "£49.50", "₹1,50,000". */
export const writtenMoney = (minor: number, currency: string, language: string): string =>
  new Intl.NumberFormat(language, {
    ...{ style: 'currency', currency, minimumFractionDigits: minor % 100 === 0 ? 0 : 2 },
  }).format(minor / 100);

/** A service inside a sentence: "a check-up and cleaning", "an eye test", "braces". */
export function spokenService(service: Service): string {
  const words = service.name
    .split(' ')
    .map((word) => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()))
    .join(' ');
  if (/[^s]s$/.test(words)) return words;
  return `${/^[aeio]/.test(words) ? 'an' : 'a'} ${words}`;
}

/** As a sentence begins. */
export const capitalised = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** "2 tomato soups", "3 glasses of wine"; what stands for more than one already, or is two things, stays as it is. */
export function counted(quantity: number, name: string): string {
  const [, thing = '', rest = ''] = /^(.*?)( (?:of|with|in|on) .*)?$/.exec(name) ?? [];
  const isOne = quantity === 1 || / and /.test(thing) || /[^s]s$/.test(thing);
  const many = thing.replace(/([^aeiou])y$/, '$1ie').replace(/(s|x|z|ch|sh)$/, '$1e');
  return `${quantity} ${isOne ? thing : `${many}s`}${rest}`;
}

/** "a, b or c". */
export function spokenList(items: readonly string[], joiner: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length <= 1 ? last : `${items.slice(0, -1).join(', ')} ${joiner} ${last}`;
}

const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** "Monday to Friday from 9 AM to 5 PM, and Saturday from 9 AM to 1 PM"; days with equal hours are joined. */
export function spokenHours(hours: readonly OpenSpan[]): string {
  const groups: { first: number; last: number; spans: string }[] = [];
  for (let weekday = 1; weekday <= 7; weekday++) {
    const spans = spokenSpans(hours.filter((span) => span.weekday === weekday));
    const group = groups.at(-1);
    if (spans === '') continue;
    if (group && group.spans === spans && group.last === weekday - 1) group.last = weekday;
    else groups.push({ first: weekday, last: weekday, spans });
  }
  const parts = groups.map(({ first, last, spans }) => {
    const [from, to] = [weekdayNames[first - 1] ?? '', weekdayNames[last - 1] ?? ''];
    return `${first === last ? from : last === first + 1 ? `${from} and ${to}` : `${from} to ${to}`} ${spans}`;
  });
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}

/** "from 9 AM to noon and from 1 PM to 5 PM"; empty when closed. */
export const spokenSpans = (spans: readonly Pick<OpenSpan, 'fromMinute' | 'toMinute'>[]): string =>
  [...spans]
    .sort((a, b) => a.fromMinute - b.fromMinute)
    .map((span) => `from ${spokenMinute(span.fromMinute)} to ${spokenMinute(span.toMinute)}`)
    .join(' and ');
