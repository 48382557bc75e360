import * as chrono from 'chrono-node';
import { DateTime } from 'luxon';
import type { OpenSpan } from '../../store/index.ts';
import { type ClockTime, clockTimes, type DayWindow, partOfDay } from './clock-times.ts';
import { dayMentions } from './days.ts';
import { type NoSuchDate, noSuchDate } from './no-such-date.ts';
import type { DayMention, DayRange } from './relative-days.ts';
import { spaced, type Token } from './tokens.ts';

export type { DayRange, DayWindow };

/** When the caller wants to come, as far as this utterance says. */
export interface WhenReading {
  readonly days: DayRange | null;
  /** Time of day, minutes since local midnight. */
  readonly minute: number | null;
  /** The same words in the other half of the day, where neither am nor pm was said. */
  readonly otherMinute: number | null;
  readonly window: DayWindow | null;
  /** "As soon as possible", "the first available". */
  readonly soonest: boolean;
  /** The time that was named has gone by already; `minute` is null then. */
  readonly past: boolean;
  /** The date that was named is in no calendar; `days` is null then. */
  readonly noSuch?: NoSuchDate;
  /** 0–1. */
  readonly confidence: number;
}

export interface WhenContext {
  readonly nowMs: number;
  readonly timeZone: string;
  /** BCP 47; decides whether 11/12 begins with the month. */
  readonly language: string;
  readonly hours: readonly OpenSpan[];
  /** A day already agreed, which settles am and pm of a time said alone. */
  readonly knownDay: string | null;
  /** True when the dialogue asked for a day or a time. */
  readonly expected: boolean;
  /** How many openings were just offered: "the second" is a choice then, not a date. */
  readonly choices: number;
}

const soonestPattern =
  / (?:asap|as soon as (?:possible|you can)|soonest|earliest(?! (?:on|that))|first available|next available|first (?:appointment|opening|slot)|next (?:opening|slot)|any day|whenever(?= (?:you|works|suits|is|it (?:works|suits|is)) | $)|right (?:away|now)|immediately|straight away|soon as possible|as early as possible) /;
const correctionPattern =
  / (?:actually|i mean|i meant|no wait|sorry|make (?:it|that)|rather|instead|no|i said|not) /;

/**
 * Understands days and times said in the tenant's zone. Opening hours settle am and pm ("at two" is
 * 14:00), past dates roll forward, and a time already gone by today is never returned.
 */
export function recogniseWhen(tokens: readonly Token[], context: WhenContext): WhenReading | null {
  const now = DateTime.fromMillis(context.nowMs, { zone: context.timeZone });
  const today = now.startOf('day');
  const text = spaced(tokens);
  const monthFirst = !/-(GB|IE|AU|NZ|IN|ZA)\b/.test(context.language);
  const mentions = dayMentions(tokens, today, {
    expected: context.expected,
    choices: context.choices,
    monthFirst,
    known: context.knownDay,
  });
  const noSuch = noSuchDate(tokens, today, { monthFirst });
  const named = settleDays(tokens, mentions) ?? (mentions.length === 0 ? chronoDays(tokens, now) : null);
  // Another day beside it, or in its place, is not what was meant.
  const days = noSuch ? null : named;
  const spans = mentions.length > 0 ? withoutDays(tokens, mentions) : tokens;
  const dayEnds = new Set(mentions.map((mention) => mention.to));
  const dayStarts = new Set(mentions.map((mention) => mention.from));
  const times = settledTimes(tokens, clockTimes(spans, { expected: context.expected, dayEnds, dayStarts }));
  const part = partOfDay(text);
  const soonest = soonestPattern.test(text);
  const knownDay = days?.from === days?.to ? (days?.from ?? context.knownDay) : null;
  const settle = (time: ClockTime): SettledTime =>
    settleMeridiem(time, {
      hours: context.hours,
      day: knownDay,
      hint: part?.meridiem ?? null,
      zone: context.timeZone,
    });
  const range = timeRange(tokens, times, settle);
  const exact = range === null ? times.at(-1) : undefined;
  if (!days && !exact && !range && !part && !soonest && !noSuch) return null;

  const time = exact ? settle(exact) : null;
  const checked = time && notBefore(time, knownDay, now);
  return {
    days,
    minute: checked?.minute ?? null,
    otherMinute: checked?.otherMinute ?? null,
    window: range ?? (exact ? null : (part?.window ?? null)),
    soonest,
    past: time !== null && checked === null,
    ...(noSuch ? { noSuch } : {}),
    confidence: exact && !exact.strong ? 0.8 : mentions.length > 1 ? 0.85 : 0.95,
  };
}

/** UTC instant of a local time; a time that the change to summer time leaves out moves forward. */
export function instantOf(day: string, minute: number, zone: string): number {
  const at = DateTime.fromISO(day, { zone });
  return at.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
}

