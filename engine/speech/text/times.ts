import type { Manner } from './manner.ts';
import { cardinal } from './numbers.ts';

const half = '([AaPp])\\.?\\s?[Mm]\\b(?:\\.(?=\\s+[a-z]|[,;:!?)]))?';
const clock = new RegExp(
  `(?<![\\d:.])(\\d{1,2}):(\\d{2})(?::\\d{2})?(?![\\d:])(?:\\s?${half})?(?:\\s?h(?:ou)?rs?\\b)?`,
  'g',
);
const dotted = new RegExp(`(?<![\\d:.])(\\d{1,2})\\.(\\d{2})\\s?${half}`, 'g');
const bare = new RegExp(`(?<![\\d:.,])(\\d{1,2})\\s?${half}`, 'g');
const range =
  /(?<=\d(?:[:.]\d{2})?\s?(?:[AaPp]\.?[Mm]\.?)?)\s?[–-]\s?(?=\d{1,2}(?:[:.]\d{2})?\s?[AaPp]\.?[Mm]|\d{1,2}:\d{2})/g;

/** Times of day: "2:30 PM", "2.30pm", "14:30" → "two thirty P M". */
export function times(text: string, manner: Manner): string {
  const say = (whole: string, hour: string, minute: string, letter?: string): string => {
    const [h, m] = [Number(hour), Number(minute)];
    if (h > 24 || m > 59 || (letter && h > 12)) return whole;
    return inWords(h, m, { letter, isLong: hour.startsWith('0') }, manner);
  };
  return text
    .replace(range, ' to ')
    .replace(clock, say)
    .replace(dotted, say)
    .replace(bare, (whole, hour: string, letter: string) => say(whole, hour, '00', letter));
}

function inWords(
  hour: number,
  minute: number,
  { letter, isLong }: { letter: string | undefined; isLong: boolean },
  manner: Manner,
): string {
  // Beyond twelve the clock of 24 hours speaks for itself, and so does its midnight.
  const isAfternoon = letter ? letter.toUpperCase() === 'P' : hour > 12 && hour < 24;
  const known = letter !== undefined || hour > 12 || (hour === 0 && isLong);
  if (minute === 0 && known && hour % 12 === 0) return isAfternoon ? 'noon' : 'midnight';
  const words = cardinal(hour % 12 === 0 ? 12 : hour % 12, manner);
  const minutes = minute === 0 ? '' : ` ${minute < 10 ? 'oh ' : ''}${cardinal(minute, manner)}`;
  if (known) return `${words}${minutes} ${isAfternoon ? 'P M' : 'A M'}`;
  return minutes === '' ? `${words} o'clock` : `${words}${minutes}`;
}
