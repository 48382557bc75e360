import { joinSpelling } from './spelling.ts';
import type { Token } from './tokens.ts';

export interface EmailReading {
  /** Lower case. */
  readonly value: string;
  /** 0–1. */
  readonly confidence: number;
}

const signs: Readonly<Record<string, string>> = {
  dot: '.',
  point: '.',
  period: '.',
  underscore: '_',
  dash: '-',
  hyphen: '-',
  minus: '-',
  plus: '+',
};

const digits: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
};

/** Providers that recognisers write as other words. */
const heardAs: readonly (readonly [RegExp, string])[] = [
  [/\bg[\s-]?mail\b/g, 'gmail'],
  [/\bgee[\s-]?mail\b/g, 'gmail'],
  [/\bhot[\s-]?mail\b/g, 'hotmail'],
  [/\bout[\s-]?look\b/g, 'outlook'],
  [/\bi[\s-]?cloud\b/g, 'icloud'],
  [/\bya ?hoo\b/g, 'yahoo'],
  [/\bproton ?mail\b/g, 'protonmail'],
  [/\bdot ?calm\b/g, 'dot com'],
  [/\bdot ?come\b/g, 'dot com'],
  [/\bat sign\b/g, 'at'],
];

const leads =
  /^(?:(?:um|uh|er|yes|yeah|sure|okay|ok|so|and|well|please|it's|it is|its|that's|that is|that would be|that'll be|my|the|email|e-mail|mail|address|is|would be|you can use|use|send it to|spelled)\s+)+/;

/**
 * An e-mail address, written ("sarah.miller@gmail.com") or said: "sarah dot miller at gmail dot com", letters
 * spelled one by one or with the NATO alphabet.
 *
 * @param text as the recogniser wrote it
 */
export function recogniseEmail(text: string): EmailReading | null {
  const written = /[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.exec(text.replace(/\s*@\s*/g, '@'))?.[0];
  if (written) return { value: written.toLowerCase().replace(/\.$/, ''), confidence: 0.9 };
  let said = text.toLowerCase();
  for (const [pattern, word] of heardAs) said = said.replace(pattern, word);
  const words = wordsOf(said.replace(/[,;!?]/g, ' ').replace(/\.(?=\s|$)/g, ' '));
  for (let at = words.length - 1; at > 0; at--) {
    if (words[at] !== 'at' && words[at] !== '@') continue;
    const host = hostOf(words.slice(at + 1));
    const local = host && localOf(words.slice(0, at));
    if (host && local) return { value: `${local}@${host}`, confidence: 0.85 };
  }
  return null;
}

/** Letters that were spelled become one word; "M as in Mary" its letter. */
function wordsOf(text: string): readonly string[] {
  const pieces = text.match(/[a-z]+(?:'[a-z]+)?|\d+|[@._+-]/g) ?? [];
  const tokens = pieces
    // The recogniser writes spelling as S-A-R-A-H: a hyphen between two letters joins nothing.
    .filter((piece, i) => !(piece === '-' && isLetter(pieces[i - 1]) && isLetter(pieces[i + 1])))
    .map((piece): Token => ({ text: piece, raw: piece, start: 0, end: 0 }));
  return joinSpelling(tokens).map((token) => token.text);
}

const isLetter = (piece: string | undefined): boolean => piece !== undefined && /^[a-z]$/.test(piece);

function hostOf(words: readonly string[]): string | null {
  const host = glued(words.filter((word) => !/^(?:please|thanks|thank|you|okay|that's|it|all)$/.test(word)));
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(host) ? host : null;
}

function localOf(words: readonly string[]): string | null {
  const text = words.join(' ').replace(leads, '');
  const local = glued(text.split(' '));
  return /^[a-z0-9](?:[a-z0-9._+-]*[a-z0-9])?$/.test(local) && local.length <= 64 ? local : null;
}

function glued(words: readonly string[]): string {
  let out = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = words[i + 1] ?? '';
    if ((word === 'double' || word === 'triple') && next !== '') {
      const one = digits[next] ?? next;
      out += one.length === 1 ? one.repeat(word === 'double' ? 2 : 3) : `${word}${one}`;
      i++;
    } else out += signs[word] ?? digits[word] ?? word;
  }
  return out;
}
