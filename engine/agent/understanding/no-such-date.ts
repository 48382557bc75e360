import type { DateTime } from 'luxon';
import { months } from './day-names.ts';
import { nextDate } from './days.ts';
import { cardinalAt, type NumberFound, ordinalAt } from './numbers.ts';
import type { Token } from './tokens.ts';

/** A month, and how many days it has when it comes next. */
export interface NoSuchDate {
  /** 1–12. */
  readonly month: number;
  readonly days: number;
}

/** "February 31st": a day that its month does not have; null where every date that is named can be. */
export function noSuchDate(
  tokens: readonly Token[],
  today: DateTime,
  { monthFirst }: { readonly monthFirst: boolean },
): NoSuchDate | null {
  for (let i = 0; i < tokens.length; i++) {
    const named =
      written(tokens[i]?.text ?? '', monthFirst) ?? behindMonth(tokens, i) ?? beforeMonth(tokens, i);
    if (!named || named.day < 29 || named.day > 31 || named.month < 1 || named.month > 12) continue;
    if (nextDate(named.day, named.month, today) !== null) continue;
    const year = today.year + (named.month < today.month ? 1 : 0);
    const days = today.set({ year, month: named.month, day: 1 }).daysInMonth;
    if (days !== undefined) return { month: named.month, days };
  }
  return null;
}

interface Named {
  readonly day: number;
  readonly month: number;
}

function written(word: string, monthFirst: boolean): Named | null {
  const [, a, b] = /^(\d{1,2})\/(\d{1,2})(?:$|\/)/.exec(word) ?? [];
  if (a === undefined || b === undefined) return null;
  const [month, day] = monthFirst ? [a, b] : [b, a];
  return { day: Number(day), month: Number(month) };
}

const dayAt = (tokens: readonly Token[], i: number): NumberFound | null =>
  ordinalAt(tokens, i) ?? cardinalAt(tokens, i);

/** "February 31st", "February the 31st". */
function behindMonth(tokens: readonly Token[], i: number): Named | null {
  const month = months[tokens[i]?.text ?? ''];
  const day = dayAt(tokens, i + (tokens[i + 1]?.text === 'the' ? 2 : 1));
  return month === undefined || day === null ? null : { day: day.value, month };
}

/** "The 31st of February", "31 February". */
function beforeMonth(tokens: readonly Token[], i: number): Named | null {
  const day = dayAt(tokens, i);
  if (!day) return null;
  const of = tokens[i + day.length]?.text === 'of' ? 1 : 0;
  const month = months[tokens[i + day.length + of]?.text ?? ''];
  return month === undefined ? null : { day: day.value, month };
}
