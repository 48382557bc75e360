import { strings } from './strings.ts';
import { dayKey, dayOf } from './zone.ts';

let languageNow = (): string => 'en-US';
/** Dates and prices are written from now on as they are where that language is spoken: the words stay English. */
export const writeAsIn = (language: () => string | undefined): void => {
  languageNow = () => {
    const tag = language() ?? '';
    return /^en\b/i.test(tag) ? tag : 'en-US';
  };
};
const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = languageNow();
  const key = locale + zone + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formats.set(key, made);
  return made;
}

/** 3:05 PM */
export const clockTime = (atMs: number, zone: string): string =>
  dateFormat(zone, { hour: 'numeric', minute: '2-digit' }).format(atMs);

/** Tue, Mar 4 */
export const shortDay = (atMs: number, zone: string): string =>
  dateFormat(zone, { weekday: 'short', month: 'short', day: 'numeric' }).format(atMs);

/** Mar 4 */
export const monthDay = (atMs: number, zone: string): string =>
  dateFormat(zone, { month: 'short', day: 'numeric' }).format(atMs);

/** Tuesday, March 4 */
export const longDay = (atMs: number, zone: string): string =>
  dateFormat(zone, { weekday: 'long', month: 'long', day: 'numeric' }).format(atMs);

/** Tuesday, March 4, 2025 at 3:05:12 PM EST: what a relative time stands for. */
export const exactTime = (atMs: number, zone: string): string =>
  dateFormat(zone, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(atMs);

/** Relative within today, the clock or the day before that. */
export function relativeTime(atMs: number, nowMs: number, zone: string): string {
  const minutes = Math.floor((nowMs - atMs) / 60_000);
  if (minutes < 1) return strings.ago.now;
  if (minutes < 60) return strings.ago.minutes(minutes);
  const sameDay = dayKey(dayOf(atMs, zone)) === dayKey(dayOf(nowMs, zone));
  if (sameDay) return strings.ago.hours(Math.floor(minutes / 60));
  return `${shortDay(atMs, zone)}, ${clockTime(atMs, zone)}`;
}

/** 1:05, or 1:02:05 from an hour on. */
export function duration(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  const pad = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** 0.8 s */
export const seconds = (lengthMs: number): string => `${(lengthMs / 1000).toFixed(1)} s`;

/** $12.50, from minor units of an ISO 4217 currency. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(languageNow(), { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** North American numbers are grouped as people there read them; others stay as they are. */
export function phone(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : number;
}

/** What a phone dials. A box that listens on every address is reached under the name the page was loaded from. */
export function sipUri(number: string, sipAddress: string, pageHost: string): string {
  const everywhere = /^(?:0\.0\.0\.0|\[?::\]?)(?=:\d+$)/;
  return `sip:${number}@${sipAddress.replace(everywhere, pageHost)}`;
}

/** The words for a slot's name; an unknown one is spelled out: `preferredTime` → `Preferred time`. */
export function slotLabel(name: string): string {
  const known = strings.slot[name];
  if (known) return known;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
