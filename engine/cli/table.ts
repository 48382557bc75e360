import { DateTime } from 'luxon';

/** Rows in aligned columns, each line ended; the first row may be a heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => printable(cell) + ' '.repeat((widths[i] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** Names come from callers: a terminal must not obey them. */
export const printable = (text: string): string => text.replace(/\p{C}/gu, '?');

const widthOf = (text: string): number => [...printable(text)].length;

/** For example "2026-11-23 09:00 EST". */
export const localTime = (atMs: number, timeZone: string): string =>
  DateTime.fromMillis(atMs, { zone: timeZone, locale: 'en-US' }).toFormat('yyyy-LL-dd HH:mm ZZZZ');

/** Minutes and seconds: 3:07. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** For example "57.3 MB". */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
