import { DateTime } from 'luxon';
import type { CallerPreferences } from '../../store/index.ts';

export function partOfDayAt(atMs: number, zone: string): NonNullable<CallerPreferences['partOfDay']> {
  const { hour } = DateTime.fromMillis(atMs, { zone });
  return hour < 12 ? 'morning' : hour < 17 ? 'afternoon' : 'evening';
}