/** Which of several named days is meant: after a correction the last, beside "or" the span, without the refused ones. */
function settleDays(tokens: readonly Token[], mentions: readonly DayMention[]): DayRange | null {
  const wanted = mentions.filter((mention) => !refused(tokens, mention));
  const last = wanted.at(-1);
  const first = wanted[0];
  if (!last || !first) return oneAfter(tokens, mentions);
  if (wanted.length === 1 || first === last) {
    const others = mentions.filter((mention) => !wanted.includes(mention));
    return last.kind === 'span' ? without(last.days, others) : last.days;
  }
  const between = spaced(tokens.slice(first.to, last.from));
  const [wide, narrow] = first.kind === 'span' ? [first, last] : [last, first];
  const isOneSpan = wide.kind === 'span' && narrow.kind !== 'span';
  const liesWithin = narrow.days.from >= wide.days.from && narrow.days.to <= wide.days.to;
  const isPair =
    wanted.length === 2 && / (?:or|to|and|through|until) /.test(between) && !correctionPattern.test(between);
  if (isPair && !(isOneSpan && liesWithin)) {
    const [a, b] = [first.days, last.days].sort((x, y) => x.from.localeCompare(y.from));
    return a && b ? { from: a.from, to: b.to } : last.days;
  }
  if (!isOneSpan) return last.days;
  // "Next week, Tuesday": the narrower one lies within the wider.
  const isBeside = /^ (?:(?:of|in|on|the|that|maybe|like|say|sometime|either|preferably|ideally|a)? )*$/.test(
    between,
  );
  return (isBeside && narrow.kind === 'weekday' && sameWeekday(narrow.days.from, wide.days)) || narrow.days;
}

/** "Tuesday of the week after next": the first such day of the span. */
function sameWeekday(day: string, { from, to }: DayRange): DayRange | null {
  const { weekday } = DateTime.fromISO(day);
  const start = DateTime.fromISO(from);
  const found = start.plus({ days: (weekday - start.weekday + 7) % 7 }).toFormat('yyyy-MM-dd');
  return found <= to ? { from: found, to: found } : null;
}

/** "Not this Monday but the next one". */
function oneAfter(tokens: readonly Token[], mentions: readonly DayMention[]): DayRange | null {
  const no = mentions.at(-1);
  const isNext = / the (?:next one|next|one after(?: that)?|following(?: one)?|week after) /;
  if (no?.kind !== 'weekday' || !isNext.test(spaced(tokens.slice(no.to)))) return null;
  const day = DateTime.fromISO(no.days.from).plus({ weeks: 1 }).toFormat('yyyy-MM-dd');
  return { from: day, to: day };
}

/** "Next week, but not Monday": a span that begins or ends with days that were refused is the shorter one. */
function without(span: DayRange, refusals: readonly DayMention[]): DayRange {
  const no = new Set(refusals.flatMap(({ days }) => (days.from === days.to ? [days.from] : [])));
  const [day, back] = [1, -1].map(
    (days) =>
      (iso: string): string =>
        DateTime.fromISO(iso).plus({ days }).toFormat('yyyy-MM-dd'),
  );
  let { from, to } = span;
  while (day && from < to && no.has(from)) from = day(from);
  while (back && from < to && no.has(to)) to = back(to);
  return { from, to };
}

