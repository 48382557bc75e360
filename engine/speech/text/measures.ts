import type { Manner } from './manner.ts';
import { amountInWords, cardinal, decimalInWords } from './numbers.ts';

/** Written after a figure: one of it, more of it. */
const units: Readonly<Record<string, readonly [string, string]>> = {
  km: ['kilometer', 'kilometers'],
  kms: ['kilometer', 'kilometers'],
  cm: ['centimeter', 'centimeters'],
  mm: ['millimeter', 'millimeters'],
  m: ['meter', 'meters'],
  mi: ['mile', 'miles'],
  ft: ['foot', 'feet'],
  kg: ['kilogram', 'kilograms'],
  kgs: ['kilogram', 'kilograms'],
  g: ['gram', 'grams'],
  mg: ['milligram', 'milligrams'],
  lb: ['pound', 'pounds'],
  lbs: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  l: ['liter', 'liters'],
  ml: ['milliliter', 'milliliters'],
  min: ['minute', 'minutes'],
  mins: ['minute', 'minutes'],
  hr: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  h: ['hour', 'hours'],
  sec: ['second', 'seconds'],
  secs: ['second', 'seconds'],
  mph: ['mile an hour', 'miles an hour'],
  'km/h': ['kilometer an hour', 'kilometers an hour'],
  kmph: ['kilometer an hour', 'kilometers an hour'],
  'sq ft': ['square foot', 'square feet'],
  kwh: ['kilowatt hour', 'kilowatt hours'],
  gb: ['gigabyte', 'gigabytes'],
  mb: ['megabyte', 'megabytes'],
  '°c': ['degree Celsius', 'degrees Celsius'],
  '°f': ['degree Fahrenheit', 'degrees Fahrenheit'],
  '°': ['degree', 'degrees'],
  '%': ['percent', 'percent'],
};

const amount = '\\d{1,3}(?:,\\d{2,3})+|\\d+(?:\\.\\d+)?';
const names = Object.keys(units).sort((a, b) => b.length - a.length);
const measured = new RegExp(
  `(?<![\\w.,])(${amount})\\s?(${names.join('|')})(?![A-Za-z\\d])\\.?(?=$|[\\s,;:!?)/]|[–-])`,
  'gi',
);
const per =
  /(?<=[a-z\d])\s?\/\s?(hour|hr|day|week|wk|month|mo|year|yr|person|night|kg|km|min|session|visit|sq ft)\b/gi;
const perWords: Readonly<Record<string, string>> = {
  ...{ hr: 'hour', wk: 'week', mo: 'month', yr: 'year', kg: 'kilogram', km: 'kilometer', min: 'minute' },
  'sq ft': 'square foot',
};

const fractions: Readonly<Record<string, string>> = {
  ...{
    '½': 'half',
    '1/2': 'half',
    '¼': 'a quarter',
    '1/4': 'a quarter',
    '¾': 'three quarters',
    '3/4': 'three quarters',
  },
};
const fraction = new RegExp(
  `(?:(?<![\\d/.,])(\\d{1,3})\\s?)?([½¼¾]|(?<![\\d/.,])(?:1/2|[13]/4))(?![\\d/])(?:\\s?(${names.join('|')})(?![A-Za-z\\d]))?`,
  'gi',
);

/** "1½ hours" → "one and a half hours"; "5 km" → "five kilometers"; "20–30 min" → "twenty to thirty minutes"; "£9/hr" → "… per hour". */
export function measures(text: string, manner: Manner): string {
  return text
    .replace(fraction, (_, whole: string | undefined, part: string, unit: string | undefined) => {
      const words = fractions[part] ?? '';
      const [one, many] = units[unit?.toLowerCase() ?? ''] ?? ['', ''];
      if (whole === undefined) return `${words} ${one}`.trim();
      const rest = words === 'half' ? 'a half' : words;
      return `${cardinal(Number(whole), manner)} and ${rest} ${many}`.trim();
    })
    .replace(/\b24\/7\b/g, `${cardinal(24, manner)} seven`)
    .replace(per, (_, one: string) => ` per ${perWords[one.toLowerCase()] ?? one.toLowerCase()}`)
    .replace(/(?<![\w.,–-])(\d{1,3}(?:\.\d+)?)\s?[–-]\s?(?=\d{1,3}(?:\.\d+)?(?![\w.,–-]*\d))/g, '$1 to ')
    .replace(/(?<=^|[\s(])[−-](?=\d)/g, 'minus ')
    .replace(measured, (whole, figures: string, unit: string) => {
      const [one, many] = units[unit.toLowerCase()] ?? ['', ''];
      if (one === '') return whole;
      const words = figures.includes('.') ? decimalInWords(figures, manner) : amountInWords(figures, manner);
      return `${words} ${figures === '1' ? one : many}`;
    });
}
