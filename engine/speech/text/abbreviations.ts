const dayNames: Readonly<Record<string, string>> = {
  ...{ mon: 'Monday', tue: 'Tuesday', tues: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', thur: 'Thursday' },
  ...{ thurs: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' },
};
const dayPattern = '(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)';
const dayOf = (written: string): string => dayNames[written.toLowerCase()] ?? written;
/** After the number of a house: "12 Park ". */
const afterHouse = "(?<=\\d[A-Za-z]?\\s(?:[A-Z][\\w'-]*\\s){1,3})";
const afterName = '(?<=[A-Za-z]\\s)';
const end = '(?=$|[\\s,;.!?)])';

const words: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${afterHouse}Dr\\b\\.?${end}`, 'g'), 'Drive'],
  [new RegExp(`${afterHouse}St\\b\\.?${end}`, 'g'), 'Street'],
  [/\bDr\b\.?(?=\s+[A-Z])/g, 'Doctor'],
  [/\bMrs\b\.?(?=\s)/g, 'Missus'],
  [/\bMr\b\.?(?=\s)/g, 'Mister'],
  [/\bMs\b\.?(?=\s)/g, 'Miz'],
  [/\bProf\.(?=\s)/g, 'Professor'],
  [/\bSt\b\.?(?=\s+[A-Z])/g, 'Saint'],
  [new RegExp(`${afterName}St\\b\\.?${end}`, 'g'), 'Street'],
  [new RegExp(`${afterName}Ave\\b\\.?${end}`, 'g'), 'Avenue'],
  [new RegExp(`${afterName}Rd\\b\\.?${end}`, 'g'), 'Road'],
  [new RegExp(`${afterName}Blvd\\b\\.?${end}`, 'g'), 'Boulevard'],
  [new RegExp(`${afterName}Ln\\b\\.?${end}`, 'g'), 'Lane'],
  [new RegExp(`${afterName}Hwy\\b\\.?${end}`, 'g'), 'Highway'],
  [new RegExp(`${afterName}Sq\\b\\.?(?=$|[,;!?)])`, 'g'), 'Square'],
  [/\bApt\b\.?(?=\s)/g, 'Apartment'],
  [/\bSte\b\.?(?=\s\d)/g, 'Suite'],
  [/\b[Aa]ppts\b\.?(?=$|[\s,;.!?])/g, 'appointments'],
  [/\b[Aa]ppt\b\.?(?=$|[\s,;.!?])/g, 'appointment'],
  [/\b[Aa]pprox\b\.?(?=\s)/g, 'approximately'],
  [/\b[Dd]ept\b\.?(?=$|[\s,;.!?])/g, 'department'],
  [/\b[Vv]s\b\.?(?=\s)/g, 'versus'],
  [/\b[Tt]el\.(?=\s)/g, 'telephone'],
  [/\bNo\.?\s?(?=\d)/g, 'number '],
  [/#\s?(?=\d)/g, 'number '],
  [/\be\.g\.,?(?=\s)/g, 'for example'],
  [/\bi\.e\.,?(?=\s)/g, 'that is'],
  [/\betc\b\.?(?=$|[\s,;.])/g, 'et cetera'],
  [/\band\/or\b/g, 'or'],
  [/\bw\/(?=\s)/g, 'with'],
];

const dayRange = new RegExp(`\\b${dayPattern}\\b\\.?\\s?(?:[–-]|to)\\s?${dayPattern}\\b\\.?`, 'g');
const dayBefore = new RegExp(
  `\\b${dayPattern}\\b\\.?(?=,?\\s+(?:\\d|(?:the\\s)?\\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)))`,
  'g',
);

/** Titles, streets, days and the short words of notes, written out. */
export function abbreviations(text: string): string {
  let spoken = text
    .replace(dayRange, (_, from: string, to: string) => `${dayOf(from)} to ${dayOf(to)}`)
    .replace(dayBefore, (_, day: string) => dayOf(day));
  for (const [pattern, word] of words) spoken = spoken.replace(pattern, word);
  return spoken;
}