const refused = (tokens: readonly Token[], mention: DayMention): boolean => {
  const before = spaced(tokens.slice(Math.max(0, mention.from - 4), mention.from));
  const after = spaced(tokens.slice(mention.to, mention.to + 3));
  return (
    / (?:not|not on) (?:(?:this |next )?\p{L}+day(?:s)? or (?:on )?)+$/u.test(before) ||
    / (?:not|not on|can't do|can't make|can't on|cannot do|except|instead of|don't want|can't come|can't come on|any day but|any time but|anytime but) (?:this |next |an? )?$/.test(
      before,
    ) ||
    /^ (?:doesn't|does not|won't|isn't|is no|is not) /.test(after)
  );
};

/** Numbers inside a date are no times ("the 24th at ten"). */
const withoutDays = (tokens: readonly Token[], mentions: readonly DayMention[]): readonly Token[] =>
  tokens.map((token, i) =>
    mentions.some((mention) => i >= mention.from && i < mention.to) ? { ...token, text: '#' } : token,
  );

/** "not at two, at three": refused times are dropped. */
const settledTimes = (tokens: readonly Token[], times: readonly ClockTime[]): readonly ClockTime[] => {
  const wanted = times.filter((time) => {
    const before = spaced(tokens.slice(Math.max(0, time.from - 3), time.from));
    return !/ (?:not|not at|can't do|can't make|instead of|rather than|can't at) $/.test(before);
  });
  return wanted.length > 0 || times.length > 1 ? wanted : [];
};

interface SettledTime {
  readonly minute: number;
  readonly otherMinute: number | null;
}

/** Opening hours, the part of the day that was named, and habit decide between am and pm, in that order of strength reversed. */
function settleMeridiem(
  time: ClockTime,
  context: {
    readonly hours: readonly OpenSpan[];
    readonly day: string | null;
    readonly hint: 'am' | 'pm' | null;
    readonly zone: string;
  },
): SettledTime {
  const said = time.hour * 60 + time.minute;
  if (time.hour > 12 || time.hour === 0) return { minute: said, otherMinute: null };
  const am = (time.hour % 12) * 60 + time.minute;
  const pm = am + 720;
  const explicit = time.meridiem ?? (context.hint === 'pm' && time.hour === 12 ? 'pm' : context.hint);
  if (explicit) return { minute: explicit === 'am' ? am : pm, otherMinute: null };
  const weekday = context.day === null ? null : DateTime.fromISO(context.day, { zone: context.zone }).weekday;
  const open = (minute: number, spans: readonly OpenSpan[]): boolean =>
    spans.some((span) => minute >= span.fromMinute && minute < span.toMinute);
  const ofDay = context.hours.filter((span) => span.weekday === weekday);
  for (const spans of [ofDay, context.hours]) {
    const [morning, afternoon] = [open(am, spans), open(pm, spans)];
    if (morning && !afternoon) return { minute: am, otherMinute: pm };
    if (afternoon && !morning) return { minute: pm, otherMinute: am };
  }
  const daytime = time.hour >= 8 && time.hour < 12 ? am : pm;
  return { minute: daytime, otherMinute: daytime === am ? pm : am };
}

/** A time today that has gone by is read as its other half of the day, or not at all. */
function notBefore(time: SettledTime, day: string | null, now: DateTime): SettledTime | null {
  if (day !== now.toFormat('yyyy-MM-dd')) return time;
  const at = (minute: number): number => instantOf(day, minute, now.zoneName ?? 'utc');
  if (at(time.minute) > now.toMillis()) return time;
  if (time.otherMinute !== null && at(time.otherMinute) > now.toMillis()) {
    return { minute: time.otherMinute, otherMinute: null };
  }
  return null;
}

/** "after five", "before noon", "between two and four", "from nine to eleven". */
function timeRange(
  tokens: readonly Token[],
  times: readonly ClockTime[],
  settle: (time: ClockTime) => SettledTime,
): DayWindow | null {
  const last = times.at(-1);
  if (!last) return null;
  const before = (time: ClockTime, words: number): string =>
    spaced(tokens.slice(Math.max(0, time.from - words), time.from));
  const earlier = times.at(-2);
  if (earlier) {
    const link = spaced(tokens.slice(earlier.to, last.from));
    const opens = before(earlier, 2);
    if (/ between $/.test(opens) || (/ from $/.test(opens) && / (?:to|until|till) $/.test(link))) {
      const to = settle(last).minute;
      const from = settle(earlier);
      const start = from.minute < to ? from.minute : (from.otherMinute ?? from.minute);
      return start < to ? { fromMinute: start, toMinute: to } : null;
    }
  }
  const lead = before(last, 3);
  const trail = spaced(tokens.slice(last.to, last.to + 2));
  if (
    / (?:after|not before|no earlier than|from|any time past) $/.test(lead) ||
    /^ (?:or|and) (?:later|after|onwards) |^ onwards? /.test(trail)
  ) {
    return { fromMinute: settle(last).minute, toMinute: 24 * 60 };
  }
  if (
    / (?:before|until|till|by|not after|no later than) $/.test(lead) ||
    /^ or (?:earlier|before) /.test(trail)
  ) {
    return { fromMinute: 0, toMinute: settle(last).minute };
  }
  return null;
}

/** Ways of writing a date that the rules above do not cover; only a date that names day and month is believed. */
function chronoDays(tokens: readonly Token[], now: DateTime): DayRange | null {
  const text = tokens.map((token) => token.raw).join(' ');
  if (!/\d/.test(text) || !/[a-z]{3}|-/i.test(text)) return null;
  const reference = { instant: now.toJSDate(), timezone: now.offset };
  for (const result of chrono.parse(text, reference, { forwardDate: true })) {
    const { start } = result;
    if (!start.isCertain('day') || !start.isCertain('month')) continue;
    const day = DateTime.fromObject(
      { year: start.get('year') ?? now.year, month: start.get('month') ?? 1, day: start.get('day') ?? 1 },
      { zone: now.zone },
    );
    if (day.isValid && day >= now.startOf('day') && day < now.plus({ years: 2 })) {
      const written = day.toFormat('yyyy-MM-dd');
      return { from: written, to: written };
    }
  }
  return null;
}
