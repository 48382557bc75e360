import { chanceOf } from '../../../engine/rehearsal/line/chance.ts';

/** Names, e-mail addresses and telephone numbers as callers give them, and how they help when they were not understood. */
export interface CaptureItem {
  readonly kind: 'name' | 'email' | 'phone';
  readonly value: string;
  /** What is said first, and what is said when it is asked for again. */
  readonly says: readonly [string, string];
}

const firstNames = [
  ...[
    'Sarah',
    'Miguel',
    'Priya',
    'Daniel',
    'Aoife',
    'Hannah',
    'Robert',
    'Olivia',
    'Marta',
    'Kevin',
    'Gwen',
    'Rahul',
  ],
  ...[
    'Siobhan',
    'Thomas',
    'Yolanda',
    'Derek',
    'Ingrid',
    'Pamela',
    'Victor',
    'Joyce',
    'Arjun',
    'Louise',
    'Peter',
  ],
  ...['Fatima', 'George', 'Naomi', 'Oscar', 'Ruth', 'Stefan', 'Wendy'],
] as const;
const lastNames = [
  ...[
    'Miller',
    'Hernandez',
    'Patel',
    'Brooks',
    'Kowalski',
    'Weiss',
    'Chen',
    'Grant',
    'Ortiz',
    'Sharma',
    'Novak',
  ],
  ...[
    'Baker',
    'Rossi',
    'Walker',
    'Nash',
    'Olsen',
    'Iyer',
    'Bennett',
    'Fischer',
    'Costa',
    'Schmidt',
    'Moretti',
  ],
  ...['Hughes', 'Lindqvist', 'Okafor', 'Tanaka', 'Vaughn', 'Singh', 'Delgado', 'Quinn'],
] as const;
const hosts = [
  'gmail.com',
  'outlook.com',
  'yahoo.com',
  'icloud.com',
  'hotmail.com',
  'brightsmile.com',
] as const;

const alphabet: Readonly<Record<string, string>> = {
  ...{
    a: 'Alpha',
    b: 'Bravo',
    c: 'Charlie',
    d: 'Delta',
    e: 'Echo',
    f: 'Foxtrot',
    g: 'Golf',
    h: 'Hotel',
    i: 'India',
  },
  ...{
    j: 'Juliet',
    k: 'Kilo',
    l: 'Lima',
    m: 'Mike',
    n: 'November',
    o: 'Oscar',
    p: 'Papa',
    q: 'Quebec',
    r: 'Romeo',
  },
  ...{ s: 'Sierra', t: 'Tango', u: 'Uniform', v: 'Victor', w: 'Whiskey', x: 'X-ray', y: 'Yankee', z: 'Zulu' },
};
const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

const letters = (word: string): string => [...word.toUpperCase()].join('. ').concat('.');
const nato = (word: string): string =>
  [...word.toLowerCase()].map((letter) => alphabet[letter] ?? letter).join(', ');
const spokenHost = (host: string): string => host.replace(/\./g, ' dot ');
const digits = (number: string): string => [...number].map((digit) => digitWords[Number(digit)]).join(' ');
const grouped = (number: string): string =>
  [number.slice(0, 3), number.slice(3, 6), number.slice(6)].map(digits).join(', ');

/** 200 items, the same in every run. */
export function captureItems(): readonly CaptureItem[] {
  const random = chanceOf('capture');
  const choose = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const names = Array.from({ length: 70 }, (_, i): CaptureItem => {
    const [first, last] = [firstNames[i % firstNames.length] ?? '', choose(lastNames)];
    const plain = `My name is ${first} ${last}. That's ${letters(first)} Last name ${letters(last)}`;
    const again = `First name ${nato(first)}. Last name ${nato(last)}.`;
    return { kind: 'name', value: `${first} ${last}`, says: [plain, again] };
  });
  const emails = Array.from({ length: 65 }, (): CaptureItem => {
    const [first, last, host] = [
      choose(firstNames).toLowerCase(),
      choose(lastNames).toLowerCase(),
      choose(hosts),
    ];
    const joined = choose(['.', '_', '', '.']);
    const sign = joined === '.' ? ' dot ' : joined === '_' ? ' underscore ' : ' ';
    return {
      ...{ kind: 'email', value: `${first}${joined}${last}@${host}` },
      says: [
        `It's ${first}${sign}${last} at ${spokenHost(host)}.`,
        `${letters(first)}${sign}${letters(last)} at ${spokenHost(host)}.`,
      ],
    };
  });
  const phones = Array.from({ length: 65 }, (_, i): CaptureItem => {
    const area = choose(['415', '212', '312', '646', '503', '617']);
    const number = `${area}555${String(100 + Math.floor(random() * 100)).padStart(4, '0')}`;
    const first =
      i % 2 === 0 ? `My number is ${grouped(number)}.` : `It's ${grouped(number).replaceAll('zero', 'oh')}.`;
    return { kind: 'phone', value: `+1${number}`, says: [first, `${digits(number).replaceAll(' ', ', ')}.`] };
  });
  return [...names, ...emails, ...phones];
}
